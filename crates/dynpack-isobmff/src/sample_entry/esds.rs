//! The `esds` box: an elementary stream descriptor (ISO/IEC 14496-14, 5.6; ISO/IEC 14496-1, 7.2.6).

/// What an `esds` declares about AAC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Descriptor<'a> {
    /// `objectTypeIndication`: what kind of coding it is.
    pub(super) object_type: u8,
    /// `DecoderSpecificInfo`: for AAC the `AudioSpecificConfig`. Empty where there is none.
    pub(super) specific_info: &'a [u8],
}

const ES_DESCRIPTOR: u8 = 3;
const DECODER_CONFIG: u8 = 4;
const DECODER_SPECIFIC_INFO: u8 = 5;

/// Reads the body of an `esds` box; `None` if it is cut short or holds no decoder configuration.
pub(super) fn read(body: &[u8]) -> Option<Descriptor<'_>> {
    let stream = find(body.get(4..)?, ES_DESCRIPTOR)?;
    let flags = *stream.get(2)?;
    let mut skip = 3_usize;
    if flags & 0x80 != 0 {
        skip = skip.checked_add(2)?;
    }
    if flags & 0x40 != 0 {
        skip = skip.checked_add(usize::from(*stream.get(skip)?))?.checked_add(1)?;
    }
    if flags & 0x20 != 0 {
        skip = skip.checked_add(2)?;
    }
    let config = find(stream.get(skip..)?, DECODER_CONFIG)?;
    let specific_info = find(config.get(13..)?, DECODER_SPECIFIC_INFO).unwrap_or_default();
    Some(Descriptor { object_type: *config.first()?, specific_info })
}

/// The body of the first descriptor of a tag among those in `bytes`.
fn find(mut bytes: &[u8], wanted: u8) -> Option<&[u8]> {
    loop {
        let (&tag, mut rest) = bytes.split_first()?;
        let mut len = 0_usize;
        for _ in 0..4 {
            let (&byte, next) = rest.split_first()?;
            rest = next;
            len = len << 7 | usize::from(byte & 0x7f);
            if byte & 0x80 == 0 {
                break;
            }
        }
        let (body, next) = rest.split_at_checked(len)?;
        if tag == wanted {
            return Some(body);
        }
        bytes = next;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_of_one_and_of_four_bytes_are_read() {
        let config = [&[0x40, 0x15][..], &[0; 11], &[5, 2, 0x11, 0x90]].concat();
        let stream = [&[0, 1, 0][..], &[4, 17], &config, &[6, 1, 2]].concat();
        let short = [&[0, 0, 0, 0, 3, 25][..], &stream].concat();
        let long = [&[0, 0, 0, 0, 3, 0x80, 0x80, 0x80, 25][..], &stream].concat();
        let expected = Some(Descriptor { object_type: 0x40, specific_info: &[0x11, 0x90] });
        assert_eq!(read(&short), expected);
        assert_eq!(read(&long), expected);
        for len in 0..short.len() - 3 {
            assert_eq!(read(&short[..len]), None, "{len}");
        }
    }
}
