//! The `chpl` box: a list of chapters, as Nero wrote it first. It is in no standard.

use bytes::BufMut;

use crate::versioned::put_version_and_flags;
use crate::{BoxType, Error, Kind, Reader};

/// The `chpl` box.
///
/// Version 0 has a count of 8 bits. Version 1 has one of 32 after a reserved byte, or as others say
/// one of 8 after 32 reserved bits, which is the same up to 255 chapters.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Chpl<'a> {
    /// The chapters, in the order of the box.
    pub chapters: Vec<ChplEntry<'a>>,
}

/// A chapter in a `chpl` box.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChplEntry<'a> {
    /// Where it starts, in units of 100 nanoseconds from the start of the movie.
    pub start: u64,
    /// Its title in UTF-8. At most 255 bytes are written.
    pub title: &'a [u8],
}

impl ChplEntry<'_> {
    /// The title as it is written.
    fn written(&self) -> &[u8] {
        self.title.get(..u8::MAX.into()).unwrap_or(self.title)
    }
}

impl<'a> BoxType<'a> for Chpl<'a> {
    const KIND: Kind = Kind::code(*b"chpl");

    fn read_from(reader: &mut Reader<'a>) -> Result<Self, Error> {
        let count = match reader.version_and_flags()? {
            (0, _) => reader.u8()?.into(),
            _ => {
                reader.skip(1)?;
                reader.u32()?
            }
        };
        let mut chapters = Vec::new();
        // Memory follows the bytes of the box: each chapter takes nine.
        for _ in 0..count {
            let start = reader.u64()?;
            let len = reader.u8()?;
            chapters.push(ChplEntry { start, title: reader.take(len.into())? });
        }
        Ok(Self { chapters })
    }

    fn fields_len(&self) -> u64 {
        let entries = self.chapters.iter().map(|chapter| chapter.written().len() as u64);
        entries.fold(9, |sum, title| sum.saturating_add(title).saturating_add(9))
    }

    fn put_fields(&self, out: &mut Vec<u8>) {
        put_version_and_flags(1, 0, out);
        out.put_u8(0);
        out.put_u32(u32::try_from(self.chapters.len()).unwrap_or(u32::MAX));
        for chapter in &self.chapters {
            let title = chapter.written();
            out.put_u64(chapter.start);
            out.put_u8(u8::try_from(title.len()).unwrap_or(u8::MAX));
            out.put_slice(title);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The box that ffmpeg 7 writes, and one of version 0.
    #[test]
    fn both_versions_are_read() {
        let ffmpeg = b"\x01\0\0\0\0\0\0\0\x02\0\0\0\0\0\0\0\0\x03One\0\0\0\0\0\x1e\xab\x90\x03Two";
        let [one, two] = [(0, &b"One"[..]), (2_010_000, b"Two")]
            .map(|(start, title)| ChplEntry { start, title });
        assert_eq!(Chpl::read(ffmpeg).unwrap(), Chpl { chapters: vec![one, two] });
        let zero = b"\0\0\0\0\x01\0\0\0\0\0\0\0\0\x03One";
        assert_eq!(Chpl::read(zero).unwrap(), Chpl { chapters: vec![one] });
        assert_eq!(Chpl::read(b"\0\0\0\0\x02\0\0\0\0\0\0\0\0\0"), Err(Error::CutShort));
    }
}
