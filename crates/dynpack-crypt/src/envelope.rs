//! Whole segments by AES-128, whatever is in them: AES-128-CBC with the padding of PKCS #7 (RFC
//! 8216, 4.3.2.4; RFC 5652, 6.3).

use ::aes::Aes128Enc;

use crate::aes::{BLOCK, Cbc, Cipher};
use crate::{ContentKey, Iv};

/// How much is copied before it is encrypted where it lies then: little enough to stay in the
/// fastest cache.
const PORTION: usize = 8 << 10;

/// Bytes of a segment of `clear` bytes when it is encrypted: 1 to 16 are added.
#[must_use]
pub const fn encrypted_len(clear: u64) -> u64 {
    let block = BLOCK as u64;
    clear.saturating_sub(clear % block).saturating_add(block)
}

/// Encrypts a segment that is given piece by piece, into one buffer of the right length.
#[must_use]
pub fn encrypt<C: AsRef<[u8]>>(key: &ContentKey, iv: Iv, pieces: &[C]) -> Vec<u8> {
    let clear: u64 = pieces.iter().map(|piece| piece.as_ref().len() as u64).sum();
    let mut out = Vec::with_capacity(usize::try_from(encrypted_len(clear)).unwrap_or_default());
    let mut encryptor = Encryptor::new(key, iv);
    for piece in pieces {
        encryptor.push(piece.as_ref(), &mut out);
    }
    encryptor.finish(&mut out);
    out
}

/// Encrypts a segment where it lies; it grows by its padding.
#[must_use]
pub fn encrypt_in_place(key: &ContentKey, iv: Iv, mut segment: Vec<u8>) -> Vec<u8> {
    let padding = BLOCK - segment.len() % BLOCK;
    segment.reserve_exact(padding);
    pad(&mut segment, padding);
    Cipher::new(key).cbc(iv).encrypt(&mut segment);
    segment
}

/// Encrypts a segment as it comes.
pub struct Encryptor {
    chain: Cbc<Aes128Enc>,
    /// Bytes at the end of the output that wait for the rest of their block.
    waiting: usize,
}

impl Encryptor {
    /// Starts a segment.
    #[must_use]
    pub fn new(key: &ContentKey, iv: Iv) -> Self {
        Self { chain: Cipher::new(key).into_cbc(iv), waiting: 0 }
    }

    /// Appends the encryption of `clear` to `out`. Up to 15 bytes at the end of `out` are still
    /// clear then, and wait there for what comes next: `out` is no one else's until
    /// [`finish`](Self::finish).
    pub fn push(&mut self, clear: &[u8], out: &mut Vec<u8>) {
        for portion in clear.chunks(PORTION) {
            let start = out.len().saturating_sub(self.waiting);
            out.extend_from_slice(portion);
            let fresh = out.get_mut(start..).unwrap_or_default();
            self.chain.encrypt(fresh);
            self.waiting = fresh.len() % BLOCK;
        }
    }

    /// Ends the segment: appends the padding.
    pub fn finish(mut self, out: &mut Vec<u8>) {
        let start = out.len().saturating_sub(self.waiting);
        pad(out, BLOCK - self.waiting);
        self.chain.encrypt(out.get_mut(start..).unwrap_or_default());
    }
}

impl std::fmt::Debug for Encryptor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Encryptor(secret)")
    }
}

/// Appends as many bytes as are missing, each of which says how many (RFC 5652, 6.3).
fn pad(out: &mut Vec<u8>, missing: usize) {
    out.resize(out.len() + missing, u8::try_from(missing).unwrap_or_default());
}
