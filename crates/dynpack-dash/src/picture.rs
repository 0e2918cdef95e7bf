//! How pictures are meant to be shown: their colours, and metadata of high dynamic range.

use dynpack_codec::Video;

use crate::model::{Descriptor, descriptor};

const PRIMARIES: &str = "urn:mpeg:mpegB:cicp:ColourPrimaries";
const TRANSFER: &str = "urn:mpeg:mpegB:cicp:TransferCharacteristics";
const MATRIX: &str = "urn:mpeg:mpegB:cicp:MatrixCoefficients";

/// Metadata of high dynamic range, and its value for HDR10+ (DASH-IF IOP 4.3, 10.3.2.4).
const METADATA: (&str, &str) = ("http://dashif.org/metadata/hdr", "SMPTE2094-40");

/// The colours, where a player that does not know them would show wrong ones (DASH-IF IOP 4.3,
/// 10.3 and 10.4).
pub(crate) fn essential(video: &Video) -> Vec<Descriptor> {
    let Some(color) = video.color.filter(|color| color.is_beyond_hdtv()) else {
        return Vec::new();
    };
    let points = [(PRIMARIES, color.primaries), (TRANSFER, color.transfer), (MATRIX, color.matrix)];
    points.map(|(scheme, point)| descriptor(scheme, point.to_string())).into()
}

/// What a player that knows it shows better: the transfer function that is preferred to the
/// declared one (ETSI TS 103 285, 5.2.5), and HDR10+, if all these videos have it.
pub(crate) fn supplemental<'a>(videos: impl Iterator<Item = &'a Video> + Clone) -> Vec<Descriptor> {
    let declared = |video: &Video| video.color.map(|color| color.transfer);
    let preferred = |video: &Video| {
        video.preferred_transfer.filter(|preferred| Some(*preferred) != declared(video))
    };
    let mut preferred: Vec<_> = videos.clone().map(preferred).collect();
    preferred.dedup();
    let transfer = match preferred[..] {
        [preferred] => preferred.map(|point| descriptor(TRANSFER, point.to_string())),
        _ => None,
    };
    let has_metadata = videos.clone().all(|video| video.has_hdr10_plus);
    let metadata = has_metadata.then(|| descriptor(METADATA.0, METADATA.1));
    transfer.into_iter().chain(metadata).collect()
}
