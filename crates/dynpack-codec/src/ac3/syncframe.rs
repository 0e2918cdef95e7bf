//! Syncframes: the units of which samples of Enhanced AC-3 consist (ETSI TS 102 366, E.1.2).

use crate::Malformed;

const SYNC_WORD: [u8; 2] = [0x0b, 0x77];

/// The syncframes of a sample of Enhanced AC-3, one a substream and turn, in order.
///
/// # Errors
/// [`Malformed::Syncframe`] where none starts, or where one passes the end of the sample.
pub fn syncframes(sample: &[u8]) -> impl Iterator<Item = Result<&[u8], Malformed>> {
    let mut rest = sample;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let at = sample.len().saturating_sub(rest.len());
        let frame = len(rest).and_then(|len| rest.split_at_checked(len));
        let (frame, after) = frame.map_or((None, &[][..]), |(frame, after)| (Some(frame), after));
        rest = after;
        Some(frame.ok_or(Malformed::Syncframe { at, len: sample.len() }))
    })
}

/// Bytes of the syncframe that starts here: `frmsiz` counts words of two bytes (E.1.3.1.3).
fn len(frame: &[u8]) -> Option<usize> {
    let [first, second, high, low] = *frame.first_chunk()?;
    let words = usize::from(u16::from_be_bytes([high & 7, low])).checked_add(1)?;
    ([first, second] == SYNC_WORD).then(|| words.checked_mul(2)).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sample_is_split_into_its_substreams() {
        let sample = [0x0b, 0x77, 0x00, 0x03, 1, 2, 3, 4, 0x0b, 0x77, 0x40, 0x01];
        let lens: Vec<_> =
            syncframes(&sample).map(|frame| frame.map(<[u8]>::len).unwrap()).collect();
        assert_eq!(lens, [8, 4]);
    }

    #[test]
    fn what_is_no_syncframe_is_an_error() {
        let refused = |sample: &[u8]| syncframes(sample).last().unwrap().unwrap_err();
        let sample = [0x0b, 0x77, 0x00, 0x01, 0x0b, 0x77, 0x00, 0x02, 0, 0];
        assert_eq!(syncframes(&sample).count(), 2);
        let (at, len) = (4, sample.len() - 1);
        assert_eq!(refused(&sample[..len]), Malformed::Syncframe { at, len });
        assert_eq!(refused(&[0x0b, 0x78, 0, 1]), Malformed::Syncframe { at: 0, len: 4 });
        assert_eq!(refused(&[0x0b]), Malformed::Syncframe { at: 0, len: 1 });
    }
}
