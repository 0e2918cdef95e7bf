//! Fragmented MP4, checked by an independent parser (mp4-atom) against the tables it was made from.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod encryption;
mod envelope;
mod init;
mod laws;
mod media;
mod profiles;
mod text;

use dynpack_testkit::TrackBuilder;

/// Video in groups of `gop` pictures with `b_frames` between anchors. Sizes differ, and chunks are
/// small.
fn group(timescale: u32, frame: u32, count: u32, gop: u32, b_frames: u32) -> TrackBuilder {
    TrackBuilder::video(timescale, frame, count, gop)
        .with_b_frames(b_frames)
        .with_sizes(|at| 100 + at * 7919 % 900)
        .with_chunks(5, 77)
}

/// AAC frames. An edit list skips the first `priming` ticks.
fn audio_frames(timescale: u32, count: u32, priming: i64) -> TrackBuilder {
    TrackBuilder::audio(timescale, count)
        .with_sizes(|at| 200 + at * 31 % 40)
        .with_chunks(9, 77)
        .with_edit(0, priming)
}
