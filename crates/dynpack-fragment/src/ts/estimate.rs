//! How long segments come out at the most, told in one quick pass over the sizes of their samples.
//!
//! The rules are those of `layout`, without what makes a segment's bound exact: each picture is
//! taken to carry a clock reference and both time stamps. What is out of the ordinary is left to
//! [`media_segment_bound`](super::media_segment_bound).

use std::ops::Range;

use dynpack_media::{Rendition, SampleIndex, SampleTable, Segment, Ticks, Timescale};

use super::carriage::{Carriage, Growth, carriage};
use super::clock::{REFERENCE_INTERVAL, Stamps};
use super::layout::{COUNTER_PERIOD, MOST_REFERENCES_INSIDE, MOST_SHARED_LEN};
use super::packet::{
    LONGEST_PES_HEADER_LEN, PACKET_LEN, PAYLOAD_LEN, REFERENCE_LEN, SHORTEST_PES_HEADER_LEN,
};
use super::sample_aes::most_len_of_picture;
use super::stream::{MOST_OFF, MOST_SHARED};
use super::{Part, psi};
use crate::Error;
use crate::decode_time::is_reordering_believed;

/// How far the time between two even frames may be off, in ticks of 90 kHz: by [`MOST_OFF`], and by
/// rounding half a tick each.
const MARGIN: i128 = MOST_OFF.0 as i128 + 1;

/// What the segments of a rendition take at the most, in a quick look: about a nanosecond a sample,
/// where [`media_segment_bound`](super::media_segment_bound) takes a hundred.
///
/// It is never less than that bound. For audio in regular frames it is the same but for a rare
/// packet, for video of 400 kb/s within 1 %, and nearer the higher the bitrate.
pub struct Estimate<'a> {
    rendition: &'a Rendition,
    carriage: Box<dyn Carriage>,
    is_encrypted: bool,
}

impl<'a> Estimate<'a> {
    /// A look at a rendition.
    ///
    /// # Errors
    /// [`Error::Unsupported`] if its codec has no place in a transport stream.
    pub fn new(rendition: &'a Rendition) -> Result<Self, Error> {
        Ok(Self { rendition, carriage: carriage(&rendition.track.codec)?, is_encrypted: false })
    }

    /// The same for frames that are [encrypted](Part::with_sample_aes), if they are.
    #[must_use]
    pub fn encrypted(self, is_encrypted: bool) -> Self {
        Self { is_encrypted, ..self }
    }

    /// Bytes of a segment of those samples; together with the [bytes](Self::companion) of audio, if
    /// video has that with it.
    ///
    /// `None` where only [`media_segment_bound`](super::media_segment_bound) can tell: for samples
    /// without bytes or with irregular times, ten pictures a second or less, NAL units whose length
    /// takes less than 4 bytes, and where one of two tracks starts or ends.
    #[must_use]
    pub fn segment(&self, samples: Range<SampleIndex>, companion: Option<u64>) -> Option<u64> {
        let all = self.rendition.cuts.samples();
        if companion.is_some() && (samples.start <= all.start || samples.end >= all.end) {
            return None;
        }
        Some(psi::LEN + self.stream(samples, true)? + companion.unwrap_or_default())
    }

    /// Bytes of the segment that a key frame makes; `None` as for [`segment`](Self::segment).
    #[must_use]
    pub fn key_frame(&self, segment: &Segment) -> Option<u64> {
        self.segment(Part::first(self.rendition, segment, None).samples, None)
    }

    /// Bytes of those samples beside video, on whose packets the clock runs; `None` as for
    /// [`segment`](Self::segment).
    #[must_use]
    pub fn companion(&self, samples: Range<SampleIndex>) -> Option<u64> {
        self.stream(samples, false)
    }

    fn stream(&self, samples: Range<SampleIndex>, has_clock: bool) -> Option<u64> {
        let table = &self.rendition.track.samples;
        let growth = self.carriage.growth()?;
        let first = table.samples(samples.clone()).next()?;
        if !is_reordering_believed(self.rendition)
            || !Stamps::new(self.rendition, &first).is_on_clock()
        {
            return None;
        }
        let Packets { carrying, alone } = match self.carriage.frame() {
            None => {
                let len = if self.is_encrypted { most_len_of_picture } else { |clear| clear };
                Packets {
                    carrying: pictures(table, samples, growth, len, self.rendition.timescale())?,
                    alone: 0,
                }
            }
            Some(frame) => Sound::new(table, samples.clone(), frame, self.rendition.timescale())?
                .packets(table, samples, growth, has_clock)?,
        };
        Some(
            carrying
                .next_multiple_of(COUNTER_PERIOD)
                .saturating_add(alone)
                .saturating_mul(PACKET_LEN as u64),
        )
    }
}

/// Transport packets of a stream.
#[derive(Clone, Copy, Debug, Default)]
struct Packets {
    /// Those with something of a PES packet in them, which continuity counters count.
    carrying: u64,
    /// Those of a clock reference alone.
    alone: u64,
}

impl std::ops::AddAssign for Packets {
    fn add_assign(&mut self, other: Self) {
        self.carrying += other.carrying;
        self.alone = self.alone.saturating_add(other.alone);
    }
}

/// Transport packets of pictures, each with a clock reference and of that `len` by what it is in
/// the clear.
fn pictures(
    table: &SampleTable,
    samples: Range<SampleIndex>,
    growth: Growth,
    len: fn(u64) -> u64,
    clock: Timescale,
) -> Option<u64> {
    let mut longest = 0;
    table.each_duration(samples.clone(), |duration, _| longest = duration.max(longest));
    // From one picture to the next no second reference comes in between, however times are rounded.
    if Ticks(longest.into()).rescale_ceil(clock, Timescale::MPEG) >= REFERENCE_INTERVAL {
        return None;
    }
    let least = table.least_composition_offset().0;
    let is_in_order = table
        .uniform_composition_offset(samples.clone())
        .is_some_and(|offset| i64::from(offset) == least);
    let header = if is_in_order { SHORTEST_PES_HEADER_LEN } else { LONGEST_PES_HEADER_LEN };
    let headers = header + REFERENCE_LEN as u64;
    let packets = |size: u32, growth: u64| {
        (len(u64::from(size) + growth) + headers).div_ceil(PAYLOAD_LEN as u64)
    };
    let (mut total, mut smallest) = (0, u32::MAX);
    let mut between = |samples: Range<SampleIndex>, growth: u64| {
        table.each_size(samples, |size, count| {
            smallest = size.min(smallest);
            total += packets(size, growth) * u64::from(count);
        });
    };
    match table.sync_samples(samples.clone()) {
        None => between(samples, growth.every + growth.sync),
        Some(sync) => {
            let mut start = samples.start;
            for &sync in sync {
                let behind = SampleIndex(sync.0.saturating_add(1));
                between(start..sync, growth.every);
                between(sync..behind, growth.every + growth.sync);
                start = behind;
            }
            between(start..samples.end, growth.every);
        }
    }
    // What has no bytes is left out, and the time until the next picture is longer.
    (smallest > 0).then_some(total)
}

/// Frames of sound at even times.
struct Sound {
    /// How long a frame lasts: numerator and denominator, in ticks of 90 kHz.
    frame: (i128, i128),
    /// How many frames share a PES packet at the most, by their time.
    most_shared: u64,
}

impl Sound {
    /// `None` if the frames are not at even times: then some have a PES packet of their own.
    fn new(
        table: &SampleTable,
        samples: Range<SampleIndex>,
        (duration, rate): (Ticks, Timescale),
        clock: Timescale,
    ) -> Option<Self> {
        table.uniform_composition_offset(samples.clone())?;
        // In ticks of both clocks multiplied.
        let [clock_hz, rate_hz] = [clock, rate].map(|clock| i128::from(clock.hz()));
        let even = i128::from(duration.0) * clock_hz;
        let (mut off, mut least, mut most) = (0_i128, 0_i128, 0_i128);
        table.each_duration(samples, |duration, count| {
            off += (i128::from(duration) * rate_hz - even) * i128::from(count);
            (least, most) = (off.min(least), off.max(most));
        });
        let mpeg = i128::from(Timescale::MPEG.hz());
        // The time which opens a PES packet is rounded: by up to half a tick, but for clocks that
        // tell no halves.
        let steps = i128::from(clock.hz() / gcd(clock.hz(), Timescale::MPEG.hz()));
        let tolerance = i128::from(MOST_OFF.0) * steps - steps / 2;
        let is_even = (most - least) * mpeg * steps <= tolerance * clock_hz * rate_hz;
        let frame = (i128::from(duration.0) * mpeg, rate_hz);
        let shared_at = |limit: i128| limit * frame.1 / frame.0;
        let limit = i128::from(MOST_SHARED.0);
        let is_clear = shared_at(limit - MARGIN) == shared_at(limit + MARGIN);
        let most_shared = u64::try_from(shared_at(limit)).ok()?.max(1);
        (is_even && is_clear).then_some(Self { frame, most_shared })
    }

    /// Transport packets of the frames, which share PES packets as far as they fit.
    fn packets(
        &self,
        table: &SampleTable,
        samples: Range<SampleIndex>,
        growth: Growth,
        has_clock: bool,
    ) -> Option<Packets> {
        let (mut total, mut len, mut count, mut can_carry) = (Packets::default(), 0, 0, true);
        table.each_size(samples, |size, frames| {
            can_carry &= size > 0 && size <= growth.max_size;
            let frame_len = u64::from(size) + growth.every;
            for _ in 0..frames {
                if count == self.most_shared || len + frame_len > MOST_SHARED_LEN {
                    total += self.shared(count, len, has_clock);
                    (len, count) = (0, 0);
                }
                (len, count) = (len + frame_len, count + 1);
            }
        });
        total += self.shared(count, len, has_clock);
        can_carry.then_some(total)
    }

    /// Transport packets of a PES packet of that many frames, and of the clock references until the
    /// next.
    fn shared(&self, count: u64, len: u64, has_clock: bool) -> Packets {
        let packets = |references: u64| {
            (SHORTEST_PES_HEADER_LEN + len + references * REFERENCE_LEN as u64)
                .div_ceil(PAYLOAD_LEN as u64)
        };
        if count == 0 {
            return Packets::default();
        }
        if !has_clock {
            return Packets { carrying: packets(0), alone: 0 };
        }
        let span = (i128::from(count) * self.frame.0 / self.frame.1) + 1 + MARGIN;
        let later =
            u64::try_from((span - 1) / i128::from(REFERENCE_INTERVAL.0)).unwrap_or(u64::MAX);
        let inside = later.min(MOST_REFERENCES_INSIDE.into()).min(packets(1) - 1);
        Packets { carrying: packets(1 + inside), alone: later - inside }
    }
}

const fn gcd(one: u32, other: u32) -> u32 {
    if other == 0 { one } else { gcd(other, one % other) }
}
