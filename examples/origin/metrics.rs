//! The metrics of the origin, for Prometheus.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use axum::extract::State;
use prometheus_client::collector::Collector;
use prometheus_client::encoding::text::encode;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric};
use prometheus_client::metrics::counter::{ConstCounter, Counter};
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
    /// Responses that ended before their declared length, because the storage failed.
    pub(crate) broken_off: Counter,
}

impl Metrics {
    /// With what the storage counts.
    pub(crate) fn new(storage: Vec<Count>) -> Self {
        let mut registry = Registry::with_prefix("dynpack");
        registry.register_collector(Box::new(StorageCounts(storage)));
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
        let broken_off = Counter::default();
        registry.register(
            "broken_off",
            "Responses that ended before their declared length",
            broken_off.clone(),
        );
        Self { registry, requests, bytes, seconds, broken_off }
    }

    /// Counts a response.
    pub(crate) fn observe(&self, status: u16, bytes: u64, elapsed: Duration) {
        self.requests.get_or_create(&[("status", status.to_string())]).inc();
        self.bytes.inc_by(bytes);
        self.seconds.observe(elapsed.as_secs_f64());
    }
}

/// A number that a storage counts.
pub(crate) struct Count {
    pub(crate) name: &'static str,
    pub(crate) help: &'static str,
    /// The number so far.
    pub(crate) count: Box<dyn Fn() -> u64 + Send + Sync>,
}

/// The counters of a storage.
struct StorageCounts(Vec<Count>);

impl fmt::Debug for StorageCounts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.iter().map(|count| count.name)).finish()
    }
}

impl Collector for StorageCounts {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        for Count { name, help, count } in &self.0 {
            let counter = ConstCounter::new(count());
            let metric = encoder.encode_descriptor(name, help, None, counter.metric_type())?;
            counter.encode(metric)?;
        }
        Ok(())
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
