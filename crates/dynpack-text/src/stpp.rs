//! TTML in MP4: the `stpp` sample entry and its samples (ISO/IEC 14496-30, 5).

use dynpack_media::Timescale;

use crate::document::Excerpt;
use crate::sample::{Sample, put_entry};
use crate::stretch::span;
use crate::ttml::{WriteOptions, write};

/// The sample of a segment, or of a whole document: one TTML document. Players show it for the time
/// of the sample. `None` for a segment without length.
///
/// Its times are on the clock of the presentation, except in Smooth Streaming.
#[must_use]
pub fn sample(excerpt: &Excerpt<'_>, options: WriteOptions, clock: Timescale) -> Option<Sample> {
    let span = span(excerpt, clock);
    if span.start >= span.end {
        return None;
    }
    Some(Sample { span, data: write(excerpt, options).into_bytes() })
}

/// The `stpp` sample entry: a whole box, with the namespace of TTML.
#[must_use]
pub fn sample_entry() -> Vec<u8> {
    put_entry(*b"stpp", |out| {
        out.extend(b"http://www.w3.org/ns/ttml\0");
        // No schema, and no resources of other types.
        out.extend([0, 0]);
    })
}
