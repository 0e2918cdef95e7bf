//! Which tracks a key is for (`ContentKeyUsageRule`).

use dynpack_codec::{Codec, Video};
use dynpack_media::{FrameRate, Rendition, RenditionId};

use crate::{Error, KeyId};

/// Which tracks a key is for.
///
/// A rule applies to a track if, for each kind of filter in the rule, at least one filter matches.
/// Filters for video and audio are one kind, so a rule with both applies to both. SPEKE 2 writes a
/// key for all tracks in this way, though read literally, CPIX would apply that rule to no track.
/// The intended type of track (`intendedTrackType`) is information for people, and has no effect.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct UsageRule {
    /// The key.
    pub key_id: KeyId,
    pub(super) videos: Vec<VideoFilter>,
    pub(super) audios: Vec<Option<Range>>,
    pub(super) bitrates: Vec<Range>,
    pub(super) labels: Vec<String>,
}

/// A range of numbers, which includes both ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Range {
    pub(super) min: u64,
    pub(super) max: u64,
}

impl Range {
    fn contains(self, value: u64) -> bool {
        (self.min..=self.max).contains(&value)
    }
}

/// `VideoFilter`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct VideoFilter {
    /// The number of pixels of a picture.
    pub(super) pixels: Option<Range>,
    /// Frames per thousand seconds.
    pub(super) frame_rate: Option<Range>,
    /// Whether it only matches video with a high dynamic range or a wide gamut.
    pub(super) is_special: bool,
}

impl VideoFilter {
    /// Whether the filter matches. No supported codec has a high dynamic range.
    fn passes(self, video: &Video, rendition: &Rendition) -> Result<bool, Error> {
        let (width, height) = video.dimensions();
        let pixels = u64::from(width).saturating_mul(height.into());
        let rate = rendition.track.frame_rate().map(FrameRate::thousandths);
        let has_pixels = is_within(
            self.pixels,
            Some(pixels).filter(|pixels| *pixels > 0),
            "size of the picture",
            rendition,
        )?;
        let has_rate =
            is_within(self.frame_rate, rate.filter(|rate| *rate > 0), "frame rate", rendition)?;
        Ok(!self.is_special && has_pixels && has_rate)
    }
}

impl UsageRule {
    /// Whether the rule applies to the rendition.
    ///
    /// # Errors
    /// [`Error::AmbiguousKey`] if the rule depends on a property of the rendition that is not
    /// known. Then it must not get a key (CPIX 2.3, usage rule filters).
    pub fn applies_to(&self, rendition: &Rendition) -> Result<bool, Error> {
        let bitrate = rendition.id.bitrate.into();
        let is_label = |label: &String| {
            **label == *rendition.id.name || Some(label) == rendition.label.as_ref()
        };
        Ok(self.is_for_kind_of(rendition)?
            && (self.bitrates.is_empty()
                || self.bitrates.iter().any(|range| range.contains(bitrate)))
            && (self.labels.is_empty() || self.labels.iter().any(is_label)))
    }

    fn is_for_kind_of(&self, rendition: &Rendition) -> Result<bool, Error> {
        if self.videos.is_empty() && self.audios.is_empty() {
            return Ok(true);
        }
        match &rendition.track.codec {
            Codec::Video(video) => {
                any(self.videos.iter().map(|filter| filter.passes(video, rendition)))
            }
            Codec::Audio(audio) => {
                let channels = Some(audio.channels().into());
                any(self
                    .audios
                    .iter()
                    .map(|range| is_within(*range, channels, "number of channels", rendition)))
            }
            Codec::Text => Ok(false),
        }
    }
}

/// Whether one is true. An error is returned even if another is true.
fn any(all: impl Iterator<Item = Result<bool, Error>>) -> Result<bool, Error> {
    all.collect::<Result<Vec<_>, _>>().map(|all| all.contains(&true))
}

/// Whether a property of a rendition is within a range, if there is one.
fn is_within(
    range: Option<Range>,
    value: Option<u64>,
    what: &str,
    rendition: &Rendition,
) -> Result<bool, Error> {
    let RenditionId { name, bitrate, .. } = &rendition.id;
    let unknown = || {
        Error::AmbiguousKey(format!(
            "a rule depends on the {what} of {name:?} at {bitrate} bit/s, which is not known"
        ))
    };
    range.map_or(Ok(true), |range| value.map(|value| range.contains(value)).ok_or_else(unknown))
}
