//! Which bytes of H.264 are protected, compared with another reader of slice headers.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod streams;

use dynpack_codec::{Codec, MediaKind};
use dynpack_crypt::cenc::{SampleEncryptor, Scheme, TrackEncryption};
use dynpack_crypt::sample_aes::{Blocks, Frame, SampleAes};
use dynpack_crypt::{ContentKey, Iv, IvSource, KeyId};
use dynpack_media::{RenditionId, SampleIndex, TrackId};
use dynpack_testkit::codec::with_lengths;
use dynpack_testkit::read::annex_b::units;
use h264_reader::Context;
use h264_reader::nal::slice::SliceHeader;
use h264_reader::nal::{Nal, RefNal, UnitType};
use h264_reader::rbsp::BitRead;
use streams::{STREAMS, config, is_slice};

/// The length of each slice's header in bytes, by h264-reader; 0 for other units.
fn header_lens(units: &[Vec<u8>]) -> Vec<usize> {
    let mut context = Context::new();
    units.iter().map(|unit| header_len(&mut context, unit)).collect()
}

fn header_len(context: &mut Context, unit: &[u8]) -> usize {
    let nal = RefNal::new(unit, &[], true);
    let header = nal.header().unwrap();
    match header.nal_unit_type() {
        UnitType::SeqParameterSet => {
            context.put_seq_param_set(
                h264_reader::nal::sps::SeqParameterSet::from_bits(nal.rbsp_bits()).unwrap(),
            );
            0
        }
        UnitType::PicParameterSet => {
            let pps = h264_reader::nal::pps::PicParameterSet::from_bits(context, nal.rbsp_bits())
                .unwrap();
            context.put_pic_param_set(pps);
            0
        }
        UnitType::SliceLayerWithoutPartitioningIdr
        | UnitType::SliceLayerWithoutPartitioningNonIdr => {
            let mut bits = nal.rbsp_bits();
            SliceHeader::from_bits(context, &mut bits, header, None).unwrap();
            let left = std::iter::from_fn(|| bits.read_bit("").ok()).count();
            let rbsp = h264_reader::rbsp::decode_nal(unit).unwrap().len();
            in_unit(unit, (rbsp * 8 - left).div_ceil(8))
        }
        _ => 0,
    }
}

/// How many bytes of a unit, including its header, encode the first `count` bytes after the header.
fn in_unit(unit: &[u8], count: usize) -> usize {
    (1..=unit.len())
        .find(|&len| h264_reader::rbsp::decode_nal(&unit[..len]).unwrap().len() == count)
        .unwrap()
}

fn encryptor(scheme: Scheme, units: &[Vec<u8>]) -> SampleEncryptor {
    encryptor_of(scheme, &config(units))
}

fn encryptor_of(scheme: Scheme, codec: &Codec) -> SampleEncryptor {
    let id = KeyId([7; 16]);
    let track = TrackEncryption::new(
        scheme,
        id,
        MediaKind::Video,
        &IvSource::new(id, "film", TrackId(1), &RenditionId::new("video", 1)),
    );
    SampleEncryptor::new(track, &ContentKey::new([9; 16]), codec)
}

/// The subsamples of a sample of one NAL unit each, `(clear, protected)`.
fn subsamples(scheme: Scheme, all: &[Vec<u8>]) -> Vec<Vec<(usize, usize)>> {
    let samples: Vec<_> = all.iter().map(|unit| with_lengths([unit])).collect();
    let fragment = encryptor(scheme, all).plan(SampleIndex(0), &samples).unwrap();
    let of_sample = |at| {
        fragment
            .subsamples(at)
            .unwrap()
            .iter()
            .map(|one| (one.clear.into(), one.protected as usize))
            .collect()
    };
    (0..fragment.count()).map(of_sample).collect()
}

#[test]
fn everything_after_slice_headers_is_protected() {
    for (name, stream) in STREAMS {
        let units = units(stream);
        let headers = header_lens(&units);
        let (cenc, cbcs) = (subsamples(Scheme::Cenc, &units), subsamples(Scheme::Cbcs, &units));
        assert!(units.iter().filter(|unit| is_slice(unit)).count() >= 8, "{name}");
        for (at, (unit, header)) in units.iter().zip(headers).enumerate() {
            let after = if is_slice(unit) { unit.len() - header } else { 0 };
            let whole = if after < 16 { 0 } else { after };
            assert_eq!(
                cbcs[at],
                [(4 + unit.len() - whole, whole)],
                "{name}, unit {at} of type {}",
                unit[0] & 0x1f
            );
            let blocks = after - after % 16;
            assert_eq!(cenc[at], [(4 + unit.len() - blocks, blocks)], "{name}, unit {at}");
        }
    }
}

/// A slice of an IDR picture from x265, whose header takes 5 bytes according to ffmpeg. Other
/// headers are compared in `dynpack-codec`.
#[test]
fn slice_segment_headers_of_hevc_stay_clear() {
    const SLICE: [u8; 31] = [
        0x28, 0x01, 0xaf, 0x0b, 0x60, 0xf5, 0x9f, 0x5d, 0x62, 0x30, 0xfb, 0xdc, 0x94, 0xaa, 0x15,
        0x38, 0x00, 0x00, 0x03, 0x00, 0x00, 0x03, 0x00, 0x00, 0x03, 0x00, 0x00, 0x03, 0x00, 0x9f,
        0x80,
    ];
    for (scheme, protected) in [(Scheme::Cenc, 16_u16), (Scheme::Cbcs, 26)] {
        let encryptor = encryptor_of(scheme, &dynpack_testkit::codec::hevc());
        let fragment = encryptor.plan(SampleIndex(0), &[with_lengths([SLICE])]).unwrap();
        let [only] = fragment.subsamples(0).unwrap() else { panic!() };
        assert_eq!((only.clear, only.protected), (35 - protected, protected.into()));
    }
}

#[test]
fn clear_units_join_the_slice_after_them() {
    let (_, stream) = STREAMS[0];
    let units = units(stream);
    let first = units.iter().position(|unit| is_slice(unit)).unwrap();
    let joined = with_lengths(&units[..=first]);
    let fragment = encryptor(Scheme::Cbcs, &units).plan(SampleIndex(0), &[&joined]).unwrap();
    let [only] = fragment.subsamples(0).unwrap() else { panic!() };
    assert_eq!(usize::from(only.clear), joined.len() - only.protected as usize);
}

#[test]
fn a_long_clear_range_takes_several_subsamples() {
    let (_, stream) = STREAMS[0];
    let units = units(stream);
    let filler = vec![12; 150_000];
    let slice = units.iter().find(|unit| is_slice(unit)).unwrap().clone();
    let padded = with_lengths(&[filler, slice]);
    let fragment = encryptor(Scheme::Cenc, &units).plan(SampleIndex(0), &[&padded]).unwrap();
    let clear: Vec<_> =
        fragment.subsamples(0).unwrap().iter().map(|one| (one.clear, one.protected > 0)).collect();
    assert!(matches!(clear[..], [(65535, false), (65535, false), (_, true)]), "{clear:?}");
}

#[test]
fn samples_that_cannot_be_protected_correctly_are_refused() {
    let (_, stream) = STREAMS[0];
    let units = units(stream);
    let refused = |sample: &[u8]| {
        encryptor(Scheme::Cenc, &units).plan(SampleIndex(0), &[sample]).unwrap_err().to_string()
    };
    assert_eq!(
        refused(&[0, 0, 0, 9, 0x65]),
        "cannot be encrypted: the NAL unit at byte 0 of a sample of 5 passes its end"
    );
    assert_eq!(
        refused(&[0, 0, 0, 2, 0x65, 0x88]),
        "cannot be encrypted: a slice header is cut short, or has a value out of range"
    );
    // Slice 0 of type I with picture parameter set 1.
    let unknown = refused(&[0, 0, 0, 3, 0x65, 0b1011_0100, 0xff]);
    assert_eq!(unknown, "cannot be encrypted: a slice without its picture parameter set 1");
}

/// Partitions, auxiliary pictures, and pictures of other layers and views: receivers of SAMPLE-AES
/// do not expect them to be encrypted.
#[test]
fn pictures_other_than_plain_slices_are_refused_by_all_schemes() {
    let cipher = SampleAes::new(&ContentKey::new([2; 16]), Iv([3; 16]));
    let units = units(STREAMS[0].1);
    let slice = units.iter().find(|unit| is_slice(unit) && unit.len() > 48).unwrap();
    for kind in 0..32_u8 {
        let unit = [&[0x60 | kind][..], &slice[1..]].concat();
        let in_sample = with_lengths([&unit]);
        let plan = |scheme| encryptor(scheme, &units).plan(SampleIndex(0), &[&in_sample]);
        let (mut blocks, mut out) = (Blocks::default(), Vec::new());
        let answers = [
            plan(Scheme::Cenc).map(|fragment| {
                fragment.subsamples(0).unwrap().iter().any(|one| one.protected > 0)
            }),
            plan(Scheme::Cbcs).map(|fragment| {
                fragment.subsamples(0).unwrap().iter().any(|one| one.protected > 0)
            }),
            blocks.add(Frame::NalUnit(&unit)).map(|()| {
                cipher.encrypt(&mut blocks);
                blocks.write(Frame::NalUnit(&unit), &mut out).unwrap();
                out != unit
            }),
        ];
        for answer in answers.map(|answer| answer.map_err(|error| error.to_string())) {
            match kind {
                1 | 5 => assert_eq!(answer, Ok(true)),
                2..=4 | 19..=21 => assert_eq!(
                    answer.unwrap_err(),
                    format!(
                        "cannot be encrypted in this way: NAL units of type {kind} are not \
                         supported"
                    )
                ),
                _ => assert_eq!(answer, Ok(false), "type {kind}"),
            }
        }
    }
}

#[test]
fn parameter_sets_within_samples_are_used() {
    let (_, cabac) = STREAMS[0];
    let (_, cavlc) = STREAMS[1];
    let (known, other) = (units(cabac), units(cavlc));
    let whole = with_lengths(&other[..other.iter().position(|unit| is_slice(unit)).unwrap() + 1]);
    let plan = |units| encryptor(Scheme::Cbcs, units).plan(SampleIndex(0), &[&whole]).unwrap();
    assert_eq!(plan(&known).subsamples(0), plan(&other).subsamples(0));
}

/// Readers of byte streams would read a clear slice after the start code.
#[test]
fn units_that_hide_others_are_refused() {
    let (_, stream) = STREAMS[1];
    let units = units(stream);
    let hidden =
        [&[0x0e, 0x40, 0, 0, 1][..], units.iter().find(|unit| is_slice(unit)).unwrap()].concat();
    let (id, key) = (KeyId([1; 16]), ContentKey::new([2; 16]));
    let expected = "cannot be encrypted: a NAL unit of type 14 has a start code in it";
    for scheme in [Scheme::Cenc, Scheme::Cbcs] {
        let track = TrackEncryption::new(
            scheme,
            id,
            MediaKind::Video,
            &IvSource::new(id, "film", TrackId(1), &RenditionId::new("video", 1)),
        );
        let encryptor = SampleEncryptor::new(track, &key, &config(&units));
        let problem =
            encryptor.plan(SampleIndex(0), &[with_lengths([&hidden])]).unwrap_err().to_string();
        assert_eq!(problem, expected);
    }
    let problem = Blocks::default().add(Frame::NalUnit(&hidden)).unwrap_err();
    assert_eq!(problem.to_string(), expected);
}
