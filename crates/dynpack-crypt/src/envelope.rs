//! Encryption of whole segments of any kind: AES-128-CBC with the padding of PKCS #7 (RFC 8216,
//! 4.3.2.4; RFC 5652, 6.3).

use ::aes::Aes128Enc;

use crate::aes::{BLOCK, Cbc, Cipher};
use crate::{ContentKey, Iv};

/// How many bytes are copied at a time and then encrypted in place: few enough for the fastest
/// cache.
const PORTION: usize = 8 << 10;

/// Bytes of a block, as `u64` for segment lengths.
const BLOCK_LEN: u64 = BLOCK as u64;

/// The encrypted length of a segment of `clear` bytes: 1 to 16 bytes are added.
#[must_use]
pub const fn encrypted_len(clear: u64) -> u64 {
    clear.saturating_sub(clear % BLOCK_LEN).saturating_add(BLOCK_LEN)
}

/// Encrypts a segment that is given as a list of pieces, into one buffer of the right length.
#[must_use]
pub fn encrypt<C: AsRef<[u8]>>(key: &ContentKey, iv: Iv, pieces: &[C]) -> Vec<u8> {
    let clear: u64 = pieces.iter().map(|piece| piece.as_ref().len() as u64).sum();
    let len = usize::try_from(encrypted_len(clear)).expect("a segment made in memory fits there");
    let mut out = Vec::with_capacity(len);
    let mut encryptor = Encryptor::new(key, iv);
    for piece in pieces {
        encryptor.push(piece.as_ref(), &mut out);
    }
    encryptor.finish(&mut out);
    out
}

/// Encrypts a segment in place. It grows by its padding.
#[must_use]
pub fn encrypt_in_place(key: &ContentKey, iv: Iv, mut segment: Vec<u8>) -> Vec<u8> {
    let padding = missing(segment.len());
    segment.reserve_exact(padding);
    pad(&mut segment, padding);
    Cipher::new(key).cbc(iv).encrypt(&mut segment);
    segment
}

/// Encrypts a segment incrementally.
pub struct Encryptor {
    chain: Cbc<Aes128Enc>,
    /// Number of bytes at the end of the output that wait for the rest of their block.
    waiting: usize,
}

impl Encryptor {
    /// Starts a segment.
    #[must_use]
    pub fn new(key: &ContentKey, iv: Iv) -> Self {
        Self { chain: Cipher::new(key).into_cbc(iv), waiting: 0 }
    }

    /// Appends the encryption of `clear` to `out`. Up to 15 bytes at the end of `out` are still
    /// clear and wait for the next call: do not read or change `out` until
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
        pad(out, missing(self.waiting));
        self.chain.encrypt(out.get_mut(start..).unwrap_or_default());
    }
}

impl std::fmt::Debug for Encryptor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Encryptor(secret)")
    }
}

/// Length of the padding after `len` bytes: 1 to 16.
const fn missing(len: usize) -> usize {
    BLOCK.saturating_sub(len % BLOCK)
}

/// Appends `missing` bytes of padding, each with the value `missing` (RFC 5652, 6.3).
fn pad(out: &mut Vec<u8>, missing: usize) {
    let value = u8::try_from(missing).expect("padding is at most 16 bytes");
    out.resize(out.len().saturating_add(missing), value);
}
