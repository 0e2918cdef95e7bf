//! Samples of MP4 tracks, and what their sample entries share.

use std::ops::Range;

use dynpack_boxes::put_container;
use dynpack_media::Ticks;

/// A sample of a text track.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Sample {
    /// When it is shown, in ticks of its track.
    pub span: Range<Ticks>,
    /// Its bytes.
    pub data: Vec<u8>,
}

/// Bytes before the fields of a format in a sample entry: six reserved, and the index of its data
/// reference (ISO/IEC 14496-12, 8.5.2.2).
pub(crate) const ENTRY_START: [u8; 8] = [0, 0, 0, 0, 0, 0, 0, 1];

/// A sample entry: a whole box.
pub(crate) fn put_entry(code: [u8; 4], fields: impl FnOnce(&mut Vec<u8>)) -> Vec<u8> {
    let mut entry = Vec::new();
    put_container(code, &mut entry, |out| {
        out.extend(ENTRY_START);
        fields(out);
    });
    entry
}
