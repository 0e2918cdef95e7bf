//! One elementary stream of a segment: its samples with their time stamps, and how they are
//! carried.

use bytes::Bytes;
use dynpack_codec::MediaKind;
use dynpack_crypt::sample_aes::Blocks;
use dynpack_media::{SampleIndex, Ticks, Timescale};

use super::carriage::carriage;
use super::clock::{LEAD_IN, Stamps};
use super::elementary::{Carriage, Len};
use super::packet::Pid;
use super::part::Part;
use super::sample_aes::Encryption;
use crate::{Error, Read};

/// Maximum duration of the frames of one PES packet together: half a second.
pub(super) const MAX_SHARED: Ticks = Ticks(45_000);

/// How far from its time a reader may place a frame, by counting on from the one that opens the PES
/// packet.
pub(super) const MAX_OFF: Ticks = Ticks(1);

/// A sample as the multiplex sees it; never empty.
#[derive(Clone, Copy, Debug)]
pub(super) struct Frame {
    index: SampleIndex,
    /// Where it is stored.
    pub(super) read: Read,
    /// Bytes in the elementary stream.
    len: Len,
    pub(super) is_sync: bool,
    /// Presentation time, in ticks of the track.
    time: Ticks,
    pub(super) stamps: Stamps,
}

pub(super) struct Stream {
    kind: MediaKind,
    language: Option<[u8; 3]>,
    clock: Timescale,
    carriage: Box<dyn Carriage>,
    encryption: Option<Encryption>,
    frames: Vec<Frame>,
    /// Decode time of the sample after the last one, even if the last one is empty and no frame.
    end: Ticks,
    /// Whether the track starts, and ends, in this segment.
    starts: bool,
    ends: bool,
}

impl Stream {
    pub(super) fn new(part: &Part<'_>) -> Result<Self, Error> {
        let rendition = part.rendition;
        let codec = &rendition.track.codec;
        let carriage = carriage(codec)?;
        let encryption =
            part.sample_aes.clone().map(|cipher| Encryption::new(cipher, codec)).transpose()?;
        let samples = rendition.track.samples.samples(part.samples.clone());
        let stored = samples.zip(Read::samples(rendition, part.samples.clone()));
        let frames = stored.filter(|(sample, _)| sample.size > 0).map(|(sample, read)| {
            let refused = |problem: String| Error::Sample { sample: sample.index, problem };
            let stamps = Stamps::new(rendition, &sample);
            if !stamps.is_on_clock() {
                return Err(refused(
                    "its time lies too far before the start of the presentation".into(),
                ));
            }
            let len = carriage
                .len_by_size(sample.size, sample.is_sync)
                .map_err(|problem| refused(problem.to_string()))?;
            let len = encryption.as_ref().map_or(len, |encryption| encryption.len(len));
            let time = rendition.cuts.presentation_time(&sample);
            Ok(Frame { index: sample.index, read, len, is_sync: sample.is_sync, time, stamps })
        });
        let frames = frames.collect::<Result<_, _>>()?;
        let last = SampleIndex(part.samples.end.0.saturating_sub(1))..part.samples.end;
        let last = rendition.track.samples.samples(last).next();
        let end = last.map_or(Ticks::ZERO, |last| Stamps::new(rendition, &last).next_decode);
        let language =
            (!rendition.language.is_undetermined()).then(|| rendition.language.three_letters());
        let language = language.and_then(|letters| letters.as_bytes().try_into().ok());
        let all = rendition.cuts.samples();
        let (starts, ends) = (part.samples.start <= all.start, part.samples.end >= all.end);
        Ok(Self {
            kind: rendition.kind(),
            language,
            clock: rendition.timescale(),
            carriage,
            encryption,
            frames,
            end,
            starts,
            ends,
        })
    }

    pub(super) const fn kind(&self) -> MediaKind {
        self.kind
    }

    pub(super) const fn pid(&self) -> Pid {
        match self.kind {
            MediaKind::Video => Pid(0x100),
            MediaKind::Audio | MediaKind::Text => Pid(0x101),
        }
    }

    /// The language, where the PMT declares it: of sound.
    pub(super) fn language(&self) -> Option<[u8; 3]> {
        self.language.filter(|_| self.kind == MediaKind::Audio)
    }

    pub(super) fn carriage(&self) -> &dyn Carriage {
        self.carriage.as_ref()
    }

    /// `stream_type` in the PMT.
    pub(super) fn stream_type(&self) -> u8 {
        self.encryption
            .as_ref()
            .map_or_else(|| self.carriage.stream_type(), Encryption::stream_type)
    }

    /// Its descriptors in the PMT, but that of its language.
    pub(super) fn descriptors(&self) -> Vec<u8> {
        let clear = || self.carriage.descriptors();
        self.encryption.as_ref().map_or_else(clear, |encryption| encryption.descriptors().to_vec())
    }

    pub(super) fn frames(&self) -> &[Frame] {
        &self.frames
    }

    /// Bytes of each frame in the elementary stream; `None` where it depends on the bytes of the
    /// samples.
    pub(super) fn lens_by_size(&self) -> Option<Vec<u64>> {
        self.frames.iter().map(|frame| frame.len.exactly()).collect()
    }

    /// Maximum number of bytes that each frame can take in the elementary stream.
    pub(super) fn max_lens(&self) -> Vec<u64> {
        self.frames.iter().map(|frame| frame.len.at_most()).collect()
    }

    /// Calls `take` for each piece of a sample in the elementary stream, before it is encrypted.
    fn pieces(
        &self,
        frame: &Frame,
        sample: &[u8],
        mut take: impl FnMut(&[u8]) -> Result<(), dynpack_crypt::Error>,
    ) -> Result<(), Error> {
        let mut taken = Ok(());
        let written = self.carriage.write(sample, frame.is_sync, &mut |piece| {
            if taken.is_ok() {
                taken = take(piece);
            }
        });
        written.map_err(|problem| Error::Sample {
            sample: frame.index,
            problem: problem.to_string(),
        })?;
        taken.map_err(|problem| Error::Encryption { sample: Some(frame.index), problem })
    }

    /// Encrypts samples side by side. They are written in the same order.
    pub(super) fn encrypt<'s>(
        &self,
        samples: impl Iterator<Item = (&'s Frame, &'s Bytes)>,
    ) -> Result<Blocks, Error> {
        let mut blocks = Blocks::default();
        if let Some(encryption) = &self.encryption {
            for (frame, sample) in samples {
                self.pieces(frame, sample, |piece| encryption.add(piece, &mut blocks))?;
            }
            encryption.encrypt(&mut blocks);
        }
        Ok(blocks)
    }

    /// Writes a sample to `out`, piece by piece. If it is encrypted, that is done in `scratch`,
    /// with the next of `blocks`.
    pub(super) fn write(
        &self,
        frame: &Frame,
        sample: &[u8],
        blocks: &mut Blocks,
        scratch: &mut Vec<u8>,
        out: &mut dyn FnMut(&[u8]),
    ) -> Result<(), Error> {
        let Some(encryption) = &self.encryption else {
            return self.pieces(frame, sample, |piece| {
                out(piece);
                Ok(())
            });
        };
        scratch.clear();
        self.pieces(frame, sample, |piece| encryption.write(piece, blocks, scratch))?;
        out(scratch);
        Ok(())
    }

    /// Bytes of each frame in the elementary stream, measured in the samples where they depend on
    /// them.
    pub(super) fn measure(
        &self,
        samples: &[Bytes],
        blocks: &mut Blocks,
    ) -> Result<Vec<u64>, Error> {
        let mut scratch = Vec::new();
        let lens = self.frames.iter().zip(samples).map(|(frame, sample)| {
            if let Some(len) = frame.len.exactly() {
                return Ok(len);
            }
            let mut len = 0_u64;
            self.write(frame, sample, blocks, &mut scratch, &mut |bytes| {
                len = len.saturating_add(bytes.len() as u64);
            })?;
            Ok(len)
        });
        lens.collect()
    }

    /// Whether a frame can share the PES packet that another opens, as the nth after that: readers,
    /// who take frames to follow each other without a gap, place it within a tick of its time.
    pub(super) fn can_share(&self, opening: &Frame, nth: usize, frame: &Frame) -> bool {
        let Some(frame_duration) = self.carriage.frame() else { return false };
        let (duration, rate) = (frame_duration.ticks, frame_duration.timescale);
        let (clock, mpeg) = (self.clock, Timescale::MPEG);
        let nth = i64::try_from(nth).expect("frames are in memory");
        let counted = Ticks(duration.0.saturating_mul(nth));
        let off = scaled(opening.stamps.presentation - LEAD_IN, [clock, rate])
            .saturating_add(scaled(counted, [clock, mpeg]))
            .saturating_sub(scaled(frame.time, [rate, mpeg]));
        off.unsigned_abs() <= scaled(MAX_OFF, [clock, rate]).unsigned_abs()
            && frame.stamps.next_decode - opening.stamps.decode <= MAX_SHARED
    }

    /// Decode time of the sample after the last one.
    pub(super) const fn end(&self) -> Ticks {
        self.end
    }

    /// Whether the track starts in this segment.
    pub(super) const fn starts(&self) -> bool {
        self.starts
    }

    /// Whether the track ends in this segment.
    pub(super) const fn ends(&self) -> bool {
        self.ends
    }

    /// Start of the presentation of the first of the frames, and end of that of the last.
    pub(super) fn presented(&self) -> Option<(Ticks, Ticks)> {
        let start = self.frames.iter().map(|frame| frame.stamps.presentation).min()?;
        let end = self
            .frames
            .iter()
            .map(|frame| frame.stamps.presentation + frame.stamps.next_decode - frame.stamps.decode)
            .max()?;
        Some((start, end))
    }
}

/// A time on one of three clocks, in ticks of all three multiplied, where nothing is rounded; `by`
/// are the other two.
const fn scaled(time: Ticks, by: [Timescale; 2]) -> i128 {
    let [one, other] = by;
    // Nothing wraps: 32 bits times 32 have 64, and 63 bits times those have 127.
    let by = (one.hz() as u64).wrapping_mul(other.hz() as u64);
    (time.0 as i128).wrapping_mul(by as i128)
}
