//! Tags in the text of cues: those of HTML, and the overrides of SubStation Alpha (`{\an8}`).

use htmlize::unescape;

use crate::color::Color;
use crate::content::{Builder, Node, Span, SpanKind, Style};
use crate::layout::{Align, Anchor, Layout, Line, LineAt};
use crate::percent::Percent;

/// The maximum length of a tag. It bounds how far the end of a tag is looked for.
const MAX_TAG: usize = 128;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Tag {
    Bold,
    Italic,
    Underline,
    Font,
}

impl Tag {
    fn named(name: &str) -> Option<Self> {
        match name.to_ascii_lowercase().as_str() {
            "b" => Some(Self::Bold),
            "i" => Some(Self::Italic),
            "u" => Some(Self::Underline),
            "font" => Some(Self::Font),
            _ => None,
        }
    }

    const fn style(self) -> Style {
        match self {
            Self::Bold => Style { bold: true, ..Style::PLAIN },
            Self::Italic => Style { italic: true, ..Style::PLAIN },
            Self::Underline => Style { underline: true, ..Style::PLAIN },
            Self::Font => Style::PLAIN,
        }
    }
}

/// What is between brackets or braces.
enum Markup<'a> {
    Start(Tag, Style),
    End(Tag),
    /// Codes, each after a backslash.
    Overrides(&'a str),
}

/// Reads the text of a cue.
pub(super) fn read(text: &str) -> (Vec<Node>, Layout) {
    let mut builder = Builder::new();
    let mut layout = Layout::default();
    let mut rest = text;
    let mut from = 0;
    while let Some((before, tag)) = next_bracket(rest, from) {
        if let Some((markup, after)) = Markup::parse(tag) {
            builder.push_text(&unescape(before));
            markup.apply(&mut builder, &mut layout);
            (rest, from) = (after, 0);
        } else {
            // The bracket is text.
            from = before.len().saturating_add(1);
        }
    }
    builder.push_text(&unescape(rest));
    (builder.finish(), layout)
}

/// Splits a text at the next bracket or brace, which is not before `from`.
fn next_bracket(text: &str, from: usize) -> Option<(&str, &str)> {
    let at = text.get(from..)?.find(['<', '{'])?.saturating_add(from);
    text.split_at_checked(at)
}

impl<'a> Markup<'a> {
    /// Reads a tag, and returns the text after it.
    fn parse(text: &'a str) -> Option<(Self, &'a str)> {
        if let Some(overrides) = text.strip_prefix("{\\") {
            let (overrides, rest) = split_tag(overrides, b'}')?;
            return Some((Self::Overrides(overrides), rest));
        }
        let (tag, rest) = split_tag(text.strip_prefix('<')?, b'>')?;
        if let Some(name) = tag.strip_prefix('/') {
            return Some((Self::End(Tag::named(name.trim())?), rest));
        }
        let (name, attributes) = tag.split_once(char::is_whitespace).unwrap_or((tag, ""));
        let tag = Tag::named(name)?;
        let style = Style { color: font_color(attributes), ..tag.style() };
        Some((Self::Start(tag, style), rest))
    }

    fn apply(self, builder: &mut Builder<Tag>, layout: &mut Layout) {
        match self {
            Self::Start(tag, style) => {
                let span = Span::new(SpanKind::Style(style), Vec::new());
                builder.start(tag, if style == Style::PLAIN { Vec::new() } else { vec![span] });
            }
            Self::End(tag) => builder.end_through(tag),
            Self::Overrides(codes) => {
                codes.split('\\').for_each(|code| apply_override(code, builder, layout));
            }
        }
    }
}

/// Applies one override. Unknown ones are left out: they move, fade or draw.
fn apply_override(code: &str, builder: &mut Builder<Tag>, layout: &mut Layout) {
    let letters = code.find(|char: char| !char.is_ascii_alphabetic()).unwrap_or(code.len());
    let Some((name, value)) = code.split_at_checked(letters) else { return };
    match Tag::named(name) {
        Some(tag) if value == "0" => builder.end_through(tag),
        Some(tag) => Markup::Start(tag, tag.style()).apply(builder, layout),
        None if name == "an" => place(value, layout),
        None => {}
    }
}

/// The colour in the attributes of a `font`. Some files leave out the quotes, or the `#`.
fn font_color(attributes: &str) -> Option<Color> {
    let at = attributes.to_ascii_lowercase().find("color=")?;
    let value = attributes.get(at..)?.split_once('=')?.1.trim_start_matches(['"', '\'']);
    let end = value.find(|char: char| char.is_whitespace() || matches!(char, '"' | '\''));
    let value = value.get(..end.unwrap_or(value.len()))?;
    Color::parse(value).or_else(|| Color::hex(&format!("#{value}")))
}

/// A tag of at most [`MAX_TAG`] bytes, and the text after it.
fn split_tag(text: &str, end: u8) -> Option<(&str, &str)> {
    let near = text.as_bytes().get(..MAX_TAG).unwrap_or(text.as_bytes());
    let end = near.iter().position(|byte| *byte == end)?;
    Some((text.get(..end)?, text.get(end.saturating_add(1)..)?))
}

/// The places are those of the keys of a numeric keypad.
fn place(key: &str, layout: &mut Layout) {
    let Some(key) = key.parse::<u8>().ok().filter(|key| (1..=9).contains(key)) else { return };
    layout.align = match key % 3 {
        1 => Align::Left,
        2 => Align::Center,
        _ => Align::Right,
    };
    layout.line = match key {
        1..=3 => None,
        4..=6 => Some(Line { at: LineAt::Percent(Percent::HALF), anchor: Anchor::Center }),
        _ => Some(Line { at: LineAt::Number(0), anchor: Anchor::Start }),
    };
}
