//! ALAC: its magic cookie, as the box `alac` in a sample entry holds it (Apple, *Apple Lossless
//! Audio Codec*, `ALACMagicCookieDescription.txt`).

use bytes::{Buf, Bytes, TryGetError};

use crate::{Error, Malformed};

/// The configuration of a track of ALAC.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct AlacConfig {
    /// Sampling rate in Hz.
    pub sampling_rate: u32,
    /// Number of channels.
    pub channels: u8,
    /// The body of the box `alac`.
    pub record: Bytes,
}

impl AlacConfig {
    /// Reads the body of the box `alac`.
    ///
    /// # Errors
    /// [`Malformed::Configuration`] if it is cut short, or declares no channels or no rate.
    pub fn parse(record: Bytes) -> Result<Self, Error> {
        let malformed = |problem| Error::from(Malformed::Configuration { record: "alac", problem });
        let mut fields = record.clone();
        let (channels, sampling_rate) = read(&mut fields).map_err(|_| malformed("cut short"))?;
        if channels == 0 || sampling_rate == 0 {
            return Err(malformed("the number of channels or the sampling rate is zero"));
        }
        Ok(Self { sampling_rate, channels, record })
    }
}

/// Channels and rate, with the fields around them.
fn read(fields: &mut Bytes) -> Result<(u8, u32), TryGetError> {
    // Version and flags; the longest frame, a version, the depth and three parameters.
    fields.try_get_uint(4)?;
    fields.try_get_uint(8)?;
    fields.try_get_u8()?;
    let channels = fields.try_get_u8()?;
    // The longest run, the largest frame and the bitrate.
    fields.try_get_u16()?;
    fields.try_get_uint(8)?;
    Ok((channels, fields.try_get_u32()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The cookie of a real file: 44.1 kHz, mono, 24 bits.
    const RECORD: [u8; 28] = [
        0, 0, 0, 0, 0, 0, 0x10, 0, 0, 0x18, 0x28, 0x0a, 0x0e, 1, 0, 0, 0, 0, 0x30, 4, 0, 0x10,
        0x26, 0x60, 0, 0, 0xac, 0x44,
    ];

    #[test]
    fn records_are_read_or_refused() {
        let read = |record: &[u8]| {
            let config = AlacConfig::parse(Bytes::copy_from_slice(record)).ok()?;
            Some((config.sampling_rate, config.channels))
        };
        assert_eq!((read(&RECORD), read(&RECORD[..27])), (Some((44_100, 1)), None));
        assert_eq!(read(&[&RECORD[..13], &[0], &RECORD[14..]].concat()), None);
        assert_eq!(read(&[&RECORD[..24], &[0; 4]].concat()), None);
    }
}
