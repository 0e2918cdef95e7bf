//! The boxes in `moof`: a fragment of a movie (ISO/IEC 14496-12, 8.8.4).

mod mfhd;
mod traf;

pub use mfhd::Mfhd;
pub use traf::{
    PiffSenc, Saio, Saiz, SampleEncryption, Senc, Subsample, Tfdt, Tfhd, Tfxd, Trun, TrunFields,
    TrunHead, TrunSample,
};
