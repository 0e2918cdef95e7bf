//! What a `tfhd` decides for the samples of its `traf` (ISO/IEC 14496-12, 8.8.7).

use dynpack_boxes::moof::Tfhd;
use dynpack_boxes::moov::Trex;

/// From where on data offsets count, in bytes from the start of the file; `None` for the end of the
/// data of the `traf` before, or for the `moof` where there is none.
pub(super) fn base(tfhd: &Tfhd, moof_offset: u64) -> Option<u64> {
    tfhd.base_data_offset.or_else(|| tfhd.default_base_is_moof.then_some(moof_offset))
}

/// What holds for the samples: what `tfhd` says, and `trex` where it says nothing.
pub(super) fn defaults(tfhd: &Tfhd, trex: Trex) -> Trex {
    Trex {
        track_id: tfhd.track_id,
        default_sample_description_index: tfhd
            .sample_description_index
            .unwrap_or(trex.default_sample_description_index),
        default_sample_duration: tfhd
            .default_sample_duration
            .unwrap_or(trex.default_sample_duration),
        default_sample_size: tfhd.default_sample_size.unwrap_or(trex.default_sample_size),
        default_sample_flags: tfhd.default_sample_flags.unwrap_or(trex.default_sample_flags),
    }
}
