//! AAC as ADTS frames (ISO/IEC 14496-3, 1.A.2.2.1; ISO/IEC 13818-1, 2.11).
//!
//! The header describes the core layer alone: decoders find SBR and PS in the frames (implicit
//! signalling, 1.6.5.3), as they do in all HE-AAC in transport streams. It cannot signal frames of
//! 960 samples or object types above 4. Where a program config element describes the channels, it
//! is the first element of each frame (ISO/IEC 13818-7, 8.5.2.2), so that decoding can start at
//! any.

use bytes::Bytes;

use super::AacConfig;
use crate::{Error, Unsupported};

/// Bytes of a header without a CRC.
const HEADER_LEN: u32 = 7;

/// Maximum number of bytes of a frame with its header: `aac_frame_length` has 13 bits.
const MAX_LEN: u32 = (1 << 13) - 1;

/// Writes the headers of ADTS frames.
#[derive(Clone, Debug)]
pub struct Adts {
    /// Profile, rate and channels in their places of the 56 bits.
    fixed: u64,
    program_config: Bytes,
}

impl Adts {
    /// For a track of that configuration.
    ///
    /// # Errors
    /// [`Unsupported::Adts`] if the header cannot signal it.
    pub fn new(config: &AacConfig) -> Result<Self, Error> {
        let unsupported = |what: String| Error::from(Unsupported::Adts(what));
        let profile = match config.core_object_type {
            object_type @ 1..=4 => u64::from(object_type.saturating_sub(1)),
            object_type => return Err(unsupported(format!("audio object type {object_type}"))),
        };
        if config.frame_length != 1024 {
            return Err(unsupported(format!("frames of {} samples", config.frame_length)));
        }
        let channels = match config.channel_configuration {
            channels @ 1..=7 => u64::from(channels),
            0 if config.program_config.is_some() => 0,
            other => return Err(unsupported(format!("channel configuration {other}"))),
        };
        let rate = config.core_rate_index().map(u64::from);
        let rate = rate.ok_or_else(|| unsupported(format!("a rate of {} Hz", config.core_rate)))?;
        // Syncword, MPEG-4, layer 0, no CRC; then, after the length, a buffer fullness of "variable
        // bitrate".
        let fixed = 0xfff1 << 40 | profile << 38 | rate << 34 | channels << 30 | 0x7ff << 2;
        Ok(Self { fixed, program_config: config.program_config.clone().unwrap_or_default() })
    }

    /// The program config element that opens the body of each frame; often empty.
    #[must_use]
    pub fn program_config(&self) -> &[u8] {
        &self.program_config
    }

    /// Bytes of a frame before its sample: the header, and the program config element.
    #[must_use]
    pub fn overhead(&self) -> u32 {
        u32::try_from(self.program_config.len()).unwrap_or(u32::MAX).saturating_add(HEADER_LEN)
    }

    /// The maximum size of a sample that a frame holds.
    #[must_use]
    pub fn max_size(&self) -> u32 {
        MAX_LEN.saturating_sub(self.overhead())
    }

    /// Bytes of the frame of a sample of `size` bytes.
    ///
    /// # Errors
    /// [`Unsupported::AdtsFrame`] above [`max_size`](Self::max_size).
    pub fn frame_len(&self, size: u64) -> Result<u64, Error> {
        let len = size.checked_add(self.overhead().into());
        len.filter(|&len| len <= MAX_LEN.into()).ok_or_else(|| Unsupported::AdtsFrame(size).into())
    }

    /// The header of the frame of a sample of `size` bytes.
    ///
    /// # Errors
    /// [`Unsupported::AdtsFrame`] above [`max_size`](Self::max_size).
    pub fn header(&self, size: u64) -> Result<[u8; 7], Error> {
        let [_, header @ ..] = (self.fixed | self.frame_len(size)? << 13).to_be_bytes();
        Ok(header)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Bytes;

    fn adts(config: &'static [u8]) -> Result<Adts, Error> {
        Adts::new(&AacConfig::parse(Bytes::from_static(config), 2).unwrap())
    }

    fn header(config: &'static [u8], size: u64) -> [u8; 7] {
        adts(config).unwrap().header(size).unwrap()
    }

    #[test]
    fn the_header_is_that_of_other_muxers() {
        // AAC-LC, 48 kHz, stereo, 288 bytes, as ffmpeg 5.1 writes it.
        assert_eq!(header(&[0x11, 0x90], 288), [0xff, 0xf1, 0x4c, 0x80, 0x24, 0xff, 0xfc]);
    }

    #[test]
    fn he_aac_shows_its_core() {
        // HE-AAC of 48 kHz stereo over a core of 24 kHz; HE-AAC v2 over a core of one channel.
        assert_eq!(
            header(&[0x2b, 0x11, 0x88, 0x00], 93),
            [0xff, 0xf1, 0x58, 0x80, 0x0c, 0x9f, 0xfc]
        );
        assert_eq!(
            header(&[0xeb, 0x09, 0x88, 0x00], 93),
            [0xff, 0xf1, 0x58, 0x40, 0x0c, 0x9f, 0xfc]
        );
    }

    #[test]
    fn a_frame_holds_8191_bytes() {
        let adts = adts(&[0x11, 0x90]).unwrap();
        assert_eq!((adts.frame_len(8184), adts.max_size()), (Ok(8191), 8184));
        let refused = adts.frame_len(8185).unwrap_err();
        assert_eq!(refused.to_string(), "8185 bytes are more than an ADTS frame holds");
        assert!(adts.frame_len(u64::MAX).is_err());
    }

    #[test]
    fn what_the_header_cannot_say_is_refused() {
        let refused = |config| adts(config).unwrap_err().to_string();
        // 960 samples a frame; channels in a program config element; 7.1 as configuration 12; error
        // resilient AAC-LD (23); 50 kHz.
        assert!(refused(&[0x11, 0x94]).contains("frames of 960 samples"));
        assert!(refused(&[0x11, 0x80]).contains("channel configuration 0"));
        assert!(refused(&[0x11, 0xe0]).contains("channel configuration 12"));
        assert!(refused(&[0xb9, 0x90]).contains("audio object type 23"));
        assert!(refused(&[0x17, 0x80, 0x61, 0xa8, 0x10]).contains("a rate of 50000 Hz"));
    }
}
