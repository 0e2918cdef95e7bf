//! DTS: the record `ddts` (ETSI TS 102 114, E.2.2.3), and `udts` of DTS-UHD (ETSI TS 103 491,
//! B.2.1).

use bytes::Bytes;

use crate::bits::Bits;
use crate::{Error, Malformed};

/// The configuration of a track of DTS.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct DtsConfig {
    /// Which codec of the family.
    pub format: DtsFormat,
    /// Sampling rate in Hz.
    pub sampling_rate: u32,
    /// Number of channels.
    pub channels: u8,
    /// The loudspeakers of DTS-UHD (`ChannelMask`); `None` for the other formats.
    pub channel_mask: Option<u32>,
    /// Samples a frame; `None` where the configuration does not tell.
    pub frame_length: Option<u16>,
    /// The `objectTypeIndication` of a track without a record of its own, whose sample entry is
    /// `mp4a` (mp4ra.org, "Object types").
    pub object_type: Option<u8>,
}

/// A codec of the family, named as sample entries and the `codecs` parameter name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DtsFormat {
    /// `dtsc`: DTS Digital Surround, the core alone.
    Core,
    /// `dtsh`: DTS-HD, a core and extensions.
    Hd,
    /// `dtsl`: DTS-HD Master Audio, without a core or lossless.
    Lossless,
    /// `dtse`: DTS Express, low bitrates without a core.
    Express,
    /// `dtsx`: DTS-UHD, profile 2.
    Uhd,
}

/// The loudspeakers of `ChannelLayout` that are pairs (table E.5).
const PAIRS: u32 = 0xae66;

/// Samples a frame, by `FrameDuration` (table E.3).
const FRAME_LENGTHS: [u16; 4] = [512, 1024, 2048, 4096];

impl DtsFormat {
    /// The type of its sample entry.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Core => "dtsc",
            Self::Hd => "dtsh",
            Self::Lossless => "dtsl",
            Self::Express => "dtse",
            Self::Uhd => "dtsx",
        }
    }
}

impl DtsConfig {
    /// Reads the body of a `ddts` box of any format but [`Uhd`](DtsFormat::Uhd).
    ///
    /// # Errors
    /// [`Malformed::Configuration`] if it is cut short, or declares no rate or no channels.
    pub fn parse(format: DtsFormat, record: &Bytes) -> Result<Self, Error> {
        let fields = read(&mut Bits::new(record));
        let (sampling_rate, frame, layout) =
            fields.ok_or_else(|| malformed("ddts", "cut short"))?;
        let frame_length =
            usize::try_from(frame).ok().and_then(|at| FRAME_LENGTHS.get(at)).copied();
        let channels = layout.count_ones().saturating_add((layout & PAIRS).count_ones());
        let channels = u8::try_from(channels).expect("at most 25");
        if sampling_rate == 0 || channels == 0 {
            return Err(malformed("ddts", "the sampling rate or the number of channels is zero"));
        }
        Ok(Self {
            format,
            sampling_rate,
            channels,
            channel_mask: None,
            frame_length,
            object_type: None,
        })
    }

    /// Reads the body of a `udts` box.
    ///
    /// # Errors
    /// [`Malformed::Configuration`] if it is cut short, or declares no channels.
    pub fn parse_uhd(record: &Bytes) -> Result<Self, Error> {
        let fields = read_uhd(&mut Bits::new(record));
        let (frame, mask, rate) = fields.ok_or_else(|| malformed("udts", "cut short"))?;
        let channels = u8::try_from(mask.count_ones()).expect("at most 32");
        if channels == 0 {
            return Err(malformed("udts", "it has no channels"));
        }
        Ok(Self {
            format: DtsFormat::Uhd,
            sampling_rate: rate,
            channels,
            channel_mask: Some(mask),
            frame_length: FRAME_LENGTHS.get(frame).copied(),
            object_type: None,
        })
    }

    /// A configuration by an `objectTypeIndication`, and by the sampling rate in Hz and the number
    /// of channels of its sample entry. `None` for an object type that is not DTS.
    #[must_use]
    pub const fn of_object_type(object_type: u8, sampling_rate: u32, channels: u8) -> Option<Self> {
        let format = match object_type {
            0xa9 => DtsFormat::Core,
            0xaa => DtsFormat::Hd,
            0xab => DtsFormat::Lossless,
            0xac => DtsFormat::Express,
            _ => return None,
        };
        let (channel_mask, frame_length, object_type) = (None, None, Some(object_type));
        Some(Self { format, sampling_rate, channels, channel_mask, frame_length, object_type })
    }

    /// The `codecs` parameter: the type of the sample entry, or `mp4a` and the object type.
    #[must_use]
    pub fn rfc6381(&self) -> String {
        let name = || self.format.name().to_owned();
        self.object_type.map_or_else(name, |object_type| format!("mp4a.{object_type:X}"))
    }
}

fn malformed(record: &'static str, problem: &'static str) -> Error {
    Malformed::Configuration { record, problem }.into()
}

/// Rate, frame duration and channel layout.
fn read(bits: &mut Bits<'_>) -> Option<(u32, u32, u32)> {
    let rate = bits.unsigned(32)?;
    // The highest and the mean bitrate, and the depth.
    bits.unsigned(32)?;
    bits.unsigned(32)?;
    bits.unsigned(8)?;
    let frame = bits.unsigned(2)?;
    // Which streams there are; of the core, whether it has LFE, its layout and its size; whether it
    // can be mixed down, and how channels are represented.
    bits.unsigned(5 + 1 + 6 + 14 + 1 + 3)?;
    Some((rate, frame, bits.unsigned(16)?))
}

/// Index of the frame duration, channel mask and rate.
fn read_uhd(bits: &mut Bits<'_>) -> Option<(usize, u32, u32)> {
    bits.unsigned(6)?;
    let frame = bits.unsigned(2)?;
    // The largest payload and the number of presentations.
    bits.unsigned(3 + 5)?;
    let mask = bits.unsigned(32)?;
    let base = if bits.flag()? { 48_000_u32 } else { 44_100 };
    let rate = base.checked_shl(bits.unsigned(2)?)?;
    Some((usize::try_from(frame).ok()?, mask, rate))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Made by the tables of the standards: 48 kHz, frames of 512 samples, a core with LFE.
    fn record(layout: u16) -> Bytes {
        let [high, low] = layout.to_be_bytes();
        let head = [0, 0, 0xbb, 0x80, 0, 0x17, 0x0c, 0, 0, 0x17, 0x0c, 0, 16];
        [&head[..], &[0b0000_0101, 0b0010_0100, 0, 0], &[high, low, 0]].concat().into()
    }

    #[test]
    fn channels_of_ddts_are_counted() {
        let config = DtsConfig::parse(DtsFormat::Core, &record(0x000f)).unwrap();
        assert_eq!((config.sampling_rate, config.channels), (48_000, 6));
        assert_eq!(config.frame_length, Some(512));
        let seven = DtsConfig::parse(DtsFormat::Lossless, &record(0x084b)).unwrap();
        assert_eq!(seven.channels, 8);
        assert!(DtsConfig::parse(DtsFormat::Hd, &record(0)).is_err());
        assert!(DtsConfig::parse(DtsFormat::Hd, &record(15).slice(..18)).is_err());
    }

    #[test]
    fn channels_of_udts_are_counted() {
        // Frames of 2048 samples, one presentation, 5.1.4, 48 kHz, not doubled.
        let record = Bytes::from_static(&[0b0000_0110, 0, 0, 0, 0x0f, 0x3f, 0x80]);
        let config = DtsConfig::parse_uhd(&record).unwrap();
        assert_eq!((config.sampling_rate, config.channels), (48_000, 10));
        assert_eq!((config.frame_length, config.channel_mask), (Some(2048), Some(0x0f3f)));
        assert!(DtsConfig::parse_uhd(&record.slice(..6)).is_err());
        assert!(DtsConfig::parse_uhd(&Bytes::from_static(&[0; 7])).is_err());
    }
}
