//! How samples are encrypted, and what init segments and fragments say of it (ISO/IEC 23001-7; PIFF
//! 1.1).

use std::sync::Arc;

use bytes::{BufMut, Bytes};
use dynpack_boxes::BoxType;
use dynpack_crypt::cenc::{self, SampleEncryptor, Scheme};
use dynpack_crypt::piff;
use dynpack_crypt::systems::Pssh;
use dynpack_media::{SampleIndex, Track};

use super::signal::{Form, Signal};
use crate::Error;

/// How many slices of a picture are counted where nobody has looked.
const SLICES: usize = 4;

/// How a rendition's samples are encrypted, and what its init segment and fragments say of it.
/// Cheap to clone.
#[derive(Clone, Debug)]
pub struct Protection {
    encryptor: Arc<SampleEncryptor>,
    systems: Arc<[Pssh]>,
    form: Form,
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
    pub(super) fn for_key_frames(&self) -> Self {
        Self { encryptor: Arc::new(self.encryptor.for_key_frames()), ..self.clone() }
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
                Form::Piff => piff::pssh(pssh).put(out),
            }
        }
    }

    /// Refuses a scheme that fragments cannot signal.
    pub(super) fn check(&self) -> Result<(), Error> {
        match (self.form, self.encryptor.track().scheme()) {
            (Form::Common, _) | (Form::Piff, Scheme::Cenc) => Ok(()),
            (Form::Piff, other) => Err(refused(dynpack_crypt::Error::Unsupported(format!(
                "PIFF does not support {}",
                other.as_str()
            )))),
        }
    }

    /// What a fragment says of `count` samples from `first` on, where that does not depend on what
    /// is in them.
    pub(super) fn signal_unread(&self, first: SampleIndex, count: u32) -> Option<Signal> {
        Some(Signal { form: self.form, encryption: self.encryptor.plan_unread(first, count)? })
    }

    /// What a fragment signals for `samples`, starting with `first`.
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
                let at = u32::try_from(at).expect("samples are numbered by 32 bits");
                Err(Error::Encryption {
                    sample: Some(SampleIndex(first.0.saturating_add(at))),
                    problem,
                })
            }
        }
    }

    /// Appends samples as they are encrypted. The first is at place `first` of the fragment.
    pub(super) fn encrypt(
        &self,
        signal: &Signal,
        first: u32,
        samples: &[Bytes],
        out: &mut Vec<u8>,
    ) -> Result<(), Error> {
        self.encryptor.encrypt(&signal.encryption, first, samples, out).map_err(refused)
    }

    /// Maximum number of bytes with which a fragment signals the encryption of `count` pictures,
    /// with [`SLICES`] a picture.
    pub(super) fn max_signal_len(&self, count: u32) -> u64 {
        let iv_size = if self.encryptor.track().scheme() == Scheme::Cenc { 8 } else { 0 };
        self.form.len_of(count, iv_size, SLICES)
    }
}

fn refused(problem: dynpack_crypt::Error) -> Error {
    Error::Encryption { sample: None, problem }
}
