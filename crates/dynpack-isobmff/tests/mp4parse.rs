//! Random movies, read by this crate and by mp4parse, against each other and against what was
//! written.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use dynpack_isobmff::demux;
use dynpack_media::SampleIndex;
use dynpack_testkit::mp4::{self, Sizes, Track, boxed, file, moov, mp4a};
use dynpack_testkit::{AAC_48_STEREO, AVCC};
use mp4parse::{AudioCodecSpecific, SampleEntry, TimeOffsetVersion, VideoCodecSpecific};
use proptest::prelude::*;

/// One sample as it was written.
#[derive(Clone, Debug, PartialEq)]
struct Written {
    duration: u32,
    composition_offset: i32,
    size: u32,
    is_sync: bool,
    offset: u64,
}

fn samples() -> impl Strategy<Value = Vec<Written>> {
    let sample = (
        1_u32..5,
        -3_i32..4,
        1_u32..200,
        any::<bool>(),
        prop_oneof![3 => Just(0_u64), 1 => 1_u64..50],
    );
    prop::collection::vec(sample, 1..60).prop_map(|samples| {
        let mut end = 100;
        let written =
            samples.into_iter().map(|(duration, composition_offset, size, is_sync, gap)| {
                let offset = end + gap;
                end = offset + u64::from(size);
                Written { duration, composition_offset, size, is_sync, offset }
            });
        written.collect()
    })
}

/// Joins equal neighbours.
fn runs<T: PartialEq + Copy>(values: impl Iterator<Item = T>) -> Vec<(u32, T)> {
    values.fold(Vec::new(), |mut runs: Vec<(u32, T)>, value| {
        match runs.last_mut() {
            Some((count, last)) if *last == value => *count += 1,
            _ => runs.push((1, value)),
        }
        runs
    })
}

/// Writes the samples, in chunks of at most `most` samples.
fn track(
    samples: &[Written],
    most: u32,
    wide_offsets: bool,
    edits: (u64, i64),
    is_audio: bool,
) -> Track {
    let mut chunks: Vec<(u32, u64, u64)> = Vec::new();
    for sample in samples {
        match chunks.last_mut() {
            Some((count, _, end)) if *end == sample.offset && *count < most => {
                (*count, *end) = (*count + 1, *end + u64::from(sample.size))
            }
            _ => chunks.push((1, sample.offset, sample.offset + u64::from(sample.size))),
        }
    }
    let mut first_chunk = 1;
    let stsc = runs(chunks.iter().map(|chunk| chunk.0)).into_iter().map(|(count, samples)| {
        first_chunk += count;
        (first_chunk - count, samples, 1)
    });
    let base = if is_audio { Track::audio(0) } else { Track::video(0) };
    Track {
        id: 1,
        stts: Some(runs(samples.iter().map(|sample| sample.duration))),
        ctts: Some((
            1,
            runs(samples.iter().map(|sample| sample.composition_offset.cast_unsigned())),
        )),
        sizes: Some(Sizes::Table(samples.iter().map(|sample| sample.size).collect())),
        stss: Some(
            (1..)
                .zip(samples)
                .filter(|(_, sample)| sample.is_sync)
                .map(|(number, _)| number)
                .collect(),
        ),
        stsc: stsc.collect(),
        offsets: chunks.iter().map(|chunk| chunk.1).collect(),
        wide_offsets,
        edits: Some((0, vec![(edits.0, -1), (1, edits.1)])),
        ..base
    }
}

proptest! {
    #[test]
    fn our_reading_is_what_was_written_and_what_mp4parse_reads(
        mut samples in samples(),
        most in 1_u32..5,
        wide in any::<bool>(),
        edits in (1_u64..1000, 0_i64..5),
        is_audio in any::<bool>(),
    ) {
        let total: u32 = samples.iter().map(|sample| sample.duration).sum();
        let edits = (edits.0, edits.1.min(i64::from(total) - 5).max(0));
        let track = track(&samples, most, wide, edits, is_audio);
        let end =
            samples.iter().map(|sample| sample.offset + u64::from(sample.size)).max().unwrap();
        let file = file(std::slice::from_ref(&track), usize::try_from(end).unwrap());
        let theirs = mp4parse::read_mp4(&mut moov(&[track]).as_slice()).unwrap();
        let movie = demux(file.into()).unwrap();
        let ours = &movie.tracks[0];

        if is_audio {
            samples.iter_mut().for_each(|sample| sample.is_sync = true);
        } else if samples.iter().all(|sample| !sample.is_sync) {
            samples[0].is_sync = true;
        }
        let all = SampleIndex(0)..SampleIndex(ours.samples.len());
        let read = ours.samples.samples(all).map(|sample| Written {
            duration: sample.duration.0.try_into().unwrap(),
            composition_offset: sample.composition_offset.0.try_into().unwrap(),
            size: sample.size,
            is_sync: sample.is_sync,
            offset: ours
                .samples
                .extents(sample.index..SampleIndex(sample.index.0 + 1))
                .next()
                .unwrap()
                .offset,
        });
        prop_assert_eq!(read.collect::<Vec<_>>(), samples.clone());

        let theirs = &theirs.tracks[0];
        prop_assert_eq!(theirs.track_id, Some(ours.id.0));
        prop_assert_eq!(theirs.timescale.unwrap().0, u64::from(ours.timescale.hz()));
        let delay = dynpack_media::Ticks(i64::try_from(theirs.empty_duration.unwrap().0).unwrap());
        prop_assert_eq!(
            delay.rescale_round(dynpack_media::Timescale::MILLIS, ours.timescale),
            ours.edit.delay
        );
        prop_assert_eq!(
            i64::try_from(theirs.media_time.unwrap().0).unwrap(),
            ours.edit.media_start.0
        );
        let durations: Vec<_> = theirs
            .stts
            .as_ref()
            .unwrap()
            .samples
            .iter()
            .map(|run| (run.sample_count, run.sample_delta))
            .collect();
        prop_assert_eq!(durations, runs(samples.iter().map(|sample| sample.duration)));
        let offsets =
            theirs.ctts.as_ref().unwrap().samples.iter().map(|run| match run.time_offset {
                TimeOffsetVersion::Version0(offset) => (run.sample_count, offset.cast_signed()),
                TimeOffsetVersion::Version1(offset) => (run.sample_count, offset),
            });
        prop_assert_eq!(
            offsets.collect::<Vec<_>>(),
            runs(samples.iter().map(|sample| sample.composition_offset))
        );
        prop_assert_eq!(
            theirs.stsz.as_ref().unwrap().sample_sizes.to_vec(),
            samples.iter().map(|sample| sample.size).collect::<Vec<_>>()
        );
    }
}

fn theirs(entry: Vec<u8>, base: Track) -> SampleEntry {
    let mut theirs =
        mp4parse::read_mp4(&mut moov(&[Track { entries: vec![entry], ..base }]).as_slice())
            .unwrap();
    theirs.tracks[0].stsd.take().unwrap().descriptions.pop().unwrap()
}

#[test]
fn codec_configurations_agree() {
    let SampleEntry::Video(video) = theirs(mp4::avc1(b"avc1", AVCC), Track::video(32)) else {
        panic!("not video")
    };
    let VideoCodecSpecific::AVCConfig(record) = video.codec_specific else { panic!("not H.264") };
    let SampleEntry::Audio(audio) = theirs(mp4a(AAC_48_STEREO), Track::audio(32)) else {
        panic!("not audio")
    };
    let AudioCodecSpecific::ES_Descriptor(descriptor) = audio.codec_specific else {
        panic!("no descriptor")
    };
    let movie = demux(file(&[Track::video(32), Track::audio(222)], 220).into()).unwrap();
    assert_eq!(movie.tracks[0].codec.avc().unwrap().record, record.as_slice());
    assert_eq!(
        movie.tracks[1].codec.aac().unwrap().specific_config,
        descriptor.decoder_specific_data.as_slice()
    );
}

/// Where mp4parse fails, our own reading stands: it refuses a second `avcC`, and descriptors of
/// more than four kilobytes are kept from it.
#[test]
fn what_mp4parse_refuses_opens_all_the_same() {
    let mut body = mp4::avc1(b"avc1", AVCC)[8..].to_vec();
    body.extend(boxed(b"avcC", AVCC));
    let twice = boxed(b"avc1", &body);
    assert!(
        mp4parse::read_mp4(
            &mut moov(&[Track { entries: vec![twice.clone()], ..Track::video(32) }]).as_slice()
        )
        .is_err()
    );
    body.extend(boxed(b"free", &[0; 5000]));
    for entry in [twice, boxed(b"avc1", &body)] {
        let movie =
            demux(file(&[Track { entries: vec![entry], ..Track::video(32) }], 190).into()).unwrap();
        assert_eq!(movie.tracks[0].codec.avc().unwrap().record, AVCC);
    }
}
