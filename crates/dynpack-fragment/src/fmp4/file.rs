//! What all files that are written here have in common.

use dynpack_media::TrackId;

/// The id of the one track of each file.
pub(super) const TRACK_ID: TrackId = TrackId(1);

/// The longest head of a segment, and the longest init segment, in bytes: a million samples with
/// all that can be said of each. A file whose tables claim more gets no memory.
pub(super) const MAX_HEAD: u64 = 16 << 20;
