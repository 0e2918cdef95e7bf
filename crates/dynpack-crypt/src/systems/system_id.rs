//! Ids of protection systems.

use std::fmt;
use std::str::FromStr;

use crate::{Error, KeyId};

/// The id of a protection system, a UUID (the registry of DASH-IF,
/// <https://dashif.org/identifiers/content_protection/>).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SystemId(pub [u8; 16]);

impl SystemId {
    /// Widevine.
    pub const WIDEVINE: Self = Self(0xedef_8ba9_79d6_4ace_a3c8_27dc_d51d_21ed_u128.to_be_bytes());
    /// PlayReady.
    pub const PLAYREADY: Self = Self(0x9a04_f079_9840_4286_ab92_e65b_e088_5f95_u128.to_be_bytes());
    /// FairPlay.
    pub const FAIRPLAY: Self = Self(0x94ce_86fb_07ff_4f43_adb8_93d2_fa96_8ca2_u128.to_be_bytes());
    /// The common header of W3C for all systems: a list of key ids.
    pub const COMMON: Self = Self(0x1077_efec_c0b2_4d02_ace3_3c1e_52e2_fb4b_u128.to_be_bytes());
    /// ClearKey as MPDs name it (*DASH-IF Interoperability Points: Content Protection*).
    pub const CLEAR_KEY: Self = Self(0xe271_9d58_a985_b3c9_781a_b030_af78_d30e_u128.to_be_bytes());
}

impl FromStr for SystemId {
    type Err = Error;

    /// Takes the notations of a [`KeyId`].
    fn from_str(text: &str) -> Result<Self, Error> {
        let read: Result<KeyId, Error> = text.parse();
        read.map(|id| Self(id.0)).map_err(|error| match error {
            Error::Notation { problem, .. } => {
                Error::Notation { what: "the id of a protection system", problem }
            }
            other => other,
        })
    }
}

impl fmt::Display for SystemId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        KeyId(self.0).fmt(f)
    }
}

impl fmt::Debug for SystemId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SystemId({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_those_of_the_registry() {
        let ids = [
            SystemId::WIDEVINE,
            SystemId::PLAYREADY,
            SystemId::FAIRPLAY,
            SystemId::COMMON,
            SystemId::CLEAR_KEY,
        ];
        let texts = [
            "edef8ba9-79d6-4ace-a3c8-27dcd51d21ed",
            "9a04f079-9840-4286-ab92-e65be0885f95",
            "94ce86fb-07ff-4f43-adb8-93d2fa968ca2",
            "1077efec-c0b2-4d02-ace3-3c1e52e2fb4b",
            "e2719d58-a985-b3c9-781a-b030af78d30e",
        ];
        assert_eq!(ids.map(|id| id.to_string()), texts);
        assert_eq!(texts[0].to_uppercase().parse(), Ok(SystemId::WIDEVINE));
        let problem = "widevine".parse::<SystemId>().unwrap_err().to_string();
        assert_eq!(
            problem,
            "not the id of a protection system: there are not 32 hexadecimal digits"
        );
    }
}
