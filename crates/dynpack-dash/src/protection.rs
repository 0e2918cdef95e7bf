//! How renditions are protected, and what the manifest signals to DRM systems (ISO/IEC 23009-1,
//! 5.8.4.1; DASH-IF IOP 4.3, 7).

use dynpack_crypt::cenc::Scheme;
use dynpack_crypt::{KeyId, SystemId};

/// How a rendition is encrypted, under which key, and for which systems.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Protection {
    /// The scheme of Common Encryption.
    pub scheme: Scheme,
    /// The id of the key (`cenc:default_KID`).
    pub key_id: KeyId,
    /// The systems that provide the key, in the order in which clients find them. If there are
    /// none, clients use the `pssh` boxes of the media, or their own configuration.
    pub systems: Vec<System>,
}

impl Protection {
    /// Protection without a system.
    #[must_use]
    pub const fn new(scheme: Scheme, key_id: KeyId) -> Self {
        Self { scheme, key_id, systems: Vec::new() }
    }

    /// The same protection with one more system.
    #[must_use]
    pub fn with_system(mut self, system: System) -> Self {
        self.systems.push(system);
        self
    }
}

/// What the manifest signals to one DRM system.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct System {
    /// The system.
    pub id: SystemId,
    /// Its name and version as clients know it: for example, `Widevine` or `MSPR 2.0` (`value`).
    pub name: Option<String>,
    /// Its header, a `pssh` box in Base64 (`cenc:pssh`).
    pub pssh: Option<String>,
    /// The PlayReady Object in Base64 (`mspr:pro`).
    pub playready_object: Option<String>,
    /// The URL of licences.
    ///
    /// It is written in `dashif:Laurl`. For Widevine and PlayReady it is also in `ms:laurl`, as in
    /// Azure Media Services. For ClearKey it is only in `clearkey:Laurl`. DASH-IF replaced that
    /// element by `dashif:Laurl`, but all players that know the newer one also know the older one.
    /// Some only know the older one, and readers that compare only local names do not accept both.
    pub licence_url: Option<String>,
}

impl System {
    /// A system with only its id.
    #[must_use]
    pub const fn new(id: SystemId) -> Self {
        Self { id, name: None, pssh: None, playready_object: None, licence_url: None }
    }

    /// The same system with its name.
    #[must_use]
    pub fn with_name(self, name: String) -> Self {
        Self { name: Some(name), ..self }
    }

    /// The same system with its header.
    #[must_use]
    pub fn with_pssh(self, base64: String) -> Self {
        Self { pssh: Some(base64), ..self }
    }

    /// The same system with the PlayReady Object.
    #[must_use]
    pub fn with_playready_object(self, base64: String) -> Self {
        Self { playready_object: Some(base64), ..self }
    }

    /// The same system with the URL of licences.
    #[must_use]
    pub fn with_licence_url(self, url: String) -> Self {
        Self { licence_url: Some(url), ..self }
    }
}
