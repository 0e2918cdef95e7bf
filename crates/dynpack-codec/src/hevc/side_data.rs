//! What a sample of HEVC carries beside its picture.

use super::NalType;
use crate::side_data::Role;
use crate::{NalUnit, SideData};

/// What a sample of `len` bytes that begins with `head` carries before its picture, as far as it
/// lies in that; the length before each NAL unit takes `nal_length_size` bytes.
#[must_use]
pub fn side_data(head: &[u8], len: usize, nal_length_size: u8) -> SideData {
    let units = NalUnit::starting_in(head, len, nal_length_size.into());
    SideData::in_units(units, 2, |unit| match NalType::of(unit) {
        NalType::PREFIX_SEI => Role::Information,
        kind if kind.is_slice() => Role::Picture,
        _ => Role::Other,
    })
}
