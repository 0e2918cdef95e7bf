//! As much of H.264 as encryption needs: where slice headers end (ITU-T H.264, 7.3).
//!
//! Parameter sets are read up to the last field that shapes a slice header, and no value is kept that does not.

mod bits;
mod parameters;
mod slice;
mod units;

pub(crate) use slice::SliceHeaders;
pub(crate) use units::{Unit, refuse_start_code, units};

/// NAL unit types (table 7-1).
pub(crate) mod kind {
    pub(crate) const SLICE: u8 = 1;
    pub(crate) const PARTITION_A: u8 = 2;
    pub(crate) const PARTITION_C: u8 = 4;
    pub(crate) const IDR: u8 = 5;
    pub(crate) const SPS: u8 = 7;
    pub(crate) const PPS: u8 = 8;
    pub(crate) const AUXILIARY: u8 = 19;
    pub(crate) const EXTENSION: u8 = 20;
    pub(crate) const DEPTH_EXTENSION: u8 = 21;
}
