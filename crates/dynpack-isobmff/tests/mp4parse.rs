//! Random movies, read by this crate and by mp4parse. Both are compared with each other and with
//! what was written.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use dynpack_codec::{AudioCodec, Codec, Video, VideoCodec};
use dynpack_isobmff::demux;
use dynpack_media::{FourCc, SampleIndex};
use dynpack_testkit::codec::{ALAC_MONO, FLAC_STEREO};
use dynpack_testkit::mp4::{
    self, MEDIA, Sizes, Track, audio_entry, boxed, esds, file, full, moov, mp4a, sound, words,
};
use dynpack_testkit::{AAC_48_STEREO, AVCC};
use mp4parse::{AudioCodecSpecific, SampleEntry, TimeOffsetVersion, VideoCodecSpecific};
use proptest::prelude::*;

/// One written sample.
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

/// Joins equal consecutive values.
fn runs<T: PartialEq + Copy>(values: impl Iterator<Item = T>) -> Vec<(u32, T)> {
    values.fold(Vec::new(), |mut runs: Vec<(u32, T)>, value| {
        match runs.last_mut() {
            Some((count, last)) if *last == value => *count += 1,
            _ => runs.push((1, value)),
        }
        runs
    })
}

/// Writes the samples, in chunks of at most `chunk_len` samples.
fn track(
    samples: &[Written],
    chunk_len: u32,
    wide_offsets: bool,
    edits: (u64, i64),
    is_audio: bool,
) -> Track {
    let mut chunks: Vec<(u32, u64, u64)> = Vec::new();
    for sample in samples {
        match chunks.last_mut() {
            Some((count, _, end)) if *end == sample.offset && *count < chunk_len => {
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
    fn our_reading_is_equal_to_what_was_written_and_to_mp4parse(
        samples in samples(),
        chunk_len in 1_u32..5,
        wide in any::<bool>(),
        edits in (1_u64..1000, 0_i64..5),
        is_audio in any::<bool>(),
    ) {
        let total: u32 = samples.iter().map(|sample| sample.duration).sum();
        let edits = (edits.0, edits.1.min(i64::from(total) - 5).max(0));
        let track = track(&samples, chunk_len, wide, edits, is_audio);
        let end =
            samples.iter().map(|sample| sample.offset + u64::from(sample.size)).max().unwrap();
        let file = file(std::slice::from_ref(&track), usize::try_from(end).unwrap());
        let theirs = mp4parse::read_mp4(&mut moov(&[track]).as_slice()).unwrap();
        let movie = demux(file.into()).unwrap();
        let ours = &movie.tracks[0];

        let mut expected = samples.clone();
        if is_audio {
            for sample in &mut expected {
                (sample.is_sync, sample.composition_offset) = (true, 0);
            }
        } else if samples.iter().all(|sample| !sample.is_sync) {
            expected[0].is_sync = true;
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
        prop_assert_eq!(read.collect::<Vec<_>>(), expected);

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

/// What a reader finds in a sample entry.
#[derive(Debug, PartialEq)]
enum Reading {
    Avc {
        record: Vec<u8>,
        dimensions: (u16, u16),
    },
    Aac {
        specific_config: Vec<u8>,
        entry_channels: u16,
        channels: Option<u16>,
    },
    /// `STREAMINFO` of FLAC, or the cookie of ALAC.
    Lossless(Vec<u8>),
    Encrypted(String),
}

/// The sample entries that the tests of this crate build and mp4parse supports, each in a track.
fn entries() -> Vec<Track> {
    let video = |entry| Track { entries: vec![entry], ..Track::video(MEDIA) };
    let audio = |entry| Track { entries: vec![entry], ..Track::audio(MEDIA) };
    let pasp = boxed(b"pasp", &words(&[64, 45]));
    let body = |kind: &[u8; 4], avcc: &[u8]| mp4::avc1(kind, avcc)[8..].to_vec();
    let in_band = [1, 0x42, 0xc0, 0x1e, 0xff, 0xe0, 0];
    let mut of_another_file = mp4::avc1(b"avc1", AVCC);
    of_another_file[15] = 3;
    // Without the terminator of QuickTime, which mp4parse reads as a box without an end.
    let wave = boxed(
        b"wave",
        &[boxed(b"frma", b"mp4a"), boxed(b"mp4a", &[0; 4]), esds(0x40, AAC_48_STEREO)].concat(),
    );
    let first = words(&[1024, 0, 0, 2]);
    let second =
        [words(&[72]), 48_000_f64.to_be_bytes().to_vec(), words(&[2, 0x7f00_0000, 16, 0, 0, 1024])]
            .concat();
    let sinf = |original: &[u8; 4], scheme: &[u8; 4]| {
        let schm = full(b"schm", 0, 0, &[&scheme[..], &words(&[0x10000])].concat());
        boxed(b"sinf", &[boxed(b"frma", original), schm].concat())
    };
    let encrypted =
        |entry: Vec<u8>, kind, sinf: Vec<u8>| boxed(kind, &[&entry[8..], &sinf].concat());
    vec![
        video(mp4::avc1(b"avc1", AVCC)),
        video(mp4::avc1(b"avc3", &in_band)),
        video(of_another_file),
        video(boxed(b"avc1", &[body(b"avc1", AVCC), pasp].concat())),
        video(boxed(b"avc1", &[body(b"avc1", AVCC), boxed(b"colr", b"nclx")].concat())),
        video(encrypted(mp4::avc1(b"avc1", AVCC), b"encv", sinf(b"avc1", b"cbcs"))),
        video(encrypted(mp4::avc1(b"avc3", AVCC), b"encv", sinf(b"avc3", b"cenc"))),
        audio(mp4a(AAC_48_STEREO)),
        audio(mp4a(&[0x2b, 0x11, 0x88, 0])),
        audio(mp4a(&[0xeb, 0x09, 0x88, 0])),
        audio(mp4a(&[0x13, 0x10, 0x56, 0xe5, 0x98])),
        audio(mp4a(&[0x11, 0xb0])),
        audio(mp4a(&[0x11, 0xb8])),
        audio(sound(0, &[], &esds(0x67, AAC_48_STEREO))),
        audio(audio_entry(b"fLaC", b"dfLa", FLAC_STEREO)),
        audio(audio_entry(b"alac", b"alac", ALAC_MONO)),
        audio(sound(1, &first, &wave)),
        audio(sound(2, &second, &wave)),
        audio(encrypted(mp4a(AAC_48_STEREO), b"enca", sinf(b"mp4a", b"cbcs"))),
        audio(encrypted(sound(1, &first, &wave), b"enca", sinf(b"mp4a", b"piff"))),
    ]
}

/// Our reading, from a file that also has a track of video.
fn ours(track: &Track) -> Option<Reading> {
    let tracks = [Track { id: 9, ..Track::video(MEDIA) }, track.clone()];
    let movie = demux(file(&tracks, 400).into()).unwrap();
    if let Some(skipped) = movie.skipped.first() {
        return skipped.is_encrypted.then(|| Reading::Encrypted(skipped.reason.clone()));
    }
    let track = &movie.tracks[1];
    Some(match &track.codec {
        Codec::Video(video @ Video { codec: VideoCodec::Avc(avc), .. }) => {
            Reading::Avc { record: avc.record.to_vec(), dimensions: video.dimensions() }
        }
        // mp4parse does not know HEVC.
        Codec::Video(_) => return None,
        Codec::Audio(audio @ AudioCodec::Aac(aac)) => {
            let entry_channels = track.sample_entry[24..26].try_into().unwrap();
            // mp4parse does not count the second channel that PS adds. It reads one bit too many
            // for each low-frequency element of a program config element (configuration 0). It
            // counts 7 channels in 7.1 (configuration 7).
            let is_equal = aac.object_type != 29 && !matches!(aac.channel_configuration, 0 | 7);
            Reading::Aac {
                specific_config: aac.specific_config.to_vec(),
                entry_channels: u16::from_be_bytes(entry_channels),
                channels: is_equal.then(|| audio.channels().into()),
            }
        }
        Codec::Audio(AudioCodec::Flac(flac)) => Reading::Lossless(flac.record[8..42].to_vec()),
        Codec::Audio(AudioCodec::Alac(alac)) => Reading::Lossless(alac.record[4..].to_vec()),
        Codec::Audio(_) | Codec::Text => return None,
    })
}

/// The reading of mp4parse. `None` for an encrypted entry without a `sinf` that it can read.
fn theirs(track: &Track) -> Option<Reading> {
    let movie = mp4parse::read_mp4(&mut moov(std::slice::from_ref(track)).as_slice()).ok()?;
    let entry = movie.tracks.into_iter().next()?.stsd?.descriptions.into_iter().next()?;
    let protection = match &entry {
        SampleEntry::Video(video) => video.protection_info.first(),
        SampleEntry::Audio(audio) => audio.protection_info.first(),
        SampleEntry::Unknown => None,
    };
    if protection.is_some() || track.entries[0][4..].starts_with(b"enc") {
        return protection.and_then(encrypted);
    }
    match entry {
        SampleEntry::Video(video) => match video.codec_specific {
            VideoCodecSpecific::AVCConfig(record) => Some(Reading::Avc {
                record: record.to_vec(),
                dimensions: (video.width, video.height),
            }),
            _ => None,
        },
        SampleEntry::Audio(audio) => match audio.codec_specific {
            // mp4parse found no configuration, for example where damage hides its descriptor.
            AudioCodecSpecific::ES_Descriptor(descriptor)
                if descriptor.decoder_specific_data.is_empty() =>
            {
                None
            }
            AudioCodecSpecific::ES_Descriptor(descriptor) => Some(Reading::Aac {
                specific_config: descriptor.decoder_specific_data.to_vec(),
                // Values too large for an entry of version 0, which we write, are not a reading.
                entry_channels: u16::try_from(audio.channelcount).ok()?,
                channels: descriptor.audio_channel_count,
            }),
            AudioCodecSpecific::FLACSpecificBox(flac) => {
                Some(Reading::Lossless(flac.blocks.first()?.data.to_vec()))
            }
            AudioCodecSpecific::ALACSpecificBox(alac) => {
                Some(Reading::Lossless(alac.data.to_vec()))
            }
            _ => None,
        },
        SampleEntry::Unknown => None,
    }
}

/// A `sinf` without `frma` is not a reading.
fn encrypted(info: &mp4parse::ProtectionSchemeInfoBox) -> Option<Reading> {
    let original = Some(FourCc(info.original_format.value)).filter(|name| name.0 != [0; 4])?;
    let scheme = info.scheme_type.as_ref().map(|scheme| FourCc(scheme.scheme_type.value));
    let scheme = scheme.map_or_else(String::new, |scheme| format!(" by the scheme {scheme}"));
    Some(Reading::Encrypted(format!("already encrypted: {original}{scheme}")))
}

/// Whether two readings are the same, for values that both have.
fn agree(ours: &Reading, theirs: &Reading) -> bool {
    match (ours, theirs) {
        (
            Reading::Aac { specific_config, entry_channels, channels },
            Reading::Aac { specific_config: theirs, entry_channels: entry, channels: counted },
        ) => {
            (specific_config, entry_channels) == (theirs, entry)
                && channels.zip(*counted).is_none_or(|(ours, theirs)| ours == theirs)
        }
        _ => ours == theirs,
    }
}

#[test]
fn sample_entries_are_read_as_mp4parse_reads_them() {
    for track in entries() {
        let readings = ours(&track).zip(theirs(&track));
        let (ours, theirs) = readings.unwrap_or_else(|| panic!("not read by both: {track:?}"));
        assert!(agree(&ours, &theirs), "{ours:?}\n{theirs:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2048))]

    /// If both read something in a damaged entry, it is the same.
    #[test]
    fn damaged_sample_entries_are_not_read_differently_from_mp4parse(
        track in prop::sample::select(entries()),
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
    ) {
        let mut track = track;
        let entry = &mut track.entries[0];
        for (at, value) in damage {
            let at = at.index(entry.len());
            entry[at] = value;
        }
        if let Some((ours, theirs)) = ours(&track).zip(theirs(&track)) {
            prop_assert!(agree(&ours, &theirs), "{ours:?}\n{theirs:?}");
        }
    }
}

/// mp4parse refuses a second `avcC`, but it does no harm.
#[test]
fn files_that_mp4parse_refuses_may_open() {
    let mut body = mp4::avc1(b"avc1", AVCC)[8..].to_vec();
    body.extend(boxed(b"avcC", AVCC));
    let twice = Track { entries: vec![boxed(b"avc1", &body)], ..Track::video(MEDIA) };
    assert_eq!(theirs(&twice), None);
    body.extend(boxed(b"free", &[0; 5000]));
    let long = Track { entries: vec![boxed(b"avc1", &body)], ..Track::video(MEDIA) };
    for track in [twice, long] {
        assert_eq!(
            ours(&track),
            Some(Reading::Avc { record: AVCC.to_vec(), dimensions: (640, 360) })
        );
    }
}
