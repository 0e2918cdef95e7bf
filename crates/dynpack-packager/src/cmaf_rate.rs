//! The rate of a rendition in CMAF: what is declared of it where its publisher declares nothing.

use dynpack_fragment::fmp4::Writer;
use dynpack_media::{Rate, Rendition};

use crate::error::Error;

/// The rate of the segments that `writer` makes of a rendition. `sealed` is the length of a segment
/// once it is encrypted whole, by its length before.
pub(crate) fn cmaf_rate(
    rendition: &Rendition,
    writer: &Writer<'_>,
    sealed: impl Fn(u64) -> u64,
) -> Result<Rate, Error> {
    let sizes = rendition.cuts.segments().map(|segment| {
        let len = writer.media_segment_len(&segment)?;
        Ok::<_, Error>((sealed(len), segment.duration))
    });
    Ok(Rate::measure(sizes.collect::<Result<Vec<_>, _>>()?, rendition.timescale()))
}
