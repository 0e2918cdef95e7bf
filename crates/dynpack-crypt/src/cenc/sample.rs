//! Encryption of the samples of a track.

use dynpack_boxes::moov::Pattern;
use dynpack_codec::Codec;
use dynpack_media::SampleIndex;

use super::subsamples::Layout;
use super::track::Mode;
use super::{FragmentEncryption, Subsample, TrackEncryption};
use crate::aes::{BLOCK, Cipher};
use crate::chains::Chain;
use crate::{ContentKey, Error, Iv};

/// How many bytes are copied at a time and then encrypted in place: few enough to stay in the
/// fastest cache, and a multiple of every pattern.
const PORTION: usize = 50 * 10 * BLOCK;

/// Encrypts the samples of a track.
///
/// The output depends only on the track, the key and the samples of the fragment: of parameter sets
/// and frames that a header depends on, only those of the planned fragment are used. So fragments
/// that share a sample must begin with the same sample, or else they reveal its media in `cenc`. A
/// track is therefore cut in one way, and fragments of only a key frame are encrypted by
/// [`for_key_frames`](Self::for_key_frames).
#[derive(Clone)]
pub struct SampleEncryptor {
    track: TrackEncryption,
    cipher: Cipher,
    /// `None` if samples are protected as a whole, and an error if they cannot be encrypted.
    layout: Result<Option<Layout>, Error>,
}

impl SampleEncryptor {
    /// An encryptor for a track with that codec.
    #[must_use]
    pub fn new(track: TrackEncryption, key: &ContentKey, codec: &Codec) -> Self {
        Self { track, cipher: Cipher::new(key), layout: Layout::of(codec) }
    }

    /// How the track is encrypted.
    #[must_use]
    pub const fn track(&self) -> &TrackEncryption {
        &self.track
    }

    /// The same encryptor for fragments of a single key frame, which is also in a segment with
    /// other samples. In `cenc` these fragments have vectors of their own, since without earlier
    /// samples, other bytes of the sample may be protected. The init segment is valid for both.
    #[must_use]
    pub fn for_key_frames(&self) -> Self {
        Self { track: self.track.clone().for_key_frames(), ..self.clone() }
    }

    /// The encryption of a fragment of `count` samples, starting with `first`. `None` if it depends
    /// on the content of the samples.
    #[must_use]
    pub const fn plan_unread(&self, first: SampleIndex, count: u32) -> Option<FragmentEncryption> {
        match self.layout {
            Ok(None) => Some(FragmentEncryption::whole(self.track.mode, first, count)),
            Ok(Some(_)) | Err(_) => None,
        }
    }

    /// The encryption of a fragment of `samples`. `first` is the index of the first one. Only reads
    /// their headers.
    ///
    /// # Errors
    /// [`Error::Malformed`] if a sample is not a sequence of units, or the header of a slice or
    /// frame cannot be read. [`Error::Unsupported`] if a picture has more than 40 slices or tiles
    /// (42 in `cbcs`) or slices of extensions, a header depends on a frame before `first`, or the
    /// codec is not [covered](super::covers).
    pub fn plan<S: AsRef<[u8]>>(
        &self,
        first: SampleIndex,
        samples: &[S],
    ) -> Result<FragmentEncryption, Error> {
        let Some(layout) = self.layout.as_ref().map_err(Error::clone)? else {
            let too_many =
                |_| Error::Unsupported(format!("a fragment of {} samples", samples.len()));
            return Ok(FragmentEncryption::whole(
                self.track.mode,
                first,
                u32::try_from(samples.len()).map_err(too_many)?,
            ));
        };
        let (mut layout, scheme) = (layout.clone(), self.track.scheme());
        let mut fragment = FragmentEncryption::mapped(self.track.mode, first);
        for sample in samples {
            fragment.add(|subsamples| layout.map(scheme, sample.as_ref(), subsamples))?;
        }
        Ok(fragment)
    }

    /// Encrypts consecutive samples of a planned fragment, from place `first` on, and appends them
    /// to `out`. Their lengths do not change.
    ///
    /// # Errors
    /// [`Error::SampleMismatch`] if a sample is not the one that was planned.
    pub fn encrypt<S: AsRef<[u8]>>(
        &self,
        fragment: &FragmentEncryption,
        first: u32,
        samples: &[S],
        out: &mut Vec<u8>,
    ) -> Result<(), Error> {
        let start = out.len();
        let mut chains = Vec::new();
        for (at, sample) in (first..=u32::MAX).zip(samples) {
            let sample = sample.as_ref();
            if at >= fragment.count() {
                return Err(Error::SampleMismatch { planned: 0, got: sample.len() as u64 });
            }
            let ranges = ranges(sample, fragment.subsamples(at))?;
            match fragment.mode {
                Mode::Cenc(_) => {
                    let iv = fragment.iv(at).unwrap_or_default();
                    Sample { cipher: &self.cipher, rest: sample, out }.count(iv, ranges);
                }
                Mode::Cbcs(_, pattern) => {
                    let mut at = out.len().saturating_sub(start);
                    chains.extend(ranges.map(|(clear, protected)| {
                        let start = at.saturating_add(clear);
                        at = start.saturating_add(protected);
                        Chain { start, end: at, step: step(pattern) }
                    }));
                    out.extend_from_slice(sample);
                }
            }
        }
        if let Mode::Cbcs(iv, _) = fragment.mode {
            self.cipher.encrypt_chains(iv, out.get_mut(start..).unwrap_or_default(), chains);
        }
        Ok(())
    }
}

impl std::fmt::Debug for SampleEncryptor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SampleEncryptor").field("track", &self.track).finish_non_exhaustive()
    }
}

/// A sample that is being copied and encrypted.
struct Sample<'a> {
    cipher: &'a Cipher,
    rest: &'a [u8],
    out: &'a mut Vec<u8>,
}

impl Sample<'_> {
    /// Counter mode: all protected ranges share one key stream (9.5.1, 10.1).
    fn count(&mut self, iv: [u8; 8], ranges: impl Iterator<Item = (usize, usize)>) {
        let mut block = [0; BLOCK];
        if let Some(upper) = block.first_chunk_mut() {
            *upper = iv;
        }
        let mut stream = self.cipher.ctr(Iv(block));
        for (clear, protected) in ranges {
            self.copy(clear);
            self.portions(protected, |portion| stream.encrypt(portion));
        }
    }

    /// Copies the next `len` bytes.
    fn copy(&mut self, len: usize) -> &mut [u8] {
        let (next, rest) = self.rest.split_at_checked(len).unwrap_or((self.rest, &[]));
        self.rest = rest;
        let start = self.out.len();
        self.out.extend_from_slice(next);
        self.out.get_mut(start..).unwrap_or_default()
    }

    /// Copies the next `len` bytes portion by portion, and calls `encrypt` for each portion.
    fn portions(&mut self, mut len: usize, mut encrypt: impl FnMut(&mut [u8])) {
        while len > 0 {
            let portion = len.min(PORTION);
            encrypt(self.copy(portion));
            len = len.saturating_sub(portion);
        }
    }
}

/// The clear and protected ranges of a sample, alternating. Together they cover it.
fn ranges<'s>(
    sample: &[u8],
    subsamples: Option<&'s [Subsample]>,
) -> Result<impl Iterator<Item = (usize, usize)> + use<'s>, Error> {
    let got = sample.len();
    let planned = subsamples.map_or(got as u64, |subsamples| {
        subsamples.iter().map(|subsample| subsample.byte_len()).sum()
    });
    if planned != got as u64 {
        return Err(Error::SampleMismatch { planned, got: got as u64 });
    }
    let whole = if subsamples.is_none() { Some((0, got)) } else { None };
    let mapped = subsamples.unwrap_or_default().iter();
    Ok(whole
        .into_iter()
        .chain(mapped.map(|subsample| (subsample.clear.into(), subsample.protected as usize))))
}

/// The distance in bytes from one encrypted block of a range to the next: each range is a chain,
/// and an incomplete block at its end stays clear (9.6, 10.4.2). A pattern encrypts one block of
/// each turn.
fn step(pattern: Pattern) -> usize {
    let blocks = match pattern {
        Pattern::NONE => 1,
        Pattern { crypt, skip } => usize::from(crypt).saturating_add(skip.into()),
    };
    blocks.saturating_mul(BLOCK)
}
