//! The `sinf` box of an encrypted sample entry (ISO/IEC 14496-12, 8.12.1), with `frma` (8.12.2) and
//! `schi` (8.12.6).

mod schm;
mod tenc;

pub use schm::Schm;
pub use tenc::{Pattern, PiffTenc, Tenc};

use bytes::BufMut;
use dynpack_media::FourCc;

use crate::{BoxType, Error, Kind, Reader};

/// The `sinf` box: what a sample entry was before it was encrypted, and how it was encrypted.
///
/// `T` is the box in `schi`: [`Tenc`], or [`PiffTenc`] in PIFF.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sinf<T> {
    /// The type of the sample entry in the clear, which is in `frma`.
    pub original_format: FourCc,
    /// The scheme.
    pub schm: Schm,
    /// What the scheme needs to know of the track, which is in `schi`.
    pub track_encryption: T,
}

const FRMA: Kind = Kind::code(*b"frma");
const SCHI: Kind = Kind::code(*b"schi");

/// Bytes of the fields of `frma`.
const FRMA_LEN: u64 = 4;

impl<'a, T: BoxType<'a>> BoxType<'a> for Sinf<T> {
    const KIND: Kind = Kind::code(*b"sinf");

    /// Reads the boxes in the order in which they are written.
    fn read_from(reader: &mut Reader<'a>) -> Result<Self, Error> {
        let mut child = |wanted: Kind| {
            let (kind, body) = reader.child()?;
            wanted.fields_of(kind, body).ok_or(Error::OtherType)
        };
        let original_format = child(FRMA)?.try_into().map(FourCc).map_err(|_| Error::CutShort)?;
        let schm = Schm::read(child(Schm::KIND)?)?;
        let track_encryption = T::read_box(child(SCHI)?)?;
        Ok(Self { original_format, schm, track_encryption })
    }

    fn fields_len(&self) -> u64 {
        let schi = self.track_encryption.box_len();
        FRMA.header_len(FRMA_LEN)
            .saturating_add(FRMA_LEN)
            .saturating_add(self.schm.box_len())
            .saturating_add(SCHI.header_len(schi))
            .saturating_add(schi)
    }

    fn put_fields(&self, out: &mut Vec<u8>) {
        FRMA.put_header(FRMA_LEN, out);
        out.put_slice(&self.original_format.0);
        self.schm.put(out);
        SCHI.put_header(self.track_encryption.box_len(), out);
        self.track_encryption.put(out);
    }
}
