//! Fragmented MP4, held against an independent parser (mp4-atom) and the tables it was made of.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod encryption;
mod envelope;
mod init;
mod laws;
mod media;
mod profiles;
mod support;
