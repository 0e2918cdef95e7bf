//! A long movie, for benchmarks.

use bytes::Bytes;

use super::{Sizes, Track, ftyp, moov};

/// Pictures of [`two_hours`].
pub const PICTURES: u32 = 216_000;

/// Frames of audio of [`two_hours`].
pub const FRAMES: u32 = 337_500;

/// Deterministic numbers, distributed like sizes of coded pictures.
fn noise(seed: u32, least: u32, spread: u32) -> impl Iterator<Item = u32> {
    let mut state = seed;
    std::iter::from_fn(move || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        Some(least + (state >> 8) % spread)
    })
}

/// The start of a file of two hours, up to its media, and the length of the whole file. Each chunk
/// has `pictures_per_chunk` pictures, with the audio of the same time between chunks.
#[must_use]
pub fn two_hours(pictures_per_chunk: u32) -> (Bytes, u64) {
    let pictures: Vec<u32> = noise(1, 2_000, 20_000).take(PICTURES as usize).collect();
    let frames: Vec<u32> = noise(2, 300, 200).take(FRAMES as usize).collect();
    let (mut video, mut audio) = (Track::video(0), Track::audio(0));
    (video.offsets, audio.offsets, audio.stsc) = (Vec::new(), Vec::new(), Vec::new());
    let (mut offset, mut next_frame) = (32_u64, 0_u32);
    let sum = |sizes: &[u32], from: u32, to: u32| {
        sizes[from as usize..to as usize].iter().map(|size| u64::from(*size)).sum::<u64>()
    };
    for (chunk, first) in (1..).zip((0..PICTURES).step_by(pictures_per_chunk as usize)) {
        video.offsets.push(offset);
        offset += sum(&pictures, first, first + pictures_per_chunk);
        let frame = u32::try_from(
            u64::from(first + pictures_per_chunk) * u64::from(FRAMES) / u64::from(PICTURES),
        )
        .unwrap();
        audio.offsets.push(offset);
        audio.stsc.push((chunk, frame - next_frame, 1));
        offset += sum(&frames, next_frame, frame);
        next_frame = frame;
    }
    video.stsc = vec![(1, pictures_per_chunk, 1)];
    video.stts = Some(vec![(PICTURES, 512)]);
    video.ctts = Some((
        0,
        (0..PICTURES).map(|at| (1, [1024, 2560, 1024, 0, 512][at as usize % 5])).collect(),
    ));
    video.stss = Some((0..PICTURES).step_by(60).map(|at| at + 1).collect());
    audio.stts = Some(vec![(FRAMES, 1024)]);
    (video.wide_offsets, audio.wide_offsets) = (true, true);
    (video.sizes, audio.sizes) = (Some(Sizes::Table(pictures)), Some(Sizes::Table(frames)));
    let head = Bytes::from([ftyp(), moov(&[video, audio])].concat());
    let len = offset + head.len() as u64;
    (head, len)
}
