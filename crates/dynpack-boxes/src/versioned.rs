//! Boxes with fields of a width that their version decides (ISO/IEC 14496-12, 4.2).

use bytes::BufMut;

/// Version 1 if a value needs 64 bits, else version 0.
pub(crate) fn version_of<const N: usize>(values: [u64; N]) -> u8 {
    values.iter().any(|&value| value > u32::MAX.into()).into()
}

/// Bytes of a field in that version.
pub(crate) const fn field_len(version: u8) -> u64 {
    if version == 1 { 8 } else { 4 }
}

/// Appends a field of 64 bits in version 1, else of 32.
pub(crate) fn put_versioned(version: u8, value: u64, out: &mut Vec<u8>) {
    if version == 1 {
        out.put_u64(value);
    } else {
        out.put_u32(u32::try_from(value).expect("version 0 is for values of 32 bits"));
    }
}

/// Appends version and flags.
pub(crate) fn put_version_and_flags(version: u8, flags: u32, out: &mut Vec<u8>) {
    out.put_u32(u32::from(version) << 24 | flags & 0x00ff_ffff);
}

/// A flag that is set on a condition.
pub(crate) const fn flag(condition: bool, flag: u32) -> u32 {
    if condition { flag } else { 0 }
}
