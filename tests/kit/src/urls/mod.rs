//! URLs in manifests, as in Azure Media Services.

mod dash;
mod hls;

pub use self::hls::{Keyed, aes_128};

/// URLs as in Azure Media Services, for every protocol.
#[derive(Clone, Copy, Debug)]
pub struct Azure;
