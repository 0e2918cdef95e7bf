//! The index file beside an asset: what is known before the files are read.

use bytes::Bytes;
use dynpack_index::{Content, Error as IndexError, Index, IndexedFile, Presented, read, write};
use dynpack_isobmff::Limits;
use dynpack_media::{CutPolicy, Extent, Findings, Movie};
use dynpack_packager::AssetPath;
use tracing::{debug, warn};

use super::asset::FORMAT_VERSION;
use crate::storage::{Identity, Storage, StorageError, read_exactly};
use crate::tasks::spawn_cpu;

/// The ending of index files. Azure's `.mpi` and GPAC's `.ghi` have other formats.
const ENDING: &str = ".dpi";

/// How the index file of an asset is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum IndexUse {
    /// It is read.
    Read,
    /// It is read, and made if it is missing or not of these files.
    ReadOrMake,
    /// It is not read, but made.
    Make,
}

/// What the index file of an asset says, if there is one that can be used.
pub(super) struct Known {
    place: IndexPlace,
    index: Option<Index>,
}

/// Where the index file of an asset is.
#[derive(Clone, Debug)]
pub(super) struct IndexPlace {
    /// Its folder, to which the names in it are relative.
    folder: String,
    path: String,
}

/// A file of an asset as it was opened, and what was read of it.
pub(super) type Read<'a> = (&'a (String, Identity), Content);

/// Why an index is not used.
#[derive(Debug, thiserror::Error)]
enum Unused {
    #[error(transparent)]
    Storage(#[from] StorageError),
    #[error(transparent)]
    Index(#[from] IndexError),
    #[error("it has {len} bytes, where {max} are the limit (Limits::moov_size)")]
    TooLarge { len: u64, max: u64 },
    #[error("another version of dynpack made it, which might read files otherwise")]
    OtherReader,
}

impl IndexPlace {
    /// Beside the files of an asset.
    pub(super) fn within(path: &AssetPath) -> Self {
        let folder = path.folder().to_owned();
        Self { path: format!("{folder}/{}{ENDING}", path.stem()), folder }
    }

    /// Beside the single file that is the asset.
    pub(super) fn beside(path: &AssetPath) -> Self {
        let folder = path.folder().rsplit_once('/').map_or("", |(folder, _)| folder).to_owned();
        Self { path: format!("{}{ENDING}", path.folder()), folder }
    }

    /// The path of a file as the index names it.
    fn name_of<'a>(&self, path: &'a str) -> &'a str {
        let below = path.strip_prefix(&self.folder).unwrap_or(path);
        below.strip_prefix('/').unwrap_or(below)
    }

    /// An index of these files.
    pub(super) fn index<'a>(
        &self,
        files: impl IntoIterator<Item = Read<'a>>,
        policy: CutPolicy,
        findings: Findings,
    ) -> Index {
        let files = files.into_iter().map(|((path, identity), content)| {
            IndexedFile::new(self.name_of(path), identity.version(), identity.len(), content)
        });
        Index::new(FORMAT_VERSION, files.collect()).with_presented(Presented { policy, findings })
    }
}

impl Known {
    /// Nothing.
    pub(super) const fn nothing(place: IndexPlace) -> Self {
        Self { place, index: None }
    }

    /// What the index file says, if the folder has one: it has the files of these `names`, if the
    /// storage can list them. One that cannot be used costs a warning in the log.
    pub(super) async fn read(
        storage: &dyn Storage,
        place: IndexPlace,
        names: Option<&[String]>,
        limits: Limits,
    ) -> Self {
        let is_missing =
            |names: &[String]| !names.iter().any(|name| name == place.name_of(&place.path));
        if names.is_some_and(is_missing) {
            return Self::nothing(place);
        }
        match read_index(storage, &place.path, limits).await {
            Ok(index) => Self { place, index: Some(index) },
            Err(Unused::Storage(StorageError::NotFound { .. })) => Self::nothing(place),
            Err(error) => {
                warn!(index = place.path, %error, "the index is not used");
                Self::nothing(place)
            }
        }
    }

    /// Where the index file is or belongs.
    pub(super) const fn place(&self) -> &IndexPlace {
        &self.place
    }

    /// The text of a manifest.
    pub(super) fn text(&self, path: &str, identity: &Identity) -> Option<Bytes> {
        match &self.file(path, identity)?.content {
            Content::Manifest(text) => Some(text.clone()),
            Content::Movie { .. } => None,
        }
    }

    /// The movie of a media file, and the digest of the file's own index.
    pub(super) fn movie(&self, path: &str, identity: &Identity) -> Option<(Movie, [u8; 16])> {
        match &self.file(path, identity)?.content {
            Content::Movie { movie, digest } => Some((movie.clone(), *digest)),
            Content::Manifest(_) => None,
        }
    }

    /// What presenting all of these files found out, if they are those of the index.
    pub(super) fn findings(
        &self,
        files: &[(String, Identity)],
        policy: CutPolicy,
    ) -> Option<Findings> {
        let index = self.index.as_ref()?;
        let presented = index.presented.as_ref().filter(|presented| presented.policy == policy)?;
        let is_same = |((path, identity), file): (&(String, Identity), &IndexedFile)| {
            file.name == self.place.name_of(path) && is_version(file, identity)
        };
        let all_are_same =
            files.len() == index.files.len() && files.iter().zip(&index.files).all(is_same);
        all_are_same.then(|| presented.findings.clone())
    }

    /// A file of the index, if it is the stored version.
    fn file(&self, path: &str, identity: &Identity) -> Option<&IndexedFile> {
        let file = self.index.as_ref()?.file(self.place.name_of(path))?;
        if !is_version(file, identity) {
            warn!(index = self.place.path, file = path, "the index is of another version of it");
            return None;
        }
        Some(file)
    }
}

fn is_version(file: &IndexedFile, identity: &Identity) -> bool {
    file.version == identity.version() && file.len == identity.len()
}

async fn read_index(storage: &dyn Storage, path: &str, limits: Limits) -> Result<Index, Unused> {
    let source = storage.open(path).await?;
    let (len, max) = (source.len(), limits.moov_size);
    if len > max {
        return Err(Unused::TooLarge { len, max });
    }
    let mut bytes = read_exactly(source.as_ref(), &[Extent::new(0, len)]).await?;
    let bytes = bytes.pop().unwrap_or_default();
    let index = spawn_cpu(move || read(bytes, &limits)).await?;
    if index.reading != FORMAT_VERSION {
        return Err(Unused::OtherReader);
    }
    Ok(index)
}

/// An index that was made, and where it belongs.
#[derive(Debug)]
pub(super) struct MadeIndex {
    pub(super) place: IndexPlace,
    pub(super) index: Index,
}

impl MadeIndex {
    /// Its path and its bytes.
    pub(super) async fn bytes(self) -> Result<(String, Bytes), IndexError> {
        let Self { place, index } = self;
        let bytes = spawn_cpu(move || write(&index)).await?;
        Ok((place.path, bytes))
    }

    /// Stores it. That it cannot be stored costs a warning in the log.
    pub(super) async fn store(self, storage: &dyn Storage) {
        let path = self.place.path.clone();
        match self.bytes().await {
            Ok((path, bytes)) => match storage.put(&path, bytes).await {
                Ok(()) => debug!(index = path, "the index is stored"),
                Err(error) => warn!(index = path, %error, "the index cannot be stored"),
            },
            Err(error) => warn!(index = path, %error, "no index can be made"),
        }
    }
}
