//! F4F fragments, read by a reader of FLV that knows nothing of how they were made.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::Arc;
use std::time::Duration;

use bytes::{Buf, Bytes};
use dynpack_codec::{AacConfig, AvcConfig, Codec};
use dynpack_fragment::f4f::{Part, media_segment};
use dynpack_fragment::{Error, SegmentPlan};
use dynpack_media::{
    Column, ColumnBuilder, CutPolicy, Edit, Rendition, RenditionId, SampleColumns, SampleIndex,
    SampleTable, SourceIndex, Ticks, Timeline, Timescale, Track, TrackId,
};
use proptest::prelude::*;

const RECORD: &[u8] =
    &[1, 0x64, 0, 0x1f, 0xff, 0xe1, 0, 4, 0x67, 0x64, 0, 0x1f, 1, 0, 2, 0x68, 0xee];
const CONFIG: &[u8] = &[0x11, 0x90];

/// Samples of one duration with these composition offsets, of 1 to 97 bytes; each a multiple of
/// `gop` a sync sample.
fn samples(duration: u32, offsets: &[i32], gop: usize) -> SampleTable {
    let len = u32::try_from(offsets.len()).unwrap();
    let column = |values: &mut dyn Iterator<Item = u32>| {
        let mut builder = ColumnBuilder::default();
        values.for_each(|value| builder.push_run(value, 1));
        builder.finish()
    };
    SampleTable::new(SampleColumns {
        durations: Column::constant(duration, len),
        composition_offsets: column(&mut offsets.iter().map(|offset| offset.cast_unsigned())),
        sizes: column(&mut (0..len).map(|at| 1 + at * 31 % 97)),
        // Every fifth sample lies apart from the one before it.
        chunks: (0..len).step_by(5).map(|at| (SampleIndex(at), u64::from(at) * 1000)).collect(),
        sync_samples: (gop > 1).then(|| (0..len).step_by(gop).map(SampleIndex).collect()),
    })
    .unwrap()
}

fn video(hz: u32, duration: u32, offsets: &[i32], gop: usize) -> Track {
    let codec = Codec::from(AvcConfig::parse(Bytes::from_static(RECORD), 320, 180, false).unwrap());
    Track::new(
        TrackId(1),
        Timescale::new(hz).unwrap(),
        codec,
        Bytes::new(),
        samples(duration, offsets, gop),
    )
}

fn audio(frames: usize, priming: i64) -> Track {
    let codec = Codec::from(AacConfig::parse(Bytes::from_static(CONFIG), 2).unwrap());
    let track = Track::new(
        TrackId(2),
        Timescale::new(48_000).unwrap(),
        codec,
        Bytes::new(),
        samples(1024, &vec![0; frames], 1),
    );
    track.with_edit(Edit { delay: Ticks(0), media_start: Ticks(priming) })
}

/// The renditions of a film in segments of about two seconds; the place of a track is its file.
fn renditions(tracks: Vec<Track>) -> Vec<Rendition> {
    let cuts = Timeline::cut(
        &tracks.iter().collect::<Vec<_>>(),
        CutPolicy::with_target(Duration::from_secs(2)),
    )
    .unwrap()
    .cuts;
    let rendition = |(source, (track, cuts))| {
        Rendition::new(
            RenditionId::new(format!("{source}"), 1),
            SourceIndex(source),
            Arc::new(track),
            Arc::new(cuts),
        )
    };
    (0..).zip(tracks.into_iter().zip(cuts)).map(rendition).collect()
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

/// The bytes of a file: each tells its source and its place.
fn byte(source: u32, offset: u64) -> u8 {
    u8::try_from((offset * 7 + offset / 251 + u64::from(source) * 101) % 256).unwrap()
}

/// The finished fragment, as long as promised.
fn finish(plan: SegmentPlan) -> Bytes {
    let media = plan.reads().iter().map(|read| {
        (read.extent.offset..read.extent.end())
            .map(|offset| byte(read.source.0, offset))
            .collect::<Bytes>()
    });
    let (media, promised) = (media.collect::<Vec<_>>(), plan.len());
    let fragment = plan.finish(&media).unwrap().concat();
    assert_eq!(promised, Some(fragment.len() as u64));
    fragment.into()
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Tag {
    audio: bool,
    configuration: bool,
    key: bool,
    decode: i64,
    presentation: i64,
    data: Bytes,
}

/// Reads the tags of a fragment.
fn read(mut fragment: Bytes) -> Vec<Tag> {
    assert_eq!(fragment.len(), fragment.get_u32() as usize);
    assert_eq!(fragment.split_to(4), "mdat");
    let mut tags = Vec::new();
    while !fragment.is_empty() {
        let (kind, size) = (fragment.get_u8(), fragment.get_uint(3));
        let decode = fragment.get_uint(3) | u64::from(fragment.get_u8()) << 24;
        assert_eq!(fragment.get_uint(3), 0);
        let mut data = fragment.split_to(usize::try_from(size).unwrap());
        assert_eq!(u64::from(fragment.get_u32()), size + 11);
        let (audio, head) = (kind == 8, data.get_u8());
        assert!(matches!((kind, head), (8, 0xaf) | (9, 0x17 | 0x27)));
        let configuration = data.get_u8() == 0;
        let decode = i64::try_from(decode).unwrap();
        let presentation = decode + if audio { 0 } else { data.get_int(3) };
        tags.push(Tag {
            audio,
            configuration,
            key: audio || head == 0x17,
            decode,
            presentation,
            data,
        });
    }
    tags
}

/// Checks that the fragments hold all samples of the renditions, each once, bit for bit, on time
/// and in order; returns the delay.
fn check(renditions: &[Rendition]) -> Result<i64, TestCaseError> {
    let fragments: Vec<_> = plans(renditions).into_iter().map(finish).map(read).collect();
    let mut delay = None;
    for rendition in renditions {
        let is_audio = rendition.track.codec.audio().is_some();
        let of_kind = |tags: &[Tag]| {
            tags.iter().filter(|tag| tag.audio == is_audio).cloned().collect::<Vec<_>>()
        };
        let mut tags = Vec::new();
        for fragment in &fragments {
            prop_assert!(fragment.is_sorted_by_key(|tag| tag.decode));
            let mut all = of_kind(fragment).into_iter();
            let Some(first) = all.next() else { continue };
            prop_assert!(first.configuration);
            prop_assert_eq!(first.data, if is_audio { CONFIG } else { RECORD });
            tags.extend(all);
            prop_assert!(tags.iter().all(|tag| !tag.configuration));
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
            let stored: Bytes = (extent.offset..extent.end())
                .map(|offset| byte(rendition.source.0, offset))
                .collect();
            prop_assert_eq!(&stored, &tag.data);
            prop_assert_eq!(sample.is_sync, tag.key);
            prop_assert!(tag.decode >= 0 && tag.presentation >= tag.decode);
            let presented = rendition
                .cuts
                .presentation_time(sample)
                .rescale_floor(rendition.timescale(), Timescale::MILLIS)
                .0;
            prop_assert_eq!(
                *delay.get_or_insert(tag.presentation - presented),
                tag.presentation - presented
            );
        }
    }
    Ok(delay.unwrap_or_default())
}

#[test]
fn without_reordering_times_are_those_of_the_presentation() {
    let renditions = renditions(vec![video(30_000, 1001, &[0; 170], 60), audio(266, 0)]);
    assert_eq!(check(&renditions).unwrap(), 0);
    let first = read(finish(plans(&renditions).swap_remove(0)));
    let head: Vec<_> = first
        .iter()
        .take(6)
        .map(|tag| (tag.audio, tag.configuration, tag.key, tag.decode))
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
fn reordering_and_priming_move_all_times_alike() {
    // Two frames of 1/30 s of reordering, then 21.3 ms of priming.
    let offsets: Vec<_> = (0..170).map(|at| [2002, 4004, 1001, 1001][at % 4]).collect();
    let reordered = video(30_000, 1001, &offsets, 60)
        .with_edit(Edit { delay: Ticks(0), media_start: Ticks(2002) });
    assert_eq!(check(&renditions(vec![reordered.clone(), audio(266, 1024)])).unwrap(), 34);
    assert_eq!(
        check(&renditions(vec![video(30_000, 1001, &[0; 170], 60), audio(266, 1024)])).unwrap(),
        22
    );
    let negative: Vec<_> = offsets.iter().map(|offset| offset - 2002).collect();
    assert_eq!(
        check(&renditions(vec![video(30_000, 1001, &negative, 60), audio(266, 1024)])).unwrap(),
        34
    );
}

#[test]
fn where_one_rendition_has_ended_the_other_goes_on() {
    let renditions = renditions(vec![video(30_000, 1001, &[0; 60], 60), audio(280, 1024)]);
    check(&renditions).unwrap();
    let last = read(finish(plans(&renditions).pop().unwrap()));
    assert!(last.iter().all(|tag| tag.audio));
}

#[test]
fn a_fragment_of_nothing_is_refused() {
    let renditions = renditions(vec![audio(10, 0)]);
    let error = media_segment(&[Part { rendition: &renditions[0], segment: None }]).unwrap_err();
    assert!(matches!(error, Error::Unsupported(_)), "{error}");
}

#[test]
fn times_past_31_bits_are_refused() {
    let renditions = renditions(vec![video(1, 3_000_000, &[0; 2], 1)]);
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
        pattern in prop_oneof![Just(vec![0]), Just(vec![2, 4, 1, 1]), Just(vec![1, 3, 0, 0]), Just(vec![-1, 1, -1, 0])],
        frames in 1_usize..150,
        gop in 1_usize..40,
        priming in 0_i64..3000,
        audio_frames in 4_usize..300,
    ) {
        let duration = hz / 25;
        let offsets: Vec<_> = (0..frames).map(|at| pattern[at % gop % pattern.len()] * duration.cast_signed()).collect();
        let renditions = renditions(vec![video(hz, duration, &offsets, gop), audio(audio_frames, priming)]);
        check(&renditions)?;
    }
}
