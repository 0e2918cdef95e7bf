//! Reading any bytes ends in a box or an error, and what is read can be written.

use dynpack_boxes::hds::{Abst, Afrt, Asrt};
use dynpack_boxes::moof::{Mfhd, PiffSenc, Saio, Saiz, Senc, Tfdt, Tfhd, Tfxd, Trun};
use dynpack_boxes::moov::{
    Chpl, Dref, Elng, Elst, Hdlr, KindBox, Mdhd, Mehd, Mvhd, PiffPssh, PiffTenc, Pssh, Schm, Sinf,
    Smhd, Stbl, Stsd, Tenc, Tkhd, Trex, Tsel, Vmhd,
};
use dynpack_boxes::{BoxType, Ftyp, Header, Sidx, Styp};
use proptest::collection::vec;
use proptest::prelude::*;

macro_rules! read {
    ($bytes:expr; $($type:ty),* $(,)?) => {
        $(if let Ok(read) = <$type>::read($bytes) {
            let written = read.to_vec();
            prop_assert_eq!(<$type>::read_box(&written), Ok(read));
        }
        let _ = <$type>::read_box($bytes);)*
    };
}

/// Bytes as files have them: many zeros, small counts, types of boxes.
fn bytes() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        vec(any::<u8>(), 1..5),
        (0..40_usize).prop_map(|len| vec![0; len]),
        (0..40_u32).prop_map(|count| count.to_be_bytes().to_vec()),
        (1..=17_u8).prop_map(|byte| vec![byte]),
        prop::sample::select(vec![*b"stsd", *b"stts", *b"frma", *b"schm", *b"schi", *b"asrt"])
            .prop_map(|kind| kind.to_vec()),
    ];
    vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn no_bytes_make_reading_panic(bytes in bytes()) {
        let _ = Header::read(&bytes);
        read!(&bytes; Ftyp<'_>, Styp<'_>, Sidx<'_>);
        read!(&bytes; Mvhd, Pssh<'_>, PiffPssh<'_>, Mehd, Trex, Tkhd, Elst, Mdhd, Elng<'_>);
        read!(&bytes; KindBox<'_>);
        read!(&bytes; Tsel<'_>, Chpl<'_>);
        read!(&bytes; Hdlr<'_>, Vmhd, Smhd, Dref, Stbl<'_>, Stsd<'_>, Schm, Tenc<'_>, PiffTenc);
        read!(&bytes; Sinf<Tenc<'_>>, Sinf<PiffTenc>);
        read!(&bytes; Mfhd, Tfhd, Tfdt, Tfxd, Trun<'_>, Saiz<'_>, Saio, Senc<'_>, PiffSenc<'_>);
        read!(&bytes; Abst, Asrt, Afrt);
        if let Ok(trun) = Trun::read(&bytes) {
            prop_assert!(trun.samples().count() as u64 <= trun.head().sample_count.into());
        }
        if let Ok(senc) = Senc::read(&bytes) {
            senc.samples(8).for_each(drop);
        }
    }
}
