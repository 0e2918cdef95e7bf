//! Media segments, field by field.

use dynpack_fragment::fmp4::{Profile, Writer};
use dynpack_fragment::{Error, Piece, SegmentPlan};
use dynpack_media::{Rendition, SampleIndex, Segment};
use dynpack_testkit::read::mp4;
use dynpack_testkit::stored::finish;
use dynpack_testkit::{TrackBuilder, renditions};

use crate::{audio_frames, group};

const SYNC: u32 = 0x0200_0000;
const NON_SYNC: u32 = 0x0101_0000;

fn one(tables: &TrackBuilder, target_millis: u64) -> Rendition {
    renditions(vec![tables.build()], target_millis).remove(0)
}

fn segments(rendition: &Rendition) -> Vec<(Segment, mp4::Segment)> {
    let plan =
        |segment: &Segment| Writer::new(Profile::Cmaf, rendition).media_segment(segment).unwrap();
    rendition
        .cuts
        .segments()
        .map(|segment| (segment.clone(), mp4::segment(&finish(plan(&segment)))))
        .collect()
}

#[test]
fn a_group_of_pictures_lists_only_what_varies() {
    let rendition = one(&group(12_800, 512, 150, 50, 2), 2000);
    let (segment, parsed) = segments(&rendition).remove(1);
    let brands = parsed.styp.unwrap();
    assert_eq!(brands.major_brand, b"msdh".into());
    assert_eq!(brands.compatible_brands, [b"msdh", b"msix", b"cmfs"].map(Into::into));
    let sidx = parsed.sidx.unwrap();
    assert_eq!(
        (sidx.reference_id, sidx.timescale, sidx.earliest_presentation_time, sidx.first_offset),
        (1, 12_800, 25_600, 0)
    );
    let reference = &sidx.references[0];
    assert!(!reference.reference_type && reference.starts_with_sap);
    assert_eq!(
        (reference.subsegment_duration, reference.sap_type, reference.sap_delta_time),
        (25_600, 1, 0)
    );
    assert_eq!(parsed.moof.mfhd.sequence_number, segment.number.0 + 1);
    let traf = &parsed.moof.traf[0];
    assert_eq!(traf.tfdt.as_ref().unwrap().base_media_decode_time, 25_600);
    assert_eq!((traf.tfhd.track_id, traf.tfhd.default_sample_duration), (1, Some(512)));
    assert_eq!(
        (traf.tfhd.default_sample_flags, traf.tfhd.default_sample_size),
        (Some(NON_SYNC), None)
    );
    assert_eq!(parsed.samples[0].flags, SYNC);
    assert!(parsed.samples[1..].iter().all(|sample| sample.flags == NON_SYNC));
    let offsets: Vec<_> = parsed.samples[..4].iter().map(|sample| sample.offset).collect();
    assert_eq!(offsets, [0, 2 * 512, -512, -512]);
}

/// Negative offsets that are read as unsigned are hours (shaka-packager 671).
#[test]
fn negative_offsets_need_version_1() {
    let rendition = one(&group(12_800, 512, 150, 50, 2), 2000);
    assert!(segments(&rendition).iter().all(|(_, parsed)| parsed.trun_version == 1));
}

/// A reordering delay of the first sample makes encoders and packagers start below zero
/// (shaka-packager 1265).
#[test]
fn b_frames_do_not_start_below_zero() {
    let mut tables = group(12_800, 512, 150, 50, 2);
    let earlier = tables.offsets.iter().map(|offset| offset - 512).collect();
    (tables.offsets, tables.edit) = (earlier, Default::default());
    let rendition = one(&tables, 2000);
    let (_, parsed) = segments(&rendition).remove(0);
    assert_eq!(parsed.moof.traf[0].tfdt.as_ref().unwrap().base_media_decode_time, 0);
    assert_eq!(parsed.samples[0].decode_time + parsed.samples[0].offset, 0);
}

#[test]
fn flags_are_as_short_as_possible() {
    let layout = |sync: Option<Vec<u32>>| {
        let rendition = one(&TrackBuilder { sync, ..group(1000, 40, 25, 25, 0) }, 1000);
        let (_, parsed) = segments(&rendition).remove(0);
        let flags: Vec<_> = parsed.samples.iter().map(|sample| sample.flags == SYNC).collect();
        (parsed.moof.traf[0].tfhd.default_sample_flags, flags)
    };
    assert_eq!(layout(None), (Some(SYNC), vec![true; 25]));
    assert_eq!(layout(Some((0..25).collect())), (Some(SYNC), vec![true; 25]));
    let first: Vec<_> = (0..25).map(|at| at == 0).collect();
    assert_eq!(layout(Some(vec![0])), (Some(NON_SYNC), first));
    let (default, flags) = layout(Some(vec![0, 7]));
    assert_eq!((default, flags.iter().filter(|&&sync| sync).count(), flags[7]), (None, 2, true));
    let (default, flags) = layout(Some((1..25).collect()));
    assert_eq!((default, flags[0], flags[1]), (Some(SYNC), false, true));
    assert_eq!(layout(Some(vec![])).0, Some(NON_SYNC));
}

/// The first audio segment contains the priming. Its duration does not include it.
#[test]
fn audio_priming_is_before_the_first_start() {
    let rendition = renditions(vec![audio_frames(48_000, 1000, 1024).build()], 2000).remove(0);
    let parsed = segments(&rendition);
    let (first, first_parsed) = &parsed[0];
    let (second, second_parsed) = &parsed[1];
    assert_eq!(first_parsed.moof.traf[0].tfdt.as_ref().unwrap().base_media_decode_time, 0);
    assert_eq!(first_parsed.sidx.as_ref().unwrap().earliest_presentation_time, 0);
    let samples = i64::try_from(first_parsed.samples.len()).unwrap();
    assert_eq!(first.duration.0, samples * 1024 - 1024);
    assert_eq!(second_parsed.samples[0].decode_time, second.start.0 + 1024);
    assert_eq!(
        second_parsed.sidx.as_ref().unwrap().earliest_presentation_time,
        u64::try_from(second.start.0).unwrap()
    );
    assert!(second_parsed.sidx.as_ref().unwrap().references[0].starts_with_sap);
}

#[test]
fn audio_of_equal_frames_has_no_entries_for_samples() {
    let tables = TrackBuilder { sizes: vec![256; 200], ..audio_frames(48_000, 200, 0) };
    let rendition = renditions(vec![tables.build()], 2000).remove(0);
    let segment = rendition.cuts.segments().next().unwrap();
    let plan = Writer::new(Profile::Cmaf, &rendition).media_segment(&segment).unwrap();
    let Some([Piece::Bytes(head), ..]) = plan.pieces() else { panic!("a head first") };
    assert_eq!(head.len(), 28 + 52 + 8 + 16 + 8 + 28 + 20 + 20 + 8);
}

/// Leading pictures are presented before the sync sample: what the index declares about the access
/// point stays true.
#[test]
fn leading_pictures_are_not_declared_decodable() {
    let mut tables = group(1000, 40, 100, 50, 0);
    // The sync sample in the middle is shown after the two that follow it.
    (tables.offsets[50], tables.offsets[51], tables.offsets[52]) = (80, -40, -40);
    tables.edit = Default::default();
    let rendition = one(&tables, 2000);
    let (segment, parsed) = segments(&rendition).remove(1);
    let reference = &parsed.sidx.as_ref().unwrap().references[0];
    assert!(reference.starts_with_sap && reference.sap_type == 0);
    assert_eq!(
        parsed.sidx.as_ref().unwrap().earliest_presentation_time,
        u64::try_from(segment.start.0).unwrap()
    );
    assert_eq!(segment.start.0, 2000);
}

#[test]
fn a_key_frame_has_the_time_of_its_segment() {
    let rendition = one(&group(12_800, 512, 160, 50, 2), 2000).key_frames().unwrap();
    let mut decode_time = 0;
    for segment in rendition.cuts.segments() {
        let writer = Writer::new(Profile::Cmaf, &rendition);
        let plan = writer.media_segment(&segment).unwrap();
        assert_eq!(plan.len(), Some(writer.media_segment_len(&segment).unwrap()));
        let parsed = mp4::segment(&finish(plan));
        let [sample] = &parsed.samples[..] else { panic!("one sample") };
        assert_eq!((sample.decode_time, sample.offset, sample.flags), (decode_time, 0, SYNC));
        decode_time += sample.duration;
        let first = SampleIndex(segment.samples.start.0);
        assert_eq!(sample.data.len(), rendition.track.samples.size(first) as usize);
    }
    assert_eq!(decode_time, 160 * 512);
}

/// Open groups of pictures after a closed one: leading pictures are presented before the key
/// frames, and these have other composition offsets.
#[test]
fn a_key_frame_with_leading_pictures_is_presented_on_time() {
    let mut tables = group(1000, 40, 150, 50, 0);
    for first in [50, 100] {
        (tables.offsets[first], tables.offsets[first + 1], tables.offsets[first + 2]) =
            (80, -40, -40);
    }
    tables.edit = Default::default();
    let rendition = one(&tables, 2000).key_frames().unwrap();
    let times = rendition.cuts.segments().map(|frame| {
        let plan = Writer::new(Profile::Cmaf, &rendition).media_segment(&frame).unwrap();
        let parsed = mp4::segment(&finish(plan));
        let reference = &parsed.sidx.as_ref().unwrap().references[0];
        assert!(reference.starts_with_sap && reference.sap_type == 1);
        let [sample] = &parsed.samples[..] else { panic!("one sample") };
        (
            parsed.sidx.unwrap().earliest_presentation_time,
            sample.decode_time,
            sample.offset,
            sample.duration,
        )
    });
    assert_eq!(
        times.collect::<Vec<_>>(),
        [(0, 0, 0, 2080), (2080, 2080, 0, 2000), (4080, 4080, 0, 1920)]
    );
}

/// A film of one key frame (nginx-vod-module 880) on the clock of Smooth Streaming is too long for
/// `sidx`.
#[test]
fn a_segment_too_long_for_an_index_has_none() {
    let rendition = one(&group(10_000_000, 400_000_000, 25, 25, 0), 6000);
    let segment = rendition.cuts.segments().next().unwrap();
    let len = Writer::new(Profile::Cmaf, &rendition).media_segment_len(&segment).unwrap();
    let plan = Writer::new(Profile::Cmaf, &rendition).media_segment(&segment).unwrap();
    assert_eq!(plan.len(), Some(len));
    let parsed = mp4::segment(&finish(plan));
    assert!(parsed.sidx.is_none());
    assert_eq!(parsed.styp.unwrap().compatible_brands, [b"msdh", b"cmfs"].map(Into::into));
    let key_frames = rendition.key_frames().unwrap();
    let frame = key_frames.cuts.segments().next().unwrap();
    let error = Writer::new(Profile::Cmaf, &key_frames).media_segment(&frame).unwrap_err();
    assert_eq!(error.to_string(), "sample 0 cannot be carried: it lasts 10000000000 ticks");
}

#[test]
fn a_payload_of_four_gibibytes_takes_a_long_header() {
    let len = |sizes: [u32; 4]| {
        let tables =
            TrackBuilder { sizes: sizes.into(), samples_per_chunk: 4, ..group(1000, 40, 4, 4, 0) };
        let rendition = one(&tables, 1000);
        let segment = rendition.cuts.segments().next().unwrap();
        let plan: SegmentPlan =
            Writer::new(Profile::Cmaf, &rendition).media_segment(&segment).unwrap();
        assert_eq!(
            plan.len(),
            Some(Writer::new(Profile::Cmaf, &rendition).media_segment_len(&segment).unwrap())
        );
        let Some([Piece::Bytes(head), Piece::Read(read)]) = plan.pieces() else {
            panic!("a head and one read")
        };
        let data_offset = {
            let trun = head.windows(4).position(|bytes| bytes == b"trun").unwrap();
            u32::from_be_bytes(head[trun + 12..trun + 16].try_into().unwrap()) as usize
        };
        let moof = head.windows(4).position(|bytes| bytes == b"moof").unwrap() - 4;
        assert_eq!(moof + data_offset, head.len());
        (head.to_vec(), read.extent.len)
    };
    let quarter = 1 << 30;
    let (head, payload) = len([quarter, quarter, quarter, quarter - 9]);
    assert_eq!(head[head.len() - 8..], *b"\xff\xff\xff\xffmdat");
    assert_eq!(payload + 8, (1 << 32) - 1);
    let (head, payload) = len([quarter, quarter, quarter, quarter - 8]);
    assert_eq!(head[head.len() - 16..], *b"\0\0\0\x01mdat\0\0\0\x01\0\0\0\x08");
    assert_eq!(payload + 16, (1 << 32) + 8);
}

#[test]
fn an_offset_beyond_its_field_is_refused() {
    let mut tables = group(1000, 40, 25, 25, 0);
    (tables.offsets[0], tables.offsets[1]) = (-2_000_000_000, 2_000_000_000);
    let rendition = one(&tables, 1000);
    let segment = rendition.cuts.segments().next().unwrap();
    let error = Writer::new(Profile::Cmaf, &rendition).media_segment(&segment).unwrap_err();
    let problem = "it is presented 4000000000 ticks after it is decoded".to_owned();
    assert_eq!(error, Error::Sample { sample: SampleIndex(1), problem });
}

/// Memory follows what is in the file, not what it claims.
#[test]
fn a_segment_of_millions_of_samples_is_refused() {
    use dynpack_media::{Column, ColumnBuilder, SampleColumns, SampleTable};
    let mut offsets = ColumnBuilder::default();
    offsets.push_run(0, 1);
    offsets.push_run(40, u32::MAX - 1);
    let columns = SampleColumns {
        durations: Column::constant(1, u32::MAX),
        composition_offsets: offsets.finish(),
        sizes: Column::constant(1, u32::MAX),
        chunks: vec![(SampleIndex(0), 0)],
        sync_samples: Some(vec![SampleIndex(0)]),
    };
    let mut track = group(1_000, 1, 2, 2, 0).build();
    track.samples = SampleTable::new(columns).unwrap();
    let rendition = renditions(vec![track], 6000).remove(0);
    let segment = rendition.cuts.segments().next().unwrap();
    let error = Writer::new(Profile::Cmaf, &rendition).media_segment(&segment).unwrap_err();
    assert!(error.to_string().ends_with("one of its segments has 4294967295 samples"), "{error}");
}
