//! Reading bits, most significant first: the one bit reader of all codecs.

use bytes::Bytes;

/// Reads bits of a configuration record or of a NAL unit. Reading past the end gives `None`.
pub(crate) struct Bits<'a> {
    bytes: &'a [u8],
    /// Bytes read, those of emulation prevention included.
    read: usize,
    /// Number of zero bytes read in a row, up to now.
    zeros: u8,
    /// Whether emulation prevention bytes are skipped (ITU-T H.264, 7.4.1.1).
    is_nal_unit: bool,
    current: u8,
    left: u32,
}

impl<'a> Bits<'a> {
    /// Bits of a configuration record.
    pub(crate) const fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, read: 0, zeros: 0, is_nal_unit: false, current: 0, left: 0 }
    }

    /// Bits of a NAL unit after its header of `header_len` bytes, without emulation prevention.
    pub(crate) const fn after_header(unit: &'a [u8], header_len: usize) -> Self {
        Self { read: header_len, is_nal_unit: true, ..Self::new(unit) }
    }

    /// Bytes that hold what has been read, from the start of the record or NAL unit.
    pub(crate) const fn bytes_read(&self) -> usize {
        self.read
    }

    /// Number of bits of a configuration record that have been read.
    pub(crate) const fn position(&self) -> usize {
        self.read.saturating_mul(8).saturating_sub(self.left as usize)
    }

    /// The next bit: `u(1)`.
    pub(crate) fn flag(&mut self) -> Option<bool> {
        self.left = match self.left.checked_sub(1) {
            Some(left) => left,
            None => {
                self.load()?;
                7
            }
        };
        Some(self.current >> self.left & 1 == 1)
    }

    fn load(&mut self) -> Option<()> {
        let mut byte = self.next_byte()?;
        if self.is_nal_unit && self.zeros >= 2 && byte == 3 {
            byte = self.next_byte()?;
            self.zeros = 0;
        }
        self.zeros = if byte == 0 { self.zeros.saturating_add(1) } else { 0 };
        self.current = byte;
        Some(())
    }

    fn next_byte(&mut self) -> Option<u8> {
        let byte = *self.bytes.get(self.read)?;
        self.read = self.read.checked_add(1)?;
        Some(byte)
    }

    /// `u(n)` of at most 32 bits (7.2).
    pub(crate) fn unsigned(&mut self, count: u32) -> Option<u32> {
        (0..count).try_fold(0_u32, |value, _| Some(value << 1 | u32::from(self.flag()?)))
    }

    /// `u(8)`.
    pub(crate) fn byte(&mut self) -> Option<u8> {
        u8::try_from(self.unsigned(8)?).ok()
    }

    /// Skips `count` bits, which must be there.
    pub(crate) fn skip(&mut self, count: u32) -> Option<()> {
        (0..count).try_for_each(|_| self.flag().map(drop))
    }

    /// `ue(v)` (9.1).
    pub(crate) fn golomb(&mut self) -> Option<u32> {
        let mut zeros = 0_u32;
        while !self.flag()? {
            zeros = zeros.checked_add(1).filter(|zeros| *zeros < u32::BITS)?;
        }
        let rest = self.unsigned(zeros)?;
        (1_u32 << zeros).checked_sub(1)?.checked_add(rest)
    }

    /// `ue(v)` of at most `max`.
    pub(crate) fn golomb_up_to(&mut self, max: u32) -> Option<u32> {
        self.golomb().filter(|value| *value <= max)
    }

    /// `se(v)` (9.1.1).
    pub(crate) fn signed_golomb(&mut self) -> Option<i64> {
        let code = self.golomb()?;
        let half = i64::from(code / 2);
        if code % 2 == 0 { half.checked_neg() } else { half.checked_add(1) }
    }

    /// `su(n)` of AV1 (4.10.6), of at most 31 bits.
    pub(crate) fn signed(&mut self, count: u32) -> Option<i32> {
        let value = i32::try_from(self.unsigned(count)?).ok()?;
        let sign = 1_i32.checked_shl(count.checked_sub(1)?)?;
        Some(if value & sign == 0 { value } else { value.checked_sub(sign.checked_mul(2)?)? })
    }

    /// `ns(n)` of AV1 (4.10.7): one of `count` values, at most 2³¹.
    pub(crate) fn non_symmetric(&mut self, count: u32) -> Option<u32> {
        let len = count.checked_ilog2()?;
        let short = 2_u32.checked_shl(len)?.checked_sub(count)?;
        let value = self.unsigned(len)?;
        if value < short {
            return Some(value);
        }
        value.checked_mul(2)?.checked_sub(short)?.checked_add(self.flag()?.into())
    }

    /// Skips `count` values of `ue(v)` or `se(v)`.
    pub(crate) fn skip_golomb(&mut self, count: u32) -> Option<()> {
        (0..count).try_for_each(|_| self.golomb().map(drop))
    }

    /// Skips to the next byte, unless one starts here.
    pub(crate) const fn align(&mut self) {
        self.left = 0;
    }
}

/// A bit of a configuration record, by its place.
pub(crate) fn bit(bytes: &[u8], at: usize) -> u8 {
    bytes.get(at / 8).map_or(0, |byte| u8::from(byte << (at % 8) & 0x80 != 0))
}

/// Bits as bytes, with zeros at the end.
pub(crate) fn packed(bits: impl Iterator<Item = u8>) -> Bytes {
    let bits: Vec<u8> = bits.collect();
    let byte = |bits: &[u8]| (0..8).fold(0, |byte, at| byte << 1 | bits.get(at).unwrap_or(&0));
    bits.chunks(8).map(byte).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_those_of_table_9_2() {
        // 1, 010, 011, 00100, 00101, then a stop bit and padding.
        let unit = [0x65, 0b1010_0110, 0b0100_0010, 0b1100_0000];
        let mut bits = Bits::after_header(&unit, 1);
        let codes: Vec<_> = (0..5).map(|_| bits.golomb().unwrap()).collect();
        assert_eq!((codes, bits.bytes_read()), (vec![0, 1, 2, 3, 4], 4));
        let mut bits = Bits::after_header(&unit, 1);
        let codes: Vec<_> = (0..5).map(|_| bits.signed_golomb().unwrap()).collect();
        assert_eq!(codes, [0, 1, -1, 2, -2]);
    }

    #[test]
    fn emulation_prevention_is_passed_and_counted() {
        let mut bits = Bits::after_header(&[0x65, 0, 0, 3, 0, 0, 3, 1, 3], 1);
        assert_eq!((bits.unsigned(32), bits.bytes_read()), (Some(0), 6));
        assert_eq!((bits.unsigned(8), bits.bytes_read()), (Some(1), 8));
        assert_eq!((bits.unsigned(8), bits.unsigned(1)), (Some(3), None));
    }

    #[test]
    fn records_are_read_as_they_are_and_aligned() {
        let mut bits = Bits::new(&[0, 0, 3, 0b1010_0000, 7]);
        assert_eq!((bits.unsigned(24), bits.unsigned(3)), (Some(3), Some(0b101)));
        bits.align();
        assert_eq!((bits.unsigned(8), bits.flag()), (Some(7), None));
    }

    #[test]
    fn values_of_av1_are_those_of_its_tables() {
        // The values 0 to 4 of `ns(5)`: 00, 01, 10, 110 and 111.
        let mut bits = Bits::new(&[0b0001_1011, 0b0111_0000]);
        let values: Vec<_> = (0..5).map(|_| bits.non_symmetric(5).unwrap()).collect();
        assert_eq!((values, bits.position()), (vec![0, 1, 2, 3, 4], 12));
        assert_eq!(Bits::new(&[]).non_symmetric(1), Some(0));
        let mut bits = Bits::new(&[0b0110_0111, 0b1000_0000]);
        assert_eq!([3, 3, 3].map(|count| bits.signed(count).unwrap()), [3, 1, -1]);
    }

    #[test]
    fn a_code_of_more_than_31_zeros_is_none() {
        let longest = [0, 0, 0, 0, 1, 0xff, 0xff, 0xff, 0xff];
        assert_eq!(Bits::after_header(&longest, 1).golomb(), Some(u32::MAX - 1));
        assert_eq!(Bits::after_header(&[0; 9], 1).golomb(), None);
    }
}
