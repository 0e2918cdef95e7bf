//! Fragmented MP4 segments.
