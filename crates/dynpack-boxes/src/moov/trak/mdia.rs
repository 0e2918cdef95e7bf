//! The boxes in `mdia`: the media of a track (ISO/IEC 14496-12, 8.4).

mod elng;
mod hdlr;
mod mdhd;
mod minf;

pub use elng::Elng;
pub use hdlr::Hdlr;
pub use mdhd::{Mdhd, PackedLanguage};
pub use minf::{Dref, Pattern, PiffTenc, Schm, Sinf, Smhd, Stbl, Stsd, Tenc, Vmhd};
