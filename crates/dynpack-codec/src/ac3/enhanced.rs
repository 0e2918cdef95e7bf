//! The configuration of Enhanced AC-3: the record `dec3` (ETSI TS 102 366, F.6).

use bytes::Bytes;

use super::{ChannelMap, SAMPLING_RATES};
use crate::bits::Bits;
use crate::{Error, Malformed};

/// The configuration of a track of Enhanced AC-3 (Dolby Digital Plus).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Eac3Config {
    /// Sampling rate in Hz.
    pub sampling_rate: u32,
    /// The channels of the first program, with those of its dependent substreams.
    pub channel_map: ChannelMap,
    /// How many objects joint object coding (JOC) reconstructs at most, as Dolby Atmos uses it
    /// (`complexity_index_type_a`); `None` for a stream without.
    pub joc_complexity: Option<u8>,
    /// The body of `dec3`.
    pub record: Bytes,
}

/// What the record says of an independent substream.
struct Substream {
    rate: u32,
    channel_map: ChannelMap,
}

impl Substream {
    fn read(bits: &mut Bits<'_>) -> Option<Self> {
        let rate = bits.unsigned(2)?;
        // `bsid`, `asvc` and `bsmod`.
        bits.unsigned(10)?;
        let channel_map = ChannelMap::of(bits.unsigned(3)?, bits.flag()?);
        bits.unsigned(3)?;
        let locations = match bits.unsigned(4)? {
            0 => bits.unsigned(1).map(|_| 0)?,
            _ => bits.unsigned(9)?,
        };
        Some(Self { rate, channel_map: channel_map.with_locations(locations) })
    }
}

impl Eac3Config {
    /// Reads the body of a `dec3` box. `entry_rate` is the rate of the sample entry in Hz: it is
    /// used for rates below 32 kHz, which the record does not tell apart.
    ///
    /// # Errors
    /// [`Malformed::Configuration`] if it is cut short, or no rate is known.
    pub fn parse(record: Bytes, entry_rate: u32) -> Result<Self, Error> {
        let malformed = |problem| Malformed::Configuration { record: "dec3", problem };
        let mut bits = Bits::new(&record);
        let (first, joc_complexity) = read(&mut bits).ok_or_else(|| malformed("cut short"))?;
        let rate = usize::try_from(first.rate).ok().and_then(|rate| SAMPLING_RATES.get(rate));
        let sampling_rate = rate.copied().unwrap_or(entry_rate);
        if sampling_rate == 0 {
            return Err(malformed("the sampling rate is not known").into());
        }
        Ok(Self { sampling_rate, channel_map: first.channel_map, joc_complexity, record })
    }
}

/// The first substream, and the complexity of joint object coding.
fn read(bits: &mut Bits<'_>) -> Option<(Substream, Option<u8>)> {
    bits.unsigned(13)?;
    let others = bits.unsigned(3)?;
    let first = Substream::read(bits)?;
    for _ in 0..others {
        Substream::read(bits)?;
    }
    // The extension (F.6.1), which old records do not have.
    let has_joc = bits.unsigned(8).is_some_and(|extension| extension & 1 == 1);
    let complexity = has_joc.then(|| bits.unsigned(8)).flatten();
    Some((first, complexity.and_then(|complexity| u8::try_from(complexity).ok())))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(record: &[u8]) -> Result<(u32, u16, u8, Option<u8>), Error> {
        let config = Eac3Config::parse(Bytes::copy_from_slice(record), 24_000)?;
        let Eac3Config { sampling_rate, channel_map, joc_complexity, .. } = config;
        Ok((sampling_rate, channel_map.0, channel_map.channels(), joc_complexity))
    }

    /// The record of a real file with Dolby Atmos, and the same without its extension.
    #[test]
    fn joint_object_coding_is_found() {
        let atmos = [0x14, 0x00, 0x20, 0x0f, 0x00, 0x01, 0x10];
        assert_eq!(parse(&atmos), Ok((48_000, 0xf801, 6, Some(16))));
        assert_eq!(parse(&atmos[..5]), Ok((48_000, 0xf801, 6, None)));
    }

    /// 7.1: a dependent substream adds a pair of rear surrounds. And a rate that only the entry
    /// tells.
    #[test]
    fn dependent_substreams_add_channels() {
        let surround = [0x14, 0x00, 0x20, 0x0f, 0x02, 0x02];
        assert_eq!(parse(&surround), Ok((48_000, 0xfa01, 8, None)));
        let second_lfe = [0x14, 0x00, 0x20, 0x0f, 0x03, 0x00];
        assert_eq!(parse(&second_lfe), Ok((48_000, 0xf803, 7, None)));
        assert_eq!(parse(&[0x14, 0, 0xe0, 0x04, 0]), Ok((24_000, 0xa000, 2, None)));
    }

    #[test]
    fn nonsense_is_refused() {
        for record in [&[][..], &[0x14, 0x00, 0x20, 0x0f], &[0x14, 0x01, 0x20, 0x0f, 0, 0x20]] {
            assert!(parse(record).is_err(), "{record:?}");
        }
        let unknown = Bytes::from_static(&[0x14, 0, 0xe0, 0x04, 0]);
        assert!(Eac3Config::parse(unknown, 0).is_err());
    }
}
