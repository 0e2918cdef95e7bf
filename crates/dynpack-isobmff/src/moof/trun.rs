//! The `trun` box: samples that lie one behind the other (ISO/IEC 14496-12, 8.8.8).

use byteorder::{BigEndian, ByteOrder};

use crate::Error;
use crate::boxes::BoxRef;
use crate::gathered::Alike;
use crate::mvex::{Defaults, SampleFlags};

const DATA_OFFSET: u32 = 0x001;
const FIRST_SAMPLE_FLAGS: u32 = 0x004;
const DURATION: u32 = 0x100;
const SIZE: u32 = 0x200;
const FLAGS: u32 = 0x400;
const COMPOSITION_OFFSET: u32 = 0x800;

/// A run of samples.
#[derive(Clone, Copy, Debug)]
pub(super) struct Run<'a> {
    /// How many there are.
    pub(super) count: u32,
    /// Where they lie, in bytes from the base of the `traf`; behind the run before where it does
    /// not say.
    pub(super) data_offset: Option<i32>,
    flags: u32,
    first_sample_flags: Option<u32>,
    entries: &'a [u8],
    /// Bytes of an entry, 0 where nothing is told of single samples.
    entry_len: usize,
}

impl<'a> Run<'a> {
    pub(super) fn read(trun: &'a BoxRef<'a>) -> Result<Self, Error> {
        let mut fields = trun.fields();
        let (_, flags) = fields.version_and_flags()?;
        let count = fields.u32()?;
        let data_offset = if flags & DATA_OFFSET != 0 { Some(fields.i32()?) } else { None };
        let first_sample_flags =
            if flags & FIRST_SAMPLE_FLAGS != 0 { Some(fields.u32()?) } else { None };
        let told = [DURATION, SIZE, FLAGS, COMPOSITION_OFFSET]
            .iter()
            .filter(|flag| flags & **flag != 0)
            .count();
        let entry_len = told.saturating_mul(4);
        let len = usize::try_from(count).unwrap_or(usize::MAX).saturating_mul(entry_len);
        let entries = fields
            .take(len)
            .map_err(|_| trun.malformed(format!("count {count} exceeds the body")))?;
        Ok(Self { count, data_offset, flags, first_sample_flags, entries, entry_len })
    }

    /// Bytes of all samples together; `None` if they pass 64 bits.
    pub(super) fn byte_len(&self, defaults: Defaults) -> Option<u64> {
        let byte_len = |alike: Alike| u64::from(alike.size).checked_mul(alike.count.into());
        self.samples(defaults).try_fold(0_u64, |sum, alike| sum.checked_add(byte_len(alike)?))
    }

    /// The samples, equal ones together where nothing is told of single ones.
    ///
    /// Composition offsets are signed in version 0 as in version 1, like those of `ctts`.
    pub(super) fn samples(&self, defaults: Defaults) -> impl Iterator<Item = Alike> + use<'a> {
        let Self { flags, first_sample_flags, .. } = *self;
        let first_flags = first_sample_flags.map_or(defaults.flags, SampleFlags);
        let alike = move |count, flags: SampleFlags| Alike {
            count,
            duration: defaults.duration,
            size: defaults.size,
            composition_offset: 0,
            is_sync: flags.is_sync(),
        };
        let untold = if self.entry_len == 0 { self.count } else { 0 };
        let first = alike(untold.min(1), first_flags);
        let others = alike(untold.saturating_sub(1), defaults.flags);
        let told =
            self.entries.chunks_exact(self.entry_len.max(1)).enumerate().map(move |(at, entry)| {
                let mut words = entry.chunks_exact(4).map(BigEndian::read_u32);
                let mut field = |flag, default| {
                    if flags & flag != 0 { words.next().unwrap_or(default) } else { default }
                };
                let (duration, size) =
                    (field(DURATION, defaults.duration), field(SIZE, defaults.size));
                let sample_flags = SampleFlags(field(FLAGS, defaults.flags.0));
                let composition_offset = field(COMPOSITION_OFFSET, 0);
                let sample_flags = if at == 0 && first_sample_flags.is_some() {
                    first_flags
                } else {
                    sample_flags
                };
                Alike {
                    count: 1,
                    duration,
                    size,
                    composition_offset,
                    is_sync: sample_flags.is_sync(),
                }
            });
        [first, others].into_iter().filter(|alike| alike.count > 0).chain(told)
    }
}
