//! Supplemental enhancement information, which H.264 and HEVC write alike (ITU-T H.264, 7.3.2.3;
//! ITU-T H.265, 7.3.5).

use crate::bits::Bits;

/// A message of supplemental enhancement information.
pub(crate) struct Message {
    /// `payloadType`.
    pub(crate) kind: u32,
    /// Its bytes, without emulation prevention.
    pub(crate) payload: Vec<u8>,
}

impl Message {
    /// The messages of a NAL unit with a header of that length. One without its end is left out.
    pub(crate) fn all_in(unit: &[u8], header_len: usize) -> impl Iterator<Item = Self> {
        let mut bits = Bits::after_header(unit, header_len);
        std::iter::from_fn(move || {
            let (kind, len) = (long_number(&mut bits)?, long_number(&mut bits)?);
            let payload = (0..len).map(|_| bits.byte()).collect::<Option<_>>()?;
            Some(Self { kind, payload })
        })
    }
}

/// A number that bytes of 255 make longer, as types and sizes of messages are.
fn long_number(bits: &mut Bits<'_>) -> Option<u32> {
    let mut number = 0_u32;
    loop {
        let byte = bits.byte()?;
        number = number.checked_add(byte.into())?;
        if byte < 0xff {
            return Some(number);
        }
    }
}
