//! The lists beside the media of an asset: its filters and its markers.

use bytes::Bytes;
use dynpack_media::{Extent, Marker, Time};
use dynpack_packager::{AssetPath, Filters, Markers};
use dynpack_smooth::FileName;

use super::asset::Files;
use super::file_names::in_folder;
use super::known::Known;
use crate::error::Error;
use crate::storage::{Identity, Source, Storage, StorageError, read_exactly};

/// The list of the filters of an asset, in its folder.
const FILTERS: &str = "filters.json";

/// The list of the markers of an asset, in its folder, unless its file names another one.
const MARKERS: &str = "markers.json";

/// Which lists the folder of an asset has.
#[derive(Clone, Debug)]
pub(super) struct Beside {
    pub(super) has_filters: bool,
    has_markers: bool,
    /// The name of the list of markers, if the file of the asset says it.
    named: Option<FileName>,
}

impl Beside {
    /// What may be there, where the storage cannot list.
    pub(super) const ANYTHING: Self = Self { has_filters: true, has_markers: true, named: None };
    pub(super) const NOTHING: Self = Self { has_filters: false, has_markers: false, named: None };

    /// Among the files of those names.
    pub(super) fn of(names: &[String]) -> Self {
        let has = |file| names.iter().any(|name| name == file);
        Self { has_filters: has(FILTERS), has_markers: has(MARKERS), named: None }
    }

    /// The same, where the list of markers may have another name.
    pub(super) fn with_markers(self, named: Option<FileName>) -> Self {
        Self { has_markers: self.has_markers || named.is_some(), named, ..self }
    }

    /// Reads those lists.
    pub(super) async fn read(
        self,
        storage: &dyn Storage,
        path: &AssetPath,
        known: &Known,
    ) -> Result<Lists, Error> {
        let (filters, filters_file) = match self.has_filters {
            true => filters(storage, path).await?,
            false => (Filters::default(), None),
        };
        let problems = filters.problems().collect();
        let (markers_name, markers, markers_file) = (self.named, Vec::new(), None);
        let mut lists =
            Lists { filters, filters_file, markers_name, markers, markers_file, problems };
        if self.has_markers {
            lists.read_markers(storage, path, known).await?;
        }
        Ok(lists)
    }

    /// Whether the list of filters was replaced, or a list of markers is new. That of an open asset
    /// is among its [opened files](Files::opened).
    pub(super) async fn differ(
        self,
        storage: &dyn Storage,
        path: &AssetPath,
        files: &Files,
    ) -> Result<bool, StorageError> {
        let markers = markers_name(files.markers_name.as_ref());
        let had_markers = files.opened.iter().any(|(file, _)| *file == in_folder(path, markers));
        for (may_have, file, opened) in [
            (self.has_filters, FILTERS, files.filters.as_ref()),
            (self.has_markers && !had_markers, markers, None),
        ] {
            let found = async || existing(storage.identity(&in_folder(path, file)).await);
            if may_have && found().await?.as_ref() != opened {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// The lists of an asset, as they were read.
pub(super) struct Lists {
    pub(super) filters: Filters,
    pub(super) filters_file: Option<Identity>,
    /// The name of the list of markers, if the file of the asset says it.
    pub(super) markers_name: Option<FileName>,
    pub(super) markers: Vec<Marker>,
    /// The file that lists the markers, with its text.
    pub(super) markers_file: Option<(String, Identity, Bytes)>,
    /// What is left out of the lists, for people.
    pub(super) problems: Vec<String>,
}

impl Lists {
    /// Reads the markers, if the folder lists some. A list that cannot be used is left out as a
    /// whole.
    async fn read_markers(
        &mut self,
        storage: &dyn Storage,
        path: &AssetPath,
        known: &Known,
    ) -> Result<(), StorageError> {
        let name = markers_name(self.markers_name.as_ref());
        let mut left_out = |why: &str| self.problems.push(format!("`{name}` is left out: {why}"));
        let file = in_folder(path, name);
        let Some(source) = existing(storage.open(&file).await)? else {
            if self.markers_name.is_some() {
                left_out("it does not exist");
            }
            return Ok(());
        };
        let identity = source.identity().clone();
        let known = known.text(&file, &identity);
        let text = text(source.as_ref(), Markers::MAX_BYTES, known).await?;
        let markers = text.as_ref().map_err(String::clone).and_then(|text| Markers::parse(text));
        match markers {
            Ok(markers) => self.markers = markers,
            Err(problem) => left_out(&problem),
        }
        self.markers_file = Some((file, identity, text.unwrap_or_default()));
        Ok(())
    }
}

/// The name of the list of markers in the folder of an asset.
fn markers_name(named: Option<&FileName>) -> &str {
    named.map_or(MARKERS, FileName::as_str)
}

/// The filters of an asset, and the file that lists them, if its folder has one.
async fn filters(
    storage: &dyn Storage,
    path: &AssetPath,
) -> Result<(Filters, Option<Identity>), Error> {
    let Some(source) = existing(storage.open(&in_folder(path, FILTERS)).await)? else {
        return Ok((Filters::default(), None));
    };
    let identity = source.identity().clone();
    let filters = match text(source.as_ref(), Filters::MAX_BYTES, None).await? {
        Ok(text) => Filters::parse(&text),
        Err(problem) => Filters::unreadable(format!("`{FILTERS}`: {problem}")),
    };
    Ok((filters, Some(identity)))
}

/// The text of a list, which may be known, or what is wrong if it is too long.
async fn text(
    source: &dyn Source,
    max_len: usize,
    known: Option<Bytes>,
) -> Result<Result<Bytes, String>, StorageError> {
    let len = source.len();
    if len > max_len as u64 {
        return Ok(Err(format!("it has {len} bytes, where {max_len} are the limit")));
    }
    let read = match known {
        Some(text) => vec![text],
        None => read_exactly(source, &[Extent::new(0, len)]).await?,
    };
    Ok(Ok(read.into_iter().next().unwrap_or_default()))
}

/// The markers of an asset that want a segment to start where none does, for people. `nearest` is
/// the start of a segment that is nearest to a time.
pub(super) fn missed(markers: &[Marker], nearest: impl Fn(Time) -> Time) -> Vec<String> {
    let markers = markers.iter().filter(|marker| marker.cuts);
    let missed = markers.filter_map(|marker| {
        let cut = nearest(marker.start);
        let (wanted, nearest) = (marker.start.as_seconds(), cut.as_seconds());
        let name = marker.id.escape_debug();
        (!marker.is_at(cut)).then(|| {
            format!(
                "no segment can start at the marker `{name}` at {wanted:.3} s: the nearest starts \
                 at {nearest:.3} s"
            )
        })
    });
    missed.collect()
}

/// What is found in a storage, if it exists.
fn existing<T>(found: Result<T, StorageError>) -> Result<Option<T>, StorageError> {
    match found {
        Ok(found) => Ok(Some(found)),
        Err(StorageError::NotFound { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}
