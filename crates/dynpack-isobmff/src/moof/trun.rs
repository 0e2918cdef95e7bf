//! The samples of a `trun` box, with what holds for them (ISO/IEC 14496-12, 8.8.8).

use dynpack_boxes::SampleFlags;
use dynpack_boxes::moof::Trun;
use dynpack_boxes::moov::Trex;

use crate::Error;
use crate::boxes::BoxRef;
use crate::gathered::SampleRun;

/// A run of samples.
#[derive(Clone, Copy, Debug)]
pub(super) struct Run<'a>(Trun<'a>);

impl<'a> Run<'a> {
    pub(super) fn read(trun: &BoxRef<'a>) -> Result<Self, Error> {
        trun.read().map(Self)
    }

    /// How many there are.
    pub(super) const fn count(&self) -> u32 {
        self.0.head().sample_count
    }

    /// Where they lie, in bytes from the base of the `traf`; after the run before it where it does
    /// not say.
    pub(super) const fn data_offset(&self) -> Option<i32> {
        self.0.head().data_offset
    }

    /// Bytes of all samples together; `None` if they pass 64 bits.
    pub(super) fn byte_len(&self, defaults: Trex) -> Option<u64> {
        let byte_len = |run: SampleRun| u64::from(run.size).checked_mul(run.count.into());
        self.samples(defaults).try_fold(0_u64, |sum, run| sum.checked_add(byte_len(run)?))
    }

    /// The samples, equal ones together where the `trun` lists no fields of single ones.
    pub(super) fn samples(&self, defaults: Trex) -> impl Iterator<Item = SampleRun> + use<'a> {
        let head = *self.0.head();
        let run = move |count, flags: SampleFlags| SampleRun {
            count,
            duration: defaults.default_sample_duration,
            size: defaults.default_sample_size,
            composition_offset: 0,
            is_sync: flags.is_sync(),
        };
        let unlisted = if head.fields.sample_len() == 0 { head.sample_count } else { 0 };
        let own_flags = defaults.default_sample_flags;
        let first = run(unlisted.min(1), head.first_sample_flags.unwrap_or(own_flags));
        let others = run(unlisted.saturating_sub(1), own_flags);
        let listed = self.0.samples().enumerate().map(move |(at, sample)| {
            let flags = sample.flags.unwrap_or(own_flags);
            let first_flags = head.first_sample_flags.filter(|_| at == 0);
            SampleRun {
                count: 1,
                duration: sample.duration.unwrap_or(defaults.default_sample_duration),
                size: sample.size.unwrap_or(defaults.default_sample_size),
                composition_offset: sample.composition_offset.unwrap_or(0).cast_unsigned(),
                is_sync: first_flags.unwrap_or(flags).is_sync(),
            }
        });
        [first, others].into_iter().filter(|run| run.count > 0).chain(listed)
    }
}
