//! The boxes in `traf`: samples of one track in a fragment (ISO/IEC 14496-12, 8.8.6).

mod saio;
mod saiz;
mod senc;
mod tfdt;
mod tfhd;
mod tfxd;
mod trun;

pub use saio::Saio;
pub use saiz::Saiz;
pub use senc::{PiffSenc, SampleEncryption, Senc, Subsample};
pub use tfdt::Tfdt;
pub use tfhd::Tfhd;
pub use tfxd::Tfxd;
pub use trun::{Trun, TrunFields, TrunHead, TrunSample};
