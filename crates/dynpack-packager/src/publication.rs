//! What is published: locators, their policies, and whether they admit a request.

mod admission;
mod locator;
mod locators;
mod policy;
mod terms;
mod token_terms;

pub use admission::{Admission, Protected};
pub use locator::{KeyType, Locator, LocatorKey};
pub use locators::{Locators, LocatorsDocument, LocatorsError};
pub use policy::{
    ClearKey, CommonEncryption, ContentKeys, DefaultKey, Drm, EnabledProtocols, EnvelopeEncryption,
    KeyDelivery, KeyToTracks, LicenceServer, NoEncryption, PlayReady, StreamingPolicy, UrlTemplate,
};
pub use terms::Terms;
pub use token_terms::TokenTerms;
