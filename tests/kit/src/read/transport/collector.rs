//! The callbacks of `mpeg2ts-reader` for the packets of a stream.

#![expect(unreachable_pub, reason = "the macro of mpeg2ts-reader makes public types of these")]

use std::cell::RefCell;
use std::rc::Rc;

use mpeg2ts_reader::demultiplex::{
    Demultiplex, DemuxContext, FilterChangeset, FilterRequest, NullPacketFilter, PatPacketFilter,
    PmtPacketFilter,
};
use mpeg2ts_reader::pes::{
    DataAlignment, ElementaryStreamConsumer, PesContents, PesHeader, PesLength, PesPacketFilter,
    PtsDts, Timestamp,
};
use mpeg2ts_reader::{StreamType, packet_filter_switch, psi};

use super::{Pes, Reading};

/// The streams of the program and their PES packets.
pub(super) fn collect(stream: &[u8]) -> Reading {
    let context = &mut Context::default();
    Demultiplex::new(context).push(context, stream);
    context.reading.take()
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

/// Collects the PES packets of one PID.
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
