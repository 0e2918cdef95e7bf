//! What a document says.

use dynpack_media::Rendition;

use super::{UsageRule, read};
use crate::{ContentKey, Error, Iv, KeyId, SystemId};

/// A CPIX document: keys, what protection systems are told of them, and which tracks they are for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Cpix {
    /// The id of the content, if it has one.
    pub content_id: Option<String>,
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
    /// The scheme it is for, such as `cenc` (`commonEncryptionScheme`).
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
    /// What goes into the `ContentProtection` of an MPD, as XML.
    pub content_protection: Option<String>,
    /// The `URI` of `EXT-X-KEY`.
    pub key_uri: Option<String>,
    /// Lines for media playlists of HLS.
    pub media_playlist: Option<String>,
    /// Lines for multivariant playlists of HLS.
    pub multivariant_playlist: Option<String>,
    /// The content of the `ProtectionHeader` of a Smooth Streaming manifest, in Base64.
    pub smooth_header: Option<String>,
}

impl Cpix {
    /// The longest document that is read, in bytes.
    pub const MAX_BYTES: usize = 1 << 20;

    /// How deep elements may nest.
    pub const MAX_DEPTH: usize = 32;

    /// Reads a document.
    ///
    /// # Errors
    /// [`Error::Cpix`] if it is malformed, [`Error::EncryptedKey`] if a key is encrypted, [`Error::CpixUnsupported`] if it needs
    /// what is left out here, [`Error::LimitExceeded`] if it is too long or too deep. None repeats a key.
    pub fn parse(document: &[u8]) -> Result<Self, Error> {
        read::read(document)
    }

    /// The key for a rendition; `None` if it is to stay clear, since no rule speaks of it. A document of one key without rules
    /// gives it to all, as servers of the first version of SPEKE mean it.
    ///
    /// # Errors
    /// [`Error::NoOneKey`] if rules give it several keys, there are several and no rules, or a rule gives a key that is not
    /// there.
    pub fn key_for(&self, rendition: &Rendition) -> Result<Option<&CpixKey>, Error> {
        if self.rules.is_empty() {
            return match &self.keys[..] {
                [] => Err(Error::NoOneKey("it has none".into())),
                [only] => Ok(Some(only)),
                several => Err(Error::NoOneKey(format!("it has {} and no rules for their use", several.len()))),
            };
        }
        let mut ids = self.rules.iter().filter(|rule| rule.applies_to(rendition)).map(|rule| rule.key_id);
        let Some(id) = ids.next() else { return Ok(None) };
        if let Some(other) = ids.find(|other| *other != id) {
            let Rendition { name, bitrate, .. } = rendition;
            return Err(Error::NoOneKey(format!("its rules give both {id} and {other} to {name:?} at {bitrate} bit/s")));
        }
        match self.keys.iter().find(|key| key.id == id) {
            Some(key) => Ok(Some(key)),
            None => Err(Error::NoOneKey(format!("a rule gives {id}, which it does not hold"))),
        }
    }

    /// What protection systems are told of a key.
    pub fn systems_of(&self, key_id: KeyId) -> impl Iterator<Item = &CpixSystem> {
        self.systems.iter().filter(move |system| system.key_id == key_id)
    }
}
