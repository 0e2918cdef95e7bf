//! The differences between the profiles.

use dynpack_fragment::fmp4::{Profile, Writer};
use dynpack_fragment::{Error, Piece};
use dynpack_media::Rendition;
use dynpack_testkit::read::boxes::find;
use dynpack_testkit::read::mp4;
use dynpack_testkit::stored::finish;
use dynpack_testkit::{codec, hdr10_plus, renditions};

use crate::{audio_frames, group};

fn smooth(rendition: &Rendition) -> Vec<mp4::Segment> {
    let plan = |segment| Writer::new(Profile::Smooth, rendition).media_segment(&segment).unwrap();
    rendition.cuts.segments().map(|segment| mp4::segment(&finish(plan(segment)))).collect()
}

#[test]
fn csf_is_cmaf_without_its_brands() {
    let rendition = renditions(vec![group(12_800, 512, 150, 50, 2).build()], 2000).remove(0);
    let init = Writer::new(Profile::Csf, &rendition).init_segment().unwrap();
    let (ftyp, _) = mp4::init(&init);
    assert_eq!(ftyp.major_brand, b"ccff".into());
    assert_eq!(ftyp.compatible_brands, [b"ccff", b"iso6", b"dash"].map(Into::into));
    let cmaf = Writer::new(Profile::Cmaf, &rendition).init_segment().unwrap();
    assert_eq!(find(&init, &[b"moov"]).unwrap(), find(&cmaf, &[b"moov"]).unwrap());
    for segment in rendition.cuts.segments() {
        let bytes =
            |profile| finish(Writer::new(profile, &rendition).media_segment(&segment).unwrap());
        let (csf, cmaf) = (bytes(Profile::Csf), bytes(Profile::Cmaf));
        assert_eq!(
            mp4::segment(&csf).styp.unwrap().compatible_brands,
            [b"msdh", b"msix"].map(Into::into)
        );
        assert_eq!(csf[24..], cmaf[28..]);
    }
}

/// Its binding to MP4 requires the brand; that of HDR10+ comes beside it.
#[test]
fn av1_has_its_brands() {
    let brands = |profile, track| {
        let rendition = renditions(vec![track], 2000).remove(0);
        let init = Writer::new(profile, &rendition).init_segment().unwrap();
        String::from_utf8(find(&init, &[b"ftyp"]).unwrap()[8..].to_vec()).unwrap()
    };
    let plain = || group(12_800, 512, 150, 50, 2).with_codec(codec::av1()).build();
    assert_eq!(brands(Profile::Cmaf, plain()), "cmfciso6cmf2dashav01");
    assert_eq!(brands(Profile::Csf, plain()), "ccffiso6dashav01");
    let with_metadata = hdr10_plus(codec::av1());
    assert_eq!(brands(Profile::Cmaf, with_metadata), "cmfciso6cmf2dashav01cdm4");
    let hevc = hdr10_plus(codec::hevc());
    assert_eq!(brands(Profile::Cmaf, hevc), "cmfciso6cmf2dash");
}

#[test]
fn smooth_streaming_has_no_init_segments() {
    let rendition = renditions(vec![group(12_800, 512, 150, 50, 2).build()], 2000).remove(0);
    let error = Writer::new(Profile::Smooth, &rendition).init_segment().unwrap_err();
    assert_eq!(error, Error::Unsupported("it has no init segments".into()));
}

/// The clock cannot represent 1/30 s. Rounding the absolute time keeps sums exact, and differences
/// within a tick.
#[test]
fn smooth_streaming_does_not_drift() {
    let rendition = renditions(vec![group(30, 1, 300, 60, 2).build()], 2000).remove(0);
    let parsed = smooth(&rendition);
    let starts: Vec<_> = parsed.iter().map(|parsed| parsed.tfxd.unwrap()).collect();
    assert_eq!(starts, (0..5).map(|at| (at * 20_000_000, 20_000_000)).collect::<Vec<_>>());
    for parsed in &parsed {
        assert_eq!(parsed.samples.iter().map(|sample| sample.duration).sum::<i64>(), 20_000_000);
        assert!(parsed.samples.iter().all(|sample| [333_333, 333_334].contains(&sample.duration)));
        assert_eq!(parsed.samples[0].offset, 0);
        assert_eq!(parsed.trun_version, 1);
    }
}

#[test]
fn smooth_streaming_has_one_duration_if_it_is_exact() {
    let rendition = renditions(vec![group(25, 1, 100, 50, 0).build()], 2000).remove(0);
    let parsed = &smooth(&rendition)[1];
    assert_eq!(parsed.moof.traf[0].tfhd.default_sample_duration, Some(400_000));
    assert!(
        parsed.moof.traf[0].trun[0]
            .samples
            .iter()
            .all(|sample| sample.cts.is_none() && sample.duration.is_none())
    );
}

/// There are no edit lists and no times before 0. So priming is carried with a duration of 0, and
/// the audible samples have the right times.
#[test]
fn priming_takes_no_time_in_smooth_streaming() {
    for (priming, expected) in [
        (0, [(0, 213_333), (213_333, 213_333), (426_666, 213_334)]),
        (312, [(0, 148_333), (148_333, 213_333), (361_666, 213_334)]),
        (1024, [(0, 0), (0, 213_333), (213_333, 213_333)]),
        (2112, [(0, 0), (0, 0), (0, 200_000)]),
    ] {
        let rendition =
            renditions(vec![audio_frames(48_000, 500, priming).build()], 2000).remove(0);
        let segment = rendition.cuts.segments().next().unwrap();
        let parsed = mp4::segment(&finish(
            Writer::new(Profile::Smooth, &rendition).media_segment(&segment).unwrap(),
        ));
        let stored = segment.samples.end.0 - segment.samples.start.0;
        assert_eq!(u32::try_from(parsed.samples.len()).unwrap(), stored, "no sample is lost");
        let first: Vec<_> = parsed
            .samples
            .iter()
            .map(|sample| (sample.decode_time, sample.duration))
            .take(3)
            .collect();
        assert_eq!(first, expected, "{priming}");
        let (time, duration) = parsed.tfxd.unwrap();
        assert_eq!(
            (time, duration),
            (0, parsed.samples.iter().map(|sample| sample.duration).sum())
        );
    }
}

#[test]
fn smooth_fragments_contain_the_boxes_of_the_specification() {
    let rendition = renditions(vec![audio_frames(48_000, 500, 1024).build()], 2000).remove(0);
    let segment = rendition.cuts.segments().nth(1).unwrap();
    let plan = Writer::new(Profile::Smooth, &rendition).media_segment(&segment).unwrap();
    let Some([Piece::Bytes(head), ..]) = plan.pieces() else { panic!("a head first") };
    let at = |kind: &[u8; 4]| head.windows(4).position(|bytes| bytes == kind).unwrap();
    let order =
        [at(b"moof"), at(b"mfhd"), at(b"traf"), at(b"tfhd"), at(b"trun"), at(b"uuid"), at(b"mdat")];
    assert!(order.is_sorted() && order[0] == 4 && order[6] == head.len() - 4);
}

#[test]
fn a_key_frame_of_smooth_streaming_lasts_as_long_as_its_fragment() {
    let video = renditions(vec![group(30, 1, 300, 60, 2).build()], 2000).remove(0);
    let rendition = video.key_frames().unwrap();
    for segment in rendition.cuts.segments() {
        let writer = Writer::new(Profile::Smooth, &rendition);
        let plan = writer.media_segment(&segment).unwrap();
        assert_eq!(plan.len(), Some(writer.media_segment_len(&segment).unwrap()));
        let parsed = mp4::segment(&finish(plan));
        assert_eq!(
            (parsed.samples.len(), parsed.samples[0].duration, parsed.samples[0].offset),
            (1, 20_000_000, 0)
        );
    }
}
