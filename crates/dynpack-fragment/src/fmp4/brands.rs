//! Brands of what init segments hold, beside those of their structure.
//!
//! The media profiles of CMAF (ISO/IEC 23000-19, annexes A and B and clause 10) are left out: their
//! constraints on the samples themselves are not checked here. See
//! `docs/decisions/media-profiles.md`.

use dynpack_codec::{Codec, Video, VideoCodec};
use dynpack_media::FourCc;

/// AV1 (AV1 Codec ISO Media File Format Binding, 2.1), which requires its brand.
const AV01: FourCc = FourCc(*b"av01");
/// HDR10+ (CTA-5001), which AV1 should have beside its own brand (HDR10+ AV1 Metadata Handling
/// Specification, 3.2).
const CDM4: FourCc = FourCc(*b"cdm4");

/// The brands of a codec.
pub(super) const fn of(codec: &Codec) -> &'static [FourCc] {
    match codec {
        Codec::Video(Video { codec: VideoCodec::Av1(_), has_hdr10_plus: true, .. }) => {
            &[AV01, CDM4]
        }
        Codec::Video(Video { codec: VideoCodec::Av1(_), .. }) => &[AV01],
        Codec::Video(_) | Codec::Audio(_) | Codec::Text => &[],
    }
}
