//! The `senc` box: how each sample is encrypted (ISO/IEC 23001-7, 7.2; PIFF 1.1, 5.3.2).

use std::borrow::Cow;

use bytes::BufMut;

use crate::versioned::{flag, put_version_and_flags};
use crate::{BoxType, Error, Kind, Reader};

/// The flag of a box that overrides what the track says.
const OVERRIDES_TRACK: u32 = 1;
/// The flag of a box with subsamples.
const HAS_SUBSAMPLES: u32 = 2;

/// The `senc` box, whose samples stay in place: how long their initialization vectors are is only
/// in `tenc`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Senc<'a> {
    /// How many samples there are.
    pub sample_count: u32,
    /// Whether samples have subsamples.
    pub has_subsamples: bool,
    /// What is said of each sample, as [`SampleEncryption::put`] appends it.
    pub samples: &'a [u8],
}

impl<'a> Senc<'a> {
    /// Bytes from the start of the box to the first sample: where `saio` points.
    pub const HEAD_LEN: u64 = 16;

    /// Bytes of a box with `samples_len` bytes about samples.
    #[must_use]
    pub const fn len_of(samples_len: u64) -> u64 {
        samples_len.saturating_add(Self::HEAD_LEN)
    }

    /// What is said of each sample, with initialization vectors of `iv_size` bytes.
    ///
    /// # Errors
    /// [`Error::CutShort`] for the first sample that has fewer bytes than it needs, and the last
    /// item then.
    pub fn samples(
        &self,
        iv_size: u8,
    ) -> impl Iterator<Item = Result<SampleEncryption<'a>, Error>> + use<'a> {
        let Self { sample_count, has_subsamples, samples } = *self;
        let mut reader = Some(Reader::new(samples));
        (0..sample_count).map_while(move |_| {
            let read =
                SampleEncryption::read_from(iv_size.into(), has_subsamples, reader.as_mut()?);
            if read.is_err() {
                reader = None;
            }
            Some(read)
        })
    }

    const fn flags(&self) -> u32 {
        flag(self.has_subsamples, HAS_SUBSAMPLES)
    }
}

/// How one sample is encrypted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SampleEncryption<'a> {
    /// The initialization vector; empty if all samples share a constant one.
    pub iv: &'a [u8],
    /// What of the sample is encrypted, at most 65,535 stretches; `None` for all of it.
    pub subsamples: Option<Cow<'a, [Subsample]>>,
}

/// A clear stretch of a sample, and the protected one after it (9.5.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Subsample {
    /// Bytes in the clear.
    pub clear: u16,
    /// Protected bytes.
    pub protected: u32,
}

impl Subsample {
    /// Bytes of a subsample in the box.
    pub const LEN: usize = 6;

    /// Bytes of both stretches together.
    #[must_use]
    pub const fn byte_len(self) -> u64 {
        (self.clear as u64).saturating_add(self.protected as u64)
    }

    fn read([clear_high, clear_low, protected @ ..]: &[u8; Self::LEN]) -> Self {
        let clear = u16::from_be_bytes([*clear_high, *clear_low]);
        Self { clear, protected: u32::from_be_bytes(*protected) }
    }
}

impl<'a> SampleEncryption<'a> {
    /// Bytes of what is said of a sample with a vector of `iv_size` bytes and that many subsamples.
    #[must_use]
    pub const fn len_of(iv_size: usize, subsamples: Option<usize>) -> usize {
        iv_size.saturating_add(match subsamples {
            Some(count) => count.saturating_mul(Subsample::LEN).saturating_add(2),
            None => 0,
        })
    }

    fn read_from(
        iv_size: usize,
        has_subsamples: bool,
        reader: &mut Reader<'a>,
    ) -> Result<Self, Error> {
        let iv = reader.take(iv_size)?;
        let subsamples = if has_subsamples {
            let count = reader.u16()?;
            let table = reader.table(count.into()).map_err(|_| Error::CutShort)?;
            Some(table.iter().map(Subsample::read).collect())
        } else {
            None
        };
        Ok(Self { iv, subsamples })
    }

    /// Appends what is said of the sample.
    pub fn put(&self, out: &mut Vec<u8>) {
        out.put_slice(self.iv);
        let Some(subsamples) = &self.subsamples else { return };
        out.put_u16(u16::try_from(subsamples.len()).expect("at most 65,535 subsamples"));
        for subsample in subsamples.iter() {
            out.put_u16(subsample.clear);
            out.put_u32(subsample.protected);
        }
    }
}

impl<'a> BoxType<'a> for Senc<'a> {
    const KIND: Kind = Kind::code(*b"senc");

    fn read_from(reader: &mut Reader<'a>) -> Result<Self, Error> {
        let (_, flags) = reader.version_and_flags()?;
        if flags & OVERRIDES_TRACK != 0 {
            return Err(Error::Unsupported("overrides the encryption of the track"));
        }
        let sample_count = reader.u32()?;
        let has_subsamples = flags & HAS_SUBSAMPLES != 0;
        Ok(Self { sample_count, has_subsamples, samples: reader.take_rest() })
    }

    fn fields_len(&self) -> u64 {
        (self.samples.len() as u64).saturating_add(8)
    }

    fn put_fields(&self, out: &mut Vec<u8>) {
        put_version_and_flags(0, self.flags(), out);
        out.put_u32(self.sample_count);
        out.put_slice(self.samples);
    }
}

/// The box of PIFF in place of `senc`, with the same fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PiffSenc<'a>(pub Senc<'a>);

impl PiffSenc<'_> {
    /// Bytes of a box with `samples_len` bytes about samples.
    #[must_use]
    pub const fn len_of(samples_len: u64) -> u64 {
        Senc::len_of(samples_len).saturating_add(16)
    }
}

impl<'a> BoxType<'a> for PiffSenc<'a> {
    const KIND: Kind = Kind::Extended(0xa239_4f52_5a9b_4f14_a244_6c42_7c64_8df4);

    fn read_from(reader: &mut Reader<'a>) -> Result<Self, Error> {
        Senc::read_from(reader).map(Self)
    }

    fn fields_len(&self) -> u64 {
        self.0.fields_len()
    }

    fn put_fields(&self, out: &mut Vec<u8>) {
        self.0.put_fields(out);
    }
}
