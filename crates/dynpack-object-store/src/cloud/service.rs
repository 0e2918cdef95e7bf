//! The HTTP client of `object_store`, with what it does not say of answers.

use std::sync::Arc;

use async_trait::async_trait;
use http::StatusCode;
use http::header::{RANGE, RETRY_AFTER};
use object_store::ClientOptions;
use object_store::client::{
    HttpClient, HttpConnector, HttpError, HttpErrorKind, HttpRequest, HttpResponse, HttpService,
    ReqwestConnector,
};

use crate::bucket::retry_after;
use crate::counts::Counters;
use crate::failure::Failure;

/// Connects clients that count their requests.
#[derive(Debug)]
pub(super) struct Connector {
    counters: Arc<Counters>,
}

impl Connector {
    pub(super) const fn new(counters: Arc<Counters>) -> Self {
        Self { counters }
    }
}

impl HttpConnector for Connector {
    fn connect(&self, options: &ClientOptions) -> object_store::Result<HttpClient> {
        let client = ReqwestConnector::default().connect(options)?;
        Ok(HttpClient::new(Service { client, counters: Arc::clone(&self.counters) }))
    }
}

/// A client that counts its requests, and makes a [`Failure`] of the answers that stand for one:
/// `object_store` drops their headers.
#[derive(Debug)]
struct Service {
    client: HttpClient,
    counters: Arc<Counters>,
}

#[async_trait]
impl HttpService for Service {
    async fn call(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        self.counters.count_request();
        let is_ranged = request.headers().contains_key(RANGE);
        let response = self.client.execute(request).await?;
        let header = response.headers().get(RETRY_AFTER);
        let pause = header.and_then(|value| retry_after(value.to_str().ok()?));
        let failure = match response.status() {
            StatusCode::OK if is_ranged => Failure::permanent("the server ignores ranges"),
            // All ranges are within the version that was opened.
            StatusCode::RANGE_NOT_SATISFIABLE => Failure::Changed,
            // `object_store` has errors of its own for the others.
            status => match Failure::of_status(status.as_u16(), pause) {
                failure @ Failure::Transient { .. } => failure,
                failure @ Failure::Permanent { .. } if status.is_client_error() => failure,
                _ => return Ok(response),
            },
        };
        Err(HttpError::new(HttpErrorKind::Unknown, failure))
    }
}
