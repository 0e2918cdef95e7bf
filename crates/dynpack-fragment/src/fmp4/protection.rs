//! How samples are encrypted, and what init segments and fragments say of it (ISO/IEC 23001-7; PIFF
//! 1.1).

use std::sync::Arc;

use bytes::{BufMut, Bytes};
use dynpack_crypt::cenc::{self, FragmentEncryption, SampleEncryptor, Scheme};
use dynpack_crypt::piff;
use dynpack_crypt::systems::Pssh;
use dynpack_media::{SampleIndex, Track};

use super::media::Fragment;
use crate::Error;

/// How many slices of a picture are counted where nobody has looked.
const SLICES: u64 = 4;

/// How a rendition's samples are encrypted, and what its init segment and fragments say of it.
/// Cheap to clone.
#[derive(Clone, Debug)]
pub struct Protection {
    encryptor: Arc<SampleEncryptor>,
    systems: Arc<[Pssh]>,
    form: Form,
}

/// In whose terms encryption is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Common,
    Piff,
}

impl Protection {
    /// Told by the boxes of ISO/IEC 23001-7: `sinf` with `tenc`; `saiz`, `saio` and `senc` in each
    /// fragment.
    #[must_use]
    pub fn new(encryptor: SampleEncryptor) -> Self {
        Self { encryptor: Arc::new(encryptor), systems: [].into(), form: Form::Common }
    }

    /// Told by the boxes of PIFF, as devices for Smooth Streaming want them: in a fragment one of
    /// an extended type. PIFF knows `cenc` alone; under another scheme, segments cannot be made.
    #[must_use]
    pub fn piff(encryptor: SampleEncryptor) -> Self {
        Self { form: Form::Piff, ..Self::new(encryptor) }
    }

    /// The same with `pssh` boxes in the init segment.
    #[must_use]
    pub fn with_systems(self, pssh: Vec<Pssh>) -> Self {
        Self { systems: pssh.into(), ..self }
    }

    /// The same for key frames alone.
    pub(super) fn of_key_frames(&self) -> Self {
        Self { encryptor: Arc::new(self.encryptor.of_key_frames()), ..self.clone() }
    }

    /// The sample entry of the encrypted track.
    pub(super) fn sample_entry(&self, track: &Track) -> Result<Bytes, Error> {
        let protect = match self.form {
            Form::Common => cenc::protect_sample_entry,
            Form::Piff => piff::protect_sample_entry,
        };
        protect(&track.sample_entry, track.kind(), self.encryptor.track()).map_err(refused)
    }

    /// Appends the `pssh` boxes.
    pub(super) fn put_systems(&self, out: &mut Vec<u8>) {
        for pssh in self.systems.iter() {
            match self.form {
                Form::Common => out.put_slice(&pssh.to_bytes()),
                Form::Piff => piff::put_pssh(pssh, out),
            }
        }
    }

    /// Refuses a scheme of which fragments cannot tell.
    pub(super) fn check(&self) -> Result<(), Error> {
        match (self.form, self.encryptor.track().scheme()) {
            (Form::Common, _) | (Form::Piff, Scheme::Cenc) => Ok(()),
            (Form::Piff, other) => Err(refused(dynpack_crypt::Error::Unsupported(format!(
                "PIFF has no place for {}",
                other.as_str()
            )))),
        }
    }

    /// What a fragment says of `count` samples from `first` on, where that does not depend on what
    /// is in them.
    pub(super) fn signal_unread(&self, first: SampleIndex, count: u32) -> Option<Signal> {
        Some(Signal { form: self.form, encryption: self.encryptor.plan_unread(first, count)? })
    }

    /// What a fragment says of `samples`, of which the first is `first`.
    pub(super) fn signal(&self, first: SampleIndex, samples: &[Bytes]) -> Result<Signal, Error> {
        let plan = |samples| self.encryptor.plan(first, samples);
        match plan(samples) {
            Ok(encryption) => Ok(Signal { form: self.form, encryption }),
            Err(problem) => {
                // One that cannot be read makes all stretches fail which hold it: the first of them
                // ends with it.
                let ends: Vec<_> = (1..=samples.len()).collect();
                let at = ends.partition_point(|&end| {
                    samples.get(..end).is_some_and(|samples| plan(samples).is_ok())
                });
                let at = u32::try_from(at).unwrap_or(u32::MAX);
                Err(Error::Encryption {
                    sample: Some(SampleIndex(first.0.saturating_add(at))),
                    problem,
                })
            }
        }
    }

    /// Appends a sample as it is encrypted.
    pub(super) fn encrypt(
        &self,
        signal: &Signal,
        at: u32,
        sample: &[u8],
        out: &mut Vec<u8>,
    ) -> Result<(), Error> {
        self.encryptor.encrypt(&signal.encryption, at, sample, out).map_err(refused)
    }

    /// Bytes of the segment that a clear fragment becomes: exactly, or else the most with
    /// [`SLICES`] a picture.
    pub(super) fn most_len(&self, fragment: Fragment<'_>) -> Result<u64, Error> {
        self.check()?;
        let count = fragment.sample_count();
        match self.signal_unread(fragment.samples().start, count) {
            Some(signal) => fragment.with_signal(&signal).len(),
            None => Ok(fragment.len()? + self.most_signal_len(count.into())),
        }
    }

    fn most_signal_len(&self, count: u64) -> u64 {
        let iv = if self.encryptor.track().scheme() == Scheme::Cenc { 8 } else { 0 };
        let senc = FragmentEncryption::SENC_HEAD + count * (iv + 2 + 6 * SLICES);
        match self.form {
            Form::Common => senc + 17 + count + FragmentEncryption::SAIO_LEN,
            Form::Piff => senc + 16,
        }
    }
}

fn refused(problem: dynpack_crypt::Error) -> Error {
    Error::Encryption { sample: None, problem }
}

/// What a fragment says of the encryption of its samples.
pub(super) struct Signal {
    form: Form,
    encryption: FragmentEncryption,
}

impl Signal {
    /// Bytes of its boxes.
    pub(super) fn len(&self) -> u64 {
        let Self { form, encryption } = self;
        match form {
            _ if !encryption.has_boxes() => 0,
            Form::Common => {
                encryption.saiz_len() + FragmentEncryption::SAIO_LEN + encryption.senc_len()
            }
            Form::Piff => encryption.piff_senc_len(),
        }
    }

    /// Appends its boxes, behind each other in a `moof` that starts at `moof` in `out`.
    pub(super) fn put(&self, moof: usize, out: &mut Vec<u8>) {
        let Self { form, encryption } = self;
        match form {
            _ if !encryption.has_boxes() => (),
            Form::Common => {
                encryption.put_saiz(out);
                let senc = out.len().saturating_sub(moof) as u64 + FragmentEncryption::SAIO_LEN;
                // Bounded by `MOST_HEAD`.
                let offset =
                    u32::try_from(senc + FragmentEncryption::SENC_HEAD).unwrap_or(u32::MAX);
                encryption.put_saio(offset, out);
                encryption.put_senc(out);
            }
            Form::Piff => encryption.put_piff_senc(out),
        }
    }
}
