//! Object stores as a storage of dynpack: S3, Azure Blob Storage, Google Cloud Storage, and any
//! HTTP server.
//!
//! [`ObjectStorage::from_url`] makes a [`Storage`](dynpack::storage::Storage) from a URL. It reads
//! ranges that are close to each other with one request, several requests in parallel, and only
//! from the version of an object that was opened. A request that fails is repeated until a
//! deadline.
//!
//! ```
//! use dynpack::Dynpack;
//! use dynpack_object_store::{ObjectStorage, Options};
//!
//! // The names are those of environment variables. `std::env::vars()` gives all of them.
//! let settings = [("AWS_REGION", "eu-west-1"), ("AWS_SKIP_SIGNATURE", "true")];
//! let options = Options::default().with_settings(settings);
//! # #[cfg(feature = "s3")] {
//! let films = ObjectStorage::from_url("s3://films/published", options)?;
//! assert_eq!(films.to_string(), "s3://films/published");
//! let dynpack = Dynpack::builder(films).build();
//! # }
//! # Ok::<(), dynpack_object_store::UrlError>(())
//! ```
//!
//! It writes index files to the object stores of clouds, if dynpack is set to do so, and nothing else.
//! It keeps no media: that is for a cache in front or around it.

#![warn(clippy::arithmetic_side_effects, clippy::indexing_slicing)]

#[cfg(not(any(feature = "azure", feature = "gcs", feature = "http", feature = "s3")))]
compile_error!("turn on the feature of a store: `azure`, `gcs`, `http` or `s3`");

mod bucket;
#[cfg(feature = "cloud")]
mod cloud;
mod counts;
mod error;
mod failure;
mod location;
mod options;
mod part;
mod place;
mod retries;
mod source;
mod storage;
mod store;
#[cfg(feature = "http")]
mod web;

pub use counts::Counts;
pub use error::UrlError;
pub use options::Options;
pub use storage::ObjectStorage;
