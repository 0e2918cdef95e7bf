//! The configuration of AC-3: the record `dac3` (ETSI TS 102 366, F.4).

use bytes::Bytes;

use super::{ChannelMap, SAMPLING_RATES};
use crate::bits::Bits;
use crate::{Error, Malformed};

/// The last `bsid` of streams at the rates of the standard. Encoders use 9 for half and 10 for a
/// quarter of them.
const FULL_RATE: u32 = 8;

/// The configuration of a track of AC-3.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Ac3Config {
    /// Sampling rate in Hz.
    pub sampling_rate: u32,
    /// The channels.
    pub channel_map: ChannelMap,
    /// The body of `dac3`.
    pub record: Bytes,
}

impl Ac3Config {
    /// Reads the body of a `dac3` box.
    ///
    /// # Errors
    /// [`Malformed::Configuration`] if it is cut short, or names a reserved rate.
    pub fn parse(record: Bytes) -> Result<Self, Error> {
        let mut bits = Bits::new(&record);
        let fields = (|| Some((bits.unsigned(2)?, bits.unsigned(5)?, bits.unsigned(3)?)))();
        let channels = (|| Some((bits.unsigned(3)?, bits.flag()?)))();
        // What follows is the bitrate.
        let (Some((rate, bitstream_id, _)), Some((coding_mode, has_lfe)), Some(_)) =
            (fields, channels, bits.unsigned(5))
        else {
            return Err(malformed("cut short"));
        };
        let rate = usize::try_from(rate).ok().and_then(|rate| SAMPLING_RATES.get(rate));
        let rate = rate.ok_or_else(|| malformed("the sampling rate is reserved"))?;
        let sampling_rate = rate
            .checked_shr(bitstream_id.saturating_sub(FULL_RATE))
            .filter(|_| bitstream_id <= FULL_RATE.saturating_add(2))
            .ok_or_else(|| malformed("the bit stream is not one of AC-3"))?;
        Ok(Self { sampling_rate, channel_map: ChannelMap::of(coding_mode, has_lfe), record })
    }

    /// The start of a frame (5.3.1, 5.3.2), as far as the record has it: the checksum, and what
    /// follows the channels, are zero.
    #[must_use]
    pub fn frame_head(&self) -> [u8; 10] {
        let mut bits = Bits::new(&self.record);
        let mut next = |count| bits.unsigned(count).unwrap_or_default();
        let [rate, id, mode, coding_mode, lfe, bitrate] = [2, 5, 3, 3, 1, 5].map(&mut next);
        // `frmsizecod` is twice the code of the bitrate. Levels for mixing down come before
        // `lfeon`.
        let sync = rate << 6 | bitrate << 1;
        let lfe_place = match coding_mode {
            0 | 1 => 4,
            5 | 7 => 0,
            _ => 2,
        };
        let stream = id << 11 | mode << 8 | coding_mode << 5 | lfe << lfe_place;
        let [_, _, high, low] = stream.to_be_bytes();
        let [.., sync] = sync.to_be_bytes();
        [0x0b, 0x77, 0, 0, sync, high, low, 0, 0, 0]
    }
}

fn malformed(problem: &'static str) -> Error {
    Malformed::Configuration { record: "dac3", problem }.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(record: &'static [u8]) -> Result<(u32, u16, u8), Error> {
        let Ac3Config { sampling_rate, channel_map, .. } =
            Ac3Config::parse(Bytes::from_static(record))?;
        Ok((sampling_rate, channel_map.0, channel_map.channels()))
    }

    /// The records of real files, with what ffprobe says of their frames.
    #[test]
    fn rate_and_channels_are_read() {
        assert_eq!(parse(&[0x0c, 0x3d, 0xc0]), Ok((48_000, 0xf801, 6)));
        assert_eq!(parse(&[0x52, 0x09, 0x00]), Ok((22_050, 0x4000, 1)));
        assert_eq!(parse(&[0x10, 0x11, 0x40]), Ok((48_000, 0xa000, 2)));
    }

    #[test]
    fn nonsense_is_refused() {
        for record in [&[][..], &[0x10, 0x11], &[0xd0, 0x11, 0x40], &[0x16, 0x11, 0x40]] {
            assert!(Ac3Config::parse(Bytes::copy_from_slice(record)).is_err(), "{record:?}");
        }
    }
}
