//! What must hold across the crates of dynpack, tried on the sample asset that the repository carries.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod cache;
mod errors;
mod fragmented;
mod golden;
mod hls;
mod hostile;
mod http;
mod laws;
mod locators;
mod protection;
mod server_manifests;
mod support;
