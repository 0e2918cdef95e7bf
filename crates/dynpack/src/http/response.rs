//! The response to a request in the terms of HTTP, for any HTTP library.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;

use super::body::Body;
use super::conditions::{Conditions, Part};

/// A response: status, headers, and a body that is read from storage while it is sent.
#[derive(Debug)]
#[non_exhaustive]
pub struct Response {
    /// The HTTP status: 200, 206, 304 or 416.
    pub status: u16,
    /// The media type: empty for 304 and 416.
    pub content_type: &'static str,
    /// The strong ETag: equal tags mean equal bytes.
    pub etag: String,
    /// How long it may be cached; `None` if it must not be.
    pub max_age: Option<Duration>,
    /// Whether only the client may cache it, since it has the client's token in it.
    pub is_private: bool,
    /// What is left out of the asset, or is wrong with it, for people. Only with manifests and
    /// playlists.
    pub warnings: Arc<[String]>,
    /// For a part of the resource, the range (`Content-Range`).
    pub content_range: Option<String>,
    /// The bytes: none for 304 and 416.
    pub body: Body,
}

impl Response {
    /// The headers of the response. A 304 has no `content-length` and no body.
    #[must_use]
    pub fn headers(&self) -> Vec<(&'static str, String)> {
        let cache_control = match self.max_age {
            Some(max_age) => {
                let who = if self.is_private { "private" } else { "public" };
                format!("{who}, max-age={}", max_age.as_secs())
            }
            None => "no-store".to_owned(),
        };
        let mut headers = vec![
            ("etag", self.etag.clone()),
            ("cache-control", cache_control),
            ("accept-ranges", "bytes".to_owned()),
        ];
        if self.status != 304 {
            headers.push(("content-length", self.body.len().to_string()));
        }
        if matches!(self.status, 200 | 206) {
            headers.push(("content-type", self.content_type.to_owned()));
        }
        headers.extend(self.content_range.iter().map(|range| ("content-range", range.clone())));
        let warnings = self.warnings.iter().take(MAX_WARNINGS);
        headers.extend(warnings.map(|warning| ("x-warning", printable(warning))));
        headers
    }
}

/// The maximum number of warnings in the headers of a response.
const MAX_WARNINGS: usize = 8;

/// The maximum number of characters of a warning in a header.
const MAX_WARNING_LEN: usize = 250;

/// The start of a text, with escapes for what a header must not contain.
fn printable(text: &str) -> String {
    let text = text.chars().take(MAX_WARNING_LEN);
    text.flat_map(|char| {
        let is_printable = char == ' ' || char.is_ascii_graphic();
        let escaped = (!is_printable).then(|| char.escape_unicode());
        is_printable.then_some(char).into_iter().chain(escaped.into_iter().flatten())
    })
    .collect()
}

/// A response before its status and body are known.
#[derive(Clone)]
pub(crate) struct Head {
    pub(crate) etag: String,
    pub(crate) max_age: Option<Duration>,
    pub(crate) is_private: bool,
    pub(crate) warnings: Arc<[String]>,
}

impl Head {
    /// The same with more warnings.
    pub(crate) fn with_warnings(self, more: &Arc<[String]>) -> Self {
        let warnings = match (self.warnings.is_empty(), more.is_empty()) {
            (_, true) => self.warnings,
            (true, _) => Arc::clone(more),
            _ => self.warnings.iter().chain(more.iter()).cloned().collect(),
        };
        Self { warnings, ..self }
    }

    /// The response if the client already has the resource.
    pub(crate) fn not_modified(self) -> Response {
        self.with(304, "", None, Body::of(Bytes::new()))
    }

    /// The response with the requested part of `body`.
    pub(crate) fn with_part(
        self,
        content_type: &'static str,
        body: Body,
        conditions: &Conditions,
    ) -> Response {
        let len = body.len();
        match conditions.part(&self.etag, len) {
            Part::Whole => self.with(200, content_type, None, body),
            Part::Range { start, end } => {
                let last = end.checked_sub(1).expect("a range is not empty");
                let range = format!("bytes {start}-{last}/{len}");
                self.with(206, content_type, Some(range), body.slice(start, end))
            }
            Part::Unsatisfiable => {
                self.with(416, "", Some(format!("bytes */{len}")), Body::of(Bytes::new()))
            }
        }
    }

    fn with(
        self,
        status: u16,
        content_type: &'static str,
        content_range: Option<String>,
        body: Body,
    ) -> Response {
        let Self { etag, max_age, is_private, warnings } = self;
        Response { status, content_type, etag, max_age, is_private, warnings, content_range, body }
    }
}
