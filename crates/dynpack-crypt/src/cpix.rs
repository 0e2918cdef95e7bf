//! CPIX documents, in which key servers deliver keys (DASH-IF, *Content Protection Information
//! Exchange Format* 2.3). Responses of SPEKE servers are CPIX documents too.
//!
//! Keys must be clear. So the document itself is a secret, and the caller must wipe it. Not
//! supported, and refused where they matter, are encrypted keys, keys derived from others, key
//! periods (rotation), and filters that are not in CPIX. Ignored is everything for manifests other
//! than headers and key tags (`ContentProtectionData`, HDCP, robustness). Signatures are not
//! verified.

mod document;
mod hls_key;
mod read;
mod rule;
mod tree;

pub use document::{Cpix, CpixKey, CpixSystem};
pub use hls_key::HlsKey;
pub use rule::UsageRule;
