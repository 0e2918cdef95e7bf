//! SAMPLE-AES: encryption of single frames in MPEG transport streams, for FairPlay (Apple, *MPEG-2
//! Stream Encryption Format for HTTP Live Streaming*).
//!
//! Each slice and each frame of audio is a chain of its own. All chains start with the vector in
//! the playlist. An encrypted transport stream also has other stream types, and
//! [descriptors](avc_descriptors) that name the clear ones. This module does not write the
//! multiplex itself.

mod signal;

pub use signal::{AAC_STREAM_TYPE, AVC_STREAM_TYPE, aac_descriptors, avc_descriptors};

use dynpack_codec::avc;

use crate::aes::{BLOCK, Cipher};
use crate::{ContentKey, Error, Iv};

/// How many bytes of a NAL unit are clear, including its header (2.2).
const CLEAR_OF_UNIT: usize = 32;

/// Maximum size in bytes of a NAL unit that stays clear (2.2).
const MAX_CLEAR_UNIT: usize = 48;

/// How many bytes of a frame of audio are clear (2.3.2, 2.3.3).
const CLEAR_OF_FRAME: usize = 16;

/// The first of ten blocks of video is encrypted (2.2).
const TURN: usize = 10 * BLOCK;

/// Encrypts frames under one key and vector.
#[derive(Clone)]
pub struct SampleAes {
    cipher: Cipher,
    iv: Iv,
}

impl SampleAes {
    /// Encryption under that key and vector.
    #[must_use]
    pub fn new(key: &ContentKey, iv: Iv) -> Self {
        Self { cipher: Cipher::new(key), iv }
    }

    /// The vector.
    #[must_use]
    pub const fn iv(&self) -> Iv {
        self.iv
    }

    /// Appends a NAL unit of H.264, without start code but with its emulation prevention. Slices of
    /// more than 48 bytes are encrypted, and other units are unchanged.
    ///
    /// After encryption, emulation prevention is applied again to the whole unit. Receivers remove
    /// that, decrypt the unit, and get it with its original emulation prevention. So an encrypted
    /// unit may grow by a few bytes.
    ///
    /// # Errors
    /// [`Error::Malformed`] if a unit that stays clear contains a start code,
    /// [`Error::Unsupported`] if it contains pictures but is not a slice that receivers decrypt
    /// (2.2).
    pub fn nal_unit(&self, unit: &[u8], out: &mut Vec<u8>) -> Result<(), Error> {
        if !avc::is_slice(unit)? || unit.len() <= MAX_CLEAR_UNIT {
            avc::refuse_start_code(unit)?;
            out.extend_from_slice(unit);
            return Ok(());
        }
        let start = out.len();
        out.extend_from_slice(unit);
        let mut last = self.iv.0.into();
        let body = out.get_mut(start.saturating_add(CLEAR_OF_UNIT)..).unwrap_or_default();
        // A block is encrypted only if something follows it. Otherwise a unit could end in a zero
        // that it did not end in before.
        for turn in body.chunks_mut(TURN).filter(|turn| turn.len() > BLOCK) {
            self.cipher.encrypt_chain(&mut last, turn.get_mut(..BLOCK).unwrap_or_default());
        }
        avc::escape(start, out);
        Ok(())
    }

    /// Appends an encrypted frame of audio. `frame` is, for AAC, what follows the ADTS header; for
    /// AC-3, the frame; for Enhanced AC-3, one syncframe. Its length does not change.
    pub fn audio_frame(&self, frame: &[u8], out: &mut Vec<u8>) {
        let start = out.len();
        out.extend_from_slice(frame);
        let protected = out.get_mut(start.saturating_add(CLEAR_OF_FRAME)..).unwrap_or_default();
        self.cipher.encrypt_chain(&mut self.iv.0.into(), protected);
    }
}

impl std::fmt::Debug for SampleAes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SampleAes").field("iv", &self.iv).finish_non_exhaustive()
    }
}
