//! Transport streams, read by the crate `mpeg2ts-reader`.

mod collector;

use std::collections::BTreeMap;

use mpeg2ts_reader::packet::{ContinuityCounter, Packet};

/// A PES packet.
#[derive(Clone, Debug, Default)]
pub struct Pes {
    /// Its PID.
    pub pid: u16,
    /// Its PTS.
    pub presentation: u64,
    /// Its DTS: the PTS if there is none.
    pub decode: u64,
    /// The length in the header; `None` if it is unbounded.
    pub declared_len: Option<u16>,
    /// The length of its header in bytes.
    pub header_len: usize,
    /// Its payload.
    pub data: Vec<u8>,
}

/// A clock reference, with the number of its packet.
#[derive(Clone, Copy, Debug)]
pub struct Reference {
    /// The number of the packet, from 0.
    pub packet: usize,
    /// The PID of that packet.
    pub pid: u16,
    /// The reference, in ticks of 90 kHz.
    pub base: u64,
    /// Whether decoding can start at that packet.
    pub random_access: bool,
}

/// The content of a transport stream.
#[derive(Clone, Debug, Default)]
pub struct Reading {
    /// The PES packets, in the order of their starts.
    pub pes: Vec<Pes>,
    /// By PID, the numbers of the first and the last packet of each PES packet.
    pub places: BTreeMap<u16, Vec<(usize, usize)>>,
    /// The clock references, in order.
    pub references: Vec<Reference>,
    /// The PID of the clock.
    pub pcr_pid: u16,
    /// PID and stream type of each stream of the program.
    pub streams: Vec<(u16, u8)>,
    /// The number of packets.
    pub packets: usize,
}

/// Reads a stream.
///
/// # Panics
/// On everything that the standard forbids: discontinuous counters, wrong CRCs, wrong PES headers.
#[must_use]
pub fn read(stream: &[u8]) -> Reading {
    let mut reading = collector::collect(stream);
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

/// Reads the packets themselves.
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
