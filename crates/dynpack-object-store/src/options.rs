//! How an object store is read.

use std::fmt;
use std::time::Duration;

/// How an object store is read. The defaults suit a store in the same region.
///
/// The URL, [`with_settings`](Self::with_settings) and these numbers are all that a storage depends
/// on: no environment is read, except for the proxies of HTTP (`HTTPS_PROXY` and the like).
#[derive(Clone)]
#[non_exhaustive]
pub struct Options {
    pub(crate) settings: Vec<(String, String)>,
    /// The maximum number of bytes between two ranges that are read with one request. They are
    /// discarded. The default is 256 KiB: they arrive sooner than the answer to another request
    /// would.
    pub max_gap: u64,
    /// The maximum number of bytes that one request asks for. More are asked for by several
    /// requests. The default is 8 MiB.
    pub max_request: u64,
    /// How many bytes of a segment are read at a time, and so by one request if they follow each
    /// other. They leave as they arrive, and are in memory until then. The default is 4 MiB. While
    /// responses hold more than 64 MiB together, it is half a megabyte.
    pub portion: u64,
    /// How many requests one read has under way. The default is 8.
    pub parallel: usize,
    /// How many requests the storage has under way. More wait. The default is 64.
    pub max_requests: usize,
    /// How long the server may take for one request, with the bytes of its answer. The default is
    /// ten seconds.
    pub attempt: Duration,
    /// How long a request is repeated that fails for a reason that may pass. The default is 30
    /// seconds.
    pub deadline: Duration,
    /// The longest pause before a request is repeated for the first time. It doubles with each
    /// repetition, up to `max_pause`. The actual pause is a random part of it, added to what the
    /// server asks for by `Retry-After`. The default is 100 milliseconds.
    pub first_pause: Duration,
    /// The longest pause before a request is repeated. The default is five seconds.
    pub max_pause: Duration,
    /// If set, a request for bytes that is not answered completely after this time is sent a second
    /// time, and the first answer counts. It helps where a few answers take much longer than most,
    /// and costs a request for each of those. Bytes then leave once their request is answered. The
    /// default is `None`.
    pub hedge_after: Option<Duration>,
    /// The maximum length in bytes of a file on an HTTP server that ignores ranges. All bytes
    /// before a range are then read and discarded. The default is 16 MiB.
    pub max_unranged: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            settings: Vec::new(),
            max_gap: 256 << 10,
            max_request: 8 << 20,
            portion: 4 << 20,
            parallel: 8,
            max_requests: 64,
            attempt: Duration::from_secs(10),
            deadline: Duration::from_secs(30),
            first_pause: Duration::from_millis(100),
            max_pause: Duration::from_secs(5),
            hedge_after: None,
            max_unranged: 16 << 20,
        }
    }
}

impl Options {
    /// Credentials and other settings, by the names of environment variables: `AWS_…`, `AZURE_…`
    /// and `GOOGLE_…` (`docs/object-stores.md`). Others are ignored, so that a program may give its
    /// whole environment.
    #[must_use]
    pub fn with_settings<K, V>(mut self, settings: impl IntoIterator<Item = (K, V)>) -> Self
    where
        K: Into<String>,
        V: Into<String>,
    {
        self.settings.extend(settings.into_iter().map(|(key, value)| (key.into(), value.into())));
        self
    }
}

/// Without the settings, which contain secrets.
impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options")
            .field("max_gap", &self.max_gap)
            .field("max_request", &self.max_request)
            .field("portion", &self.portion)
            .field("parallel", &self.parallel)
            .field("max_requests", &self.max_requests)
            .field("attempt", &self.attempt)
            .field("deadline", &self.deadline)
            .field("hedge_after", &self.hedge_after)
            .finish_non_exhaustive()
    }
}
