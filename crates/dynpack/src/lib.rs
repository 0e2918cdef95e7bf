//! Dynamic packaging: one stored set of adaptive-bitrate MP4 files in, every streaming protocol out, built per request.

mod format;
mod request;
pub mod storage;

pub use format::{Format, Protocol, UnknownFormat};
pub use request::{AssetPath, Encryption, Request, RequestError, Target, UnknownEncryption, escape};
