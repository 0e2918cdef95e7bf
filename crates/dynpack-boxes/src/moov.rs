//! The boxes in `moov`: a movie and its tracks (ISO/IEC 14496-12, 8.2.1).

mod mvex;
mod mvhd;
mod pssh;
mod trak;
mod udta;

pub use mvex::{Mehd, Trex};
pub use mvhd::Mvhd;
pub use pssh::{PiffPssh, Pssh};
pub use trak::{
    Dref, Edit, Elng, Elst, Hdlr, KindBox, Mdhd, PackedLanguage, Pattern, PiffTenc, Schm, Sinf,
    Smhd, Stbl, Stsd, Tenc, Tkhd, Tsel, Vmhd,
};
pub use udta::{Chpl, ChplEntry};
