//! CPIX documents, by which key servers hand out keys (DASH-IF, *Content Protection Information
//! Exchange Format* 2.3); so also the answers of servers that speak SPEKE.
//!
//! Keys must be in the clear: the document itself is a secret then, and the caller's to wipe. Left
//! out, and refused where it would matter: encrypted keys, keys derived from others, key periods
//! (rotation), and filters that are not of CPIX. Left out as well: what goes into manifests besides
//! headers and key tags (`ContentProtectionData`, HDCP, robustness). Signatures are not verified.

mod document;
mod hls_key;
mod read;
mod rule;
mod tree;

pub use document::{Cpix, CpixKey, CpixSystem};
pub use hls_key::HlsKey;
pub use rule::UsageRule;
