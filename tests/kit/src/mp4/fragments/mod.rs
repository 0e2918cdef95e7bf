//! Writes movie fragments (ISO/IEC 14496-12, 8.8), in all equivalent forms.

mod fragment;
mod index;
mod movie;
mod run;
mod sample;
mod traf;

pub use self::fragment::{fragment, moof};
pub use self::index::{mfra, sidx};
pub use self::movie::{file, init, moov, without_samples};
pub use self::run::Run;
pub use self::sample::{NON_SYNC, SYNC, Sample};
pub use self::traf::{Base, TFXD, Time, Traf};
