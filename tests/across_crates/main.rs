//! What must hold across the crates of dynpack, tried on the sample asset that the repository
//! carries.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod bad_sets;
#[path = "../../crates/dynpack-isobmff/tests/builder/mod.rs"]
mod builder;
mod bursts;
mod cache;
mod cpix;
mod downloads;
mod errors;
mod film;
mod fragmented;
mod golden;
mod hls;
mod hostile;
mod http;
mod keys;
mod laws;
mod locators;
mod naming;
mod played;
mod protection;
mod publications;
mod random_films;
mod resources;
mod server_manifests;
mod sets;
mod storages;
mod support;
#[path = "../../crates/dynpack-fragment/tests/ts/reader.rs"]
#[expect(dead_code, reason = "it reads more than is asked here")]
mod transport_reader;
