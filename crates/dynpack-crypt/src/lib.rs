//! Encryption for streaming: of whole segments, of samples and frames, and what goes with it.
//!
//! [`envelope`] encrypts segments whole, whatever is in them (AES-128). [`cenc`] encrypts samples
//! in fragmented MP4, by `cenc` and `cbcs`, with the boxes that say so; [`piff`] has those of
//! Smooth Streaming before there was a standard. [`sample_aes`] encrypts frames in transport
//! streams. [`systems`] makes what Widevine, PlayReady, FairPlay and ClearKey are told, and
//! [`cpix`] reads the documents by which key servers hand out [`ContentKey`]s. Initialization
//! vectors are derived by [`IvSource`], so that every machine makes the same bytes.
//!
//! This crate does no IO, asks no server for keys, has no source of randomness, and decrypts
//! nothing. Keys never print, and are wiped when dropped.
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
