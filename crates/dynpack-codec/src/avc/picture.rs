//! Which picture a sample of H.264 holds.

use super::NalType;
use crate::bits::Bits;
use crate::sei::Message;
use crate::{NalUnit, Picture};

/// The picture of a sample of `len` bytes that begins with `head`, in which the length before
/// each NAL unit takes `nal_length_size` bytes. `None` if that is not a sequence of NAL units,
/// or if no slice starts in it.
///
/// The first slice stands for all of its picture.
#[must_use]
pub fn picture(head: &[u8], len: usize, nal_length_size: u8) -> Option<Picture> {
    let mut can_recover = false;
    for unit in NalUnit::starting_in(head, len, nal_length_size.into()) {
        let bytes = unit.ok()?.bytes;
        match NalType::of(bytes) {
            _ if bytes.first().is_none_or(|header| header & 0x80 != 0) => return None,
            NalType::SEI => can_recover |= recovers_at_once(bytes),
            NalType::IDR => return Some(Picture::Idr),
            kind if kind.is_of_primary_picture() => {
                return Some(match is_intra(bytes)? {
                    true if can_recover => Picture::RecoveryPoint,
                    true => Picture::Intra,
                    false => Picture::Predicted,
                });
            }
            _ => {}
        }
    }
    None
}

/// Whether a slice is one of an intra picture (`slice_type` I or SI, 7.4.3).
fn is_intra(slice: &[u8]) -> Option<bool> {
    let mut bits = Bits::after_header(slice, 1);
    bits.golomb()?;
    Some(matches!(bits.golomb_up_to(9)? % 5, 2 | 4))
}

/// Whether supplemental enhancement information (7.3.2.3.1) has a recovery point with a
/// `recovery_frame_cnt` of 0. A gradual refresh has a greater one.
fn recovers_at_once(sei: &[u8]) -> bool {
    const RECOVERY_POINT: u32 = 6;
    let recovery = Message::all_in(sei, 1).find(|message| message.kind == RECOVERY_POINT);
    recovery.is_some_and(|message| Bits::new(&message.payload).golomb() == Some(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Slices that begin with `first_mb_in_slice` 0, and with that type.
    const I: &[u8] = &[0x41, 0b1000_1000];
    const P: &[u8] = &[0x41, 0b1001_1000];
    const B: &[u8] = &[0x01, 0b1001_1100];
    const IDR: &[u8] = &[0x65, 0b1000_1000];
    /// Recovery points after 0 frames and after 1; the first follows a message of 3 bytes.
    const AT_ONCE: &[u8] = &[0x06, 5, 3, 1, 2, 3, 6, 1, 0b1100_0000, 0x80];
    const GRADUAL: &[u8] = &[0x06, 6, 1, 0b0101_0000, 0x80];

    fn of(units: &[&[u8]]) -> Option<Picture> {
        let with_len = |unit: &&[u8]| [&[0, u8::try_from(unit.len()).unwrap()], *unit].concat();
        let sample: Vec<u8> = units.iter().flat_map(with_len).collect();
        picture(&sample, sample.len(), 2)
    }

    #[test]
    fn the_first_slice_tells_the_picture() {
        assert_eq!(of(&[&[9, 0xf0], IDR, P]), Some(Picture::Idr));
        assert_eq!(of(&[I]), Some(Picture::Intra));
        assert_eq!(of(&[P, IDR]), Some(Picture::Predicted));
        assert_eq!(of(&[&[9, 0xf0], B]), Some(Picture::Predicted));
        assert!(!Picture::Intra.is_sync() && Picture::Idr.is_sync());
    }

    #[test]
    fn only_an_intra_picture_that_is_right_at_once_is_a_recovery_point() {
        assert_eq!(of(&[AT_ONCE, I]), Some(Picture::RecoveryPoint));
        assert_eq!(of(&[GRADUAL, I]), Some(Picture::Intra));
        assert_eq!(of(&[AT_ONCE, P]), Some(Picture::Predicted));
        assert_eq!(of(&[&[6, 6], I]), Some(Picture::Intra), "a message without its end");
    }

    #[test]
    fn what_is_no_picture_is_none() {
        assert_eq!(of(&[]), None);
        assert_eq!(of(&[AT_ONCE]), None);
        assert_eq!(of(&[&[0xe5, 0x88]]), None, "the forbidden bit is set");
        assert_eq!(of(&[&[0x41]]), None, "the slice is cut short");
        assert_eq!(picture(&[0, 9, 0x65, 0x88], 4, 2), None, "the unit passes the sample");
        assert_eq!(picture(&[0, 9, 0x65, 0x88], 11, 2), Some(Picture::Idr));
    }
}
