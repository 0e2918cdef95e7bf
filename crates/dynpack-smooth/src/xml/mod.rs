//! XML as both manifests need it.

mod read;
mod write;

pub(crate) use read::{Document, Element, decode, shown};
pub(crate) use write::{Tag, Xml};
