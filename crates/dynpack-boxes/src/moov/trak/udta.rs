//! The boxes in the `udta` of a track (ISO/IEC 14496-12, 8.10.1).

mod kind;
mod tsel;

pub use kind::KindBox;
pub use tsel::Tsel;
