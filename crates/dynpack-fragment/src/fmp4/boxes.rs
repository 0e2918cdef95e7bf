//! What several boxes hold (ISO/IEC 14496-12).

use bytes::BufMut;
use dynpack_media::FourCc;
use dynpack_media::boxes::put_box;

/// The identity transformation of `mvhd` and `tkhd` (8.2.2, 8.3.2).
pub(super) const UNITY_MATRIX: [u32; 9] = [0x1_0000, 0, 0, 0, 0x1_0000, 0, 0, 0, 0x4000_0000];

/// Appends a list of brands, as `ftyp` and `styp` hold it (4.3, 8.16.2): the first is the major
/// brand, and compatible with itself.
pub(super) fn put_brands(out: &mut Vec<u8>, kind: &[u8; 4], brands: &[FourCc]) {
    let Some(major) = brands.first() else { return };
    put_box(out, kind, |out| {
        out.put_slice(&major.0);
        out.put_u32(0);
        for brand in brands {
            out.put_slice(&brand.0);
        }
    });
}

/// The length of a list of brands as [`put_brands`] writes it.
pub(super) const fn brands_len(brands: &[FourCc]) -> u64 {
    if brands.is_empty() { 0 } else { 16 + 4 * brands.len() as u64 }
}

pub(super) fn put_matrix(out: &mut Vec<u8>) {
    for value in UNITY_MATRIX {
        out.put_u32(value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brands_are_as_long_as_promised() {
        let mut out = Vec::new();
        put_brands(&mut out, b"styp", &[]);
        assert!(out.is_empty() && brands_len(&[]) == 0);
        let brands = [FourCc(*b"msdh"), FourCc(*b"cmfs")];
        put_brands(&mut out, b"styp", &brands);
        assert_eq!(out, b"\0\0\0\x18stypmsdh\0\0\0\0msdhcmfs");
        assert_eq!(out.len() as u64, brands_len(&brands));
    }
}
