//! Boxes as they lie in memory (ISO/IEC 14496-12, 4.2): where they are, what they hold, and where
//! they break off. Nothing is copied.

use byteorder::{BigEndian, ByteOrder};
use dynpack_media::FourCc;

use crate::Error;

/// The start of a box: its size and type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Header {
    pub(crate) kind: FourCc,
    /// Bytes of the header itself.
    pub(crate) header_len: u64,
    /// Bytes of the box, header included; `None` for a box which extends to the end of what holds
    /// it.
    pub(crate) len: Option<u64>,
}

impl Header {
    /// Bytes of the shorter form.
    pub(crate) const SHORT: u64 = 8;
    /// Bytes of the form with a 64-bit size.
    pub(crate) const LONG: u64 = 16;

    /// Reads a header; `None` if `bytes` is shorter than it is.
    pub(crate) fn read(bytes: &[u8]) -> Option<Self> {
        let size = BigEndian::read_u32(bytes.get(..4)?);
        let kind = FourCc(bytes.get(4..8)?.try_into().ok()?);
        let (header_len, len) = match size {
            0 => (Self::SHORT, None),
            1 => (Self::LONG, Some(BigEndian::read_u64(bytes.get(8..16)?))),
            size => (Self::SHORT, Some(size.into())),
        };
        Some(Self { kind, header_len, len })
    }
}

/// A box in memory, with its way from the top of the file.
#[derive(Clone, Copy, Debug)]
pub(crate) struct BoxRef<'a> {
    pub(crate) kind: FourCc,
    /// Where it starts, in bytes from the start of the file.
    pub(crate) offset: u64,
    /// The box, header included.
    pub(crate) whole: &'a [u8],
    /// What stands behind the header.
    pub(crate) body: &'a [u8],
    parent: Option<&'a Self>,
    /// Its place among the boxes of its kind, from 1; 0 for a kind of which there is one.
    ordinal: u32,
}

impl<'a> BoxRef<'a> {
    /// A box at the top of the file, of which all bytes are at hand; `header_len` of them are its
    /// header.
    pub(crate) fn top(kind: FourCc, offset: u64, whole: &'a [u8], header_len: usize) -> Self {
        let body = whole.get(header_len..).unwrap_or_default();
        Self { kind, offset, whole, body, parent: None, ordinal: 0 }
    }

    /// The same box, as one of several of its kind.
    pub(crate) const fn numbered(self, ordinal: u32) -> Self {
        Self { ordinal, ..self }
    }

    /// The boxes it holds, from the first byte of its body.
    pub(crate) const fn children(&'a self) -> Children<'a> {
        self.children_from(0)
    }

    /// The boxes it holds behind the first `skip` bytes of its body.
    pub(crate) const fn children_from(&'a self, skip: usize) -> Children<'a> {
        Children { parent: self, at: skip, is_strict: false }
    }

    /// The first box of a kind among those it holds.
    pub(crate) fn child(&'a self, kind: &[u8; 4]) -> Result<Option<Self>, Error> {
        self.children().find_kind(kind)
    }

    /// The box of a kind which the standard demands.
    pub(crate) fn require(&'a self, kind: &[u8; 4]) -> Result<Self, Error> {
        self.child(kind)?.ok_or_else(|| self.malformed(format!("holds no {}", FourCc(*kind))))
    }

    /// Its body, to be read field by field.
    pub(crate) const fn fields(&'a self) -> Fields<'a> {
        Fields { owner: self, rest: self.body }
    }

    /// What is wrong with it.
    pub(crate) fn malformed(&self, problem: impl Into<String>) -> Error {
        Error::Malformed { path: self.path(), offset: self.offset, problem: problem.into() }
    }

    /// It asks for more of something than is allowed.
    pub(crate) fn exceeds(&self, limit: &'static str, found: u64, allowed: u64) -> Error {
        Error::LimitExceeded { limit, path: self.path(), offset: self.offset, allowed, found }
    }

    /// The boxes from the top of the file down to this.
    pub(crate) fn path(&self) -> String {
        let name = match self.ordinal {
            0 => self.kind.to_string(),
            ordinal => format!("{}[{ordinal}]", self.kind),
        };
        self.parent.map_or_else(|| name.clone(), |parent| format!("{}/{name}", parent.path()))
    }
}

/// The boxes within a box.
#[derive(Clone, Debug)]
pub(crate) struct Children<'a> {
    parent: &'a BoxRef<'a>,
    at: usize,
    is_strict: bool,
}

impl<'a> Children<'a> {
    /// The same, and an error if they end before what holds them does.
    pub(crate) const fn strict(self) -> Self {
        Self { is_strict: true, ..self }
    }

    /// The first that is of a kind.
    pub(crate) fn find_kind(&mut self, kind: &[u8; 4]) -> Result<Option<BoxRef<'a>>, Error> {
        while let Some(child) = self.next().transpose()? {
            if child.kind.0 == *kind {
                return Ok(Some(child));
            }
        }
        Ok(None)
    }

    /// All that are of a kind, numbered from 1.
    pub(crate) fn all_of_kind(
        self,
        kind: &'a [u8; 4],
    ) -> impl Iterator<Item = Result<BoxRef<'a>, Error>> {
        let of_kind =
            self.filter(move |child| child.as_ref().map_or(true, |child| child.kind.0 == *kind));
        (1..).zip(of_kind).map(|(ordinal, child)| child.map(|child| child.numbered(ordinal)))
    }

    fn read(&mut self, rest: &'a [u8]) -> Result<Option<BoxRef<'a>>, Error> {
        let offset = self.offset();
        let Some(Header { kind, header_len, len }) = Header::read(rest) else {
            return match rest.len() {
                left @ 1.. if self.is_strict => {
                    Err(self.parent.malformed(format!("its last {left} bytes are no box")))
                }
                _ => Ok(None),
            };
        };
        let broken = |problem: String| {
            let child = BoxRef {
                kind,
                offset,
                whole: rest,
                body: rest,
                parent: Some(self.parent),
                ordinal: 0,
            };
            Err(child.malformed(problem))
        };
        let Some(len) = len else {
            if self.is_strict {
                return broken("its size is 0".into());
            }
            // QuickTime ends lists of boxes with four zero bytes, and only a box at the top may
            // extend to the end of the file.
            return Ok(None);
        };
        if len < header_len {
            return broken(format!("its size of {len} is less than its header"));
        }
        let Some(whole) = usize::try_from(len).ok().and_then(|len| rest.get(..len)) else {
            return broken(format!(
                "its {len} bytes run past the {} left of {}",
                rest.len(),
                self.parent.kind
            ));
        };
        let body = usize::try_from(header_len)
            .ok()
            .and_then(|header_len| whole.get(header_len..))
            .unwrap_or_default();
        self.at = self.at.saturating_add(whole.len());
        Ok(Some(BoxRef { kind, offset, whole, body, parent: Some(self.parent), ordinal: 0 }))
    }

    fn offset(&self) -> u64 {
        let header_len = self.parent.whole.len().saturating_sub(self.parent.body.len());
        self.parent.offset.saturating_add(header_len.saturating_add(self.at) as u64)
    }
}

impl<'a> Iterator for Children<'a> {
    type Item = Result<BoxRef<'a>, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        let rest = self.parent.body.get(self.at..)?;
        let child = self.read(rest).transpose();
        if !matches!(child, Some(Ok(_))) {
            self.at = usize::MAX;
        }
        child
    }
}

/// The fields of a box, in order.
#[derive(Clone, Debug)]
pub(crate) struct Fields<'a> {
    owner: &'a BoxRef<'a>,
    rest: &'a [u8],
}

impl<'a> Fields<'a> {
    /// The next `len` bytes.
    pub(crate) fn take(&mut self, len: usize) -> Result<&'a [u8], Error> {
        let (taken, rest) =
            self.rest.split_at_checked(len).ok_or_else(|| self.owner.malformed("is cut short"))?;
        self.rest = rest;
        Ok(taken)
    }

    /// All bytes that are left.
    pub(crate) const fn rest(&self) -> &'a [u8] {
        self.rest
    }

    pub(crate) fn skip(&mut self, len: usize) -> Result<(), Error> {
        self.take(len).map(|_| ())
    }

    pub(crate) fn u16(&mut self) -> Result<u16, Error> {
        self.take(2).map(BigEndian::read_u16)
    }

    pub(crate) fn u32(&mut self) -> Result<u32, Error> {
        self.take(4).map(BigEndian::read_u32)
    }

    pub(crate) fn i32(&mut self) -> Result<i32, Error> {
        self.take(4).map(BigEndian::read_i32)
    }

    pub(crate) fn u64(&mut self) -> Result<u64, Error> {
        self.take(8).map(BigEndian::read_u64)
    }

    pub(crate) fn i64(&mut self) -> Result<i64, Error> {
        self.take(8).map(BigEndian::read_i64)
    }

    /// A number of 64 bits in version 1 of a box, else of 32.
    pub(crate) fn versioned(&mut self, version: u8) -> Result<u64, Error> {
        if version == 1 { self.u64() } else { self.u32().map(u64::from) }
    }

    pub(crate) fn fourcc(&mut self) -> Result<FourCc, Error> {
        self.u32().map(|code| FourCc(code.to_be_bytes()))
    }

    /// Version and flags of a full box (4.2).
    pub(crate) fn version_and_flags(&mut self) -> Result<(u8, u32), Error> {
        let word = self.u32()?;
        let [version, ..] = word.to_be_bytes();
        Ok((version, word & 0x00ff_ffff))
    }

    /// A table of `count` entries of `N` bytes each.
    pub(crate) fn table<const N: usize>(&mut self, count: u32) -> Result<&'a [[u8; N]], Error> {
        let len = usize::try_from(count)
            .ok()
            .and_then(|count| count.checked_mul(N))
            .unwrap_or(usize::MAX);
        let (table, rest) = self
            .rest
            .split_at_checked(len)
            .ok_or_else(|| self.owner.malformed(format!("count {count} exceeds the body")))?;
        self.rest = rest;
        Ok(table.as_chunks().0)
    }
}

/// The two numbers of a table entry.
pub(crate) fn pair(entry: &[u8; 8]) -> (u32, u32) {
    let (first, second) = entry.split_at(4);
    (BigEndian::read_u32(first), BigEndian::read_u32(second))
}
