//! The boxes in the `udta` of a movie (ISO/IEC 14496-12, 8.10.1).

mod chpl;

pub use chpl::{Chpl, ChplEntry};
