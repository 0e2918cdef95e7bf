//! Films that are built in code, of which only the times matter: what manifests are tested and
//! measured with.
//!
//! ```
//! let film = dynpack_films::sample();
//! assert_eq!(film.renditions.len(), 4);
//! ```

#![expect(clippy::unwrap_used, clippy::missing_panics_doc, reason = "the films are right")]

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use dynpack_codec::{AacConfig, AspectRatio, AvcConfig, Codec, VideoCodec};
use dynpack_media::{
    Column, ColumnBuilder, CutPolicy, Edit, Language, Presentation, Rendition, RenditionId,
    SampleColumns, SampleIndex, SampleTable, SourceIndex, Ticks, Timeline, Timescale, Track,
    TrackId,
};

/// AAC LC of 44.1 kHz and two channels.
pub const AAC_44_STEREO: &[u8] = &[0x12, 0x10];
/// AAC LC of 48 kHz and two channels.
pub const AAC_48_STEREO: &[u8] = &[0x11, 0x90];
/// AAC LC of 48 kHz and six channels.
pub const AAC_48_SURROUND: &[u8] = &[0x11, 0xb0];
/// HE-AAC of 48 kHz and two channels, whose core has half the rate.
pub const HE_AAC_48_STEREO: &[u8] = &[0x13, 0x10, 0x56, 0xe5, 0x98];

fn track(
    codec: Codec,
    timescale: u32,
    durations: Column,
    offsets: Column,
    sync_samples: Option<Vec<SampleIndex>>,
) -> Track {
    let samples = SampleTable::new(SampleColumns {
        sizes: Column::constant(100, durations.len()),
        durations,
        composition_offsets: offsets,
        chunks: vec![(SampleIndex(0), 0)],
        sync_samples,
    });
    Track::new(
        TrackId(1),
        Timescale::new(timescale).unwrap(),
        codec,
        Bytes::new(),
        samples.unwrap(),
    )
}

/// H.264 of High profile at level 3.1, with a sync sample every `gop` frames from the first on.
fn avc(
    (width, height): (u16, u16),
    timescale: u32,
    durations: Column,
    offsets: Column,
    gop: u32,
) -> Track {
    let record = Bytes::from_static(&[
        1, 0x64, 0, 0x1f, 0xff, 0xe1, 0, 4, 0x67, 0x64, 0, 0x1f, 1, 0, 2, 0x68, 0xee,
    ]);
    let codec = Codec::from(AvcConfig::parse(record, width, height, false).unwrap());
    let sync =
        (0..durations.len()).step_by(usize::try_from(gop).unwrap()).map(SampleIndex).collect();
    track(codec, timescale, durations, offsets, Some(sync))
}

/// Video of `frames` frames of `duration` ticks, with a sync sample every `gop` frames from the
/// first on.
#[must_use]
pub fn video(size: (u16, u16), (duration, timescale): (u32, u32), frames: u32, gop: u32) -> Track {
    avc(size, timescale, Column::constant(duration, frames), Column::constant(0, frames), gop)
}

/// NTSC video with a sync sample every two seconds.
#[must_use]
pub fn ntsc(size: (u16, u16), frames: u32) -> Track {
    video(size, (1_001, 30_000), frames, 60)
}

/// Video of frames of any durations, with a sync sample every `gop` frames from the first on.
#[must_use]
pub fn uneven_video(size: (u16, u16), timescale: u32, durations: &[u32], gop: u32) -> Track {
    let mut column = ColumnBuilder::default();
    durations.iter().for_each(|&duration| column.push_run(duration, 1));
    let offsets = Column::constant(0, column.len());
    avc(size, timescale, column.finish(), offsets, gop)
}

/// Video in open groups of three pictures: the second and third are presented before the first, and
/// need the group before as well.
#[must_use]
pub fn open_groups(groups: u32) -> Track {
    let mut offsets = ColumnBuilder::default();
    for _ in 0..groups {
        offsets.push_run(1_536, 1);
        offsets.push_run(0, 2);
    }
    avc((640, 360), 12_800, Column::constant(512, 3 * groups), offsets.finish(), 3)
}

/// The same track, with pixels of this width relative to their height.
#[must_use]
pub fn with_pixels(mut track: Track, width: u32, height: u32) -> Track {
    let Codec::Video(VideoCodec::Avc(avc)) = &mut track.codec else { panic!("not H.264") };
    avc.pixel_aspect = AspectRatio::new(width, height).unwrap();
    track
}

/// AAC of `frames` frames, on the clock of its core.
#[must_use]
pub fn audio(config: &[u8], frames: u32, language: &str) -> Track {
    let aac = AacConfig::parse(Bytes::copy_from_slice(config), 2).unwrap();
    let timescale = aac.core_rate;
    let (durations, offsets) = (Column::constant(1024, frames), Column::constant(0, frames));
    track(Codec::from(aac), timescale, durations, offsets, None)
        .with_language(Language::parse(language))
}

/// The same track, so many of its ticks later.
#[must_use]
pub fn late(track: Track, delay: i64) -> Track {
    track.with_edit(Edit { delay: Ticks(delay), media_start: Ticks::ZERO })
}

/// A presentation of these tracks, by name and bitrate.
#[must_use]
pub fn presentation(tracks: Vec<(&str, u32, Track)>, policy: CutPolicy) -> Presentation {
    let timeline =
        Timeline::cut(&tracks.iter().map(|(_, _, track)| track).collect::<Vec<_>>(), policy)
            .unwrap();
    let renditions = tracks.into_iter().zip(timeline.cuts).map(|((name, bitrate, track), cuts)| {
        Rendition::new(
            RenditionId::new(name, bitrate),
            SourceIndex(0),
            Arc::new(track),
            Arc::new(cuts),
        )
    });
    Presentation::new(renditions.collect()).unwrap()
}

/// The same in segments of about two seconds.
#[must_use]
pub fn in_short_segments(tracks: Vec<(&str, u32, Track)>) -> Presentation {
    presentation(tracks, CutPolicy::with_target(Duration::from_secs(2)))
}

/// Twenty seconds of NTSC video at two bitrates, with English and German sound.
#[must_use]
pub fn sample() -> Presentation {
    presentation(
        vec![
            ("video", 400_000, ntsc((640, 360), 600)),
            ("video", 1_200_000, ntsc((1280, 720), 600)),
            ("aac_eng_2", 128_000, audio(AAC_48_STEREO, 939, "eng")),
            ("aac_ger_2", 128_000, audio(AAC_48_STEREO, 939, "ger")),
        ],
        CutPolicy::SIX_SECONDS,
    )
}
