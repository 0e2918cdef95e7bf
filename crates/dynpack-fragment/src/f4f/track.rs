//! What one rendition gives to a fragment: its configuration and its samples.

use bytes::Bytes;
use dynpack_codec::Codec;
use dynpack_media::{Rendition, Sample, SampleIndex, Segment, Ticks};

use super::tag::Carriage;
use super::times::Times;
use crate::{Error, Read};

/// A sample as its tag describes it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Frame {
    pub(super) times: Times,
    pub(super) read: Read,
    is_sync: bool,
}

pub(super) struct Track {
    carriage: Carriage,
    configuration: Option<Bytes>,
    pub(super) frames: Vec<Frame>,
    len: u64,
}

impl Track {
    pub(super) fn new(
        rendition: &Rendition,
        segment: &Segment,
        delay: Ticks,
    ) -> Result<Self, Error> {
        let (carriage, configuration, mut len) = configuration(&rendition.track.codec)?;
        let mut frames = Vec::new();
        let samples = rendition.track.samples.samples(segment.samples.clone());
        let stored = samples.zip(Read::samples(rendition, segment.samples.clone()));
        for (sample, read) in stored.filter(|(sample, _)| sample.size > 0) {
            let tag_len = carriage
                .tag_len(sample.size.into())
                .ok_or_else(|| refused(sample.index, "it is too large for a tag of FLV"))?;
            len = len.saturating_add(tag_len);
            frames.push(Frame::new(rendition, &sample, read, delay)?);
        }
        Ok(Self { carriage, configuration, frames, len })
    }

    /// Bytes of all tags.
    pub(super) const fn len(&self) -> u64 {
        self.len
    }

    pub(super) fn put_configuration(&self, decode: u32, out: &mut Vec<u8>) {
        if let Some(configuration) = &self.configuration {
            self.carriage.put_configuration(decode, configuration, out);
        }
    }

    pub(super) fn put(&self, frame: &Frame, sample: &[u8], out: &mut Vec<u8>) {
        self.carriage.put_sample(frame.is_sync, frame.times, sample, out);
    }
}

impl Frame {
    fn new(
        rendition: &Rendition,
        sample: &Sample,
        read: Read,
        delay: Ticks,
    ) -> Result<Self, Error> {
        let times = Times::new(rendition, sample, delay)
            .map_err(|problem| refused(sample.index, problem))?;
        Ok(Self { times, read, is_sync: sample.is_sync })
    }
}

fn refused(sample: SampleIndex, problem: &str) -> Error {
    Error::Sample { sample, problem: problem.into() }
}

/// How FLV carries a codec, with its configuration, if it has one, and the bytes of the tag of
/// that.
pub(super) fn configuration(codec: &Codec) -> Result<(Carriage, Option<Bytes>, u64), Error> {
    let (carriage, configuration) = Carriage::of(codec)?;
    let tag_len = |configuration: &Bytes| {
        let len = carriage.tag_len(configuration.len() as u64);
        len.ok_or_else(|| Error::Unsupported("its configuration is too large for a tag".into()))
    };
    let len = configuration.as_ref().map_or(Ok(0), tag_len)?;
    Ok((carriage, configuration, len))
}
