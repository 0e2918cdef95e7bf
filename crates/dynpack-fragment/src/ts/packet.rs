//! Transport packets and the PES packets in them (ISO/IEC 13818-1, 2.4.3).

use dynpack_media::Ticks;

use super::clock::{self, ARRIVAL, Stamps};

/// The packets of one stream or table (13 bits).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Pid(pub(super) u16);

/// Bytes of a packet.
pub(super) const PACKET_LEN: usize = 188;

/// Bytes of a packet after its header: adaptation field and payload.
pub(super) const PAYLOAD_LEN: usize = PACKET_LEN - 4;

/// Maximum payload, in bytes, of a packet with an adaptation field.
const STUFFED_LEN: u64 = PAYLOAD_LEN as u64 - 1;

/// Bytes of an adaptation field with a clock reference.
pub(super) const REFERENCE_LEN: usize = 8;

/// The head of a packet: its header and adaptation field.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Header {
    pub(super) pid: Pid,
    /// Whether a PES packet or section starts in the payload.
    pub(super) starts: bool,
    /// The continuity counter, 4 bits.
    pub(super) counter: u8,
    /// Whether decoding can start here; only with a clock reference (2.4.3.5).
    pub(super) random_access: bool,
    /// The time at whose place the packet stands: its clock reference is [`ARRIVAL`] before that.
    pub(super) reference: Option<Ticks>,
}

impl Header {
    /// Writes all that stands before `payload_len` bytes of payload. An adaptation field fills what
    /// the payload leaves.
    pub(super) fn write(&self, payload_len: usize, out: &mut Vec<u8>) {
        let [pid_high, pid_low] = self.pid.0.to_be_bytes();
        let adaptation_len = PAYLOAD_LEN.saturating_sub(payload_len);
        let control = u8::from(adaptation_len > 0) << 5 | u8::from(payload_len > 0) << 4;
        out.extend_from_slice(&[
            0x47,
            u8::from(self.starts) << 6 | pid_high,
            pid_low,
            control | self.counter & 0xf,
        ]);
        if adaptation_len > 0 {
            self.write_adaptation(adaptation_len, out);
        }
    }

    fn write_adaptation(&self, len: usize, out: &mut Vec<u8>) {
        let end = out.len().saturating_add(len);
        out.push(u8::try_from(len.saturating_sub(1)).expect("less than a packet"));
        if len > 1 {
            out.push(u8::from(self.random_access) << 6 | u8::from(self.reference.is_some()) << 4);
            if let Some(time) = self.reference {
                out.extend_from_slice(&clock::reference_bytes(time - ARRIVAL));
            }
            out.resize(end, 0xff);
        }
    }
}

/// The clock references of a stretch of time: one at its start, and one at each of the equal
/// intervals in it.
#[derive(Clone, Copy, Debug)]
pub(super) struct References {
    pub(super) start: Ticks,
    pub(super) span: Ticks,
    /// Number of intervals, at least 1.
    pub(super) intervals: u32,
    /// How many of the references after the first are in the PES packet itself.
    pub(super) inside: u32,
}

impl References {
    /// The time of one of the references.
    pub(super) fn at(&self, nth: u32) -> Ticks {
        let span = i128::from(self.span.0).saturating_mul(nth.min(self.intervals).into());
        let into = span.checked_div(self.intervals.into()).unwrap_or_default();
        self.start + Ticks(i64::try_from(into).expect("at most the span"))
    }
}

/// Bytes of the header of a PES packet with one time stamp.
pub(super) const SHORTEST_PES_HEADER_LEN: u64 = 14;

/// Bytes of the header of a PES packet with two time stamps.
pub(super) const LONGEST_PES_HEADER_LEN: u64 = 19;

/// Bytes of the header of a PES packet (2.4.3.6).
pub(super) fn pes_header_len(stamps: &Stamps) -> u64 {
    if stamps.decode == stamps.presentation {
        SHORTEST_PES_HEADER_LEN
    } else {
        LONGEST_PES_HEADER_LEN
    }
}

/// The header of a PES packet of `len` bytes in all, aligned with an access unit: as many of the
/// bytes as the second says.
fn pes_header(stream_id: u8, len: u64, stamps: &Stamps) -> ([u8; 19], usize) {
    // A packet longer than its field can say is of unbounded length, 0, which only video may be.
    let [high, low] = u16::try_from(len.saturating_sub(6)).map_or([0; 2], u16::to_be_bytes);
    let has_both = stamps.decode != stamps.presentation;
    let (flags, stamps_len, len) = if has_both { (0xc0, 10, 19) } else { (0x80, 5, 14) };
    let prefix = if has_both { 0b0011 } else { 0b0010 };
    let [p0, p1, p2, p3, p4] = clock::stamp_bytes(prefix, stamps.presentation);
    let [d0, d1, d2, d3, d4] = clock::stamp_bytes(0b0001, stamps.decode);
    let header = [
        0, 0, 1, stream_id, high, low, 0x84, flags, stamps_len, p0, p1, p2, p3, p4, d0, d1, d2, d3,
        d4,
    ];
    (header, len)
}

/// What is known of a PES packet before it is written.
#[derive(Clone, Copy, Debug)]
pub(super) struct PesPlan {
    /// Bytes, header included.
    pub(super) len: u64,
    /// Transport packets; at least as many as the bytes need, at most one a byte.
    pub(super) packets: u64,
    pub(super) random_access: bool,
    pub(super) references: Option<References>,
}

impl PesPlan {
    /// The fewest transport packets that hold the packet.
    pub(super) fn fewest_packets(&self) -> u64 {
        let references =
            self.references.map_or(0, |references| u64::from(references.inside).saturating_add(1));
        self.len
            .saturating_add(references.saturating_mul(REFERENCE_LEN as u64))
            .div_ceil(PAYLOAD_LEN as u64)
    }
}

/// Cuts a PES packet into transport packets.
#[derive(Debug)]
pub(super) struct PesWriter {
    pid: Pid,
    counter: u8,
    plan: PesPlan,
    begun: u64,
    references: u32,
    /// Bytes not yet promised to a packet.
    left: u64,
    /// Bytes which the current packet still takes.
    room: usize,
}

impl PesWriter {
    /// Begins a packet on `pid`; `counter` is that of its next transport packet.
    pub(super) fn begin(
        plan: PesPlan,
        (pid, stream_id): (Pid, u8),
        stamps: &Stamps,
        counter: u8,
        out: &mut Vec<u8>,
    ) -> Self {
        let mut writer =
            Self { pid, counter, plan, begun: 0, references: 0, left: plan.len, room: 0 };
        let (header, len) = pes_header(stream_id, plan.len, stamps);
        writer.put(header.get(..len).unwrap_or_default(), out);
        writer
    }

    /// The counter of the next transport packet.
    pub(super) const fn counter(&self) -> u8 {
        self.counter
    }

    pub(super) fn put(&mut self, mut bytes: &[u8], out: &mut Vec<u8>) {
        while !bytes.is_empty() {
            if self.room == 0 {
                bytes = self.put_plain_packets(bytes, out);
                self.begin_transport_packet(out);
            }
            let (now, later) = bytes.split_at(self.room.min(bytes.len()));
            out.extend_from_slice(now);
            self.room = self.room.saturating_sub(now.len());
            bytes = later;
        }
    }

    /// Writes as many packets as are nothing but a header and 184 of the bytes, but not the last;
    /// returns the bytes after them.
    fn put_plain_packets<'b>(&mut self, bytes: &'b [u8], out: &mut Vec<u8>) -> &'b [u8] {
        let full = (bytes.len().saturating_sub(1) / PAYLOAD_LEN) as u64;
        // At least a byte stays for each packet to come.
        let to_come = self.plan.packets.saturating_sub(self.begun);
        let until_stuffed = self.left.saturating_sub(to_come) / STUFFED_LEN;
        let until_reference =
            self.next_reference().map_or(u64::MAX, |place| place.saturating_sub(self.begun));
        let count = full.min(until_stuffed).min(until_reference);
        let len = usize::try_from(count).expect("no more than there are bytes");
        let (plain, rest) = bytes.split_at(len.saturating_mul(PAYLOAD_LEN));
        let (payloads, _) = plain.as_chunks::<PAYLOAD_LEN>();
        let [pid_high, pid_low] = self.pid.0.to_be_bytes();
        for payload in payloads {
            out.extend_from_slice(&[0x47, pid_high, pid_low, 0x10 | self.counter]);
            out.extend_from_slice(payload);
            self.counter = self.counter.wrapping_add(1) & 0xf;
        }
        self.begun = self.begun.saturating_add(count);
        self.left = self.left.saturating_sub(plain.len() as u64);
        rest
    }

    fn begin_transport_packet(&mut self, out: &mut Vec<u8>) {
        let reference = self.due_reference();
        let first = self.begun == 0;
        let reference_len = if reference.is_some() { REFERENCE_LEN } else { 0 };
        let max_room = PAYLOAD_LEN.saturating_sub(reference_len);
        let to_come = self.plan.packets.saturating_sub(self.begun).saturating_sub(1);
        // Never 0, so that a wrong length would show at the end and not hang here.
        self.room = usize::try_from(self.left.saturating_sub(to_come))
            .map_or(max_room, |left| left.clamp(1, max_room));
        let random_access = first && self.plan.random_access;
        Header { pid: self.pid, starts: first, counter: self.counter, random_access, reference }
            .write(self.room, out);
        self.counter = self.counter.wrapping_add(1) & 0xf;
        self.begun = self.begun.saturating_add(1);
        self.left = self.left.saturating_sub(self.room as u64);
    }

    /// Which packet takes the next clock reference: they are spread evenly over the packets.
    fn next_reference(&self) -> Option<u64> {
        let inside = self
            .plan
            .references
            .map(|references| references.inside)
            .filter(|inside| self.references <= *inside)?;
        let packets = self.plan.packets.saturating_mul(self.references.into());
        packets.checked_div(u64::from(inside).saturating_add(1))
    }

    /// The clock reference of the packet about to begin.
    fn due_reference(&mut self) -> Option<Ticks> {
        let references = self.plan.references?;
        (self.next_reference()? == self.begun).then(|| {
            let nth = self.references;
            self.references = nth.saturating_add(1);
            references.at(nth)
        })
    }
}
