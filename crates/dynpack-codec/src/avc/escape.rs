//! Emulation prevention (ITU-T H.264, 7.4.1.1).

/// Inserts a byte 3 before each byte of at most 3 that follows two zeros, from `start` on.
/// Usually there is none, and nothing moves.
pub fn escape(start: usize, out: &mut Vec<u8>) {
    let Some(at) = out.get(start..).and_then(next) else { return };
    let unit = out.split_off(start.saturating_add(at));
    let mut rest = &unit[..];
    out.push(3);
    while let Some(at) = next(rest) {
        let (before, after) = rest.split_at_checked(at).unwrap_or((rest, &[]));
        out.extend_from_slice(before);
        out.push(3);
        rest = after;
    }
    out.extend_from_slice(rest);
}

/// Number of bytes that are searched together.
const STRETCH: usize = 64;

/// Index of the first byte that needs a 3 before it. Two zeros are rare, so whole stretches are
/// searched for them first.
fn next(unit: &[u8]) -> Option<usize> {
    (0..unit.len()).step_by(STRETCH).find_map(|start| {
        let rest = unit.get(start..)?;
        let stretch = rest.get(..STRETCH + 2).unwrap_or(rest);
        if !has_two_zeros(stretch) {
            return None;
        }
        let wanting = stretch.windows(3).position(|bytes| matches!(bytes, [0, 0, 0..=3]))?;
        start.checked_add(wanting)?.checked_add(2)
    })
}

/// Whether there are two zeros in a row. Looks at all bytes, as vectors.
fn has_two_zeros(stretch: &[u8]) -> bool {
    let pairs = stretch.iter().zip(stretch.iter().skip(1));
    pairs.fold(false, |found, (one, next)| found | (one | next == 0))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn escaped(unit: &[u8]) -> Vec<u8> {
        let mut out = [&[0, 0][..], unit].concat();
        escape(2, &mut out);
        out.split_off(2)
    }

    #[test]
    fn small_bytes_behind_two_zeros_are_marked() {
        assert_eq!(escaped(&[0, 0, 1]), [0, 0, 3, 1]);
        assert_eq!(escaped(&[0, 0, 3, 9]), [0, 0, 3, 3, 9]);
        assert_eq!(escaped(&[0, 0, 0, 0, 0]), [0, 0, 3, 0, 0, 3, 0]);
        assert_eq!(escaped(&[5, 0, 0, 4, 0, 1, 0, 0, 2]), [5, 0, 0, 4, 0, 1, 0, 0, 3, 2]);
        assert_eq!(escaped(&[0, 0]), [0, 0]);
    }

    #[test]
    fn small_bytes_are_found_across_stretches() {
        for at in 0..3 * STRETCH {
            let mut unit = vec![9; 3 * STRETCH + 3];
            unit[at..at + 3].copy_from_slice(&[0, 0, 1]);
            let marked = [&unit[..at + 2], &[3], &unit[at + 2..]].concat();
            assert_eq!(escaped(&unit), marked, "{at}");
        }
    }

    proptest! {
        #[test]
        fn another_reader_takes_the_marks_off(
            unit in prop::collection::vec(prop_oneof![4 => 0_u8..5, 1 => any::<u8>()], 1..200)
        ) {
            // The reader wants a header, and removes marks as a decoder does.
            let unit = [&[0x65][..], &unit, &[0x80]].concat();
            let decoded = h264_reader::rbsp::decode_nal(&escaped(&unit)).unwrap().into_owned();
            prop_assert_eq!(&decoded, &unit[1..]);
        }
    }
}
