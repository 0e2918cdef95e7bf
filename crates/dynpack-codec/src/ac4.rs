//! AC-4: the record `dac4`, as far as its first presentation (ETSI TS 103 190-2, E.5 to E.10).

use bytes::Bytes;

use crate::bits::Bits;
use crate::{Error, Malformed};

/// The configuration of a track of AC-4.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Ac4Config {
    /// Sampling rate in Hz.
    pub sampling_rate: u32,
    /// Number of channels of the first presentation; that of the sample entry where objects are
    /// coded instead of channels.
    pub channels: u8,
    /// The groups of loudspeakers of the first presentation (`presentation_channel_mask_v1`,
    /// E.10.14); `None` where objects are coded.
    pub channel_mask: Option<u32>,
    /// The version of the bit stream.
    pub bitstream_version: u8,
    /// The version of the first presentation.
    pub presentation_version: u8,
    /// The decoders that the first presentation is for (`mdcompat`).
    pub compatibility: u8,
    /// The body of `dac4`.
    pub record: Bytes,
}

/// The groups of loudspeakers that are pairs.
const PAIRS: u32 = 0x7_21bd;

/// The one version of bit streams whose record this module reads.
const BITSTREAM_VERSION: u32 = 2;

/// `presentation_config_v1` of a presentation that holds nothing but metadata.
const METADATA_ONLY: u32 = 6;

/// What the record says of a presentation.
struct Described {
    version: u32,
    compatibility: u32,
    channel_mask: Option<u32>,
}

impl Ac4Config {
    /// Reads the body of a `dac4` box. `entry_channels` is the channel count of the sample entry.
    ///
    /// # Errors
    /// [`Malformed::Configuration`] if it is cut short, has no presentation, or is of a version
    /// from before ETSI TS 103 190-2.
    pub fn parse(record: Bytes, entry_channels: u8) -> Result<Self, Error> {
        let malformed = |problem| Error::from(Malformed::Configuration { record: "dac4", problem });
        let mut bits = Bits::new(&record);
        let cut_short = || malformed("cut short");
        let (version, sampling_rate, presentations) = read_head(&mut bits).ok_or_else(cut_short)?;
        if version != BITSTREAM_VERSION {
            return Err(malformed("its version of the bit stream is not 2"));
        }
        if presentations == 0 {
            return Err(malformed("it has no presentation"));
        }
        let first = read_first(&mut bits)
            .ok_or_else(|| malformed("its first presentation is cut short or of version 0"))?;
        let byte = |value| u8::try_from(value).expect("at most 8 bits");
        let channels =
            |mask: u32| byte(mask.count_ones().saturating_add((mask & PAIRS).count_ones()));
        Ok(Self {
            sampling_rate,
            channels: first.channel_mask.map_or(entry_channels, channels),
            channel_mask: first.channel_mask,
            bitstream_version: byte(version),
            presentation_version: byte(first.version),
            compatibility: byte(first.compatibility),
            record,
        })
    }

    /// The `codecs` parameter: the versions of the bit stream and of the presentation, and the
    /// decoders that it is for (ETSI TS 103 190-2, E.13).
    #[must_use]
    pub fn rfc6381(&self) -> String {
        let Self { bitstream_version, presentation_version, compatibility, .. } = self;
        format!("ac-4.{bitstream_version:02x}.{presentation_version:02x}.{compatibility:02x}")
    }
}

/// Version, rate and number of presentations (`ac4_dsi_v1`).
fn read_head(bits: &mut Bits<'_>) -> Option<(u32, u32, u32)> {
    bits.unsigned(3)?;
    let version = bits.unsigned(7)?;
    let rate = if bits.flag()? { 48_000 } else { 44_100 };
    bits.unsigned(4)?;
    let presentations = bits.unsigned(9)?;
    if version == BITSTREAM_VERSION && bits.flag()? {
        bits.unsigned(16)?;
        if bits.flag()? {
            (0..4).try_for_each(|_| bits.unsigned(32).map(drop))?;
        }
    }
    // The bitrate: its mode, its value and its precision.
    bits.unsigned(2)?;
    bits.unsigned(32)?;
    bits.unsigned(32)?;
    bits.align();
    Some((version, rate, presentations))
}

/// The start of the first presentation (`ac4_presentation_v1_dsi`).
fn read_first(bits: &mut Bits<'_>) -> Option<Described> {
    let version = bits.unsigned(8).filter(|version| *version > 0)?;
    if bits.unsigned(8)? == 0xff {
        bits.unsigned(16)?;
    }
    if bits.unsigned(5)? == METADATA_ONLY {
        return Some(Described { version, compatibility: 0, channel_mask: None });
    }
    let compatibility = bits.unsigned(3)?;
    if bits.flag()? {
        bits.unsigned(5)?;
    }
    // Frame rates, and the version and key of its metadata.
    bits.unsigned(19)?;
    let channel_mask = if bits.flag()? { Some(read_channels(bits)?) } else { None };
    Some(Described { version, compatibility, channel_mask })
}

fn read_channels(bits: &mut Bits<'_>) -> Option<u32> {
    // Modes with height have two fields more.
    if matches!(bits.unsigned(5)?, 11..=14) {
        bits.unsigned(3)?;
    }
    bits.unsigned(24)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The record of a real file up to its first presentation: stereo for headphones (IMS).
    const RECORD: [u8; 29] = [
        0x20, 0xa4, 0x02, 0x40, 0, 0, 0, 0x1f, 0xff, 0xff, 0xff, 0xe0, 0x02, 0x12, 0xf8, 0x80, 0,
        0, 0x42, 0, 0, 0x02, 0x50, 0x10, 0, 0, 0x03, 0x10, 0x99,
    ];

    #[test]
    fn the_first_presentation_is_read() {
        let config = Ac4Config::parse(Bytes::from_static(&RECORD), 6).unwrap();
        assert_eq!((config.sampling_rate, config.channels), (48_000, 2));
        assert_eq!(config.channel_mask, Some(1));
        assert_eq!(config.rfc6381(), "ac-4.02.02.00");
    }

    #[test]
    fn channels_of_5_1_4_are_counted() {
        let mut record = RECORD.to_vec();
        // Mode 12 with two pairs on top, then the mask.
        record.splice(18..22, [0x59, 0x80, 0x00, 0x1d, 0xc0]);
        let config = Ac4Config::parse(record.into(), 2).unwrap();
        assert_eq!((config.channel_mask, config.channels), (Some(0x77), 10));
    }

    #[test]
    fn nonsense_is_refused() {
        for len in [0, 2, 11, 13, 20] {
            assert!(Ac4Config::parse(Bytes::from_static(&RECORD[..len]), 2).is_err(), "{len}");
        }
        let with = |at: usize, value: u8| {
            let mut record = RECORD.to_vec();
            record[at] = value;
            Ac4Config::parse(record.into(), 2).is_err()
        };
        assert_eq!([with(1, 0x64), with(2, 0), with(12, 0)], [true; 3]);
    }
}
