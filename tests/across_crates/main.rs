//! Tests across the crates of dynpack, with the sample asset of the repository.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod arriving;
mod bad_sets;
mod broken_off;
mod bursts;
mod cache;
mod carried;
mod catalog;
mod codecs;
mod contents;
mod cpix;
mod defects;
mod downloads;
mod errors;
mod far_times;
mod filters;
mod fragmented;
mod golden;
mod hls;
mod hostile;
mod http;
mod images;
mod indexes;
mod keys;
mod laws;
mod locators;
mod markers;
mod naming;
mod played;
mod programs;
mod protection;
mod publications;
mod random_films;
mod random_programs;
mod reads;
mod resources;
mod server_manifests;
mod sets;
mod storages;
mod support;
mod text_forms;
mod text_tracks;
mod texts;
mod tokens;
mod unlisted;
