//! HTTP: conditions of a request, and a response with its body.

mod body;
mod conditions;
mod response;

pub use body::Body;
pub use conditions::Conditions;
pub use response::Response;

pub(crate) use response::Head;
