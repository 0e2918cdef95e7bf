//! Examples of dynpack, from simple to complex: `segment`, `answer`, `inspect`, `handler`,
//! `origin`.
