//! The reader (WebVTT, 6.1: the WebVTT parser algorithm).

use dynpack_media::Time;

use super::block::{Block, Lines, Place};
use super::cue_text::read_cue_text;
use super::settings::read_settings;
use super::{region, timestamp};
use crate::cue::Cue;
use crate::cues::Cues;
use crate::decode::decode;
use crate::document::Document;
use crate::error::Error;
use crate::limits::{MAX_CUES, MAX_REGIONS};
use crate::options::Options;
use crate::parsed::{Parsed, Warnings};
use crate::region::Region;

/// Reads a WebVTT document.
///
/// Cues are left out with a warning if their times are invalid, or if they end before they start.
/// Blocks without times that are no comments are left out with a warning too.
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
    let mut reader = Reader::new(options);
    reader.document.language = language(&header);
    lines.skip_empty();
    while lines.peek().is_some() {
        reader.add(&Block::collect(&mut lines, Place::Body))?;
        lines.skip_empty();
    }
    Ok(reader.finish())
}

/// The language of the header, which older documents have.
fn language(header: &Block<'_>) -> Option<String> {
    let language = header.lines.iter().find_map(|line| line.strip_prefix("Language:"));
    language.map(|language| language.trim().into())
}

/// What was read so far.
struct Reader {
    document: Document,
    cues: Vec<Cue>,
    warnings: Warnings,
}

impl Reader {
    fn new(options: Options) -> Self {
        let warnings = Warnings::new(options.strictness);
        Self { document: Document::default(), cues: Vec::new(), warnings }
    }

    fn finish(mut self) -> Parsed {
        self.document.cues = Cues::new(self.cues);
        self.warnings.with(self.document)
    }

    fn add(&mut self, block: &Block<'_>) -> Result<(), Error> {
        if let Some((times, at)) = block.times {
            let cue = match self.cue(block, times) {
                Ok(cue) => cue,
                Err(problem) => return self.warnings.push(at, problem),
            };
            if self.cues.len() == MAX_CUES {
                return Err(Error::LimitExceeded { what: "the cues", limit: MAX_CUES });
            }
            self.cues.push(cue);
            return Ok(());
        }
        if let Some(lines) = block.under("STYLE").filter(|_| self.cues.is_empty()) {
            self.document.stylesheets.push(lines.join("\n"));
        } else if let Some(lines) = block.under("REGION").filter(|_| self.cues.is_empty()) {
            self.add_region(region::read(lines))?;
        } else if !block.lines.first().is_some_and(|line| is_comment(line)) {
            self.warnings.push(block.at, "a block without times is ignored")?;
        }
        Ok(())
    }

    fn cue(&self, block: &Block<'_>, times: &str) -> Result<Cue, &'static str> {
        let (start, end, settings) = read_times(times).ok_or("the times of a cue are invalid")?;
        if end < start {
            return Err("a cue ends before it starts");
        }
        let is_region = |id: &str| self.document.regions.iter().any(|region| region.id == id);
        Ok(Cue {
            id: block.id.map(Into::into),
            start,
            end,
            layout: read_settings(settings, is_region),
            nodes: read_cue_text(&block.lines.join("\n")),
        })
    }

    /// Adds a region. It replaces one of the same name, since cues find the last.
    fn add_region(&mut self, region: Option<Region>) -> Result<(), Error> {
        let Some(region) = region else { return Ok(()) };
        let regions = &mut self.document.regions;
        regions.retain(|other| other.id != region.id);
        if regions.len() == MAX_REGIONS {
            return Err(Error::LimitExceeded { what: "the regions", limit: MAX_REGIONS });
        }
        regions.push(region);
        Ok(())
    }
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
