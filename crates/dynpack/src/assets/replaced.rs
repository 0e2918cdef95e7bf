//! Whether the files of an open asset were replaced.

use dynpack_packager::AssetPath;
use futures_util::{StreamExt, TryStreamExt, stream};
use tracing::warn;

use super::asset::{Asset, Files};
use super::beside::Beside;
use super::file_names::{asset_files, lone_files, parent_of};
use crate::storage::{Storage, StorageError};

/// How many files are checked in parallel.
const FILES_AT_ONCE: usize = 16;

/// Whether a file of an asset was replaced, removed or forbidden. `false` if the storage fails for
/// another reason.
pub(crate) async fn is_replaced(storage: &dyn Storage, asset: &Asset) -> bool {
    let path = &asset.path;
    let differs = match differs(storage, path, &asset.files).await {
        Ok(false) => match &asset.program {
            Some(program) => program.is_replaced(storage).await,
            None => Ok(false),
        },
        differs => differs,
    };
    match differs {
        Ok(differs) => differs,
        Err(StorageError::NotFound { .. } | StorageError::Forbidden { .. }) => true,
        Err(error) => {
            warn!(asset = %path, %error, "cannot determine whether the files were replaced");
            false
        }
    }
}

async fn differs(
    storage: &dyn Storage,
    path: &AssetPath,
    files: &Files,
) -> Result<bool, StorageError> {
    let mut may_have = if files.is_lone { Beside::NOTHING } else { Beside::ANYTHING };
    if let Some(listed) = files.listed.as_ref().filter(|_| files.is_lone) {
        let (folder, name) = parent_of(path.folder());
        if lone_files(&storage.list(folder).await?.files, name) != *listed {
            return Ok(true);
        }
    } else if let Some(listed) = &files.listed {
        let names = storage.list(path.folder()).await?.files;
        if asset_files(&names) != *listed || names.iter().any(|name| name == path.ism()) {
            return Ok(true);
        }
        may_have = Beside::of(&names);
        may_have.has_filters |= files.filters.is_some();
    }
    if may_have.differ(storage, path, files).await? {
        return Ok(true);
    }
    let identities: Vec<_> = files.opened.iter().map(|(file, _)| storage.identity(file)).collect();
    let identities: Vec<_> = stream::iter(identities).buffered(FILES_AT_ONCE).try_collect().await?;
    Ok(identities.iter().zip(&files.opened).any(|(now, (_, opened))| now != opened))
}
