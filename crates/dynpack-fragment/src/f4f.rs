//! F4F fragments, as HTTP Dynamic Streaming carries them (Adobe F4V file format specification 10.1,
//! annexes C and E).
//!
//! A fragment is one `mdat` of FLV tags: the configuration of each codec, then the samples of at
//! most one video and one audio rendition in decoding order. It can be decoded alone, and joined to
//! the fragments before and after it. Samples stay as they are stored, since FLV carries NAL units
//! after their lengths, AAC without headers and MP3 with them.
//!
//! Left out: the boxes before the `mdat`, which clients do not need besides the bootstrap
//! information of the manifest, and encryption.

mod tag;
mod times;
mod track;

use std::collections::VecDeque;

use bytes::Bytes;
use dynpack_boxes::Kind;
use dynpack_codec::Codec;
use dynpack_media::{Rendition, Segment, Ticks};

use crate::plan::Mux;
use crate::{Error, SegmentPlan};
pub use times::delay;
use track::{Frame, Track};

const MDAT: Kind = Kind::code(*b"mdat");

/// What one rendition gives to a fragment.
#[derive(Clone, Copy, Debug)]
pub struct Part<'a> {
    /// The rendition.
    pub rendition: &'a Rendition,
    /// Its segment; none where it has not started or has ended, but another rendition of the same
    /// stream has one.
    pub segment: Option<&'a Segment>,
}

/// Checks that FLV can carry a codec.
///
/// # Errors
/// [`Error::Unsupported`] with the reason if it cannot.
pub fn carries(codec: &Codec) -> Result<(), Error> {
    track::configuration(codec).map(drop)
}

/// A fragment of a stream that carries these renditions, video first. Name all renditions of the
/// stream for each of its fragments, also those without a segment there: FLV has no times before 0,
/// so all are counted from the earliest decode time of the stream.
///
/// The [length](SegmentPlan::len) is always known.
///
/// # Errors
/// [`Error::Unsupported`] if FLV does not support a codec or no part has samples; [`Error::Sample`]
/// if a sample is too large for a tag, or lies past 31 bits of milliseconds.
pub fn media_segment(parts: &[Part<'_>]) -> Result<SegmentPlan, Error> {
    media_segment_delayed(parts, delay(parts.iter().map(|part| part.rendition)))
}

/// The same, where all times of the stream are moved by the [`delay`] of what is played first in
/// its program.
///
/// # Errors
/// Those of [`media_segment`].
pub fn media_segment_delayed(parts: &[Part<'_>], delay: Ticks) -> Result<SegmentPlan, Error> {
    let with_segment: Vec<_> =
        parts.iter().filter_map(|part| Some((part.rendition, part.segment?))).collect();
    let tracks =
        with_segment.iter().map(|(rendition, segment)| Track::new(rendition, segment, delay));
    let tracks = tracks.collect::<Result<Vec<_>, _>>()?;
    if tracks.iter().all(|track| track.frames.is_empty()) {
        return Err(Error::Unsupported("a fragment without samples".into()));
    }
    let payload = tracks.iter().map(Track::len).sum::<u64>();
    let frames = tracks
        .iter()
        .enumerate()
        .flat_map(|(track, Track { frames, .. })| frames.iter().map(move |frame| (track, *frame)));
    let mut frames: Vec<_> = frames.collect();
    // Of frames that are due at once the video comes first.
    frames.sort_by_key(|(_, frame)| frame.times.decode);
    let reads = frames.iter().map(|(_, frame)| frame.read).collect();
    let muxer = Muxer { payload, tracks, frames: frames.into() };
    Ok(SegmentPlan::muxed(Some(muxer.len()), reads, Box::new(muxer)))
}

/// Writes a planned fragment.
struct Muxer {
    /// Bytes of all tags.
    payload: u64,
    tracks: Vec<Track>,
    /// The frames that are not written yet, in decoding order, each with its track.
    frames: VecDeque<(usize, Frame)>,
}

impl Muxer {
    /// Bytes of the fragment.
    const fn len(&self) -> u64 {
        MDAT.header_len(self.payload).saturating_add(self.payload)
    }
}

impl Mux for Muxer {
    fn open(&mut self, out: &mut Vec<u8>) -> Result<(), Error> {
        MDAT.put_header(self.payload, out);
        let start = self.frames.front().map(|(_, frame)| frame.times.decode).unwrap_or_default();
        self.tracks.iter().for_each(|track| track.put_configuration(start, out));
        Ok(())
    }

    fn put(&mut self, media: &[Bytes], out: &mut Vec<u8>) -> Result<(), Error> {
        for sample in media {
            let next = self.frames.pop_front();
            if let Some((track, frame)) =
                next.and_then(|(at, frame)| Some((self.tracks.get(at)?, frame)))
            {
                track.put(&frame, sample, out);
            }
        }
        Ok(())
    }
}
