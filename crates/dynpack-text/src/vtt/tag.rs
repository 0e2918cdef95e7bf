//! Tags in the text of cues (WebVTT, 6.4: the WebVTT cue text tokenizer).

use htmlize::unescape;

/// The kind of a tag.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TagName {
    Class,
    Italic,
    Bold,
    Underline,
    Ruby,
    RubyText,
    Voice,
    Language,
}

impl TagName {
    const ALL: [Self; 8] = [
        Self::Class,
        Self::Italic,
        Self::Bold,
        Self::Underline,
        Self::Ruby,
        Self::RubyText,
        Self::Voice,
        Self::Language,
    ];

    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Class => "c",
            Self::Italic => "i",
            Self::Bold => "b",
            Self::Underline => "u",
            Self::Ruby => "ruby",
            Self::RubyText => "rt",
            Self::Voice => "v",
            Self::Language => "lang",
        }
    }

    fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|tag| tag.as_str() == name)
    }
}

/// What is between `<` and `>`.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Tag<'a> {
    Start { name: TagName, classes: Vec<&'a str>, annotation: String },
    End(TagName),
    Timestamp(&'a str),
}

impl<'a> Tag<'a> {
    /// `None` for tags that the standard ignores.
    pub(super) fn parse(text: &'a str) -> Option<Self> {
        if let Some(name) = text.strip_prefix('/') {
            return TagName::parse(name).map(Self::End);
        }
        if text.starts_with(|char: char| char.is_ascii_digit()) {
            return Some(Self::Timestamp(text));
        }
        let space = text.find(|char: char| char.is_ascii_whitespace());
        let (name, annotation) = text.split_at_checked(space.unwrap_or(text.len()))?;
        let mut classes = name.split('.');
        let name = TagName::parse(classes.next()?)?;
        let classes = classes.filter(|class| !class.is_empty()).collect();
        let annotation = unescape(annotation);
        let words: Vec<&str> = annotation.split_ascii_whitespace().collect();
        Some(Self::Start { name, classes, annotation: words.join(" ") })
    }
}
