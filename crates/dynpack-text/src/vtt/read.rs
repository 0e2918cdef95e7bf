//! The reader (WebVTT, 6.1: the WebVTT parser algorithm).

use dynpack_media::Time;

use super::block::{Block, Place};
use super::cue_text::read_cue_text;
use super::settings::read_settings;
use super::{region, timestamp};
use crate::cue::Cue;
use crate::decode::decode;
use crate::error::Error;
use crate::lines::Lines;
use crate::options::Options;
use crate::parsed::Parsed;
use crate::reading::Reading;
use crate::region::Region;

/// Reads a WebVTT document.
///
/// Cues are left out with a warning if their times are invalid, or if they end before they start.
/// Blocks that have no times and are not comments are left out with a warning too.
///
/// # Errors
/// [`Error::Malformed`] without the signature `WEBVTT`, and for bytes in another encoding; with
/// [`Strictness::Strict`](crate::Strictness::Strict) also instead of each warning.
/// [`Error::LimitExceeded`] past a [limit](crate::limits).
pub fn read(bytes: &[u8], options: Options) -> Result<Parsed, Error> {
    let text = decode(bytes, options.encoding)?;
    let mut lines = Lines::new(&text);
    let at = lines.at();
    let signature = lines.take().and_then(|line| line.strip_prefix("WEBVTT"));
    if !signature.is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\t'])) {
        return Err(Error::Malformed { at, problem: "there is no signature WEBVTT".into() });
    }
    let header = Block::collect(&mut lines, Place::Header);
    let mut reading = Reading::new(options.strictness);
    reading.document.language = language(&header);
    lines.skip_empty();
    while lines.peek().is_some() {
        add(&mut reading, &Block::collect(&mut lines, Place::Body))?;
        lines.skip_empty();
    }
    Ok(reading.finish())
}

/// The language of the header, which older documents have.
fn language(header: &Block<'_>) -> Option<String> {
    let language = header.lines.iter().find_map(|line| line.strip_prefix("Language:"));
    language.map(|language| language.trim().into())
}

fn add(reading: &mut Reading, block: &Block<'_>) -> Result<(), Error> {
    if let Some((times, at)) = block.times {
        return match cue(&reading.document.regions, block, times) {
            Some(cue) => reading.add(|| at, cue),
            None => reading.warn(|| at, "the times of a cue are invalid"),
        };
    }
    let is_early = !reading.has_cues();
    if let Some(lines) = block.under("STYLE").filter(|_| is_early) {
        reading.document.stylesheets.push(lines.join("\n"));
    } else if let Some(lines) = block.under("REGION").filter(|_| is_early) {
        return region::read(lines).map_or(Ok(()), |region| reading.add_region(region));
    } else if !block.lines.first().is_some_and(|line| is_comment(line)) {
        return reading.warn(|| block.at, "a block without times is ignored");
    }
    Ok(())
}

fn cue(regions: &[Region], block: &Block<'_>, times: &str) -> Option<Cue> {
    let (start, end, settings) = read_times(times)?;
    Some(Cue {
        id: block.id.map(Into::into),
        start,
        end,
        layout: read_settings(settings, |id| regions.iter().any(|region| region.id == id)),
        nodes: read_cue_text(&block.lines.join("\n")),
    })
}

fn is_comment(line: &str) -> bool {
    line.strip_prefix("NOTE").is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\t']))
}

/// Reads the times of a cue, and returns the settings after them.
fn read_times(line: &str) -> Option<(Time, Time, &str)> {
    let (start, rest) = timestamp::collect(line.trim_ascii_start())?;
    let rest = rest.trim_ascii_start().strip_prefix("-->")?;
    let (end, settings) = timestamp::collect(rest.trim_ascii_start())?;
    Some((start, end, settings))
}
