//! The lists beside the media of an asset: its filters and its markers.

use bytes::Bytes;
use dynpack_media::{Extent, Marker};
use dynpack_packager::{AssetPath, Filters, Markers};

use super::asset::Files;
use super::file_names::in_folder;
use super::known::Known;
use super::manifest_files::{Refused, whole};
use super::unusable::{CORRECT, unusable};
use crate::error::Error;
use crate::storage::{Identity, Storage, StorageError, read_exactly};

/// The list of the filters of an asset, in its folder.
const FILTERS: &str = "filters.json";

/// The list of the markers of an asset, in its folder.
const MARKERS: &str = "markers.json";

/// Which lists the folder of an asset has.
#[derive(Clone, Copy, Debug)]
pub(super) struct Beside {
    pub(super) has_filters: bool,
    pub(super) has_markers: bool,
}

impl Beside {
    /// What may be there, where the storage cannot list.
    pub(super) const ANYTHING: Self = Self { has_filters: true, has_markers: true };
    pub(super) const NOTHING: Self = Self { has_filters: false, has_markers: false };

    /// Among the files of those names.
    pub(super) fn of(names: &[String]) -> Self {
        let has = |file| names.iter().any(|name| name == file);
        Self { has_filters: has(FILTERS), has_markers: has(MARKERS) }
    }

    /// Whether the list of filters was replaced, or a list of markers is new. That of an open asset
    /// is among its [opened files](Files::opened).
    pub(super) async fn differ(
        self,
        storage: &dyn Storage,
        path: &AssetPath,
        files: &Files,
    ) -> Result<bool, StorageError> {
        let had_markers = files.opened.iter().any(|(file, _)| *file == in_folder(path, MARKERS));
        for (may_have, file, opened) in [
            (self.has_filters, FILTERS, files.filters.as_ref()),
            (self.has_markers && !had_markers, MARKERS, None),
        ] {
            let found = async || existing(storage.identity(&in_folder(path, file)).await);
            if may_have && found().await?.as_ref() != opened {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// The filters of an asset, and the file that lists them, if its folder has one.
pub(super) async fn filters(
    storage: &dyn Storage,
    path: &AssetPath,
) -> Result<(Filters, Option<Identity>), Error> {
    let Some(source) = existing(storage.open(&in_folder(path, FILTERS)).await)? else {
        return Ok((Filters::default(), None));
    };
    let identity = source.identity().clone();
    if source.len() > Filters::MAX_BYTES as u64 {
        let (len, max) = (source.len(), Filters::MAX_BYTES);
        let problem = format!("`{FILTERS}` has {len} bytes, where {max} are the limit");
        return Ok((Filters::unreadable(problem), Some(identity)));
    }
    let text = read_exactly(source.as_ref(), &[Extent::new(0, source.len())]).await?;
    Ok((Filters::parse(&text.concat()), Some(identity)))
}

/// The markers of an asset, and the file that lists them, if its folder has one. Markers that
/// cannot be used are left out, with a warning.
pub(super) async fn markers(
    storage: &dyn Storage,
    path: &AssetPath,
    known: &Known,
    warnings: &mut Vec<String>,
) -> Result<(Vec<Marker>, Option<(String, Identity, Bytes)>), Error> {
    let max_len = Markers::MAX_BYTES;
    match whole(storage, path, MARKERS, max_len, "list of markers", known).await {
        Ok(file) => {
            let markers = Markers::parse(&file.2).unwrap_or_else(|problem| {
                warnings.push(format!("`{MARKERS}` is left out: {problem}"));
                Vec::new()
            });
            Ok((markers, Some(file)))
        }
        Err(Refused::Storage(StorageError::NotFound { .. })) => Ok((Vec::new(), None)),
        Err(Refused::Storage(error)) => Err(error.into()),
        Err(Refused::Manifest(problem)) => Err(unusable(path, problem, CORRECT)),
    }
}

/// What is found in a storage, if it exists.
fn existing<T>(found: Result<T, StorageError>) -> Result<Option<T>, StorageError> {
    match found {
        Ok(found) => Ok(Some(found)),
        Err(StorageError::NotFound { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}
