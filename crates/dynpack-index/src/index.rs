//! An index: what opening the files of an asset finds out.

use bytes::Bytes;
use dynpack_media::{CutPolicy, Findings, Movie};

/// What opening the files of an asset finds out.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Index {
    /// A number that changes with what readers make of files. An index with another one was made by
    /// a program that might read the same files otherwise.
    pub reading: u32,
    /// The files, in the order in which they were opened: manifests first.
    pub files: Vec<IndexedFile>,
    /// What presenting them found out.
    pub presented: Option<Presented>,
}

/// A file from which an index was made.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct IndexedFile {
    /// Its path below the folder of the index.
    pub name: String,
    /// Its version, as its storage has it.
    pub version: String,
    /// Its length, in bytes.
    pub len: u64,
    /// What was read of it.
    pub content: Content,
}

/// What was read of a file.
#[derive(Clone, Debug, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "an asset has manifests and media")]
pub enum Content {
    /// All of it: a server manifest or a client manifest.
    Manifest(Bytes),
    /// The movie of a media file.
    Movie {
        /// The digest of the index that the file itself has
        /// ([`Demuxer::digest`](dynpack_isobmff::Demuxer::digest)).
        digest: [u8; 16],
        /// The movie.
        movie: Movie,
    },
}

/// What presenting the files found out, and for which policy that holds.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "plain data")]
pub struct Presented {
    /// How they were cut.
    pub policy: CutPolicy,
    /// Where, and the bitrates that were measured. A source is the place of a media file among the
    /// media files.
    pub findings: Findings,
}

impl Index {
    /// An index of these files.
    #[must_use]
    pub const fn new(reading: u32, files: Vec<IndexedFile>) -> Self {
        Self { reading, files, presented: None }
    }

    /// The same index with what presenting the files found out.
    #[must_use]
    pub fn with_presented(self, presented: Presented) -> Self {
        Self { presented: Some(presented), ..self }
    }

    /// The file of that name.
    #[must_use]
    pub fn file(&self, name: &str) -> Option<&IndexedFile> {
        self.files.iter().find(|file| file.name == name)
    }
}

impl IndexedFile {
    /// A file of that name, version and length in bytes.
    #[must_use]
    pub fn new(
        name: impl Into<String>,
        version: impl Into<String>,
        len: u64,
        content: Content,
    ) -> Self {
        Self { name: name.into(), version: version.into(), len, content }
    }
}
