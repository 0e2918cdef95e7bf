//! Times in FLV: unsigned milliseconds (E.4.1).

use dynpack_media::{Rendition, Sample, SampleIndex, Ticks, Timescale};

use crate::decode_time::decode_time;

/// The latest time: 31 bits, since readers disagree on the sign of the 32nd.
const LATEST: i64 = i32::MAX as i64;

/// The largest difference between presentation and decode time: 24 bits with sign (E.4.3.2).
const MAX_OFFSET: i64 = (1 << 23) - 1;

/// Decode time of a sample, and how much later it is presented; both in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Times {
    pub(super) decode: u32,
    pub(super) offset: u32,
}

impl Times {
    /// Both are rescaled from the absolute time, so that nothing adds up. `delay` is what all times
    /// of the stream are moved by.
    pub(super) fn new(
        rendition: &Rendition,
        sample: &Sample,
        delay: Ticks,
    ) -> Result<Self, &'static str> {
        let millis =
            |time: Ticks| time.rescale_floor(rendition.timescale(), Timescale::MILLIS) + delay;
        let decode = millis(decode_time(rendition, sample));
        let offset = millis(rendition.cuts.presentation_time(sample)) - decode;
        let decode = u32::try_from(decode.0).ok().filter(|&decode| i64::from(decode) <= LATEST);
        let offset = u32::try_from(offset.0).ok().filter(|&offset| i64::from(offset) <= MAX_OFFSET);
        Ok(Self {
            decode: decode.ok_or("its time lies outside 31 bits of milliseconds")?,
            offset: offset
                .ok_or("it is presented more than 23 bits of milliseconds after its decode time")?,
        })
    }
}

/// By how much the times of a stream of these renditions are moved so that none lies before 0, in
/// milliseconds.
#[must_use]
pub fn delay<'a>(renditions: impl Iterator<Item = &'a Rendition>) -> Ticks {
    let earliest = renditions.filter_map(|rendition| {
        let first = rendition.cuts.samples().start;
        let sample = rendition
            .track
            .samples
            .samples(first..SampleIndex(first.0.saturating_add(1)))
            .next()?;
        Some(
            decode_time(rendition, &sample).rescale_floor(rendition.timescale(), Timescale::MILLIS),
        )
    });
    -earliest.min().unwrap_or_default().min(Ticks::ZERO)
}
