//! The signalling for DRM systems: headers of Widevine and PlayReady, the common header of W3C, and
//! key URIs of FairPlay.
//!
//! Nothing here sends requests to licence servers.

pub mod clear_key;
pub mod fairplay;
pub mod playready;
mod pssh;
mod system_id;
pub mod widevine;

pub use pssh::Pssh;
pub use system_id::SystemId;
