use std::sync::Arc;

use bytes::Bytes;
use dynpack_codec::{AacConfig, AvcConfig, Codec, Video};
use proptest::prelude::*;

use super::*;
use crate::{
    Column, Cuts, RenditionId, SampleColumns, SampleIndex, SampleTable, SourceIndex, Timescale,
    Track, TrackId,
};

/// A rendition with those segments: the number, start and first sample of each, in order; one
/// sample lies between two starts.
fn rendition(codec: Codec, hz: u32, segments: &[(u32, i64)]) -> Rendition {
    let count = u32::try_from(segments.len()).unwrap();
    let samples = SampleTable::new(SampleColumns {
        durations: Column::constant(1, count),
        composition_offsets: Column::constant(0, count),
        sizes: Column::constant(1, count),
        chunks: vec![(SampleIndex(0), 0)],
        sync_samples: None,
    });
    let track =
        Track::new(TrackId(1), Timescale::new(hz).unwrap(), codec, Bytes::new(), samples.unwrap());
    let end = segments.last().unwrap().1 + 1;
    let cuts = Cuts {
        numbers: segments.iter().map(|(number, _)| SegmentNumber(*number)).collect(),
        samples: (0..=count).map(SampleIndex).collect(),
        starts: segments.iter().map(|(_, start)| Ticks(*start)).chain([Ticks(end)]).collect(),
        ..Cuts::default()
    };
    Rendition::new(RenditionId::new("any", 1), SourceIndex(0), Arc::new(track), Arc::new(cuts))
}

fn video(hz: u32, segments: &[(u32, i64)]) -> Rendition {
    let record = Bytes::from_static(&[1, 0x42, 0xc0, 0x1e, 0xff, 0xe0, 0]);
    rendition(
        Codec::from(Video::new(AvcConfig::parse(record, true).unwrap(), 640, 360)),
        hz,
        segments,
    )
}

fn audio(hz: u32, segments: &[(u32, i64)]) -> Rendition {
    rendition(
        Codec::from(AacConfig::parse(Bytes::from_static(&[0x11, 0x90]), 2).unwrap()),
        hz,
        segments,
    )
}

/// Number, start and duration of each segment.
fn plain(stream: &Stream<'_>) -> Vec<(u32, i64, i64)> {
    stream
        .segments()
        .iter()
        .map(|segment| (segment.number.0, segment.start.0, segment.duration.0))
        .collect()
}

#[test]
fn segments_are_named_by_the_main_rendition_or_else_the_audio() {
    let (video, audio) = (
        video(10, &[(1, 60), (2, 120)]),
        audio(1000, &[(0, 0), (1, 6010), (2, 11_990), (3, 17_999)]),
    );
    let stream = Stream::new(&video).with_audio(Some(&audio));
    assert_eq!(plain(&stream), [(0, 0, 60), (1, 60, 60), (2, 120, 59), (3, 179, 1)]);
    assert_eq!(plain(&Stream::new(&video)), [(1, 60, 60), (2, 120, 1)]);
    assert_eq!(stream.starts_around(Ticks(120)), (Some(Ticks(60)), Some(Ticks(120))));
    assert_eq!(stream.starts_around(Ticks(-1)), (None, Some(Ticks(0))));
    assert_eq!(stream.starts_around(Ticks(180)), (Some(Ticks(179)), None));
}

/// The audio before the first picture is in the segment of that picture, since audio is cut where
/// video is.
#[test]
fn a_segment_in_which_video_begins_starts_with_whichever_is_earlier() {
    let sound = [(0, 0), (1, 5990), (2, 11_990)];
    let starts = |video_starts: &[(u32, i64)], sound: &[(u32, i64)], joined| {
        let (video, audio) = (video(10, video_starts), audio(1000, sound));
        let count = NonZeroU32::new(joined).unwrap();
        let stream = Stream::new(&video).with_audio(Some(&audio)).with_joined_segments(count);
        let segments = stream.segments();
        let starts = segments.iter().map(|segment| stream.exact_start(segment).unwrap());
        let starts = starts.map(|start| (start.timescale.hz(), start.ticks.0)).collect::<Vec<_>>();
        (segments.iter().map(|segment| segment.start.0).collect::<Vec<_>>(), starts)
    };
    assert_eq!(
        starts(&[(1, 70), (2, 120)], &sound, 1),
        (vec![0, 59, 120], vec![(1000, 0), (1000, 5990), (10, 120)])
    );
    assert_eq!(
        starts(&[(1, 40), (2, 120)], &sound, 1),
        (vec![0, 40, 120], vec![(1000, 0), (10, 40), (10, 120)])
    );
    // Of two equally early parts it is the video: its clock is exact.
    assert_eq!(
        starts(&[(0, 0), (1, 60)], &sound, 1),
        (vec![0, 60, 119], vec![(10, 0), (10, 60), (1000, 11_990)])
    );
    assert_eq!(
        starts(&[(3, 190), (5, 300)], &[(2, 12_000), (3, 18_000)], 2),
        (vec![120, 300], vec![(1000, 12_000), (10, 300)])
    );
}

#[test]
fn no_two_segments_share_a_name_on_a_coarse_clock() {
    let (video, audio) = (
        video(1, &[(3, 1), (4, 2), (5, 9)]),
        audio(1000, &[(0, 0), (1, 300), (2, 600), (3, 900), (6, 9_400)]),
    );
    let stream = Stream::new(&video).with_audio(Some(&audio));
    assert_eq!(
        plain(&stream),
        [(0, 0, 1), (1, 1, 1), (2, 2, 1), (3, 3, 1), (4, 4, 5), (5, 9, 1), (6, 10, 0)]
    );
}

/// The segments of a rendition from that place on.
fn rest(whole: &Rendition, place: u32) -> Rendition {
    let cuts = whole.cuts.within(SegmentNumber(place)..SegmentNumber::END);
    whole.clone().with_cuts(Arc::clone(&whole.track), cuts.into())
}

/// Some places of the timeline, with starts that ascend.
fn segments() -> impl Strategy<Value = Vec<(u32, i64)>> {
    let steps =
        prop::collection::vec((prop_oneof![5 => Just(1_u32), 1 => 2_u32..5], 1_i64..4_000), 1..60);
    steps.prop_map(|steps| {
        let (mut number, mut start) = (0, 0);
        let segments = steps.into_iter().map(|(places, ticks)| {
            (number, start) = (number + places, start + ticks);
            (number - 1, start - 1)
        });
        segments.collect()
    })
}

proptest! {
    /// A segment that is looked up is the one that is listed.
    #[test]
    fn what_is_listed_is_found(
        (main, sound) in (segments(), prop::option::of(segments())),
        hz in prop_oneof![Just(1_u32), Just(25), Just(90_000)],
        rate in prop_oneof![Just(1_000_u32), Just(48_000)],
        count in prop_oneof![Just(1_u32), 2_u32..6],
        probe in -10_i64..100_000,
    ) {
        let (main, sound) = (video(hz, &main), sound.map(|sound| audio(rate, &sound)));
        let count = NonZeroU32::new(count).unwrap();
        let stream = Stream::new(&main).with_audio(sound.as_ref()).with_joined_segments(count);
        let segments = stream.segments();
        let coarse = main.with_joined_segments(count);
        let coarse_sound = sound.as_ref().map(|sound| sound.with_joined_segments(count));
        let joined = Stream::new(&coarse).with_audio(coarse_sound.as_ref());
        prop_assert_eq!(&segments, &joined.segments());
        for (place, segment) in segments.iter().enumerate() {
            prop_assert_eq!(stream.segment_at(segment.start), Some(segment.clone()));
            prop_assert_eq!(stream.nth_segment(place), Some(segment.clone()));
        }
        prop_assert_eq!(stream.nth_segment(segments.len()), None);
        let probe = Ticks(probe);
        let named = segments.iter().find(|segment| segment.start == probe);
        prop_assert_eq!(stream.segment_at(probe), named.cloned());
        let mut starts = segments.iter().map(|segment| segment.start);
        let before = starts.clone().rev().find(|start| *start < probe);
        let after = starts.find(|start| *start >= probe);
        prop_assert_eq!(stream.starts_around(probe), (before, after));
    }

    /// A segment has the same name in every part.
    #[test]
    fn parts_have_the_names_of_the_whole(
        (main, sound) in (segments(), segments()),
        hz in prop_oneof![Just(1_u32), Just(25)],
        rate in prop_oneof![Just(1_000_u32), Just(48_000)],
        count in prop_oneof![Just(1_u32), 2_u32..6],
        place in 0_u32..60,
    ) {
        let (main, sound) = (video(hz, &main), audio(rate, &sound));
        let count = NonZeroU32::new(count).unwrap();
        let place = place * count.get();
        let [part_main, part_sound] = [&main, &sound].map(|whole| rest(whole, place));
        prop_assume!(!part_main.cuts.is_empty() && !part_sound.cuts.is_empty());
        let of = |main, sound| Stream::new(main).with_audio(Some(sound)).with_joined_segments(count);
        let (whole, part) = (of(&main, &sound), of(&part_main, &part_sound));
        let named = |segments: Vec<StreamSegment>| {
            let places = segments.into_iter().filter(|one| one.number.0 >= place / count);
            places.map(|one| (one.number, one.start)).collect::<Vec<_>>()
        };
        let part = part.named_as_in(&whole);
        prop_assert_eq!(named(part.segments()), named(whole.segments()));
        for (at, segment) in part.segments().into_iter().enumerate() {
            prop_assert_eq!(part.nth_segment(at), Some(segment));
        }
    }
}
