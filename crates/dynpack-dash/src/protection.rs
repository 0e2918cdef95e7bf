//! How renditions are protected, and what protection systems are told of it (ISO/IEC 23009-1,
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
    /// The systems that hand it out, in the order in which clients find them. Where there are none,
    /// clients take what the media tells (`pssh`), or what they know themselves.
    pub systems: Vec<System>,
}

impl Protection {
    /// Protection of which no system is told yet.
    #[must_use]
    pub const fn new(scheme: Scheme, key_id: KeyId) -> Self {
        Self { scheme, key_id, systems: Vec::new() }
    }

    /// The same for one more system.
    #[must_use]
    pub fn with_system(mut self, system: System) -> Self {
        self.systems.push(system);
        self
    }
}

/// What one protection system is told.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct System {
    /// The system.
    pub id: SystemId,
    /// Its name and version as it is known to clients, such as `Widevine` or `MSPR 2.0` (`value`).
    pub name: Option<String>,
    /// Its header, a `pssh` box in Base64 (`cenc:pssh`).
    pub pssh: Option<String>,
    /// The object of PlayReady in Base64 (`mspr:pro`).
    pub playready_object: Option<String>,
    /// Where licences are.
    ///
    /// It stands in `dashif:Laurl` and, for Widevine and PlayReady, in `ms:laurl` as well, as Azure
    /// Media Services has it. For ClearKey it stands in `clearkey:Laurl` alone: DASH-IF replaced
    /// that by `dashif:Laurl`, but all players that know the one know the other, some only the
    /// older, and readers that go by local names take no two.
    pub licence_url: Option<String>,
}

impl System {
    /// A system of which no more is known than that it has the key.
    #[must_use]
    pub const fn new(id: SystemId) -> Self {
        Self { id, name: None, pssh: None, playready_object: None, licence_url: None }
    }

    /// The same with its name.
    #[must_use]
    pub fn with_name(self, name: String) -> Self {
        Self { name: Some(name), ..self }
    }

    /// The same with its header.
    #[must_use]
    pub fn with_pssh(self, base64: String) -> Self {
        Self { pssh: Some(base64), ..self }
    }

    /// The same with the object of PlayReady.
    #[must_use]
    pub fn with_playready_object(self, base64: String) -> Self {
        Self { playready_object: Some(base64), ..self }
    }

    /// The same with the URL where licences are.
    #[must_use]
    pub fn with_licence_url(self, url: String) -> Self {
        Self { licence_url: Some(url), ..self }
    }
}
