//! The fields of a box, in order.

use dynpack_media::FourCc;

use crate::{Error, Header};

/// Reads the fields of a box in order (ISO/IEC 14496-12, 4.2: big-endian).
///
/// Every method fails with [`Error::CutShort`] if the body ends first, and then takes nothing.
#[derive(Clone, Debug)]
pub struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    /// Reads the body of a box from its first byte.
    #[must_use]
    pub const fn new(body: &'a [u8]) -> Self {
        Self { rest: body }
    }

    /// All bytes that are left.
    #[must_use]
    pub const fn rest(&self) -> &'a [u8] {
        self.rest
    }

    /// Takes all bytes that are left.
    pub fn take_rest(&mut self) -> &'a [u8] {
        std::mem::take(&mut self.rest)
    }

    /// Takes the next `len` bytes.
    #[inline]
    pub fn take(&mut self, len: usize) -> Result<&'a [u8], Error> {
        let (taken, rest) = self.rest.split_at_checked(len).ok_or(Error::CutShort)?;
        self.rest = rest;
        Ok(taken)
    }

    /// Takes the next `N` bytes.
    #[inline]
    pub fn array<const N: usize>(&mut self) -> Result<[u8; N], Error> {
        let (taken, rest) = self.rest.split_first_chunk().ok_or(Error::CutShort)?;
        self.rest = rest;
        Ok(*taken)
    }

    /// Passes over `len` bytes.
    #[inline]
    pub fn skip(&mut self, len: usize) -> Result<(), Error> {
        self.take(len).map(|_| ())
    }

    /// An unsigned number of 8 bits.
    #[inline]
    pub fn u8(&mut self) -> Result<u8, Error> {
        self.array().map(|[byte]| byte)
    }

    /// An unsigned number of 16 bits.
    #[inline]
    pub fn u16(&mut self) -> Result<u16, Error> {
        self.array().map(u16::from_be_bytes)
    }

    /// A signed number of 16 bits.
    #[inline]
    pub fn i16(&mut self) -> Result<i16, Error> {
        self.array().map(i16::from_be_bytes)
    }

    /// An unsigned number of 32 bits.
    #[inline]
    pub fn u32(&mut self) -> Result<u32, Error> {
        self.array().map(u32::from_be_bytes)
    }

    /// A signed number of 32 bits.
    #[inline]
    pub fn i32(&mut self) -> Result<i32, Error> {
        self.array().map(i32::from_be_bytes)
    }

    /// An unsigned number of 64 bits.
    #[inline]
    pub fn u64(&mut self) -> Result<u64, Error> {
        self.array().map(u64::from_be_bytes)
    }

    /// A signed number of 64 bits.
    #[inline]
    pub fn i64(&mut self) -> Result<i64, Error> {
        self.array().map(i64::from_be_bytes)
    }

    /// An unsigned number of 64 bits in version 1 of a box, else of 32.
    #[inline]
    pub fn versioned(&mut self, version: u8) -> Result<u64, Error> {
        if version == 1 { self.u64() } else { self.u32().map(u64::from) }
    }

    /// A four-character code.
    #[inline]
    pub fn fourcc(&mut self) -> Result<FourCc, Error> {
        self.array().map(FourCc)
    }

    /// Version and flags of a full box (4.2).
    #[inline]
    pub fn version_and_flags(&mut self) -> Result<(u8, u32), Error> {
        let [version, flags @ ..] = self.array::<4>()?;
        let [high, middle, low] = flags;
        Ok((version, u32::from_be_bytes([0, high, middle, low])))
    }

    /// A table of `count` entries of `N` bytes each; [`Error::Count`] if the body has fewer.
    #[inline]
    pub fn table<const N: usize>(&mut self, count: u32) -> Result<&'a [[u8; N]], Error> {
        self.entries(count, N).map(|table| table.as_chunks().0)
    }

    /// A table of `count` entries of `len` bytes each; [`Error::Count`] if the body has fewer.
    #[inline]
    pub fn entries(&mut self, count: u32, len: usize) -> Result<&'a [u8], Error> {
        let whole = usize::try_from(count).ok().and_then(|count| count.checked_mul(len));
        whole.and_then(|whole| self.take(whole).ok()).ok_or(Error::Count(count))
    }

    /// The next box: its four-character code and its body.
    pub fn child(&mut self) -> Result<(FourCc, &'a [u8]), Error> {
        let Header { kind, header_len, len } = Header::read(self.rest).ok_or(Error::CutShort)?;
        let len = len.ok_or(Error::Invalid("holds a box of size 0"))?;
        let body_len = len.checked_sub(header_len).ok_or(Error::CutShort)?;
        let [header_len, body_len] = [header_len, body_len].map(usize::try_from);
        self.skip(header_len.map_err(|_| Error::CutShort)?)?;
        Ok((kind, self.take(body_len.map_err(|_| Error::CutShort)?)?))
    }

    /// Bytes up to the next zero, which is passed over, or to the end of the body.
    pub fn until_zero(&mut self) -> &'a [u8] {
        let len = self.rest.iter().position(|&byte| byte == 0).unwrap_or(self.rest.len());
        let (text, rest) = self.rest.split_at_checked(len).unwrap_or((self.rest, &[]));
        self.rest = rest.get(1..).unwrap_or_default();
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_that_is_cut_short_takes_nothing() {
        let mut reader = Reader::new(&[1, 2, 3]);
        assert_eq!(reader.u32(), Err(Error::CutShort));
        assert_eq!(reader.table::<2>(2), Err(Error::Count(2)));
        assert_eq!((reader.u16(), reader.rest()), (Ok(0x0102), &[3][..]));
    }

    #[test]
    fn a_count_beyond_all_memory_exceeds_the_body() {
        assert_eq!(Reader::new(&[0; 8]).entries(u32::MAX, usize::MAX), Err(Error::Count(u32::MAX)));
    }

    #[test]
    fn texts_end_with_a_zero_or_with_the_body() {
        let mut reader = Reader::new(b"one\0two");
        assert_eq!([reader.until_zero(), reader.until_zero()], [b"one", b"two"]);
        assert_eq!(reader.until_zero(), b"");
    }
}
