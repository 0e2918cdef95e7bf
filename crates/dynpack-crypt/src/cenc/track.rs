//! What an init segment signals about the encryption of a track: the `tenc` box (ISO/IEC 23001-7,
//! 8.2).

use dynpack_boxes::moov::{Pattern, Tenc};
use dynpack_codec::MediaKind;
use dynpack_media::FourCc;

use crate::ivs::SampleIvs;
use crate::{Iv, IvSource, KeyId};

/// A scheme of Common Encryption (ISO/IEC 23001-7, 10).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Scheme {
    /// AES in counter mode, with 8 bytes of initialization vector for each sample: for PlayReady,
    /// Widevine and ClearKey.
    Cenc,
    /// AES in chains with one constant vector, and for video only one block in ten: for FairPlay,
    /// and for newer devices of the other systems.
    Cbcs,
}

impl Scheme {
    /// `cenc` or `cbcs`, as in `schm` and manifests.
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

/// The scheme, with its vectors and pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    Cenc(SampleIvs),
    Cbcs(Iv, Pattern),
}

/// One block in ten for video (10.4.2).
const VIDEO_PATTERN: Pattern = Pattern { crypt: 1, skip: 9 };

impl TrackEncryption {
    /// Encryption of a track of that kind under a key.
    #[must_use]
    pub fn new(scheme: Scheme, key_id: KeyId, kind: MediaKind, ivs: &IvSource) -> Self {
        let pattern = match kind {
            MediaKind::Video => VIDEO_PATTERN,
            MediaKind::Audio | MediaKind::Text => Pattern::NONE,
        };
        let mode = match scheme {
            Scheme::Cenc => Mode::Cenc(ivs.samples()),
            Scheme::Cbcs => Mode::Cbcs(ivs.constant(), pattern),
        };
        Self { key_id, mode }
    }

    /// The same encryption with another constant vector, if the source of the keys specifies one.
    /// `cenc` has none, so it does not change.
    #[must_use]
    pub const fn with_constant_iv(self, iv: Iv) -> Self {
        match self.mode {
            Mode::Cbcs(_, pattern) => Self { mode: Mode::Cbcs(iv, pattern), ..self },
            Mode::Cenc(_) => self,
        }
    }

    /// The same encryption for key frames that are resources of their own: with other vectors in
    /// `cenc`, for the reason that [`IvSource`] gives.
    pub(super) const fn for_key_frames(self) -> Self {
        match self.mode {
            Mode::Cenc(ivs) => Self { mode: Mode::Cenc(ivs.for_key_frames()), ..self },
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

    /// The `tenc` box.
    #[must_use]
    pub const fn tenc(&self) -> Tenc<'_> {
        let (pattern, per_sample_iv_size, constant_iv): (_, _, &[u8]) = match &self.mode {
            Mode::Cenc(_) => (Pattern::NONE, 8, &[]),
            Mode::Cbcs(iv, pattern) => (*pattern, 0, &iv.0),
        };
        let key_id = self.key_id.0;
        Tenc { pattern, is_protected: true, per_sample_iv_size, key_id, constant_iv }
    }
}
