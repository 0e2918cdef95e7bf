//! What a fragment says of the encryption of its samples: `saiz`, `saio` and `senc`, or the box of
//! PIFF.

use dynpack_boxes::BoxType;
use dynpack_boxes::moof::{PiffSenc, Saio, Saiz, SampleEncryption, Senc};
use dynpack_crypt::cenc::FragmentEncryption;

/// Which family of boxes signals encryption.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// That of ISO/IEC 23001-7.
    Common,
    /// That of PIFF 1.1.
    Piff,
}

impl Form {
    /// Bytes of the boxes for `count` samples, each with a vector of `iv_size` bytes and
    /// `subsamples` subsamples.
    pub(super) fn len_of(self, count: u32, iv_size: usize, subsamples: usize) -> u64 {
        let sample_len = SampleEncryption::len_of(iv_size, Some(subsamples)) as u64;
        let samples_len = sample_len.saturating_mul(count.into());
        match self {
            Self::Common => Saiz::len_of(false, count)
                .saturating_add(SAIO_LEN)
                .saturating_add(Senc::len_of(samples_len)),
            Self::Piff => PiffSenc::len_of(samples_len),
        }
    }
}

/// Bytes of `saio`.
const SAIO_LEN: u64 = 20;

/// What a fragment says of the encryption of its samples.
pub(super) struct Signal {
    pub(super) form: Form,
    pub(super) encryption: FragmentEncryption,
}

impl Signal {
    /// Bytes of its boxes.
    pub(super) fn len(&self) -> u64 {
        let Self { form, encryption } = self;
        match form {
            _ if !encryption.has_boxes() => 0,
            Form::Common => {
                encryption.saiz_len().saturating_add(SAIO_LEN).saturating_add(encryption.senc_len())
            }
            Form::Piff => encryption.piff_senc_len(),
        }
    }

    /// Appends its boxes, one after the other, in a `moof` that starts at `moof` in `out`.
    pub(super) fn put(&self, moof: usize, out: &mut Vec<u8>) {
        let Self { form, encryption } = self;
        match form {
            _ if !encryption.has_boxes() => (),
            Form::Common => {
                encryption.put_saiz(out);
                let before = out.len().saturating_sub(moof) as u64;
                let offset = before.saturating_add(SAIO_LEN).saturating_add(Senc::HEAD_LEN);
                Saio { offset }.put(out);
                encryption.put_senc(out);
            }
            Form::Piff => encryption.put_piff_senc(out),
        }
    }
}
