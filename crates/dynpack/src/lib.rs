//! Dynamic packaging: one stored set of adaptive-bitrate MP4 files in, every streaming protocol out, built per request.

mod asset;
mod body;
mod conditions;
mod dynpack;
mod error;
mod format;
mod open;
mod packager;
mod renditions;
mod request;
mod response;
pub mod storage;

pub use asset::{Asset, FORMAT_VERSION};
pub use body::Body;
pub use conditions::Conditions;
pub use dynpack::{Builder, Dynpack};
pub use dynpack_hds::FragmentNumber;
pub use dynpack_isobmff::Limits;
pub use dynpack_media::{CutPolicy, MediaKind, Presentation, Rendition};
pub use error::Error;
pub use format::{Format, Protocol, UnknownFormat};
pub use packager::{Content, Package, Packager};
pub use renditions::{listed_files, present, present_listed};
pub use request::{AssetPath, Encryption, Request, RequestError, Target, UnknownEncryption, escape};
pub use response::Response;
