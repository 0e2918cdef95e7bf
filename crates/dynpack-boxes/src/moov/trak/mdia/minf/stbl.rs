//! The `stbl` box: how the samples of a track are coded and where they are (ISO/IEC 14496-12,
//! 8.5.1).

mod sinf;
mod stsd;

pub use sinf::{Pattern, PiffTenc, Schm, Sinf, Tenc};
pub use stsd::Stsd;

use bytes::BufMut;

use crate::versioned::put_version_and_flags;
use crate::{BoxType, Error, Kind, Reader};

/// The `stbl` box of a track with all samples in fragments: its tables are empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stbl<'a> {
    /// How the samples are coded.
    pub stsd: Stsd<'a>,
}

/// The tables that a `stbl` must have, and bytes of the fields of each after version and flags:
/// numbers of entries, and for `stsz` a size before that.
const TABLES: [(Kind, u64); 4] = [
    (Kind::code(*b"stts"), 4),
    (Kind::code(*b"stsc"), 4),
    (Kind::code(*b"stsz"), 8),
    (Kind::code(*b"stco"), 4),
];

/// Bytes of version and flags.
const VERSION_LEN: u64 = 4;

impl<'a> BoxType<'a> for Stbl<'a> {
    const KIND: Kind = Kind::code(*b"stbl");

    /// Reads the boxes in the order in which they are written.
    fn read_from(reader: &mut Reader<'a>) -> Result<Self, Error> {
        let (kind, stsd) = reader.child()?;
        let stsd = Stsd::KIND.fields_of(kind, stsd).ok_or(Error::OtherType)?;
        let stsd = Stsd::read(stsd)?;
        for (table, _) in TABLES {
            let (kind, fields) = reader.child()?;
            let fields = table.fields_of(kind, fields).ok_or(Error::OtherType)?;
            if fields.iter().any(|&byte| byte != 0) {
                return Err(Error::Unsupported("has samples outside of fragments"));
            }
        }
        Ok(Self { stsd })
    }

    fn fields_len(&self) -> u64 {
        let tables = TABLES.map(|(kind, len)| {
            let fields_len = VERSION_LEN.saturating_add(len);
            kind.header_len(fields_len).saturating_add(fields_len)
        });
        tables.iter().fold(self.stsd.box_len(), |sum, len| sum.saturating_add(*len))
    }

    fn put_fields(&self, out: &mut Vec<u8>) {
        self.stsd.put(out);
        for (table, len) in TABLES {
            table.put_header(VERSION_LEN.saturating_add(len), out);
            put_version_and_flags(0, 0, out);
            out.put_bytes(0, usize::try_from(len).expect("4 or 8"));
        }
    }
}
