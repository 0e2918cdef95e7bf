//! What all box types have in common.

use crate::header::{Header, Kind};
use crate::{Error, Reader};

/// A type of box: what it holds, read and written.
///
/// What is written reads back as the same value. `'a` is the lifetime of bytes that stay in place.
pub trait BoxType<'a>: Sized {
    /// The type in the header.
    const KIND: Kind;

    /// Reads the fields. Bytes after the last one are left in the reader.
    ///
    /// # Errors
    /// Any [`Error`] but [`Error::Excess`].
    fn read_from(reader: &mut Reader<'a>) -> Result<Self, Error>;

    /// Bytes of the fields, version and flags included.
    fn fields_len(&self) -> u64;

    /// Appends the fields, version and flags included.
    fn put_fields(&self, out: &mut Vec<u8>);

    /// Reads all of `fields`, which follow the header.
    ///
    /// # Errors
    /// Any [`Error`]; [`Error::Excess`] if bytes are left over.
    fn read(fields: &'a [u8]) -> Result<Self, Error> {
        let mut reader = Reader::new(fields);
        let read = Self::read_from(&mut reader)?;
        match reader.rest().len() {
            0 => Ok(read),
            left => Err(Error::Excess(left)),
        }
    }

    /// Reads all of `bytes`, which are one box with its header.
    ///
    /// # Errors
    /// Any [`Error`]; [`Error::OtherType`] if it is another box.
    fn read_box(bytes: &'a [u8]) -> Result<Self, Error> {
        let Header { kind, header_len, len } = Header::read(bytes).ok_or(Error::CutShort)?;
        let have = bytes.len() as u64;
        match len.unwrap_or(have) {
            len if len > have => return Err(Error::CutShort),
            len if len < have => {
                return Err(Error::Excess(bytes.len().saturating_sub(
                    usize::try_from(len).expect("less than the bytes in memory"),
                )));
            }
            _ => {}
        }
        let header_len = usize::try_from(header_len).expect("8 or 16");
        let body = bytes.get(header_len..).ok_or(Error::CutShort)?;
        Self::read(Self::KIND.fields_of(kind, body).ok_or(Error::OtherType)?)
    }

    /// Bytes of the box, header included.
    fn box_len(&self) -> u64 {
        let fields_len = self.fields_len();
        Self::KIND.header_len(fields_len).saturating_add(fields_len)
    }

    /// Appends the box.
    fn put(&self, out: &mut Vec<u8>) {
        let fields_len = self.fields_len();
        Self::KIND.put_header(fields_len, out);
        let start = out.len();
        self.put_fields(out);
        let put = out.len().saturating_sub(start) as u64;
        debug_assert_eq!(put, fields_len, "{} is as long as promised", Self::KIND);
    }

    /// The box.
    fn to_vec(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(usize::try_from(self.box_len()).unwrap_or_default());
        self.put(&mut out);
        out
    }
}
