//! The writer.

use dynpack_media::Time;

use super::escape::identifier;
use super::inline::{Rules, payload};
use super::region;
use super::timestamp::Timestamp;
use crate::area::{Area, turned};
use crate::document::{Document, Excerpt};
use crate::layout::{Align, Anchor, Layout, Line, LineAt, Place, Writing};
use crate::percent::Percent;
use crate::region::{Height, Region};

/// How the times of a segment relate to the clock of transport streams (RFC 8216, 3.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimestampMap {
    /// A time on the clock of 90 kHz, modulo 2^33.
    pub mpegts: u64,
    /// The same instant on the clock of the cues.
    pub local: Time,
}

/// Writes a WebVTT document. Cues have their own times, also in a segment that shows only a part of
/// them. Times are rounded to milliseconds. Images are left out.
///
/// A segment of HLS needs a `map`.
#[must_use]
pub fn write(excerpt: &Excerpt<'_>, map: Option<TimestampMap>) -> String {
    let mut rules = Rules::new();
    let mut cues = String::new();
    for cue in excerpt.cues().iter().filter(|cue| cue.image().is_none()) {
        let text = payload(&cue.nodes, &mut rules);
        if let Some(id) = cue.id.as_deref().and_then(identifier) {
            cues.extend([&id, "\n"]);
        }
        let (start, end) = (Timestamp(cue.start), Timestamp(cue.end));
        let settings = settings(&cue.layout, excerpt.region_of(cue));
        cues.push_str(&format!("{start} --> {end}{settings}\n"));
        if !text.is_empty() {
            cues.extend([&text, "\n"]);
        }
        cues.push('\n');
    }
    header(excerpt.document, &rules, map) + &cues
}

/// The document up to its cues.
pub(crate) fn header(document: &Document, rules: &Rules, map: Option<TimestampMap>) -> String {
    let mut out = String::from("WEBVTT\n");
    if let Some(TimestampMap { mpegts, local }) = map {
        out.push_str(&format!("X-TIMESTAMP-MAP=MPEGTS:{mpegts},LOCAL:{}\n", Timestamp(local)));
    }
    out.push('\n');
    for sheet in document.stylesheets.iter().filter(|sheet| !sheet.contains("-->")) {
        put_stylesheet(sheet.lines(), &mut out);
    }
    if !rules.is_empty() {
        put_stylesheet(rules.iter().map(String::as_str), &mut out);
    }
    for region in &document.regions {
        region::put(region, &mut out);
    }
    out
}

fn put_stylesheet<'a>(lines: impl Iterator<Item = &'a str>, out: &mut String) {
    out.push_str("STYLE\n");
    for line in lines.filter(|line| !line.is_empty()) {
        out.extend([line, "\n"]);
    }
    out.push('\n');
}

/// The settings of a cue, with a space before each.
pub(crate) fn settings(layout: &Layout, region: Option<&Region>) -> String {
    match region {
        Some(Region { height: Height::Percent(_), .. }) => {
            put_settings(None, &in_area(layout, Area::of(layout, region)))
        }
        Some(region) => put_settings(Some(&region.id), layout),
        None => put_settings(None, layout),
    }
}

/// The settings that put a cue where its region of TTML is.
fn in_area(layout: &Layout, area: Area) -> Layout {
    let horizontal = (area.left, area.width);
    let vertical = (area.top, area.height);
    let (along, across, edge) = match area.writing {
        Writing::Horizontal => (horizontal, vertical, area.block_align),
        Writing::VerticalLeftToRight => (vertical, horizontal, area.block_align),
        Writing::VerticalRightToLeft => (vertical, horizontal, turned(area.block_align)),
    };
    let align = layout.align.anchor();
    Layout {
        region: None,
        line: Some(Line { at: LineAt::Percent(part(across, edge)), anchor: area.block_align }),
        position: Some(Place { at: part(along, align), anchor: None }),
        size: along.1,
        ..layout.clone()
    }
}

/// The place of an anchor in a stretch.
fn part((start, length): (Percent, Percent), anchor: Anchor) -> Percent {
    let into = anchor.into_box().of(length).thousandths();
    Percent::clamped(start.thousandths().saturating_add(into))
}

fn put_settings(region: Option<&str>, layout: &Layout) -> String {
    let mut out = String::new();
    if let Some(id) = region {
        out.extend([" region:", id]);
    }
    match layout.writing {
        Writing::Horizontal => {}
        Writing::VerticalRightToLeft => out.push_str(" vertical:rl"),
        Writing::VerticalLeftToRight => out.push_str(" vertical:lr"),
    }
    if let Some(line) = layout.line {
        put_line(line, &mut out);
    }
    if let Some(position) = layout.position {
        put_position(position, &mut out);
    }
    if layout.size != Percent::FULL {
        out.push_str(&format!(" size:{}", layout.size));
    }
    if layout.align != Align::Center {
        out.push_str(&format!(" align:{}", layout.align.as_str()));
    }
    out
}

fn put_line(line: Line, out: &mut String) {
    let anchor = match line.anchor {
        Anchor::Start => "",
        Anchor::Center => ",center",
        Anchor::End => ",end",
    };
    match line.at {
        LineAt::Number(number) => out.push_str(&format!(" line:{number}{anchor}")),
        LineAt::Percent(at) => out.push_str(&format!(" line:{at}{anchor}")),
    }
}

fn put_position(position: Place, out: &mut String) {
    let anchor = match position.anchor {
        None => "",
        Some(Anchor::Start) => ",line-left",
        Some(Anchor::Center) => ",center",
        Some(Anchor::End) => ",line-right",
    };
    out.push_str(&format!(" position:{}{anchor}", position.at));
}
