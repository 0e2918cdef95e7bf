//! Which track is under which key.

use dynpack_media::Rendition;
use serde::{Deserialize, Serialize};

use super::TrackSelection;

/// Which track is under which of the keys, which have labels.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[non_exhaustive]
pub struct ContentKeys {
    /// The key of all tracks that no mapping is for; the only one there is unless set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default_key: Option<DefaultKey>,
    /// Keys of some tracks; the first mapping that is for a track counts.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub key_to_track_mappings: Vec<KeyToTracks>,
}

impl ContentKeys {
    /// The key of that label is for all tracks but those of the mappings.
    #[must_use]
    pub fn new(default_label: &str, key_to_track_mappings: Vec<KeyToTracks>) -> Self {
        Self {
            default_key: Some(DefaultKey { label: Some(default_label.to_owned()) }),
            key_to_track_mappings,
        }
    }

    /// The label of a rendition's key; `None` where it is the only one there is.
    pub(crate) fn label_for(&self, rendition: &Rendition) -> Option<&str> {
        let is_for =
            |mapping: &&KeyToTracks| mapping.tracks.iter().any(|tracks| tracks.selects(rendition));
        let mapped =
            self.key_to_track_mappings.iter().find(is_for).map(|mapping| mapping.label.as_str());
        mapped.or_else(|| self.default_key.as_ref().and_then(|key| key.label.as_deref()))
    }
}

/// The key of all tracks that no mapping is for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[non_exhaustive]
pub struct DefaultKey {
    /// Its label; that of the only key without a mapping unless set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
}

/// The key of some tracks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[non_exhaustive]
pub struct KeyToTracks {
    /// Its label.
    pub label: String,
    /// The tracks: those of any of the selections.
    pub tracks: Vec<TrackSelection>,
}

impl KeyToTracks {
    /// The key of that label is for the tracks of any of the selections.
    #[must_use]
    pub fn new(label: &str, tracks: Vec<TrackSelection>) -> Self {
        Self { label: label.to_owned(), tracks }
    }
}
