//! Derivation of initialization vectors: the same on every machine, and never the same for
//! different media.

use dynpack_media::{RenditionId, SampleIndex, TrackId};
use sha2::{Digest, Sha256};

use crate::{Iv, KeyId};

/// The name of this derivation. It also stands for how samples are divided into clear and protected
/// ranges, and tracks into segments.
const DERIVATION: &str = "dynpack 1";

/// Derives the initialization vectors of a rendition under a key.
///
/// # What must hold
/// Counter mode (`cenc`) is broken by a single repeated counter block: it reveals the difference of
/// two samples. With chaining and one vector for each segment (AES-128), a repeated vector reveals
/// whether segments begin with the same bytes. The constant vector of `cbcs` and SAMPLE-AES does so
/// by design: the standards reset the chain to it at each slice and frame.
///
/// # Why it holds
/// Every vector comes from a truncated SHA-256 hash of everything that determines the media: the
/// key id, the identity of the source, the track in it, the name and the bitrate of the rendition,
/// and the purpose of the vector. Each field is preceded by its length, so different lists of
/// fields are never the same bytes.
///
/// - **`cenc`.** The hash gives the first 64 bits of the counter block for the first sample of a
///   rendition. Each further sample adds one. The other 64 bits count the blocks of the sample. A
///   sample has fewer than 2^28 blocks, and a rendition has fewer than 2^32 samples. So neither
///   counter returns to an earlier value, and no counter block repeats within a rendition. Key
///   frames that are resources of their own have vectors that are 2^32 higher, which no sample of a
///   segment reaches. Two renditions of n and m samples under one key overlap with a probability of
///   3 (n + m) / 2^64. For a film of two hours in 20 renditions (190 pairs of 2^19 samples), that
///   is below 2^-34. For a key that protects ten thousand of those films, it is 2^-8. So give each
///   asset its own key, as DRM systems expect.
/// - **AES-128.** Each segment has 128 bits of hash. Of 2^40 segments under one key, two have the
///   same vector with a probability of 2^-49.
/// - **The same sample in several resources.** In `cenc`, it may have the same vector in all of
///   them only if the same bytes of it are protected. Otherwise one key stream would encrypt
///   different bytes, and two resources together would reveal what neither does. Which bytes are
///   protected depends on the sample, on the configuration of its track, and on the parameter sets
///   in earlier samples of the fragment. A fragment in CMAF (for HLS or DASH), CSF or Smooth
///   Streaming, with the boxes of `cenc` or of PIFF, always contains all samples of one segment of
///   the timeline. So the samples before each one are the same, and the cipher text is too. A
///   fragment with only a key frame has no earlier samples, so other bytes may be protected than in
///   the segment. That is why key frames have vectors of their own.
///
/// If ranges or the timeline are ever cut differently from the same files, the name of this
/// derivation in the hash must change too. The timeline also depends on the length of segments, and
/// on which tracks are cut together. These must be part of the identity of the source.
///
/// The purpose of a vector is part of the hash, so no vector is used by two schemes under one key.
#[derive(Clone, Debug)]
pub struct IvSource {
    rendition: Sha256,
}

impl IvSource {
    /// The vectors of the rendition with that id, which is a track of a source. The form of the
    /// rendition makes no difference. The identity of the source is a string that must change when
    /// its bytes or the samples of its segments change, and must be the same on all machines. An
    /// example is the entity tag of the file.
    #[must_use]
    pub fn new(key_id: KeyId, source: &str, track: TrackId, id: &RenditionId) -> Self {
        let mut rendition = Sha256::new();
        let (track, bitrate) = (track.0.to_be_bytes(), id.bitrate.to_be_bytes());
        for field in [
            DERIVATION.as_bytes(),
            &key_id.0,
            source.as_bytes(),
            &track,
            id.name.as_bytes(),
            &bitrate,
        ] {
            put(&mut rendition, field);
        }
        Self { rendition }
    }

    /// The vector of a segment that is encrypted as a whole. `id` is everything else that
    /// determines its bytes: the format, its place in the timeline, whether it is an init segment
    /// or for trick play, and what is multiplexed with it.
    #[must_use]
    pub fn segment(&self, id: &[u8]) -> Iv {
        Iv(self.derive("aes-128", &[id]))
    }

    /// The vector of all frames and slices under SAMPLE-AES in transport streams.
    #[must_use]
    pub fn sample_aes(&self) -> Iv {
        Iv(self.derive("sample-aes", &[]))
    }

    /// The constant vector of `cbcs`.
    pub(crate) fn constant(&self) -> Iv {
        Iv(self.derive("cbcs", &[]))
    }

    /// The vectors of `cenc`.
    pub(crate) fn samples(&self) -> SampleIvs {
        let [a, b, c, d, e, f, g, h, ..] = self.derive("cenc", &[]);
        SampleIvs { first: u64::from_be_bytes([a, b, c, d, e, f, g, h]), for_key_frames: false }
    }

    fn derive(&self, purpose: &str, fields: &[&[u8]]) -> [u8; 16] {
        let mut hash = self.rendition.clone();
        put(&mut hash, purpose.as_bytes());
        fields.iter().for_each(|field| put(&mut hash, field));
        hash.finalize().first_chunk().copied().unwrap_or_default()
    }
}

/// The vectors of the samples of a rendition, of 8 bytes each. Those of further samples count up
/// from that of the first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SampleIvs {
    first: u64,
    for_key_frames: bool,
}

impl SampleIvs {
    /// The vectors of the same samples when each is a resource of its own.
    pub(crate) const fn for_key_frames(self) -> Self {
        Self { for_key_frames: true, ..self }
    }

    pub(crate) const fn get(self, sample: SampleIndex) -> u64 {
        let offset = if self.for_key_frames { MAX_SAMPLES } else { 0 };
        self.first.wrapping_add(offset).wrapping_add(sample.0 as u64)
    }
}

/// Maximum number of samples of a rendition: their numbers have 32 bits.
const MAX_SAMPLES: u64 = 1 << u32::BITS;

fn put(hash: &mut Sha256, field: &[u8]) {
    hash.update((field.len() as u64).to_be_bytes());
    hash.update(field);
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn source(asset: &str, name: &str, bitrate: u32) -> IvSource {
        IvSource::new(KeyId([7; 16]), asset, TrackId(1), &RenditionId::new(name, bitrate))
    }

    /// The expected values are from Python's hashlib. This test detects a change of the derivation.
    #[test]
    fn vectors_are_the_same_everywhere() {
        let ivs = source("film.mp4 \"5f-1c\"", "video", 3_000_000);
        assert_eq!(ivs.constant().to_string(), "0x53d1f4ee4ae24f7e0278cdfb0303675a");
        assert_eq!(
            ivs.segment(b"QualityLevels(1)/Fragments(video=0)").to_string(),
            "0x9dd0a2fc3e73b5a038551d6b51d75fac"
        );
        assert_eq!(format!("{:016x}", ivs.samples().get(SampleIndex(1))), "bff973707a716f05");
        assert_eq!(
            format!("{:016x}", ivs.samples().for_key_frames().get(SampleIndex(1))),
            "bff973717a716f05"
        );
    }

    #[test]
    fn no_two_purposes_share_a_vector() {
        let mut seen = BTreeSet::new();
        let mut count = 0;
        for (asset, name, bitrate) in [
            ("a", "video", 1),
            ("a", "video", 2),
            ("a", "vide", 1),
            ("av", "ideo", 1),
            ("", "avideo", 1),
        ] {
            let ivs = source(asset, name, bitrate);
            let segments = ["ts 0", "ts 1", "cmaf 0", "cmaf init"]
                .into_iter()
                .map(|id| ivs.segment(id.as_bytes()));
            let all: Vec<_> = segments.chain([ivs.constant(), ivs.sample_aes()]).collect();
            count += all.len() + 2 * 4;
            seen.extend(all.into_iter().map(|iv| iv.0.to_vec()));
            for ivs in [ivs.samples(), ivs.samples().for_key_frames()] {
                seen.extend(
                    (0..4).map(|sample| ivs.get(SampleIndex(sample)).to_be_bytes().to_vec()),
                );
            }
        }
        assert_eq!(seen.len(), count);
    }

    #[test]
    fn sample_vectors_wrap_without_a_repetition() {
        let ivs = SampleIvs { first: u64::MAX, for_key_frames: false };
        assert_eq!([0, 1].map(|sample| ivs.get(SampleIndex(sample))), [u64::MAX, 0]);
    }

    /// Not even the last possible sample has the vector of the first key frame.
    #[test]
    fn key_frames_count_after_all_samples() {
        let ivs = SampleIvs { first: 5, for_key_frames: false };
        let key_frames = ivs.for_key_frames();
        assert_eq!(ivs.get(SampleIndex(u32::MAX)) + 1, key_frames.get(SampleIndex(0)));
        assert_eq!(key_frames.for_key_frames(), key_frames);
    }
}
