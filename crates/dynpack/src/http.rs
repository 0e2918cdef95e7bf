//! HTTP: conditions of a request, and a response with its body.

mod arriving;
mod body;
mod conditions;
mod held_media;
mod response;
mod sources;

pub use body::Body;
pub use conditions::Conditions;
pub use response::Response;

pub(crate) use held_media::HeldMedia;
pub(crate) use response::Head;
