//! The `mdhd` box: the clock and the language of a track (ISO/IEC 14496-12, 8.4.2).

use bytes::BufMut;
use dynpack_media::{Language, Timescale};

use crate::moov::mvhd::timescale;
use crate::versioned::{field_len, put_version_and_flags, put_versioned, version_of};
use crate::{BoxType, Error, Kind, Reader};

/// The `mdhd` box.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mdhd {
    /// Creation time of the media, in seconds since 1904; 0 if unknown.
    pub creation_time: u64,
    /// Modification time of the media, in seconds since 1904; 0 if unknown.
    pub modification_time: u64,
    /// The clock of the track.
    pub timescale: Timescale,
    /// How long the media lasts, in ticks of the track.
    pub duration: u64,
    /// Its language.
    pub language: PackedLanguage,
}

/// A language of three letters in 15 bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PackedLanguage(pub u16);

impl PackedLanguage {
    /// Packs the three letters of a language, each in 5 bits, from 1 for `a`.
    #[must_use]
    pub fn new(language: &Language) -> Self {
        let letters = language.three_letters().bytes();
        Self(letters.fold(0, |packed, letter| packed << 5 | u16::from(letter & 0x1f)) & 0x7fff)
    }

    /// The language. Below 0x400 are QuickTime's Macintosh codes, where 0 is both English and
    /// "never set": nothing is known then.
    #[must_use]
    pub fn language(self) -> Language {
        if self.0 < 0x400 {
            return Language::undetermined();
        }
        let letters = [10, 5, 0].map(|shift| {
            let [_, letter] = (self.0 >> shift & 0x1f | 0x60).to_be_bytes();
            char::from(letter)
        });
        Language::parse(&String::from_iter(letters))
    }
}

impl Mdhd {
    fn version(&self) -> u8 {
        version_of([self.creation_time, self.modification_time, self.duration])
    }
}

impl<'a> BoxType<'a> for Mdhd {
    const KIND: Kind = Kind::code(*b"mdhd");

    fn read_from(reader: &mut Reader<'a>) -> Result<Self, Error> {
        let (version, _) = reader.version_and_flags()?;
        let [creation_time, modification_time] =
            [reader.versioned(version)?, reader.versioned(version)?];
        let timescale = timescale(reader)?;
        let duration = reader.versioned(version)?;
        let language = PackedLanguage(reader.u16()?);
        reader.skip(2)?;
        Ok(Self { creation_time, modification_time, timescale, duration, language })
    }

    fn fields_len(&self) -> u64 {
        field_len(self.version()).saturating_mul(3).saturating_add(12)
    }

    fn put_fields(&self, out: &mut Vec<u8>) {
        let version = self.version();
        put_version_and_flags(version, 0, out);
        put_versioned(version, self.creation_time, out);
        put_versioned(version, self.modification_time, out);
        out.put_u32(self.timescale.hz());
        put_versioned(version, self.duration, out);
        out.put_u16(self.language.0);
        out.put_u16(0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn languages_are_packed_as_the_standard_says() {
        for (language, packed) in [("und", 0x55c4), ("eng", 0x15c7)] {
            let language = Language::parse(language);
            assert_eq!(PackedLanguage::new(&language), PackedLanguage(packed));
            assert_eq!(PackedLanguage(packed).language(), language);
        }
    }

    #[test]
    fn macintosh_codes_say_nothing() {
        assert!(PackedLanguage(0).language().is_undetermined());
        assert!(PackedLanguage(0x3ff).language().is_undetermined());
    }
}
