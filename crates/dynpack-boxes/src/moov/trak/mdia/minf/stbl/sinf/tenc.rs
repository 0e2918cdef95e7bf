//! The `tenc` box: how the samples of a track are encrypted, unless they say otherwise (ISO/IEC
//! 23001-7, 8.2; PIFF 1.1, 5.3.3).

use bytes::BufMut;

use crate::versioned::put_version_and_flags;
use crate::{BoxType, Error, Kind, Reader};

/// The `tenc` box: version 1 if it has a pattern, else version 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tenc<'a> {
    /// How many blocks in turn are encrypted and skipped.
    pub pattern: Pattern,
    /// Whether samples are encrypted.
    pub is_protected: bool,
    /// Bytes of the initialization vector of each sample; 0 if all share the constant one.
    pub per_sample_iv_size: u8,
    /// The id of the key.
    pub key_id: [u8; 16],
    /// The initialization vector that all samples share, of 8 or 16 bytes. It is written only if
    /// samples are encrypted without vectors of their own.
    pub constant_iv: &'a [u8],
}

/// How many blocks in turn are encrypted and skipped, at most 15 each; none are skipped if both are
/// 0 (9.6).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pattern {
    /// Encrypted blocks.
    pub crypt: u8,
    /// Skipped blocks.
    pub skip: u8,
}

impl Pattern {
    /// All blocks are encrypted.
    pub const NONE: Self = Self { crypt: 0, skip: 0 };

    const fn read(byte: u8) -> Self {
        Self { crypt: byte >> 4, skip: byte & 0x0f }
    }

    const fn byte(self) -> u8 {
        self.crypt << 4 | self.skip & 0x0f
    }
}

impl Tenc<'_> {
    const fn has_constant_iv(&self) -> bool {
        self.is_protected && self.per_sample_iv_size == 0
    }
}

impl<'a> BoxType<'a> for Tenc<'a> {
    const KIND: Kind = Kind::code(*b"tenc");

    fn read_from(reader: &mut Reader<'a>) -> Result<Self, Error> {
        let (version, _) = reader.version_and_flags()?;
        reader.u8()?;
        let pattern = Pattern::read(reader.u8()?);
        let mut tenc = Self {
            pattern: if version == 0 { Pattern::NONE } else { pattern },
            is_protected: reader.u8()? == 1,
            per_sample_iv_size: reader.u8()?,
            key_id: reader.array()?,
            constant_iv: &[],
        };
        if tenc.has_constant_iv() {
            let len = reader.u8()?;
            tenc.constant_iv = reader.take(len.into())?;
        }
        Ok(tenc)
    }

    fn fields_len(&self) -> u64 {
        let constant_iv = (self.constant_iv.len() as u64).saturating_add(1);
        24_u64.saturating_add(if self.has_constant_iv() { constant_iv } else { 0 })
    }

    fn put_fields(&self, out: &mut Vec<u8>) {
        put_version_and_flags((self.pattern != Pattern::NONE).into(), 0, out);
        out.put_u8(0);
        out.put_u8(self.pattern.byte());
        out.put_u8(self.is_protected.into());
        out.put_u8(self.per_sample_iv_size);
        out.put_slice(&self.key_id);
        if self.has_constant_iv() {
            out.put_u8(u8::try_from(self.constant_iv.len()).expect("8 or 16 bytes"));
            out.put_slice(self.constant_iv);
        }
    }
}

/// The box of PIFF in place of `tenc`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PiffTenc {
    /// The cipher, 24 bits.
    pub algorithm_id: u32,
    /// Bytes of the initialization vector of each sample.
    pub iv_size: u8,
    /// The id of the key.
    pub key_id: [u8; 16],
}

impl PiffTenc {
    /// The `algorithm_id` of AES-128 in counter mode.
    pub const AES_CTR: u32 = 1;
}

impl<'a> BoxType<'a> for PiffTenc {
    const KIND: Kind = Kind::Extended(0x8974_dbce_7be7_4c51_84f9_7148_f988_2554);

    fn read_from(reader: &mut Reader<'a>) -> Result<Self, Error> {
        reader.version_and_flags()?;
        let [high, middle, low, iv_size] = reader.array()?;
        let algorithm_id = u32::from_be_bytes([0, high, middle, low]);
        Ok(Self { algorithm_id, iv_size, key_id: reader.array()? })
    }

    fn fields_len(&self) -> u64 {
        24
    }

    fn put_fields(&self, out: &mut Vec<u8>) {
        put_version_and_flags(0, 0, out);
        out.put_u32(self.algorithm_id << 8 | u32::from(self.iv_size));
        out.put_slice(&self.key_id);
    }
}
