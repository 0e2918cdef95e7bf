//! Keys, their ids, and initialization vectors.

mod content_key;
mod key_id;
pub(crate) mod notation;
mod vector;

pub use content_key::ContentKey;
pub use key_id::KeyId;
pub use vector::Iv;
