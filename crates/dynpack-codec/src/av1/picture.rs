//! Which picture a sample holds (AV1, 5.9.2).

use super::{Obu, ObuType};
use crate::Picture;
use crate::bits::Bits;

/// The picture of a sample that begins with `head`. `None` if that ends before its first frame
/// header.
#[must_use]
pub fn picture(head: &[u8]) -> Option<Picture> {
    const KEY_FRAME: u32 = 0;
    let frame = Obu::starting_in(head)
        .find(|unit| matches!(unit.kind, ObuType::FRAME_HEADER | ObuType::FRAME))?;
    let mut bits = Bits::new(frame.payload);
    let shows_existing_frame = bits.flag()?;
    let is_key_frame = !shows_existing_frame && bits.unsigned(2)? == KEY_FRAME && bits.flag()?;
    Some(if is_key_frame { Picture::Idr } else { Picture::Predicted })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_key_frames_that_are_shown_are_sync_samples() {
        let picture = |frame: u8| picture(&[0x12, 0, 0x0a, 1, 9, 0x32, 0x7f, frame]);
        let found = [0b0001_0000, 0b0000_0000, 0b0011_0000, 0b0101_0000, 0b1000_0000].map(picture);
        let [key, others @ ..] = found;
        assert_eq!(key, Some(Picture::Idr));
        assert_eq!(others, [Some(Picture::Predicted); 4]);
        assert_eq!(super::picture(&[0x12, 0, 0x0a, 1, 9, 0x32]), None);
        assert_eq!(super::picture(&[0x12, 0, 0x0a, 1, 9]), None);
    }
}
