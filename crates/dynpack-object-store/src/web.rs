//! Files on any HTTP server.
//!
//! A server should answer ranges, conditions (`If-Match`) and `HEAD`. One that does not is read as
//! far as that is possible without reading wrong bytes.

mod answer;
mod index;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use dynpack::Extent;
use reqwest::header::{ACCEPT, ACCEPT_ENCODING, HeaderValue, IF_MATCH, IF_UNMODIFIED_SINCE, RANGE};
use reqwest::redirect::Policy;
use reqwest::{Client, Method, RequestBuilder, StatusCode, Url};
use tokio::sync::OnceCell;

use self::answer::Answer;
use crate::bucket::{Bucket, Page, Version};
use crate::counts::Counters;
use crate::error::UrlError;
use crate::failure::Failure;
use crate::options::Options;

/// How long a connection may take.
const CONNECT: Duration = Duration::from_secs(5);

/// How many redirects are followed.
const MAX_REDIRECTS: usize = 5;

/// The maximum number of bytes of a listing: some hundred bytes for each name.
const MAX_INDEX: usize = 16 << 20;

/// The files below a folder of an HTTP server.
pub(crate) struct WebBucket {
    client: Client,
    base: Url,
    counters: Arc<Counters>,
    max_unranged: u64,
    /// Whether the server lists folders.
    lists: OnceCell<bool>,
}

impl WebBucket {
    pub(crate) fn new(
        url: &str,
        options: &Options,
        counters: Arc<Counters>,
    ) -> Result<Self, UrlError> {
        let refused = |reason: String| UrlError::Refused { reason };
        let base = Url::parse(url).map_err(|error| refused(error.to_string()))?;
        // A folder is redirected to its URL with a slash. It is not a file.
        let redirects = Policy::custom(|attempt| {
            let (to, from) = (attempt.url().path(), attempt.previous().last().map(Url::path));
            let is_folder = from.is_some_and(|from| to.strip_suffix('/') == Some(from));
            if is_folder || attempt.previous().len() > MAX_REDIRECTS {
                attempt.stop()
            } else {
                attempt.follow()
            }
        });
        let client = Client::builder()
            .user_agent(concat!("dynpack/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(CONNECT)
            .timeout(options.attempt)
            .redirect(redirects)
            .referer(false)
            .build()
            .map_err(|error| refused(error.to_string()))?;
        let (max_unranged, lists) = (options.max_unranged, OnceCell::new());
        Ok(Self { client, base, counters, max_unranged, lists })
    }

    /// The URL, without the parts that may be secret.
    pub(crate) fn name(&self) -> String {
        let mut name = self.base.clone();
        name.set_query(None);
        name.set_fragment(None);
        // Fails only for URLs that have no host.
        let _ = name.set_username("");
        let _ = name.set_password(None);
        name.to_string()
    }

    /// The URL of a path. The names are taken to the letter: a `%` in them is escaped too.
    fn url(&self, path: &str) -> Result<Url, Failure> {
        let mut url = self.base.clone();
        match url.path_segments_mut() {
            Ok(mut segments) => {
                segments.pop_if_empty().extend(path.split('/'));
            }
            Err(()) => return Err(Failure::NotFound),
        }
        Ok(url)
    }

    fn request(&self, method: Method, path: &str) -> Result<RequestBuilder, Failure> {
        // Ranges count bytes of what is stored, not of a compressed form.
        let identity = HeaderValue::from_static("identity");
        Ok(self.client.request(method, self.url(path)?).header(ACCEPT_ENCODING, identity))
    }

    /// Sends a request. Whatever its status, there is an answer.
    async fn send(&self, request: RequestBuilder) -> Result<Answer, Failure> {
        self.counters.count_request();
        let response = request.send().await.map_err(|error| answer::broken(&error))?;
        Ok(Answer::new(response, Arc::clone(&self.counters)))
    }

    /// The version of a file on a server that does not answer `HEAD` with a length.
    async fn version_by_reading(&self, path: &str) -> Result<Version, Failure> {
        let first = self.request(Method::GET, path)?.header(RANGE, "bytes=0-0");
        let mut answer = self.send(first).await?;
        if answer.status() == StatusCode::RANGE_NOT_SATISFIABLE {
            // An empty file has no first byte.
            answer = self.send(self.request(Method::GET, path)?).await?;
        }
        match answer.status() {
            StatusCode::PARTIAL_CONTENT => {
                let range = answer.content_range().ok_or_else(answer::no_range)?;
                answer.version(range.len)
            }
            StatusCode::OK => match answer.content_length() {
                Some(len) => answer.version(len),
                None => Err(Failure::permanent("the server does not say how long the file is")),
            },
            _ => Err(answer.failure()),
        }
    }

    /// What is in a folder. `None` if the answer is not a listing.
    async fn index(&self, folder: &str) -> Result<Option<Page>, Failure> {
        let path = if folder.is_empty() { String::new() } else { format!("{folder}/") };
        let request = self.request(Method::GET, &path)?.header(ACCEPT, "application/json");
        let answer = self.send(request).await?;
        match answer.status() {
            StatusCode::OK => Ok(index::parse(&answer.take_all(MAX_INDEX).await?)),
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => Ok(None),
            _ => Err(answer.failure()),
        }
    }

    /// Whether the server lists the root, and so all folders.
    async fn lists(&self) -> Result<bool, Failure> {
        match self.index("").await {
            Ok(page) => Ok(page.is_some()),
            Err(Failure::NotFound) => Ok(false),
            Err(other) => Err(other),
        }
    }
}

#[async_trait]
impl Bucket for WebBucket {
    async fn version(&self, path: &str) -> Result<Version, Failure> {
        let answer = self.send(self.request(Method::HEAD, path)?).await?;
        match (answer.status(), answer.content_length()) {
            (StatusCode::OK, Some(len)) => answer.version(len),
            (StatusCode::OK | StatusCode::METHOD_NOT_ALLOWED | StatusCode::NOT_IMPLEMENTED, _) => {
                self.version_by_reading(path).await
            }
            _ => Err(answer.failure()),
        }
    }

    async fn read(
        &self,
        path: &str,
        version: &Version,
        range: Extent,
        take: &mut (dyn FnMut(Bytes) + Send),
    ) -> Result<(), Failure> {
        let last = range.end().saturating_sub(1);
        let mut request = self
            .request(Method::GET, path)?
            .header(RANGE, format!("bytes={}-{last}", range.offset));
        if let Some(etag) = version.etag() {
            request = request.header(IF_MATCH, etag);
        } else if let Some(modified) = version.modified() {
            request = request.header(IF_UNMODIFIED_SINCE, modified);
        }
        let answer = self.send(request).await?;
        match answer.status() {
            StatusCode::PARTIAL_CONTENT => {
                let got = answer.content_range().ok_or_else(answer::no_range)?;
                answer.check(version, got.len)?;
                if got.extent != range {
                    return Err(Failure::transient(format!(
                        "the server sent {} bytes at {} instead of {} at {}",
                        got.extent.len, got.extent.offset, range.len, range.offset
                    )));
                }
                answer.pass_exactly(range.len, take).await
            }
            StatusCode::OK => {
                answer.check(version, answer.content_length().unwrap_or(version.len()))?;
                if version.len() > self.max_unranged {
                    return Err(Failure::permanent(format!(
                        "the server ignores ranges, and the file has {} bytes, where {} are the \
                         limit for that",
                        version.len(),
                        self.max_unranged
                    )));
                }
                answer.pass_after(range.offset, range.len, take).await
            }
            // All ranges are within the version that was opened.
            StatusCode::RANGE_NOT_SATISFIABLE => Err(Failure::Changed),
            _ => Err(answer.failure()),
        }
    }

    /// HTTP servers are only read.
    async fn write(&self, _: &str, _: Bytes) -> Result<(), Failure> {
        Err(Failure::ReadOnly)
    }

    async fn list(&self, folder: &str, _: Option<String>) -> Result<Page, Failure> {
        if !*self.lists.get_or_try_init(|| self.lists()).await? {
            return Err(Failure::NoListing);
        }
        self.index(folder).await?.ok_or(Failure::NoListing)
    }
}
