//! The metrics of the origin, for Prometheus.

use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use axum::extract::State;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::Registry;

use crate::Origin;

/// Counters, and the registry that prints them.
pub(crate) struct Metrics {
    registry: Registry,
    requests: Family<[(&'static str, String); 1], Counter>,
    bytes: Counter<u64, AtomicU64>,
    seconds: Histogram,
}

impl Default for Metrics {
    fn default() -> Self {
        let mut registry = Registry::with_prefix("dynpack");
        let requests = Family::default();
        let bytes = Counter::default();
        let seconds = Histogram::new(exponential_buckets(0.000_1, 4.0, 8));
        registry.register("requests", "Requests answered, by status", requests.clone());
        registry.register("bytes", "Declared lengths of response bodies, in bytes", bytes.clone());
        registry.register(
            "request_seconds",
            "Time from a request to the start of its response",
            seconds.clone(),
        );
        Self { registry, requests, bytes, seconds }
    }
}

impl Metrics {
    /// Counts a response.
    pub(crate) fn observe(&self, status: u16, bytes: u64, elapsed: Duration) {
        self.requests.get_or_create(&[("status", status.to_string())]).inc();
        self.bytes.inc_by(bytes);
        self.seconds.observe(elapsed.as_secs_f64());
    }
}

/// `/metrics`, in the Prometheus text format.
pub(crate) async fn text(
    State(origin): State<Arc<Origin>>,
) -> ([(&'static str, &'static str); 1], String) {
    let mut text = String::new();
    // Writing to a string does not fail.
    let _ = encode(&mut text, &origin.metrics.registry);
    ([("content-type", "application/openmetrics-text; version=1.0.0; charset=utf-8")], text)
}
