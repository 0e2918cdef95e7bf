//! The Huffman codebooks of AAC and SBR (ISO/IEC 14496-3, 4.A.1 and 4.A.6), as far as it takes to
//! skip a codeword and what follows it.
//!
//! In each book, codewords of one length have successive values, and longer ones continue after
//! them. So the number of codewords of each length determines all codewords.

use crate::bits::Bits;

/// A codebook.
pub(super) struct Codebook {
    /// Number of codewords of each length, from 1 bit on.
    counts: &'static [u16],
    /// What follows each codeword, in the order of their values: a digit for the number of sign
    /// bits, and 3 more for each escape sequence. Empty where nothing follows any.
    tails: &'static [u8],
    /// How many spectral lines a codeword stands for.
    pub(super) lines: u16,
}

/// The book of scale factors (table 4.A.1).
pub(super) const SCALE_FACTORS: Codebook = Codebook {
    counts: &[1, 0, 1, 3, 2, 4, 3, 5, 4, 6, 6, 6, 5, 8, 4, 7, 3, 7, 46],
    tails: &[],
    lines: 0,
};

/// The books of spectral lines, from number 1 on (tables 4.A.2 to 4.A.12).
pub(super) const SPECTRUM: [Codebook; 11] = [
    Codebook { counts: &[1, 0, 0, 0, 8, 0, 24, 0, 24, 8, 16], tails: &[], lines: 4 },
    Codebook { counts: &[0, 0, 1, 1, 7, 24, 15, 19, 14], tails: &[], lines: 4 },
    Codebook {
        counts: &[1, 0, 0, 4, 2, 6, 3, 5, 15, 15, 8, 9, 3, 3, 5, 2],
        tails: b"011112222232343311223232331221224334323244332333223243344233333344442233434443233",
        lines: 4,
    },
    Codebook {
        counts: &[0, 0, 0, 10, 6, 0, 9, 21, 8, 14, 11, 2],
        tails: b"433331202222121144443333333333332222222222221111444444333333333433344422222243333",
        lines: 4,
    },
    Codebook { counts: &[1, 0, 0, 4, 4, 0, 4, 12, 12, 12, 18, 10, 4], tails: &[], lines: 2 },
    Codebook { counts: &[0, 0, 0, 9, 0, 16, 13, 8, 23, 8, 4], tails: &[], lines: 2 },
    Codebook {
        counts: &[1, 0, 2, 1, 0, 4, 5, 10, 14, 15, 8, 4],
        tails: b"0112221122211222222221122212122222222211222222222222112222222222",
        lines: 2,
    },
    Codebook {
        counts: &[0, 0, 1, 5, 7, 10, 14, 15, 8, 4],
        tails: b"2212120112222222221122222222221212222222121222222222221212222112",
        lines: 2,
    },
    Codebook {
        counts: &[1, 0, 2, 1, 0, 4, 3, 8, 11, 20, 31, 38, 32, 14, 4],
        tails:
            b"0112221122211222222221122222221212222222212222222212221222212222112222222222222122\
            212222222222222222222212212222222122222222222222212212222122222222222222222222222\
            222222",
        lines: 2,
    },
    Codebook {
        counts: &[0, 0, 0, 3, 8, 14, 17, 25, 31, 41, 22, 8],
        tails:
            b"2222112222211222202211222222222222121222222222222121222222222222222222122222122222\
            222222222222121222222212222221222222222222222221212122222222222222212122212221222\
            222122",
        lines: 2,
    },
    Codebook {
        counts: &[0, 0, 0, 2, 6, 7, 16, 59, 55, 95, 43, 6],
        tails:
            b"0281122222212122222221122222222222222255555251215255552222255225552252555252255222\
            155222212552252522222225221222222122222222222222122222222222422222242122222222222\
            222222222222222222212222222222222222221222222222222222222222222222112222222222222\
            222222222222212212122212222211222212212112112",
        lines: 2,
    },
];

/// The books of differences of SBR, over time and over frequency: of envelopes in steps of 1.5 dB
/// and of 3 dB, and of noise (4.A.6.1). Those of coupled channels are left out.
pub(super) const ENVELOPE_1_5_DB: Differences = Differences {
    over_time: differences(&[0, 2, 2, 2, 2, 2, 2, 2, 2, 2, 1, 2, 3, 4, 2, 7, 4, 8, 72]),
    over_frequency: differences(&[0, 2, 2, 2, 2, 2, 1, 3, 3, 2, 4, 4, 4, 3, 2, 5, 6, 13, 15, 46]),
    first_len: 7,
};
pub(super) const ENVELOPE_3_DB: Differences = Differences {
    over_time: differences(&[1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 2, 1, 2, 5, 1, 4, 2, 3, 34]),
    over_frequency: differences(&[1, 1, 1, 1, 1, 1, 0, 2, 2, 2, 2, 2, 1, 2, 3, 4, 4, 7, 10, 16]),
    first_len: 6,
};
pub(super) const NOISE_FLOOR: Differences = Differences {
    over_time: differences(&[1, 1, 1, 1, 1, 1, 0, 2, 0, 1, 1, 0, 51, 2]),
    first_len: 5,
    ..ENVELOPE_3_DB
};

/// How the values of successive bands are coded.
pub(super) struct Differences {
    /// From the bands of the envelope before.
    over_time: Codebook,
    /// From the band below.
    over_frequency: Codebook,
    /// Bits of the first value, where the others are differences over frequency.
    first_len: u32,
}

const fn differences(counts: &'static [u16]) -> Codebook {
    Codebook { counts, tails: &[], lines: 0 }
}

/// Bits of an escape sequence without its prefix of ones (4.6.3.3).
const ESCAPE_LEN: u32 = 5;

/// The longest prefix: values have at most 13 bits.
const MAX_ESCAPE_PREFIX: u32 = 8;

impl Codebook {
    /// Skips a codeword and what follows it.
    pub(super) fn skip(&self, bits: &mut Bits<'_>) -> Option<()> {
        let place = self.place(bits)?;
        let tail = self.tails.get(place).map_or(0, |digit| digit.saturating_sub(b'0'));
        // Books of four lines have no escape sequences, and up to four signs.
        let escapes = if self.lines == 2 { tail / 3 } else { 0 };
        bits.unsigned(tail.checked_sub(escapes.checked_mul(3)?)?.into())?;
        (0..escapes).try_for_each(|_| skip_escape(bits))
    }

    /// Reads a codeword, and returns its place in the order of their values.
    fn place(&self, bits: &mut Bits<'_>) -> Option<usize> {
        let (mut code, mut first, mut before) = (0_u32, 0_u32, 0_u32);
        for &count in self.counts {
            code = code << 1 | u32::from(bits.flag()?);
            first = first.checked_mul(2)?;
            let at = code.checked_sub(first)?;
            if at < count.into() {
                return usize::try_from(before.checked_add(at)?).ok();
            }
            first = first.checked_add(count.into())?;
            before = before.checked_add(count.into())?;
        }
        None
    }
}

impl Differences {
    /// Skips the values of that many bands.
    pub(super) fn skip(&self, bits: &mut Bits<'_>, bands: u32, is_over_time: bool) -> Option<()> {
        if is_over_time {
            return (0..bands).try_for_each(|_| self.over_time.skip(bits));
        }
        bits.unsigned(self.first_len)?;
        (1..bands).try_for_each(|_| self.over_frequency.skip(bits))
    }
}

fn skip_escape(bits: &mut Bits<'_>) -> Option<()> {
    let mut prefix = 0_u32;
    while bits.flag()? {
        prefix = prefix.checked_add(1).filter(|&prefix| prefix <= MAX_ESCAPE_PREFIX)?;
    }
    bits.unsigned(prefix.checked_add(ESCAPE_LEN - 1)?).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all() -> impl Iterator<Item = (usize, &'static Codebook)> {
        const BOOKS: &[Codebook; 11] = &SPECTRUM;
        const FACTORS: &Codebook = &SCALE_FACTORS;
        const SBR: &[Differences; 3] = &[ENVELOPE_1_5_DB, ENVELOPE_3_DB, NOISE_FLOOR];
        let sbr = SBR.iter().flat_map(|book| [&book.over_time, &book.over_frequency]);
        [FACTORS].into_iter().chain(BOOKS).chain(sbr).enumerate()
    }

    #[test]
    fn codes_are_complete() {
        for (number, book) in all() {
            let total: usize = book.counts.iter().map(|&count| usize::from(count)).sum();
            let spectrum = [81, 81, 81, 81, 81, 81, 64, 64, 169, 169, 289];
            let sizes = [&[121][..], &spectrum, &[121, 121, 63, 63, 63, 63]].concat();
            assert_eq!(total, sizes[number]);
            assert!(book.tails.is_empty() || book.tails.len() == total, "{number}");
            let space = (1..).zip(book.counts).map(|(len, &count)| u64::from(count) << (32 - len));
            assert_eq!(space.sum::<u64>(), 1 << 32, "{number}");
        }
    }

    /// Of all codewords of an unsigned book together, each line is 0 as often as it has any other
    /// value.
    #[test]
    fn signs_and_escapes_are_those_of_all_values() {
        let total = |number: usize| {
            let tails = SPECTRUM[number - 1].tails.iter();
            tails.map(|digit| usize::from(digit - b'0')).sum::<usize>()
        };
        assert_eq!([3, 4].map(total), [81 * 4 * 2 / 3; 2]);
        assert_eq!([7, 8].map(total), [64 * 2 * 7 / 8; 2]);
        assert_eq!([9, 10].map(total), [169 * 2 * 12 / 13; 2]);
        assert_eq!(total(11), 289 * 2 * 16 / 17 + 3 * 2 * 17);
    }

    #[test]
    fn a_codeword_is_skipped_with_its_signs_and_escapes() {
        let read = |number: usize, bytes: &[u8]| {
            let mut bits = Bits::new(bytes);
            SPECTRUM[number - 1].skip(&mut bits).map(|()| bits.position())
        };
        // 0 for all four lines of book 1; the last codeword of book 3, with 3 signs.
        assert_eq!(read(1, &[0x7f]), Some(1));
        assert_eq!(read(3, &[0xff, 0xff, 0xff]), Some(16 + 3));
        // Both lines of book 11 are escaped: 5 bits, 2 signs, and prefixes of no and of three ones.
        assert_eq!(read(11, &[0b0010_0110, 0b1010_1110, 0b1010_1011]), Some(5 + 2 + 5 + 11));
        assert_eq!(read(11, &[0b0010_0111, 0xff, 0xff, 0xff]), None, "a prefix of more than 8");
        assert_eq!(read(3, &[0xff]), None, "cut short");
    }
}
