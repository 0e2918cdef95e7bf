//! Blocks of lines (WebVTT, 6.1: collect a WebVTT block).

use dynpack_xml::Position;

use crate::lines::Lines;

/// Lines up to an empty one, or up to the times of the next cue.
pub(super) struct Block<'a> {
    /// Where it starts.
    pub(super) at: Position,
    /// The line with times, and where it is.
    pub(super) times: Option<(&'a str, Position)>,
    /// The line before the times.
    pub(super) id: Option<&'a str>,
    /// The other lines.
    pub(super) lines: Vec<&'a str>,
}

/// Which lines may have times.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// None: the block directly after the signature.
    Header,
    /// The first or the second.
    Body,
}

impl<'a> Block<'a> {
    pub(super) fn collect(lines: &mut Lines<'a>, place: Place) -> Self {
        let mut block = Self { at: lines.at(), times: None, id: None, lines: Vec::new() };
        while let Some(line) = lines.peek() {
            let at = lines.at();
            if line.contains("-->") {
                if place == Place::Header || block.times.is_some() || block.lines.len() > 1 {
                    break;
                }
                block.times = Some((line, at));
                block.id = block.lines.pop();
            } else if !line.is_empty() {
                block.lines.push(line);
            }
            lines.take();
            if line.is_empty() {
                break;
            }
        }
        block
    }

    /// The lines after the first, if that has only this keyword.
    pub(super) fn under(&self, keyword: &str) -> Option<&[&'a str]> {
        let (first, rest) = self.lines.split_first()?;
        let is_keyword = first.strip_prefix(keyword).is_some_and(|rest| rest.trim().is_empty());
        (is_keyword && self.times.is_none()).then_some(rest)
    }
}
