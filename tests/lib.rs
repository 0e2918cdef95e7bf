//! What must hold across the crates: the tests are in `across_crates`, the checks by outside programs in `interop`.
