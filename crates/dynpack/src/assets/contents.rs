//! What is stored of an asset: finds its files.

use std::sync::Arc;

use dynpack_isobmff::Limits;
use dynpack_packager::{AssetPath, ClipList};
use dynpack_smooth::{FileName, ServerManifest};

use super::beside::Beside;
use super::file_names::{asset_files, lone_files, lone_name, media_ending, media_files, parent_of};
use super::known::{IndexPlace, IndexUse, Known};
use super::manifest_files::{Manifests, Refused, manifests, whole};
use super::texts::{StoredText, text_files, text_files_of};
use super::unusable::{CORRECT, CORRECT_CLIPS, unusable};
use crate::error::Error;
use crate::storage::{Identity, Source, Storage, StorageError};

/// The contents of an asset.
pub(super) enum Contents {
    /// A server manifest, with the files it was read from, and the files of subtitles that it
    /// lists.
    Listed(Box<ServerManifest>, Manifests, Vec<StoredText>),
    /// Media files of a folder, and files of subtitles.
    Folder { names: Vec<String>, files: Vec<String>, texts: Vec<StoredText> },
    /// A list of clips, and the file it was read from.
    Program(ClipList, (String, Identity)),
    /// Media files of one film, by their paths.
    Files(Vec<String>),
    /// A single file, where the asset has no folder, and files of subtitles beside it.
    Lone { path: String, files: Vec<String>, texts: Vec<StoredText> },
}

impl Contents {
    /// The name of the list of markers, if the file of the asset says it.
    fn markers(&self) -> Option<FileName> {
        match self {
            Self::Listed(manifest, ..) => manifest.markers.clone(),
            Self::Program(list, _) => list.markers.clone(),
            Self::Folder { .. } | Self::Files(_) | Self::Lone { .. } => None,
        }
    }
}

/// What an asset contains, and what is found beside its media.
pub(super) struct Found {
    pub(super) contents: Contents,
    /// What its index file says.
    pub(super) known: Known,
    pub(super) beside: Beside,
}

/// What is stored of an asset.
pub(super) async fn contents(
    storage: &dyn Storage,
    path: &AssetPath,
    limits: Limits,
    index_use: IndexUse,
) -> Result<Found, Error> {
    let known = async |place, names: Option<&[String]>| match index_use {
        IndexUse::Read | IndexUse::ReadOrMake => Known::read(storage, place, names, limits).await,
        IndexUse::Make => Known::nothing(place),
    };
    let not_found = || Error::AssetNotFound { asset: path.to_string() };
    let has_folder_name = path.folder().rsplit('/').next() == Some(path.stem());
    match storage.list(path.folder()).await {
        Ok(listing) if listing.files.iter().any(|file| file == path.ism()) => {
            let names = Some(listing.files.as_slice());
            let known = known(IndexPlace::within(path), names).await;
            let contents = listed(storage, path, names, &known).await?;
            let beside = Beside::of(&listing.files).with_markers(contents.markers());
            Ok(Found { contents, known, beside })
        }
        Ok(listing) => {
            let names = media_files(&listing.files);
            let texts = text_files(&listing.files)
                .filter_map(|name| StoredText::found(path.folder(), name))
                .collect();
            if names.is_empty() || !has_folder_name {
                Err(not_found())
            } else {
                let files = asset_files(&listing.files);
                let known = known(IndexPlace::within(path), Some(&listing.files)).await;
                let contents = Contents::Folder { names, files, texts };
                Ok(Found { contents, known, beside: Beside::of(&listing.files) })
            }
        }
        Err(StorageError::NotFound { .. }) if has_folder_name => {
            let lone = lone_file(storage, path.folder()).await;
            let Lone { path: lone, texts, names } = lone.ok_or_else(not_found)?;
            let files = lone_files(&names, path.stem());
            let known = known(IndexPlace::beside(path), Some(&names)).await;
            let contents = Contents::Lone { path: lone, files, texts };
            Ok(Found { contents, known, beside: Beside::NOTHING })
        }
        Err(StorageError::NotFound { .. }) => Err(not_found()),
        Err(StorageError::NoListing { .. }) => {
            let known = known(IndexPlace::within(path), None).await;
            match listed(storage, path, None, &known).await {
                Err(Error::Storage(StorageError::NotFound { .. })) => Err(not_found()),
                contents => {
                    let contents = contents?;
                    let beside = Beside::ANYTHING.with_markers(contents.markers());
                    Ok(Found { contents, known, beside })
                }
            }
        }
        Err(error) => Err(error.into()),
    }
}

/// A single file that is an asset, where the asset has no folder.
struct Lone {
    path: String,
    /// The files of subtitles beside it.
    texts: Vec<StoredText>,
    /// The names of all files beside it.
    names: Vec<String>,
}

/// What the server manifest of an asset lists. `names` are the files of its folder, if the storage
/// can list them.
async fn listed(
    storage: &dyn Storage,
    path: &AssetPath,
    names: Option<&[String]>,
    known: &Known,
) -> Result<Contents, Error> {
    let max_len = ClipList::MAX_BYTES;
    let server = match whole(storage, path, path.ism(), max_len, "server manifest", known).await {
        Err(Refused::Manifest(problem)) => return Err(unusable(path, problem, CORRECT)),
        Err(Refused::Storage(error)) => return Err(error.into()),
        Ok(server) => server,
    };
    let unreadable = |problem| {
        unusable(path, format!("its list of clips cannot be read: {problem}"), CORRECT_CLIPS)
    };
    if let Some(list) = ClipList::parse(&server.2, path.folder()).map_err(unreadable)? {
        return Ok(Contents::Program(list, (server.0, server.1)));
    }
    match manifests(storage, path, names, known, server).await {
        Ok((manifest, files)) => {
            let texts = StoredText::listed(&manifest, path.folder(), names.unwrap_or_default());
            Ok(Contents::Listed(Box::new(manifest), files, texts))
        }
        Err(Refused::Manifest(problem)) => Err(unusable(path, problem, CORRECT)),
        Err(Refused::Storage(error)) => Err(error.into()),
    }
}

/// The single file that is the asset if it has no folder.
async fn lone_file(storage: &dyn Storage, asset: &str) -> Option<Lone> {
    let (folder, name) = parent_of(asset);
    let files = storage.list(folder).await.ok()?.files;
    let named = files.iter().filter(|file| lone_name(file) == Some(name));
    let file = named.min_by_key(|file| media_ending(file))?;
    let texts = text_files_of(&files, name);
    let texts = texts.filter_map(|name| StoredText::found(folder, name)).collect();
    let path = if folder.is_empty() { file.clone() } else { format!("{folder}/{file}") };
    Some(Lone { path, texts, names: files })
}

/// Opens a stored file of an asset, and returns its path too. It is found like the asset itself: in
/// its folder, or as a single file if there is no folder.
pub(crate) async fn open_file(
    storage: &dyn Storage,
    folder: &str,
    name: &str,
) -> Result<(String, Arc<dyn Source>), StorageError> {
    let path = format!("{folder}/{name}");
    match storage.open(&path).await {
        Err(not_found @ StorageError::NotFound { .. }) => {
            let is_folder =
                !matches!(storage.list(folder).await, Err(StorageError::NotFound { .. }));
            let lone = if is_folder { None } else { lone_file(storage, folder).await };
            let paths = lone.into_iter().flat_map(|Lone { path, texts, .. }| {
                [path].into_iter().chain(texts.into_iter().map(|text| text.path))
            });
            let path = { paths }.find(|path| path.rsplit('/').next() == Some(name));
            let path = path.ok_or(not_found)?;
            let source = storage.open(&path).await?;
            Ok((path, source))
        }
        opened => Ok((path, opened?)),
    }
}
