//! Why there is no key.

use dynpack_crypt::KeyId;

/// Why there is no key for a rendition. No message repeats a secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// There is no key for it. The author of the locator, or the key server, can fix it.
    #[error("there is no value for the key {id}")]
    NoValue {
        /// Its id.
        id: KeyId,
    },
    /// The keys do not fit the policy or the asset. The publisher can fix it.
    #[error("the keys cannot be used: {problem}")]
    Unusable {
        /// Why not.
        problem: String,
    },
}
