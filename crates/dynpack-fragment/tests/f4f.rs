//! F4F fragments, read by an independent reader.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use dynpack_codec::{AudioCodec, Codec, MediaKind, Mp3Config};
use dynpack_fragment::f4f::{Part, carries, media_segment};
use dynpack_fragment::{Error, SegmentPlan};
use dynpack_media::{Rendition, SampleIndex, SourceIndex, Timescale};
use dynpack_testkit::read::flash;
use dynpack_testkit::stored::{self, finish};
use dynpack_testkit::{AAC_48_STEREO, AVCC, TrackBuilder};
use proptest::prelude::*;

/// Samples of 1 to 97 bytes. Every fifth sample is not adjacent to the one before it.
fn apart(track: TrackBuilder) -> TrackBuilder {
    track.with_sizes(|at| 1 + at * 31 % 97).with_chunks(5, 77)
}

/// Pictures of one duration with these composition offsets. Each multiple of `gop` is a sync
/// sample.
fn video(hz: u32, duration: u32, offsets: &[i32], gop: u32) -> TrackBuilder {
    let count = u32::try_from(offsets.len()).unwrap();
    let video = apart(TrackBuilder::video(hz, duration, count, gop));
    TrackBuilder { offsets: offsets.into(), ..video }
}

fn audio(frames: u32, priming: i64) -> TrackBuilder {
    apart(TrackBuilder::audio(48_000, frames)).with_edit(0, priming)
}

/// The renditions of a film in segments of about two seconds. Each track is in a file of its own.
fn renditions(tracks: &[TrackBuilder]) -> Vec<Rendition> {
    let tracks = tracks.iter().map(TrackBuilder::build).collect();
    let mut renditions = dynpack_testkit::renditions(tracks, 2000);
    (0..).zip(&mut renditions).for_each(|(at, rendition)| rendition.source = SourceIndex(at));
    renditions
}

/// The plans of all fragments of a stream.
fn plans(renditions: &[Rendition]) -> Vec<SegmentPlan> {
    let numbers: std::collections::BTreeSet<_> = renditions
        .iter()
        .flat_map(|rendition| rendition.cuts.segments().map(|segment| segment.number))
        .collect();
    let plan = |number| {
        let find = |rendition: &Rendition| {
            rendition.cuts.segments().find(|segment| segment.number == number)
        };
        let segments: Vec<_> = renditions.iter().map(find).collect();
        let part = |(rendition, segment)| Part { rendition, segment: Option::as_ref(segment) };
        let parts: Vec<_> = renditions.iter().zip(&segments).map(part).collect();
        media_segment(&parts).unwrap()
    };
    numbers.into_iter().map(plan).collect()
}

/// Checks that the fragments contain all samples of the renditions, each once, bit for bit, on time
/// and in order. Returns the delay.
fn check(renditions: &[Rendition]) -> Result<i64, TestCaseError> {
    let fragments: Vec<_> = plans(renditions).into_iter().map(finish).collect();
    let fragments: Vec<_> = fragments.iter().map(|fragment| flash::tags(fragment)).collect();
    let mut delay = None;
    for rendition in renditions {
        let is_video = rendition.kind() == MediaKind::Video;
        let configuration = match &rendition.track.codec {
            Codec::Video(_) => Some(AVCC),
            Codec::Audio(AudioCodec::Mp3(_)) | Codec::Text => None,
            Codec::Audio(_) => Some(AAC_48_STEREO),
        };
        let mut tags: Vec<&flash::Tag<'_>> = Vec::new();
        for fragment in &fragments {
            prop_assert!(fragment.is_sorted_by_key(|tag| tag.decode));
            let mut all = fragment.iter().filter(|tag| tag.is_video == is_video);
            if let Some(configuration) = configuration {
                let Some(first) = all.next() else { continue };
                prop_assert!(first.is_configuration);
                prop_assert_eq!(first.data, configuration);
            }
            tags.extend(all);
            prop_assert!(tags.iter().all(|tag| !tag.is_configuration));
        }
        let samples: Vec<_> = rendition.track.samples.samples(rendition.cuts.samples()).collect();
        prop_assert_eq!(samples.len(), tags.len());
        prop_assert!(tags.is_sorted_by_key(|tag| tag.decode));
        for (sample, tag) in samples.iter().zip(&tags) {
            let extent = rendition
                .track
                .samples
                .extents(sample.index..SampleIndex(sample.index.0 + 1))
                .next()
                .unwrap();
            prop_assert_eq!(&stored::bytes(rendition.source, extent), tag.data);
            prop_assert_eq!(sample.is_sync, tag.is_key_frame);
            let presentation = tag.decode + tag.offset;
            prop_assert!(tag.decode >= 0 && tag.offset >= 0);
            let presented = rendition
                .cuts
                .presentation_time(sample)
                .rescale_floor(rendition.timescale(), Timescale::MILLIS)
                .0;
            prop_assert_eq!(
                *delay.get_or_insert(presentation - presented),
                presentation - presented
            );
        }
    }
    Ok(delay.unwrap_or_default())
}

#[test]
fn without_reordering_times_are_those_of_the_presentation() {
    let renditions = renditions(&[video(30_000, 1001, &[0; 170], 60), audio(266, 0)]);
    assert_eq!(check(&renditions).unwrap(), 0);
    let first = finish(plans(&renditions).swap_remove(0));
    let head: Vec<_> = flash::tags(&first)
        .iter()
        .take(6)
        .map(|tag| (!tag.is_video, tag.is_configuration, tag.is_key_frame, tag.decode))
        .collect();
    let expected = [
        (false, true, true, 0),
        (true, true, true, 0),
        (false, false, true, 0),
        (true, false, true, 0),
        (true, false, true, 21),
        (false, false, false, 33),
    ];
    assert_eq!(head, expected);
}

#[test]
fn reordering_and_priming_move_all_times_equally() {
    // Two frames of 1/30 s of reordering, then 21.3 ms of priming.
    let offsets: Vec<_> = (0..170).map(|at| [2002, 4004, 1001, 1001][at % 4]).collect();
    let reordered = video(30_000, 1001, &offsets, 60).with_edit(0, 2002);
    assert_eq!(check(&renditions(&[reordered.clone(), audio(266, 1024)])).unwrap(), 34);
    assert_eq!(
        check(&renditions(&[video(30_000, 1001, &[0; 170], 60), audio(266, 1024)])).unwrap(),
        22
    );
    let negative: Vec<_> = offsets.iter().map(|offset| offset - 2002).collect();
    assert_eq!(
        check(&renditions(&[video(30_000, 1001, &negative, 60), audio(266, 1024)])).unwrap(),
        34
    );
}

#[test]
fn after_the_end_of_one_rendition_the_other_continues() {
    let renditions = renditions(&[video(30_000, 1001, &[0; 60], 60), audio(280, 1024)]);
    check(&renditions).unwrap();
    let last = finish(plans(&renditions).pop().unwrap());
    assert!(flash::tags(&last).iter().all(|tag| !tag.is_video));
}

#[test]
fn mp3_has_no_configuration_and_few_rates() {
    let codec = |rate| Codec::from(Mp3Config::new(0x6b, rate, 2));
    let sound = apart(TrackBuilder::audio(44_100, 300)).with_codec(codec(44_100));
    let renditions = renditions(&[sound]);
    check(&renditions).unwrap();
    let first = finish(plans(&renditions).swap_remove(0));
    assert!(flash::tags(&first).iter().all(|tag| !tag.is_configuration));
    assert_eq!([22_050, 11_025].map(|rate| carries(&codec(rate))), [Ok(()), Ok(())]);
    let refused = carries(&codec(48_000)).unwrap_err().to_string();
    assert!(refused.contains("FLV has no place for MP3 of 48000 Hz"), "{refused}");
}

#[test]
fn a_fragment_without_samples_is_refused() {
    let renditions = renditions(&[audio(10, 0)]);
    let error = media_segment(&[Part { rendition: &renditions[0], segment: None }]).unwrap_err();
    assert!(matches!(error, Error::Unsupported(_)), "{error}");
}

#[test]
fn times_past_31_bits_are_refused() {
    let renditions = renditions(&[video(1, 3_000_000, &[0; 2], 1)]);
    let segment = renditions[0].cuts.segments().last().unwrap();
    let error =
        media_segment(&[Part { rendition: &renditions[0], segment: Some(&segment) }]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "sample 1 cannot be carried: its time lies outside 31 bits of milliseconds"
    );
}

proptest! {
    #[test]
    fn every_sample_arrives_once_and_on_time(
        hz in prop_oneof![Just(1000_u32), Just(12_800), Just(30_000), Just(90_000)],
        pattern in prop_oneof![
            Just(vec![0]), Just(vec![2, 4, 1, 1]), Just(vec![1, 3, 0, 0]), Just(vec![-1, 1, -1, 0])
        ],
        frames in 1_usize..150,
        gop in 1_u32..40,
        priming in 0_i64..3000,
        audio_frames in 4_u32..300,
    ) {
        let duration = hz / 25;
        let shown_later = |at: usize| pattern[at % gop as usize % pattern.len()];
        let offsets: Vec<_> =
            (0..frames).map(|at| shown_later(at) * duration.cast_signed()).collect();
        let tracks = [video(hz, duration, &offsets, gop), audio(audio_frames, priming)];
        check(&renditions(&tracks))?;
    }
}
