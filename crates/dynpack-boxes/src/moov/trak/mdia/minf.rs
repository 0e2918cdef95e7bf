//! The boxes in `minf`: where and how the media is stored (ISO/IEC 14496-12, 8.4.4).

mod dref;
mod smhd;
mod stbl;
mod vmhd;

pub use dref::Dref;
pub use smhd::Smhd;
pub use stbl::{Pattern, PiffTenc, Schm, Sinf, Stbl, Stsd, Tenc};
pub use vmhd::Vmhd;
