//! Common Encryption of samples in fragmented MP4 (ISO/IEC 23001-7).
//!
//! Of the schemes of the standard there are the two which players take: `cenc` (10.1) and `cbcs`
//! (10.4). Of H.264, what lies behind the slice headers is protected, as 9.5.2.2 asks, and all else
//! is clear; samples of audio are protected whole. Left out: `cens` and `cbc1`, which no player
//! wants, and sample groups with other keys (`seig`): a track has one key.
//!
//! To encrypt a fragment, [plan](SampleEncryptor::plan) it first: that reads the headers of its
//! samples and gives what its `traf` says ([`FragmentEncryption`]). Then
//! [encrypt](SampleEncryptor::encrypt) each sample into the output.

mod entry;
mod fragment;
mod sample;
mod subsamples;
mod track;

pub use dynpack_boxes::moof::Subsample;
pub use entry::protect_sample_entry;
pub use fragment::FragmentEncryption;
pub use sample::SampleEncryptor;
pub use track::{Scheme, TrackEncryption};

pub(crate) use entry::append_to_entry;
