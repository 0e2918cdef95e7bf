//! The protections that a URL can ask for.

use std::fmt;
use std::str::FromStr;

use dynpack_crypt::cenc::Scheme;

/// How the media is protected: the `encryption` of a URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Encryption {
    /// Whole segments under AES-128 in CBC mode (`cbc`).
    Cbc,
    /// Common encryption in CTR mode (`cenc`, ISO/IEC 23001-7), for PlayReady and Widevine.
    Cenc,
    /// Common encryption in CBC mode with a pattern (`cbcs-aapl`, ISO/IEC 23001-7), for FairPlay.
    CbcsAapl,
    /// The protection of PIFF 1.1 (`piff`), for older PlayReady players of Smooth Streaming.
    Piff,
}

impl Encryption {
    /// All protections.
    pub const ALL: [Self; 4] = [Self::Cbc, Self::Cenc, Self::CbcsAapl, Self::Piff];

    /// The name in URLs.
    #[must_use]
    pub const fn token(self) -> &'static str {
        match self {
            Self::Cbc => "cbc",
            Self::Cenc => "cenc",
            Self::CbcsAapl => "cbcs-aapl",
            Self::Piff => "piff",
        }
    }

    /// The scheme of Common Encryption; `None` where segments are encrypted whole.
    #[must_use]
    pub const fn scheme(self) -> Option<Scheme> {
        match self {
            Self::Cbc => None,
            Self::Cenc | Self::Piff => Some(Scheme::Cenc),
            Self::CbcsAapl => Some(Scheme::Cbcs),
        }
    }
}

impl fmt::Display for Encryption {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.token())
    }
}

impl FromStr for Encryption {
    type Err = UnknownEncryption;

    /// Reads a name in any case.
    fn from_str(name: &str) -> Result<Self, UnknownEncryption> {
        let named =
            Self::ALL.into_iter().find(|encryption| name.eq_ignore_ascii_case(encryption.token()));
        named.ok_or_else(|| UnknownEncryption(name.to_owned()))
    }
}

/// There is no protection of that name. Whoever wrote the name can fix it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown encryption `{0}`; known are {known}", known = Encryption::ALL.map(Encryption::token).join(", "))]
pub struct UnknownEncryption(pub String);
