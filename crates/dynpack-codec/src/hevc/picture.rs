//! Which picture a sample of HEVC holds.

use super::NalType;
use crate::{NalUnit, Picture};

/// The picture of a sample of `len` bytes that begins with `head`, in which the length before each
/// NAL unit takes `nal_length_size` bytes. `None` if that is not a sequence of NAL units, or if no
/// slice starts in it.
///
/// The type of the first slice stands for all of its picture. Whether one that is no random access
/// point is intra-coded is not looked for: it counts as predicted.
#[must_use]
pub fn picture(head: &[u8], len: usize, nal_length_size: u8) -> Option<Picture> {
    for unit in NalUnit::starting_in(head, len, nal_length_size.into()) {
        let bytes = unit.ok()?.bytes;
        if bytes.first().is_none_or(|header| header & 0x80 != 0) {
            return None;
        }
        match NalType::of(bytes) {
            kind if kind.is_idr() => return Some(Picture::Idr),
            kind if kind.is_random_access() => return Some(Picture::RecoveryPoint),
            kind if kind.is_slice() => return Some(Picture::Predicted),
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_slice_tells_the_picture() {
        // A delimiter, and a slice of that type.
        let of = |kind: u8| picture(&[0, 3, 0x46, 1, 0x50, 0, 2, kind << 1, 1], 9, 2);
        assert_eq!([19, 20].map(of), [Some(Picture::Idr); 2]);
        assert_eq!([16, 17, 18, 21].map(of), [Some(Picture::RecoveryPoint); 4]);
        assert_eq!([0, 1, 6, 7, 8, 9, 22].map(of), [Some(Picture::Predicted); 7]);
        assert_eq!([32, 39, 63].map(of), [None; 3]);
        assert_eq!(picture(&[0, 2, 0xa6, 1], 4, 2), None, "the forbidden bit is set");
    }
}
