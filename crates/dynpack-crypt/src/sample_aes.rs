//! SAMPLE-AES: encryption of single frames in MPEG transport streams, as FairPlay has it there
//! (Apple, *MPEG-2 Stream Encryption Format for HTTP Live Streaming*).
//!
//! Each slice and each frame of audio is a chain of its own, which starts with the one vector of
//! the playlist. Besides encrypted frames, a transport stream has other stream types then, and
//! [descriptors](avc_descriptors) that name the clear ones. The multiplex itself is not done here.

mod signal;

pub use signal::{AAC_STREAM_TYPE, AVC_STREAM_TYPE, aac_descriptors, avc_descriptors};

use dynpack_codec::avc;

use crate::aes::{BLOCK, Cipher};
use crate::{ContentKey, Error, Iv};

/// Bytes of a NAL unit which are clear, its header included (2.2).
const CLEAR_OF_UNIT: usize = 32;

/// Maximum size in bytes of a NAL unit that stays clear (2.2).
const MAX_CLEAR_UNIT: usize = 48;

/// Bytes of a frame of audio which are clear (2.3.2, 2.3.3).
const CLEAR_OF_FRAME: usize = 16;

/// Of ten blocks of video the first is encrypted (2.2).
const TURN: usize = 10 * BLOCK;

/// Encrypts frames under one key and vector.
#[derive(Clone)]
pub struct SampleAes {
    cipher: Cipher,
    iv: Iv,
}

impl SampleAes {
    /// Under that key and vector.
    #[must_use]
    pub fn new(key: &ContentKey, iv: Iv) -> Self {
        Self { cipher: Cipher::new(key), iv }
    }

    /// The vector.
    #[must_use]
    pub const fn iv(&self) -> Iv {
        self.iv
    }

    /// Appends a NAL unit of H.264 (without start code, its emulation prevention in place) as a
    /// stream carries it: slices of more than 48 bytes encrypted, all else as it is.
    ///
    /// An encrypted unit gets emulation prevention once more, over the whole of it: receivers take
    /// that off, decrypt, and have the unit as it was, with its own. So it may grow by a few bytes.
    ///
    /// # Errors
    /// [`Error::Malformed`] if a unit that stays clear has a start code in it,
    /// [`Error::Unsupported`] if it holds pictures and is no slice that receivers decrypt (2.2).
    pub fn nal_unit(&self, unit: &[u8], out: &mut Vec<u8>) -> Result<(), Error> {
        if !avc::is_slice(unit)? || unit.len() <= MAX_CLEAR_UNIT {
            avc::refuse_start_code(unit)?;
            out.extend_from_slice(unit);
            return Ok(());
        }
        let start = out.len();
        out.extend_from_slice(unit);
        let mut chain = self.cipher.cbc(self.iv);
        let body = out.get_mut(start.saturating_add(CLEAR_OF_UNIT)..).unwrap_or_default();
        // A block is encrypted only if something follows it, so that no unit ends in a zero which
        // it did not end in before.
        for turn in body.chunks_mut(TURN).filter(|turn| turn.len() > BLOCK) {
            chain.encrypt(turn.get_mut(..BLOCK).unwrap_or_default());
        }
        avc::escape(start, out);
        Ok(())
    }

    /// Appends a frame of audio, encrypted: of AAC what follows the ADTS header, of AC-3 the
    /// frame, of Enhanced AC-3 one syncframe. It is as long as before.
    pub fn audio_frame(&self, frame: &[u8], out: &mut Vec<u8>) {
        let start = out.len();
        out.extend_from_slice(frame);
        let protected = out.get_mut(start.saturating_add(CLEAR_OF_FRAME)..).unwrap_or_default();
        self.cipher.cbc(self.iv).encrypt(protected);
    }
}

impl std::fmt::Debug for SampleAes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SampleAes").field("iv", &self.iv).finish_non_exhaustive()
    }
}
