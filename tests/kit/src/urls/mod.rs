//! URLs in manifests, in the manner of Azure Media Services.

mod dash;
mod hls;

pub use self::hls::{Keyed, aes_128};

/// URLs in the manner of Azure Media Services, for every protocol.
#[derive(Clone, Copy, Debug)]
pub struct Azure;
