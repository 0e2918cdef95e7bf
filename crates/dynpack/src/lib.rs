//! Dynamic packaging: one stored set of adaptive-bitrate MP4 files in, every streaming protocol
//! out, built per request.
//!
//! [`Dynpack::respond`] turns a [`Request`] into a [`Response`]. It finds the asset in a
//! [`storage`], opens it once, and makes the requested resource. It uses the terms of HTTP, but is
//! not a server. The example `origin` is one.
//!
//! Programs with their own IO use the crate `dynpack-packager`, which this one re-exports. It does
//! the same without storage, cache and async.
//!
//! ```
//! use dynpack::storage::Memory;
//! use dynpack::{Conditions, Dynpack};
//!
//! # let runtime = tokio::runtime::Builder::new_current_thread().build()?;
//! # runtime.block_on(async {
//! let dynpack = Dynpack::builder(Memory::new()).build();
//! let url = "/film/film.ism/manifest(format=mpd-time-cmaf)";
//! let error = dynpack.get(url, &Conditions::default()).await.expect_err("nothing is stored");
//! assert_eq!(error.status(), 404);
//! # });
//! # Ok::<(), std::io::Error>(())
//! ```

#![warn(clippy::arithmetic_side_effects, clippy::indexing_slicing)]
#![cfg_attr(test, expect(clippy::indexing_slicing, reason = "a test may panic"))]

mod assets;
mod buffers;
mod cache;
mod catalog;
mod dynpack;
mod error;
mod filters;
mod http;
mod keys;
mod manifests;
pub mod storage;
mod tasks;
mod tokens;

pub use assets::{Asset, FORMAT_VERSION};
pub use catalog::{Catalog, NotServed};
pub use dynpack::{Builder, Dynpack};
pub use dynpack_codec::MediaKind;
pub use dynpack_crypt::cpix::Cpix;
pub use dynpack_crypt::{ContentKey, Iv, KeyId};
pub use dynpack_fragment::{Piece, SegmentPlan};
pub use dynpack_hds::FragmentNumber;
pub use dynpack_isobmff::Limits;
pub use dynpack_media::{
    CutPolicy, Extent, Form, Movie, Presentation, Rendition, RenditionId, SourceIndex, Ticks,
};
pub use dynpack_packager::{
    Admission, AssetPath, AzureNaming, Carried, ClearKey, Clip, ClipList, ClipMedia, Combination,
    CommonEncryption, Content, ContentKeys, DefaultKey, Download, Drm, EnabledProtocols,
    Encryption, EnvelopeEncryption, Error as PackagerError, Filter, FilterError, FilterPart,
    Filtered, Filters, Format, Job, KeyDelivery, KeyError, KeySet, KeyToTracks, KeyType,
    LicenceServer, ListedClip, Locator, LocatorKey, Locators, LocatorsDocument, LocatorsError,
    Markers, Naming, NoEncryption, Package, Packager, Place, PlayReady, PresentationTimeRange,
    Program, ProgramBuilder, Protected, Protection, Protocol, Request, RequestError, Resource,
    Rules, Scene, SegmentId, SplitUrl, StreamingPolicy, Terms, Token, TokenError, TokenTerms,
    TrackCondition, TrackSelection, UnknownEncryption, UnknownFormat, UrlTemplate, escape,
    listed_files, present, present_knowing, present_listed, present_marked, present_texts,
};
pub use dynpack_smooth::ServerManifest;
pub use dynpack_text::{Encoding as TextEncoding, Options as TextOptions, Strictness};
pub use error::Error;
pub use filters::{AccountFilters, FilterProvider};
pub use http::{Body, Conditions, Response};
pub use keys::{CpixKeys, KeyProvider, KeyProviderError, LocatorKeys};
pub use tokens::{HmacTokens, TokenVerifier, WeakKey};
