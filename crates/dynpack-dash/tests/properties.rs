//! Manifests of random films: another reader accepts them, and they agree with the timeline.
#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use std::collections::BTreeSet;
use std::time::Duration;

use dash_mpd_core::SegmentTemplate;
use dynpack_codec::MediaKind;
use dynpack_dash::{Options, mpd};
use dynpack_media::{CutPolicy, Presentation, Rendition, Role, View};
use dynpack_testkit::urls::Azure;
use dynpack_testkit::{self as film, AAC_48_STEREO, AAC_48_SURROUND, HE_AAC_48_STEREO};
use proptest::prelude::*;

/// Video at several rates and bitrates, and audio of several codings, some late and some with odd
/// labels and names.
fn films() -> impl Strategy<Value = Presentation> {
    let rates = prop::sample::select(vec![
        (1_001, 30_000),
        (512, 12_800),
        (1_001, 24_000),
        (33, 1_000),
        (1, 25),
    ]);
    let videos = prop::collection::vec((rates, 1_u32..600, 1_u32..100), 0..3);
    let configs = prop::sample::select(vec![AAC_48_STEREO, AAC_48_SURROUND, HE_AAC_48_STEREO]);
    let delays = prop_oneof![Just(0_i64), 0_i64..2_000_000];
    let audios = prop::collection::vec((configs, 1_u32..900, delays, ".{0,8}"), 0..4);
    (videos, audios, 500_u64..8_000).prop_filter_map(
        "nothing to present",
        |(videos, audios, millis)| {
            if videos.is_empty() && audios.is_empty() {
                return None;
            }
            let video = videos.iter().zip(1..).map(|(&(rate, frames, gop), at)| {
                ("video", at * 100_000, film::video((640, 360), rate, frames, gop))
            });
            let audio = audios.iter().zip(["one", "one", "two <&>", "three"]).zip(64_000..).map(
                |(((config, frames, delay, _), name), bitrate)| {
                    (name, bitrate, film::late(film::audio(config, *frames, "en"), *delay))
                },
            );
            let mut film = film::presentation(
                video.chain(audio).collect(),
                CutPolicy::with_target(Duration::from_millis(millis)),
            );
            let labels = audios.iter().map(|audio| &audio.3).cycle();
            for (rendition, label) in film.renditions.iter_mut().zip(labels) {
                rendition.label = Some(label.clone());
                rendition.role = if label.len() > 4 { Role::Description } else { Role::Main };
            }
            Some(film)
        },
    )
}

/// Start and duration of each segment that a template lists.
fn listed(template: &SegmentTemplate) -> Vec<(u64, u64)> {
    let mut segments = Vec::new();
    let mut next = 0;
    for run in &template.SegmentTimeline.as_ref().unwrap().segments {
        next = run.t.unwrap_or(next);
        for _ in 0..=run.r.unwrap_or(0) {
            segments.push((next, run.d));
            next += run.d;
        }
    }
    segments
}

/// Start and duration of each segment of a rendition, or of each of its key frames.
fn cut(rendition: &Rendition, key_frames: bool) -> Vec<(u64, u64)> {
    let number = |ticks: dynpack_media::Ticks| u64::try_from(ticks.0).unwrap();
    let rendition = if key_frames { &rendition.key_frames().unwrap() } else { rendition };
    let segments = rendition.cuts.segments();
    segments.map(|segment| (number(segment.start), number(segment.duration))).collect()
}

proptest! {
    #[test]
    fn a_manifest_agrees_with_the_timeline(film in films()) {
        let manifest = mpd(&View::whole(&film), &Azure, &Options::CMAF);
        let read = dash_mpd_core::parse(&manifest)
            .map_err(|error| TestCaseError::fail(format!("{error}: {manifest}")))?;
        let duration = read.mediaPresentationDuration.unwrap().as_secs_f64();
        prop_assert!((duration - film.duration().as_seconds()).abs() < 2e-6);

        let mut ids = BTreeSet::new();
        let mut found = 0;
        for set in &read.periods[0].adaptations {
            let is_trick = |property: &&dash_mpd_core::EssentialProperty| {
                property.schemeIdUri == "http://dashif.org/guidelines/trickmode"
            };
            let whole = set
                .essential_property
                .iter()
                .find(is_trick)
                .map(|property| property.value.clone().unwrap());
            if let Some(whole) = &whole {
                let of = read.periods[0]
                    .adaptations
                    .iter()
                    .find(|other| other.id.as_ref() == Some(whole))
                    .unwrap();
                prop_assert!(
                    of.essential_property.is_empty()
                        && of.contentType == set.contentType
                        && set.codingDependency == Some(false)
                );
            }
            for representation in &set.representations {
                let template = representation
                    .SegmentTemplate
                    .as_ref()
                    .or(set.SegmentTemplate.as_ref())
                    .unwrap();
                let media = template.media.as_ref().unwrap();
                let rendition = film.renditions.iter().find(|rendition| {
                    let name = rendition.id.name.replace(' ', "%20");
                    Some(u64::from(rendition.id.bitrate)) == representation.bandwidth
                        && media.contains(&format!("({name}="))
                });
                let rendition = rendition.unwrap();
                prop_assert_eq!(template.timescale, Some(u64::from(rendition.timescale().hz())));
                prop_assert_eq!(listed(template), cut(rendition, whole.is_some()));
                prop_assert_eq!(media.contains("type=keyframes"), whole.is_some());
                let codecs = representation.codecs.as_ref().or(set.codecs.as_ref());
                prop_assert_eq!(codecs, Some(&rendition.track.codec.rfc6381()));
                let frame_rate = representation.frameRate.as_ref().or(set.frameRate.as_ref());
                prop_assert_eq!(
                    frame_rate.is_some(),
                    rendition.kind() == MediaKind::Video && whole.is_none()
                );
                prop_assert!(ids.insert(representation.id.clone().unwrap()), "{}", manifest);
                found += 1;
            }
        }
        prop_assert_eq!(found, film.renditions.len() + film.of_kind(MediaKind::Video).count());
    }
}
