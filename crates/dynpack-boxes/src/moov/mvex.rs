//! The boxes in `mvex`: the movie has fragments (ISO/IEC 14496-12, 8.8.1).

mod mehd;
mod trex;

pub use mehd::Mehd;
pub use trex::Trex;
