//! Tracks for tests that only use their times.

use dynpack_codec::{AspectRatio, Codec, Color, DolbyVision};
use dynpack_media::{Edit, Language, Matrix, Ticks, Track};

use crate::TrackBuilder;
use crate::codec::{self, AVCC};

/// Video of `frames` frames of `duration` ticks, with a sync sample every `gop` frames, starting
/// with the first.
#[must_use]
pub fn video(size: (u16, u16), (duration, timescale): (u32, u32), frames: u32, gop: u32) -> Track {
    let codec = codec::avc(AVCC, size);
    TrackBuilder::video(timescale, duration, frames, gop).with_codec(codec).build()
}

/// NTSC video with a sync sample every two seconds.
#[must_use]
pub fn ntsc(size: (u16, u16), frames: u32) -> Track {
    video(size, (1_001, 30_000), frames, 60)
}

/// Video with these frame durations, with a sync sample every `gop` frames, starting with the
/// first.
#[must_use]
pub fn uneven_video(size: (u16, u16), timescale: u32, durations: &[u32], gop: u32) -> Track {
    let count = u32::try_from(durations.len()).unwrap();
    let video = TrackBuilder::video(timescale, 1, count, gop);
    let codec = codec::avc(AVCC, size);
    TrackBuilder { codec, durations: durations.to_vec(), ..video }.build()
}

/// Video in open groups of three pictures: the second and third are presented before the first, and
/// also depend on the group before.
#[must_use]
pub fn open_groups(groups: u32) -> Track {
    TrackBuilder::video(12_800, 512, 3 * groups, 3)
        .with_codec(codec::avc(AVCC, (640, 360)))
        .with_offsets(|picture| if picture % 3 == 0 { 1_536 } else { 0 })
        .build()
}

/// The same track, with pixels of this width relative to their height.
#[must_use]
pub fn with_pixels(mut track: Track, width: u32, height: u32) -> Track {
    let Codec::Video(video) = &mut track.codec else { panic!("no video") };
    video.pixel_aspect = AspectRatio::new(width, height).unwrap();
    track
}

/// HEVC in Dolby Vision of profile 8.4: by hybrid log-gamma, for all decoders.
#[must_use]
pub fn dolby_vision() -> Track {
    let Codec::Video(mut video) = codec::hevc() else { panic!("HEVC is video") };
    video.color = Some(Color::new(9, 18, 9));
    video.dolby_vision = DolbyVision::parse(&[1, 0, 8 << 1, 4 << 3 | 5, 4 << 4], true).ok();
    TrackBuilder::video(12_800, 512, 300, 50).with_codec(video.into()).build()
}

/// Video of that codec with the colours and the dynamic metadata of HDR10+.
#[must_use]
pub fn hdr10_plus(codec: Codec) -> Track {
    let Codec::Video(mut video) = codec else { panic!("no video") };
    (video.color, video.has_hdr10_plus) = (Some(Color::new(9, 16, 9)), true);
    TrackBuilder::video(12_800, 512, 300, 50).with_codec(video.into()).build()
}

/// HEVC that declares the transfer function of BT.2020, and prefers hybrid log-gamma.
#[must_use]
pub fn preferring_hlg() -> Track {
    let Codec::Video(mut video) = codec::hevc() else { panic!("HEVC is video") };
    (video.color, video.preferred_transfer) = (Some(Color::new(9, 14, 9)), Some(18));
    TrackBuilder::video(12_800, 512, 300, 50).with_codec(video.into()).build()
}

/// The same track, turned clockwise by a quarter.
#[must_use]
pub fn turned(track: Track) -> Track {
    const ONE: i32 = 1 << 16;
    track.with_matrix(Matrix([0, ONE, 0, -ONE, 0, 0, 360 * ONE, 0, 1 << 30]))
}

/// AAC of `frames` frames, on the clock of its core.
#[must_use]
pub fn audio(config: &[u8], frames: u32, language: &str) -> Track {
    let codec = codec::aac(config);
    let timescale = codec::aac_config(&codec).core_rate;
    TrackBuilder::audio(timescale, frames)
        .with_codec(codec)
        .build()
        .with_language(Language::parse(language))
}

/// The same track, `delay` ticks later.
#[must_use]
pub fn late(track: Track, delay: i64) -> Track {
    track.with_edit(Edit { delay: Ticks(delay), media_start: Ticks::ZERO })
}
