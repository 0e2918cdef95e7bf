//! The styles that attributes give (TTML2, 10.2).

use dynpack_xml::Element;

use super::frame::Frame;
use crate::color::Color;
use crate::content::Style;
use crate::layout::{Align, Anchor, Writing};
use crate::percent::Percent;

/// What the attributes of an element, or the styles it refers to, say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Properties {
    pub(super) bold: Option<bool>,
    pub(super) italic: Option<bool>,
    pub(super) underline: Option<bool>,
    pub(super) color: Option<Color>,
    pub(super) align: Option<Align>,
    pub(super) background: Option<Color>,
    pub(super) block_align: Option<Anchor>,
    pub(super) writing: Option<Writing>,
    pub(super) origin: Option<[Percent; 2]>,
    pub(super) extent: Option<[Percent; 2]>,
    pub(super) ruby: Option<Ruby>,
}

/// The part of an annotated text that an element is (TTML2, 10.2.35).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ruby {
    Container,
    Text,
    Delimiter,
    /// The text that is annotated, and groups of texts: their content counts.
    Other,
}

impl Properties {
    /// Those of the attributes of an element. Unknown values are ignored.
    pub(super) fn read(element: &Element<'_>, frame: &Frame) -> Self {
        let get = |name| element.get(name);
        Self {
            bold: get("fontWeight").and_then(|value| keyword(value, "bold", "normal")),
            italic: get("fontStyle").and_then(|value| match value {
                "oblique" => Some(true),
                value => keyword(value, "italic", "normal"),
            }),
            underline: get("textDecoration").and_then(|value| {
                let mut words = value.split_ascii_whitespace();
                words.find_map(|word| {
                    keyword(word, "underline", "noUnderline")
                        .or_else(|| (word == "none").then_some(false))
                })
            }),
            color: get("color").and_then(Color::parse),
            align: get("textAlign").and_then(Align::parse),
            background: get("backgroundColor").and_then(Color::parse),
            block_align: get("displayAlign").and_then(|value| match value {
                "before" => Some(Anchor::Start),
                "center" => Some(Anchor::Center),
                "after" => Some(Anchor::End),
                _ => None,
            }),
            writing: get("writingMode").and_then(|value| match value {
                "tbrl" | "tb" => Some(Writing::VerticalRightToLeft),
                "tblr" => Some(Writing::VerticalLeftToRight),
                "lrtb" | "rltb" | "lr" | "rl" => Some(Writing::Horizontal),
                _ => None,
            }),
            origin: get("origin").and_then(|value| frame.point(value)),
            extent: get("extent").and_then(|value| frame.point(value)),
            ruby: get("ruby").and_then(|value| match value {
                "container" => Some(Ruby::Container),
                "text" => Some(Ruby::Text),
                "delimiter" => Some(Ruby::Delimiter),
                "base" | "baseContainer" | "textContainer" => Some(Ruby::Other),
                _ => None,
            }),
        }
    }

    /// These, and where they say nothing, those of `other`.
    pub(super) fn or(self, other: Self) -> Self {
        Self {
            background: self.background.or(other.background),
            block_align: self.block_align.or(other.block_align),
            writing: self.writing.or(other.writing),
            origin: self.origin.or(other.origin),
            extent: self.extent.or(other.extent),
            ruby: self.ruby.or(other.ruby),
            ..self.inheriting(other)
        }
    }

    /// These, and where they say nothing, those that a child inherits from `parent`.
    pub(super) fn inheriting(self, parent: Self) -> Self {
        Self {
            bold: self.bold.or(parent.bold),
            italic: self.italic.or(parent.italic),
            underline: self.underline.or(parent.underline),
            color: self.color.or(parent.color),
            align: self.align.or(parent.align),
            ..self
        }
    }

    /// The style of text. White is the colour of text that has none.
    pub(super) fn style(self) -> Style {
        Style {
            bold: self.bold.unwrap_or_default(),
            italic: self.italic.unwrap_or_default(),
            underline: self.underline.unwrap_or_default(),
            color: self.color.filter(|color| *color != Color::WHITE),
            background: self.background.filter(|color| color.alpha > 0),
        }
    }
}

/// Whether a value is one keyword or the other.
fn keyword(value: &str, yes: &str, no: &str) -> Option<bool> {
    if value == yes { Some(true) } else { (value == no).then_some(false) }
}
