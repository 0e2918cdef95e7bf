//! What mp4-atom reads of the boxes it knows is what was written.

use dynpack_boxes::moof::{Mfhd, Saio, Saiz, Tfdt};
use dynpack_boxes::moov::{Edit, Elst, Hdlr, Mdhd, Mehd, Mvhd, PackedLanguage, Tkhd, Trex};
use dynpack_boxes::{AccessPoint, BoxType, Ftyp, Styp};
use dynpack_media::{FourCc, Language, Timescale, TrackId};
use mp4_atom::{Decode, FourCC};
use proptest::collection::vec;
use proptest::prelude::*;

use super::values;

/// The box as mp4-atom reads it. It must consume every byte.
fn decode<'a, T: Decode>(written: &impl BoxType<'a>) -> T {
    let bytes = written.to_vec();
    let mut rest = &bytes[..];
    let decoded = T::decode(&mut rest).unwrap();
    assert!(rest.is_empty(), "{} bytes are left", rest.len());
    decoded
}

fn code(code: FourCc) -> FourCC {
    FourCC::from(code.0)
}

proptest! {
    #[test]
    fn brands(brands in values::brands()) {
        let list: Vec<_> = brands.compatible.iter().copied().map(code).collect();
        let ftyp: mp4_atom::Ftyp = decode(&Ftyp(brands.clone()));
        prop_assert_eq!(ftyp.major_brand, code(brands.major));
        prop_assert_eq!(ftyp.minor_version, brands.minor_version);
        prop_assert_eq!(&ftyp.compatible_brands, &list);
        let styp: mp4_atom::Styp = decode(&Styp(brands));
        prop_assert_eq!(styp.compatible_brands, list);
    }

    #[test]
    fn sidx(sidx in values::sidx()) {
        let decoded: mp4_atom::Sidx = decode(&sidx);
        prop_assert_eq!(decoded.reference_id, sidx.reference_id);
        prop_assert_eq!(decoded.timescale, sidx.timescale);
        prop_assert_eq!(
            (decoded.earliest_presentation_time, decoded.first_offset),
            (sidx.earliest_presentation_time, sidx.first_offset)
        );
        prop_assert_eq!(decoded.references.len(), sidx.references.len());
        for (decoded, written) in decoded.references.iter().zip(sidx.references.iter()) {
            prop_assert_eq!(decoded.reference_type, written.is_index);
            prop_assert_eq!(decoded.referenced_size, written.size);
            prop_assert_eq!(decoded.subsegment_duration, written.duration);
            let access_point = u32::from(decoded.starts_with_sap) << 31
                | u32::from(decoded.sap_type) << 28
                | decoded.sap_delta_time;
            prop_assert_eq!(AccessPoint(access_point), written.access_point);
        }
    }

    #[test]
    fn mvhd(mvhd in values::mvhd()) {
        let decoded: mp4_atom::Mvhd = decode(&mvhd);
        prop_assert_eq!(
            (decoded.creation_time, decoded.modification_time, decoded.duration),
            (mvhd.creation_time, mvhd.modification_time, mvhd.duration)
        );
        prop_assert_eq!(
            (decoded.timescale, decoded.next_track_id),
            (mvhd.timescale.hz(), mvhd.next_track_id)
        );
        let mp4_atom::Matrix { a, b, u, c, d, v, x, y, w } = decoded.matrix;
        prop_assert_eq!([a, b, u, c, d, v, x, y, w], mvhd.matrix.0);
    }

    #[test]
    fn tkhd(tkhd in values::tkhd()) {
        let decoded: mp4_atom::Tkhd = decode(&tkhd);
        prop_assert_eq!((decoded.enabled, decoded.in_movie), (tkhd.is_enabled, tkhd.is_in_movie));
        prop_assert_eq!((decoded.track_id, decoded.duration), (tkhd.track_id.0, tkhd.duration));
        prop_assert_eq!(u32::from(decoded.width.integer()), tkhd.width >> 16);
        prop_assert_eq!(u32::from(decoded.height.integer()), tkhd.height >> 16);
    }

    #[test]
    fn trex_and_mehd(trex in values::trex(), fragment_duration: u64) {
        let decoded: mp4_atom::Trex = decode(&trex);
        prop_assert_eq!(decoded.track_id, trex.track_id.0);
        prop_assert_eq!(
            decoded.default_sample_description_index,
            trex.default_sample_description_index
        );
        prop_assert_eq!(decoded.default_sample_duration, trex.default_sample_duration);
        prop_assert_eq!(decoded.default_sample_size, trex.default_sample_size);
        prop_assert_eq!(decoded.default_sample_flags, trex.default_sample_flags.0);
        let decoded: mp4_atom::Mehd = decode(&Mehd { fragment_duration });
        prop_assert_eq!(decoded.fragment_duration, fragment_duration);
    }

    #[test]
    fn tfhd(tfhd in values::tfhd()) {
        let decoded: mp4_atom::Tfhd = decode(&tfhd);
        prop_assert_eq!(decoded.track_id, tfhd.track_id.0);
        prop_assert_eq!(decoded.base_data_offset, tfhd.base_data_offset);
        prop_assert_eq!(decoded.sample_description_index, tfhd.sample_description_index);
        prop_assert_eq!(decoded.default_sample_duration, tfhd.default_sample_duration);
        prop_assert_eq!(decoded.default_sample_size, tfhd.default_sample_size);
        let default_sample_flags = tfhd.default_sample_flags.map(|flags| flags.0);
        prop_assert_eq!(decoded.default_sample_flags, default_sample_flags);
        prop_assert_eq!(decoded.duration_is_empty, tfhd.duration_is_empty);
        prop_assert_eq!(decoded.default_base_is_moof, tfhd.default_base_is_moof);
    }

    #[test]
    fn mfhd_and_tfdt(sequence_number: u32, time in 0..i64::MAX) {
        let decoded: mp4_atom::Mfhd = decode(&Mfhd { sequence_number });
        prop_assert_eq!(decoded.sequence_number, sequence_number);
        let decoded: mp4_atom::Tfdt = decode(&Tfdt { base_media_decode_time: time });
        prop_assert_eq!(i64::try_from(decoded.base_media_decode_time), Ok(time));
    }

    #[test]
    fn trun((head, samples) in values::trun()) {
        // 8.8.8.1 rules out both at once.
        prop_assume!(head.first_sample_flags.is_none() || !head.fields.flags);
        let mut entries = Vec::new();
        samples.iter().for_each(|sample| sample.put(&mut entries));
        let decoded: mp4_atom::Trun = decode(&head.with_samples(&entries).unwrap());
        prop_assert_eq!(decoded.data_offset, head.data_offset);
        for (at, (decoded, written)) in decoded.samples.iter().zip(&samples).enumerate() {
            let first = head.first_sample_flags.filter(|_| at == 0);
            let flags = first.or(written.flags).map(|flags| flags.0);
            prop_assert_eq!((decoded.duration, decoded.size), (written.duration, written.size));
            prop_assert_eq!(decoded.flags, flags);
            prop_assert_eq!(decoded.cts, written.composition_offset.map(i64::from));
        }
    }

    #[test]
    fn information_about_samples(sizes in vec(any::<u8>(), 0..20), offset in values::wide()) {
        let decoded: mp4_atom::Saiz = decode(&Saiz::Each(&sizes));
        prop_assert_eq!(decoded.default_sample_info_size, 0);
        prop_assert_eq!(decoded.sample_info_size, sizes);
        let decoded: mp4_atom::Saio = decode(&Saio { offset });
        prop_assert_eq!(decoded.offsets, [offset]);
    }
}

#[test]
fn the_media_of_a_track() {
    let timescale = Timescale::new(90_000).unwrap();
    let language = PackedLanguage::new(&Language::parse("deu"));
    let mdhd =
        Mdhd { creation_time: 1, modification_time: 2, timescale, duration: 1 << 40, language };
    let decoded: mp4_atom::Mdhd = decode(&mdhd);
    assert_eq!((decoded.timescale, decoded.duration), (90_000, 1 << 40));
    assert_eq!(decoded.language, "deu");

    let decoded: mp4_atom::Hdlr = decode(&Hdlr { handler_type: Hdlr::VIDEO, name: b"pictures\0" });
    assert_eq!((decoded.handler, &decoded.name[..]), (FourCC::new(b"vide"), "pictures"));
}

#[test]
fn edits_of_both_widths() {
    for media_time in [1024, 1 << 40] {
        let edits = vec![Edit { duration: 7, media_time, rate: Edit::NORMAL_RATE }];
        let decoded: mp4_atom::Elst = decode(&Elst { edits });
        let [edit] = &decoded.entries[..] else { panic!("one edit") };
        assert_eq!(edit.segment_duration, 7);
        assert_eq!(edit.media_time, u64::try_from(media_time).ok());
    }
}

#[test]
fn a_track_of_pictures() {
    let decoded: mp4_atom::Tkhd =
        decode(&Tkhd { width: 1280 << 16, height: 720 << 16, ..Tkhd::new(TrackId(3)) });
    assert_eq!(
        (decoded.track_id, decoded.width.integer(), decoded.height.integer()),
        (3, 1280, 720)
    );
    assert!(decoded.enabled && decoded.in_movie);
    let decoded: mp4_atom::Mvhd = decode(&Mvhd::new(Timescale::MILLIS, 2));
    assert_eq!((decoded.timescale, decoded.rate.integer(), decoded.volume.integer()), (1000, 1, 1));
    let decoded: mp4_atom::Trex = decode(&Trex::new(TrackId(3)));
    assert_eq!(decoded.default_sample_description_index, 1);
}
