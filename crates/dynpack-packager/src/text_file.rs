//! Files of subtitles beside a film.

use dynpack_media::{Language, Role};
use dynpack_text::{Error, Options, Parsed, srt, ttml, vtt};

/// What the name of a file of subtitles says: `film.en.vtt`, `film.de-forced.srt`,
/// `film.fr.sdh.ttml`.
///
/// The language (RFC 5646) is the last part but the ending, or with other words after it: `forced`;
/// `sdh`, `cc`, `caption` or `captions`; `default`; `chapters`. Words are separated by dots or
/// hyphens, and read in any case.
///
/// ```
/// use dynpack_media::Role;
/// use dynpack_packager::TextFile;
///
/// let file = TextFile::parse("film.de-forced.srt").expect("it has the ending of subtitles");
/// assert_eq!((file.language.tag(), file.role), ("de", Role::ForcedSubtitle));
/// assert_eq!(TextFile::parse("film.mp4"), None);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TextFile {
    /// What is in it.
    pub format: TextFormat,
    /// The language; undetermined if the name has none.
    pub language: Language,
    /// What it is for.
    pub role: Role,
    /// Whether it is shown unless a viewer chooses something else.
    pub is_default: bool,
    /// Whether its cues are chapters.
    pub is_chapters: bool,
}

/// The format of a file of subtitles.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TextFormat {
    /// WebVTT (`.vtt`).
    Vtt,
    /// SubRip (`.srt`).
    Srt,
    /// TTML (`.ttml`, `.dfxp`).
    Ttml,
}

impl TextFile {
    /// Reads the name of a file; `None` if it has another ending.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        let (stem, ending) = name.rsplit_once('.')?;
        let format = match ending.to_ascii_lowercase().as_str() {
            "vtt" => TextFormat::Vtt,
            "srt" => TextFormat::Srt,
            "ttml" | "dfxp" => TextFormat::Ttml,
            _ => return None,
        };
        let mut file = Self {
            format,
            language: Language::undetermined(),
            role: Role::Subtitle,
            is_default: false,
            is_chapters: false,
        };
        let mut rest = stem;
        while let Some(before) = file.take_word(rest) {
            rest = before;
        }
        // The whole name may be a language, but the name of a film is none: `it.vtt`, `up.vtt`.
        let last = rest.rsplit_once('.').map_or(rest, |(_, last)| last);
        file.language = Language::parse(last);
        Some(file)
    }

    /// Takes the last word of a name if it says what the file is for. Returns what is before it.
    fn take_word<'a>(&mut self, name: &'a str) -> Option<&'a str> {
        let (before, word) = name.rsplit_once(['.', '-', '_'])?;
        match word.to_ascii_lowercase().as_str() {
            "forced" => self.role = Role::ForcedSubtitle,
            "sdh" | "cc" | "caption" | "captions" => self.role = Role::Caption,
            "default" => self.is_default = true,
            "chapters" => self.is_chapters = true,
            _ => return None,
        }
        Some(before)
    }

    /// Reads the cues of a file.
    ///
    /// # Errors
    /// That of the reader of its format.
    pub fn read(&self, bytes: &[u8], options: Options) -> Result<Parsed, Error> {
        match self.format {
            TextFormat::Vtt => vtt::read(bytes, options),
            TextFormat::Srt => srt::read(bytes, options),
            TextFormat::Ttml => ttml::read(bytes, options),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_say_language_and_purpose() {
        for (name, language, role) in [
            ("film.en.vtt", "en", Role::Subtitle),
            ("my.film.pt-BR.VTT", "pt-BR", Role::Subtitle),
            ("film.de-forced.srt", "de", Role::ForcedSubtitle),
            ("film.fr.sdh.ttml", "fr", Role::Caption),
            ("film.eng_cc.dfxp", "en", Role::Caption),
            ("en-us.vtt", "en-us", Role::Subtitle),
            ("film.vtt", "und", Role::Subtitle),
            ("film.forced.vtt", "und", Role::ForcedSubtitle),
            ("film.hi.vtt", "hi", Role::Subtitle),
        ] {
            let file = TextFile::parse(name).unwrap();
            assert_eq!((file.language.tag(), file.role), (language, role), "{name}");
        }
        let chapters = TextFile::parse("film.en.chapters.default.vtt").unwrap();
        assert!(chapters.is_chapters && chapters.is_default);
        assert_eq!(chapters.language.tag(), "en");
    }

    #[test]
    fn other_files_are_none() {
        assert!(
            ["film.mp4", "film", ".vtt.txt", "film.xml"]
                .iter()
                .all(|name| TextFile::parse(name).is_none())
        );
    }
}
