//! The answer of an HTTP server.

use std::error::Error as StdError;
use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use dynpack::Extent;
use reqwest::header::{
    CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_RANGE, ETAG, HeaderName, LAST_MODIFIED, RETRY_AFTER,
};
use reqwest::{Response, StatusCode};

use crate::bucket::{Version, retry_after};
use crate::counts::Counters;
use crate::failure::Failure;

/// An answer, whose body is not read yet.
pub(super) struct Answer {
    response: Response,
    counters: Arc<Counters>,
}

/// What a `Content-Range` says (RFC 9110, 14.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ContentRange {
    /// The bytes in the answer.
    pub(super) extent: Extent,
    /// The length of the whole file.
    pub(super) len: u64,
}

impl Answer {
    pub(super) const fn new(response: Response, counters: Arc<Counters>) -> Self {
        Self { response, counters }
    }

    pub(super) fn status(&self) -> StatusCode {
        self.response.status()
    }

    fn header(&self, name: HeaderName) -> Option<&str> {
        self.response.headers().get(name)?.to_str().ok()
    }

    /// The declared length of the body, which the answer to a `HEAD` has too.
    pub(super) fn content_length(&self) -> Option<u64> {
        self.header(CONTENT_LENGTH)?.parse().ok()
    }

    pub(super) fn content_range(&self) -> Option<ContentRange> {
        ContentRange::parse(self.header(CONTENT_RANGE)?)
    }

    /// The version of the file, of `len` bytes.
    pub(super) fn version(&self, len: u64) -> Result<Version, Failure> {
        self.check_encoding()?;
        Version::new(len, self.header(ETAG), self.header(LAST_MODIFIED))
    }

    /// Checks that the answer is of that version, by the length that it declares for the file.
    pub(super) fn check(&self, version: &Version, len: u64) -> Result<(), Failure> {
        self.check_encoding()?;
        let has_version = version.matches(self.header(ETAG), self.header(LAST_MODIFIED));
        if has_version && len == version.len() { Ok(()) } else { Err(Failure::Changed) }
    }

    fn check_encoding(&self) -> Result<(), Failure> {
        match self.header(CONTENT_ENCODING) {
            None | Some("identity") => Ok(()),
            Some(encoding) => Err(Failure::permanent(format!(
                "the server sends the file in the encoding `{encoding}`, in which its ranges \
                 cannot be read"
            ))),
        }
    }

    /// The failure that the status stands for. A redirect that was not followed leads to a folder.
    pub(super) fn failure(&self) -> Failure {
        if self.status().is_redirection() {
            return Failure::NotFound;
        }
        let pause = self.header(RETRY_AFTER).and_then(retry_after);
        Failure::of_status(self.status().as_u16(), pause)
    }

    /// The next bytes of the body.
    async fn chunk(&mut self) -> Result<Option<Bytes>, Failure> {
        let chunk = self.response.chunk().await.map_err(|error| broken(&error))?;
        self.counters.count_bytes(chunk.as_ref().map_or(0, Bytes::len));
        Ok(chunk)
    }

    /// Passes on a body that must have `len` bytes.
    pub(super) async fn pass_exactly(
        mut self,
        len: u64,
        take: &mut (dyn FnMut(Bytes) + Send),
    ) -> Result<(), Failure> {
        let mut missing = len;
        while let Some(chunk) = self.chunk().await? {
            let left = missing.checked_sub(chunk.len() as u64);
            missing = left.ok_or_else(|| Failure::long(len))?;
            take(chunk);
        }
        match missing {
            0 => Ok(()),
            _ => Err(Failure::short(len.saturating_sub(missing), len)),
        }
    }

    /// Passes on the `len` bytes of a body that come after the first `skipped` ones.
    pub(super) async fn pass_after(
        mut self,
        mut skipped: u64,
        len: u64,
        take: &mut (dyn FnMut(Bytes) + Send),
    ) -> Result<(), Failure> {
        let mut missing = len;
        while missing > 0 {
            let Some(mut chunk) = self.chunk().await? else {
                return Err(Failure::short(len.saturating_sub(missing), len));
            };
            let before = chunk.len().min(usize::try_from(skipped).unwrap_or(usize::MAX));
            skipped = skipped.saturating_sub(before as u64);
            let mut wanted = chunk.split_off(before);
            wanted.truncate(usize::try_from(missing).unwrap_or(usize::MAX));
            missing = missing.saturating_sub(wanted.len() as u64);
            take(wanted);
        }
        Ok(())
    }

    /// A whole body of at most `max` bytes.
    pub(super) async fn take_all(mut self, max: usize) -> Result<Bytes, Failure> {
        let mut bytes = BytesMut::new();
        while let Some(chunk) = self.chunk().await? {
            bytes.extend_from_slice(&chunk);
            if bytes.len() > max {
                return Err(Failure::permanent(format!("the listing has more than {max} bytes")));
            }
        }
        Ok(bytes.freeze())
    }
}

impl ContentRange {
    /// Reads `bytes first-last/length`.
    fn parse(text: &str) -> Option<Self> {
        let (range, len) = text.trim().strip_prefix("bytes ")?.split_once('/')?;
        let (first, last) = range.split_once('-')?;
        let (first, last): (u64, u64) = (first.parse().ok()?, last.parse().ok()?);
        let count = last.checked_sub(first)?.checked_add(1)?;
        Some(Self { extent: Extent::new(first, count), len: len.parse().ok()? })
    }
}

/// The failure of an answer without the range that it has.
pub(super) fn no_range() -> Failure {
    Failure::permanent("the server sends a part of the file without a valid `Content-Range`")
}

/// The failure of a connection: its innermost cause, which does not have the URL.
pub(super) fn broken(error: &reqwest::Error) -> Failure {
    let mut cause: &dyn StdError = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    match cause.downcast_ref::<reqwest::Error>() {
        Some(error) if error.is_timeout() => Failure::late(),
        Some(_) => Failure::transient("the connection to the server failed"),
        None => Failure::transient(cause.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_of_answers_are_read() {
        let parse = ContentRange::parse;
        let range = parse("bytes 10-19/100").unwrap();
        assert_eq!((range.extent, range.len), (Extent::new(10, 10), 100));
        for text in [
            "bytes 10-19/*",
            "bytes */100",
            "bytes 19-10/100",
            "items 10-19/100",
            "bytes 0-18446744073709551615/100",
            "bytes -1-5/100",
            "",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
