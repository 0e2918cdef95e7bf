//! The `pssh` box (ISO/IEC 23001-7, 8.1).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::BufMut;

use super::SystemId;
use crate::KeyId;
use crate::boxes::put_full_box;

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

    /// What a box of version 0 holds.
    pub(crate) fn put_body(&self, out: &mut Vec<u8>) {
        out.put_slice(&self.system.0);
        put_len(self.data.len(), out);
        out.put_slice(&self.data);
    }
}

fn put_len(len: usize, out: &mut Vec<u8>) {
    out.put_u32(u32::try_from(len).unwrap_or(u32::MAX));
}
