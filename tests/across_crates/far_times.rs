//! Times at the bounds of what a presentation may hold: every packager writes them or refuses them,
//! and no sum of them fails.

use bytes::Bytes;
use dynpack::{
    AssetPath, Content, CutPolicy, Format, Job, Movie, Package, Request, SegmentPlan, Ticks,
    present,
};
use dynpack_media::{Track, View};
use dynpack_testkit::TrackBuilder;
use proptest::prelude::*;

/// A NAL unit of a slice, with its length: also good for a frame of audio.
const SAMPLE: &[u8] = &[0, 0, 0, 1, 0x65];

/// Mostly at a bound.
fn any_edit() -> impl Strategy<Value = i64> {
    const FARTHEST: i64 = Ticks::FARTHEST.0;
    prop_oneof![4 => Just(0), 2 => Just(FARTHEST), 1 => Just(-FARTHEST), 1 => 0..1_i64 << 29]
}

fn any_track() -> impl Strategy<Value = Track> {
    let clock =
        prop_oneof![3 => Just(1_u32), 1 => 2_u32..50, 1 => Just(90_000), 3 => Just(u32::MAX)];
    let duration = prop_oneof![Just(0_u32), Just(1), 0_u32..1 << 20, Just(1 << 27), Just(u32::MAX)];
    let offset = prop_oneof![
        6 => Just(0_i32),
        1 => -5_i32..5,
        1 => Just(i32::MIN),
        1 => Just(i32::MAX),
        1 => any::<i32>(),
    ];
    let samples = prop::collection::vec((duration, offset), 1..12);
    (any::<bool>(), clock, samples, 1_usize..5, any_edit(), any_edit()).prop_map(
        |(is_video, timescale, samples, gop, delay, media_start)| {
            let len = u32::try_from(samples.len()).unwrap();
            let track = match is_video {
                true => TrackBuilder::video(timescale, 1, len, u32::try_from(gop).unwrap()),
                false => TrackBuilder::audio(timescale, len),
            };
            let (durations, offsets) = samples.into_iter().unzip();
            let sizes = vec![u32::try_from(SAMPLE.len()).unwrap(); len as usize];
            let track = TrackBuilder { durations, offsets, sizes, ..track };
            track.with_edit(delay, media_start).build()
        },
    )
}

/// The segment, of media that is the same sample everywhere.
fn finish(plan: SegmentPlan) {
    let media: Vec<Bytes> = plan
        .reads()
        .iter()
        .map(|read| SAMPLE.repeat(usize::try_from(read.extent.len).unwrap() / SAMPLE.len()).into())
        .collect();
    if let Err(error) = plan.finish(&media) {
        assert!(!error.to_string().is_empty());
    }
}

proptest! {
    #[test]
    fn no_packager_fails_by_times_at_the_bounds(
        tracks in prop::collection::vec(any_track(), 1..4),
    ) {
        let movie = Movie::new(tracks, Vec::new());
        let Ok(presentation) = present([movie], CutPolicy::SIX_SECONDS) else { return Ok(()) };
        let view = View::whole(&presentation);
        for format in Format::ALL {
            let Ok(packager) = format.packager() else { continue };
            let manifest = Request::manifest(AssetPath::new("film", "film.ism").unwrap(), format);
            let job = Job::new(&view, &manifest);
            for time in [i64::MIN, -1, i64::MAX].map(Ticks) {
                prop_assert!(packager.segment(&job, &presentation.renditions[0], time).is_err());
            }
            let Ok(resources) = packager.resources(&job) else { continue };
            for request in resources.take(40) {
                let package = packager.package(&Job::new(&view, &request));
                if let Ok(Package { content: Content::Plan(plan), .. }) = package {
                    finish(plan);
                }
            }
        }
    }
}
