//! The lines of a cue.

use dynpack_media::Time;
use dynpack_xml::Position;

use super::markup;
use crate::cue::Cue;
use crate::error::Error;
use crate::millis::millis_of;
use crate::reading::Reading;

/// A line with times, and the lines up to the next.
pub(super) struct Block<'a> {
    pub(super) at: Position,
    /// `None` for the lines before the first cue.
    pub(super) times: Option<&'a str>,
    /// The line before the times, if it is a number.
    pub(super) id: Option<&'a str>,
    pub(super) lines: Vec<&'a str>,
}

impl<'a> Block<'a> {
    /// Takes the last line, if it is a number: it belongs to the next cue.
    pub(super) fn take_number(&mut self) -> Option<&'a str> {
        let line = self.lines.last()?.trim();
        if line.is_empty() || !line.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        self.lines.pop();
        Some(line)
    }

    pub(super) fn has_text(&self) -> bool {
        self.lines.iter().any(|line| !line.trim().is_empty())
    }

    pub(super) fn add_to(&self, reading: &mut Reading) -> Result<(), Error> {
        let Some(times) = self.times else {
            if self.has_text() {
                reading.warn(|| self.at, "text before the first cue is ignored")?;
            }
            return Ok(());
        };
        let Some((start, end)) = read_times(times) else {
            return reading.warn(|| self.at, "the times of a cue are invalid");
        };
        let (nodes, layout) = markup::read(self.lines.join("\n").trim_matches('\n'));
        reading.add(|| self.at, Cue { id: self.id.map(Into::into), start, end, layout, nodes })
    }
}

/// Reads `00:00:01,000 --> 00:00:02,000`. Coordinates after that are ignored.
fn read_times(line: &str) -> Option<(Time, Time)> {
    let (start, rest) = line.split_once("-->")?;
    let end = rest.split_whitespace().next()?;
    Some((read_time(start.trim())?, read_time(end)?))
}

/// Hours, minutes, seconds, and milliseconds after a comma or a point.
fn read_time(text: &str) -> Option<Time> {
    let (seconds, millis) = text.split_once([',', '.']).unwrap_or((text, "0"));
    let parts = seconds.split(':').map(number).collect::<Option<Vec<u32>>>()?;
    let [hours, minutes, seconds] = *parts.as_slice() else { return None };
    let millis = number(millis).filter(|millis| *millis < 1000)?;
    if minutes > 59 || seconds > 59 {
        return None;
    }
    millis_of(hours, minutes, seconds, millis)
}

/// Digits only: no sign.
fn number(text: &str) -> Option<u32> {
    text.parse().ok().filter(|_| !text.starts_with('+'))
}
