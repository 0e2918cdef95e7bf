//! Smooth Streaming client manifests ([MS-SSTR]) and .ism server manifests, read and written.
