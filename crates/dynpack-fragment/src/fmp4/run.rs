//! What a fragment says of its samples: once for all where they agree, else sample by sample.

use std::ops::Range;

use bytes::BufMut;
use dynpack_media::boxes::put_full_box;
use dynpack_media::{Rendition, SampleIndex, SampleTable};

use super::times::{Moment, Times};
use super::{Profile, TRACK_ID};
use crate::Error;

/// `sample_flags` of a sample at which decoding can start: it depends on no other (ISO/IEC
/// 14496-12, 8.8.3.1).
const SYNC: u32 = 0x0200_0000;
/// `sample_flags` of any other: it depends on others, and is no sync sample.
const NON_SYNC: u32 = 0x0101_0000;

/// Flags of `tfhd` (8.8.7.1).
mod tfhd {
    pub(super) const DEFAULT_DURATION: u32 = 0x8;
    pub(super) const DEFAULT_SIZE: u32 = 0x10;
    pub(super) const DEFAULT_FLAGS: u32 = 0x20;
    /// Those which stand for a field.
    pub(super) const DEFAULTS: u32 = DEFAULT_DURATION | DEFAULT_SIZE | DEFAULT_FLAGS;
    pub(super) const DEFAULT_BASE_IS_MOOF: u32 = 0x2_0000;
}

/// Flags of `trun` (8.8.8.1).
mod trun {
    pub(super) const DATA_OFFSET: u32 = 0x1;
    pub(super) const FIRST_SAMPLE_FLAGS: u32 = 0x4;
    pub(super) const DURATION: u32 = 0x100;
    pub(super) const SIZE: u32 = 0x200;
    pub(super) const FLAGS: u32 = 0x400;
    pub(super) const COMPOSITION_OFFSET: u32 = 0x800;
    /// Those which stand for a field of each sample.
    pub(super) const EACH: u32 = DURATION | SIZE | FLAGS | COMPOSITION_OFFSET;
}

/// The samples of one fragment as `tfhd` and `trun` describe them.
///
/// There is one `trun`, whatever the pattern of sync samples: players for Smooth Streaming take no
/// more.
pub(super) struct Run<'a> {
    table: &'a SampleTable,
    times: Times<'a>,
    base_flags: u32,
    duration: Option<u32>,
    size: Option<u32>,
    flags: Flags,
    has_offsets: bool,
}

/// Where the flags of the samples stand.
enum Flags {
    /// All have the same.
    Same(u32),
    /// All but the first have the same.
    First { first: u32, others: u32 },
    /// Each has its own.
    Each,
}

impl Flags {
    fn of(table: &SampleTable, samples: &Range<SampleIndex>) -> Self {
        let Some(sync) = table.sync_samples(samples.clone()) else { return Self::Same(SYNC) };
        let count = samples.end.0.saturating_sub(samples.start.0) as usize;
        match sync {
            [] => Self::Same(NON_SYNC),
            _ if sync.len() == count => Self::Same(SYNC),
            [only] if *only == samples.start => Self::First { first: SYNC, others: NON_SYNC },
            [second, ..] if sync.len() + 1 == count && *second > samples.start => {
                Self::First { first: NON_SYNC, others: SYNC }
            }
            _ => Self::Each,
        }
    }
}

impl<'a> Run<'a> {
    pub(super) fn new(profile: Profile, rendition: &'a Rendition, times: Times<'a>) -> Self {
        let (table, samples) = (&rendition.track.samples, times.samples());
        Self {
            table,
            base_flags: flag(profile.says_base_is_moof(), tfhd::DEFAULT_BASE_IS_MOOF),
            duration: times.uniform_duration(),
            size: table.uniform_size(samples.clone()),
            flags: Flags::of(table, &samples),
            has_offsets: times.has_offsets(),
            times,
        }
    }

    pub(super) fn times(&self) -> &Times<'a> {
        &self.times
    }

    /// Length of the `tfhd` box.
    pub(super) fn tfhd_len(&self) -> u64 {
        16 + 4 * u64::from((self.tfhd_flags() & tfhd::DEFAULTS).count_ones())
    }

    /// Length of the `trun` box.
    pub(super) fn trun_len(&self) -> u64 {
        let flags = self.trun_flags();
        let first = if flags & trun::FIRST_SAMPLE_FLAGS == 0 { 0 } else { 4 };
        20 + first
            + u64::from(self.sample_count()) * 4 * u64::from((flags & trun::EACH).count_ones())
    }

    /// Writes the `tfhd` box (8.8.7), with all that the samples have in common: CMAF wants no
    /// defaults in `trex`.
    pub(super) fn put_tfhd(&self, out: &mut Vec<u8>) {
        put_full_box(out, b"tfhd", 0, self.tfhd_flags(), |out| {
            out.put_u32(TRACK_ID);
            let flags = match self.flags {
                Flags::Same(flags) | Flags::First { others: flags, .. } => Some(flags),
                Flags::Each => None,
            };
            for default in [self.duration, self.size, flags].into_iter().flatten() {
                out.put_u32(default);
            }
        });
    }

    /// Writes the `trun` box (8.8.8). It is of version 1, whose composition offsets are signed:
    /// read as unsigned, a frame shown before the one decoded before it would be hours late.
    pub(super) fn put_trun(&self, out: &mut Vec<u8>, data_offset: i32) -> Result<(), Error> {
        let mut result = Ok(());
        put_full_box(out, b"trun", 1, self.trun_flags(), |out| {
            out.put_u32(self.sample_count());
            out.put_i32(data_offset);
            if let Flags::First { first, .. } = self.flags {
                out.put_u32(first);
            }
            if self.trun_flags() & trun::EACH != 0 {
                result = self.times.moments().try_for_each(|moment| self.put_sample(out, &moment));
            }
        });
        result
    }

    fn put_sample(&self, out: &mut Vec<u8>, moment: &Moment) -> Result<(), Error> {
        let Moment { sample, duration, offset } = moment;
        let cannot = |problem: String| Error::Sample { sample: sample.index, problem };
        if self.duration.is_none() {
            let field = u32::try_from(duration.0)
                .map_err(|_| cannot(format!("it lasts {duration} ticks")))?;
            out.put_u32(field);
        }
        if self.size.is_none() {
            out.put_u32(sample.size);
        }
        if matches!(self.flags, Flags::Each) {
            out.put_u32(if sample.is_sync { SYNC } else { NON_SYNC });
        }
        if self.has_offsets {
            let problem = || cannot(format!("it is presented {offset} ticks after it is decoded"));
            out.put_i32(i32::try_from(offset.0).map_err(|_| problem())?);
        }
        Ok(())
    }

    fn tfhd_flags(&self) -> u32 {
        self.base_flags
            | flag(self.duration.is_some(), tfhd::DEFAULT_DURATION)
            | flag(self.size.is_some(), tfhd::DEFAULT_SIZE)
            | flag(!matches!(self.flags, Flags::Each), tfhd::DEFAULT_FLAGS)
    }

    fn trun_flags(&self) -> u32 {
        trun::DATA_OFFSET
            | flag(matches!(self.flags, Flags::First { .. }), trun::FIRST_SAMPLE_FLAGS)
            | flag(self.duration.is_none(), trun::DURATION)
            | flag(self.size.is_none(), trun::SIZE)
            | flag(matches!(self.flags, Flags::Each), trun::FLAGS)
            | flag(self.has_offsets, trun::COMPOSITION_OFFSET)
    }

    pub(super) fn sample_count(&self) -> u32 {
        let samples = self.times.samples();
        samples.end.0.min(self.table.len()).saturating_sub(samples.start.0)
    }
}

const fn flag(condition: bool, flag: u32) -> u32 {
    if condition { flag } else { 0 }
}
