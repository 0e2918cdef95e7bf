//! What a document says.

use dynpack_media::{Rendition, RenditionId};

use super::{HlsKey, UsageRule};
use crate::{ContentKey, Error, Iv, KeyId, SystemId};

/// A CPIX document: keys, what protection systems are told of them, and which tracks they are for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Cpix {
    /// The keys, each id once.
    pub keys: Vec<CpixKey>,
    /// What protection systems are told.
    pub systems: Vec<CpixSystem>,
    /// Which tracks the keys are for.
    pub rules: Vec<UsageRule>,
}

/// A key.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CpixKey {
    /// Its id.
    pub id: KeyId,
    /// The secret; `None` where the document holds only what players are told.
    pub key: Option<ContentKey>,
    /// The initialization vector that is to be used with it (`explicitIV`).
    pub iv: Option<Iv>,
    /// What it is for (`commonEncryptionScheme`): a scheme of Common Encryption, such as `cenc`, or
    /// a `METHOD` of HLS; anything unless set.
    pub scheme: Option<String>,
}

/// What one protection system is told of one key.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CpixSystem {
    /// The system.
    pub system: SystemId,
    /// The key.
    pub key_id: KeyId,
    /// A whole `pssh` box.
    pub pssh: Option<Vec<u8>>,
    /// The `URI` of `EXT-X-KEY` (`URIExtXKey`, up to CPIX 2.3; SPEKE 1 has no other signalling for
    /// HLS).
    pub key_uri: Option<String>,
    /// The `EXT-X-KEY` of media playlists (`HLSSignalingData`).
    pub media_key: Option<HlsKey>,
    /// The `EXT-X-SESSION-KEY` of multivariant playlists (`HLSSignalingData`). Where there is
    /// signalling for media playlists alone, multivariant playlists are to have none.
    pub session_key: Option<HlsKey>,
    /// The content of the `ProtectionHeader` of a Smooth Streaming manifest, in Base64.
    pub smooth_header: Option<String>,
}

impl Cpix {
    /// The longest document that is read, in bytes.
    pub const MAX_BYTES: usize = 1 << 20;

    /// How deep elements may nest.
    pub const MAX_DEPTH: usize = 32;

    /// The key for a rendition. A document of one key without rules gives it to all, as servers of
    /// the first version of SPEKE mean it.
    ///
    /// # Errors
    /// [`Error::AmbiguousKey`] if no rule gives it a key or rules give it several, there are several
    /// and no rules, a rule gives a key that is not there, or one asks for what is not known of the
    /// rendition.
    pub fn key_for(&self, rendition: &Rendition) -> Result<&CpixKey, Error> {
        if self.rules.is_empty() {
            return match &self.keys[..] {
                [] => Err(Error::AmbiguousKey("it has none".into())),
                [only] => Ok(only),
                several => Err(Error::AmbiguousKey(format!(
                    "it has {} and no rules for their use",
                    several.len()
                ))),
            };
        }
        let RenditionId { name, bitrate, .. } = &rendition.id;
        let mut given = None;
        for rule in &self.rules {
            match given {
                _ if !rule.applies_to(rendition)? => {}
                Some(id) if id != rule.key_id => {
                    let other = rule.key_id;
                    return Err(Error::AmbiguousKey(format!(
                        "its rules give both {id} and {other} to {name:?} at {bitrate} bit/s"
                    )));
                }
                _ => given = Some(rule.key_id),
            }
        }
        let id = given.ok_or_else(|| {
            Error::AmbiguousKey(format!(
                "none of its rules gives one to {name:?} at {bitrate} bit/s"
            ))
        })?;
        let key = self.keys.iter().find(|key| key.id == id);
        key.ok_or_else(|| Error::AmbiguousKey(format!("a rule gives {id}, which it does not hold")))
    }

    /// What protection systems are told of a key.
    pub fn systems_of(&self, key_id: KeyId) -> impl Iterator<Item = &CpixSystem> {
        self.systems.iter().filter(move |system| system.key_id == key_id)
    }
}
