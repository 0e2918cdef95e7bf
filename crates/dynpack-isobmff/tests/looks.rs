//! What is learned from samples where tables do not tell it: how much is read, and what it gives.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use bytes::Bytes;
use dynpack_isobmff::{Demuxer, Error, Limits, demux};
use dynpack_media::{Extent, Movie, SampleIndex};
use dynpack_testkit::codec::{self, PPS, SPS, avc_record, with_lengths};
use dynpack_testkit::mp4::fragments::{self, Run, SYNC, Traf, without_samples};
use dynpack_testkit::mp4::{self, MEDIA, Sizes, Track, avc1, boxed, ftyp, moov, mp4a};
use proptest::prelude::*;

/// A record without parameter sets, for lengths of 4 bytes.
const EMPTY_RECORD: &[u8] = &[1, 0x64, 0, 0x1f, 0xff, 0xe0, 0];

/// Slices of an IDR picture, and of pictures that are intra, predicted and predicted both ways.
const IDR: &[u8] = &[0x65, 0x88, 0x84];
const INTRA: &[u8] = &[0x41, 0x88, 0x84];
const P: &[u8] = &[0x41, 0x98];
const B: &[u8] = &[0x01, 0x9c];
const RECOVERY_POINT: &[u8] = &[0x06, 6, 1, 0xc0, 0x80];

/// A track of samples that follow each other.
fn track(entry: Vec<u8>, samples: &[Vec<u8>], stss: Option<Vec<u32>>) -> Track {
    let count = u32::try_from(samples.len()).unwrap();
    let sizes = samples.iter().map(|sample| u32::try_from(sample.len()).unwrap()).collect();
    Track {
        entries: vec![entry],
        stts: Some(vec![(count, 512)]),
        sizes: Some(Sizes::Table(sizes)),
        stsc: vec![(1, count, 1)],
        stss,
        ..Track::video(MEDIA)
    }
}

/// A file of one track.
fn file(entry: Vec<u8>, samples: &[Vec<u8>], stss: Option<Vec<u32>>) -> Bytes {
    let moov = moov(&[track(entry, samples, stss)]);
    [ftyp(), boxed(b"mdat", &samples.concat()), moov].concat().into()
}

/// A file whose samples are one picture each, of which nothing lists the key frames.
fn unlisted(pictures: &[&[&[u8]]]) -> Bytes {
    let samples: Vec<_> = pictures.iter().map(|units| with_lengths(*units)).collect();
    file(avc1(b"avc1", &avc_record(SPS, PPS, 4)), &samples, None)
}

/// The same, padded to a thousand bytes a key frame and a hundred for others.
fn long(len: u32, gop: u32) -> Bytes {
    let sample = |at: u32| match at.is_multiple_of(gop) {
        true => with_lengths([[IDR, &[7; 993]].concat()]),
        false => with_lengths([[P, &[7; 94]].concat()]),
    };
    let samples: Vec<_> = (0..len).map(sample).collect();
    file(avc1(b"avc1", &avc_record(SPS, PPS, 4)), &samples, None)
}

fn syncs(movie: &Movie) -> Vec<u32> {
    let samples = &movie.tracks[0].samples;
    let all = samples.samples(SampleIndex(0)..SampleIndex(samples.len()));
    all.filter(|sample| sample.is_sync).map(|sample| sample.index.0).collect()
}

/// Opens a file by at most `at_once` reads at a time, and returns all reads too.
fn open(file: &Bytes, limits: Limits, at_once: usize) -> (Result<Movie, Error>, Vec<Extent>) {
    let mut demuxer = Demuxer::new(file.len() as u64, limits);
    let mut reads = Vec::new();
    loop {
        let needs = demuxer.needs(at_once);
        let Some(last) = needs.last() else { break };
        assert!(needs.len() <= at_once && last.end() <= file.len() as u64);
        assert!(needs.windows(2).all(|pair| pair[0].end() <= pair[1].offset), "{needs:?}");
        // The last one first: bytes are accepted in any order.
        for need in needs.iter().rev() {
            let range = usize::try_from(need.offset).unwrap()..usize::try_from(need.end()).unwrap();
            if demuxer.feed(need.offset, file.slice(range)).is_err() {
                return (demuxer.finish(), reads);
            }
        }
        reads.extend(needs);
    }
    (demuxer.finish(), reads)
}

/// The reads of media, which starts after 16 KiB of what is read anyway.
fn looks(reads: &[Extent], file: &Bytes) -> usize {
    let moov = (0..file.len()).find(|&at| file[at..].starts_with(b"moov")).unwrap() as u64;
    reads.iter().filter(|read| read.offset >= MEDIA && read.offset < moov - 4).count()
}

#[test]
fn a_record_without_sets_gets_those_of_the_first_sync_sample() {
    let opened = |stss| {
        let key = with_lengths([&[9, 0xf0], SPS, PPS, IDR]);
        let samples = [with_lengths([P]), key, with_lengths([P])];
        demux(file(avc1(b"avc1", EMPTY_RECORD), &samples, stss)).unwrap()
    };
    let track = &opened(Some(vec![2])).tracks[0];
    let record = avc_record(SPS, PPS, 4);
    let found = codec::avc_config(&track.codec);
    assert_eq!((&found.sps[..], &found.pps[..]), (&[SPS.into()][..], &[PPS.into()][..]));
    assert_eq!((&found.record[..], track.codec.rfc6381().as_str()), (&record[..], "avc1.64001f"));
    assert_eq!(track.sample_entry, avc1(b"avc1", &record));
}

/// Sets of one id, which differ in the size of pictures and in the first quantizer.
const SPS_0: &[u8] = &[0x67, 0x4d, 0x40, 0x0b, 0xda, 0x0a, 0x36, 0x40];
const OTHER_SPS_0: &[u8] = &[0x67, 0x4d, 0x40, 0x0b, 0xda, 0x14, 0x36, 0x40];
const PPS_0: &[u8] = &[0x68, 0xce, 0x38, 0x80];

#[test]
fn parameter_sets_that_change_in_band_make_avc3_or_a_warning() {
    let record = avc_record(SPS_0, PPS_0, 4);
    let opened = |keys: &[&[&[u8]]]| {
        let key = |units: &&[&[u8]]| with_lengths([*units, &[IDR]].concat());
        let samples: Vec<_> =
            keys.iter().flat_map(|units| [key(units), with_lengths([P])]).collect();
        let stss = (0..).zip(keys).map(|(at, _)| at * 2 + 1).collect();
        let mut movie = demux(file(avc1(b"avc1", &record), &samples, Some(stss))).unwrap();
        let track = movie.tracks.remove(0);
        (track.codec.rfc6381(), track.sample_entry, movie.warnings.concat())
    };
    let entry = |name| Bytes::from(mp4::visual(name, (160, 96), &boxed(b"avcC", &record)));
    let as_stored = |warning: &str| ("avc1.4d400b".to_owned(), entry(b"avc1"), warning.to_owned());
    let [own, other]: [&[&[u8]]; 2] = [&[SPS_0, PPS_0], &[OTHER_SPS_0, PPS_0]];
    assert_eq!(opened(&[own, own]), as_stored(""));
    let avc3 = ("avc3.4d400b".to_owned(), entry(b"avc3"), String::new());
    assert_eq!(opened(&[own, own, other, other]), avc3);
    assert_eq!(
        opened(&[&[], own, other]),
        as_stored(
            "track 1: the sequence parameter set 0 is replaced by another within the samples, and \
             not all key frames have their own: players that follow the configuration show \
             damaged pictures"
        )
    );
}

#[test]
fn other_boxes_of_the_entry_stay() {
    let boxes =
        |record| [boxed(b"btrt", &[7; 12]), boxed(b"avcC", record), boxed(b"pasp", &[1; 8])];
    let entry = |record| mp4::visual(b"avc1", (640, 360), &boxes(record).concat());
    let samples = [with_lengths([SPS, PPS, IDR])];
    let movie = demux(file(entry(EMPTY_RECORD), &samples, None)).unwrap();
    assert_eq!(movie.tracks[0].sample_entry, entry(&avc_record(SPS, PPS, 4)));
}

#[test]
fn fragments_have_parameter_sets_too() {
    let samples = [with_lengths([SPS, PPS, IDR]), with_lengths([P])];
    let written: Vec<_> = samples
        .iter()
        .zip([fragments::Sample::sync(0), fragments::Sample::other(0)])
        .map(|(data, sample)| fragments::Sample {
            size: u32::try_from(data.len()).unwrap(),
            ..sample
        })
        .collect();
    let track = Track { entries: vec![avc1(b"avc1", EMPTY_RECORD)], ..Track::video(0) };
    let moov = fragments::moov(&[without_samples(track)], &[[1, 1, 512, 0, 0]]);
    let head = [ftyp(), moov].concat();
    let moof = fragments::moof(head.len() as u64, &[Traf::new(1, 0, &written)]);
    let movie = demux([head, moof, boxed(b"mdat", &samples.concat())].concat().into()).unwrap();
    assert_eq!(codec::avc_config(&movie.tracks[0].codec).record, avc_record(SPS, PPS, 4));
    assert_eq!((syncs(&movie), movie.warnings.len()), (vec![0], 0));
}

#[test]
fn a_track_without_any_parameter_sets_is_damaged() {
    let samples = [with_lengths([IDR]), with_lengths([SPS, PPS, P])];
    let video = track(avc1(b"avc1", EMPTY_RECORD), &samples, Some(vec![1]));
    let alone = demux(file(avc1(b"avc1", EMPTY_RECORD), &samples, Some(vec![1]))).unwrap_err();
    assert_eq!(
        alone.to_string(),
        "sample 1 of track 1 at 32: the avcC configuration is malformed: holds no parameter sets, \
         and the first sync sample has none before its picture"
    );
    let media = [samples.concat(), vec![0; 30]].concat();
    let audio = Track::audio(MEDIA + samples.concat().len() as u64);
    let both = [ftyp(), boxed(b"mdat", &media), moov(&[video, audio])].concat();
    let movie = demux(both.into()).unwrap();
    assert_eq!((movie.tracks.len(), movie.skipped[0].is_damaged), (1, true));
    assert_eq!(movie.skipped[0].reason, alone.to_string());
}

/// Supplemental enhancement information with the constructs of captions.
fn captions(constructs: &[[u8; 3]]) -> Vec<u8> {
    let count = u8::try_from(constructs.len()).unwrap();
    let data = [&[0xb5, 0, 0x31], &b"GA94"[..], &[3, 0xc0 | count, 0xff], &constructs.concat()];
    let data = [&data.concat()[..], &[0xff]].concat();
    [&[6, 4, u8::try_from(data.len()).unwrap()], &data[..], &[0x80]].concat()
}

/// Constructs without anything in them, a command of the first channel in line 21, and the two
/// halves of a packet for the first service.
const PADDING: [u8; 3] = [0xfc, 0x80, 0x80];
const CC1: [u8; 3] = [0xfc, 0x94, 0x20];
const PACKET: [[u8; 3]; 2] = [[0xff, 0x02, 0x21], [0xfe, b'H', 0]];

/// The channels in a film of that many pictures, a key frame every fifty, and the number of reads.
fn channels(len: u32, of: impl Fn(u32) -> Vec<[u8; 3]>) -> (String, usize) {
    let sample = |at: u32| {
        let slice = if at.is_multiple_of(50) { IDR } else { P };
        with_lengths([&captions(&of(at))[..], slice, &[7; 100]])
    };
    let samples: Vec<_> = (0..len).map(sample).collect();
    let stss = (0..len).step_by(50).map(|at| at + 1).collect();
    let file = file(avc1(b"avc1", &avc_record(SPS, PPS, 4)), &samples, Some(stss));
    let (movie, reads) = open(&file, Limits::default(), 1000);
    let movie = movie.unwrap();
    let video = movie.tracks[0].codec.video().unwrap();
    (video.captions.iter().map(|channel| format!("{channel} ")).collect(), looks(&reads, &file))
}

#[test]
fn channels_of_captions_are_those_that_carry_some() {
    // In the second stretch, and in no sync sample.
    let of = |at| if at == 260 { vec![PADDING, CC1] } else { vec![PADDING] };
    let (found, reads) = channels(2000, of);
    // What is read last for the sync samples is the first sample, which also begins a stretch.
    assert_eq!((found.as_str(), reads), ("CC1 ", 4 + 8 * 32 - 1));
    assert_eq!(channels(2000, |_| vec![PADDING]).0, "");
    // Between two stretches.
    let of = |at| if at == 249 { vec![PADDING, CC1] } else { vec![PADDING] };
    assert_eq!(channels(2000, of).0, "");
    let (found, reads) = channels(2000, |_| Vec::new());
    assert_eq!((found.as_str(), reads), ("", 4), "without room for captions none are searched");
}

/// A packet begins in one picture and ends in the next that is presented, which is decoded before.
#[test]
fn captions_are_read_in_the_order_of_presentation() {
    let record = avc_record(SPS, PPS, 4);
    let samples = |order: [&[[u8; 3]]; 3]| {
        let slices = [IDR, P, B].iter().zip(order);
        slices.map(|(slice, data)| with_lengths([&captions(data), *slice])).collect::<Vec<_>>()
    };
    let found = |samples: &[Vec<u8>], ctts| {
        let video = Track { ctts, ..track(avc1(b"avc1", &record), samples, Some(vec![1])) };
        let file = [ftyp(), boxed(b"mdat", &samples.concat()), moov(&[video])].concat();
        let movie = demux(file.into()).unwrap();
        movie.tracks[0].codec.video().unwrap().captions.len()
    };
    let [start, end] = &PACKET;
    let reordered = samples([&[PADDING], &[*end], &[*start]]);
    let offsets = Some((0, vec![(1, 512), (1, 1024), (1, 0)]));
    assert_eq!((found(&reordered, offsets), found(&reordered, None)), (1, 0));
}

#[test]
fn a_transfer_function_that_pictures_prefer_counts() {
    let record = mp4::visual(
        b"hvc1",
        (128, 96),
        &boxed(b"hvcC", &codec::hevc_record(&[codec::HEVC_VPS, codec::HEVC_SPS, codec::HEVC_PPS])),
    );
    let slice: &[u8] = &[0x26, 1, 0xaf];
    let sei = |transfer| vec![0x4e, 1, 147, 1, transfer, 0x80];
    let range = |transfers: &[u8]| {
        let sample = |&transfer: &u8| with_lengths([&sei(transfer), slice]);
        let samples: Vec<_> = transfers.iter().map(sample).collect();
        let movie = demux(file(record.clone(), &samples, None)).unwrap();
        let video = movie.tracks[0].codec.video().unwrap().clone();
        (video.dynamic_range().to_string(), video.preferred_transfer)
    };
    assert_eq!(range(&[18, 18]), ("HLG".into(), Some(18)));
    assert_eq!(range(&[16]), ("PQ".into(), Some(16)));
    assert_eq!(range(&[18, 14]), ("SDR".into(), None), "they differ");
}

#[test]
fn dynamic_metadata_counts_if_all_sync_samples_have_it_in_its_colours() {
    let colr = |transfer| boxed(b"colr", &[b"nclx", &[0, 9, 0, transfer, 0, 9, 0][..]].concat());
    let sets = [codec::HEVC_VPS, codec::HEVC_SPS, codec::HEVC_PPS];
    let entry = |transfer| {
        let boxes = [boxed(b"hvcC", &codec::hevc_record(&sets)), colr(transfer)].concat();
        mp4::visual(b"hvc1", (128, 96), &boxes)
    };
    let metadata: &[u8] = &[0x4e, 1, 4, 7, 0xb5, 0, 0x3c, 0, 1, 4, 1, 0x80];
    let slice: &[u8] = &[0x26, 1, 0xaf];
    let (with, without) = (with_lengths([metadata, slice]), with_lengths([slice]));
    let has = |transfer, samples: &[Vec<u8>]| {
        let stss = Some((1..).take(samples.len()).collect());
        let movie = demux(file(entry(transfer), samples, stss)).unwrap();
        movie.tracks[0].codec.video().unwrap().has_hdr10_plus
    };
    assert!(has(16, &[with.clone(), with.clone()]));
    assert!(!has(16, &[with.clone(), without]));
    assert!(!has(18, &[with]), "HDR10+ is for perceptual quantization");
}

/// With `avc3`, parameter sets may be in the samples alone. What else they carry is looked for.
#[test]
fn no_parameter_sets_are_looked_for_in_avc3() {
    let samples = [with_lengths([SPS, PPS, IDR]), [0; 20_000].to_vec()];
    let (movie, reads) =
        open(&file(avc1(b"avc3", EMPTY_RECORD), &samples, Some(vec![1])), Limits::default(), 9);
    assert_eq!(codec::avc_config(&movie.unwrap().tracks[0].codec).record, EMPTY_RECORD);
    assert_eq!(reads.len(), 3, "{reads:?}");
}

#[test]
fn without_a_list_all_samples_are_sync_if_all_are_intra() {
    for pictures in [
        &[&[IDR][..]; 3][..],
        &[&[IDR], &[INTRA], &[INTRA], &[RECOVERY_POINT, INTRA]],
        &[&[&[9, 0x10], IDR]],
    ] {
        let movie = demux(unlisted(pictures)).unwrap();
        assert_eq!(syncs(&movie).len(), pictures.len());
        assert!(movie.warnings.is_empty(), "{:?}", movie.warnings);
    }
}

#[test]
fn without_a_list_key_frames_are_found() {
    let movie = demux(unlisted(&[
        &[IDR],
        &[P],
        &[B],
        &[INTRA],
        &[P],
        &[RECOVERY_POINT, INTRA],
        &[RECOVERY_POINT, P],
        &[&[9, 0xf0], SPS, PPS, IDR],
        &[&[]],
    ]));
    let movie = movie.unwrap();
    assert_eq!(syncs(&movie), [0, 5, 7]);
    assert_eq!(
        movie.warnings,
        ["track 1: all 9 samples are declared sync samples, but 3 key frames were found"]
    );
    assert_eq!(syncs(&demux(unlisted(&[&[P], &[B], &[B]])).unwrap()), [0], "as with an empty list");
}

/// Encoders that leave the flags of fragments at 0 declare each sample a sync sample.
#[test]
fn key_frames_of_fragments_without_flags_are_found() {
    let samples: Vec<_> = [IDR, P, P, IDR, P].map(|unit| with_lengths([unit])).into();
    let written = samples.iter().map(|data| {
        let size = u32::try_from(data.len()).unwrap();
        fragments::Sample { flags: SYNC, ..fragments::Sample::sync(size) }
    });
    let head = fragments::init();
    let traf = Traf { runs: vec![Run::new(&written.collect::<Vec<_>>())], ..Traf::new(1, 0, &[]) };
    let moof = fragments::moof(head.len() as u64, &[traf]);
    let movie = demux([head, moof, boxed(b"mdat", &samples.concat())].concat().into()).unwrap();
    assert_eq!(syncs(&movie), [0, 3]);
}

/// Data of SBR at 48 kHz in two bands (ISO/IEC 14496-3, 4.4.2.8): with and without a header, an
/// envelope, and what extends it: parametric stereo, or nothing.
const HEADER: &str = "1_1_1010_0000_000_00_0_0";
const NO_HEADER: &str = "0";
const ENVELOPE: &str = "0_00_00_0_1_1_00_00_0_0";
const STEREO: &str = "1_0001_10_000000";
const MONO: &str = "0";

/// A frame of silence in one channel, with or without an extension of SBR.
fn silence(has_sbr: bool) -> Vec<u8> {
    frame(if has_sbr { "110000111010000" } else { "" })
}

/// A frame of silence in one channel with these data of SBR.
fn with_sbr(data: &[&str]) -> Vec<u8> {
    let data = data.concat().replace('_', "");
    let bytes = (4 + data.len()).div_ceil(8);
    frame(&format!("110{bytes:04b}1101{data:0<len$}", len = bytes * 8 - 4))
}

fn frame(elements: &str) -> Vec<u8> {
    let bits = ["0".repeat(29), elements.into(), "111".into()].concat();
    let byte = |bits: &[u8]| {
        (0..8).fold(0, |byte, at| byte << 1 | bits.get(at).map_or(0, |digit| digit - b'0'))
    };
    bits.as_bytes().chunks(8).map(byte).collect()
}

/// A file of AAC in one channel with that configuration, and its frames.
fn sound(config: &[u8], frames: &[Vec<u8>]) -> Bytes {
    let track = track(mp4a(config), frames, None);
    let track = Track { handler: *b"soun", id: 2, timescale: 24_000, ..track };
    [ftyp(), boxed(b"mdat", &frames.concat()), moov(&[track])].concat().into()
}

/// Old encoders declare the core alone. CMAF and HLS name what a decoder must support.
#[test]
fn he_aac_that_declares_itself_as_aac_lc_is_found() {
    let opened = |config: &[u8], frames: &[Vec<u8>]| {
        let track = demux(sound(config, frames)).unwrap().tracks.remove(0);
        (track.codec.rfc6381(), codec::sampling(&track.codec).0, track.sample_entry)
    };
    let with_sbr = [0x13, 0x08, 0x56, 0xe5, 0x98];
    let he_aac = ("mp4a.40.5".into(), 48_000, mp4a(&with_sbr).into());
    assert_eq!(opened(&[0x13, 0x08], &vec![silence(true); 20]), he_aac);
    assert_eq!(opened(&with_sbr, &vec![silence(true); 2]), he_aac, "as it is declared");
    let aac_lc = ("mp4a.40.2".into(), 24_000, mp4a(&[0x13, 0x08]).into());
    assert_eq!(opened(&[0x13, 0x08], &vec![silence(false); 20]), aac_lc);
    let mixed: Vec<_> = (0..20).map(|at| silence(at != 3)).collect();
    assert_eq!(opened(&[0x13, 0x08], &mixed), aac_lc);
    assert_eq!(opened(&[0x13, 0x08], &[vec![0xff; 9]]), aac_lc, "no frame");
}

#[test]
fn parametric_stereo_that_is_not_declared_is_found() {
    let first = with_sbr(&[HEADER, ENVELOPE, STEREO]);
    let headless = with_sbr(&[NO_HEADER, ENVELOPE, STEREO]);
    let mono = with_sbr(&[NO_HEADER, ENVELOPE, MONO]);
    let opened = |config: &[u8], frames: &[Vec<u8>]| {
        let track = demux(sound(config, frames)).unwrap().tracks.remove(0);
        (track.codec.rfc6381(), codec::sampling(&track.codec), track.sample_entry)
    };
    let with_ps = mp4a(&[0x13, 0x08, 0x56, 0xe5, 0x9d, 0x48, 0x80]);
    let he_aac_2 = ("mp4a.40.29".into(), (48_000, 2), with_ps.into());
    let he_aac = ("mp4a.40.5".into(), (48_000, 1), mp4a(&[0x13, 0x08, 0x56, 0xe5, 0x98]).into());
    let signals = [&[0x13, 0x08][..], &[0x13, 0x08, 0x56, 0xe5, 0x98]];
    for config in signals {
        assert_eq!(opened(config, &vec![first.clone(); 20]), he_aac_2);
        assert_eq!(opened(config, &vec![mono.clone(); 20]), he_aac);
        assert_eq!(opened(config, &vec![headless.clone(); 20]), he_aac);
        // Frames before the first header do not count; of the others, most of the first 16 do.
        for (stereo, expected) in [(6, &he_aac), (7, &he_aac_2)] {
            let of_stereo = vec![first.clone(); stereo];
            let frames = [vec![headless.clone(); 4], of_stereo, vec![mono.clone(); 20]].concat();
            assert_eq!(opened(config, &frames), *expected, "{stereo} frames");
        }
    }
}

#[test]
fn a_few_frames_are_looked_at_of_sound_of_low_rates_only() {
    let reads = |config: &[u8]| {
        let frames = vec![[silence(true), vec![0; 1_000]].concat(); 100];
        open(&sound(config, &frames), Limits::default(), 16).1.len()
    };
    // The head, and the movie after the media. Only one channel can have parametric stereo, and
    // its first frame is read once.
    assert_eq!(reads(&[0x11, 0x88]), 2);
    assert_eq!((reads(&[0x13, 0x10]), reads(&[0x13, 0x08])), (2 + 8, 2 + 8 + 15));
}

#[test]
fn each_sample_of_a_short_track_is_looked_at_and_the_largest_of_a_long_one() {
    let file = long(3_000, 75);
    let expected: Vec<_> = (0..3_000).step_by(75).collect();
    for (looks_at_most, step) in [(1 << 14, 1), (532, 6), (60, 108)] {
        let limits = Limits::default().with_looks(looks_at_most).with_look_size(16);
        let (movie, reads) = open(&file, limits, 64);
        let found = syncs(&movie.unwrap());
        match step {
            1 | 6 => assert_eq!(found, expected),
            _ => assert!(found.iter().all(|at| at.is_multiple_of(75)) && found.len() > 20),
        }
        let count = looks(&reads, &file);
        assert!(count <= 4 + 32 + 3_000_usize.div_ceil(step), "{count} looks");
        let len = reads.iter().map(|read| read.len).sum::<u64>();
        let head_and_tail = (16 << 10) + 1024 + 13_000;
        assert!(len <= head_and_tail + count as u64 * 16, "{len} bytes");
    }
}

/// Where key frames have a fixed distance, samples at even distances could all be key frames.
#[test]
fn a_few_looks_do_not_mistake_key_frames_for_all_samples() {
    for gop in [2, 10, 25, 50, 93, 124] {
        let movie = demux(long(15 * gop * 2 + 2, gop)).unwrap();
        assert_eq!(syncs(&movie)[..2], [0, gop]);
    }
}

#[test]
fn without_looks_nothing_is_claimed() {
    let none = Limits::default().with_looks(0);
    let (movie, reads) = open(&long(1_000, 10), none, 4);
    assert_eq!((syncs(&movie.unwrap()), reads.len()), (vec![0], 3));
    let samples = [with_lengths([SPS, PPS, IDR])];
    let (refused, _) = open(&file(avc1(b"avc1", EMPTY_RECORD), &samples, None), none, 4);
    assert!(refused.unwrap_err().to_string().contains("holds no parameter sets"));
}

#[test]
fn samples_without_bytes_are_no_key_frames() {
    let samples = [vec![], vec![], with_lengths([IDR]), vec![]];
    let file = file(avc1(b"avc1", &avc_record(SPS, PPS, 4)), &samples, None);
    for looks in [1, 2, 1 << 14] {
        let (movie, _) = open(&file, Limits::default().with_looks(looks), 9);
        // Their time goes to the sample before, or delays the first.
        assert_eq!(syncs(&movie.unwrap()), [0]);
    }
}

#[test]
fn wrong_bytes_are_refused_while_samples_are_looked_at() {
    let file = long(1_000, 10);
    let mut demuxer = Demuxer::new(file.len() as u64, Limits::default());
    while demuxer.needs(9).len() < 9 {
        let need = demuxer.need().unwrap();
        let range = usize::try_from(need.offset).unwrap()..usize::try_from(need.end()).unwrap();
        demuxer.feed(need.offset, file.slice(range)).unwrap();
    }
    let wanted = demuxer.need();
    let error = demuxer.feed(1, file.slice(1..2)).unwrap_err();
    assert_eq!(error, Error::WrongFeed { wanted, offset: 1, len: 1 });
    assert!(demuxer.need().is_some());
}

fn pictures() -> impl Strategy<Value = Vec<Vec<&'static [u8]>>> {
    let picture = prop::sample::select(vec![
        vec![IDR],
        vec![&[9, 0xf0], SPS, PPS, IDR],
        vec![INTRA],
        vec![RECOVERY_POINT, INTRA],
        vec![P],
        vec![B],
        vec![],
    ]);
    prop::collection::vec(picture, 2..80)
}

proptest! {
    /// Whatever is read at a time, and however much is looked at, no sample is claimed to be a key
    /// frame that is none.
    #[test]
    fn no_key_frame_is_claimed_that_is_none(
        pictures in pictures(),
        looks in prop_oneof![Just(1 << 14), 0_u32..100],
        at_once in 1_usize..70,
        piece in 1_usize..40,
    ) {
        let samples: Vec<_> = pictures.iter().map(with_lengths).collect();
        prop_assume!(samples.iter().any(|sample| !sample.is_empty()));
        let file = file(avc1(b"avc1", &avc_record(SPS, PPS, 4)), &samples, None);
        let served = pictures.into_iter().filter(|picture| !picture.is_empty());
        let pictures: Vec<_> = served.collect();
        let is_sync = |picture: &Vec<&[u8]>| {
            picture.contains(&IDR) || picture.contains(&RECOVERY_POINT)
        };
        let is_intra = |picture: &Vec<&[u8]>| is_sync(picture) || picture.contains(&INTRA);
        let real: Vec<u32> = (0..)
            .zip(&pictures)
            .filter(|(_, picture)| is_sync(picture))
            .map(|(at, _)| at)
            .collect();
        let limits = Limits::default().with_looks(looks);
        let (movie, reads) = open(&file, limits, at_once);
        let movie = movie.unwrap();
        let found = syncs(&movie);
        let is_all_intra = pictures.iter().all(is_intra);
        if !is_all_intra && pictures.len() <= 32 {
            prop_assert!(found == [0] || found.iter().all(|at| real.contains(at)), "{:?}", found);
        }
        if looks == 1 << 14 && pictures.len() <= 32 {
            let all: Vec<_> = (0..u32::try_from(pictures.len()).unwrap()).collect();
            let found_ones = if real.is_empty() { vec![0] } else { real };
            let expected = if is_all_intra { all } else { found_ones };
            prop_assert_eq!(&found, &expected);
            prop_assert_eq!(demux(file.clone()).unwrap(), movie.clone());
        }
        let mut demuxer = Demuxer::new(file.len() as u64, limits);
        while let Some(need) = demuxer.need() {
            let start = usize::try_from(need.offset).unwrap();
            let end = file.len().min(start + piece);
            demuxer.feed(need.offset, file.slice(start..end)).unwrap();
        }
        prop_assert_eq!(demuxer.finish().unwrap(), movie);
        prop_assert!(reads.len() <= 40 + looks as usize);
    }
}
