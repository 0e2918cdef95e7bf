//! Decode times in formats that never decode a sample after its presentation: transport streams and
//! FLV.

use dynpack_codec::MediaKind;
use dynpack_media::{Rendition, Sample, Ticks};

/// How far before its presentation a sample may be decoded, which the lead-in of transport streams
/// has room for. H.264 needs at most 16 pictures.
const MAX_REORDERING_SECONDS: i64 = 8;

/// The decode time of a sample, moved by the least composition offset of the track: the latest
/// decode times that pass no presentation time, by a rule that is the same for all segments. In
/// ticks of the rendition's clock.
pub(crate) fn decode_time(rendition: &Rendition, sample: &Sample) -> Ticks {
    let presentation = rendition.cuts.presentation_time(sample);
    match rendition.kind() {
        MediaKind::Audio | MediaKind::Text => presentation,
        MediaKind::Video => {
            let least =
                rendition.track.samples.least_composition_offset().max(max_reordering(rendition));
            (presentation - sample.composition_offset + least).min(presentation)
        }
    }
}

/// Whether decode times are moved by the least composition offset itself: it is within the
/// plausible limit.
pub(crate) fn is_reordering_believed(rendition: &Rendition) -> bool {
    rendition.track.samples.least_composition_offset() >= max_reordering(rendition)
}

/// The least composition offset that is plausible.
fn max_reordering(rendition: &Rendition) -> Ticks {
    -Ticks(i64::from(rendition.timescale().hz()).saturating_mul(MAX_REORDERING_SECONDS))
}
