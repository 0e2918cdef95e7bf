//! The `pssh` box: what one protection system needs to know (ISO/IEC 23001-7, 8.1; PIFF 1.1,
//! 5.3.1).

use bytes::BufMut;

use crate::versioned::put_version_and_flags;
use crate::{BoxType, Error, Kind, Reader};

/// The `pssh` box: version 1 if it lists keys, else version 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pssh<'a> {
    /// The protection system.
    pub system_id: [u8; 16],
    /// The ids of the keys it is about.
    pub key_ids: &'a [[u8; 16]],
    /// What the system defines; shorter than 4 GiB.
    pub data: &'a [u8],
}

impl<'a> BoxType<'a> for Pssh<'a> {
    const KIND: Kind = Kind::code(*b"pssh");

    fn read_from(reader: &mut Reader<'a>) -> Result<Self, Error> {
        let (version, _) = reader.version_and_flags()?;
        if version > 1 {
            return Err(Error::Unsupported("is of a version above 1"));
        }
        let system_id = reader.array()?;
        let count = if version == 1 { reader.u32()? } else { 0 };
        let key_ids = reader.table(count)?;
        Ok(Self { system_id, key_ids, data: read_data(reader)? })
    }

    fn fields_len(&self) -> u64 {
        let key_ids = match self.key_ids.len() as u64 {
            0 => 0,
            count => count.saturating_mul(16).saturating_add(4),
        };
        (self.data.len() as u64).saturating_add(24).saturating_add(key_ids)
    }

    fn put_fields(&self, out: &mut Vec<u8>) {
        put_version_and_flags((!self.key_ids.is_empty()).into(), 0, out);
        out.put_slice(&self.system_id);
        if !self.key_ids.is_empty() {
            put_len(self.key_ids.len(), out);
            out.put_slice(self.key_ids.as_flattened());
        }
        put_data(self.data, out);
    }
}

/// The box of PIFF in place of `pssh`, which has no list of keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PiffPssh<'a> {
    /// The protection system.
    pub system_id: [u8; 16],
    /// What the system defines; shorter than 4 GiB.
    pub data: &'a [u8],
}

impl<'a> BoxType<'a> for PiffPssh<'a> {
    const KIND: Kind = Kind::Extended(0xd08a_4f18_10f3_4a82_b6c8_32d8_aba1_83d3);

    fn read_from(reader: &mut Reader<'a>) -> Result<Self, Error> {
        reader.version_and_flags()?;
        Ok(Self { system_id: reader.array()?, data: read_data(reader)? })
    }

    fn fields_len(&self) -> u64 {
        (self.data.len() as u64).saturating_add(24)
    }

    fn put_fields(&self, out: &mut Vec<u8>) {
        put_version_and_flags(0, 0, out);
        out.put_slice(&self.system_id);
        put_data(self.data, out);
    }
}

fn read_data<'a>(reader: &mut Reader<'a>) -> Result<&'a [u8], Error> {
    let len = reader.u32()?;
    reader.entries(len, 1)
}

fn put_data(data: &[u8], out: &mut Vec<u8>) {
    put_len(data.len(), out);
    out.put_slice(data);
}

fn put_len(len: usize, out: &mut Vec<u8>) {
    out.put_u32(u32::try_from(len).expect("data for a system is shorter than 4 GiB"));
}
