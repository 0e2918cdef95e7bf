//! An asset that is open: its presentation, and the files which hold its media.

use std::sync::Arc;

use dynpack_media::Presentation;
use sha2::{Digest, Sha256};

use crate::storage::{Identity, Source};
use crate::{AssetPath, Request};

/// Part of every ETag: raised with each change of what this version makes of the same files.
pub const FORMAT_VERSION: u32 = 1;

/// An asset that is open: one version of its files, parsed, and cut into segments.
#[non_exhaustive]
pub struct Asset {
    /// Its path.
    pub path: AssetPath,
    /// All that it holds.
    pub presentation: Presentation,
    /// The files that hold the media: what a [`SourceIndex`](dynpack_media::SourceIndex) of the presentation counts.
    pub sources: Arc<[Arc<dyn Source>]>,
    pub(crate) files: Files,
}

/// Which version of which files an asset was opened from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Files {
    /// The folder whose content decides which files are opened, with that content; none where a server manifest lists them.
    pub(crate) listed: Option<Vec<String>>,
    /// The files that were opened, by path.
    pub(crate) opened: Vec<(String, Identity)>,
}

impl Asset {
    /// Bytes of memory that the asset takes, media not included.
    #[must_use]
    pub fn memory_size(&self) -> usize {
        let renditions = self.presentation.renditions.iter();
        renditions.map(|rendition| rendition.track.samples.memory_size() + rendition.cuts.memory_size() + 1024).sum()
    }

    /// The strong ETag of what `request` is answered with: the same on every node with the same files, another for another version of
    /// a file, of the request or of this library.
    pub(crate) fn etag(&self, request: &Request, target_millis: u128) -> String {
        let mut hash = Sha256::new();
        hash.update(FORMAT_VERSION.to_be_bytes());
        hash.update(target_millis.to_be_bytes());
        for (path, identity) in &self.files.opened {
            // Lengths first, so that no two lists of texts read alike.
            for text in [path.as_str(), identity.version()] {
                hash.update((text.len() as u64).to_be_bytes());
                hash.update(text);
            }
            hash.update(identity.len().to_be_bytes());
        }
        hash.update(request.to_string());
        let digest = hash.finalize();
        let hex: String = digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
        format!("\"{hex}\"")
    }
}

impl std::fmt::Debug for Asset {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Asset").field("path", &self.path).field("files", &self.files).finish_non_exhaustive()
    }
}
