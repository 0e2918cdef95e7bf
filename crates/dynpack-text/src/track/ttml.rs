//! Samples that are a TTML document each: those of `stpp` (ISO/IEC 14496-30, 5), and of `dfxp` in
//! Smooth Streaming.

use std::ops::Range;

use dynpack_boxes::{Error as BoxError, Reader};
use dynpack_media::Time;

use super::join::{Joiner, Key, Shown};
use crate::cue::Cue;
use crate::error::Error;
use crate::image::Image;
use crate::options::Options;
use crate::reading::Reading;
use crate::sample::ENTRY_START;
use crate::ttml;

/// From when the times of a document count.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Origin {
    /// From the start of the clock of the track.
    Track,
    /// From the start of the sample, as in Smooth Streaming: dash.js, ExoPlayer and ffmpeg agree.
    Sample,
}

/// Refuses an entry of `stpp` whose samples have other images than PNG after their documents.
pub(super) fn check_stpp(fields: &[u8]) -> Result<(), BoxError> {
    let mut reader = Reader::new(fields);
    reader.skip(ENTRY_START.len())?;
    let (_namespace, _schema_location) = (reader.until_zero(), reader.until_zero());
    let auxiliary_types = reader.until_zero();
    let mut types = auxiliary_types.split(|byte| *byte == b' ');
    if types.any(|kind| kind.starts_with(b"image/") && kind != b"image/png") {
        return Err(BoxError::Unsupported("has images other than PNG"));
    }
    Ok(())
}

/// Adds the cues of a sample, as far as it shows them.
pub(super) fn read(
    sample: &[u8],
    span: &Range<Time>,
    origin: Origin,
    options: Options,
    reading: &mut Reading,
    joiner: &mut Joiner,
) -> Result<(), Error> {
    let part = ttml::read_sample(sample, options)?;
    reading.add_part(&part)?;
    for mut cue in part.document.cues.into_vec() {
        if origin == Origin::Sample {
            (cue.start, cue.end) = (cue.start.plus(span.start), cue.end.plus(span.start));
        }
        if cue.touches(span) {
            add(cue, span, joiner)?;
        }
    }
    Ok(())
}

/// Adds a cue, which continues one of the sample before in two cases: it starts before its sample,
/// or it starts with it and has the identifier of a cue that ended there.
fn add(cue: Cue, span: &Range<Time>, joiner: &mut Joiner) -> Result<(), Error> {
    let shown = Shown { text: cue.plain_text(), image: cue.image().map(Image::digest) };
    let by_id = cue.id.clone().map(|id| Key::Id(id, shown.clone()));
    let by_start = Key::Start(cue.start, shown);
    let before = if cue.start < span.start {
        Some(by_start.clone())
    } else {
        by_id.clone().filter(|_| cue.start == span.start)
    };
    // Only what reaches the end of the sample can go on.
    let keys =
        [by_id.filter(|_| cue.end >= span.end), Some(by_start).filter(|_| cue.end > span.end)];
    let piece = Cue { start: cue.start.max(span.start), end: cue.end.min(span.end), ..cue };
    joiner.add_piece(before.as_ref(), keys.into_iter().flatten(), piece)
}
