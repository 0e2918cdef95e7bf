//! Which picture a sample holds (RFC 6386, 9.1; VP9 Bitstream & Decoding Process Specification,
//! 6.2).

use super::VpxVersion;
use crate::Picture;
use crate::bits::Bits;

/// The picture of a sample that begins with `head`. `None` if it has no bytes.
#[must_use]
pub fn picture(version: VpxVersion, head: &[u8]) -> Option<Picture> {
    let is_key_frame = match version {
        VpxVersion::Vp8 => head.first()? & 1 == 0,
        VpxVersion::Vp9 => is_key_frame_of_vp9(head)?,
    };
    Some(if is_key_frame { Picture::Idr } else { Picture::Predicted })
}

fn is_key_frame_of_vp9(head: &[u8]) -> Option<bool> {
    const WITH_RESERVED_BIT: u32 = 0b11;
    let mut bits = Bits::new(head);
    bits.unsigned(2)?;
    if bits.unsigned(2)? == WITH_RESERVED_BIT {
        bits.flag()?;
    }
    let shows_existing_frame = bits.flag()?;
    Some(!shows_existing_frame && !bits.flag()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn key_frames_are_sync_samples() {
        for (version, head, is_key) in [
            (VpxVersion::Vp8, 0x10, true),
            (VpxVersion::Vp8, 0x11, false),
            (VpxVersion::Vp9, 0b1000_0010, true),
            (VpxVersion::Vp9, 0b1000_0110, false),
            (VpxVersion::Vp9, 0b1000_1000, false),
            (VpxVersion::Vp9, 0b1011_0000, true),
            (VpxVersion::Vp9, 0b1011_0010, false),
        ] {
            let expected = if is_key { Picture::Idr } else { Picture::Predicted };
            assert_eq!(picture(version, &[head, 0]), Some(expected), "{head:08b}");
        }
        assert_eq!(picture(VpxVersion::Vp9, &[]), None);
    }
}
