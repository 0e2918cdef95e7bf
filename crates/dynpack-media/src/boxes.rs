//! Writing boxes of ISO/IEC 14496-12 (4.2).
//!
//! ```
//! use bytes::BufMut;
//! use dynpack_media::boxes::{put_box, put_full_box};
//!
//! let mut out = Vec::new();
//! put_box(&mut out, b"moof", |out| put_full_box(out, b"mfhd", 0, 0, |out| out.put_u32(7)));
//! assert_eq!(out, b"\0\0\0\x18moof\0\0\0\x10mfhd\0\0\0\0\0\0\0\x07");
//! ```

use bytes::BufMut;

/// The extended type of `tfxd`: when a fragment of Smooth Streaming is presented (\[MS-SSTR\]
/// 2.2.4.4).
pub const TFXD: u128 = 0x6d1d_9b05_42d5_44e6_80e2_141d_aff7_57b2;

/// The extended type of the box which does for PIFF 1.1 (5.3.2) what `senc` does for ISO/IEC
/// 23001-7.
pub const PIFF_SENC: u128 = 0xa239_4f52_5a9b_4f14_a244_6c42_7c64_8df4;

/// Appends a box: `body` writes what is in it, the size is put in front of that afterwards.
///
/// The size has 32 bits: a body must be shorter than 4 GiB.
pub fn put_box(out: &mut Vec<u8>, kind: &[u8; 4], body: impl FnOnce(&mut Vec<u8>)) {
    let start = out.len();
    out.put_u32(0);
    out.put_slice(kind);
    body(out);
    let size = u32::try_from(out.len() - start).unwrap_or(u32::MAX);
    if let Some(field) = out.get_mut(start..start + 4) {
        field.copy_from_slice(&size.to_be_bytes());
    }
}

/// Appends a box with a version and 24 bits of flags.
pub fn put_full_box(
    out: &mut Vec<u8>,
    kind: &[u8; 4],
    version: u8,
    flags: u32,
    body: impl FnOnce(&mut Vec<u8>),
) {
    put_box(out, kind, |out| {
        out.put_u32(version_and_flags(version, flags));
        body(out);
    });
}

/// Appends a box of an extended type, with a version and 24 bits of flags.
pub fn put_uuid_box(
    out: &mut Vec<u8>,
    kind: u128,
    version: u8,
    flags: u32,
    body: impl FnOnce(&mut Vec<u8>),
) {
    put_box(out, b"uuid", |out| {
        out.put_u128(kind);
        out.put_u32(version_and_flags(version, flags));
        body(out);
    });
}

fn version_and_flags(version: u8, flags: u32) -> u32 {
    u32::from(version) << 24 | flags & 0xff_ffff
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn boxes_nest_and_know_their_size() {
        let mut out = Vec::new();
        put_box(&mut out, b"moof", |out| {
            put_full_box(out, b"mfhd", 0, 0x01_0203, |out| out.put_u32(7))
        });
        assert_eq!(out, b"\0\0\0\x18moof\0\0\0\x10mfhd\0\x01\x02\x03\0\0\0\x07");
    }

    #[test]
    fn an_extended_type_stands_before_version_and_flags() {
        let mut out = b"before".to_vec();
        put_uuid_box(&mut out, u128::from_be_bytes(*b"0123456789abcdef"), 1, u32::MAX, |_| ());
        assert_eq!(out, b"before\0\0\0\x1cuuid0123456789abcdef\x01\xff\xff\xff");
    }
}
