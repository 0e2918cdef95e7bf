//! What is written reads back as the same, and as nothing else.

use std::borrow::Cow;

use dynpack_boxes::hds::Abst;
use dynpack_boxes::moof::{
    Mfhd, PiffSenc, Saio, Saiz, SampleEncryption, Senc, Tfdt, Tfhd, Tfxd, Trun,
};
use dynpack_boxes::moov::{
    Chpl, ChplEntry, Dref, Elng, Elst, Hdlr, KindBox, Mdhd, Mehd, Mvhd, Pattern, PiffPssh,
    PiffTenc, Pssh, Schm, Sinf, Smhd, Stbl, Stsd, Tenc, Tkhd, Trex, Tsel, Vmhd,
};
use dynpack_boxes::{BoxType, Error, Ftyp, Sidx, Styp};
use proptest::collection::vec;
use proptest::prelude::*;

use super::values;

/// Asserts that a box reads back from as many bytes as it promised.
macro_rules! check {
    ($type:ty, $value:expr) => {{
        let value = $value;
        let bytes = value.to_vec();
        assert_eq!(bytes.len() as u64, value.box_len());
        assert_eq!(<$type>::read_box(&bytes), Ok(value));
        bytes
    }};
}

/// Asserts the same of a box with fields of one length: with a byte less it is cut short, and
/// with one more it has an excess.
macro_rules! check_strictly {
    ($type:ty, $value:expr) => {{
        let bytes = check!($type, $value);
        let start = if bytes[4..].starts_with(b"uuid") { 24 } else { 8 };
        let fields = &bytes[start..];
        for len in 0..fields.len() {
            assert!(<$type>::read(&fields[..len]).is_err(), "{len} bytes");
        }
        let longer = [fields, &[0]].concat();
        assert_eq!(<$type>::read(&longer), Err(Error::Excess(1)));
    }};
}

proptest! {
    #[test]
    fn brands(brands in values::brands()) {
        check!(Ftyp<'_>, Ftyp(brands.clone()));
        check!(Styp<'_>, Styp(brands));
    }

    #[test]
    fn sidx(sidx in values::sidx()) {
        check_strictly!(Sidx<'_>, sidx);
    }

    #[test]
    fn mvhd(mvhd in values::mvhd()) {
        check_strictly!(Mvhd, mvhd);
    }

    #[test]
    fn pssh(
        system_id: [u8; 16],
        key_ids in vec(any::<[u8; 16]>(), 0..3),
        data in vec(any::<u8>(), 0..20),
    ) {
        check_strictly!(Pssh<'_>, Pssh { system_id, key_ids: &key_ids, data: &data });
        check_strictly!(PiffPssh<'_>, PiffPssh { system_id, data: &data });
    }

    #[test]
    fn mehd(fragment_duration: u64) {
        check_strictly!(Mehd, Mehd { fragment_duration });
    }

    #[test]
    fn trex(trex in values::trex()) {
        check_strictly!(Trex, trex);
    }

    #[test]
    fn tkhd(tkhd in values::tkhd()) {
        check_strictly!(Tkhd, tkhd);
    }

    #[test]
    fn elst(elst in values::elst()) {
        check_strictly!(Elst, elst);
    }

    #[test]
    fn mdhd(mdhd in values::mdhd()) {
        check_strictly!(Mdhd, mdhd);
    }

    #[test]
    fn elng(tag in vec(1..=u8::MAX, 0..20)) {
        check!(Elng<'_>, Elng { tag: &tag });
    }

    #[test]
    fn hdlr(handler_type in values::fourcc(), name in vec(any::<u8>(), 0..20)) {
        check!(Hdlr<'_>, Hdlr { handler_type, name: &name });
    }

    #[test]
    fn tsel(switch_group: i32, attributes in vec(any::<u8>(), 0..9)) {
        check!(Tsel<'_>, Tsel { switch_group, attributes: &attributes });
    }

    #[test]
    fn kind(scheme in vec(1..=u8::MAX, 0..20), value in vec(1..=u8::MAX, 0..20)) {
        check!(KindBox<'_>, KindBox { scheme: &scheme, value: &value });
    }

    #[test]
    fn chpl(chapters in vec((any::<u64>(), vec(any::<u8>(), 0..20)), 0..5)) {
        let entry = |(start, title): &'_ (u64, Vec<u8>)| (*start, title.clone());
        let owned: Vec<_> = chapters.iter().map(entry).collect();
        let entries = owned.iter().map(|(start, title)| ChplEntry { start: *start, title });
        check!(Chpl<'_>, Chpl { chapters: entries.collect() });
    }

    #[test]
    fn media_headers(graphics_mode: u16, op_color: [u16; 3], balance: i16) {
        check_strictly!(Vmhd, Vmhd { graphics_mode, op_color });
        check_strictly!(Smhd, Smhd { balance });
    }

    #[test]
    fn stbl(entry in vec(any::<u8>(), 0..20)) {
        check!(Stsd<'_>, Stsd { entry: &entry });
        check_strictly!(Stbl<'_>, Stbl { stsd: Stsd { entry: &entry } });
    }

    #[test]
    fn sinf(
        original_format in values::fourcc(),
        scheme_type in values::fourcc(),
        scheme_version: u32,
        (crypt, skip) in (0..16_u8, 0..16_u8),
        (is_protected, per_sample_iv_size) in any::<(bool, u8)>(),
        key_id: [u8; 16],
        iv in vec(any::<u8>(), 0..17),
        algorithm_id in 0..1_u32 << 24,
    ) {
        let constant_iv = if is_protected && per_sample_iv_size == 0 { &iv[..] } else { &[] };
        let pattern = Pattern { crypt, skip };
        let tenc = Tenc { pattern, is_protected, per_sample_iv_size, key_id, constant_iv };
        check_strictly!(Tenc<'_>, tenc);
        let schm = Schm { scheme_type, scheme_version };
        check_strictly!(Schm, schm);
        check_strictly!(Sinf<Tenc<'_>>, Sinf { original_format, schm, track_encryption: tenc });
        let piff = PiffTenc { algorithm_id, iv_size: per_sample_iv_size, key_id };
        check_strictly!(PiffTenc, piff);
        check_strictly!(Sinf<PiffTenc>, Sinf { original_format, schm, track_encryption: piff });
    }

    #[test]
    fn mfhd(sequence_number: u32) {
        check_strictly!(Mfhd, Mfhd { sequence_number });
    }

    #[test]
    fn tfhd(tfhd in values::tfhd()) {
        check_strictly!(Tfhd, tfhd);
    }

    #[test]
    fn times_of_fragments(time: i64, duration: u64) {
        check_strictly!(Tfdt, Tfdt { base_media_decode_time: time });
        check_strictly!(Tfxd, Tfxd { time, duration });
    }

    #[test]
    fn trun((head, samples) in values::trun()) {
        let mut entries = Vec::new();
        samples.iter().for_each(|sample| sample.put(&mut entries));
        assert_eq!(entries.len() as u64, head.samples_len());
        let trun = head.with_samples(&entries).unwrap();
        assert_eq!(trun.box_len(), head.box_len());
        check_strictly!(Trun<'_>, trun);
        let declared = if head.fields.sample_len() > 0 { samples } else { Vec::new() };
        assert_eq!(trun.samples().collect::<Vec<_>>(), declared);
    }

    #[test]
    fn saiz(size in 1..=u8::MAX, count: u32, sizes in vec(any::<u8>(), 0..20)) {
        let bytes = check!(Saiz<'_>, Saiz::Uniform { size, count });
        assert_eq!(bytes.len() as u64, Saiz::len_of(true, count));
        let bytes = check!(Saiz<'_>, Saiz::Each(&sizes));
        assert_eq!(bytes.len() as u64, Saiz::len_of(false, u32::try_from(sizes.len()).unwrap()));
        check_strictly!(Saiz<'_>, Saiz::Each(&sizes));
    }

    #[test]
    fn saio(offset in values::wide()) {
        check_strictly!(Saio, Saio { offset });
    }

    #[test]
    fn senc(encryption in values::encryption()) {
        let values::Encryption { iv_size, has_subsamples, ivs, subsamples } = encryption;
        let samples: Vec<_> = ivs
            .iter()
            .zip(&subsamples)
            .map(|(iv, subsamples)| SampleEncryption {
                iv,
                subsamples: has_subsamples.then_some(Cow::Borrowed(&subsamples[..])),
            })
            .collect();
        let mut bytes = Vec::new();
        for sample in &samples {
            let start = bytes.len();
            sample.put(&mut bytes);
            let count = sample.subsamples.as_ref().map(|subsamples| subsamples.len());
            let len = SampleEncryption::len_of(iv_size.into(), count);
            assert_eq!(bytes.len() - start, len);
        }
        let sample_count = u32::try_from(samples.len()).unwrap();
        let senc = Senc { sample_count, has_subsamples, samples: &bytes };
        assert_eq!(senc.samples(iv_size).collect::<Result<Vec<_>, _>>(), Ok(samples));
        let len = bytes.len() as u64;
        assert_eq!(check!(Senc<'_>, senc).len() as u64, Senc::len_of(len));
        assert_eq!(check!(PiffSenc<'_>, PiffSenc(senc)).len() as u64, PiffSenc::len_of(len));
    }

    #[test]
    fn abst(abst in values::abst()) {
        check_strictly!(Abst, abst);
    }
}

#[test]
fn dref() {
    check_strictly!(Dref, Dref);
}

#[test]
fn samples_of_a_senc_end_where_it_is_cut_short() {
    let senc = Senc { sample_count: u32::MAX, has_subsamples: true, samples: &[0, 0, 0, 1, 2] };
    let samples: Vec<_> = senc.samples(0).collect();
    assert_eq!(samples.len(), 2);
    assert!(samples[0].is_ok() && samples[1] == Err(Error::CutShort));
}

#[test]
fn another_box_is_not_read() {
    let mfhd = Mfhd { sequence_number: 7 }.to_vec();
    assert_eq!(Mehd::read_box(&mfhd), Err(Error::OtherType));
    assert_eq!(Mfhd::read_box(&mfhd[..15]), Err(Error::CutShort));
    assert_eq!(Mfhd::read_box(&[&mfhd[..], b"more"].concat()), Err(Error::Excess(4)));
}
