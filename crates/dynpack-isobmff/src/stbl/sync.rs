//! The `stss` box: the samples at which decoding can start (ISO/IEC 14496-12, 8.6.2).

use byteorder::{BigEndian, ByteOrder};
use dynpack_media::SampleIndex;

use crate::Error;
use crate::boxes::BoxRef;

/// Reads the sync samples of a track of `count`.
///
/// An empty box says that there are none, as with gradual decoder refresh; decoding has to start
/// somewhere, and may start at the first sample. Numbers that repeat or lie after the last sample
/// are passed over.
pub(crate) fn read(stss: &BoxRef<'_>, count: u32) -> Result<Vec<SampleIndex>, Error> {
    let mut fields = stss.fields();
    fields.version_and_flags()?;
    let entries = fields.u32()?;
    let mut samples = Vec::new();
    let mut last = 0;
    for number in fields.table::<4>(entries)?.iter().map(|entry| BigEndian::read_u32(entry)) {
        let Some(index) = number.checked_sub(1) else {
            return Err(stss.malformed("names sample 0, but counts from 1"));
        };
        if number < last {
            return Err(stss.malformed(format!("names sample {number} after sample {last}")));
        }
        if number > last && index < count {
            samples.push(SampleIndex(index));
        }
        last = number;
    }
    if samples.is_empty() {
        samples.push(SampleIndex(0));
    }
    Ok(samples)
}
