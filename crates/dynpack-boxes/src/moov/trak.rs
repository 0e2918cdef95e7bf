//! The boxes in `trak`: one track (ISO/IEC 14496-12, 8.3).

mod elst;
mod mdia;
mod tkhd;
mod udta;

pub use elst::{Edit, Elst};
pub use mdia::{
    Dref, Elng, Hdlr, Mdhd, PackedLanguage, Pattern, PiffTenc, Schm, Sinf, Smhd, Stbl, Stsd, Tenc,
    Vmhd,
};
pub use tkhd::Tkhd;
pub use udta::{KindBox, Tsel};
