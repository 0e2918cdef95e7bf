//! Keys, their ids, and initialization vectors.

mod content_key;
mod notation;
mod vector;

pub use content_key::ContentKey;
pub use vector::Iv;
