//! A program that is open.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use dynpack_packager::Program;
use futures_util::{FutureExt, StreamExt, TryStreamExt, stream};

use crate::storage::{Identity, Source, Storage, StorageError};

/// How many files are checked at a time: others are checked the next time, so that a day of short
/// clips costs no more than a film.
const FILES_AT_A_TIME: usize = 200;

/// How many files are checked in parallel.
const FILES_AT_ONCE: usize = 16;

/// A program that is open: its clips, without their files.
pub(crate) struct OpenProgram {
    pub(crate) program: Program,
    clips: Vec<ClipFiles>,
    /// The file to be checked next, of all clips.
    next: AtomicUsize,
}

/// The files of the media of a clip, in the order of its presentation.
pub(super) type ClipFiles = Arc<[(String, Identity)]>;

impl OpenProgram {
    /// Bytes of memory that it takes.
    pub(crate) fn memory_size(&self) -> usize {
        const PER_FILE: usize = 256;
        let files = self.clips.iter().map(|files| files.len());
        let files = files.fold(0, usize::saturating_add).saturating_mul(PER_FILE);
        self.program.memory_size().saturating_add(files)
    }

    /// Opens the files of a clip, by its place.
    ///
    /// # Errors
    /// [`StorageError::Changed`] if one was replaced.
    pub(crate) async fn sources(
        &self,
        storage: &dyn Storage,
        clip: usize,
    ) -> Result<Arc<[Arc<dyn Source>]>, StorageError> {
        let mut sources = Vec::new();
        for (path, identity) in self.clips.get(clip).into_iter().flat_map(|files| files.iter()) {
            let changed = || StorageError::Changed { path: path.clone() };
            let source = match storage.open(path).await {
                Err(StorageError::NotFound { .. }) => return Err(changed()),
                opened => opened?,
            };
            if source.identity() != identity {
                return Err(changed());
            }
            sources.push(source);
        }
        Ok(sources.into())
    }

    /// Whether one of some of its files was replaced: each call looks at the next ones.
    pub(super) async fn is_replaced(&self, storage: &dyn Storage) -> Result<bool, StorageError> {
        let files: Vec<_> = self.clips.iter().flat_map(|files| files.iter()).collect();
        let count = files.len().min(FILES_AT_A_TIME);
        let first = self.next.fetch_add(count, Ordering::Relaxed);
        let first = first.checked_rem(files.len()).unwrap_or_default();
        let files = files.iter().cycle().skip(first).take(count);
        let looks: Vec<_> = files
            .map(|(path, opened)| {
                storage.identity(path).map(move |now| now.map(|now| now != *opened))
            })
            .collect();
        let replaced: Vec<bool> = stream::iter(looks).buffered(FILES_AT_ONCE).try_collect().await?;
        Ok(replaced.contains(&true))
    }

    /// A program of clips with those files.
    pub(super) const fn new(program: Program, clips: Vec<ClipFiles>) -> Self {
        Self { program, clips, next: AtomicUsize::new(0) }
    }
}
