//! Where keys come from.

mod cpix;
mod in_locators;
mod protections;
mod ring;

use std::sync::Arc;

use async_trait::async_trait;
use dynpack_packager::{Encryption, KeySet, Locator};

pub use cpix::CpixKeys;
pub use in_locators::LocatorKeys;

pub(crate) use protections::Protections;
pub(crate) use ring::KeyRing;

/// Hands out the keys of what locators publish.
///
/// What it answers is kept for a while, so it is asked seldom, and once however many requests wait.
/// `async_trait` is the crate of that name.
///
/// It sets the limit of time itself, as on each call of a key server: until it answers, whoever
/// wants those keys waits, and it is not asked again. [`KeyProviderError::Unavailable`] is not kept, so
/// that the next request asks anew.
///
/// ```
/// use std::sync::Arc;
///
/// use async_trait::async_trait;
/// use dynpack::{
///     ContentKey, Encryption, KeyId, KeyProvider, KeyProviderError, KeySet, Locator, LocatorKey,
/// };
///
/// struct KeyServer;
///
/// #[async_trait]
/// impl KeyProvider for KeyServer {
///     async fn keys(
///         &self,
///         locator: &Locator,
///         _: Encryption,
///     ) -> Result<Arc<KeySet>, KeyProviderError> {
///         let unavailable = |error: std::io::Error| KeyProviderError::Unavailable {
///             problem: error.to_string(),
///         };
///         let (id, key) = ask(&locator.id).await.map_err(unavailable)?;
///         Ok(Arc::new(KeySet::Labelled(vec![LocatorKey::new(id, Some(key))])))
///     }
/// }
///
/// async fn ask(locator: &str) -> std::io::Result<(KeyId, ContentKey)> {
///     Err(std::io::Error::other(format!("nobody knows the keys of {locator} yet")))
/// }
/// ```
#[async_trait]
pub trait KeyProvider: Send + Sync + 'static {
    /// The keys of what a locator publishes under that protection.
    ///
    /// # Errors
    /// [`KeyProviderError`].
    async fn keys(
        &self,
        locator: &Locator,
        encryption: Encryption,
    ) -> Result<Arc<KeySet>, KeyProviderError>;
}

/// Why a [`KeyProvider`] has no keys. No message repeats a secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyProviderError {
    /// The keys cannot be used. Whoever wrote the document or runs the key server can fix it.
    #[error("the keys cannot be used: {problem}")]
    Unusable {
        /// Why not.
        problem: String,
    },
    /// The key server does not answer now.
    #[error("the keys cannot be had now: {problem}")]
    Unavailable {
        /// Why not.
        problem: String,
    },
}
