//! Boxes as they lie in memory (ISO/IEC 14496-12, 4.2): where they are, what they hold, and where
//! they break off. Nothing is copied.

use byteorder::{BigEndian, ByteOrder};
use bytes::Bytes;
use dynpack_boxes::{BoxType, Header, Reader};
use dynpack_media::FourCc;

use crate::Error;

/// A box in memory, with its way from the top of the file.
#[derive(Clone, Copy, Debug)]
pub(crate) struct BoxRef<'a> {
    pub(crate) kind: FourCc,
    /// Where it starts, in bytes from the start of the file.
    pub(crate) offset: u64,
    /// The box, header included.
    pub(crate) whole: &'a [u8],
    /// The bytes after the header.
    pub(crate) body: &'a [u8],
    /// The box at the top of the file that holds it.
    top: &'a Bytes,
    parent: Option<&'a Self>,
    /// Its place among the boxes of its kind, from 1; 0 for a kind that occurs once.
    ordinal: u32,
}

impl<'a> BoxRef<'a> {
    /// A box at the top of the file, with all its bytes in memory; `header_len` of them are its
    /// header.
    pub(crate) fn top(kind: FourCc, offset: u64, top: &'a Bytes, header_len: usize) -> Self {
        let body = top.get(header_len..).unwrap_or_default();
        Self { kind, offset, whole: top, body, top, parent: None, ordinal: 0 }
    }

    /// The same box, as one of several of its kind.
    pub(crate) const fn numbered(self, ordinal: u32) -> Self {
        Self { ordinal, ..self }
    }

    /// The boxes it holds, from the first byte of its body.
    pub(crate) const fn children(&'a self) -> Children<'a> {
        self.children_from(0)
    }

    /// The boxes it holds after the first `skip` bytes of its body.
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

    /// Its fields, if it is of that type.
    fn fields_of<T: BoxType<'a>>(&self) -> Option<&'a [u8]> {
        T::KIND.fields_of(self.kind, self.body)
    }

    /// Whether it is of that type.
    pub(crate) fn is<T: BoxType<'a>>(&self) -> bool {
        self.fields_of::<T>().is_some()
    }

    /// What it holds as a box of that type. Bytes after the last field are ignored.
    pub(crate) fn read<T: BoxType<'a>>(&self) -> Result<T, Error> {
        let fields = self.fields_of::<T>().ok_or(dynpack_boxes::Error::OtherType);
        fields
            .and_then(|fields| T::read_from(&mut Reader::new(fields)))
            .map_err(|error| self.malformed(error.to_string()))
    }

    /// What the first box of that type holds, among those it holds.
    pub(crate) fn find<T: BoxType<'a>>(&'a self) -> Result<Option<T>, Error> {
        for child in self.children() {
            let child = child?;
            if child.is::<T>() {
                return child.read().map(Some);
            }
        }
        Ok(None)
    }

    /// Its body, to be read field by field.
    pub(crate) const fn fields(&'a self) -> Fields<'a> {
        Fields { owner: self, reader: Reader::new(self.body) }
    }

    /// A part of its body, which then stays in memory together with the box at the top of the file.
    pub(crate) fn kept(&self, part: &[u8]) -> Bytes {
        self.top.slice_ref(part)
    }

    /// What is wrong with it.
    pub(crate) fn malformed(&self, problem: impl Into<String>) -> Error {
        self.place().malformed(problem)
    }

    /// Where it is.
    pub(crate) fn place(&self) -> Place {
        Place { path: self.path(), offset: self.offset }
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

/// Where a box is, for what turns out to be wrong once its bytes are gone.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    path: String,
    offset: u64,
}

impl Place {
    /// What is wrong with the box.
    pub(crate) fn malformed(&self, problem: impl Into<String>) -> Error {
        let Self { path, offset } = self.clone();
        Error::Malformed { path, offset, problem: problem.into() }
    }

    /// Why the edit list that it is cannot be obeyed.
    pub(crate) fn edit_list(&self, problem: impl Into<String>) -> Error {
        let Self { path, offset } = self.clone();
        Error::EditList { path, offset, problem: problem.into() }
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
                top: self.parent.top,
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
        let header_len = usize::try_from(header_len).expect("8 or 16");
        let body = whole.get(header_len..).unwrap_or_default();
        self.at = self.at.saturating_add(whole.len());
        let (parent, top) = (Some(self.parent), self.parent.top);
        Ok(Some(BoxRef { kind, offset, whole, body, top, parent, ordinal: 0 }))
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

/// The fields of a box, in order. What is wrong is an error of the box.
#[derive(Clone, Debug)]
pub(crate) struct Fields<'a> {
    owner: &'a BoxRef<'a>,
    reader: Reader<'a>,
}

impl<'a> Fields<'a> {
    fn read<T>(
        &mut self,
        read: impl FnOnce(&mut Reader<'a>) -> Result<T, dynpack_boxes::Error>,
    ) -> Result<T, Error> {
        read(&mut self.reader).map_err(|error| self.owner.malformed(error.to_string()))
    }

    /// All bytes that are left.
    pub(crate) const fn rest(&self) -> &'a [u8] {
        self.reader.rest()
    }

    pub(crate) fn skip(&mut self, len: usize) -> Result<(), Error> {
        self.read(|reader| reader.skip(len))
    }

    pub(crate) fn u16(&mut self) -> Result<u16, Error> {
        self.read(Reader::u16)
    }

    pub(crate) fn u32(&mut self) -> Result<u32, Error> {
        self.read(Reader::u32)
    }

    /// A number of 64 bits in version 1 of a box, else of 32.
    pub(crate) fn versioned(&mut self, version: u8) -> Result<u64, Error> {
        self.read(|reader| reader.versioned(version))
    }

    pub(crate) fn fourcc(&mut self) -> Result<FourCc, Error> {
        self.read(Reader::fourcc)
    }

    /// Version and flags of a full box (4.2).
    pub(crate) fn version_and_flags(&mut self) -> Result<(u8, u32), Error> {
        self.read(Reader::version_and_flags)
    }

    /// A table of `count` entries of `N` bytes each.
    pub(crate) fn table<const N: usize>(&mut self, count: u32) -> Result<&'a [[u8; N]], Error> {
        self.read(|reader| reader.table(count))
    }

    /// `count` bytes.
    pub(crate) fn bytes(&mut self, count: u32) -> Result<&'a [u8], Error> {
        self.read(|reader| reader.entries(count, 1))
    }
}

/// The two numbers of a table entry.
pub(crate) fn pair(entry: &[u8; 8]) -> (u32, u32) {
    let (first, second) = entry.split_at(4);
    (BigEndian::read_u32(first), BigEndian::read_u32(second))
}
