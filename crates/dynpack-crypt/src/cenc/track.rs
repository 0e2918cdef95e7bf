//! What an init segment says of the encryption of a track: the `tenc` box (ISO/IEC 23001-7, 8.2).

use bytes::BufMut;
use dynpack_codec::MediaKind;
use dynpack_media::FourCc;
use dynpack_media::boxes::put_full_box;

use crate::ivs::SampleIvs;
use crate::{Iv, IvSource, KeyId};

/// A scheme of Common Encryption (ISO/IEC 23001-7, 10).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Scheme {
    /// AES in counter mode, with 8 bytes of initialization vector for each sample: for PlayReady,
    /// Widevine and ClearKey.
    Cenc,
    /// AES in chains with one constant vector, of video one block in ten: for FairPlay, and newer
    /// devices of the others.
    Cbcs,
}

impl Scheme {
    /// `cenc` or `cbcs`, as `schm` and manifests name it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Cenc => "cenc",
            Self::Cbcs => "cbcs",
        }
    }

    /// The scheme as a four-character code.
    #[must_use]
    pub const fn fourcc(self) -> FourCc {
        match self {
            Self::Cenc => FourCc(*b"cenc"),
            Self::Cbcs => FourCc(*b"cbcs"),
        }
    }
}

/// How one track is encrypted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrackEncryption {
    key_id: KeyId,
    pub(super) mode: Mode,
}

/// The scheme, with what it needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    Cenc(SampleIvs),
    Cbcs(Iv, Pattern),
}

/// How many blocks in turn are encrypted and skipped; none are skipped where both are 0 (9.6).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Pattern {
    pub(super) crypt: u8,
    pub(super) skip: u8,
}

impl Pattern {
    const VIDEO: Self = Self { crypt: 1, skip: 9 };
    const WHOLE: Self = Self { crypt: 0, skip: 0 };
}

impl TrackEncryption {
    /// Encryption of a track of that kind under a key.
    #[must_use]
    pub fn new(scheme: Scheme, key_id: KeyId, kind: MediaKind, ivs: &IvSource) -> Self {
        let pattern = match kind {
            MediaKind::Video => Pattern::VIDEO,
            MediaKind::Audio => Pattern::WHOLE,
        };
        let mode = match scheme {
            Scheme::Cenc => Mode::Cenc(ivs.samples()),
            Scheme::Cbcs => Mode::Cbcs(ivs.constant(), pattern),
        };
        Self { key_id, mode }
    }

    /// The same with another constant vector, where whoever hands out the keys says which; `cenc`,
    /// which has none, stays as it is.
    #[must_use]
    pub const fn with_constant_iv(self, iv: Iv) -> Self {
        match self.mode {
            Mode::Cbcs(_, pattern) => Self { mode: Mode::Cbcs(iv, pattern), ..self },
            Mode::Cenc(_) => self,
        }
    }

    /// The same for key frames which are resources of their own: with other vectors in `cenc`, for
    /// the reason that [`IvSource`] gives.
    pub(super) const fn of_key_frames(self) -> Self {
        match self.mode {
            Mode::Cenc(ivs) => Self { mode: Mode::Cenc(ivs.of_key_frames()), ..self },
            Mode::Cbcs(..) => self,
        }
    }

    /// The constant vector of `cbcs`.
    #[must_use]
    pub const fn constant_iv(&self) -> Option<Iv> {
        match self.mode {
            Mode::Cbcs(iv, _) => Some(iv),
            Mode::Cenc(_) => None,
        }
    }

    /// The scheme.
    #[must_use]
    pub const fn scheme(&self) -> Scheme {
        match self.mode {
            Mode::Cenc(_) => Scheme::Cenc,
            Mode::Cbcs(..) => Scheme::Cbcs,
        }
    }

    /// The id of the key.
    #[must_use]
    pub const fn key_id(&self) -> KeyId {
        self.key_id
    }

    /// Appends the `tenc` box. Of version 1, which has room for a pattern, only where there is one.
    pub fn put_tenc(&self, out: &mut Vec<u8>) {
        let pattern = match self.mode {
            Mode::Cbcs(_, pattern) => pattern,
            Mode::Cenc(_) => Pattern::WHOLE,
        };
        put_full_box(out, b"tenc", u8::from(pattern != Pattern::WHOLE), 0, |out| {
            out.put_u8(0);
            out.put_u8(pattern.crypt << 4 | pattern.skip);
            out.put_u8(1);
            match self.mode {
                Mode::Cenc(_) => {
                    out.put_u8(8);
                    out.put_slice(&self.key_id.0);
                }
                Mode::Cbcs(iv, _) => {
                    out.put_u8(0);
                    out.put_slice(&self.key_id.0);
                    out.put_u8(16);
                    out.put_slice(&iv.0);
                }
            }
        });
    }
}
