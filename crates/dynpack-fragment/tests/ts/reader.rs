//! Reads transport streams with the crate `mpeg2ts-reader`, which knows nothing of how they were
//! made.

#![expect(unreachable_pub, reason = "the macro of mpeg2ts-reader makes a public type of these")]

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use mpeg2ts_reader::demultiplex::{
    Demultiplex, DemuxContext, FilterChangeset, FilterRequest, NullPacketFilter, PatPacketFilter,
    PmtPacketFilter,
};
use mpeg2ts_reader::packet::{ContinuityCounter, Packet};
use mpeg2ts_reader::pes::{
    DataAlignment, ElementaryStreamConsumer, PesContents, PesHeader, PesLength, PesPacketFilter,
    PtsDts, Timestamp,
};
use mpeg2ts_reader::{StreamType, packet_filter_switch, psi};

/// A PES packet as it was read.
#[derive(Clone, Debug, Default)]
pub(crate) struct Pes {
    pub(crate) pid: u16,
    pub(crate) presentation: u64,
    pub(crate) decode: u64,
    /// As the header declares it; `None` for an unbounded one.
    pub(crate) declared_len: Option<u16>,
    pub(crate) header_len: usize,
    pub(crate) data: Vec<u8>,
}

/// A clock reference, with the number of the packet it stands in.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reference {
    pub(crate) packet: usize,
    pub(crate) pid: u16,
    pub(crate) base: u64,
    pub(crate) random_access: bool,
}

/// What was found in a transport stream.
#[derive(Clone, Debug, Default)]
pub(crate) struct Reading {
    /// In the order of their starts.
    pub(crate) pes: Vec<Pes>,
    /// By PID, the numbers of the packets that open a PES packet, and of the last before the next.
    pub(crate) places: BTreeMap<u16, Vec<(usize, usize)>>,
    pub(crate) references: Vec<Reference>,
    pub(crate) pcr_pid: u16,
    /// PID and stream type of each stream of the program.
    pub(crate) streams: Vec<(u16, u8)>,
    pub(crate) packets: usize,
}

/// Reads a stream.
///
/// # Panics
/// On whatever the standard forbids: counters that break, CRCs that fail, PES headers that lie.
pub(crate) fn read(stream: &[u8]) -> Reading {
    let context = &mut Context::default();
    Demultiplex::new(context).push(context, stream);
    let mut reading = context.reading.take();
    read_packets(stream, &mut reading);
    for pes in &reading.pes {
        let len = pes.header_len + pes.data.len() - 6;
        match pes.declared_len {
            Some(declared) => assert_eq!(usize::from(declared), len),
            None => {
                assert!(pes.pid == 0x100 && len > 65_535, "unbounded length on PID {}", pes.pid)
            }
        }
    }
    reading
}

/// What is to be seen in the packets themselves.
fn read_packets(stream: &[u8], reading: &mut Reading) {
    assert_eq!(stream.len() % 188, 0);
    let mut counters = BTreeMap::<u16, ContinuityCounter>::new();
    for (number, bytes) in stream.chunks(188).enumerate() {
        let packet = Packet::try_new(bytes).unwrap();
        let (pid, counter) = (u16::from(packet.pid()), packet.continuity_counter());
        assert!(
            !packet.transport_error_indicator()
                && !packet.transport_scrambling_control().is_scrambled()
        );
        let has_payload = packet.adaptation_control().has_payload();
        if let Some(last) = counters.insert(pid, counter) {
            let continues =
                if has_payload { counter.follows(last) } else { counter.count() == last.count() };
            assert!(continues, "packet {number} on PID {pid}: {counter:?} follows {last:?}");
        }
        let places = reading.places.entry(pid).or_default();
        match places.last_mut() {
            _ if packet.payload_unit_start_indicator() => places.push((number, number)),
            Some((_, last)) if has_payload => *last = number,
            _ => {}
        }
        let Some(field) = packet.adaptation_field() else { continue };
        assert!(!field.discontinuity_indicator());
        let random_access = field.random_access_indicator();
        match field.pcr() {
            Ok(pcr) => {
                assert_eq!(pcr.extension(), 0);
                reading.references.push(Reference {
                    packet: number,
                    pid,
                    base: pcr.base(),
                    random_access,
                });
            }
            Err(_) => assert!(
                !random_access,
                "random access without a clock reference in packet {number}"
            ),
        }
    }
    reading.packets = stream.len() / 188;
}

packet_filter_switch! {
    Filter<Context> {
        Pat: PatPacketFilter<Context>,
        Pmt: PmtPacketFilter<Context>,
        Pes: PesPacketFilter<Context, Collector>,
        Null: NullPacketFilter<Context>,
    }
}

#[derive(Default)]
pub struct Context {
    changes: FilterChangeset<Filter>,
    reading: Rc<RefCell<Reading>>,
}

impl DemuxContext for Context {
    type F = Filter;

    fn filter_changeset(&mut self) -> &mut FilterChangeset<Filter> {
        &mut self.changes
    }

    fn construct(&mut self, request: FilterRequest<'_, '_>) -> Filter {
        match request {
            FilterRequest::ByPid(psi::pat::PAT_PID) => Filter::Pat(PatPacketFilter::default()),
            FilterRequest::Pmt { pid, program_number } => {
                Filter::Pmt(PmtPacketFilter::new(pid, program_number))
            }
            FilterRequest::ByStream { stream_type, pmt, stream_info, .. } => {
                let (pid, stream_type) =
                    (stream_info.elementary_pid().into(), stream_type_byte(stream_type));
                let mut reading = self.reading.borrow_mut();
                reading.pcr_pid = pmt.pcr_pid().into();
                reading.streams.push((pid, stream_type));
                Filter::Pes(PesPacketFilter::new(Collector {
                    pid,
                    at: None,
                    reading: Rc::clone(&self.reading),
                }))
            }
            _ => Filter::Null(NullPacketFilter::default()),
        }
    }
}

fn stream_type_byte(stream_type: StreamType) -> u8 {
    match stream_type {
        StreamType::H264 => 0x1b,
        StreamType::ADTS => 0x0f,
        // Encrypted H.264 and AAC.
        StreamType(encrypted @ (0xdb | 0xcf)) => encrypted,
        other => panic!("a stream of type {other:?}"),
    }
}

/// Gathers the PES packets of one PID.
pub struct Collector {
    pid: u16,
    at: Option<usize>,
    reading: Rc<RefCell<Reading>>,
}

impl<C: DemuxContext> ElementaryStreamConsumer<C> for Collector {
    fn start_stream(&mut self, _: &mut C) {}

    fn begin_packet(&mut self, _: &mut C, header: PesHeader<'_>) {
        let declared_len = match header.pes_packet_length() {
            PesLength::Bounded(len) => Some(len.get()),
            PesLength::Unbounded => None,
        };
        let PesContents::Parsed(Some(parsed)) = header.contents() else {
            panic!("a PES packet without header fields")
        };
        assert_eq!(parsed.data_alignment_indicator(), DataAlignment::Aligned);
        let value = |stamp: Result<Timestamp, _>| stamp.map(Timestamp::value).unwrap();
        let (presentation, decode, header_len) = match parsed.pts_dts().unwrap() {
            PtsDts::PtsOnly(pts) => {
                let pts = value(pts);
                (pts, pts, 14)
            }
            PtsDts::Both { pts, dts } => (value(pts), value(dts), 19),
            other => panic!("time stamps {other:?}"),
        };
        let (pid, data) = (self.pid, parsed.payload().to_vec());
        let mut reading = self.reading.borrow_mut();
        self.at = Some(reading.pes.len());
        reading.pes.push(Pes { pid, presentation, decode, declared_len, header_len, data });
    }

    fn continue_packet(&mut self, _: &mut C, data: &[u8]) {
        let at = self.at.expect("a packet has begun");
        self.reading.borrow_mut().pes[at].data.extend_from_slice(data);
    }

    fn end_packet(&mut self, _: &mut C) {}

    fn continuity_error(&mut self, _: &mut C) {
        panic!("the continuity of PID {} breaks", self.pid);
    }
}
