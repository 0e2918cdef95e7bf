//! Which tracks a key is for (`ContentKeyUsageRule`).

use dynpack_media::{FrameRate, MediaKind, Rendition};

use crate::KeyId;

/// Which tracks a key is for.
///
/// Of each kind of filter that the rule has, one must let the track pass; filters for video and audio are one kind, so that a
/// rule with both is for both.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct UsageRule {
    /// The key.
    pub key_id: KeyId,
    /// What the tracks are, for people (`intendedTrackType`). `VIDEO` and `AUDIO` count where no filter tells the kind.
    pub intended_track_type: Option<String>,
    pub(super) videos: Vec<VideoFilter>,
    pub(super) audios: Vec<Range>,
    pub(super) bitrates: Vec<Range>,
    pub(super) labels: Vec<String>,
}

/// A range of numbers, both ends in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Range {
    pub(super) least: u64,
    pub(super) most: u64,
}

impl Range {
    fn contains(self, value: u64) -> bool {
        (self.least..=self.most).contains(&value)
    }
}

/// `VideoFilter`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct VideoFilter {
    /// Pixels of a picture.
    pub(super) pixels: Range,
    /// Frames per thousand seconds.
    pub(super) frame_rate: Range,
    /// Whether it is for a high dynamic range or a wide gamut alone.
    pub(super) is_special: bool,
}

impl VideoFilter {
    /// No codec that is carried has a high dynamic range.
    fn passes(self, rendition: &Rendition) -> bool {
        let pixels = rendition.track.codec.dimensions().map_or(0, |(width, height)| u64::from(width) * u64::from(height));
        let rate = rendition.track.frame_rate().map_or(0, FrameRate::thousandths);
        !self.is_special && self.pixels.contains(pixels) && self.frame_rate.contains(rate)
    }
}

impl UsageRule {
    /// Whether the key is for that rendition.
    #[must_use]
    pub fn applies_to(&self, rendition: &Rendition) -> bool {
        let bitrate = rendition.bitrate.into();
        let is_label = |label: &String| *label == rendition.name || Some(label) == rendition.label.as_ref();
        self.is_for_kind_of(rendition)
            && (self.bitrates.is_empty() || self.bitrates.iter().any(|range| range.contains(bitrate)))
            && (self.labels.is_empty() || self.labels.iter().any(is_label))
    }

    fn is_for_kind_of(&self, rendition: &Rendition) -> bool {
        if self.videos.is_empty() && self.audios.is_empty() {
            return match self.intended_track_type.as_deref() {
                Some("VIDEO") => rendition.kind() == MediaKind::Video,
                Some("AUDIO") => rendition.kind() == MediaKind::Audio,
                _ => true,
            };
        }
        let channels = rendition.track.codec.sampling().map_or(0, |(_, channels)| channels.into());
        match rendition.kind() {
            MediaKind::Video => self.videos.iter().any(|filter| filter.passes(rendition)),
            MediaKind::Audio => self.audios.iter().any(|range| range.contains(channels)),
            _ => false,
        }
    }
}
