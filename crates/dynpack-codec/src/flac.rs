//! FLAC: the record `dfLa` (*Encapsulation of FLAC in ISO Base Media File Format*, 3.3.2) with its
//! `STREAMINFO` (RFC 9639, 8.2).

use bytes::Bytes;

use crate::bits::Bits;
use crate::{Error, Malformed};

/// The configuration of a track of FLAC.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct FlacConfig {
    /// Sampling rate in Hz.
    pub sampling_rate: u32,
    /// Number of channels.
    pub channels: u8,
    /// The body of `dfLa`.
    pub record: Bytes,
}

/// Type and length of the first block, whichever blocks follow.
const STREAM_INFO: u32 = 0;
const STREAM_INFO_LEN: u32 = 34;

/// Bits after the number of channels: the size and the number of samples, and the hash.
const REST: u32 = 5 + 36 + 128;

impl FlacConfig {
    /// Reads the body of a `dfLa` box.
    ///
    /// # Errors
    /// [`Malformed::Configuration`] if it does not start with a whole `STREAMINFO`, or that
    /// declares no rate.
    pub fn parse(record: Bytes) -> Result<Self, Error> {
        let malformed = |problem| Error::from(Malformed::Configuration { record: "dfLa", problem });
        let mut bits = Bits::new(&record);
        let (sampling_rate, channels) =
            read(&mut bits).ok_or_else(|| malformed("it does not start with STREAMINFO"))?;
        if sampling_rate == 0 {
            return Err(malformed("the sampling rate is zero"));
        }
        Ok(Self { sampling_rate, channels, record })
    }
}

/// Rate and channels. Version, flags, and sizes of blocks and frames come before them.
fn read(bits: &mut Bits<'_>) -> Option<(u32, u8)> {
    bits.unsigned(32)?;
    bits.flag()?;
    let (kind, len) = (bits.unsigned(7)?, bits.unsigned(24)?);
    for _ in 0..10 {
        bits.unsigned(8)?;
    }
    let (rate, channels) = (bits.unsigned(20)?, bits.unsigned(3)?.checked_add(1)?);
    bits.skip(REST)?;
    let channels = u8::try_from(channels).ok()?;
    (kind == STREAM_INFO && len == STREAM_INFO_LEN).then_some((rate, channels))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The record of a real file with another hash: 44.1 kHz, mono, 16 bits.
    const RECORD: &[u8; 42] = &[
        0, 0, 0, 0, 0x80, 0, 0, 0x22, 0x12, 0, 0x12, 0, 0, 3, 0x1e, 0, 5, 0x25, 0x0a, 0xc4, 0x40,
        0xf0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16,
    ];

    #[test]
    fn records_are_read_or_refused() {
        let read = |at: usize, value: u8| {
            let mut record = RECORD.to_vec();
            record[at] = value;
            let config = FlacConfig::parse(record.into()).ok()?;
            Some((config.sampling_rate, config.channels))
        };
        assert_eq!(read(0, 0), Some((44_100, 1)));
        assert_eq!(read(20, 0x42), Some((44_100, 2)));
        // Another block, another length, and no rate.
        assert_eq!((read(4, 0x81), read(7, 0x21)), (None, None));
        assert!((0..42).all(|len| FlacConfig::parse(Bytes::from_static(&RECORD[..len])).is_err()));
        let silent = [&RECORD[..18], &[0; 4], &RECORD[22..]].concat();
        assert!(FlacConfig::parse(silent.into()).is_err());
    }
}
