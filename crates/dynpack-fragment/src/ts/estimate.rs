//! Maximum sizes of segments, estimated in one quick pass over the sizes of their samples.
//!
//! The rules are those of `layout`, without what makes a segment's bound exact: each picture is
//! taken to carry a clock reference and both time stamps. What is out of the ordinary is left to
//! [`media_segment_bound`](super::media_segment_bound).

use std::ops::Range;

use dynpack_media::{Rendition, SampleIndex, SampleTable, Ticks, Time, Timescale};

use super::carriage::carriage;
use super::clock::{REFERENCE_INTERVAL, Stamps};
use super::elementary::{Carriage, Growth};
use super::layout::{COUNTER_PERIOD, MAX_REFERENCES_INSIDE, MAX_SHARED_LEN};
use super::packet::{
    LONGEST_PES_HEADER_LEN, PACKET_LEN, PAYLOAD_LEN, REFERENCE_LEN, SHORTEST_PES_HEADER_LEN,
};
use super::psi;
use super::sample_aes::max_len_of_picture;
use super::stream::{MAX_OFF, MAX_SHARED};
use crate::Error;
use crate::decode_time::is_reordering_believed;

/// How far the time between two even frames may be off, in ticks of 90 kHz: by [`MAX_OFF`], and by
/// rounding half a tick each.
const MARGIN: i128 = MAX_OFF.0 as i128 + 1;

/// The longest time between two clock references.
const INTERVAL: i128 = REFERENCE_INTERVAL.0 as i128;

/// Maximum sizes of the segments of a rendition, from a quick look: about a nanosecond a sample,
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

    /// The same for frames that are [encrypted](super::Part::with_sample_aes), if they are.
    #[must_use]
    pub fn encrypted(self, is_encrypted: bool) -> Self {
        Self { is_encrypted, ..self }
    }

    /// Bytes of a segment of those samples; together with the audio that video has with it.
    ///
    /// `None` where only [`media_segment_bound`](super::media_segment_bound) has the answer: for
    /// samples without bytes or with irregular times, ten pictures a second or less, and NAL units
    /// whose length takes less than 4 bytes.
    #[must_use]
    pub fn segment(
        &self,
        samples: Range<SampleIndex>,
        companion: Option<&Companion>,
    ) -> Option<u64> {
        let mut packets = self.packets(samples.clone(), true)?;
        if let Some(companion) = companion {
            packets.add(self.references_to(companion, samples)?);
        }
        let audio = companion.map_or(0, |companion| companion.len);
        Some(packets.len().saturating_add(audio).saturating_add(psi::LEN))
    }

    /// Those samples next to video, on whose packets the clock runs; `None` as for
    /// [`segment`](Self::segment).
    #[must_use]
    pub fn companion(&self, samples: Range<SampleIndex>) -> Option<Companion> {
        let packets = self.packets(samples.clone(), false)?;
        let [first, last] = self.ends(samples)?;
        let end = last.presentation + last.next_decode - last.decode;
        Some(Companion { len: packets.len(), start: first.presentation, end })
    }

    fn packets(&self, samples: Range<SampleIndex>, has_clock: bool) -> Option<Packets> {
        let table = &self.rendition.track.samples;
        let growth = self.carriage.growth()?;
        let first = table.samples(samples.clone()).next()?;
        if !is_reordering_believed(self.rendition)
            || !Stamps::new(self.rendition, &first).is_on_clock()
        {
            return None;
        }
        let Some(frame) = self.carriage.frame() else {
            let len = if self.is_encrypted { max_len_of_picture } else { |clear| clear };
            let carrying = pictures(table, samples, growth, len, self.rendition.timescale())?;
            return Some(Packets { carrying, alone: 0 });
        };
        let sound = Sound::new(table, samples.clone(), frame, self.rendition.timescale())?;
        sound.packets(table, samples, growth, has_clock)
    }

    /// Packets of the clock references where the audio starts before the first picture of the
    /// film, or goes on after the last: in packets of their own, or in others that grow.
    fn references_to(&self, companion: &Companion, samples: Range<SampleIndex>) -> Option<Packets> {
        let all = self.rendition.cuts.samples();
        let (starts, ends) = (samples.start <= all.start, samples.end >= all.end);
        let [first, last] = self.ends(samples)?;
        let intervals = |span: Ticks| {
            span.max(Ticks::ZERO).0.cast_unsigned().div_ceil(REFERENCE_INTERVAL.0.cast_unsigned())
        };
        let before = intervals(first.decode - companion.start);
        let after = intervals(last.next_decode.max(companion.end) - last.decode).saturating_sub(1);
        let more = [(before, starts && before > 1), (after, ends)]
            .map(|(count, is_there)| if is_there { count } else { 0 });
        let more = more.into_iter().fold(0, u64::saturating_add);
        Some(Packets { carrying: more, alone: more })
    }

    /// The times of the first and the last of those samples.
    fn ends(&self, samples: Range<SampleIndex>) -> Option<[Stamps; 2]> {
        let last = SampleIndex(samples.end.0.checked_sub(1)?);
        let stamps = |from| {
            let sample = self.rendition.track.samples.samples(from..samples.end).next()?;
            Some(Stamps::new(self.rendition, &sample))
        };
        Some([stamps(samples.start)?, stamps(last)?])
    }
}

/// The audio of a segment next to video.
#[derive(Clone, Copy, Debug)]
pub struct Companion {
    /// Bytes of its packets.
    len: u64,
    /// When its first frame is presented, and when its last one ends.
    start: Ticks,
    end: Ticks,
}

/// Transport packets of a stream.
#[derive(Clone, Copy, Debug, Default)]
struct Packets {
    /// Those with something of a PES packet in them, which continuity counters count.
    carrying: u64,
    /// Those of a clock reference alone.
    alone: u64,
}

impl Packets {
    /// Bytes.
    fn len(self) -> u64 {
        let packets = self.carrying.next_multiple_of(COUNTER_PERIOD).saturating_add(self.alone);
        packets.saturating_mul(PACKET_LEN as u64)
    }

    fn add(&mut self, other: Self) {
        self.carrying = self.carrying.saturating_add(other.carrying);
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
    let headers = header.saturating_add(REFERENCE_LEN as u64);
    let packets = |size: u32, growth: u64| {
        let clear = u64::from(size).saturating_add(growth);
        len(clear).saturating_add(headers).div_ceil(PAYLOAD_LEN as u64)
    };
    let (mut total, mut smallest) = (0_u64, u32::MAX);
    let mut between = |samples: Range<SampleIndex>, growth: u64| {
        table.each_size(samples, |size, count| {
            smallest = size.min(smallest);
            total = total.saturating_add(packets(size, growth).saturating_mul(count.into()));
        });
    };
    let growth_of_sync = growth.every.saturating_add(growth.sync);
    match table.sync_samples(samples.clone()) {
        None => between(samples, growth_of_sync),
        Some(sync) => {
            let mut start = samples.start;
            for &sync in sync {
                let next = SampleIndex(sync.0.saturating_add(1));
                between(start..sync, growth.every);
                between(sync..next, growth_of_sync);
                start = next;
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
    /// Maximum number of frames that share a PES packet, by their time.
    max_shared: u64,
}

impl Sound {
    /// `None` if the frames are not at even times: then some have a PES packet of their own.
    fn new(
        table: &SampleTable,
        samples: Range<SampleIndex>,
        Time { ticks: duration, timescale: rate }: Time,
        clock: Timescale,
    ) -> Option<Self> {
        table.uniform_composition_offset(samples.clone())?;
        // In ticks of both clocks multiplied.
        let [clock_hz, rate_hz] = [clock, rate].map(|clock| i128::from(clock.hz()));
        let even = i128::from(duration.0).saturating_mul(clock_hz);
        let (mut off, mut least, mut greatest) = (0_i128, 0_i128, 0_i128);
        table.each_duration(samples, |duration, count| {
            let frame = i128::from(duration).saturating_mul(rate_hz).saturating_sub(even);
            off = off.saturating_add(frame.saturating_mul(count.into()));
            (least, greatest) = (off.min(least), off.max(greatest));
        });
        let mpeg = i128::from(Timescale::MPEG.hz());
        // The time which opens a PES packet is rounded: by up to half a tick, except for clocks
        // without halves.
        let steps = clock.hz().checked_div(gcd(clock.hz(), Timescale::MPEG.hz()))?;
        let steps = i128::from(steps);
        let tolerance = i128::from(MAX_OFF.0).saturating_mul(steps).saturating_sub(steps / 2);
        let range = greatest.saturating_sub(least).saturating_mul(mpeg).saturating_mul(steps);
        let is_even = range <= tolerance.saturating_mul(clock_hz).saturating_mul(rate_hz);
        let frame = (i128::from(duration.0).saturating_mul(mpeg), rate_hz);
        let shared_at = |limit: i128| limit.saturating_mul(frame.1).checked_div(frame.0);
        let limit = i128::from(MAX_SHARED.0);
        let [before, after] =
            [limit.saturating_sub(MARGIN), limit.saturating_add(MARGIN)].map(shared_at);
        let is_clear = before == after;
        let max_shared = u64::try_from(shared_at(limit)?).ok()?.max(1);
        (is_even && is_clear).then_some(Self { frame, max_shared })
    }

    /// Transport packets of the frames, which share PES packets as far as they fit.
    fn packets(
        &self,
        table: &SampleTable,
        samples: Range<SampleIndex>,
        growth: Growth,
        has_clock: bool,
    ) -> Option<Packets> {
        let (mut total, mut can_carry) = (Packets::default(), true);
        let (mut len, mut count) = (0_u64, 0_u64);
        table.each_size(samples, |size, frames| {
            can_carry &= size > 0 && size <= growth.max_size;
            let frame_len = growth.every.saturating_add(size.into());
            for _ in 0..frames {
                if count == self.max_shared || len.saturating_add(frame_len) > MAX_SHARED_LEN {
                    total.add(self.shared(count, len, has_clock));
                    (len, count) = (0, 0);
                }
                (len, count) = (len.saturating_add(frame_len), count.saturating_add(1));
            }
        });
        total.add(self.shared(count, len, has_clock));
        can_carry.then_some(total)
    }

    /// Transport packets of a PES packet of that many frames, and of the clock references until the
    /// next.
    fn shared(&self, count: u64, len: u64, has_clock: bool) -> Packets {
        let packets = |references: u64| {
            SHORTEST_PES_HEADER_LEN
                .saturating_add(len)
                .saturating_add(references.saturating_mul(REFERENCE_LEN as u64))
                .div_ceil(PAYLOAD_LEN as u64)
        };
        if count == 0 {
            return Packets::default();
        }
        if !has_clock {
            return Packets { carrying: packets(0), alone: 0 };
        }
        let (ticks, rate) = self.frame;
        let span = ticks.saturating_mul(count.into()).checked_div(rate).unwrap_or_default();
        let later = span.saturating_add(MARGIN) / INTERVAL;
        let later = u64::try_from(later).expect("a frame, or frames of half a second");
        let inside = later.min(MAX_REFERENCES_INSIDE.into()).min(packets(1).saturating_sub(1));
        Packets { carrying: packets(inside.saturating_add(1)), alone: later.saturating_sub(inside) }
    }
}

const fn gcd(one: u32, other: u32) -> u32 {
    match one.checked_rem(other) {
        Some(rest) => gcd(other, rest),
        None => one,
    }
}
