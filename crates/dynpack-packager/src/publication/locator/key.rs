//! Keys as locators list them.

use dynpack_crypt::{ContentKey, Iv, KeyId};
use serde::{Deserialize, Deserializer};

use super::secret;
use crate::encryption::Encryption;

/// A key of a locator.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[non_exhaustive]
pub struct LocatorKey {
    /// Its id.
    #[serde(deserialize_with = "key_id")]
    pub id: KeyId,
    /// The protection it is for; for any unless set.
    #[serde(default, rename = "type")]
    pub key_type: Option<KeyType>,
    /// The label by which a policy gives it to tracks.
    #[serde(default)]
    pub label: Option<String>,
    /// The key, in Base64 or as 32 hexadecimal digits: a secret, which makes one of the whole
    /// document.
    #[serde(default, deserialize_with = "secret::key")]
    pub value: Option<ContentKey>,
    /// The constant vector for `cbcs` and SAMPLE-AES, where a licence server says which: FairPlay's
    /// does. It is derived unless set.
    #[serde(default, deserialize_with = "iv")]
    pub iv: Option<Iv>,
}

impl LocatorKey {
    /// A key for all tracks and any protection.
    #[must_use]
    pub const fn new(id: KeyId, value: Option<ContentKey>) -> Self {
        Self { id, key_type: None, label: None, value, iv: None }
    }

    /// The same with a label.
    #[must_use]
    pub fn with_label(self, label: &str) -> Self {
        Self { label: Some(label.to_owned()), ..self }
    }

    /// Whether it is for that protection.
    #[must_use]
    pub fn serves(&self, encryption: Encryption) -> bool {
        match self.key_type {
            None => true,
            Some(KeyType::EnvelopeEncryption) => encryption == Encryption::Cbc,
            Some(KeyType::CommonEncryptionCenc) => {
                matches!(encryption, Encryption::Cenc | Encryption::Piff)
            }
            Some(KeyType::CommonEncryptionCbcs) => encryption == Encryption::CbcsAapl,
        }
    }

    /// Whether both have one id and not one value: a key id stands for one key for ever. Vectors
    /// may differ where the protection does.
    pub(super) fn contradicts(&self, other: &Self) -> bool {
        let has_other_value =
            self.value.as_ref().zip(other.value.as_ref()).is_some_and(|(one, other)| one != other);
        self.id == other.id && (has_other_value || self.iv != other.iv && self.serves_like(other))
    }

    /// Whether there is a protection that both are for.
    pub(super) fn serves_like(&self, other: &Self) -> bool {
        self.key_type.is_none() || other.key_type.is_none() || self.key_type == other.key_type
    }
}

/// The protection that a key is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub enum KeyType {
    /// AES-128 of whole segments.
    EnvelopeEncryption,
    /// Common Encryption by `cenc`, and PIFF.
    CommonEncryptionCenc,
    /// Common Encryption by `cbcs`, and SAMPLE-AES.
    CommonEncryptionCbcs,
}

fn key_id<'de, D: Deserializer<'de>>(deserializer: D) -> Result<KeyId, D::Error> {
    String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
}

fn iv<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Iv>, D::Error> {
    let text: Option<String> = Option::deserialize(deserializer)?;
    text.map(|text| text.parse().map_err(serde::de::Error::custom)).transpose()
}
