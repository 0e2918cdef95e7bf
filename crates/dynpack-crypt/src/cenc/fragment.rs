//! What a fragment signals about the encryption of its samples: `senc`, `saiz` and `saio` (ISO/IEC
//! 23001-7, 7.2; ISO/IEC 14496-12, 8.7.8 and 8.7.9).

use std::borrow::Cow;

use dynpack_boxes::BoxType;
use dynpack_boxes::moof::{PiffSenc, Saiz, SampleEncryption, Senc, Subsample};
use dynpack_media::SampleIndex;

use super::track::Mode;
use crate::Error;

/// Maximum size in bytes of the information of one sample: `saiz` stores it in 8 bits.
const MAX_INFORMATION: usize = u8::MAX as usize;

/// How the samples of a fragment are encrypted.
///
/// If there is nothing to signal about single samples, there are [no boxes](Self::has_boxes). That
/// is audio by `cbcs`: it has one vector, and samples are protected as a whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FragmentEncryption {
    pub(super) mode: Mode,
    first: SampleIndex,
    count: u32,
    /// Where the subsamples of each sample end. `None` if samples are protected as a whole.
    ends: Option<Vec<usize>>,
    subsamples: Vec<Subsample>,
}

impl FragmentEncryption {
    /// A fragment of samples that are protected as a whole.
    pub(super) const fn whole(mode: Mode, first: SampleIndex, count: u32) -> Self {
        Self { mode, first, count, ends: None, subsamples: Vec::new() }
    }

    /// A fragment of samples with subsamples, empty so far.
    pub(super) const fn mapped(mode: Mode, first: SampleIndex) -> Self {
        Self { mode, first, count: 0, ends: Some(Vec::new()), subsamples: Vec::new() }
    }

    /// Adds a sample. `map` appends its subsamples.
    pub(super) fn add(
        &mut self,
        map: impl FnOnce(&mut Vec<Subsample>) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let Some(ends) = &mut self.ends else { return Ok(()) };
        map(&mut self.subsamples)?;
        ends.push(self.subsamples.len());
        let at = self.count;
        self.count = at.saturating_add(1);
        if self.information_len(at) > MAX_INFORMATION {
            let ranges = self.subsamples(at).map_or(0, <[_]>::len);
            let without = SampleEncryption::len_of(self.iv_size(), Some(0));
            let max = MAX_INFORMATION.saturating_sub(without) / Subsample::LEN;
            let problem = format!(
                "a picture of {ranges} slices, tiles or other ranges: \
                 at most {max} can be described"
            );
            return Err(Error::Unsupported(problem));
        }
        Ok(())
    }

    /// Number of samples.
    #[must_use]
    pub const fn count(&self) -> u32 {
        self.count
    }

    /// The subsamples of a sample, by its place in the fragment. `None` if samples are protected as
    /// a whole.
    #[must_use]
    pub fn subsamples(&self, at: u32) -> Option<&[Subsample]> {
        let ends = self.ends.as_ref()?;
        let at = at as usize;
        let start = at.checked_sub(1).map_or(Some(0), |before| ends.get(before).copied());
        Some(
            start
                .zip(ends.get(at).copied())
                .and_then(|(start, end)| self.subsamples.get(start..end))
                .unwrap_or_default(),
        )
    }

    /// The initialization vector of a sample, by its place in the fragment. `None` if the track has
    /// a constant one.
    #[must_use]
    pub const fn iv(&self, at: u32) -> Option<[u8; 8]> {
        match self.mode {
            Mode::Cenc(ivs) => {
                Some(ivs.get(SampleIndex(self.first.0.saturating_add(at))).to_be_bytes())
            }
            Mode::Cbcs(..) => None,
        }
    }

    /// Whether there is anything to signal about samples.
    #[must_use]
    pub const fn has_boxes(&self) -> bool {
        matches!(self.mode, Mode::Cenc(_)) || self.ends.is_some()
    }

    /// The length of `senc` in bytes.
    #[must_use]
    pub fn senc_len(&self) -> u64 {
        Senc::len_of(self.samples_len())
    }

    /// Appends the `senc` box.
    pub fn put_senc(&self, out: &mut Vec<u8>) {
        self.senc(&self.samples()).put(out);
    }

    /// The length in bytes of the PIFF box that replaces `senc`.
    #[must_use]
    pub fn piff_senc_len(&self) -> u64 {
        PiffSenc::len_of(self.samples_len())
    }

    /// Appends the PIFF box that replaces `senc` in Smooth Streaming (PIFF 1.1, 5.3.2.1).
    pub fn put_piff_senc(&self, out: &mut Vec<u8>) {
        PiffSenc(self.senc(&self.samples())).put(out);
    }

    /// The length of `saiz` in bytes.
    #[must_use]
    pub fn saiz_len(&self) -> u64 {
        Saiz::len_of(self.uniform_len().is_some(), self.count)
    }

    /// Appends the `saiz` box.
    pub fn put_saiz(&self, out: &mut Vec<u8>) {
        match self.uniform_len() {
            Some(size) => Saiz::Uniform { size, count: self.count }.put(out),
            None => {
                let sizes: Vec<u8> = self.information_lens().map(information_size).collect();
                Saiz::Each(&sizes).put(out);
            }
        }
    }

    const fn senc<'s>(&self, samples: &'s [u8]) -> Senc<'s> {
        Senc { sample_count: self.count, has_subsamples: self.ends.is_some(), samples }
    }

    /// The encryption information of all samples.
    fn samples(&self) -> Vec<u8> {
        let len =
            usize::try_from(self.samples_len()).expect("proportional to the number of samples");
        let mut samples = Vec::with_capacity(len);
        for at in 0..self.count {
            let iv = self.iv(at);
            let iv = iv.as_ref().map_or(&[][..], |iv| iv);
            let subsamples = self.subsamples(at).map(Cow::Borrowed);
            SampleEncryption { iv, subsamples }.put(&mut samples);
        }
        samples
    }

    /// The length of the information of all samples, in bytes.
    fn samples_len(&self) -> u64 {
        self.information_lens().map(|len| len as u64).sum()
    }

    /// The length of the information of one sample, in bytes.
    fn information_len(&self, at: u32) -> usize {
        SampleEncryption::len_of(self.iv_size(), self.subsamples(at).map(<[_]>::len))
    }

    /// The length of the initialization vector of a sample, in bytes.
    const fn iv_size(&self) -> usize {
        match self.mode {
            Mode::Cenc(_) => 8,
            Mode::Cbcs(..) => 0,
        }
    }

    fn information_lens(&self) -> impl Iterator<Item = usize> + '_ {
        (0..self.count).map(|at| self.information_len(at))
    }

    /// The length of the information of each sample, if it is the same for all.
    fn uniform_len(&self) -> Option<u8> {
        let first = if self.count == 0 { 0 } else { self.information_len(0) };
        let is_uniform =
            first > 0 && (self.ends.is_none() || self.information_lens().all(|len| len == first));
        is_uniform.then(|| information_size(first))
    }
}

fn information_size(len: usize) -> u8 {
    u8::try_from(len).expect("at most MAX_INFORMATION, as `add` checks")
}

#[cfg(test)]
mod tests {
    use dynpack_boxes::moov::Pattern;
    use dynpack_media::{RenditionId, TrackId};

    use super::*;
    use crate::{IvSource, KeyId};

    fn cenc() -> Mode {
        Mode::Cenc(
            IvSource::new(KeyId([0; 16]), "", TrackId(1), &RenditionId::new("", 1)).samples(),
        )
    }

    fn constant() -> Mode {
        Mode::Cbcs(crate::Iv([1; 16]), Pattern::NONE)
    }

    fn with_slices(mode: Mode, counts: &[usize]) -> Result<FragmentEncryption, Error> {
        let mut fragment = FragmentEncryption::mapped(mode, SampleIndex(5));
        for count in counts {
            fragment.add(|subsamples| {
                subsamples.extend((0..*count).map(|_| Subsample { clear: 9, protected: 160 }));
                Ok(())
            })?;
        }
        Ok(fragment)
    }

    fn boxes(fragment: &FragmentEncryption) -> [Vec<u8>; 3] {
        let mut boxes = [const { Vec::new() }; 3];
        let [senc, piff, saiz] = &mut boxes;
        fragment.put_senc(senc);
        fragment.put_piff_senc(piff);
        fragment.put_saiz(saiz);
        let lens = [fragment.senc_len(), fragment.piff_senc_len(), fragment.saiz_len()];
        assert_eq!(boxes.each_ref().map(|written| written.len() as u64), lens);
        boxes
    }

    #[test]
    fn samples_with_subsamples_are_described_one_by_one() {
        let fragment = with_slices(cenc(), &[1, 2]).unwrap();
        let [senc, piff, saiz] = boxes(&fragment);
        let mut expected = b"\0\0\0\x36senc\0\0\0\x02\0\0\0\x02".to_vec();
        expected.extend(fragment.iv(0).unwrap());
        expected.extend(b"\0\x01\0\x09\0\0\0\xa0");
        expected.extend(fragment.iv(1).unwrap());
        expected.extend(b"\0\x02\0\x09\0\0\0\xa0\0\x09\0\0\0\xa0");
        assert_eq!(senc, expected);
        assert_eq!((&piff[4..8], &piff[24..]), (&b"uuid"[..], &expected[8..]));
        assert_eq!(saiz, b"\0\0\0\x13saiz\0\0\0\0\0\0\0\0\x02\x10\x16");
    }

    #[test]
    fn whole_samples_have_a_vector_or_no_information() {
        let fragment = FragmentEncryption::whole(cenc(), SampleIndex(9), 3);
        let [senc, _, saiz] = boxes(&fragment);
        assert_eq!((senc.len(), &saiz[12..]), (16 + 3 * 8, &b"\x08\0\0\0\x03"[..]));
        assert!(fragment.has_boxes());
        assert!(!FragmentEncryption::whole(constant(), SampleIndex(9), 3).has_boxes());
    }

    #[test]
    fn at_most_forty_slices_can_be_described() {
        assert_eq!(boxes(&with_slices(cenc(), &[40, 40]).unwrap())[2][12], 250);
        let refused = with_slices(cenc(), &[1, 41]).unwrap_err().to_string();
        assert!(
            refused.ends_with(
                "a picture of 41 slices, tiles or other ranges: at most 40 can be described"
            ),
            "{refused}"
        );
    }

    #[test]
    fn without_vectors_there_is_room_for_two_more() {
        assert_eq!(boxes(&with_slices(constant(), &[42, 42]).unwrap())[2][12], 254);
        let refused = with_slices(constant(), &[43]).unwrap_err().to_string();
        assert!(refused.ends_with("at most 42 can be described"), "{refused}");
    }
}
