//! Why there is no key.

use dynpack_crypt::KeyId;

/// Why there is no key for a rendition. No message repeats a secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// There is no key for it; whoever made the locator or runs the key server can mend it.
    #[error("there is no value for the key {id}")]
    NoValue {
        /// Its id.
        id: KeyId,
    },
    /// The keys do not fit the policy or the asset; whoever made those can mend it.
    #[error("the keys cannot be used: {problem}")]
    Unusable {
        /// Why not.
        problem: String,
    },
}
