//! Samples of `tx3g` (3GPP TS 26.245, 5) and of QuickTime's `text` (QuickTime File Format, "Text
//! Media").
//!
//! Both are a text with boxes after it. Only the box `styl` is read.

use std::ops::Range;

use dynpack_boxes::{Error as BoxError, Reader};
use dynpack_media::Time;
use encoding_rs::{MACINTOSH, UTF_16BE, UTF_16LE};

use super::join::Joiner;
use crate::color::Color;
use crate::content::{Builder, Node, Span, SpanKind, Style};
use crate::cue::Cue;
use crate::error::Error;
use crate::layout::{Align, Anchor, Layout, Line, LineAt};
use crate::percent::Percent;
use crate::sample::ENTRY_START;

/// How the samples of a track are read.
pub(super) struct Plain {
    /// The style of text without one of its own.
    style: Style,
    layout: Layout,
    encoding: Encoding,
}

/// What texts without a byte order mark are in.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Encoding {
    Utf8,
    /// UTF-8, which new files have, or Mac Roman.
    QuickTime,
}

impl Plain {
    /// The defaults of a `tx3g` entry (5.16).
    pub(super) fn tx3g(fields: &[u8]) -> Result<Self, BoxError> {
        let mut reader = Reader::new(fields);
        reader.skip(ENTRY_START.len())?;
        let _display_flags = reader.u32()?;
        let [horizontal, vertical] = reader.array()?;
        let (_background, _text_box) = (reader.u32()?, reader.u64()?);
        let record = StyleRecord::read(&mut reader)?;
        let layout = layout(horizontal, vertical);
        Ok(Self { style: record.style, layout, encoding: Encoding::Utf8 })
    }

    pub(super) fn quick_time() -> Self {
        Self { style: Style::PLAIN, layout: Layout::default(), encoding: Encoding::QuickTime }
    }

    /// Adds the cue of a sample; none for one without text.
    pub(super) fn read(
        &self,
        sample: &[u8],
        time: Range<Time>,
        joiner: &mut Joiner,
    ) -> Result<(), Error> {
        let in_sample = |problem| Error::Sample { what: "the text sample", problem };
        let mut reader = Reader::new(sample);
        let len = reader.u16().unwrap_or_default();
        let text = reader.take(len.into()).map_err(in_sample)?;
        if text.is_empty() {
            return Ok(());
        }
        let text = self.decode(text).map_err(in_sample)?;
        let mut records = Vec::new();
        while !reader.rest().is_empty() {
            let (kind, body) = reader.child().map_err(in_sample)?;
            if kind.0 == *b"styl" {
                records = read_styl(body).map_err(in_sample)?;
            }
        }
        let Range { start, end } = time;
        let nodes = styled(&text, &records, self.style);
        joiner.add(Cue { id: None, start, end, layout: self.layout.clone(), nodes }).map(drop)
    }

    fn decode(&self, text: &[u8]) -> Result<String, BoxError> {
        if let Some(text) = text.strip_prefix(b"\xfe\xff") {
            return Ok(UTF_16BE.decode_without_bom_handling(text).0.into_owned());
        }
        if let Some(text) = text.strip_prefix(b"\xff\xfe") {
            return Ok(UTF_16LE.decode_without_bom_handling(text).0.into_owned());
        }
        match std::str::from_utf8(text) {
            Ok(text) => Ok(text.into()),
            Err(_) if self.encoding == Encoding::QuickTime => {
                Ok(MACINTOSH.decode_without_bom_handling(text).0.into_owned())
            }
            Err(_) => Err(BoxError::Invalid("is not in UTF-8")),
        }
    }
}

/// A `StyleRecord` (5.17.1.1): the style of some characters.
struct StyleRecord {
    characters: Range<u16>,
    style: Style,
}

impl StyleRecord {
    fn read(reader: &mut Reader<'_>) -> Result<Self, BoxError> {
        let characters = reader.u16()?..reader.u16()?;
        reader.skip(2)?;
        let [face, _size, color @ ..] = reader.array::<6>()?;
        let color = Color::from_rgba(color);
        let style = Style {
            bold: face & 1 != 0,
            italic: face & 2 != 0,
            underline: face & 4 != 0,
            color: (color != Color::WHITE).then_some(color),
            background: None,
        };
        Ok(Self { characters, style })
    }
}

fn read_styl(body: &[u8]) -> Result<Vec<StyleRecord>, BoxError> {
    let mut reader = Reader::new(body);
    let count = reader.u16()?;
    let mut records: Vec<StyleRecord> =
        (0..count).map(|_| StyleRecord::read(&mut reader)).collect::<Result<_, _>>()?;
    records.sort_by_key(|record| record.characters.start);
    Ok(records)
}

/// The text in the styles of the records, which do not overlap, or in the default style.
fn styled(text: &str, records: &[StyleRecord], default: Style) -> Vec<Node> {
    let mut builder = Builder::new();
    let mut characters = text.chars();
    let mut put = |count: usize, style: Style| {
        let run: String = characters.by_ref().take(count).collect();
        let span = (style != Style::PLAIN).then(|| Span::new(SpanKind::Style(style), Vec::new()));
        builder.start((), span.into_iter().collect());
        // QuickTime ends lines with a carriage return.
        builder.push_text(&run.replace("\r\n", "\n").replace('\r', "\n"));
        builder.end();
    };
    let mut at = 0;
    for StyleRecord { characters: Range { start, end }, style } in records {
        if *start >= at && end > start {
            put(usize::from(start.saturating_sub(at)), default);
            put(usize::from(end.saturating_sub(*start)), *style);
            at = *end;
        }
    }
    put(usize::MAX, default);
    builder.finish()
}

/// The layout of justifications: 0 is left or top, 1 is the middle, -1 is right or bottom (5.16).
fn layout(horizontal: u8, vertical: u8) -> Layout {
    let align = match horizontal {
        0 => Align::Left,
        1 => Align::Center,
        _ => Align::Right,
    };
    let line = match vertical {
        0 => Some(Line { at: LineAt::Number(0), anchor: Anchor::Start }),
        1 => Some(Line { at: LineAt::Percent(Percent::HALF), anchor: Anchor::Center }),
        _ => None,
    };
    Layout { align, line, ..Layout::default() }
}
