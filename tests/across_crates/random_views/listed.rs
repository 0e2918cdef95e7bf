//! A model of which streams a format has of what filters leave.

use std::collections::BTreeSet;

use dynpack::Format;
use dynpack_codec::MediaKind;
use dynpack_media::{Segment, SegmentNumber};
use dynpack_testkit::promise::Promise;

use super::left::{Left, LeftTrack};
use crate::random_films::is_muxed;

/// What a playlist or an address of HDS stands for: a rendition, with the audio that comes with it.
#[derive(Debug)]
pub(super) struct Listed<'a> {
    pub(super) main: &'a LeftTrack<'a>,
    audio: Option<&'a LeftTrack<'a>>,
}

/// A place of the timeline in which the whole film has something.
pub(super) struct Place {
    pub(super) is_left: bool,
}

impl<'a> Listed<'a> {
    const fn alone(main: &'a LeftTrack<'a>) -> Self {
        Self { main, audio: None }
    }

    /// Everything that a format has.
    pub(super) fn all(format: Format, left: &'a Left<'a>) -> Vec<Self> {
        let shown = |track: &&LeftTrack<'_>| track.is_shown();
        if !is_muxed(format) {
            return left.tracks.iter().filter(shown).map(Self::alone).collect();
        }
        let mut videos: Vec<_> = left.of_kind(MediaKind::Video).collect();
        // Playlists have the first audio that is shown. HDS has the first, and names its media as
        // in the whole film, even if there is only audio.
        let is_playlist = format == Format::HlsV3;
        let audio = left.of_kind(MediaKind::Audio).find(|audio| audio.is_shown() || !is_playlist);
        if is_playlist || videos.iter().any(|video| video.is_shown()) {
            videos.retain(|video| video.is_shown());
        }
        let all: Vec<_> = match videos.is_empty() {
            true => audio.map(Self::alone).into_iter().collect(),
            false => videos.into_iter().map(|main| Self { main, audio }).collect(),
        };
        all.into_iter().filter(|one| one.tracks().any(LeftTrack::is_shown)).collect()
    }

    /// Whether its segments have the names of the whole film. In HLS v3 they are those of other
    /// streams, if the part has no video or not the audio that comes with it.
    pub(super) fn is_named_as_in_whole(&self, format: Format, left: &Left<'_>) -> bool {
        let first = |kind| left.of_kind(kind).next();
        format != Format::HlsV3
            || (self.main.whole.kind() == MediaKind::Video || first(MediaKind::Video).is_none())
                && first(MediaKind::Audio).is_none_or(LeftTrack::is_shown)
    }

    pub(super) fn tracks(&self) -> impl Iterator<Item = &'a LeftTrack<'a>> {
        [Some(self.main), self.audio].into_iter().flatten()
    }

    /// The places of the timeline in which the whole film has something of it.
    pub(super) fn places(&self) -> Vec<Place> {
        let number = |segment: Segment| segment.number;
        let whole: BTreeSet<SegmentNumber> =
            self.tracks().flat_map(|one| one.whole.cuts.segments().map(number)).collect();
        let left: BTreeSet<SegmentNumber> =
            self.tracks().flat_map(|one| one.segments.iter().cloned().map(number)).collect();
        whole.iter().map(|number| Place { is_left: left.contains(number) }).collect()
    }

    /// The promise for it.
    pub(super) fn promise<'b>(&self, promises: &'b [Promise]) -> &'b Promise {
        let id = &self.main.whole.id;
        let level = format!("QualityLevels({})", id.bitrate);
        let is_own = |promise: &&Promise| {
            promise.track() == &*id.name && promise.segments[0].0.contains(&level)
        };
        promises.iter().find(is_own).unwrap_or_else(|| panic!("{id:?} is not listed"))
    }
}
