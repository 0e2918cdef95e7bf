//! Encryption for streaming: of whole segments, of samples and of frames, with the signalling for
//! players.
//!
//! [`envelope`] encrypts whole segments of any kind (AES-128). [`cenc`] encrypts samples in
//! fragmented MP4, by `cenc` and `cbcs`, and writes the boxes that signal it. [`piff`] writes the
//! older boxes of Smooth Streaming. [`sample_aes`] encrypts frames in transport streams.
//! [`systems`] makes the headers of Widevine, PlayReady and ClearKey and the key URIs of FairPlay.
//! [`cpix`] reads the documents in which key servers deliver [`ContentKey`]s. [`IvSource`] derives
//! initialization vectors, so that every machine makes the same bytes.
//!
//! This crate does no IO, requests no keys from servers, has no source of randomness, and decrypts
//! nothing. Keys are never printed, and are wiped when dropped.
//!
//! ```
//! use dynpack_crypt::{ContentKey, IvSource, KeyId, envelope};
//! use dynpack_media::{RenditionId, TrackId};
//!
//! let id: KeyId = "00112233-4455-6677-8899-aabbccddeeff".parse()?;
//! let key = ContentKey::from_hex("000102030405060708090a0b0c0d0e0f")?;
//! let rendition = RenditionId::new("video", 3_000_000);
//! let ivs = IvSource::new(id, "film.mp4 of Monday", TrackId(1), &rendition);
//!
//! let segment = [&b"the pieces "[..], b"of a segment"];
//! let encrypted = envelope::encrypt(&key, ivs.segment(b"segment at 0"), &segment);
//! assert_eq!(encrypted.len() as u64, envelope::encrypted_len(23));
//! # Ok::<(), dynpack_crypt::Error>(())
//! ```

#![warn(clippy::arithmetic_side_effects, clippy::indexing_slicing)]
#![cfg_attr(test, expect(clippy::indexing_slicing, reason = "a test may panic"))]

mod aes;
pub mod cenc;
mod chains;
pub mod cpix;
pub mod envelope;
mod error;
mod ivs;
mod key;
mod key_id;
pub mod piff;
pub mod sample_aes;
pub mod systems;

pub use error::Error;
pub use ivs::IvSource;
pub use key::{ContentKey, Iv};
pub use key_id::KeyId;
pub use systems::SystemId;
