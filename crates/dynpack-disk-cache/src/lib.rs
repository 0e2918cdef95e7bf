//! A disk cache for dynpack: what was read of a remote storage, in a folder that is bounded and
//! survives a restart.
//!
//! [`DiskCache::open`] opens the folder, and [`DiskCache::around`] puts it around any
//! [`Storage`](dynpack::storage::Storage). Files are kept in blocks, by the version that was read,
//! so that a file that is replaced is never mixed with its successor. Blocks that several requests
//! miss at the same time are read once. A damaged block is dropped and read again.
//!
//! Listings and the versions of files are not kept: they are asked for as without the cache.
//!
//! ```
//! use bytes::Bytes;
//! use dynpack::Dynpack;
//! use dynpack::storage::Memory;
//! use dynpack_disk_cache::{DiskCache, Options};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let folder = tempfile::tempdir()?;
//! # let folder = folder.path();
//! let cache = DiskCache::open(folder, Options::with_capacity(64 << 20)).await?;
//! let remote = Memory::default();
//! let dynpack = Dynpack::builder(cache.around(remote, "films")).build();
//! // Before the process ends, so that the newest blocks reach the disk:
//! cache.close().await;
//! # Ok(())
//! # }
//! ```

#![warn(clippy::arithmetic_side_effects, clippy::indexing_slicing)]

mod blocks;
mod cache;
mod counts;
mod error;
mod folder;
mod options;
mod source;
mod storage;

pub use cache::DiskCache;
pub use counts::Counts;
pub use error::CacheError;
pub use options::Options;
pub use storage::CachedStorage;
