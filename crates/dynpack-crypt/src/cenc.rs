//! Common Encryption of samples in fragmented MP4 (ISO/IEC 23001-7).
//!
//! This module supports the two schemes that players support: `cenc` (10.1) and `cbcs` (10.4). In
//! H.264 and HEVC, the data after each slice header is protected, as 9.5.2.2 requires. In AV1 that
//! is the data of tiles (AV1 Codec ISO Media File Format Binding, "Common Encryption"), and in VP9
//! what follows the uncompressed header of each frame (VP Codec ISO Media File Format Binding,
//! "Sample Encryption"). Everything else is clear. Samples of audio are protected as a whole. Not
//! supported are `cens` and `cbc1`, which no player needs, and sample groups with other keys
//! (`seig`): a track has one key.
//!
//! To encrypt a fragment, first [plan](SampleEncryptor::plan) it. That reads the headers of its
//! samples and returns the encryption boxes of its `traf` ([`FragmentEncryption`]). Then
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
pub use subsamples::covers;
pub use track::{Scheme, TrackEncryption};

pub(crate) use entry::append_to_entry;
