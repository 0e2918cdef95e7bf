//! Films that are built in code.
#![allow(dead_code, reason = "each test and bench uses a part")]
#![allow(clippy::unwrap_used, reason = "the films are right")]

use std::sync::Arc;

use bytes::Bytes;
use dynpack_crypt::Iv;
use dynpack_hls::{Key, Method, Resource, Urls};
use dynpack_media::{
    AacConfig, AspectRatio, AvcConfig, Codec, Column, ColumnBuilder, CutPolicy, Edit, Language, Presentation, Rendition,
    SampleColumns, SampleIndex, SampleTable, SourceIndex, Ticks, Timeline, Timescale, Track, TrackId,
};

/// URLs in the manner of Azure Media Services.
pub(crate) struct Azure;

impl Urls for Azure {
    fn playlist(&self, rendition: &Rendition) -> String {
        format!("QualityLevels({})/Manifest({},format=m3u8-cmaf)", rendition.bitrate, rendition.name)
    }

    fn init(&self, rendition: &Rendition) -> String {
        format!("Fragments({}=i,format=m3u8-cmaf)", rendition.name)
    }

    fn segment(&self, rendition: &Rendition, start: Ticks) -> String {
        format!("Fragments({}={start},format=m3u8-cmaf)", rendition.name)
    }

    fn key_frame_playlist(&self, rendition: &Rendition) -> String {
        format!("QualityLevels({})/Manifest({},format=m3u8-cmaf,type=keyframes)", rendition.bitrate, rendition.name)
    }

    fn key_frame(&self, rendition: &Rendition, start: Ticks) -> String {
        format!("Fragments({}={start},format=m3u8-cmaf,type=keyframes)", rendition.name)
    }
}

/// The same URLs, with the keys that a function says, and those of the session.
pub(crate) struct Keyed<F>(pub(crate) F, pub(crate) Vec<Key>);

impl<F: Fn(Resource) -> Vec<Key>> Urls for Keyed<F> {
    fn playlist(&self, rendition: &Rendition) -> String {
        Azure.playlist(rendition)
    }

    fn init(&self, rendition: &Rendition) -> String {
        Azure.init(rendition)
    }

    fn segment(&self, rendition: &Rendition, start: Ticks) -> String {
        Azure.segment(rendition, start)
    }

    fn key_frame_playlist(&self, rendition: &Rendition) -> String {
        Azure.key_frame_playlist(rendition)
    }

    fn key_frame(&self, rendition: &Rendition, start: Ticks) -> String {
        Azure.key_frame(rendition, start)
    }

    fn keys(&self, _: &Rendition, resource: Resource) -> Vec<Key> {
        (self.0)(resource)
    }

    fn session_keys(&self, _: &Presentation) -> Vec<Key> {
        self.1.clone()
    }
}

/// Each resource with a vector of its own: the time, or 255 for the init segment.
pub(crate) fn aes_128(resource: Resource) -> Vec<Key> {
    let iv = match resource {
        Resource::Segment(start) | Resource::KeyFrame(start) => u128::try_from(start.0).unwrap(),
        _ => 255,
    };
    vec![Key::new(Method::Aes128, "https://keys.example/?kid=1".into()).with_iv(Iv(iv.to_be_bytes()))]
}

/// A track of which only the times matter: H.264 at level 3.1, or AAC.
fn track(codec: Codec, timescale: u32, durations: Column, sync_samples: Option<Vec<SampleIndex>>) -> Track {
    let len = durations.len();
    let samples = SampleTable::new(SampleColumns {
        durations,
        composition_offsets: Column::constant(0, len),
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
