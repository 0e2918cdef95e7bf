//! Media segments: one fragment each, behind `styp` and `sidx` (ISO/IEC 14496-12, 8.8 and 8.16).

use std::ops::Range;

use bytes::{BufMut, Bytes};
use dynpack_media::boxes::{TFXD, put_box, put_full_box, put_uuid_box};
use dynpack_media::{Rendition, SampleIndex, Segment, Ticks};

use super::boxes::{brands_len, put_brands};
use super::protection::Signal;
use super::run::Run;
use super::times::{Clock, Times};
use super::{MOST_HEAD, Profile, TRACK_ID};
use crate::{Error, Piece, Read, SegmentPlan};

const SIDX_LEN: u64 = 52;
const MFHD_LEN: u64 = 16;
const TFDT_LEN: u64 = 20;
const TFXD_LEN: u64 = 44;
/// Size and type of a box without content.
const BOX_LEN: u64 = 8;

/// The largest `referenced_size` of a `sidx`, which has 31 bits (8.16.3.2).
const MOST_INDEXED: u64 = (1 << 31) - 1;

/// Which samples of a segment a fragment has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Selection {
    /// All.
    Whole,
    /// The first, for all of the segment.
    KeyFrame,
}

/// One fragment, with what goes before it in its segment.
pub(super) struct Fragment<'a> {
    profile: Profile,
    rendition: &'a Rendition,
    segment: &'a Segment,
    payload_len: u64,
    run: Run<'a>,
    signal: Option<&'a Signal>,
}

impl<'a> Fragment<'a> {
    /// A fragment in the clear.
    pub(super) fn new(
        profile: Profile,
        rendition: &'a Rendition,
        segment: &'a Segment,
        selection: Selection,
    ) -> Self {
        let times = Times::new(profile.clock(), rendition, segment, selection);
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

    pub(super) fn sample_count(&self) -> u32 {
        self.run.sample_count()
    }

    pub(super) fn samples(&self) -> Range<SampleIndex> {
        self.run.times().samples()
    }

    /// The segment: its head, and the samples where they lie.
    pub(super) fn plan(&self) -> Result<SegmentPlan, Error> {
        let head = self.head()?;
        let reads = Read::samples(self.rendition, self.samples()).map(Piece::Read);
        Ok(SegmentPlan::spliced(std::iter::once(Piece::Bytes(head)).chain(reads).collect()))
    }

    /// Bytes of the segment.
    pub(super) fn len(&self) -> Result<u64, Error> {
        Ok(self.head_len()? + self.payload_len)
    }

    fn head(&self) -> Result<Bytes, Error> {
        let promised = self.head_len()?;
        let mut out = Vec::with_capacity(usize::try_from(promised).unwrap_or_default());
        self.put_head(&mut out)?;
        let got = out.len() as u64;
        debug_assert_eq!(promised, got, "the head is as long as promised");
        if got == promised { Ok(out.into()) } else { Err(Error::BrokenPromise { promised, got }) }
    }

    /// Writes all that stands before the samples.
    pub(super) fn put_head(&self, out: &mut Vec<u8>) -> Result<(), Error> {
        put_brands(out, b"styp", self.profile.segment_brands(self.is_indexed()));
        if self.is_indexed() {
            self.put_sidx(out)?;
        }
        self.put_moof(out)?;
        self.put_mdat_header(out);
        Ok(())
    }

    /// The `sidx` box (8.16.3) with this segment as its one subsegment. Its times are those of the
    /// presentation, after the edit list (8.16.3.1): the numbers that the manifests give too.
    fn put_sidx(&self, out: &mut Vec<u8>) -> Result<(), Error> {
        let start = self.time(self.segment.start)?;
        put_full_box(out, b"sidx", 1, 0, |out| {
            out.put_u32(TRACK_ID);
            out.put_u32(self.rendition.timescale().hz());
            out.put_u64(start);
            out.put_u64(0);
            out.put_u16(0);
            out.put_u16(1);
            // Bounded by `is_indexed`.
            out.put_u32(u32::try_from(self.subsegment_len()).unwrap_or_default());
            out.put_u32(u32::try_from(self.segment.duration.0).unwrap_or_default());
            out.put_u32(self.stream_access_point());
        });
        Ok(())
    }

    /// `starts_with_SAP`, `SAP_type` and `SAP_delta_time` (8.16.3.3): type 1, where the sync sample
    /// is the first that is presented. Where others are presented before it, only a look into the
    /// samples would tell whether those can be decoded: type 0, unknown.
    fn stream_access_point(&self) -> u32 {
        let first = self.rendition.track.samples.samples(self.samples()).next();
        match first {
            Some(first) if !first.is_sync => 0,
            Some(first) if self.rendition.cuts.presentation_time(&first) > self.segment.start => {
                1 << 31
            }
            _ => 1 << 31 | 1 << 28,
        }
    }

    fn put_moof(&self, out: &mut Vec<u8>) -> Result<(), Error> {
        let data_offset =
            i32::try_from(self.moof_len() + self.mdat_header_len()).map_err(|_| self.too_many())?;
        let (start, mut result) = (out.len(), Ok(()));
        put_box(out, b"moof", |out| {
            put_full_box(out, b"mfhd", 0, 0, |out| {
                out.put_u32(self.segment.number.0.wrapping_add(1))
            });
            put_box(out, b"traf", |out| {
                result = self.put_traf(out, start, data_offset);
            });
        });
        result
    }

    /// The `traf` of a `moof` that starts at `moof` in `out`.
    fn put_traf(&self, out: &mut Vec<u8>, moof: usize, data_offset: i32) -> Result<(), Error> {
        self.run.put_tfhd(out);
        let is_smooth = self.profile.clock() == Clock::Smooth;
        if !is_smooth {
            let start = self.time(self.run.times().start())?;
            put_full_box(out, b"tfdt", 1, 0, |out| out.put_u64(start));
        }
        self.run.put_trun(out, data_offset)?;
        if let Some(signal) = self.signal {
            signal.put(moof, out);
        }
        if is_smooth { self.put_tfxd(out) } else { Ok(()) }
    }

    /// The `tfxd` box (\[MS-SSTR\] 2.2.4.4): when the segment is presented, and until when, as the
    /// client manifest says it.
    fn put_tfxd(&self, out: &mut Vec<u8>) -> Result<(), Error> {
        let start = self.time(self.run.times().written(self.segment.start))?;
        let end =
            self.time(self.run.times().written(self.segment.start + self.segment.duration))?;
        put_uuid_box(out, TFXD, 1, 0, |out| {
            out.put_u64(start);
            out.put_u64(end.saturating_sub(start));
        });
        Ok(())
    }

    fn put_mdat_header(&self, out: &mut Vec<u8>) {
        let len = self.mdat_header_len() + self.payload_len;
        match u32::try_from(len) {
            Ok(len) => {
                out.put_u32(len);
                out.put_slice(b"mdat");
            }
            Err(_) => {
                out.put_u32(1);
                out.put_slice(b"mdat");
                out.put_u64(len);
            }
        }
    }

    fn head_len(&self) -> Result<u64, Error> {
        let brands = brands_len(self.profile.segment_brands(self.is_indexed()));
        let index = if self.is_indexed() { SIDX_LEN } else { 0 };
        let len = brands + index + self.moof_len() + self.mdat_header_len();
        if len > MOST_HEAD { Err(self.too_many()) } else { Ok(len) }
    }

    /// A segment too long for the fields of a `sidx` has none: 2 GiB, or 2^32 ticks.
    fn is_indexed(&self) -> bool {
        self.profile.has_index()
            && self.subsegment_len() <= MOST_INDEXED
            && u32::try_from(self.segment.duration.0).is_ok()
    }

    fn subsegment_len(&self) -> u64 {
        self.moof_len() + self.mdat_header_len() + self.payload_len
    }

    fn moof_len(&self) -> u64 {
        let start = if self.profile.clock() == Clock::Smooth { TFXD_LEN } else { TFDT_LEN };
        BOX_LEN
            + MFHD_LEN
            + BOX_LEN
            + self.run.tfhd_len()
            + start
            + self.run.trun_len()
            + self.signal.map_or(0, Signal::len)
    }

    fn mdat_header_len(&self) -> u64 {
        if u32::try_from(BOX_LEN + self.payload_len).is_ok() { BOX_LEN } else { BOX_LEN + 8 }
    }

    /// A time as a field holds it.
    fn time(&self, time: Ticks) -> Result<u64, Error> {
        let problem = || format!("it is decoded before 0, at {time}");
        u64::try_from(time.0)
            .map_err(|_| Error::Sample { sample: self.samples().start, problem: problem() })
    }

    fn too_many(&self) -> Error {
        let count = self.samples().end.0.saturating_sub(self.samples().start.0);
        Error::Unsupported(format!("one of its segments has {count} samples"))
    }
}
