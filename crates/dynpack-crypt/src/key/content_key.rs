//! Content keys, which are secrets.

use std::fmt;
use std::hint::black_box;

use zeroize::{Zeroize, Zeroizing};

use super::notation;
use crate::Error;

/// A key of AES-128. It is never printed, is wiped when dropped, and is compared in constant time.
///
/// Its bytes stay at one place in memory. When the key is moved, for example in a list that grows,
/// no copy of it remains. A caller of [`expose`](Self::expose) is responsible for copies of the
/// bytes.
#[derive(Clone)]
pub struct ContentKey(Box<Zeroizing<[u8; 16]>>);

impl ContentKey {
    /// The key with those bytes. The caller should wipe their source.
    #[must_use]
    pub fn new(mut bytes: [u8; 16]) -> Self {
        let mut key = Self(Box::default());
        key.0.copy_from_slice(&bytes);
        bytes.zeroize();
        key
    }

    /// Reads 32 hexadecimal digits.
    ///
    /// # Errors
    /// [`Error::Notation`], which does not repeat the text.
    pub fn from_hex(text: &str) -> Result<Self, Error> {
        Self::read(|bytes| notation::hex(text, "a key", bytes))
    }

    /// Reads the Base64 of 16 bytes.
    ///
    /// # Errors
    /// [`Error::Notation`], which does not repeat the text.
    pub fn from_base64(text: &str) -> Result<Self, Error> {
        Self::read(|bytes| notation::base64(text, "a key", bytes))
    }

    fn read(read: impl FnOnce(&mut [u8; 16]) -> Result<(), Error>) -> Result<Self, Error> {
        let mut key = Self(Box::default());
        read(&mut key.0)?;
        Ok(key)
    }

    /// The secret.
    #[must_use]
    pub fn expose(&self) -> &[u8; 16] {
        &self.0
    }
}

impl fmt::Debug for ContentKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ContentKey(secret)")
    }
}

impl PartialEq for ContentKey {
    fn eq(&self, other: &Self) -> bool {
        let differing = self
            .0
            .iter()
            .zip(other.0.iter())
            .fold(0, |differing, (one, other)| black_box(differing | (one ^ other)));
        differing == 0
    }
}

impl Eq for ContentKey {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_never_prints() {
        let key = ContentKey::from_hex("000102030405060708090a0b0c0d0e0f").unwrap();
        assert_eq!(
            format!("{key:?} {:#?}", Some(&key)),
            "ContentKey(secret) Some(\n    ContentKey(secret),\n)"
        );
        assert_eq!(ContentKey::from_base64("AAECAwQFBgcICQoLDA0ODw==").unwrap(), key);
        assert_ne!(ContentKey::new([0; 16]), key);
    }

    #[test]
    fn a_key_that_is_moved_leaves_no_copy() {
        let key = ContentKey::from_hex("000102030405060708090a0b0c0d0e0f").unwrap();
        let place = key.expose().as_ptr();
        let mut keys = vec![key];
        keys.reserve_exact(100);
        assert_eq!(keys[0].expose().as_ptr(), place);
    }

    #[test]
    fn errors_do_not_repeat_the_text() {
        let refused = [
            ContentKey::from_hex("secretsecretsecretsecretsecretse"),
            ContentKey::from_hex("secret"),
            ContentKey::from_base64("secretsecretsecretsecret"),
            ContentKey::from_base64("AAECAwQFBgcICQoLDA0ODxA="),
            ContentKey::from_base64("AAECAwQFBgcICQoLDA0ODw"),
        ];
        let messages = refused.map(|refused| refused.unwrap_err().to_string());
        assert!(
            messages
                .iter()
                .all(|message| message.starts_with("not a key: ") && !message.contains("secret")),
            "{messages:?}"
        );
    }
}
