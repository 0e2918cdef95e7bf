//! What the servers of objects have in common: one attempt at one request.

use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use bytes::{Bytes, BytesMut};
use dynpack::Extent;
use dynpack::storage::Identity;

use crate::failure::Failure;

/// Objects on a server. Each call is one attempt, which its caller repeats.
#[async_trait]
pub(crate) trait Bucket: Send + Sync + 'static {
    /// The current version of an object.
    async fn version(&self, path: &str) -> Result<Version, Failure>;

    /// Reads a range that is not empty, if the object still has that version as far as the answer
    /// says. `take` gets its bytes in order, as they arrive. If the answer breaks off, what came
    /// before is right.
    async fn read(
        &self,
        path: &str,
        version: &Version,
        range: Extent,
        take: &mut (dyn FnMut(Bytes) + Send),
    ) -> Result<(), Failure>;

    /// A page of what is directly in a folder: the first one, or the one with that token.
    async fn list(&self, folder: &str, token: Option<String>) -> Result<Page, Failure>;

    /// Stores an object as a whole.
    async fn write(&self, path: &str, bytes: Bytes) -> Result<(), Failure>;
}

/// A page of the names in a folder, in any order.
#[derive(Debug, Default)]
pub(crate) struct Page {
    pub(crate) files: Vec<String>,
    pub(crate) folders: Vec<String>,
    /// The token of the next page; `None` on the last one.
    pub(crate) next: Option<String>,
}

/// One version of an object, by what its server says of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Version {
    len: u64,
    validator: Validator,
}

/// What distinguishes versions of the same length (RFC 9110, 8.8).
#[derive(Clone, Debug, PartialEq, Eq)]
enum Validator {
    /// A strong ETag. The server compares it before it sends bytes (`If-Match`).
    Strong(String),
    /// A weak ETag, a `Last-Modified` of whole seconds, or both. Reading has to be followed by
    /// another look.
    Weak { etag: Option<String>, modified: Option<String>, time: Option<SystemTime> },
}

impl Version {
    /// The version of `len` bytes with those headers.
    pub(crate) fn new(
        len: u64,
        etag: Option<&str>,
        modified: Option<&str>,
    ) -> Result<Self, Failure> {
        let owned = |text: Option<&str>| text.map(str::to_owned);
        let validator = match (etag, modified) {
            (Some(etag), _) if !is_weak(etag) => Validator::Strong(etag.to_owned()),
            (None, None) => {
                return Err(Failure::permanent(
                    "the server sends neither `ETag` nor `Last-Modified`, so that versions cannot \
                     be distinguished",
                ));
            }
            (etag, modified) => Validator::Weak {
                etag: owned(etag),
                modified: owned(modified),
                time: modified.and_then(time),
            },
        };
        Ok(Self { len, validator })
    }

    pub(crate) const fn len(&self) -> u64 {
        self.len
    }

    /// The strong ETag, if there is one.
    pub(crate) fn etag(&self) -> Option<&str> {
        match &self.validator {
            Validator::Strong(etag) => Some(etag),
            Validator::Weak { .. } => None,
        }
    }

    /// The `Last-Modified` of an object without a strong ETag.
    #[cfg(feature = "http")]
    pub(crate) fn modified(&self) -> Option<&str> {
        match &self.validator {
            Validator::Strong(_) => None,
            Validator::Weak { modified, .. } => modified.as_deref(),
        }
    }

    /// Whether an answer with those headers can be of this version. Without a strong ETag, this is
    /// not a proof.
    pub(crate) fn matches(&self, etag: Option<&str>, modified: Option<&str>) -> bool {
        let agrees = |mine: Option<&str>, other: Option<&str>| other.is_none() || mine == other;
        match &self.validator {
            Validator::Strong(mine) => etag == Some(mine),
            Validator::Weak { etag: mine, modified: time, .. } => {
                agrees(mine.as_deref(), etag) && agrees(time.as_deref(), modified)
            }
        }
    }

    /// The identity for dynpack. Without a strong ETag, an object that was just written may be
    /// written again within the same second.
    pub(crate) fn identity(&self) -> Identity {
        match &self.validator {
            Validator::Strong(etag) => Identity::new(etag.as_str(), self.len),
            Validator::Weak { etag, modified, time } => {
                let parts = [etag.as_deref(), modified.as_deref()];
                let version: Vec<_> = parts.into_iter().flatten().collect();
                let identity = Identity::new(version.join(" "), self.len);
                time.map_or(identity.clone(), |time| identity.with_last_write(time))
            }
        }
    }
}

/// Whether an ETag is weak (RFC 9110, 8.8.1): the server may call other bytes equivalent.
fn is_weak(etag: &str) -> bool {
    etag.starts_with("W/")
}

/// The time in an HTTP date (RFC 9110, 5.6.7).
fn time(date: &str) -> Option<SystemTime> {
    jiff::fmt::rfc2822::parse(date).ok().map(|date| date.timestamp().into())
}

/// A buffer for the bytes of one request, whose number the options bound.
pub(crate) fn buffer(len: u64) -> BytesMut {
    BytesMut::with_capacity(usize::try_from(len).unwrap_or_default())
}

/// How long to wait by the value of a `Retry-After`, in seconds or as a date (RFC 9110, 10.2.3).
pub(crate) fn retry_after(value: &str) -> Option<Duration> {
    match value.trim().parse() {
        Ok(seconds) => Some(Duration::from_secs(seconds)),
        Err(_) => time(value)?.duration_since(SystemTime::now()).ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DATE: &str = "Sun, 06 Nov 1994 08:49:37 GMT";

    #[test]
    fn strong_tags_distinguish_versions_by_themselves() {
        let version = Version::new(5, Some("\"a\""), Some(DATE)).unwrap();
        assert_eq!(version.etag(), Some("\"a\""));
        assert!(version.matches(Some("\"a\""), Some("another date")));
        assert!(!version.matches(Some("\"b\""), Some(DATE)));
        assert!(!version.matches(None, Some(DATE)), "a cache that drops tags proves nothing");
        assert_eq!(version.identity().last_write(), None);
    }

    #[test]
    fn weak_versions_have_all_that_the_server_says() {
        let version = Version::new(5, Some("W/\"a\""), Some(DATE)).unwrap();
        assert_eq!(version.etag(), None);
        assert!(version.matches(None, None) && version.matches(Some("W/\"a\""), Some(DATE)));
        assert!(!version.matches(Some("W/\"b\""), Some(DATE)));
        assert!(!version.matches(Some("W/\"a\""), Some("another date")));
        assert_eq!(version.identity().version(), format!("W/\"a\" {DATE}"));
        let written = version.identity().last_write().unwrap();
        assert_eq!(written, SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_777));
    }

    #[test]
    fn a_server_must_distinguish_versions() {
        let error = Version::new(5, None, None).unwrap_err().to_string();
        assert!(error.starts_with("the server sends neither `ETag` nor `Last-Modified`"));
    }

    #[test]
    fn pauses_are_seconds_or_dates() {
        assert_eq!(retry_after(" 120 "), Some(Duration::from_secs(120)));
        assert_eq!(retry_after(DATE), None, "in the past");
        assert!(retry_after("Fri, 01 Jan 2100 00:00:00 GMT").unwrap() > Duration::from_secs(1));
        assert_eq!(retry_after("soon"), None);
    }
}
