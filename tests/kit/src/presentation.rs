//! Tracks that are presented together.

use std::sync::Arc;
use std::time::Duration;

use dynpack_codec::{CaptionChannel, Codec};
use dynpack_media::{
    CutPolicy, Presentation, Rendition, RenditionId, SourceIndex, Timeline, Track,
};

use crate::{AAC_48_STEREO, audio, ntsc, video};

/// Renditions of these tracks on one timeline, in order, all of the first source.
fn cut(tracks: Vec<(&str, u32, Track)>, policy: CutPolicy) -> Vec<Rendition> {
    let timeline = Timeline::cut(
        &tracks.iter().map(|(_, _, track)| track).collect::<Vec<_>>(),
        policy.unfilled(),
    )
    .unwrap();
    let cut = tracks.into_iter().zip(timeline.cuts);
    cut.map(|((name, bitrate, track), cuts)| {
        Rendition::new(
            RenditionId::new(name, bitrate),
            SourceIndex(0),
            Arc::new(track),
            Arc::new(cuts),
        )
    })
    .collect()
}

/// Renditions of 100 kb/s of these tracks on one timeline, in order, all of the first source. Each
/// is named after its kind of media, and segments last about `target_millis`.
#[must_use]
pub fn renditions(tracks: Vec<Track>, target_millis: u64) -> Vec<Rendition> {
    let named = tracks.into_iter().map(|track| (track.kind().as_str(), 100_000, track)).collect();
    cut(named, CutPolicy::with_target(Duration::from_millis(target_millis)))
}

/// A presentation of these tracks, by name and bitrate.
#[must_use]
pub fn presentation(tracks: Vec<(&str, u32, Track)>, policy: CutPolicy) -> Presentation {
    Presentation::new(cut(tracks, policy)).unwrap()
}

/// The same presentation with captions in its video: in the first and the third channel of line 21,
/// and in the first service.
#[must_use]
pub fn with_captions(mut presentation: Presentation) -> Presentation {
    for rendition in &mut presentation.renditions {
        if let Codec::Video(video) = &mut Arc::make_mut(&mut rendition.track).codec {
            let [first, third] = [1, 3].map(CaptionChannel::Line21);
            video.captions = vec![first, third, CaptionChannel::Service(1)];
        }
    }
    presentation
}

/// The same presentation in segments of about two seconds.
#[must_use]
pub fn in_short_segments(tracks: Vec<(&str, u32, Track)>) -> Presentation {
    presentation(tracks, CutPolicy::with_target(Duration::from_secs(2)))
}

/// Twenty seconds of NTSC video at two bitrates, with English and German audio.
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

/// Two hours of five videos and one audio track, in segments of six seconds.
#[must_use]
pub fn two_hours() -> Presentation {
    const SECONDS: u32 = 7_200;
    let bitrates = [400_000, 800_000, 1_600_000, 3_200_000, 6_400_000];
    let pictures = video((1_280, 720), (512, 12_800), SECONDS * 25, 50);
    let videos = bitrates.map(|bitrate| ("video", bitrate, pictures.clone()));
    let sound = audio(AAC_48_STEREO, SECONDS * 48_000 / 1_024, "en");
    let tracks = videos.into_iter().chain([("audio", 128_000, sound)]).collect();
    presentation(tracks, CutPolicy::SIX_SECONDS)
}
