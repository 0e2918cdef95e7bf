//! MPEG transport stream segments, as HLS carries them (ISO/IEC 13818-1; RFC 8216, 3.2).
//!
//! A segment is one PAT, one PMT, and the samples of at most one video and one audio rendition in
//! decoding order. It can be read alone, and joined to the segments before and after it without a
//! break: times come from the one timeline, and on every PID the [continuity
//! counters](media_segment) go on.
//!
//! `carriage` knows how each codec is carried; the rest knows none of them. Left out:
//! SCTE-35, timed metadata, constant bitrate, and a strict buffer model (T-STD).

mod audio;
mod carriage;
mod clock;
mod elementary;
mod estimate;
mod layout;
mod packet;
mod part;
mod psi;
mod sample_aes;
mod stream;

use bytes::Bytes;
use dynpack_codec::{Codec, MediaKind};
use dynpack_media::SegmentNumber;

pub use clock::LEAD_IN;
pub use estimate::{Companion, Estimate};
pub use part::Part;
pub use sample_aes::encrypts;

use crate::plan::Mux;
use crate::{Error, SegmentPlan};
use layout::{Cursor, Layout};
use psi::Program;
use stream::Stream;

/// Checks that a transport stream can carry a codec.
///
/// # Errors
/// [`Error::Unsupported`] with the reason if it cannot.
pub fn carries(codec: &Codec) -> Result<(), Error> {
    carriage::carriage(codec).map(drop)
}

/// A transport stream segment of at most one video and one audio part.
///
/// `number` is the segment's place in its playlist: consecutive segments have consecutive numbers.
/// From it come the continuity counters of PAT and PMT, one packet of each a segment. Each
/// elementary stream takes a multiple of 16 packets a segment, by adaptation field stuffing (1.4 kB
/// in the mean), so that its counter starts each segment at 0 and still never breaks (RFC 8216, 3:
/// continuity counters continue uninterrupted), and no segment need know another.
///
/// The [length](SegmentPlan::len) follows from the sizes of the samples, except for video that is
/// encrypted or whose NAL units have lengths of fewer than 4 bytes. The length of such a segment
/// depends on the samples themselves, so all of them are measured before the first is written.
///
/// # Errors
/// [`Error::Unsupported`] if a codec has no place in a transport stream, there are two parts of a
/// kind, or no part has samples; [`Error::Sample`] if a sample is too large, or its time lies
/// before all that the clock can express; [`Error::Encryption`] if a track cannot be encrypted.
pub fn media_segment(number: SegmentNumber, parts: &[Part<'_>]) -> Result<SegmentPlan, Error> {
    let Multiplex { streams, clock_stream } = Multiplex::new(parts)?;
    let lens: Option<Vec<_>> = streams.iter().map(Stream::lens_by_size).collect();
    let layout = lens.map(|lens| Layout::new(&streams, &lens, clock_stream));
    let read = |(stream, frame): (usize, usize)| {
        streams.get(stream).and_then(|stream| Some(stream.frames().get(frame)?.read))
    };
    let reads = match &layout {
        Some(layout) => layout.frames().filter_map(read).collect(),
        None => streams.iter().flat_map(Stream::frames).map(|frame| frame.read).collect(),
    };
    let len = layout.as_ref().map(|layout| segment_len(layout.len()));
    let program = Program::new(number, &streams, clock_stream)?;
    let muxer = Muxer {
        program,
        streams,
        clock_stream,
        layout,
        waiting: Vec::new(),
        cursor: Cursor::default(),
    };
    Ok(SegmentPlan::muxed(len, reads, Box::new(muxer)))
}

/// Maximum number of bytes that [`media_segment`] makes of the parts, by the sizes of their samples
/// alone: what a playlist declares as bandwidth is never less than the real one. Costs as much as
/// the segment has samples.
///
/// Exact if the [length](SegmentPlan::len) is known before the samples are. Otherwise it is wider:
/// for NAL units whose lengths have fewer than 4 bytes, and for video under SAMPLE-AES, where a
/// byte in 128 is allowed for emulation prevention. Ordinary streams need almost none of those
/// bytes.
///
/// # Errors
/// As [`media_segment`].
pub fn media_segment_bound(parts: &[Part<'_>]) -> Result<u64, Error> {
    let Multiplex { streams, clock_stream, .. } = Multiplex::new(parts)?;
    let lens: Vec<_> = streams.iter().map(Stream::max_lens).collect();
    let layout = Layout::new(&streams, &lens, clock_stream);
    let is_exact = streams.get(clock_stream).is_some_and(|stream| stream.lens_by_size().is_some());
    Ok(segment_len(if is_exact { layout.len() } else { layout.max_len() }))
}

/// The streams that the parts of a segment become.
struct Multiplex {
    /// Video first: on it runs the clock.
    streams: Vec<Stream>,
    /// The first of the streams that has samples: it carries the clock references.
    clock_stream: usize,
}

impl Multiplex {
    fn new(parts: &[Part<'_>]) -> Result<Self, Error> {
        let mut parts: Vec<_> = parts.iter().collect();
        parts.sort_by_key(|part| match part.rendition.kind() {
            MediaKind::Video => 0,
            MediaKind::Audio => 1,
            MediaKind::Text => 2,
        });
        let count = |kind| parts.iter().filter(|part| part.rendition.kind() == kind).count();
        let [video, audio] = [MediaKind::Video, MediaKind::Audio].map(count);
        if video > 1 || audio > 1 {
            return Err(Error::Unsupported(format!(
                "a transport stream of {video} video and {audio} audio tracks"
            )));
        }
        let streams = parts.iter().map(|part| Stream::new(part)).collect::<Result<Vec<_>, _>>()?;
        let clock_stream = streams.iter().position(|stream| !stream.frames().is_empty());
        let clock_stream = clock_stream.ok_or_else(|| {
            Error::Unsupported("a transport stream segment without samples".into())
        })?;
        Ok(Self { streams, clock_stream })
    }
}

/// Writes a planned segment.
struct Muxer {
    program: Program,
    streams: Vec<Stream>,
    clock_stream: usize,
    /// The order of the frames. `None` until it is known.
    layout: Option<Layout>,
    /// The samples of each stream, where all must be known before the first is written.
    waiting: Vec<Vec<Bytes>>,
    cursor: Cursor,
}

impl Muxer {
    /// Takes all samples, stream by stream, to measure them.
    fn take_all(&mut self, media: &[Bytes]) -> Result<(), Error> {
        let mut media = media.iter().cloned();
        let by_stream = self
            .streams
            .iter()
            .map(|stream| media.by_ref().take(stream.frames().len()).collect::<Vec<_>>());
        self.waiting = by_stream.collect();
        let mut measured = Vec::new();
        for ((stream, samples), blocks) in
            self.streams.iter().zip(&self.waiting).zip(&mut self.cursor.blocks)
        {
            *blocks = stream.encrypt(stream.frames().iter().zip(samples))?;
            measured.push(stream.measure(samples, blocks)?);
            blocks.rewind();
        }
        self.layout = Some(Layout::new(&self.streams, &measured, self.clock_stream));
        Ok(())
    }
}

impl Mux for Muxer {
    fn open(&mut self, out: &mut Vec<u8>) -> Result<(), Error> {
        self.program.write(out);
        Ok(())
    }

    fn put(&mut self, media: &[Bytes], out: &mut Vec<u8>) -> Result<(), Error> {
        let Some(layout) = &self.layout else { return self.take_all(media) };
        self.cursor.encrypt(layout, &self.streams, media)?;
        media.iter().try_for_each(|sample| self.cursor.put(layout, &self.streams, sample, out))
    }

    fn len(&self) -> Option<u64> {
        self.layout.as_ref().map(|layout| segment_len(layout.len()))
    }

    fn proceed(&mut self, max_bytes: u64, out: &mut Vec<u8>) -> Result<bool, Error> {
        let Some(layout) = &self.layout else { return Ok(true) };
        let start = out.len();
        while let Some((stream, frame)) = self.cursor.next(layout) {
            let samples = self.waiting.get(stream);
            let Some(sample) = samples.and_then(|samples| samples.get(frame)) else { break };
            if is_full(start, out, sample, max_bytes) {
                return Ok(false);
            }
            self.cursor.put(layout, &self.streams, sample, out)?;
        }
        self.cursor.put_references(layout, &self.streams, out);
        Ok(true)
    }
}

/// Whether a portion that begins at `start` of `out` has no room for another sample. A portion has
/// at least one.
fn is_full(start: usize, out: &[u8], sample: &[u8], max_bytes: u64) -> bool {
    let written = out.len().saturating_sub(start);
    written > 0 && written.saturating_add(sample.len()) as u64 > max_bytes
}

/// Bytes of a segment with those of its layout.
const fn segment_len(layout_len: u64) -> u64 {
    psi::LEN.saturating_add(layout_len)
}
