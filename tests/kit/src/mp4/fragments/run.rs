//! Runs of samples (`trun`, ISO/IEC 14496-12, 8.8.8).

use super::Sample;
use crate::mp4::{full, words};

/// A run of samples, and which of their fields it lists. The others have defaults.
#[derive(Clone, Debug)]
pub struct Run {
    /// Version of the box: composition offsets are signed in version 1.
    pub version: u8,
    /// Whether it has a data offset; otherwise its data follows that of the run before.
    pub has_data_offset: bool,
    /// The fields it lists, as flags of the box: 0x100 for durations, 0x200 for sizes, 0x400 for
    /// flags, 0x800 for composition offsets, 4 for the first flags.
    pub fields: u32,
    /// Its samples, in decoding order.
    pub samples: Vec<Sample>,
}

impl Run {
    /// A run that lists all fields of each sample.
    #[must_use]
    pub fn new(samples: &[Sample]) -> Self {
        Self { version: 1, has_data_offset: true, fields: 0xf00, samples: samples.into() }
    }

    /// The size of all samples together, in bytes.
    #[must_use]
    pub fn byte_len(&self) -> u32 {
        self.samples.iter().map(|sample| sample.size).sum()
    }

    pub(super) fn boxed(&self, data_offset: i32) -> Vec<u8> {
        let mut body = words(&[u32::try_from(self.samples.len()).unwrap()]);
        if self.has_data_offset {
            body.extend(data_offset.to_be_bytes());
        }
        if self.fields & 4 != 0 {
            body.extend(words(&[self.samples[0].flags]));
        }
        for sample in &self.samples {
            let columns = [
                sample.duration,
                sample.size,
                sample.flags,
                sample.composition_offset.cast_unsigned(),
            ];
            let declared = [0x100, 0x200, 0x400, 0x800]
                .into_iter()
                .zip(columns)
                .filter(|(flag, _)| self.fields & flag != 0);
            body.extend(declared.flat_map(|(_, column)| column.to_be_bytes()));
        }
        full(b"trun", self.version, self.fields | u32::from(self.has_data_offset), &body)
    }
}
