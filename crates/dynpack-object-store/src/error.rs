//! Why a URL cannot be used as a storage.

/// Why a URL cannot be used as a storage. The operator can fix it.
///
/// The texts contain no URL: it may have a password.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum UrlError {
    /// The scheme is none of those that are supported.
    #[error(
        "the URL names no object store: it must start with `s3://`, `az://`, `gs://`, `http://` or \
         `https://`"
    )]
    UnknownScheme,
    /// The store is supported, but its feature is not turned on.
    #[error("`{scheme}://` needs the feature `{feature}` of dynpack-object-store")]
    NotBuilt {
        /// The scheme.
        scheme: &'static str,
        /// The feature of this crate.
        feature: &'static str,
    },
    /// The URL names no bucket.
    #[error("the URL names no bucket or container: it must be `{scheme}://bucket/prefix`")]
    NoBucket {
        /// The scheme.
        scheme: &'static str,
    },
    /// The prefix is not a path of a folder.
    #[error("the prefix `{prefix}` is not made of plain names")]
    Prefix {
        /// The prefix.
        prefix: String,
    },
    /// The URL or a setting is refused.
    #[error("the object store cannot be used: {reason}")]
    Refused {
        /// Why.
        reason: String,
    },
}
