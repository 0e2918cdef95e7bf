//! What sets one kind of fragmented MP4 apart from another: all of it stands here.

use dynpack_boxes::{Brands, Ftyp, Styp};
use dynpack_media::{FourCc, Rendition};

use super::brands;
use super::handler::Handler;
use super::times::Clock;

/// A kind of fragmented MP4.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Profile {
    /// CMAF (ISO/IEC 23000-19), for HLS and DASH.
    ///
    /// Tracks are of the structural brand `cmf2` (7.7.3) and so of `cmfc` too: video has no edit
    /// list but signed composition offsets (`trun` version 1), and whatever a fragment needs stands
    /// in the fragment itself, not in `trex`. Audio with priming has one offset edit (7.5.13). A
    /// segment is one fragment of one chunk, and says so as `cmfs` (7.3.3); DASH requires `msdh`,
    /// and `msix` for the `sidx` that declares its presentation time and size (ISO/IEC 23009-1,
    /// 6.3.4).
    Cmaf,
    /// The live profile of DASH for ISO files (ISO/IEC 23009-1, 8.4), as Azure's `mpd-time-csf` had
    /// it before CMAF: the same boxes, under the brands of the Common File Format and DASH alone,
    /// with no claim to CMAF.
    Csf,
    /// Smooth Streaming fragments (\[MS-SSTR\] 2.2.4): nothing but `moof` and `mdat`, with `tfxd`
    /// in place of `tfdt`, on a clock of 10 MHz.
    ///
    /// There is no init segment, since clients make it of their manifest, and so no edit list that
    /// could skip audio priming, nor can a time be negative. Samples which are priming alone stand
    /// at 0 and last 0 ticks, and one that is priming in part lasts for the rest: no sample is
    /// lost, and all others are where they belong. Composition offsets are signed, by version 1 of
    /// `trun`, and start at 0: dash.js and Shaka Player take the start of the segment as the decode
    /// time of its first sample, and offsets as the version says.
    Smooth,
}

impl Profile {
    /// The `ftyp` of an init segment; `None` where there are no init segments.
    pub(super) fn ftyp(self, rendition: &Rendition) -> Option<Ftyp<'static>> {
        let structural: &[FourCc] = match self {
            Self::Cmaf => match Handler::of(rendition) {
                // An edit list on video, which the timeline never makes, would be legal in `cmfc`
                // alone.
                Handler::Video if rendition.cuts.lead().0 > 0 => &[CMFC, ISO6, DASH],
                Handler::Video | Handler::Audio => &[CMFC, ISO6, CMF2, DASH],
                Handler::Subtitles => &[CMFC, ISO6, CMF2, DASH, IM1T],
                Handler::Text => &[CMFC, ISO6, CMF2, DASH, CWVT],
            },
            Self::Csf => &[CCFF, ISO6, DASH],
            Self::Smooth => &[],
        };
        let major = *structural.first()?;
        let compatible = [structural, brands::of(&rendition.track.codec)].concat().into();
        Some(Ftyp(Brands { major, minor_version: 0, compatible }))
    }

    /// The `styp` of a media segment, if it has one.
    pub(super) fn styp(self, is_indexed: bool) -> Option<Styp<'static>> {
        let brands: &[FourCc] = match (self, is_indexed) {
            (Self::Cmaf, true) => &[MSDH, MSIX, CMFS],
            (Self::Cmaf, false) => &[MSDH, CMFS],
            (Self::Csf, true) => &[MSDH, MSIX],
            (Self::Csf, false) => &[MSDH],
            (Self::Smooth, _) => &[],
        };
        Brands::new(brands).map(Styp)
    }

    /// Whether media segments have a `sidx`.
    pub(super) const fn has_index(self) -> bool {
        !matches!(self, Self::Smooth)
    }

    /// Whether `tfhd` says that data lies after its own `moof`. It does so in any case; \[MS-SSTR\]
    /// 2.2.4.6 does not know the flag.
    pub(super) const fn says_base_is_moof(self) -> bool {
        !matches!(self, Self::Smooth)
    }

    /// The clock of its times.
    pub(super) const fn clock(self) -> Clock {
        match self {
            Self::Cmaf | Self::Csf => Clock::Track,
            Self::Smooth => Clock::Smooth,
        }
    }
}

/// The Common File Format, from which CSF has its name.
const CCFF: FourCc = FourCc(*b"ccff");
/// CMAF tracks.
const CMFC: FourCc = FourCc(*b"cmfc");
/// CMAF tracks, more strictly.
const CMF2: FourCc = FourCc(*b"cmf2");
/// CMAF segments.
const CMFS: FourCc = FourCc(*b"cmfs");
/// WebVTT in CMAF (11.2).
const CWVT: FourCc = FourCc(*b"cwvt");
/// Files for DASH (ISO/IEC 23009-1, 6.3).
const DASH: FourCc = FourCc(*b"dash");
/// The text profile of IMSC 1 in CMAF (11.3).
const IM1T: FourCc = FourCc(*b"im1t");
/// The base format with `tfdt`, default-base-is-moof and signed composition offsets in `trun`
/// (ISO/IEC 14496-12, Annex E).
const ISO6: FourCc = FourCc(*b"iso6");
/// DASH media segments.
const MSDH: FourCc = FourCc(*b"msdh");
/// DASH media segments with a segment index.
const MSIX: FourCc = FourCc(*b"msix");
