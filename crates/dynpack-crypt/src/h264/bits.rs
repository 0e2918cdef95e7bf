//! Reading bits of a NAL unit (ITU-T H.264, 7.2, 9.1), past its emulation prevention bytes
//! (7.4.1.1).

/// A walk through the bits of a NAL unit. What is not there is `None`.
pub(super) struct Bits<'a> {
    bytes: &'a [u8],
    /// Bytes read, those of emulation prevention included.
    read: usize,
    /// How many zeros stand behind each other just before.
    zeros: u8,
    current: u8,
    left: u32,
}

impl<'a> Bits<'a> {
    /// Starts behind the header of one byte.
    pub(super) fn behind_header(unit: &'a [u8]) -> Self {
        Self { bytes: unit, read: 1, zeros: 0, current: 0, left: 0 }
    }

    /// Bytes of the NAL unit that hold what has been read, its header included.
    pub(super) const fn bytes_read(&self) -> usize {
        self.read
    }

    pub(super) fn flag(&mut self) -> Option<bool> {
        if self.left == 0 {
            self.load()?;
        }
        self.left -= 1;
        Some(self.current >> self.left & 1 == 1)
    }

    fn load(&mut self) -> Option<()> {
        let mut byte = *self.bytes.get(self.read)?;
        self.read += 1;
        if self.zeros >= 2 && byte == 3 {
            byte = *self.bytes.get(self.read)?;
            self.read += 1;
            self.zeros = 0;
        }
        self.zeros = if byte == 0 { self.zeros.saturating_add(1) } else { 0 };
        (self.current, self.left) = (byte, 8);
        Some(())
    }

    /// `u(n)`, of at most 32 bits.
    pub(super) fn unsigned(&mut self, count: u32) -> Option<u32> {
        (0..count).try_fold(0_u32, |value, _| Some(value << 1 | u32::from(self.flag()?)))
    }

    /// `ue(v)`.
    pub(super) fn golomb(&mut self) -> Option<u32> {
        let mut zeros = 0;
        while !self.flag()? {
            zeros += 1;
            if zeros == 32 {
                return None;
            }
        }
        let rest = self.unsigned(zeros)?;
        ((1_u32 << zeros) - 1).checked_add(rest)
    }

    /// `ue(v)` of at most `most`.
    pub(super) fn golomb_up_to(&mut self, most: u32) -> Option<u32> {
        self.golomb().filter(|value| *value <= most)
    }

    /// `se(v)`.
    pub(super) fn signed_golomb(&mut self) -> Option<i64> {
        let code = i64::from(self.golomb()?);
        Some(if code % 2 == 0 { -(code / 2) } else { code / 2 + 1 })
    }

    /// Passes over `count` values of `ue(v)` or `se(v)`.
    pub(super) fn skip_golomb(&mut self, count: u32) -> Option<()> {
        (0..count).try_for_each(|_| self.golomb().map(drop))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_those_of_table_9_2() {
        // 1, 010, 011, 00100, 00101, then a stop bit and padding.
        let unit = [0x65, 0b1010_0110, 0b0100_0010, 0b1100_0000];
        let mut bits = Bits::behind_header(&unit);
        let codes: Vec<_> = (0..5).map(|_| bits.golomb().unwrap()).collect();
        assert_eq!((codes, bits.bytes_read()), (vec![0, 1, 2, 3, 4], 4));
        let mut bits = Bits::behind_header(&unit);
        let codes: Vec<_> = (0..5).map(|_| bits.signed_golomb().unwrap()).collect();
        assert_eq!(codes, [0, 1, -1, 2, -2]);
    }

    #[test]
    fn emulation_prevention_is_passed_and_counted() {
        let mut bits = Bits::behind_header(&[0x65, 0, 0, 3, 0, 0, 3, 1, 3]);
        assert_eq!((bits.unsigned(32), bits.bytes_read()), (Some(0), 6));
        assert_eq!((bits.unsigned(8), bits.bytes_read()), (Some(1), 8));
        assert_eq!((bits.unsigned(8), bits.unsigned(1)), (Some(3), None));
    }

    #[test]
    fn a_code_of_more_than_31_zeros_is_none() {
        let longest = [0, 0, 0, 0, 1, 0xff, 0xff, 0xff, 0xff];
        assert_eq!(Bits::behind_header(&longest).golomb(), Some(u32::MAX - 1));
        assert_eq!(Bits::behind_header(&[0; 9]).golomb(), None);
    }
}
