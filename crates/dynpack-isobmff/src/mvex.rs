//! The `mvex` box: what holds for samples of movie fragments unless they say otherwise (ISO/IEC
//! 14496-12, 8.8.1).
//!
//! Not read: `mehd`, whose duration often lies, and `leva`.

use dynpack_boxes::moov::Trex;

use crate::boxes::BoxRef;
use crate::{Error, Limits};

/// The defaults of all tracks that have some.
pub(crate) fn read(mvex: &BoxRef<'_>, limits: &Limits) -> Result<Vec<Trex>, Error> {
    let mut defaults = Vec::new();
    for trex in mvex.children().all_of_kind(b"trex") {
        if defaults.len() as u64 >= u64::from(limits.tracks) {
            return Err(mvex.exceeds(
                "tracks",
                u64::from(limits.tracks).saturating_add(1),
                limits.tracks.into(),
            ));
        }
        defaults.push(trex?.read()?);
    }
    Ok(defaults)
}
