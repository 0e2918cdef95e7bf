//! The boxes of the bootstrap information of HTTP Dynamic Streaming (Adobe F4V file format
//! specification 10.1, 2.11.2).

mod abst;
mod afrt;
mod asrt;
mod qualities;

pub use abst::Abst;
pub use afrt::{Afrt, FragmentRun};
pub use asrt::{Asrt, SegmentRun};
