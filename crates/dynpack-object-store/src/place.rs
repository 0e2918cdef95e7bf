//! A place in an object store.

use std::fmt;

use dynpack::storage::check_path;

use crate::error::UrlError;

/// A bucket, and the prefix of the objects in it: empty, or without a slash at its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) bucket: String,
    pub(crate) prefix: String,
}

impl Place {
    /// Reads what comes after the scheme. The names are taken to the letter: in the URLs of object
    /// stores, `%20` is not a space.
    pub(crate) fn parse(scheme: &'static str, text: &str) -> Result<Self, UrlError> {
        let (bucket, prefix) = text.split_once('/').unwrap_or((text, ""));
        if bucket.is_empty() {
            return Err(UrlError::NoBucket { scheme });
        }
        let prefix = prefix.strip_suffix('/').unwrap_or(prefix);
        if !prefix.is_empty() && check_path(prefix).is_err() {
            return Err(UrlError::Prefix { prefix: prefix.to_owned() });
        }
        Ok(Self { bucket: bucket.to_owned(), prefix: prefix.to_owned() })
    }
}

/// The URL of the place, without its scheme.
impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.bucket)?;
        if self.prefix.is_empty() { Ok(()) } else { write!(f, "/{}", self.prefix) }
    }
}
