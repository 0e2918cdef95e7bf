//! Media segments: one fragment each, after `styp` and `sidx` (ISO/IEC 14496-12, 8.8 and 8.16).

use std::borrow::Cow;
use std::ops::Range;

use bytes::Bytes;
use dynpack_boxes::moof::{Mfhd, Tfdt, Tfxd};
use dynpack_boxes::{AccessPoint, BoxType, Header, Kind, Reference, Sidx, put_container};
use dynpack_media::{Rendition, SampleIndex, Segment, Ticks};

use super::file::{MAX_HEAD, TRACK_ID};
use super::profile::Profile;
use super::run::Run;
use super::signal::Signal;
use super::times::{Clock, Times};
use crate::{Error, Piece, Read, SegmentPlan};

const MDAT: Kind = Kind::code(*b"mdat");

/// Bytes of the boxes that declare the start time of a fragment.
const TFDT_LEN: u64 = 20;
const TFXD_LEN: u64 = 44;

/// One fragment, with what goes before it in its segment.
pub(crate) struct Fragment<'a> {
    pub(super) profile: Profile,
    pub(super) rendition: &'a Rendition,
    pub(super) segment: &'a Segment,
    payload_len: u64,
    run: Run<'a>,
    signal: Option<&'a Signal>,
}

impl<'a> Fragment<'a> {
    /// A fragment in the clear.
    pub(crate) fn new(profile: Profile, rendition: &'a Rendition, segment: &'a Segment) -> Self {
        let times = Times::new(profile.clock(), rendition, segment);
        let payload_len = rendition.track.samples.byte_len(times.samples());
        Self {
            profile,
            rendition,
            segment,
            payload_len,
            run: Run::new(profile, rendition, times),
            signal: None,
        }
    }

    /// The same, which says how its samples are encrypted.
    pub(super) fn with_signal(self, signal: &'a Signal) -> Self {
        Self { signal: Some(signal), ..self }
    }

    pub(super) const fn sample_count(&self) -> u32 {
        self.run.sample_count()
    }

    pub(super) fn samples(&self) -> Range<SampleIndex> {
        self.run.times().samples()
    }

    /// The segment: its head, and the samples where they lie.
    pub(super) fn plan(&self) -> Result<SegmentPlan, Error> {
        let head = self.head()?;
        let reads = Read::joined(self.rendition, self.samples()).map(Piece::Read);
        Ok(SegmentPlan::spliced(std::iter::once(Piece::Bytes(head)).chain(reads).collect()))
    }

    /// The segment of samples that are no part of a stored file.
    pub(crate) fn plan_with(&self, samples: Vec<u8>) -> Result<SegmentPlan, Error> {
        let pieces = vec![Piece::Bytes(self.head()?), Piece::Bytes(samples.into())];
        Ok(SegmentPlan::spliced(pieces))
    }

    /// Bytes of the segment.
    pub(super) fn len(&self) -> Result<u64, Error> {
        Ok(self.head_len()?.saturating_add(self.payload_len))
    }

    fn head(&self) -> Result<Bytes, Error> {
        let promised = self.head_len()?;
        let len = usize::try_from(promised).expect("at most MAX_HEAD");
        let mut out = Vec::with_capacity(len);
        self.put_head(&mut out)?;
        let got = out.len() as u64;
        debug_assert_eq!(promised, got, "the head is as long as promised");
        if got == promised { Ok(out.into()) } else { Err(Error::BrokenPromise { promised, got }) }
    }

    /// Writes all that stands before the samples.
    pub(super) fn put_head(&self, out: &mut Vec<u8>) -> Result<(), Error> {
        let reference = self.reference();
        if let Some(styp) = self.profile.styp(reference.is_some()) {
            styp.put(out);
        }
        if let Some(reference) = reference {
            self.put_sidx(reference, out)?;
        }
        self.put_moof(out)?;
        MDAT.put_header(self.payload_len, out);
        Ok(())
    }

    /// The `sidx` box with this segment as its one subsegment. Its times are those of the
    /// presentation, after the edit list (8.16.3.1): the numbers that the manifests give too.
    fn put_sidx(&self, reference: Reference, out: &mut Vec<u8>) -> Result<(), Error> {
        let sidx = Sidx {
            reference_id: TRACK_ID.0,
            timescale: self.rendition.timescale().hz(),
            earliest_presentation_time: self.time(self.segment.start)?.cast_unsigned(),
            first_offset: 0,
            references: Cow::Borrowed(&[reference]),
        };
        sidx.put(out);
        Ok(())
    }

    /// The segment as a subsegment of a `sidx`, if it has one.
    fn reference(&self) -> Option<Reference> {
        let (size, duration) = self.indexed()?;
        Some(Reference { is_index: false, size, duration, access_point: self.access_point() })
    }

    /// Bytes and ticks of the segment as a `sidx` says them. A segment too long for the fields, of
    /// 2 GiB or 2^32 ticks, has none.
    fn indexed(&self) -> Option<(u32, u32)> {
        let size = u32::try_from(self.subsegment_len()).ok()?;
        let duration = u32::try_from(self.segment.duration.0).ok()?;
        (self.profile.has_index() && size <= Reference::MAX_SIZE).then_some((size, duration))
    }

    /// Where decoding can start: at a sync sample that is the first to be presented. Where others
    /// are presented before it, only a look into the samples would show whether those can be
    /// decoded.
    fn access_point(&self) -> AccessPoint {
        let first = self.rendition.track.samples.samples(self.samples()).next();
        match first {
            Some(first) if !first.is_sync => AccessPoint::NONE,
            Some(first) if self.rendition.cuts.presentation_time(&first) > self.segment.start => {
                AccessPoint::AT_START
            }
            _ => AccessPoint::TYPE_1_AT_START,
        }
    }

    fn put_moof(&self, out: &mut Vec<u8>) -> Result<(), Error> {
        let data_offset = self.moof_len().saturating_add(MDAT.header_len(self.payload_len));
        let data_offset = i32::try_from(data_offset).map_err(|_| self.run.too_many())?;
        let (start, mut result) = (out.len(), Ok(()));
        put_container(*b"moof", out, |out| {
            self.mfhd().put(out);
            put_container(*b"traf", out, |out| result = self.put_traf(start, data_offset, out));
        });
        result
    }

    /// The number of the segment in the timeline, from 1.
    const fn mfhd(&self) -> Mfhd {
        Mfhd { sequence_number: self.segment.number.0.wrapping_add(1) }
    }

    /// The content of the `traf` of a `moof` that starts at `moof` in `out`.
    fn put_traf(&self, moof: usize, data_offset: i32, out: &mut Vec<u8>) -> Result<(), Error> {
        self.run.tfhd().put(out);
        let is_smooth = self.profile.clock() == Clock::Smooth;
        if !is_smooth {
            let base_media_decode_time = self.time(self.run.times().start())?;
            Tfdt { base_media_decode_time }.put(out);
        }
        self.run.put_trun(data_offset, out)?;
        if let Some(signal) = self.signal {
            signal.put(moof, out);
        }
        if is_smooth {
            self.tfxd()?.put(out);
        }
        Ok(())
    }

    /// Start and end of the presentation of the segment, as the client manifest declares them.
    fn tfxd(&self) -> Result<Tfxd, Error> {
        let written = |time| self.time(self.run.times().written(time));
        let time = written(self.segment.start)?;
        let end = written(self.segment.start + self.segment.duration)?;
        Ok(Tfxd { time, duration: end.saturating_sub(time).max(0).cast_unsigned() })
    }

    fn head_len(&self) -> Result<u64, Error> {
        let is_indexed = self.indexed().is_some();
        let styp = self.profile.styp(is_indexed).map_or(0, |styp| styp.box_len());
        let sidx = if is_indexed { Sidx::len_of(1) } else { 0 };
        let len = [styp, sidx, self.moof_len(), MDAT.header_len(self.payload_len)]
            .into_iter()
            .fold(0, u64::saturating_add);
        if len > MAX_HEAD { Err(self.run.too_many()) } else { Ok(len) }
    }

    fn subsegment_len(&self) -> u64 {
        self.moof_len()
            .saturating_add(MDAT.header_len(self.payload_len))
            .saturating_add(self.payload_len)
    }

    fn moof_len(&self) -> u64 {
        let start = if self.profile.clock() == Clock::Smooth { TFXD_LEN } else { TFDT_LEN };
        let traf = [
            Header::SHORT,
            self.run.tfhd().box_len(),
            start,
            self.run.trun_len(),
            self.signal.map_or(0, Signal::len),
        ];
        [Header::SHORT, self.mfhd().box_len()].into_iter().chain(traf).fold(0, u64::saturating_add)
    }

    /// A time as a field holds it.
    fn time(&self, time: Ticks) -> Result<i64, Error> {
        if time < Ticks::ZERO {
            let problem = format!("it is decoded before 0, at {time}");
            return Err(Error::Sample { sample: self.samples().start, problem });
        }
        Ok(time.0)
    }
}
