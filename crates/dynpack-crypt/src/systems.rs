//! What protection systems need to be told: headers of Widevine and PlayReady, the common one of
//! W3C, and key URIs of FairPlay.
//!
//! Nothing here asks a licence server for anything.

pub mod clear_key;
pub mod fairplay;
pub mod playready;
mod pssh;
mod system_id;
pub mod widevine;

pub use pssh::Pssh;
pub use system_id::SystemId;
