//! Streams of H.264 from x264.

use dynpack_codec::Codec;
use dynpack_testkit::codec;

/// Streams of x264, with 8 to 12 pictures of 128x96. Each is named for the feature that affects its
/// slice headers.
pub(crate) const STREAMS: [(&str, &[u8]); 5] = [
    ("B-frames, 4 slices a picture", include_bytes!("../data/cabac_b_frames_4_slices.h264")),
    ("baseline, CAVLC", include_bytes!("../data/baseline_cavlc.h264")),
    ("interlaced", include_bytes!("../data/interlaced_mbaff.h264")),
    ("4:4:4 with scaling lists", include_bytes!("../data/high_444_scaling_lists.h264")),
    ("weighted prediction", include_bytes!("../data/fade_weighted.h264")),
];

/// The configuration with the parameter sets among `units`.
pub(crate) fn config(units: &[Vec<u8>]) -> Codec {
    let of_kind = |kind| units.iter().find(|unit| unit[0] & 0x1f == kind).unwrap();
    codec::avc(&codec::avc_record(of_kind(7), of_kind(8), 4), (128, 96))
}

/// Whether a unit is a slice.
pub(crate) fn is_slice(unit: &[u8]) -> bool {
    matches!(unit[0] & 0x1f, 1 | 5)
}
