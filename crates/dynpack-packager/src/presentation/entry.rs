//! A track that is to be presented.

use std::num::NonZeroU32;
use std::sync::Arc;

use dynpack_codec::{DynamicRange, MediaKind, VideoFamily};
use dynpack_media::{Coding, Language, Role, SampleIndex, SourceIndex, Track};
use dynpack_smooth::ServerTrack;

use super::labels::{label, purpose};

/// A track that is to be presented, and what its publisher says of it.
pub(super) struct Entry {
    pub(super) source: SourceIndex,
    pub(super) track: Arc<Track>,
    /// Its name in URLs, where a server manifest declares one.
    pub(super) name: Option<String>,
    pub(super) bitrate: Option<NonZeroU32>,
    pub(super) language: Language,
    coding: Coding,
    pub(super) label: Option<String>,
    pub(super) role: Role,
}

impl Entry {
    /// A track of which only its file says something.
    pub(super) fn new(source: SourceIndex, track: Arc<Track>) -> Self {
        Self {
            source,
            language: track.language.clone(),
            coding: Coding::of(&track),
            role: track.role.unwrap_or_default(),
            track,
            name: None,
            bitrate: None,
            label: None,
        }
    }

    /// The same track as a server manifest lists it.
    pub(super) fn listed(self, says: &ServerTrack) -> Self {
        Self {
            name: says.track_name.clone(),
            bitrate: says.bitrate,
            language: says.language().unwrap_or(self.language),
            label: says.label().map(str::to_owned),
            role: says.role().unwrap_or(self.role),
            ..self
        }
    }

    /// Takes the label that its file gives it, unless a name is declared, and the purpose that its
    /// label names, unless one is declared.
    pub(super) fn take_label_and_purpose(&mut self) {
        if self.name.is_none() && self.label.is_none() {
            self.label = label(&self.track);
        }
        let named = self.label.as_deref().and_then(purpose);
        if let (MediaKind::Audio, Role::Main, Some(role)) = (self.kind(), self.role, named) {
            self.role = role;
        }
    }

    pub(super) fn kind(&self) -> MediaKind {
        self.track.kind()
    }

    /// The family of its codec and its range of brightness; `None` for audio.
    pub(super) fn family(&self) -> Option<(VideoFamily, DynamicRange)> {
        self.track.video_family()
    }

    /// Whether another track is the same audio in a codec of another family, as far as both say.
    pub(super) fn is_recoded_as(&self, other: &Self) -> bool {
        self.track.audio_family() != other.track.audio_family()
            && self.language == other.language
            && self.label == other.label
    }

    /// Whether another track can be a bitrate of the same content, by what both are: audio in one
    /// language, coded alike.
    pub(super) fn is_like(&self, other: &Self) -> bool {
        match (self.kind(), other.kind()) {
            (MediaKind::Video, MediaKind::Video) => true,
            (MediaKind::Audio, MediaKind::Audio) => {
                self.language == other.language
                    && self.coding == other.coding
                    && self.track.timescale == other.track.timescale
            }
            _ => false,
        }
    }

    /// Whether another track of the same file is a bitrate of the same content: the file says so by
    /// equal switch groups, or a server manifest by declared bitrates.
    pub(super) fn switches_to(&self, other: &Self) -> bool {
        let group = |entry: &Self| entry.track.grouping.switch_group;
        self.track.id == other.track.id
            || (group(self).is_some() && group(self) == group(other))
            || (self.bitrate.is_some() && other.bitrate.is_some())
    }

    /// Whether another track holds the same audio under the same key, as the files of a set do that
    /// was encoded with audio in each.
    pub(super) fn repeats(&self, other: &Self) -> bool {
        let key = |entry: &Self| (entry.name.clone(), entry.bitrate);
        let size = |Self { track, .. }: &Self| {
            let (samples, all) = (&track.samples, SampleIndex(0)..SampleIndex(track.samples.len()));
            (samples.len(), samples.byte_len(all), samples.total_duration(), track.edit)
        };
        let is_elsewhere = self.source != other.source || self.track.id == other.track.id;
        self.kind() == MediaKind::Audio
            && is_elsewhere
            && key(self) == key(other)
            && size(self) == size(other)
    }
}
