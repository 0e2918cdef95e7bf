//! Languages of tracks.

use std::fmt;

/// A language tag (RFC 5646), in its shortest form: `en` rather than `eng`; `und` where unknown.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Language(String);

impl Language {
    /// The undetermined language, `und`.
    #[must_use]
    pub fn undetermined() -> Self {
        Self("und".into())
    }

    /// Reads a tag: ISO 639-2 (`eng`), ISO 639-1 (`en`) or RFC 5646 (`en-US`). Anything which
    /// cannot be such a tag is [undetermined](Self::undetermined), since files hold all sorts of
    /// things there.
    #[must_use]
    pub fn parse(tag: &str) -> Self {
        let tag = tag.trim().replace('_', "-");
        let (primary, rest) = tag
            .split_once('-')
            .map_or((tag.as_str(), None), |(primary, rest)| (primary, Some(rest)));
        let well_formed = (2..=3).contains(&primary.len())
            && primary.bytes().all(|byte| byte.is_ascii_alphabetic())
            && rest.is_none_or(|rest| {
                rest.split('-').all(|part| {
                    (1..=8).contains(&part.len())
                        && part.bytes().all(|byte| byte.is_ascii_alphanumeric())
                })
            });
        if !well_formed || tag.len() > 35 {
            return Self::undetermined();
        }
        let primary = shortest(&primary.to_ascii_lowercase());
        Self(rest.map_or_else(|| primary.clone(), |rest| format!("{primary}-{rest}")))
    }

    /// The tag (RFC 5646).
    #[must_use]
    pub fn tag(&self) -> &str {
        &self.0
    }

    /// Three letters for `mdhd` and for names (ISO 639-2/T); `und` where there are none.
    #[must_use]
    pub fn three_letters(&self) -> &str {
        let primary = self.0.split('-').next().unwrap_or_default();
        match primary.len() {
            3 => primary,
            _ => {
                isolang::Language::from_639_1(primary).map_or("und", |language| language.to_639_3())
            }
        }
    }

    /// Whether nothing is known of the language.
    #[must_use]
    pub fn is_undetermined(&self) -> bool {
        self.0 == "und"
    }
}

/// The bibliographic codes of ISO 639-2 which differ from the terminological ones, with the latter.
const BIBLIOGRAPHIC: [(&str, &str); 20] = [
    ("alb", "sqi"),
    ("arm", "hye"),
    ("baq", "eus"),
    ("bur", "mya"),
    ("chi", "zho"),
    ("cze", "ces"),
    ("dut", "nld"),
    ("fre", "fra"),
    ("geo", "kat"),
    ("ger", "deu"),
    ("gre", "ell"),
    ("ice", "isl"),
    ("mac", "mkd"),
    ("mao", "mri"),
    ("may", "msa"),
    ("per", "fas"),
    ("rum", "ron"),
    ("slo", "slk"),
    ("tib", "bod"),
    ("wel", "cym"),
];

/// The shortest code of a primary subtag (RFC 5646, 2.2.1).
fn shortest(primary: &str) -> String {
    let terminological = BIBLIOGRAPHIC
        .iter()
        .find(|(bibliographic, _)| *bibliographic == primary)
        .map_or(primary, |(_, code)| code);
    isolang::Language::from_639_3(terminological)
        .and_then(|language| language.to_639_1())
        .unwrap_or(terminological)
        .into()
}

impl Default for Language {
    fn default() -> Self {
        Self::undetermined()
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_become_as_short_as_they_can() {
        for (given, tag, three) in [
            ("eng", "en", "eng"),
            ("EN", "en", "eng"),
            ("ger", "de", "deu"),
            ("en-US", "en-US", "eng"),
            ("en_US", "en-US", "eng"),
            ("gsw", "gsw", "gsw"),
            ("und", "und", "und"),
            ("```", "und", "und"),
            ("", "und", "und"),
            ("english", "und", "und"),
        ] {
            let language = Language::parse(given);
            assert_eq!((language.tag(), language.three_letters()), (tag, three), "{given}");
        }
    }
}
