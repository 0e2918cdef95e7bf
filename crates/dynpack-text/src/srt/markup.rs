//! Tags in the text of cues: those of HTML, and the overrides of SubStation Alpha (`{\an8}`).

use htmlize::unescape;

use crate::color::Color;
use crate::content::{Builder, Node, Span, SpanKind, Style};
use crate::layout::{Align, Anchor, Layout, Line, LineAt};
use crate::percent::Percent;

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

/// Reads the text of a cue.
pub(super) fn read(text: &str) -> (Vec<Node>, Layout) {
    let mut builder = Builder::new();
    let mut layout = Layout::default();
    let mut rest = text;
    while let Some(at) = rest.find(['<', '{']) {
        let (before, from_tag) = rest.split_at_checked(at).unwrap_or((rest, ""));
        builder.push_text(&unescape(before));
        let after = if let Some(tag) = from_tag.strip_prefix('<') {
            html(tag, &mut builder)
        } else {
            overrides(from_tag, &mut builder, &mut layout)
        };
        // What is no tag is text.
        rest = after.unwrap_or_else(|| {
            let (char, after) = from_tag.split_at_checked(1).unwrap_or((from_tag, ""));
            builder.push_text(char);
            after
        });
    }
    builder.push_text(&unescape(rest));
    (builder.finish(), layout)
}

/// Applies a tag of HTML, and returns the text after it.
fn html<'a>(text: &'a str, builder: &mut Builder<Tag>) -> Option<&'a str> {
    let (tag, rest) = text.split_once('>')?;
    if let Some(name) = tag.strip_prefix('/') {
        builder.end_through(Tag::named(name.trim())?);
    } else {
        let (name, attributes) = tag.split_once(char::is_whitespace).unwrap_or((tag, ""));
        let tag = Tag::named(name)?;
        let style = Style { color: font_color(attributes), ..tag.style() };
        start(tag, style, builder);
    }
    Some(rest)
}

fn start(tag: Tag, style: Style, builder: &mut Builder<Tag>) {
    let span = (style != Style::PLAIN).then(|| Span::new(SpanKind::Style(style), Vec::new()));
    builder.start(tag, span.into_iter().collect());
}

/// The colour in the attributes of a `font`. Some files leave out the quotes, or the `#`.
fn font_color(attributes: &str) -> Option<Color> {
    let at = attributes.to_ascii_lowercase().find("color=")?;
    let value = attributes.get(at..)?.split_once('=')?.1.trim_start_matches(['"', '\'']);
    let end = value.find(|char: char| char.is_whitespace() || matches!(char, '"' | '\''));
    let value = value.get(..end.unwrap_or(value.len()))?;
    Color::parse(value).or_else(|| Color::hex(&format!("#{value}")))
}

/// Applies the overrides between braces, and returns the text after them. Unknown ones are left
/// out: they move, fade or draw.
fn overrides<'a>(
    text: &'a str,
    builder: &mut Builder<Tag>,
    layout: &mut Layout,
) -> Option<&'a str> {
    let (overrides, rest) = text.strip_prefix("{\\")?.split_once('}')?;
    for code in overrides.split('\\') {
        let letters = code.find(|char: char| !char.is_ascii_alphabetic()).unwrap_or(code.len());
        let (name, value) = code.split_at_checked(letters)?;
        match (name, Tag::named(name)) {
            ("an", _) => place(value, layout),
            (_, Some(tag)) if value == "0" => builder.end_through(tag),
            (_, Some(tag)) => start(tag, tag.style(), builder),
            _ => {}
        }
    }
    Some(rest)
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
