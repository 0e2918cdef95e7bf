//! Examples of dynpack, in learning order: `inspect`, `segment`, `answer`, `origin`.
