//! MPEG-DASH manifests (ISO/IEC 23009-1) from dynpack presentations.
