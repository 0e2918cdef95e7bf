//! The order of packets in a segment, and so its length.
//!
//! PES packets stand in the order of their decode times: a picture each, sound several frames each.
//! Clock references stand at most 100 ms apart, as far as possible in packets that are there
//! anyway.

use std::ops::Range;

use bytes::Bytes;
use dynpack_crypt::sample_aes::Blocks;
use dynpack_media::Ticks;

use super::clock::REFERENCE_INTERVAL;
use super::packet::{
    Header, PACKET_LEN, PAYLOAD_LEN, PesPlan, PesWriter, REFERENCE_LEN, References, pes_header_len,
};
use super::stream::Stream;
use crate::Error;

/// Continuity counters repeat after that many packets.
pub(super) const COUNTER_PERIOD: u64 = 16;

/// Frames that share a PES packet, so that it fits 16 transport packets: bytes without the header.
pub(super) const MAX_SHARED_LEN: u64 = (16 * PAYLOAD_LEN - REFERENCE_LEN - 14) as u64;

/// How many clock references are within one PES packet: all of it arrives within 500 ms, and so
/// before it is decoded.
pub(super) const MAX_REFERENCES_INSIDE: u32 = 4;

/// How many packets a segment spends on clock references alone: one hour without samples.
const MAX_REFERENCE_PACKETS: u32 = 36_000;

/// How far after the first decode time the clock may start.
const LATEST_START: Ticks = Ticks(13_500);

/// Bytes of a PES packet which stay together in its first transport packet: the longest header and
/// a byte. A header may be cut, but simple readers want it whole.
const HEAD_LEN: u64 = 20;

pub(super) struct Layout {
    clock_stream: usize,
    items: Vec<Item>,
    packets: u64,
}

/// One or several transport packets, and when they are due.
struct Item {
    due: Ticks,
    what: What,
}

enum What {
    /// A clock reference alone.
    Reference,
    Pes(Pes),
}

struct Pes {
    stream: usize,
    frames: Range<usize>,
    plan: PesPlan,
}

impl Layout {
    /// The order of frames of those lengths in the elementary streams; the clock runs on one of the
    /// streams, which has frames.
    pub(super) fn new(streams: &[Stream], lens: &[Vec<u64>], clock_stream: usize) -> Self {
        let mut items = Vec::new();
        for (at, (stream, lens)) in streams.iter().zip(lens).enumerate() {
            let mut packets: Vec<_> = shared(stream, lens)
                .into_iter()
                .map(|frames| Pes::new(at, stream, frames, lens))
                .collect();
            let dues = dues(&packets, stream);
            let mut references = Vec::new();
            if at == clock_stream {
                references = Clock::new(streams, at).run(&mut packets, &dues, stream);
            }
            for pes in &mut packets {
                pes.plan.packets = pes.plan.fewest_packets();
            }
            fill_period(&mut packets);
            items.extend(references.into_iter().map(|due| Item { due, what: What::Reference }));
            items.extend(
                packets.into_iter().zip(dues).map(|(pes, due)| Item { due, what: What::Pes(pes) }),
            );
        }
        open_with_clock(&mut items, clock_stream);
        items.sort_by_key(|item| item.due);
        let packets = items.iter().map(|item| match &item.what {
            What::Reference => 1,
            What::Pes(pes) => pes.plan.packets,
        });
        Self { clock_stream, packets: packets.sum(), items }
    }

    /// Bytes.
    pub(super) const fn len(&self) -> u64 {
        self.packets.saturating_mul(PACKET_LEN as u64)
    }

    /// Maximum number of bytes that it takes if frames are shorter than planned: then a clock
    /// reference may need a packet of its own which was to be within a PES packet.
    pub(super) fn max_len(&self) -> u64 {
        let inside = self.items.iter().filter_map(|item| match &item.what {
            What::Pes(pes) => pes.plan.references,
            What::Reference => None,
        });
        let inside = inside.map(|references| u64::from(references.inside)).sum::<u64>();
        self.len().saturating_add(inside.saturating_mul(PACKET_LEN as u64))
    }

    /// The frames in the order in which they are written: each the nth of a stream.
    pub(super) fn frames(&self) -> impl Iterator<Item = (usize, usize)> + '_ {
        frames(&self.items)
    }
}

/// The frames of those items, in the order in which they are written: each the nth of a stream.
fn frames(items: &[Item]) -> impl Iterator<Item = (usize, usize)> + '_ {
    let packets = items.iter().filter_map(|item| match &item.what {
        What::Pes(pes) => Some(pes),
        What::Reference => None,
    });
    packets.flat_map(|pes| pes.frames.clone().map(|frame| (pes.stream, frame)))
}

/// How far a layout is written.
#[derive(Debug, Default)]
pub(super) struct Cursor {
    item: usize,
    /// The PES packet of the item, if it is begun, and how many of its frames are written.
    begun: Option<(PesWriter, usize)>,
    /// The continuity counter of the next packet of each stream.
    counters: [u8; MAX_STREAMS],
    /// The encrypted blocks of the next frames of each stream.
    pub(super) blocks: [Blocks; MAX_STREAMS],
    /// Memory for a frame that is encrypted.
    scratch: Vec<u8>,
}

/// One video and one audio stream.
const MAX_STREAMS: usize = 2;

impl Cursor {
    /// The frames that are not written yet: each the nth of a stream.
    fn rest<'l>(&self, layout: &'l Layout) -> impl Iterator<Item = (usize, usize)> + use<'l> {
        let written = self.begun.as_ref().map_or(0, |(_, written)| *written);
        frames(layout.items.get(self.item..).unwrap_or_default()).skip(written)
    }

    /// The next frame: the nth of a stream. `None` if all are written.
    pub(super) fn next(&self, layout: &Layout) -> Option<(usize, usize)> {
        self.rest(layout).next()
    }

    /// Encrypts the next frames, whose samples are put after that.
    pub(super) fn encrypt(
        &mut self,
        layout: &Layout,
        streams: &[Stream],
        samples: &[Bytes],
    ) -> Result<(), Error> {
        for (at, stream) in streams.iter().enumerate() {
            let own = self.rest(layout).zip(samples).filter(|((stream, _), _)| *stream == at);
            let own =
                own.filter_map(|((_, frame), sample)| Some((stream.frames().get(frame)?, sample)));
            let blocks = stream.encrypt(own)?;
            if let Some(place) = self.blocks.get_mut(at) {
                *place = blocks;
            }
        }
        Ok(())
    }

    /// Writes the next of the [frames](Layout::frames), and what is before it. `sample` is the
    /// frame as it is stored.
    pub(super) fn put(
        &mut self,
        layout: &Layout,
        streams: &[Stream],
        sample: &[u8],
        out: &mut Vec<u8>,
    ) -> Result<(), Error> {
        self.put_references(layout, streams, out);
        let Some(Item { what: What::Pes(pes), .. }) = layout.items.get(self.item) else {
            return Ok(());
        };
        let next = self.next(layout).map(|(_, frame)| frame);
        let Some(stream) = streams.get(pes.stream) else { return Ok(()) };
        let Some(frame) = next.and_then(|next| stream.frames().get(next)) else { return Ok(()) };
        let counter = self.counters.get(pes.stream).copied().unwrap_or_default();
        let (mut writer, written) =
            self.begun.take().unwrap_or_else(|| (pes.begin(stream, counter, out), 0));
        let Some(blocks) = self.blocks.get_mut(pes.stream) else { return Ok(()) };
        let put = &mut |bytes: &[u8]| writer.put(bytes, out);
        stream.write(frame, sample, blocks, &mut self.scratch, put)?;
        let written = written.saturating_add(1);
        if written < pes.frames.len() {
            self.begun = Some((writer, written));
            return Ok(());
        }
        if let Some(counter) = self.counters.get_mut(pes.stream) {
            *counter = writer.counter();
        }
        self.item = self.item.saturating_add(1);
        Ok(())
    }

    /// Writes the clock references that are next.
    pub(super) fn put_references(
        &mut self,
        layout: &Layout,
        streams: &[Stream],
        out: &mut Vec<u8>,
    ) {
        let clock = layout.clock_stream;
        let counter = self.counters.get(clock).copied().unwrap_or_default();
        while let Some(Item { what: What::Reference, due }) = layout.items.get(self.item) {
            if let Some(stream) = streams.get(clock) {
                // Without payload, the counter stays that of the packet before (2.4.3.3).
                let (pid, counter) = (stream.pid(), counter.wrapping_sub(1));
                Header { pid, counter, reference: Some(*due), ..Header::default() }.write(0, out);
            }
            self.item = self.item.saturating_add(1);
        }
    }
}

impl Pes {
    fn new(at: usize, stream: &Stream, frames: Range<usize>, lens: &[u64]) -> Self {
        let header =
            stream.frames().get(frames.start).map_or(0, |frame| pes_header_len(&frame.stamps));
        let payload = lens.get(frames.clone()).unwrap_or_default().iter().sum();
        let len = header.saturating_add(payload);
        Self {
            stream: at,
            frames,
            plan: PesPlan { len, packets: 0, random_access: false, references: None },
        }
    }

    /// Begins to write it; `counter` is that of its first transport packet.
    fn begin(&self, stream: &Stream, counter: u8, out: &mut Vec<u8>) -> PesWriter {
        let stamps = stream.frames().get(self.frames.start).map(|frame| frame.stamps);
        let ids = (stream.pid(), stream.carriage().stream_id());
        PesWriter::begin(self.plan, ids, &stamps.unwrap_or_default(), counter, out)
    }
}

/// The frames of each PES packet.
fn shared(stream: &Stream, lens: &[u64]) -> Vec<Range<usize>> {
    let mut groups: Vec<Range<usize>> = Vec::new();
    let mut group_len = 0_u64;
    for (at, (frame, len)) in stream.frames().iter().zip(lens).enumerate() {
        let opening =
            groups.last().and_then(|group| stream.frames().get(group.start).zip(Some(group.len())));
        let can_share = opening.is_some_and(|(opening, nth)| stream.can_share(opening, nth, frame));
        let joined_len = group_len.saturating_add(*len);
        let joins = can_share && joined_len <= MAX_SHARED_LEN;
        let end = at.saturating_add(1);
        match groups.last_mut() {
            Some(group) if joins => group.end = end,
            _ => groups.push(at..end),
        }
        group_len = if joins { joined_len } else { *len };
    }
    groups
}

/// Due time of each of the packets: at its decode time, and never before the one before it.
fn dues(packets: &[Pes], stream: &Stream) -> Vec<Ticks> {
    let decode_times = packets
        .iter()
        .filter_map(|pes| stream.frames().get(pes.frames.start))
        .map(|frame| frame.stamps.decode);
    let ascending = decode_times.scan(Ticks(i64::MIN), |latest, due| {
        *latest = due.max(*latest);
        Some(*latest)
    });
    ascending.collect()
}

/// Takes more transport packets than needed, so that the next segment goes on with counter 0.
fn fill_period(packets: &mut [Pes]) {
    let total: u64 = packets.iter().map(|pes| pes.plan.packets).sum();
    let mut missing = total.next_multiple_of(COUNTER_PERIOD).saturating_sub(total);
    // Only a stream of hardly any bytes, such as one silent frame, needs the second round.
    for head in [HEAD_LEN, 1] {
        for pes in &mut *packets {
            let max_packets = pes.plan.len.saturating_add(1).saturating_sub(head);
            let more = max_packets.saturating_sub(pes.plan.packets).min(missing);
            pes.plan.packets = pes.plan.packets.saturating_add(more);
            missing = missing.saturating_sub(more);
        }
    }
}

/// Puts the first packet of the clock's stream before those of others that are due a little
/// earlier, unless clock-only packets open the segment: a segment opens with the picture at which
/// decoding starts.
fn open_with_clock(items: &mut [Item], clock_stream: usize) {
    let earliest = items.iter().map(|item| item.due).min().unwrap_or_default();
    let references_first = items
        .first()
        .is_some_and(|item| matches!(item.what, What::Reference) && item.due == earliest);
    let first = items
        .iter_mut()
        .find(|item| matches!(&item.what, What::Pes(pes) if pes.stream == clock_stream));
    if let Some(first) = first.filter(|_| !references_first) {
        first.due = earliest;
    }
}

/// Places the clock references.
struct Clock {
    /// Where other streams start, if the clock's starts in this segment.
    lead: Option<Ticks>,
    /// Where other streams end, if the clock's ends in this segment.
    tail: Option<Ticks>,
    /// Whether others go on after this segment, and have the clock from there on.
    is_handed_on: bool,
    /// Packets of references alone which may still be spent.
    budget: u32,
}

impl Clock {
    fn new(streams: &[Stream], clock: usize) -> Self {
        let others = || {
            streams
                .iter()
                .enumerate()
                .filter(|(at, _)| *at != clock)
                .filter_map(|(_, stream)| stream.presented())
        };
        let own = streams.get(clock);
        let lead =
            others().map(|(start, _)| start).min().filter(|_| own.is_some_and(Stream::starts));
        let tail = others().map(|(_, end)| end).max().filter(|_| own.is_some_and(Stream::ends));
        let is_handed_on = streams.iter().any(|stream| !stream.ends());
        Self { lead, tail, is_handed_on, budget: MAX_REFERENCE_PACKETS }
    }

    /// Gives references to the packets, and returns when others are due that need a packet of their
    /// own.
    fn run(mut self, packets: &mut [Pes], dues: &[Ticks], stream: &Stream) -> Vec<Ticks> {
        let mut alone = Vec::new();
        let late_start = dues
            .first()
            .zip(self.lead)
            .filter(|(start, lead)| **start - *lead > REFERENCE_INTERVAL);
        if let Some((&start, lead)) = late_start {
            let before = self.spread(lead, start);
            alone.extend(
                (0..before.intervals).map(|nth| before.at(nth)).take_while(|_| self.spend()),
            );
        }
        // Sound alone before this segment may have taken the clock to where the segment starts: it
        // does not go back.
        let not_before =
            dues.first().zip(self.lead).map(|(start, lead)| lead.min(*start + LATEST_START));
        let mut last: Option<Ticks> = None;
        for ((at, pes), &start) in packets.iter_mut().enumerate().zip(dues) {
            let start = last.or(not_before).map_or(start, |not_before| start.max(not_before));
            let next = dues.get(at.saturating_add(1)).copied();
            let end = next.unwrap_or_else(|| self.end(stream)).max(start);
            let is_sync = stream.frames().get(pes.frames.start).is_some_and(|frame| frame.is_sync);
            // Each frame of sound is a place to start; only the first is signalled.
            pes.plan.random_access = is_sync && (at == 0 || stream.carriage().frame().is_none());
            if !pes.plan.random_access && last.is_some_and(|last| end - last <= REFERENCE_INTERVAL)
            {
                continue;
            }
            let mut references = self.spread(start, end);
            pes.plan.references = Some(references);
            let last_interval = references.intervals.saturating_sub(1);
            let places = pes.plan.fewest_packets().saturating_sub(1);
            let inside = places.min(last_interval.min(MAX_REFERENCES_INSIDE).into());
            references.inside = u32::try_from(inside).expect("at most MAX_REFERENCES_INSIDE");
            pes.plan.references = Some(references);
            let outside = references.inside.saturating_add(1)..references.intervals;
            alone.extend(outside.map(|nth| references.at(nth)).take_while(|_| self.spend()));
            last = Some(references.at(last_interval));
        }
        alone
    }

    /// The time until which the last packet has to provide clock references. A last picture may
    /// last longer than the segment.
    fn end(&self, stream: &Stream) -> Ticks {
        let end = stream.end();
        match self.tail {
            Some(tail) if self.is_handed_on => tail,
            Some(tail) => end.max(tail),
            None => end,
        }
    }

    fn spread(&self, start: Ticks, end: Ticks) -> References {
        let span = (end - start).max(Ticks::ZERO);
        let intervals = span.0.cast_unsigned().div_ceil(REFERENCE_INTERVAL.0.cast_unsigned());
        // More than could be written, so that the packets spent on references end them before.
        let intervals = intervals.clamp(1, u32::MAX.into());
        let intervals = u32::try_from(intervals).expect("of 32 bits");
        References { start, span, intervals, inside: 0 }
    }

    fn spend(&mut self) -> bool {
        let allowed = self.budget > 0;
        self.budget = self.budget.saturating_sub(1);
        allowed
    }
}
