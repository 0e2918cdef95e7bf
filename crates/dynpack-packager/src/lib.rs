//! Dynamic packaging without IO: from a URL and parsed movies to a manifest or the plan of a
//! segment.
//!
//! [`Request::parse`] reads a URL, [`Admission`] holds it against locators and policies,
//! [`present`] makes a presentation of movies, and [`Format::packager`] gives what makes the
//! answer. This crate reads no files, has no clock and starts no threads: the caller demuxes
//! movies with `dynpack-isobmff`, passes in the time, and reads the ranges that a plan asks for.
//! The crate `dynpack` adds storage, a cache and the terms of HTTP.
//!
//! ```
//! use dynpack_media::{CutPolicy, Movie, View};
//! use dynpack_packager::{Error, Job, Request, present};
//!
//! fn manifest(movies: Vec<Movie>, url: &str) -> Result<String, Error> {
//!     let presentation = present(movies, CutPolicy::SIX_SECONDS)?;
//!     let request = Request::parse(url)?;
//!     request.format.packager()?.manifest(&Job::new(&View::whole(&presentation), &request))
//! }
//!
//! let url = "/film/film.ism/manifest(format=mpd-time-cmaf)";
//! let error = manifest(Vec::new(), url).expect_err("no movies, nothing to show");
//! assert!(matches!(error, Error::Unpresentable { .. }));
//! ```
//!

#![warn(clippy::arithmetic_side_effects, clippy::indexing_slicing)]
#![cfg_attr(test, expect(clippy::indexing_slicing, reason = "a test may panic"))]

mod cmaf_rate;
mod combination;
mod encryption;
mod error;
mod facts;
mod filter;
mod fingerprint;
mod format;
mod formats;
mod json;
mod markers;
mod naming;
mod packager;
mod presentation;
mod program;
mod protection;
mod publication;
mod request;
mod text_file;
mod texts;

pub use combination::{Combination, Filtered};
pub use dynpack_media::text::escape;
pub use encryption::{Encryption, UnknownEncryption};
pub use error::{Error, KeyError, TokenError};
pub use filter::{
    Filter, FilterError, FilterPart, Filters, PresentationTimeRange, Rules, TrackCondition,
    TrackSelection,
};
pub use fingerprint::fingerprint;
pub use format::{Format, Protocol, UnknownFormat};
pub use markers::Markers;
pub use naming::{AzureNaming, Naming};
pub use packager::{Carried, Content, Job, Package, Packager};
pub use presentation::{
    Text, listed_files, present, present_knowing, present_listed, present_marked, present_texts,
};
pub use program::{
    Clip, ClipList, ClipMedia, ListedClip, Program, ProgramBuilder, Scene, hash_of, leave,
};
pub use protection::{KeySet, Protection};
pub use publication::{
    Admission, ClearKey, CommonEncryption, ContentKeys, DefaultKey, Drm, EnabledProtocols,
    EnvelopeEncryption, KeyDelivery, KeyToTracks, KeyType, LicenceServer, Locator, LocatorKey,
    Locators, LocatorsDocument, LocatorsError, NoEncryption, PlayReady, Protected, StreamingPolicy,
    Terms, TokenTerms, UrlTemplate,
};
pub use request::{
    AssetPath, Download, Place, Request, RequestError, Resource, SegmentId, SplitUrl, Token,
};
pub use text_file::{TextFile, TextFormat};
pub use texts::Texts;
