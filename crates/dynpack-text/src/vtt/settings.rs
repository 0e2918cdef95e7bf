//! Settings of cues (WebVTT, 6.3: parse the WebVTT cue settings).

use crate::layout::{Align, Anchor, Layout, Line, LineAt, Place, Writing};
use crate::percent::Percent;

/// Reads the settings of a cue. What is invalid is ignored, as the standard says.
/// `is_region` returns whether a region has that identifier.
pub(crate) fn read_settings(text: &str, is_region: impl Fn(&str) -> bool) -> Layout {
    let mut layout = Layout::default();
    for setting in text.split_ascii_whitespace() {
        if let Some((name, value)) = setting.split_once(':') {
            set(&mut layout, name, value);
        }
    }
    let keeps_region = layout.line.is_none()
        && layout.size == Percent::FULL
        && layout.writing == Writing::Horizontal;
    layout.region = layout.region.filter(|id| keeps_region && is_region(id));
    layout
}

fn set(layout: &mut Layout, name: &str, value: &str) {
    match name {
        "region" => layout.region = Some(value.into()),
        "vertical" => {
            layout.writing = match value {
                "rl" => Writing::VerticalRightToLeft,
                "lr" => Writing::VerticalLeftToRight,
                _ => layout.writing,
            }
        }
        "line" => layout.line = line(value).or(layout.line),
        "position" => layout.position = position(value).or(layout.position),
        "size" => layout.size = Percent::parse(value).unwrap_or(layout.size),
        "align" => layout.align = Align::parse(value).unwrap_or(layout.align),
        _ => {}
    }
}

fn line(value: &str) -> Option<Line> {
    let (at, anchor) = value.split_once(',').unwrap_or((value, "start"));
    let anchor = match anchor {
        "start" => Anchor::Start,
        "center" => Anchor::Center,
        "end" => Anchor::End,
        _ => return None,
    };
    let at = if at.ends_with('%') {
        LineAt::Percent(Percent::parse(at)?)
    } else {
        LineAt::Number(line_number(at)?)
    };
    Some(Line { at, anchor })
}

/// A number of lines. The standard allows a fraction, which has no meaning for lines: it is cut.
fn line_number(text: &str) -> Option<i32> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let is_valid = !whole.starts_with('+')
        && !fraction.is_empty()
        && fraction.bytes().all(|byte| byte.is_ascii_digit());
    whole.parse().ok().filter(|_| is_valid)
}

fn position(value: &str) -> Option<Place> {
    let (at, anchor) = match value.split_once(',') {
        Some((at, anchor)) => (at, Some(anchor)),
        None => (value, None),
    };
    let anchor = match anchor {
        None => None,
        Some("line-left") => Some(Anchor::Start),
        Some("center") => Some(Anchor::Center),
        Some("line-right") => Some(Anchor::End),
        Some(_) => return None,
    };
    Some(Place { at: Percent::parse(at)?, anchor })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn invalid_settings_are_ignored() {
        let read = |text| read_settings(text, |id| id == "r");
        for text in [
            "",
            "line",
            "line:",
            "line:+1",
            "line:1.",
            "line:.5",
            "line:-",
            "line:5%,middle",
            "line:101%",
            "position:5",
            "position:5%,left",
            "size:-1%",
            "align:middle",
            "vertical:x",
            "region:unknown",
            "Line:1",
            "region:r size:50% size:100% line:0",
        ] {
            let read = Layout { line: None, ..read(text) };
            assert_eq!(read, Layout::default(), "{text}");
        }
        assert_eq!(read("region:r").region.as_deref(), Some("r"));
        assert_eq!(read("line:1.5").line.unwrap().at, LineAt::Number(1));
        assert_eq!(read("line:-3 line:x").line.unwrap().at, LineAt::Number(-3));
    }
}
