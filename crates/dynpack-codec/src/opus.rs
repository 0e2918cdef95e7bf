//! Opus: the record `dOps` (*Encapsulation of Opus in ISO Base Media File Format*, 4.3.2).

use bytes::Bytes;

use crate::{Error, Malformed};

/// The configuration of a track of Opus.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct OpusConfig {
    /// Number of channels of the decoded sound.
    pub channels: u8,
    /// `ChannelMappingFamily` (RFC 7845, 5.1.1): 0 mono and stereo, 1 up to 7.1, or another.
    pub mapping_family: u8,
    /// The body of `dOps`.
    pub record: Bytes,
}

impl OpusConfig {
    /// Sampling rate of the decoded sound in Hz, whatever was encoded.
    pub const SAMPLING_RATE: u32 = 48_000;

    /// Reads the body of a `dOps` box.
    ///
    /// # Errors
    /// [`Malformed::Configuration`] if it is cut short, of another version, or has no channels.
    pub fn parse(record: Bytes) -> Result<Self, Error> {
        let malformed = |problem| Error::from(Malformed::Configuration { record: "dOps", problem });
        let Some([0, channels, _, _, _, _, _, _, _, _, mapping_family]) = record.first_chunk()
        else {
            return Err(malformed("cut short, or of another version"));
        };
        let (channels, mapping_family) = (*channels, *mapping_family);
        if channels == 0 || mapping_family == 0 && channels > 2 {
            return Err(malformed("the number of channels is none that its mapping allows"));
        }
        Ok(Self { channels, mapping_family, record })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_are_read_or_refused() {
        // The first is of a real file.
        let read = |record: &[u8]| {
            let config = OpusConfig::parse(Bytes::copy_from_slice(record)).ok()?;
            Some((config.channels, config.mapping_family))
        };
        assert_eq!(read(&[0, 2, 1, 0x38, 0, 0, 0xbb, 0x80, 0, 0, 0]), Some((2, 0)));
        let surround = [0, 6, 1, 0x38, 0, 0, 0xbb, 0x80, 0, 0, 1, 4, 2, 0, 4, 1, 2, 3, 5];
        assert_eq!((read(&surround), read(&surround[..10])), (Some((6, 1)), None));
        for record in [[1, 2, 0], [0, 0, 0], [0, 3, 0]] {
            let [version, channels, family] = record;
            assert_eq!(read(&[version, channels, 1, 0x38, 0, 0, 0, 0, 0, 0, family]), None);
        }
    }
}
