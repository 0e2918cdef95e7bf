//! How the samples of a fragment are encrypted (ISO/IEC 23001-7, 7, and PIFF 1.1).

use super::boxes::number;
use super::mp4::Segment;

/// The type of the `uuid` box of PIFF.
const PIFF: &[u8] = b"\xa2\x39\x4f\x52\x5a\x9b\x4f\x14\xa2\x44\x6c\x42\x7c\x64\x8d\xf4";

/// Auxiliary information of samples.
#[derive(Clone, Debug)]
pub struct Information<'a> {
    /// Whether subsamples follow each vector.
    pub has_subsamples: bool,
    /// The vector of each sample, and its subsamples if it has any.
    pub samples: Vec<&'a [u8]>,
}

/// How each sample of a fragment is encrypted, from where `saio` and `saiz` point, or from the box
/// of PIFF. `None` if there is neither.
///
/// # Panics
/// If the boxes contradict each other, or contain more than that.
#[must_use]
pub fn information<'a>(
    segment: &'a [u8],
    parsed: &Segment,
    is_piff: bool,
) -> Option<Information<'a>> {
    let traf = &parsed.moof.traf[0];
    let count = parsed.samples.len();
    if is_piff {
        let at = segment.windows(16).position(|bytes| bytes == PIFF).unwrap();
        let end = at - 8 + number(&segment[at - 8..at - 4]);
        assert!(traf.senc.is_none() && traf.saiz.is_empty() && traf.saio.is_empty());
        assert_eq!(
            (&segment[at - 4..at], number(&segment[at + 20..at + 24])),
            (&b"uuid"[..], count)
        );
        let has_subsamples = segment[at + 19] & 2 != 0;
        let mut rest = &segment[at + 24..end];
        let each = (0..count).map(|_| {
            let len = if has_subsamples { 10 + 6 * number(&rest[8..10]) } else { 8 };
            rest.split_off(..len).unwrap()
        });
        let each = each.collect();
        assert!(rest.is_empty());
        return Some(Information { has_subsamples, samples: each });
    }
    let senc = traf.senc.as_ref()?;
    let ([saiz], [saio]) = (&traf.saiz[..], &traf.saio[..]) else { panic!("one of each") };
    assert_eq!(
        (saiz.sample_count as usize, saio.offsets.len(), number(&senc.data[..4])),
        (count, 1, count)
    );
    let moof = segment.windows(4).position(|bytes| bytes == b"moof").unwrap() - 4;
    let start = moof + usize::try_from(saio.offsets[0]).unwrap();
    let senc_at = segment.windows(4).position(|bytes| bytes == b"senc").unwrap() - 4;
    assert_eq!(start, senc_at + 16);
    let mut rest = &segment[start..senc_at + number(&segment[senc_at..senc_at + 4])];
    let each = (0..count).map(|at| {
        let len = if saiz.default_sample_info_size == 0 {
            saiz.sample_info_size[at]
        } else {
            saiz.default_sample_info_size
        };
        rest.split_off(..len.into()).unwrap()
    });
    let each = each.collect();
    assert!(rest.is_empty(), "saiz covers the whole content of senc");
    Some(Information { has_subsamples: senc.use_subsamples, samples: each })
}

/// The numbers of clear and protected bytes of each subsample, from the data after a vector.
///
/// # Panics
/// If there are more or fewer than their count.
#[must_use]
pub fn subsamples(map: &[u8]) -> Vec<(usize, usize)> {
    let (count, entries) = map.split_at(2);
    let entries = entries.chunks(6).map(|entry| (number(&entry[..2]), number(&entry[2..])));
    let subsamples: Vec<_> = entries.collect();
    assert_eq!(subsamples.len(), number(count));
    subsamples
}
