//! Escapes texts, and names colours. No other code of WebVTT escapes.

use std::borrow::Cow;

use crate::color::Color;
use crate::content::Style;

/// Appends text, or the annotation of a tag. Line ends become spaces: breaks have a node.
pub(super) fn put_escaped(text: &str, out: &mut String) {
    for char in text.chars() {
        match char {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '\n' | '\r' => out.push(' '),
            '\0' => out.push('\u{fffd}'),
            _ => out.push(char),
        }
    }
}

/// A text on one line without `-->`, which would be taken for times; `None` if nothing is left.
pub(super) fn identifier(id: &str) -> Option<Cow<'_, str>> {
    let id = match crate::decode::on_one_line(id) {
        id if id.contains('\0') => id.replace('\0', "\u{fffd}").into(),
        id => id,
    };
    (!id.is_empty() && !id.contains("-->")).then_some(id)
}

/// A class, without the characters that end one.
pub(super) fn class(name: &str) -> String {
    name.replace(|char: char| char.is_ascii_whitespace() || matches!(char, '.' | '>' | '\0'), "_")
}

/// The colours that have classes of their own (WebVTT, 5.1: default text and background colors).
const COLORS: [(&str, Color); 8] = [
    ("white", Color::WHITE),
    ("lime", Color::rgb(0, 255, 0)),
    ("cyan", Color::rgb(0, 255, 255)),
    ("red", Color::rgb(255, 0, 0)),
    ("yellow", Color::rgb(255, 255, 0)),
    ("magenta", Color::rgb(255, 0, 255)),
    ("blue", Color::rgb(0, 0, 255)),
    ("black", Color::rgb(0, 0, 0)),
];

/// Sets the colour that a class stands for; false for other classes.
pub(super) fn class_color(class: &str, style: &mut Style) -> bool {
    let (name, is_background) =
        class.strip_prefix("bg_").map_or((class, false), |name| (name, true));
    let Some((_, color)) = COLORS.iter().find(|(known, _)| *known == name) else { return false };
    let field = if is_background { &mut style.background } else { &mut style.color };
    *field = Some(*color);
    true
}

/// The class of a colour, if it has one of its own.
pub(super) fn color_name(color: Color) -> Option<&'static str> {
    COLORS.iter().find(|(_, known)| *known == color).map(|(name, _)| *name)
}
