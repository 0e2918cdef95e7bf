//! Examples of dynpack, from simple to complex: `inspect`, `segment`, `answer`, `origin`.
