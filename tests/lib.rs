//! What must hold across the crates: the tests are in `across_crates`, the checks by outside
//! programs in `interop`.

/// The example in the README compiles.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
