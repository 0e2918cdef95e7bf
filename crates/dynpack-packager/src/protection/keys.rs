//! The keys of one publication, and which of them is for which rendition.

use dynpack_crypt::cpix::{Cpix, CpixKey, CpixSystem};
use dynpack_crypt::{ContentKey, Iv, KeyId, SystemId};
use dynpack_media::Rendition;

use crate::encryption::Encryption;
use crate::error::KeyError;
use crate::publication::{ContentKeys, LocatorKey};

/// The keys of one locator under one protection, with the rules which of them is for which track.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeySet {
    /// Keys which the policy gives to tracks by their labels.
    Labelled(Vec<LocatorKey>),
    /// A document which says itself which key is for which track.
    Cpix(Box<Cpix>),
}

/// The key of a rendition.
#[derive(Clone, Debug)]
pub(crate) struct TrackKey {
    pub(crate) id: KeyId,
    pub(crate) key: ContentKey,
    pub(crate) iv: Option<Iv>,
}

impl KeySet {
    /// The key of a rendition. What stays clear is for the policy alone to say: where the set has
    /// no key for it, that is an error.
    pub(crate) fn key_for(
        &self,
        rendition: &Rendition,
        encryption: Encryption,
        policy: &ContentKeys,
    ) -> Result<TrackKey, KeyError> {
        let (id, value, iv) = match self {
            Self::Labelled(keys) => {
                let key = labelled(keys, policy.label_for(rendition))?;
                (key.id, &key.value, key.iv)
            }
            Self::Cpix(document) => {
                let key = document
                    .key_for(rendition)
                    .map_err(|error| KeyError::Unusable { problem: error.to_string() })?;
                check_scheme(key, encryption)?;
                (key.id, &key.key, key.iv)
            }
        };
        let key = value.clone().ok_or(KeyError::NoValue { id })?;
        Ok(TrackKey { id, key, iv })
    }

    /// What is signalled to a protection system about a key, where the set says so itself.
    pub(crate) fn system(&self, system: SystemId, key_id: KeyId) -> Option<&CpixSystem> {
        match self {
            Self::Labelled(_) => None,
            Self::Cpix(document) => document.systems_of(key_id).find(|one| one.system == system),
        }
    }
}

/// A key that its document means for one protection is not used for another: what is signalled
/// about it would be wrong.
fn check_scheme(key: &CpixKey, encryption: Encryption) -> Result<(), KeyError> {
    let names: [&str; 2] = match encryption {
        Encryption::Cbc => ["AES-128"; 2],
        Encryption::Cenc | Encryption::Piff => ["cenc", "SAMPLE-AES-CTR"],
        Encryption::CbcsAapl => ["cbcs", "SAMPLE-AES"],
    };
    match &key.scheme {
        Some(scheme) if !names.contains(&scheme.as_str()) => {
            let problem = format!(
                "the CPIX document means the key {} for `{scheme}`, not for `{encryption}`",
                key.id
            );
            Err(KeyError::Unusable { problem })
        }
        _ => Ok(()),
    }
}

/// The key of that label; without one, the only key there is.
fn labelled<'a>(keys: &'a [LocatorKey], label: Option<&str>) -> Result<&'a LocatorKey, KeyError> {
    let unusable = |problem: String| KeyError::Unusable { problem };
    match (label, keys) {
        (_, []) => Err(unusable("there are no keys for it".into())),
        (Some(label), _) => {
            let found = keys.iter().find(|key| key.label.as_deref() == Some(label));
            found.ok_or_else(|| unusable(format!("there is no key with the label `{label}`")))
        }
        (None, [only]) => Ok(only),
        (None, several) => {
            let default = several.iter().find(|key| key.label.is_none());
            default.ok_or_else(|| {
                unusable(format!(
                    "there are {} keys, and the policy names none for all tracks",
                    several.len()
                ))
            })
        }
    }
}
