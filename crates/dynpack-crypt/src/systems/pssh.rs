//! The `pssh` box (ISO/IEC 23001-7, 8.1).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use dynpack_boxes::BoxType;

use super::SystemId;
use crate::{Error, KeyId};

/// The header of one DRM system.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Pssh {
    /// The system.
    pub system: SystemId,
    /// The ids of the keys, for a box of version 1. A box of version 0 has no list of them.
    pub key_ids: Vec<KeyId>,
    /// Data in the format of the system.
    pub data: Vec<u8>,
}

impl Pssh {
    /// A box of version 0.
    #[must_use]
    pub const fn new(system: SystemId, data: Vec<u8>) -> Self {
        Self { system, key_ids: Vec::new(), data }
    }

    /// The same box as version 1, with a list of keys.
    #[must_use]
    pub fn with_key_ids(self, key_ids: Vec<KeyId>) -> Self {
        Self { key_ids, ..self }
    }

    /// The box.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let key_ids: Vec<_> = self.key_ids.iter().map(|id| id.0).collect();
        dynpack_boxes::moov::Pssh { system_id: self.system.0, key_ids: &key_ids, data: &self.data }
            .to_vec()
    }

    /// The box in Base64, for `cenc:pssh` of an MPD and for `EXT-X-KEY`.
    #[must_use]
    pub fn to_base64(&self) -> String {
        STANDARD.encode(self.to_bytes())
    }

    /// The data of the system in Base64.
    #[must_use]
    pub fn data_base64(&self) -> String {
        STANDARD.encode(&self.data)
    }

    /// Reads a box, of version 0 or 1.
    ///
    /// # Errors
    /// [`Error::System`] if it is not that box, or is incomplete.
    pub fn parse(bytes: &[u8]) -> Result<Self, Error> {
        let dynpack_boxes::moov::Pssh { system_id, key_ids, data } = BoxType::read_box(bytes)
            .map_err(|_| Error::System {
                system: "pssh",
                problem: "it is not a complete box of version 0 or 1".into(),
            })?;
        Ok(Self {
            system: SystemId(system_id),
            key_ids: key_ids.iter().copied().map(KeyId).collect(),
            data: data.to_vec(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn boxes_are_read_back() {
        let ids = vec![KeyId([1; 16]), KeyId([2; 16])];
        for pssh in [
            Pssh::new(SystemId::WIDEVINE, b"data".to_vec()),
            Pssh::new(SystemId::COMMON, Vec::new()).with_key_ids(ids),
        ] {
            let bytes = pssh.to_bytes();
            assert_eq!(Pssh::parse(&bytes), Ok(pssh));
            for cut in 0..bytes.len() {
                assert!(Pssh::parse(&bytes[..cut]).is_err(), "{cut}");
            }
            let longer = [&bytes[..], b"x"].concat();
            let problem = Pssh::parse(&longer).unwrap_err().to_string();
            assert_eq!(
                problem,
                "the pssh header cannot be made: it is not a complete box of version 0 or 1"
            );
        }
    }
}
