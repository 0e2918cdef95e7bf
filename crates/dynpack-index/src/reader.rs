//! Reads the fields of an index, and says where one is wrong.

use bytes::{Buf, Bytes};
use dynpack_isobmff::Limits;

use crate::error::Error;

/// The content of an index, read from its start.
pub(crate) struct Reader<'a> {
    pub(crate) rest: Bytes,
    len: usize,
    pub(crate) limits: &'a Limits,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(content: Bytes, limits: &'a Limits) -> Self {
        Self { len: content.len(), rest: content, limits }
    }

    /// An error at the current place.
    pub(crate) fn malformed(&self, problem: impl Into<String>) -> Error {
        let offset = self.len.saturating_sub(self.rest.len());
        Error::Malformed { offset, problem: problem.into() }
    }

    /// Checks that all was read.
    pub(crate) fn finish(self) -> Result<(), Error> {
        match self.rest.len() {
            0 => Ok(()),
            left => Err(self.malformed(format!("{left} bytes are left over"))),
        }
    }

    pub(crate) fn u8(&mut self) -> Result<u8, Error> {
        self.number(Bytes::try_get_u8)
    }

    pub(crate) fn u16(&mut self) -> Result<u16, Error> {
        self.number(Bytes::try_get_u16)
    }

    pub(crate) fn u32(&mut self) -> Result<u32, Error> {
        self.number(Bytes::try_get_u32)
    }

    pub(crate) fn u64(&mut self) -> Result<u64, Error> {
        self.number(Bytes::try_get_u64)
    }

    pub(crate) fn i16(&mut self) -> Result<i16, Error> {
        self.number(Bytes::try_get_i16)
    }

    pub(crate) fn i32(&mut self) -> Result<i32, Error> {
        self.number(Bytes::try_get_i32)
    }

    pub(crate) fn i64(&mut self) -> Result<i64, Error> {
        self.number(Bytes::try_get_i64)
    }

    pub(crate) fn digest(&mut self) -> Result<[u8; 16], Error> {
        self.number(Bytes::try_get_u128).map(u128::to_be_bytes)
    }

    /// A byte that is 0 or 1.
    pub(crate) fn flag(&mut self) -> Result<bool, Error> {
        match self.u8()? {
            0 => Ok(false),
            1 => Ok(true),
            other => Err(self.malformed(format!("a flag is {other}"))),
        }
    }

    /// Bytes after their length of 32 bits.
    pub(crate) fn bytes(&mut self) -> Result<Bytes, Error> {
        let len = self.u32()? as usize;
        if len > self.rest.len() {
            let problem = format!("{len} bytes are declared, but {} are left", self.rest.len());
            return Err(self.malformed(problem));
        }
        Ok(self.rest.split_to(len))
    }

    /// A text after its length of 32 bits.
    pub(crate) fn text(&mut self) -> Result<String, Error> {
        let bytes = self.bytes()?;
        std::str::from_utf8(&bytes)
            .map(str::to_owned)
            .map_err(|_| self.malformed("a text is not UTF-8"))
    }

    /// A list after its length of 32 bits. Each of its items takes some bytes, so that memory
    /// follows them.
    pub(crate) fn list<T>(
        &mut self,
        mut item: impl FnMut(&mut Self) -> Result<T, Error>,
    ) -> Result<Vec<T>, Error> {
        let count = self.u32()?;
        let mut items = Vec::new();
        for _ in 0..count {
            items.push(item(self)?);
        }
        Ok(items)
    }

    fn number<T, E>(&mut self, get: impl FnOnce(&mut Bytes) -> Result<T, E>) -> Result<T, Error> {
        get(&mut self.rest).map_err(|_| self.malformed("it ends too early"))
    }
}
