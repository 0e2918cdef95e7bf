//! The range of brightness of pictures.

use std::fmt;

/// The range of brightness of pictures, by their transfer function. It prints as in `VIDEO-RANGE`
/// of HLS (RFC 8216bis, 4.4.6.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum DynamicRange {
    /// Standard dynamic range.
    Sdr,
    /// Hybrid log-gamma (Recommendation ITU-R BT.2100), which displays of standard range can show.
    Hlg,
    /// Perceptual quantization (Recommendation ITU-R BT.2100; SMPTE ST 2084), as in HDR10.
    Pq,
}

impl fmt::Display for DynamicRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Sdr => "SDR",
            Self::Hlg => "HLG",
            Self::Pq => "PQ",
        })
    }
}
