//! WebVTT: whole documents, and segments of HLS (RFC 8216, 3.5).

use std::ops::Range;

use bytes::Bytes;
use dynpack_media::{Ticks, Time, Timescale};
use dynpack_text::vtt::{TimestampMap, write};
use dynpack_text::{Document, Excerpt};

use crate::plan::{Piece, SegmentPlan};
use crate::ts::LEAD_IN;

/// One past the largest time stamp of the 90 kHz clock: it has 33 bits (ISO/IEC 13818-1, 2.4.3.7).
const WRAP: i64 = 1 << 33;

/// The clock of the segments that text is shown with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Clock {
    /// That of transport streams: the presentation starts after their
    /// [lead-in](crate::ts::LEAD_IN).
    Ts,
    /// That of fragmented MP4: the presentation starts at 0.
    Mp4,
}

impl Clock {
    /// What WebVTT says of the clock in a segment that starts at `start`. It is the same in all
    /// segments, until time stamps of 33 bits start again from 0.
    fn map(self, start: Time) -> TimestampMap {
        let zero = Time::new(Ticks::ZERO, Timescale::MILLIS);
        let lead_in = match self {
            Self::Ts => LEAD_IN,
            Self::Mp4 => Ticks::ZERO,
        };
        let stamp = lead_in + start.round(Timescale::MPEG);
        let (stamp, local) = if stamp.0 < WRAP { (lead_in, zero) } else { (stamp, start) };
        TimestampMap { mpegts: stamp.0.rem_euclid(WRAP).cast_unsigned(), local }
    }
}

/// The segment of a stretch of the presentation, as a WebVTT document with all cues that it shows.
///
/// A cue that crosses the end of a segment is in both with the same times. Clients show it once.
#[must_use]
pub fn vtt_segment(document: &Document, span: Range<Time>, clock: Clock) -> SegmentPlan {
    let map = clock.map(span.start);
    let text = write(&document.segment(span), Some(map));
    SegmentPlan::spliced(vec![Piece::Bytes(text.into())])
}

/// A text as one WebVTT document, for players that take text only so.
#[must_use]
pub fn vtt_document(excerpt: &Excerpt<'_>) -> Bytes {
    write(excerpt, None).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(seconds: i64) -> Time {
        Time::new(Ticks(seconds), Timescale::SECONDS)
    }

    fn mapped(clock: Clock, start: i64) -> (u64, i64) {
        let TimestampMap { mpegts, local } = clock.map(seconds(start));
        (mpegts, local.round(Timescale::SECONDS).0)
    }

    /// 2^33 ticks of 90 kHz are 95,443.7 seconds.
    #[test]
    fn the_clock_is_the_one_of_the_media() {
        assert_eq!([0, 6, 95_433].map(|start| mapped(Clock::Ts, start)), [(900_000, 0); 3]);
        assert_eq!(mapped(Clock::Ts, 95_434), (900_000 + 95_434 * 90_000 - (1 << 33), 95_434));
        assert_eq!([0, 6, 95_443].map(|start| mapped(Clock::Mp4, start)), [(0, 0); 3]);
        assert_eq!(mapped(Clock::Mp4, 200_000), (200_000 * 90_000 - 2 * (1 << 33), 200_000));
    }
}
