//! Indexes of fragments: `mfra` and `sidx` (ISO/IEC 14496-12, 8.8.9 and 8.16.3).

use crate::mp4::{boxed, full, words};

/// The `mfra` box, with the times and offsets of a track's fragments.
#[must_use]
pub fn mfra(track: u32, entries: &[(u64, u64)]) -> Vec<u8> {
    let mut tfra = words(&[track, 0, u32::try_from(entries.len()).unwrap()]);
    for (time, offset) in entries {
        tfra.extend([&time.to_be_bytes()[..], &offset.to_be_bytes(), &[1, 1, 1]].concat());
    }
    let tfra = full(b"tfra", 1, 0, &tfra);
    let len = u32::try_from(8 + tfra.len() + 16).unwrap();
    boxed(b"mfra", &[tfra, full(b"mfro", 0, 0, &words(&[len]))].concat())
}

/// A `sidx` box with segments of these lengths. The first one is directly after it.
#[must_use]
pub fn sidx(lengths: &[u32]) -> Vec<u8> {
    let entries: Vec<u32> = lengths.iter().flat_map(|len| [*len, 1, 0x9000_0000]).collect();
    full(
        b"sidx",
        0,
        0,
        &[words(&[1, 12_800, 0, 0, u32::try_from(lengths.len()).unwrap()]), words(&entries)]
            .concat(),
    )
}
