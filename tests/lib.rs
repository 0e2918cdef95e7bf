//! Tests across the crates: the tests are in `across_crates`, and the checks by other programs are
//! in `interop`.

/// The example in the README compiles.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
