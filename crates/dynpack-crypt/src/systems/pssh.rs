//! The `pssh` box (ISO/IEC 23001-7, 8.1).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::BufMut;
use dynpack_media::boxes::put_full_box;

use super::SystemId;
use crate::{Error, KeyId};

/// What one protection system is told.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Pssh {
    /// The system.
    pub system: SystemId,
    /// The keys it is about, for a box of version 1; a box of version 0 has no such list.
    pub key_ids: Vec<KeyId>,
    /// What the system defines.
    pub data: Vec<u8>,
}

impl Pssh {
    /// A box of version 0.
    #[must_use]
    pub const fn new(system: SystemId, data: Vec<u8>) -> Self {
        Self { system, key_ids: Vec::new(), data }
    }

    /// The same as a box of version 1, with a list of keys.
    #[must_use]
    pub fn with_key_ids(self, key_ids: Vec<KeyId>) -> Self {
        Self { key_ids, ..self }
    }

    /// The box.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(36 + 16 * self.key_ids.len() + self.data.len());
        put_full_box(&mut out, b"pssh", u8::from(!self.key_ids.is_empty()), 0, |out| {
            if self.key_ids.is_empty() {
                return self.put_body(out);
            }
            out.put_slice(&self.system.0);
            put_len(self.key_ids.len(), out);
            self.key_ids.iter().for_each(|id| out.put_slice(&id.0));
            put_len(self.data.len(), out);
            out.put_slice(&self.data);
        });
        out
    }

    /// The box in Base64, as `cenc:pssh` of an MPD and `EXT-X-KEY` hold it.
    #[must_use]
    pub fn to_base64(&self) -> String {
        STANDARD.encode(self.to_bytes())
    }

    /// What the system defines, in Base64.
    #[must_use]
    pub fn data_base64(&self) -> String {
        STANDARD.encode(&self.data)
    }

    /// Reads a box, of version 0 or 1.
    ///
    /// # Errors
    /// [`Error::System`] if it is no such box, or not a whole one.
    pub fn parse(bytes: &[u8]) -> Result<Self, Error> {
        Self::read(bytes).ok_or_else(|| Error::System {
            system: "pssh",
            problem: "it is no whole box of version 0 or 1".into(),
        })
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        let (size, rest) = split(bytes)?;
        let (kind, rest) = split(rest)?;
        let ([version, ..], rest): ([u8; 4], _) = split(rest)?;
        let (system, mut rest) = split(rest)?;
        if u32::from_be_bytes(size) as usize != bytes.len() || kind != *b"pssh" || version > 1 {
            return None;
        }
        let mut key_ids = Vec::new();
        if version == 1 {
            let (count, ids) = split(rest)?;
            rest = ids;
            for _ in 0..u32::from_be_bytes(count) {
                let (id, behind) = split(rest)?;
                key_ids.push(KeyId(id));
                rest = behind;
            }
        }
        let (len, data) = split(rest)?;
        let is_whole = u32::from_be_bytes(len) as usize == data.len();
        is_whole.then(|| Self { system: SystemId(system), key_ids, data: data.to_vec() })
    }

    /// What a box of version 0 holds.
    pub(crate) fn put_body(&self, out: &mut Vec<u8>) {
        out.put_slice(&self.system.0);
        put_len(self.data.len(), out);
        out.put_slice(&self.data);
    }
}

fn split<const N: usize>(bytes: &[u8]) -> Option<([u8; N], &[u8])> {
    bytes.split_first_chunk().map(|(first, rest)| (*first, rest))
}

fn put_len(len: usize, out: &mut Vec<u8>) {
    out.put_u32(u32::try_from(len).unwrap_or(u32::MAX));
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
                "the pssh header cannot be made: it is no whole box of version 0 or 1"
            );
        }
    }
}
