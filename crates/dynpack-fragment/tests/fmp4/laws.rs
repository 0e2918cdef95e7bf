//! Properties of every track, with random clocks, frame rates, groups of pictures, edit lists and
//! interleavings.

use dynpack_fragment::fmp4::{Profile, Writer};
use dynpack_media::{Edit, Rendition, Sample, SampleIndex, Ticks, Timescale};
use dynpack_testkit::read::mp4;
use dynpack_testkit::stored::{self, finish};
use dynpack_testkit::{TrackBuilder, renditions};
use proptest::prelude::*;

use crate::{audio_frames, group};

pub(crate) fn video_tables() -> impl Strategy<Value = TrackBuilder> {
    let clock = prop_oneof![
        Just((12_800, 512)),
        Just((90_000, 3003)),
        Just((24_000, 1001)),
        Just((600, 20)),
        Just((10_000_000, 333_667)),
        Just((1000, 33)),
        Just((25, 1)),
    ];
    let shape = (clock, 2_u32..300, 1_u32..60, 0_u32..4);
    let extras =
        (1_usize..40, any::<bool>(), -2_i64..5, 0_i64..3, prop::collection::vec(0_u32..3, 300));
    (shape, extras).prop_map(|(((timescale, frame), count, gop, b_frames), extras)| {
        let (samples_per_chunk, is_variable, edit, delay, jitter) = extras;
        let mut tables = group(timescale, frame, count, gop, b_frames);
        tables.samples_per_chunk = samples_per_chunk;
        let frame = i64::from(frame);
        tables.edit = Edit {
            delay: Ticks(delay * frame),
            media_start: Ticks((tables.edit.media_start.0 + edit * frame).max(0)),
        };
        if is_variable {
            tables
                .durations
                .iter_mut()
                .zip(jitter)
                .for_each(|(duration, jitter)| *duration += jitter);
        }
        tables
    })
}

pub(crate) fn audio() -> impl Strategy<Value = TrackBuilder> {
    let clock = prop_oneof![Just(48_000), Just(44_100), Just(22_050)];
    let priming = prop_oneof![Just(0), Just(1024), Just(2048), Just(2112), Just(312)];
    (clock, 3_u32..600, priming, 1_usize..40).prop_map(
        |(timescale, count, priming, samples_per_chunk)| TrackBuilder {
            samples_per_chunk,
            ..audio_frames(timescale, count, priming)
        },
    )
}

fn play(rendition: &Rendition) -> Vec<mp4::Sample> {
    let mut played = Vec::new();
    for segment in rendition.cuts.segments() {
        let plan = Writer::new(Profile::Cmaf, rendition).media_segment(&segment).unwrap();
        let len = Writer::new(Profile::Cmaf, rendition).media_segment_len(&segment).unwrap();
        assert_eq!(plan.len(), Some(len), "the length is known without a plan");
        let bytes = finish(plan);
        assert_eq!(bytes.len() as u64, len);
        let again = Writer::new(Profile::Cmaf, rendition).media_segment(&segment).unwrap();
        assert_eq!(bytes, finish(again), "the same request gives the same bytes");
        let parsed = mp4::segment(&bytes);
        assert_eq!(parsed.trun_version, 1);
        let start = parsed.sidx.as_ref().unwrap().earliest_presentation_time;
        assert_eq!(i64::try_from(start).unwrap(), segment.start.0);
        let presented = parsed
            .samples
            .iter()
            .map(|sample| sample.decode_time + sample.offset - rendition.cuts.lead().0);
        assert_eq!(
            presented.min().unwrap().max(0),
            segment.start.0,
            "the earliest sample starts the segment"
        );
        played.extend(parsed.samples);
    }
    played
}

/// Checks that there is no gap and no overlap, and that every sample occurs once, bit for bit, at
/// the time that the edit list gives it.
fn segments_cover_the_track(rendition: &Rendition) {
    let played = play(rendition);
    let (table, cuts) = (&rendition.track.samples, &rendition.cuts);
    let stored_samples: Vec<_> = table.samples(cuts.samples()).collect();
    assert_eq!(played.len(), stored_samples.len());
    for (at, (played, sample)) in played.iter().zip(&stored_samples).enumerate() {
        let extent = table.extents(sample.index..SampleIndex(sample.index.0 + 1)).next();
        let data = extent.map(|extent| stored::bytes(rendition.source, extent)).unwrap_or_default();
        assert_eq!(played.data, data, "sample {at}");
        assert_eq!(played.duration, sample.duration.0);
        assert_eq!(played.flags & 0x0001_0000 == 0, sample.is_sync);
        assert_eq!(
            played.decode_time + played.offset - cuts.lead().0,
            cuts.presentation_time(sample).0
        );
    }
    assert!(
        played
            .iter()
            .zip(&played[1..])
            .all(|(one, next)| one.decode_time + one.duration == next.decode_time)
    );
}

/// The same on the clock of Smooth Streaming: every time is the exact time, rounded down once.
fn smooth_segments_cover_the_track(rendition: &Rendition) {
    let (table, cuts, clock) = (&rendition.track.samples, &rendition.cuts, rendition.timescale());
    let on_clock = |time: Ticks| time.max(Ticks::ZERO).rescale_floor(clock, Timescale::SMOOTH).0;
    let decoded = |sample: &Sample| on_clock(cuts.decode_time(sample) - cuts.lead());
    let mut next_start = on_clock(cuts.start());
    for segment in cuts.segments() {
        let plan = Writer::new(Profile::Smooth, rendition).media_segment(&segment).unwrap();
        assert_eq!(
            plan.len(),
            Some(Writer::new(Profile::Smooth, rendition).media_segment_len(&segment).unwrap())
        );
        let parsed = mp4::segment(&finish(plan));
        assert!(
            parsed.styp.is_none() && parsed.sidx.is_none() && parsed.moof.traf[0].tfdt.is_none()
        );
        let (time, duration) = parsed.tfxd.unwrap();
        assert_eq!(
            (time, time + duration),
            (next_start, on_clock(segment.start + segment.duration))
        );
        next_start = time + duration;

        let stored_samples: Vec<_> = table.samples(segment.samples.clone()).collect();
        assert_eq!(parsed.samples.len(), stored_samples.len());
        for (played, sample) in parsed.samples.iter().zip(&stored_samples) {
            assert_eq!(played.data.len(), sample.size as usize);
            assert_eq!(
                played.decode_time + played.offset,
                on_clock(cuts.presentation_time(sample))
            );
            assert!(played.duration >= 0 && played.decode_time + played.offset >= 0);
        }
        let after = table.samples(segment.samples.end..SampleIndex(u32::MAX)).next();
        let (first, sum) = (
            stored_samples.first(),
            parsed.samples.iter().map(|sample| sample.duration).sum::<i64>(),
        );
        if let (Some(first), Some(after)) = (first, after) {
            assert_eq!(
                decoded(first) + sum,
                decoded(&after),
                "durations sum up to the decode time of the next segment"
            );
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn every_track_is_covered(video in video_tables(), audio in audio(), target in 200_u64..7000) {
        for rendition in renditions(vec![video.build(), audio.build()], target) {
            segments_cover_the_track(&rendition);
            smooth_segments_cover_the_track(&rendition);
            let init = Writer::new(Profile::Cmaf, &rendition).init_segment().unwrap();
            let (_, lead) = mp4::clock_and_lead(&mp4::init(&init).1);
            prop_assert_eq!(lead, rendition.cuts.lead().0);
        }
    }
}
