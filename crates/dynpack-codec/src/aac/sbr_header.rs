//! The header of spectral band replication (`sbr_header`, ISO/IEC 14496-3, table 4.63), and the
//! numbers of bands that follow from it (4.6.18.3.2).

use crate::bits::Bits;

/// Bands of the filter bank.
const SUBBANDS: u32 = 64;

/// Borders that `bs_stop_freq` can choose by their number; more are multiples of the start.
const STOP_BORDERS: u32 = 13;

/// What of a header determines how long the data of a channel are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct SbrHeader {
    /// Whether envelopes have steps of 3 dB (`bs_amp_res`).
    pub(super) is_coarse: bool,
    /// Bands of an envelope of high frequency resolution.
    pub(super) high_bands: u32,
    /// Bands of the noise floor.
    pub(super) noise_bands: u32,
}

impl SbrHeader {
    /// Reads it, for a core of that rate in Hz. `None` if it is cut short, or if no bands follow
    /// from it.
    pub(super) fn read(bits: &mut Bits<'_>, core_rate: u32) -> Option<Self> {
        let rate = core_rate.checked_mul(2)?;
        let is_coarse = bits.flag()?;
        let (start, stop) = (bits.unsigned(4)?, bits.unsigned(4)?);
        let crossover = usize::try_from(bits.unsigned(3)?).ok()?;
        bits.unsigned(2)?;
        let (has_scale, has_limiter) = (bits.flag()?, bits.flag()?);
        let (scale, is_altered, noise) = match has_scale {
            true => (bits.unsigned(2)?, bits.flag()?, bits.unsigned(2)?),
            false => (2, true, 2),
        };
        if has_limiter {
            bits.unsigned(6)?;
        }
        let first = start_subband(rate, start)?;
        let last = stop_subband(rate, stop, first)?;
        let widths = master_widths(first, last, scale, is_altered)?;
        let (below, above) = widths.split_at_checked(crossover)?;
        let crossing = first.checked_add(below.iter().sum())?;
        Some(Self {
            is_coarse,
            high_bands: u32::try_from(above.len()).ok().filter(|&bands| bands > 0)?,
            noise_bands: rounded(f64::from(noise) * octaves(crossing, last)).max(1),
        })
    }

    /// Bands of an envelope of low frequency resolution.
    pub(super) const fn low_bands(self) -> u32 {
        self.high_bands.div_ceil(2)
    }
}

/// The subband at that frequency in Hz, times 128 or 256, rounded.
fn subband(frequency: u32, rate: u32) -> Option<u32> {
    frequency.checked_add(rate / 2)?.checked_div(rate)
}

/// The frequency in Hz above which bands can start.
const fn lowest(rate: u32) -> u32 {
    if rate < 32_000 { 3_000 } else { 4_000 }
}

/// `k0`: where the bands start, for an output of at most 48 kHz.
fn start_subband(rate: u32, start: u32) -> Option<u32> {
    let offsets: [i32; 16] = match rate {
        16_000 => [-8, -7, -6, -5, -4, -3, -2, -1, 0, 1, 2, 3, 4, 5, 6, 7],
        22_050 => [-5, -4, -3, -2, -1, 0, 1, 2, 3, 4, 5, 6, 7, 9, 11, 13],
        24_000 => [-5, -3, -2, -1, 0, 1, 2, 3, 4, 5, 6, 7, 9, 11, 13, 16],
        32_000 => [-6, -4, -2, -1, 0, 1, 2, 3, 4, 5, 6, 7, 9, 11, 13, 16],
        44_100 | 48_000 => [-4, -2, -1, 0, 1, 2, 3, 4, 5, 6, 7, 9, 11, 13, 16, 20],
        _ => return None,
    };
    let offset = *offsets.get(usize::try_from(start).ok()?)?;
    subband(lowest(rate).checked_mul(128)?, rate)?.checked_add_signed(offset)
}

/// `k2`: where the bands end.
fn stop_subband(rate: u32, stop: u32, first: u32) -> Option<u32> {
    let last = match stop.checked_sub(STOP_BORDERS) {
        Some(multiple @ 1..) => first.checked_mul(multiple.checked_add(1)?)?,
        _ => {
            let lowest = subband(lowest(rate).checked_mul(256)?, rate)?;
            let widths = widths(lowest, SUBBANDS, STOP_BORDERS)?;
            widths.get(..usize::try_from(stop).ok()?)?.iter().sum::<u32>().checked_add(lowest)?
        }
    };
    Some(last.min(SUBBANDS)).filter(|&last| last > first)
}

/// The widths of the bands of the master table from `first` to `last`, in order.
fn master_widths(first: u32, last: u32, scale: u32, is_altered: bool) -> Option<Vec<u32>> {
    let Some(per_octave) = 14_u32.checked_sub(scale.checked_mul(2)?).filter(|_| scale > 0) else {
        return linear_widths(last.checked_sub(first)?, is_altered);
    };
    let bands = |from, to, warp: f64| {
        rounded(f64::from(per_octave) * octaves(from, to) / (2.0 * warp)).checked_mul(2)
    };
    let has_two_regions = last.checked_mul(49)? > first.checked_mul(110)?;
    let middle = if has_two_regions { first.checked_mul(2)? } else { last };
    let mut low = widths(first, middle, bands(first, middle, 1.0)?)?;
    if has_two_regions {
        let warp = if is_altered { 1.3 } else { 1.0 };
        let mut high = widths(middle, last, bands(middle, last, warp)?)?;
        widen(&mut high, *low.last()?);
        low.extend(high);
    }
    low.iter().all(|&width| width > 0).then_some(low)
}

/// Widths that are all alike, but for what remains.
fn linear_widths(total: u32, is_altered: bool) -> Option<Vec<u32>> {
    let width: u32 = if is_altered { 2 } else { 1 };
    let half = if is_altered { total.checked_add(2)? / 4 } else { total / 2 };
    let count = half.checked_mul(2)?;
    let mut widths = vec![width; usize::try_from(count).ok()?];
    let sum = width.checked_mul(count)?;
    for (at, width) in (0_u32..).zip(&mut widths) {
        if sum.saturating_sub(total) > at {
            *width = width.saturating_sub(1);
        } else if total.saturating_sub(sum) >= count.saturating_sub(at) {
            *width = width.saturating_add(1);
        }
    }
    Some(widths)
}

/// Makes the narrowest band as wide as the widest below it, as far as the widest of these can give.
/// The bands ascend before and after.
fn widen(widths: &mut [u32], below: u32) {
    if let [narrowest, .., widest] = widths {
        let room = widest.saturating_sub(*narrowest) / 2;
        let change = below.saturating_sub(*narrowest).min(room);
        *narrowest = narrowest.saturating_add(change);
        *widest = widest.saturating_sub(change);
    }
    widths.sort_unstable();
}

/// The widths of that many bands of equal ratio, in ascending order.
fn widths(from: u32, to: u32, count: u32) -> Option<Vec<u32>> {
    let ratio = f64::from(to) / f64::from(from);
    let border = |at| rounded(f64::from(from) * ratio.powf(f64::from(at) / f64::from(count)));
    let borders = (0..count).map(border).zip((1..=count).map(border));
    let widths = borders.map(|(start, end)| end.checked_sub(start));
    let mut widths = widths.collect::<Option<Vec<_>>>()?;
    widths.sort_unstable();
    Some(widths)
}

fn octaves(from: u32, to: u32) -> f64 {
    (f64::from(to) / f64::from(from)).log2()
}

/// Rounds a number of subbands or bands, which is at most 64.
fn rounded(number: f64) -> u32 {
    (0..SUBBANDS).find(|&whole| f64::from(whole) + 0.5 > number).unwrap_or(SUBBANDS)
}

#[cfg(test)]
mod tests {
    use crate::bits::packed;

    use super::*;

    /// The numbers of bands in high resolution and of noise, by fields of the header.
    fn bands(rate: u32, fields: &str) -> Option<(u32, u32)> {
        let digits = fields.bytes().filter(|digit| *digit != b' ').map(|digit| digit - b'0');
        let header = SbrHeader::read(&mut Bits::new(&packed(digits)), rate)?;
        Some((header.high_bands, header.noise_bands))
    }

    /// Worked out by hand from 4.6.18.3.2. The subbands of the start and the stop are 18 and 21, 11
    /// and 22, 11 and 33, 20 and 40.
    #[test]
    fn bands_follow_from_the_header() {
        for (fields, expected) in [
            // One region of two bands, and no octave of noise.
            ("1 1010 0000 000 00 00", Some((2, 1))),
            ("1 1010 0000 001 00 00", Some((1, 1))),
            ("1 1010 0000 010 00 00", None),
            // An octave in 10 bands, and what is above in 4 or 6. 12 are more than there are.
            ("1 0011 1110 000 00 00", Some((10, 2))),
            ("1 0011 1111 000 00 00", Some((14, 3))),
            ("1 0011 1111 000 00 11 10 0 10 000000", Some((16, 3))),
            ("1 0011 1111 000 00 10 01 0 10", None),
            // An octave in 8 bands, in bands of 1, and of 2.
            ("1 1011 1110 000 00 10 11 0 01", Some((8, 1))),
            ("1 1011 1110 000 00 10 00 0 00", Some((20, 1))),
            ("1 1011 1110 000 00 10 00 1 00", Some((10, 1))),
        ] {
            assert_eq!(bands(24_000, fields), expected, "{fields}");
        }
        assert_eq!(bands(32_000, "1 0011 1110 000 00 00"), None, "beyond 48 kHz");
    }

    #[test]
    fn widths_alike_make_up_the_total() {
        for (total, is_altered, expected) in [
            (7, false, &[1, 1, 1, 1, 1, 2][..]),
            (7, true, &[1, 2, 2, 2]),
            (6, true, &[1, 1, 2, 2]),
            (9, true, &[2, 2, 2, 3]),
        ] {
            assert_eq!(linear_widths(total, is_altered).unwrap(), expected);
        }
    }
}
