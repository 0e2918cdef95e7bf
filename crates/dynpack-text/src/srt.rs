//! SubRip (`.srt`): a reader.
//!
//! The format has no standard. A cue starts at a line with times, and goes up to the next one, or
//! to the number before that. Tags of HTML and of SubStation Alpha are read as far as players do:
//! bold, italic, underline, colour and place. Other tags of HTML are text.

mod block;
mod markup;

use block::Block;

use crate::decode::decode;
use crate::error::Error;
use crate::lines::Lines;
use crate::options::Options;
use crate::parsed::Parsed;
use crate::reading::Reading;

/// Reads a SubRip document.
///
/// Cues are left out with a warning if their times are invalid, or if they end before they start,
/// and so is text before the first cue.
///
/// # Errors
/// [`Error::Malformed`] for text without any times, and for bytes in another encoding; with
/// [`Strictness::Strict`](crate::Strictness::Strict) also instead of each warning.
/// [`Error::LimitExceeded`] past a [limit](crate::limits).
pub fn read(bytes: &[u8], options: Options) -> Result<Parsed, Error> {
    let text = decode(bytes, options.encoding)?;
    let mut lines = Lines::new(&text);
    let mut reading = Reading::new(options.strictness);
    let mut block = Block { at: lines.at(), times: None, id: None, lines: Vec::new() };
    loop {
        let at = lines.at();
        let Some(line) = lines.take() else { break };
        if line.contains("-->") {
            let id = block.take_number();
            let next = Block { at, times: Some(line), id, lines: Vec::new() };
            std::mem::replace(&mut block, next).add_to(&mut reading)?;
        } else {
            block.lines.push(line);
        }
    }
    if block.times.is_none() && block.has_text() {
        return Err(Error::Malformed { at: block.at, problem: "there are no times".into() });
    }
    block.add_to(&mut reading)?;
    Ok(reading.finish())
}
