//! Samples within the reads of a plan.

use bytes::Bytes;
use dynpack_media::SampleIndex;

use crate::Error;

/// Takes samples of those sizes out of the reads that hold them, without copying. A sample lies in
/// one read, which [`Read::samples`](crate::Read) made of the same samples.
///
/// # Errors
/// [`Error::Sample`] if the reads are not those of the samples.
pub(crate) fn cut(
    samples: impl Iterator<Item = (SampleIndex, u32)>,
    media: &mut impl Iterator<Item = Bytes>,
) -> Result<Vec<Bytes>, Error> {
    let mut read = Bytes::new();
    let cut = samples.map(|(sample, size)| {
        if read.is_empty() && size > 0 {
            read = media.next().unwrap_or_default();
        }
        let size = size as usize;
        let problem =
            || Error::Sample { sample, problem: "it lies in two places of the file".into() };
        (size <= read.len()).then(|| read.split_to(size)).ok_or_else(problem)
    });
    cut.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut_sizes(sizes: &[u32], reads: &[&'static [u8]]) -> Result<Vec<Bytes>, Error> {
        let samples = (5..).map(SampleIndex).zip(sizes.iter().copied());
        cut(samples, &mut reads.iter().copied().map(Bytes::from_static))
    }

    #[test]
    fn samples_are_cut_out_of_the_reads() {
        assert_eq!(cut_sizes(&[2, 1, 3], &[b"abc", b"def"]).unwrap(), [&b"ab"[..], b"c", b"def"]);
        assert_eq!(
            cut_sizes(&[0, 3, 0, 3, 0], &[b"abc", b"def"]).unwrap(),
            [&b""[..], b"abc", b"", b"def", b""]
        );
    }

    #[test]
    fn a_sample_across_reads_is_refused() {
        let refused = cut_sizes(&[2, 2], &[b"abc", b"def"]).unwrap_err().to_string();
        assert_eq!(refused, "sample 6 cannot be carried: it lies in two places of the file");
    }
}
