//! What sets one kind of fragmented MP4 apart from another: all of it stands here.

use dynpack_media::{FourCc, MediaKind, Rendition};

/// A kind of fragmented MP4.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Profile {
    /// CMAF (ISO/IEC 23000-19), for HLS and DASH.
    ///
    /// Tracks are of the structural brand `cmf2` (7.7.3) and so of `cmfc` too: video has no edit list but signed composition offsets
    /// (`trun` version 1), and whatever a fragment needs stands in the fragment itself, not in `trex`. Audio with priming has one
    /// offset edit (7.5.13). A segment is one fragment of one chunk, and says so as `cmfs` (7.3.3); DASH wants `msdh`, and `msix` for
    /// the `sidx` that tells when it is presented and how long it is (ISO/IEC 23009-1, 6.3.4).
    Cmaf,
}

impl Profile {
    /// The brands of an init segment, the major one first.
    pub(super) fn init_brands(self, rendition: &Rendition) -> &'static [FourCc] {
        match self {
            // An edit list on video, which the timeline never makes, would be legal in `cmfc` alone.
            Self::Cmaf if rendition.kind() == MediaKind::Video && rendition.cuts.lead().0 > 0 => &[CMFC, ISO6, DASH],
            Self::Cmaf => &[CMFC, ISO6, CMF2, DASH],
        }
    }

    /// The brands of a media segment, the major one first.
    pub(super) const fn segment_brands(self, is_indexed: bool) -> &'static [FourCc] {
        match (self, is_indexed) {
            (Self::Cmaf, true) => &[MSDH, MSIX, CMFS],
            (Self::Cmaf, false) => &[MSDH, CMFS],
        }
    }
}

/// CMAF tracks.
const CMFC: FourCc = FourCc(*b"cmfc");
/// CMAF tracks, more strictly.
const CMF2: FourCc = FourCc(*b"cmf2");
/// CMAF segments.
const CMFS: FourCc = FourCc(*b"cmfs");
/// Files for DASH (ISO/IEC 23009-1, 6.3).
const DASH: FourCc = FourCc(*b"dash");
/// The base format with `tfdt`, default-base-is-moof and signed composition offsets in `trun` (ISO/IEC 14496-12, Annex E).
const ISO6: FourCc = FourCc(*b"iso6");
/// DASH media segments.
const MSDH: FourCc = FourCc(*b"msdh");
/// DASH media segments with a segment index.
const MSIX: FourCc = FourCc(*b"msix");
