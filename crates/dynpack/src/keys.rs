//! Providers of keys.

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

/// Provides the keys for the assets that locators publish.
///
/// Its results are cached for a while. So it is called rarely, and only once even if many requests
/// wait. `async_trait` is the crate with that name.
///
/// It must set its own timeouts, as on each call of a key server. Until it returns, all requests
/// for those keys wait, and it is not called again for them. [`KeyProviderError::Unavailable`] is
/// not cached, so the next request calls it again.
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
///     Err(std::io::Error::other(format!("there are no keys for {locator} yet")))
/// }
/// ```
#[async_trait]
pub trait KeyProvider: Send + Sync + 'static {
    /// The keys for the assets of a locator under that protection.
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
    /// The keys cannot be used. The author of the document or the operator of the key server can
    /// fix it.
    #[error("the keys cannot be used: {problem}")]
    Unusable {
        /// Why not.
        problem: String,
    },
    /// The key server is not available now.
    #[error("the keys are not available now: {problem}")]
    Unavailable {
        /// Why not.
        problem: String,
    },
}
