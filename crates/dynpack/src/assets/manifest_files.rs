//! Reads the manifests of an asset.

use bytes::Bytes;
use dynpack_media::Extent;
use dynpack_packager::AssetPath;
use dynpack_smooth::{ClientManifest, Formats, ServerManifest};

use super::known::Known;
use crate::storage::{Identity, Storage, StorageError, read_exactly};

/// The files of manifests, with their paths, versions and texts.
pub(super) type Manifests = Vec<(String, Identity, Bytes)>;

/// Why manifests cannot be read.
pub(super) enum Refused {
    /// A manifest is invalid.
    Manifest(String),
    Storage(StorageError),
}

/// The server manifest of an asset, merged with its client manifest if it has one. Also returns the
/// files of both.
pub(super) async fn manifests(
    storage: &dyn Storage,
    path: &AssetPath,
    names: Option<&[String]>,
    known: &Known,
    server: (String, Identity, Bytes),
) -> Result<(ServerManifest, Manifests), Refused> {
    let cannot_read = |which: &str, error: dynpack_smooth::Error| {
        Refused::Manifest(format!("its {which} cannot be read: {error}"))
    };
    check_len(server.2.len(), ServerManifest::MAX_BYTES, "server manifest")?;
    let manifest =
        ServerManifest::parse(&server.2).map_err(|error| cannot_read("server manifest", error))?;
    if manifest.formats.is_live() {
        return Err(Refused::Manifest("it is a live archive that still grows".into()));
    }
    let is_archive = matches!(manifest.formats, Formats::VodFragmentedMp4 | Formats::VodCmaf);
    let mut media = manifest.tracks.iter().filter(|track| track.kind.media().is_some());
    if let Some(track) = media.find(|track| is_archive && !track.src.as_str().contains('.')) {
        return Err(Refused::Manifest(format!(
            "it lists `{}`, a folder of a live archive: only archives with one file for each track \
             can be read",
            track.src.as_str()
        )));
    }
    // Many assets name a client manifest that they do not have, which causes no problem.
    let client = manifest
        .client_manifest
        .as_ref()
        .map(|name| name.as_str())
        .filter(|client| names.is_none_or(|names| names.iter().any(|name| name == client)));
    let Some(name) = client else { return Ok((manifest, vec![server])) };
    let max_len = ClientManifest::MAX_BYTES;
    let client = whole(storage, path, name, max_len, "client manifest", known).await;
    if matches!(client, Err(Refused::Storage(StorageError::NotFound { .. }))) && names.is_none() {
        return Ok((manifest, vec![server]));
    }
    let client = client?;
    let client_manifest =
        ClientManifest::parse(&client.2).map_err(|error| cannot_read("client manifest", error))?;
    Ok((manifest.with_client_manifest(&client_manifest), vec![server, client]))
}

/// Refuses a manifest of more than `max_len` bytes.
fn check_len(len: usize, max_len: usize, which: &str) -> Result<(), Refused> {
    let problem = || format!("its {which} has {len} bytes, where {max_len} are the limit");
    (len <= max_len).then_some(()).ok_or_else(|| Refused::Manifest(problem()))
}

/// Reads a whole manifest, unless its text is known.
pub(super) async fn whole(
    storage: &dyn Storage,
    path: &AssetPath,
    name: &str,
    max_len: usize,
    which: &str,
    known: &Known,
) -> Result<(String, Identity, Bytes), Refused> {
    let file = format!("{}/{name}", path.folder());
    let source = storage.open(&file).await.map_err(Refused::Storage)?;
    let len = usize::try_from(source.len()).unwrap_or(usize::MAX);
    check_len(len, max_len, which)?;
    let identity = source.identity().clone();
    if let Some(text) = known.text(&file, &identity) {
        return Ok((file, identity, text));
    }
    let text = read_exactly(source.as_ref(), &[Extent::new(0, source.len())])
        .await
        .map_err(Refused::Storage)?;
    Ok((file, identity, text.into_iter().next().unwrap_or_default()))
}
