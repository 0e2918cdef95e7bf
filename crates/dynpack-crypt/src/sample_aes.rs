//! SAMPLE-AES: encryption of single frames in MPEG transport streams, for FairPlay (Apple, *MPEG-2
//! Stream Encryption Format for HTTP Live Streaming*).
//!
//! Each slice and each frame of audio is a chain of its own. All chains start with the vector in
//! the playlist. An encrypted transport stream also has other stream types, and
//! [descriptors](avc_descriptors) that name the clear ones. This module does not write the
//! multiplex itself.

mod blocks;
mod frame;
mod signal;

pub use blocks::Blocks;
pub use frame::Frame;
pub use signal::{
    AAC_STREAM_TYPE, AC3_STREAM_TYPE, AVC_STREAM_TYPE, EAC3_STREAM_TYPE, aac_descriptors,
    ac3_descriptors, avc_descriptors, eac3_descriptors,
};

use crate::aes::Cipher;
use crate::{ContentKey, Iv};

/// Encrypts frames under one key and vector.
///
/// ```
/// use dynpack_crypt::sample_aes::{Blocks, Frame, SampleAes};
/// use dynpack_crypt::{ContentKey, Iv};
///
/// let frames = [[1; 100], [2; 100]];
/// let mut blocks = Blocks::default();
/// for frame in &frames {
///     blocks.add(Frame::Audio(frame))?;
/// }
/// SampleAes::new(&ContentKey::new([1; 16]), Iv([2; 16])).encrypt(&mut blocks);
/// let mut out = Vec::new();
/// for frame in &frames {
///     blocks.write(Frame::Audio(frame), &mut out)?;
/// }
/// assert_eq!(out.len(), 200);
/// # Ok::<(), dynpack_crypt::Error>(())
/// ```
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

    /// Encrypts the blocks of all frames that were added.
    pub fn encrypt(&self, blocks: &mut Blocks) {
        self.cipher.encrypt_chains(self.iv, &mut blocks.bytes, blocks.chains.drain(..));
    }
}

impl std::fmt::Debug for SampleAes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SampleAes").field("iv", &self.iv).finish_non_exhaustive()
    }
}
