//! Encryption of whole segments of any kind: AES-128-CBC with the padding of PKCS #7 (RFC 8216,
//! 4.3.2.4; RFC 5652, 6.3).

use ::aes::Block;

use crate::aes::{BLOCK, Cipher};
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
    Cipher::new(key).encrypt_chain(&mut iv.0.into(), &mut segment);
    segment
}

/// Encrypts a segment in portions. Each portion may be in a buffer of its own.
///
/// ```
/// use dynpack_crypt::envelope::{self, Encryptor};
/// use dynpack_crypt::{ContentKey, Iv};
///
/// let (key, iv) = (ContentKey::new([1; 16]), Iv([2; 16]));
/// let mut encryptor = Encryptor::new(&key, iv);
/// let mut segment = Vec::new();
/// for clear in ["some bytes of a segment", ", and more"] {
///     let start = segment.len();
///     encryptor.resume(&mut segment);
///     segment.extend_from_slice(clear.as_bytes());
///     encryptor.encrypt(start, &mut segment);
/// }
/// encryptor.finish(&mut segment);
/// assert_eq!(segment, envelope::encrypt(&key, iv, &["some bytes of a segment, and more"]));
/// ```
pub struct Encryptor {
    cipher: Cipher,
    /// The block before the next one.
    last: Block,
    /// Bytes that wait for the rest of their block.
    waiting: Vec<u8>,
}

impl Encryptor {
    /// Starts a segment.
    #[must_use]
    pub fn new(key: &ContentKey, iv: Iv) -> Self {
        let cipher = Cipher::new(key);
        Self { cipher, last: iv.0.into(), waiting: Vec::with_capacity(BLOCK) }
    }

    /// Appends the encryption of `clear` to `out`, but for up to 15 bytes at its end.
    pub fn push(&mut self, clear: &[u8], out: &mut Vec<u8>) {
        for portion in clear.chunks(PORTION) {
            let start = out.len();
            self.resume(out);
            out.extend_from_slice(portion);
            self.encrypt(start, out);
        }
    }

    /// Appends the bytes that wait for the rest of their block. Clear bytes come after them, to be
    /// [encrypted](Self::encrypt) in place.
    pub fn resume(&mut self, out: &mut Vec<u8>) {
        out.append(&mut self.waiting);
    }

    /// Encrypts the bytes of `out` from `start` in place. Up to 15 at the end wait for the rest of
    /// their block: they are removed until the next call.
    pub fn encrypt(&mut self, start: usize, out: &mut Vec<u8>) {
        let fresh = out.get_mut(start..).unwrap_or_default();
        let whole = fresh.len().saturating_sub(fresh.len() % BLOCK);
        let (blocks, rest) = fresh.split_at_mut(whole);
        self.cipher.encrypt_chain(&mut self.last, blocks);
        self.waiting.extend_from_slice(rest);
        out.truncate(start.saturating_add(whole));
    }

    /// Ends the segment: appends the last block, with the padding.
    pub fn finish(&mut self, out: &mut Vec<u8>) {
        let (start, padding) = (out.len(), missing(self.waiting.len()));
        self.resume(out);
        pad(out, padding);
        self.encrypt(start, out);
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
