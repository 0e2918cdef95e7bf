//! How a track goes with the other tracks of its file (ISO/IEC 14496-12, 8.3.2 and 8.10.3).

use std::num::NonZeroI32;

use dynpack_boxes::moov::{Tkhd, Tsel};
use dynpack_media::Grouping;

use crate::Error;
use crate::boxes::BoxRef;

/// What `tkhd` and `tsel` say. User data that cannot be read says nothing.
pub(crate) fn read(trak: &BoxRef<'_>) -> Result<Grouping, Error> {
    let tkhd = trak.require(b"tkhd")?.read::<Tkhd>()?;
    let udta = trak.child(b"udta").ok().flatten();
    let switch_group = udta.and_then(|udta| {
        let tsel = udta.find::<Tsel<'_>>().ok()??;
        NonZeroI32::new(tsel.switch_group)
    });
    let Tkhd { is_enabled, alternate_group, .. } = tkhd;
    Ok(Grouping { is_enabled, alternate_group, switch_group })
}
