//! The `stsc`, `stco` and `co64` boxes: where the samples lie in the file (ISO/IEC 14496-12, 8.7.4
//! and 8.7.5).

use byteorder::{BigEndian, ByteOrder};

use dynpack_media::{Column, StoredChunks, StoredOffsets};

use super::sizes::Sizes;
use crate::Error;
use crate::boxes::BoxRef;
use crate::samples::Chunks;

/// Reads the chunks, until every sample has its place.
///
/// Chunks of no samples, and runs or chunks after the last sample, do no harm and are passed over.
/// Runs that do not ascend from chunk 1, or chunks for fewer samples than there are, leave samples
/// without a place: those are refused.
pub(crate) fn read(
    stsc: &BoxRef<'_>,
    offset_box: &BoxRef<'_>,
    sizes: &Sizes<'_>,
) -> Result<Chunks, Error> {
    let offsets = Offsets::read(offset_box)?;
    let runs = runs(stsc)?;
    let mut chunks = Chunks::with_capacity(offsets.len().min(sizes.count()) as usize);
    let mut next = 0_u32;
    for (at, run) in runs.iter().map(Run::read).enumerate() {
        let expected_first = if at == 0 { run.first_chunk == 1 } else { run.first_chunk > 0 };
        let following = runs.get(at.saturating_add(1)).map(|run| Run::read(run).first_chunk);
        if !expected_first || following.is_some_and(|following| following <= run.first_chunk) {
            return Err(stsc
                .malformed(format!("run {} does not ascend from chunk 1", at.saturating_add(1))));
        }
        let last_chunk = following
            .map_or(offsets.len(), |following| following.saturating_sub(1))
            .min(offsets.len());
        for chunk in run.first_chunk..=last_chunk {
            let count = run.samples_per_chunk.min(sizes.count().saturating_sub(next));
            if count == 0 {
                break;
            }
            let offset = offsets.get(chunk.saturating_sub(1));
            chunks
                .push(next, offset, sizes.sum(next, count))
                .ok_or_else(|| offset_box.malformed(format!("chunk {chunk} passes 64 bits")))?;
            next = next.saturating_add(count);
        }
    }
    if next < sizes.count() {
        let problem = format!(
            "gives places to {next} samples in {} chunks, where there are {}",
            offsets.len(),
            sizes.count()
        );
        return Err(stsc.malformed(problem));
    }
    Ok(chunks)
}

/// The chunks of samples of these sizes, looked up in the boxes, which stay in memory. `None` for
/// chunks that [`read`] refuses, and for some that it accepts.
pub(crate) fn stored(
    stsc: &BoxRef<'_>,
    offset_box: &BoxRef<'_>,
    sizes: &Column,
) -> Option<StoredChunks> {
    let runs = runs(stsc).ok()?;
    let description = Run::read(runs.first()?).description;
    let mut last_chunk = 0;
    for run in runs.iter().map(Run::read) {
        if run.description != description || run.first_chunk <= last_chunk {
            return None;
        }
        last_chunk = run.first_chunk;
    }
    let offsets = match Offsets::read(offset_box).ok()? {
        Offsets::Narrow(offsets) => StoredOffsets::Narrow(offset_box.kept(offsets.as_flattened())),
        Offsets::Wide(offsets) => StoredOffsets::Wide(offset_box.kept(offsets.as_flattened())),
    };
    StoredChunks::new(stsc.kept(runs.as_flattened()), offsets, sizes)
}

/// Which entries of `stsd` describe the first `count` samples, from 1. The same one may be named
/// again, and so may one of the first chunk that is empty.
pub(crate) fn descriptions(stsc: &BoxRef<'_>, count: u32) -> Result<Vec<u32>, Error> {
    let runs = runs(stsc)?;
    let mut descriptions = Vec::new();
    let mut before = 0_u64;
    for (run, next) in runs.iter().zip(runs.iter().skip(1).map(Some).chain([None])) {
        let run = Run::read(run);
        if descriptions.last() != Some(&run.description) && run.samples_per_chunk > 0 {
            descriptions.push(run.description);
        }
        let next = next.map_or(u32::MAX, |next| Run::read(next).first_chunk);
        let chunks = u64::from(next.saturating_sub(run.first_chunk));
        before = before.saturating_add(chunks.saturating_mul(run.samples_per_chunk.into()));
        if before >= u64::from(count) {
            break;
        }
    }
    Ok(descriptions)
}

/// A run of chunks which hold equally many samples.
struct Run {
    first_chunk: u32,
    samples_per_chunk: u32,
    description: u32,
}

impl Run {
    fn read(entry: &[u8; 12]) -> Self {
        let (first_chunk, rest) = entry.split_at(4);
        let (samples_per_chunk, description) = rest.split_at(4);
        let [first_chunk, samples_per_chunk, description] =
            [first_chunk, samples_per_chunk, description].map(BigEndian::read_u32);
        Self { first_chunk, samples_per_chunk, description }
    }
}

fn runs<'a>(stsc: &'a BoxRef<'a>) -> Result<&'a [[u8; 12]], Error> {
    let mut fields = stsc.fields();
    fields.version_and_flags()?;
    let entries = fields.u32()?;
    fields.table(entries)
}

/// Where chunks start, in bytes from the start of the file.
enum Offsets<'a> {
    Narrow(&'a [[u8; 4]]),
    Wide(&'a [[u8; 8]]),
}

impl<'a> Offsets<'a> {
    fn read(offset_box: &'a BoxRef<'a>) -> Result<Self, Error> {
        let mut fields = offset_box.fields();
        fields.version_and_flags()?;
        let entries = fields.u32()?;
        Ok(match &offset_box.kind.0 {
            b"co64" => Self::Wide(fields.table(entries)?),
            _ => Self::Narrow(fields.table(entries)?),
        })
    }

    fn len(&self) -> u32 {
        let len = match self {
            Self::Narrow(offsets) => offsets.len(),
            Self::Wide(offsets) => offsets.len(),
        };
        u32::try_from(len).expect("counted by 32 bits in the file")
    }

    fn get(&self, at: u32) -> u64 {
        match self {
            Self::Narrow(offsets) => {
                offsets.get(at as usize).map(|offset| BigEndian::read_u32(offset).into())
            }
            Self::Wide(offsets) => {
                offsets.get(at as usize).map(|offset| BigEndian::read_u64(offset))
            }
        }
        .unwrap_or_default()
    }
}
