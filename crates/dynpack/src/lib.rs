//! Dynamic packaging: one stored set of adaptive-bitrate MP4 files in, every streaming protocol
//! out, built per request.
//!
//! [`Dynpack::respond`] turns a [`Request`] into a [`Response`]: it finds the asset in a
//! [`storage`], opens it once, and makes what the request asks for. It speaks HTTP's terms, but is
//! no server: the origin among the examples is one.
//!
//! Below it lies the same without IO, for those who have their own: [`present`] makes a
//! presentation of parsed movies, and [`Format::packager`] is the one map from a format to what
//! makes it.
//!
//! ```
//! use dynpack::{CutPolicy, Error, Job, Movie, Request, present};
//!
//! fn manifest(movies: Vec<Movie>, url: &str) -> Result<String, Error> {
//!     let presentation = present(movies, CutPolicy::SIX_SECONDS)?;
//!     let request = Request::parse(url)?;
//!     request.format.packager()?.manifest(&Job::new(&presentation, &request))
//! }
//!
//! let error = manifest(Vec::new(), "/film/film.ism/manifest(format=mpd-time-cmaf)").expect_err("no movies, nothing to show");
//! assert_eq!(error.status(), 415);
//! ```
//!
//! Left out so far: filters, subtitles, and codecs other than H.264 and AAC.

mod asset;
mod assets;
mod body;
mod conditions;
mod digest;
mod dynpack;
mod error;
mod format;
mod grant;
mod in_flight;
mod key_ring;
mod keys;
mod locator;
mod locators;
mod open;
mod packager;
mod policy;
mod protection;
mod protections;
mod renditions;
mod request;
mod response;
pub mod storage;
mod task;

pub use asset::{Asset, FORMAT_VERSION};
pub use body::Body;
pub use conditions::Conditions;
pub use dynpack::{Builder, Dynpack};
pub use dynpack_codec::MediaKind;
pub use dynpack_crypt::cpix::Cpix;
pub use dynpack_crypt::{ContentKey, Iv, KeyId};
pub use dynpack_fragment::{Piece, SegmentPlan};
pub use dynpack_hds::FragmentNumber;
pub use dynpack_isobmff::Limits;
pub use dynpack_media::{CutPolicy, Extent, Movie, Presentation, Rendition, SourceIndex, Ticks};
pub use dynpack_smooth::ServerManifest;
pub use error::Error;
pub use format::{Format, Protocol, UnknownFormat};
pub use keys::{CpixKeys, KeyError, KeyProvider, KeySet, LocatorKeys};
pub use locator::{KeyType, Locator, LocatorKey};
pub use locators::{Locators, LocatorsDocument, LocatorsError};
pub use packager::{Content, Job, Package, Packager};
pub use policy::{
    ClearKey, CommonEncryption, ContentKeys, DefaultKey, Drm, EnabledProtocols, EnvelopeEncryption,
    KeyDelivery, KeyToTracks, LicenceServer, NoEncryption, PlayReady, StreamingPolicy,
    TrackCondition, TrackSelection, UrlTemplate,
};
pub use protection::{Protection, Terms};
pub use renditions::{listed_files, present, present_listed};
pub use request::{
    AssetPath, Download, Encryption, Request, RequestError, Target, UnknownEncryption, escape,
};
pub use response::Response;
