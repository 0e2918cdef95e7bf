//! Short texts that differ where what they stand for differs.

use sha2::{Digest, Sha256};

/// The first 128 bits of a hash of parts, as 32 hexadecimal digits. Each part is hashed after its
/// length, so that no two lists of parts read the same.
///
/// ```
/// use dynpack_packager::fingerprint;
///
/// assert_ne!(fingerprint(["ab", "c"]), fingerprint(["a", "bc"]));
/// ```
#[must_use]
pub fn fingerprint(parts: impl IntoIterator<Item = impl AsRef<[u8]>>) -> String {
    hex(digest(parts).split_at(16).0)
}

/// The whole hash.
pub(crate) fn digest(parts: impl IntoIterator<Item = impl AsRef<[u8]>>) -> [u8; 32] {
    let mut hash = Sha256::new();
    for part in parts {
        let part = part.as_ref();
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    hash.finalize().into()
}

/// Bytes as hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
