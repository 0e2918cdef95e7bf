//! What a fragment says of its samples: once for all where they agree, else sample by sample.

use std::ops::Range;

use dynpack_boxes::moof::{Tfhd, TrunFields, TrunHead, TrunSample};
use dynpack_boxes::{BoxType, SampleFlags};
use dynpack_media::{Rendition, SampleIndex, SampleTable};

use super::file::TRACK_ID;
use super::profile::Profile;
use super::times::{Moment, Times};
use crate::Error;

/// The samples of one fragment as `tfhd` and `trun` describe them.
///
/// There is one `trun`, whatever the pattern of sync samples: players for Smooth Streaming take no
/// more. All that the samples have in common is in `tfhd`: CMAF wants no defaults in `trex`.
pub(super) struct Run<'a> {
    times: Times<'a>,
    tfhd: Tfhd,
    trun: TrunHead,
}

/// What the samples depend on.
enum Flags {
    /// All have the same.
    Same(SampleFlags),
    /// All but the first have the same.
    First { first: SampleFlags, others: SampleFlags },
    /// Each has its own.
    Each,
}

impl Flags {
    fn of(table: &SampleTable, samples: &Range<SampleIndex>) -> Self {
        let Some(sync) = table.sync_samples(samples.clone()) else {
            return Self::Same(SampleFlags::SYNC);
        };
        let count = samples.end.0.saturating_sub(samples.start.0) as usize;
        let (is_sync, is_not) = (SampleFlags::SYNC, SampleFlags::NON_SYNC);
        match sync {
            [] => Self::Same(SampleFlags::NON_SYNC),
            _ if sync.len() == count => Self::Same(SampleFlags::SYNC),
            [only] if *only == samples.start => Self::First { first: is_sync, others: is_not },
            [second, ..] if sync.len().checked_add(1) == Some(count) && *second > samples.start => {
                Self::First { first: is_not, others: is_sync }
            }
            _ => Self::Each,
        }
    }

    /// What all samples have, but perhaps the first.
    const fn default(&self) -> Option<SampleFlags> {
        match self {
            Self::Same(flags) | Self::First { others: flags, .. } => Some(*flags),
            Self::Each => None,
        }
    }

    /// What the first sample alone has.
    const fn first(&self) -> Option<SampleFlags> {
        match self {
            Self::First { first, .. } => Some(*first),
            Self::Same(_) | Self::Each => None,
        }
    }
}

impl<'a> Run<'a> {
    pub(super) fn new(profile: Profile, rendition: &'a Rendition, times: Times<'a>) -> Self {
        let (table, samples) = (&rendition.track.samples, times.samples());
        let flags = Flags::of(table, &samples);
        let tfhd = Tfhd {
            default_sample_duration: times.uniform_duration(),
            default_sample_size: table.uniform_size(samples.clone()),
            default_sample_flags: flags.default(),
            default_base_is_moof: profile.says_base_is_moof(),
            ..Tfhd::new(TRACK_ID)
        };
        let fields = TrunFields {
            duration: tfhd.default_sample_duration.is_none(),
            size: tfhd.default_sample_size.is_none(),
            flags: tfhd.default_sample_flags.is_none(),
            composition_offset: times.has_offsets(),
        };
        let trun = TrunHead {
            sample_count: samples.end.0.min(table.len()).saturating_sub(samples.start.0),
            data_offset: Some(0),
            first_sample_flags: flags.first(),
            fields,
        };
        Self { times, tfhd, trun }
    }

    pub(super) fn times(&self) -> &Times<'a> {
        &self.times
    }

    pub(super) const fn sample_count(&self) -> u32 {
        self.trun.sample_count
    }

    /// The `tfhd` box.
    pub(super) const fn tfhd(&self) -> &Tfhd {
        &self.tfhd
    }

    /// Bytes of the `trun` box.
    pub(super) const fn trun_len(&self) -> u64 {
        self.trun.box_len()
    }

    /// Appends the `trun` box, for samples that start at `data_offset` from the start of `moof`.
    pub(super) fn put_trun(&self, data_offset: i32, out: &mut Vec<u8>) -> Result<(), Error> {
        let samples = self.samples()?;
        let head = TrunHead { data_offset: Some(data_offset), ..self.trun };
        head.with_samples(&samples).expect("all samples have the same fields").put(out);
        Ok(())
    }

    /// What `trun` says of each sample.
    fn samples(&self) -> Result<Vec<u8>, Error> {
        let len = usize::try_from(self.trun.samples_len()).map_err(|_| self.too_many())?;
        let mut out = Vec::with_capacity(len);
        if len > 0 {
            self.times.moments().try_for_each(|moment| {
                self.sample(&moment)?.put(&mut out);
                Ok(())
            })?;
        }
        Ok(out)
    }

    fn sample(&self, moment: &Moment) -> Result<TrunSample, Error> {
        let Moment { sample, duration, offset } = moment;
        let fields = self.trun.fields;
        let cannot = |problem: String| Error::Sample { sample: sample.index, problem };
        let too_long = |_| cannot(format!("it lasts {duration} ticks"));
        let too_late = |_| cannot(format!("it is presented {offset} ticks after it is decoded"));
        let duration = fields.duration.then(|| u32::try_from(duration.0));
        let offset = fields.composition_offset.then(|| i32::try_from(offset.0));
        let flags = if sample.is_sync { SampleFlags::SYNC } else { SampleFlags::NON_SYNC };
        Ok(TrunSample {
            duration: duration.transpose().map_err(too_long)?,
            size: fields.size.then_some(sample.size),
            flags: fields.flags.then_some(flags),
            composition_offset: offset.transpose().map_err(too_late)?,
        })
    }

    /// A segment of more samples than any real one.
    pub(super) fn too_many(&self) -> Error {
        let samples = self.times.samples();
        let count = samples.end.0.saturating_sub(samples.start.0);
        Error::Unsupported(format!("one of its segments has {count} samples"))
    }
}
