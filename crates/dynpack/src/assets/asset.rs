//! An asset that is open: its presentation, and the files which hold its media.

use std::sync::Arc;

use dynpack_media::{CutPolicy, Presentation};
use dynpack_packager::{AssetPath, Protection, Request, fingerprint};

use crate::storage::{Identity, Source};

/// Part of every ETag: raised with each change of what this version makes of the same files.
pub const FORMAT_VERSION: u32 = 2;

/// An asset that is open: one version of its files, parsed, and cut into segments.
#[non_exhaustive]
pub struct Asset {
    /// Its path.
    pub path: AssetPath,
    /// All that it holds.
    pub presentation: Presentation,
    /// The files that hold the media: what a [`SourceIndex`](dynpack_media::SourceIndex) of the
    /// presentation counts.
    pub sources: Arc<[Arc<dyn Source>]>,
    pub(crate) files: Files,
    /// A text that changes when a file does, and is the same on every node with the same files, cut
    /// into segments of the same length.
    pub(crate) version: String,
}

/// Which version of which files an asset was opened from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Files {
    /// The folder whose content decides which files are opened, with that content; none where a
    /// server manifest lists them.
    pub(crate) listed: Option<Vec<String>>,
    /// The files that were opened, by path.
    pub(crate) opened: Vec<(String, Identity)>,
}

impl Asset {
    /// Bytes of memory that the asset takes, media not included.
    #[must_use]
    pub fn memory_size(&self) -> usize {
        let renditions = self.presentation.renditions.iter();
        renditions
            .map(|rendition| {
                rendition.track.samples.memory_size() + rendition.cuts.memory_size() + 1024
            })
            .sum()
    }

    /// The strong ETag of what `request` is answered with: the same on every node with the same
    /// files, another for another version of a file, of the request, of its `protection` or of this
    /// library.
    pub(crate) fn etag(&self, request: &Request, protection: Option<&Protection>) -> String {
        let parts = [FORMAT_VERSION.to_string(), self.version.clone(), request.to_string()];
        etag(parts.into_iter().chain(protection.map(|protection| protection.version().to_owned())))
    }
}

impl Files {
    /// [`Asset::version`] of what is opened from these files, and cut by that policy.
    pub(crate) fn version(&self, policy: CutPolicy) -> String {
        let files = self.opened.iter().flat_map(|(path, identity)| {
            [path.clone(), identity.version().to_owned(), identity.len().to_string()]
        });
        fingerprint([policy.target.as_millis().to_string()].into_iter().chain(files))
    }
}

/// The strong ETag of what is determined by these texts.
pub(crate) fn etag(parts: impl IntoIterator<Item = String>) -> String {
    format!("\"{}\"", fingerprint(parts))
}

impl std::fmt::Debug for Asset {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Asset")
            .field("path", &self.path)
            .field("files", &self.files)
            .finish_non_exhaustive()
    }
}
