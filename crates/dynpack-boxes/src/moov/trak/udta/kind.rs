//! The `kind` box: what a track is for (ISO/IEC 14496-12, 8.10.4).

use bytes::BufMut;

use crate::versioned::put_version_and_flags;
use crate::{BoxType, Error, Kind, Reader};

/// The `kind` box. A track may have several.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KindBox<'a> {
    /// The URI of the scheme, without the zero at its end.
    pub scheme: &'a [u8],
    /// The value in that scheme, without the zero at its end; often empty.
    pub value: &'a [u8],
}

impl<'a> BoxType<'a> for KindBox<'a> {
    const KIND: Kind = Kind::code(*b"kind");

    fn read_from(reader: &mut Reader<'a>) -> Result<Self, Error> {
        reader.version_and_flags()?;
        let mut texts = reader.take_rest().splitn(3, |byte| *byte == 0);
        let mut text = || texts.next().unwrap_or_default();
        Ok(Self { scheme: text(), value: text() })
    }

    fn fields_len(&self) -> u64 {
        let texts = (self.scheme.len() as u64).saturating_add(self.value.len() as u64);
        texts.saturating_add(6)
    }

    fn put_fields(&self, out: &mut Vec<u8>) {
        put_version_and_flags(0, 0, out);
        for text in [self.scheme, self.value] {
            out.put_slice(text);
            out.put_u8(0);
        }
    }
}
