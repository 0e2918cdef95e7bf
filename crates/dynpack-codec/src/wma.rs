//! Windows Media Audio: the structure `WAVEFORMATEX`, as the box `wfex` in a sample entry holds it
//! (Microsoft, *Protected Interoperable File Format* 1.1).

use bytes::{Buf, Bytes, TryGetError};

use crate::{Error, Malformed};

/// The configuration of a track of Windows Media Audio.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct WmaConfig {
    /// Which of its codecs it is.
    pub version: WmaVersion,
    /// Sampling rate in Hz.
    pub sampling_rate: u32,
    /// Number of channels.
    pub channels: u8,
    /// Bytes of a packet (`nBlockAlign`).
    pub packet_size: u16,
    /// Bits of a sample of a channel.
    pub bits: u16,
    /// What the codec adds to the structure.
    pub extra: Bytes,
}

/// A codec of Windows Media Audio.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WmaVersion {
    /// Windows Media Audio 2, which is also called Standard.
    Standard,
    /// Windows Media Audio 9 Professional.
    Professional,
}

impl WmaVersion {
    /// Its format tag (`wFormatTag`).
    #[must_use]
    pub const fn format_tag(self) -> u16 {
        match self {
            Self::Standard => 0x161,
            Self::Professional => 0x162,
        }
    }

    /// Its name in manifests of Smooth Streaming (`FourCC`).
    #[must_use]
    pub const fn four_cc(self) -> &'static str {
        match self {
            Self::Standard => "WMA2",
            Self::Professional => "WMAP",
        }
    }
}

impl WmaConfig {
    /// Reads the body of a `wfex` box.
    ///
    /// # Errors
    /// [`Malformed::Configuration`] if it is cut short, of another codec, or declares no channels
    /// or no rate.
    pub fn parse(record: Bytes) -> Result<Self, Error> {
        let malformed = |problem| Error::from(Malformed::Configuration { record: "wfex", problem });
        let (tag, config) = read(record).map_err(|_| malformed("cut short"))?;
        let version = [WmaVersion::Standard, WmaVersion::Professional]
            .into_iter()
            .find(|version| version.format_tag() == tag)
            .ok_or_else(|| malformed("the codec is neither WMA 2 nor WMA Professional"))?;
        if config.channels == 0 || config.sampling_rate == 0 {
            return Err(malformed("the number of channels or the sampling rate is zero"));
        }
        Ok(Self { version, ..config })
    }
}

/// The format tag and the fields, which all have their lowest byte first.
fn read(mut fields: Bytes) -> Result<(u16, WmaConfig), TryGetError> {
    let (tag, channels) = (fields.try_get_u16_le()?, fields.try_get_u16_le()?);
    let sampling_rate = fields.try_get_u32_le()?;
    // Bytes a second.
    fields.try_get_u32_le()?;
    let (packet_size, bits) = (fields.try_get_u16_le()?, fields.try_get_u16_le()?);
    let extra_len = usize::from(fields.try_get_u16_le()?);
    if extra_len > fields.len() {
        return Err(TryGetError { requested: extra_len, available: fields.len() });
    }
    let config = WmaConfig {
        version: WmaVersion::Standard,
        sampling_rate,
        channels: u8::try_from(channels).unwrap_or_default(),
        packet_size,
        bits,
        extra: fields.split_to(extra_len),
    };
    Ok((tag, config))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// WMA Professional of 44.1 kHz in stereo, as a manifest that Microsoft documents has it.
    const RECORD: &[u8] = b"\x62\x01\x02\0\x44\xac\0\0\xe0\x2e\0\0\x6b\x11\x10\0\x12\0\
        \x10\0\x03\0\0\0\0\0\0\0\0\0\0\0\xe0\0\x42\xc0";

    #[test]
    fn records_are_read_or_refused() {
        let read = |record: &[u8]| WmaConfig::parse(Bytes::copy_from_slice(record));
        let config = read(RECORD).unwrap();
        assert_eq!((config.sampling_rate, config.channels), (44_100, 2));
        assert_eq!((config.packet_size, config.bits), (4_459, 16));
        assert_eq!((config.version, config.extra), (WmaVersion::Professional, RECORD[18..].into()));
        let with = |at: usize, byte: u8| {
            let mut record = RECORD.to_vec();
            record[at] = byte;
            record
        };
        for (record, problem) in [
            (RECORD[..35].to_vec(), "cut short"),
            (RECORD[..17].to_vec(), "cut short"),
            (with(0, 0x63), "neither WMA 2 nor WMA Professional"),
            (with(2, 0), "the sampling rate is zero"),
            (with(3, 1), "the sampling rate is zero"),
        ] {
            assert!(read(&record).unwrap_err().to_string().ends_with(problem), "{problem}");
        }
    }
}
