//! The content of a document.

use dynpack_media::{Rendition, RenditionId};

use super::{HlsKey, UsageRule};
use crate::{ContentKey, Error, Iv, KeyId, SystemId};

/// A CPIX document: keys, what to signal about them to DRM systems, and which tracks they are for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Cpix {
    /// The keys. Each id occurs once.
    pub keys: Vec<CpixKey>,
    /// What to signal to DRM systems.
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
    /// The secret. `None` if the document only has the signalling for players.
    pub key: Option<ContentKey>,
    /// The initialization vector to use with it (`explicitIV`).
    pub iv: Option<Iv>,
    /// The scheme that it is for (`commonEncryptionScheme`): a scheme of Common Encryption, such as
    /// `cenc`, or a `METHOD` of HLS. `None` is any scheme.
    pub scheme: Option<String>,
}

/// What to signal to one DRM system about one key.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CpixSystem {
    /// The system.
    pub system: SystemId,
    /// The key.
    pub key_id: KeyId,
    /// A complete `pssh` box.
    pub pssh: Option<Vec<u8>>,
    /// The `URI` of `EXT-X-KEY` (`URIExtXKey`, up to CPIX 2.3). SPEKE 1 has no other signalling for
    /// HLS.
    pub key_uri: Option<String>,
    /// The `EXT-X-KEY` of media playlists (`HLSSignalingData`).
    pub media_key: Option<HlsKey>,
    /// The `EXT-X-SESSION-KEY` of multivariant playlists (`HLSSignalingData`). If there is
    /// signalling only for media playlists, multivariant playlists must have none.
    pub session_key: Option<HlsKey>,
    /// The content of the `ProtectionHeader` of a Smooth Streaming manifest, in Base64.
    pub smooth_header: Option<String>,
}

impl Cpix {
    /// The maximum length of a document, in bytes.
    pub const MAX_BYTES: usize = 1 << 20;

    /// The maximum nesting of elements.
    pub const MAX_DEPTH: usize = 32;

    /// The key for a rendition. If a document has one key and no rules, the key is for all
    /// renditions, as servers of SPEKE 1 intend.
    ///
    /// # Errors
    /// [`Error::AmbiguousKey`] if rules give the rendition no key or several, if there are no rules
    /// but not exactly one key, if a rule refers to a key that the document does not contain, or if
    /// a rule depends on a property of the rendition that is not known.
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
        key.ok_or_else(|| {
            Error::AmbiguousKey(format!("a rule refers to {id}, which it does not contain"))
        })
    }

    /// What to signal to DRM systems about a key.
    pub fn systems_of(&self, key_id: KeyId) -> impl Iterator<Item = &CpixSystem> {
        self.systems.iter().filter(move |system| system.key_id == key_id)
    }
}
