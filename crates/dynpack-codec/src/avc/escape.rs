//! Emulation prevention (ITU-T H.264, 7.4.1.1).

use memchr::memmem;

/// Inserts a byte 3 before each byte of at most 3 that follows two zeros, from `start` on.
/// Usually there is none, and nothing moves.
pub fn escape(start: usize, out: &mut Vec<u8>) {
    let needs_none = out.get(start..).is_none_or(|unit| marked(unit).next().is_none());
    if needs_none {
        return;
    }
    let unit = out.split_off(start);
    let mut from = 0;
    for at in marked(&unit) {
        out.extend_from_slice(unit.get(from..at).unwrap_or_default());
        out.push(3);
        from = at;
    }
    out.extend_from_slice(unit.get(from..).unwrap_or_default());
}

/// Index of each byte that needs a 3 before it. The zeros before one byte do not count for the
/// next.
fn marked(unit: &[u8]) -> impl Iterator<Item = usize> + '_ {
    let pairs = memmem::find_iter(unit, &[0, 0]);
    let after = pairs.map(|at| at.saturating_add(2));
    after.filter(|&at| unit.get(at).is_some_and(|&byte| byte <= 3))
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
    fn small_bytes_after_two_zeros_are_marked() {
        assert_eq!(escaped(&[0, 0, 1]), [0, 0, 3, 1]);
        assert_eq!(escaped(&[0, 0, 3, 9]), [0, 0, 3, 3, 9]);
        assert_eq!(escaped(&[0, 0, 0, 0, 0]), [0, 0, 3, 0, 0, 3, 0]);
        assert_eq!(escaped(&[5, 0, 0, 4, 0, 1, 0, 0, 2]), [5, 0, 0, 4, 0, 1, 0, 0, 3, 2]);
        assert_eq!(escaped(&[0, 0]), [0, 0]);
    }

    #[test]
    fn small_bytes_are_found_everywhere() {
        for at in 0..200 {
            let mut unit = vec![9; 203];
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
