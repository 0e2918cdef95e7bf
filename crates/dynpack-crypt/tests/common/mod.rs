//! Streams of H.264 from an encoder.

use bytes::Bytes;
use dynpack_codec::AvcConfig;

/// Streams of x264, of 8 to 12 pictures of 128x96, each named for what shapes its slice headers.
pub(crate) const STREAMS: [(&str, &[u8]); 5] = [
    ("B-frames, 4 slices a picture", include_bytes!("../data/cabac_b_frames_4_slices.h264")),
    ("baseline, CAVLC", include_bytes!("../data/baseline_cavlc.h264")),
    ("interlaced", include_bytes!("../data/interlaced_mbaff.h264")),
    ("4:4:4 with scaling lists", include_bytes!("../data/high_444_scaling_lists.h264")),
    ("weighted prediction", include_bytes!("../data/fade_weighted.h264")),
];

/// The NAL units between the start codes of a stream.
pub(crate) fn units(stream: &[u8]) -> Vec<Vec<u8>> {
    let starts: Vec<_> =
        (0..stream.len()).filter(|&at| stream[at..].starts_with(&[0, 0, 1])).collect();
    let ends = starts.iter().skip(1).copied().chain([stream.len()]);
    let units = starts.iter().zip(ends).map(|(start, end)| {
        let unit = &stream[start + 3..end];
        let len = unit.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
        unit[..len].to_vec()
    });
    units.collect()
}

/// NAL units as a sample holds them, behind lengths of 4 bytes.
pub(crate) fn sample(units: &[Vec<u8>]) -> Vec<u8> {
    units
        .iter()
        .flat_map(|unit| [&u32::try_from(unit.len()).unwrap().to_be_bytes()[..], unit].concat())
        .collect()
}

/// The configuration with the parameter sets among `units`.
pub(crate) fn config(units: &[Vec<u8>]) -> AvcConfig {
    let of_kind = |kind| units.iter().find(|unit| unit[0] & 0x1f == kind).unwrap();
    let (sps, pps) = (of_kind(7), of_kind(8));
    let mut record = vec![1, sps[1], sps[2], sps[3], 0xff];
    for set in [sps, pps] {
        record.push(1);
        record.extend(u16::try_from(set.len()).unwrap().to_be_bytes());
        record.extend(set);
    }
    AvcConfig::parse(Bytes::from(record), 128, 96, false).unwrap()
}

/// Whether a unit is a slice.
pub(crate) fn is_slice(unit: &[u8]) -> bool {
    matches!(unit[0] & 0x1f, 1 | 5)
}
