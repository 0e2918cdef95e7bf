//! Films that are built in code.
#![allow(dead_code, reason = "each test and bench uses a part")]
#![allow(clippy::unwrap_used, reason = "the films are right")]

use std::sync::Arc;

use bytes::Bytes;
use dynpack_dash::Urls;
use dynpack_media::{
    AacConfig, AspectRatio, AvcConfig, Codec, Column, ColumnBuilder, CutPolicy, Edit, Language, Presentation, Rendition,
    SampleColumns, SampleIndex, SampleTable, SourceIndex, Ticks, Timeline, Timescale, Track, TrackId,
};

/// URLs in the manner of Azure Media Services.
pub(crate) struct Azure;

impl Urls for Azure {
    fn init(&self, name: &str) -> String {
        format!("QualityLevels($Bandwidth$)/Fragments({name}=i,format=mpd-time-cmaf)")
    }

    fn media(&self, name: &str) -> String {
        format!("QualityLevels($Bandwidth$)/Fragments({name}=$Time$,format=mpd-time-cmaf)")
    }

    fn key_frames(&self, name: &str) -> String {
        format!("QualityLevels($Bandwidth$)/Fragments({name}=$Time$,format=mpd-time-cmaf,type=keyframes)")
    }
}

/// A track of which only the times matter: H.264 at level 3.1, or AAC.
fn track(codec: Codec, timescale: u32, durations: Column, sync_samples: Option<Vec<SampleIndex>>) -> Track {
    let offsets = Column::constant(0, durations.len());
    reordered(codec, timescale, durations, offsets, sync_samples)
}

fn reordered(
    codec: Codec,
    timescale: u32,
    durations: Column,
    composition_offsets: Column,
    sync_samples: Option<Vec<SampleIndex>>,
) -> Track {
    let len = durations.len();
    let samples = SampleTable::new(SampleColumns {
        durations,
        composition_offsets,
        sizes: Column::constant(100, len),
        chunks: vec![(SampleIndex(0), 0)],
        sync_samples,
    });
    Track::new(TrackId(1), Timescale::new(timescale).unwrap(), codec, Bytes::new(), samples.unwrap())
}

/// Video of `frames` frames of `duration` ticks, with a sync sample every `gop` frames from the first on.
pub(crate) fn video(size: (u16, u16), (duration, timescale): (u32, u32), frames: u32, gop: u32) -> Track {
    let record = Bytes::from_static(&[1, 0x64, 0, 0x1f, 0xff, 0xe1, 0, 3, 0x67, 0x64, 0, 1, 0, 2, 0x68, 0xee]);
    let codec = Codec::Avc(AvcConfig::parse(record, size.0, size.1, false).unwrap());
    let sync = (0..frames).step_by(usize::try_from(gop).unwrap()).map(SampleIndex).collect();
    track(codec, timescale, Column::constant(duration, frames), Some(sync))
}

/// Video of frames of any durations, with a sync sample every `gop` frames from the first on.
pub(crate) fn uneven_video(timescale: u32, durations: &[u32], gop: usize) -> Track {
    let mut column = ColumnBuilder::default();
    for duration in durations {
        column.push_run(*duration, 1);
    }
    let codec = video((640, 360), (1, timescale), 1, 1).codec;
    let sync = (0..column.len()).step_by(gop).map(SampleIndex).collect();
    track(codec, timescale, column.finish(), Some(sync))
}

/// Video in open groups of three pictures: the second and third are presented before the first, and need the group before as well.
pub(crate) fn open_groups(groups: u32) -> Track {
    let mut offsets = ColumnBuilder::default();
    for _ in 0..groups {
        offsets.push_run(1_536, 1);
        offsets.push_run(0, 2);
    }
    let codec = video((640, 360), (1, 1), 1, 1).codec;
    let sync = (0..3 * groups).step_by(3).map(SampleIndex).collect();
    reordered(codec, 12_800, Column::constant(512, 3 * groups), offsets.finish(), Some(sync))
}

/// The same track, with pixels that are so wide beside their height.
pub(crate) fn with_pixels(mut track: Track, width: u32, height: u32) -> Track {
    let avc = track.codec.avc().unwrap().clone();
    track.codec = Codec::Avc(avc.with_pixel_aspect(AspectRatio::new(width, height).unwrap()));
    track
}

/// The AAC configurations that films here are made of.
pub(crate) const AAC_48_STEREO: &[u8] = &[0x11, 0x90];
pub(crate) const AAC_48_SURROUND: &[u8] = &[0x11, 0xb0];
pub(crate) const HE_AAC_48_STEREO: &[u8] = &[0x13, 0x10, 0x56, 0xe5, 0x98];

/// AAC of `frames` frames.
pub(crate) fn audio(config: &'static [u8], frames: u32, language: &str) -> Track {
    let aac = AacConfig::parse(Bytes::from_static(config), 2).unwrap();
    let timescale = aac.core_rate;
    track(Codec::Aac(aac), timescale, Column::constant(1024, frames), None).with_language(Language::parse(language))
}

/// The same track, later.
pub(crate) fn late(track: Track, delay: i64) -> Track {
    track.with_edit(Edit { delay: Ticks(delay), media_start: Ticks::ZERO })
}

/// A presentation of these tracks, by name and bitrate.
pub(crate) fn presentation(tracks: Vec<(&str, u32, Track)>, policy: CutPolicy) -> Presentation {
    let timeline = Timeline::cut(&tracks.iter().map(|(_, _, track)| track).collect::<Vec<_>>(), policy).unwrap();
    let renditions = tracks.into_iter().zip(timeline.cuts).map(|((name, bitrate, track), cuts)| {
        Rendition::new(name.into(), bitrate, SourceIndex(0), Arc::new(track), Arc::new(cuts))
    });
    Presentation::new(renditions.collect()).unwrap()
}

/// Twenty seconds of NTSC video at two bitrates, with English and German sound.
pub(crate) fn sample() -> Presentation {
    let video = |size| video(size, (1_001, 30_000), 600, 60);
    presentation(
        vec![
            ("video", 400_000, video((640, 360))),
            ("video", 1_200_000, video((1280, 720))),
            ("aac_eng_2", 128_000, audio(AAC_48_STEREO, 939, "eng")),
            ("aac_ger_2", 128_000, audio(AAC_48_STEREO, 939, "ger")),
        ],
        CutPolicy::SIX_SECONDS,
    )
}
