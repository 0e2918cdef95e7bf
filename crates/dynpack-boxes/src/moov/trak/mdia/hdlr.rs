//! The `hdlr` box: which kind of media a track is (ISO/IEC 14496-12, 8.4.3).

use bytes::BufMut;
use dynpack_media::FourCc;

use crate::versioned::put_version_and_flags;
use crate::{BoxType, Error, Kind, Reader};

/// The `hdlr` box.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hdlr<'a> {
    /// The kind of media.
    pub handler_type: FourCc,
    /// A name for people, as it stands in the box: with a zero at its end, or in QuickTime files
    /// with its length in front.
    pub name: &'a [u8],
}

impl Hdlr<'_> {
    /// Video.
    pub const VIDEO: FourCc = FourCc(*b"vide");
    /// Audio.
    pub const AUDIO: FourCc = FourCc(*b"soun");
    /// Subtitles (ISO/IEC 14496-30, 5).
    pub const SUBTITLES: FourCc = FourCc(*b"subt");
    /// Timed text, such as WebVTT (ISO/IEC 14496-30, 7).
    pub const TEXT: FourCc = FourCc(*b"text");
}

impl<'a> BoxType<'a> for Hdlr<'a> {
    const KIND: Kind = Kind::code(*b"hdlr");

    fn read_from(reader: &mut Reader<'a>) -> Result<Self, Error> {
        reader.version_and_flags()?;
        reader.skip(4)?;
        let handler_type = reader.fourcc()?;
        reader.skip(12)?;
        Ok(Self { handler_type, name: reader.take_rest() })
    }

    fn fields_len(&self) -> u64 {
        (self.name.len() as u64).saturating_add(24)
    }

    fn put_fields(&self, out: &mut Vec<u8>) {
        put_version_and_flags(0, 0, out);
        out.put_u32(0);
        out.put_slice(&self.handler_type.0);
        out.put_bytes(0, 12);
        out.put_slice(self.name);
    }
}
