//! AAC as ADTS frames (ISO/IEC 14496-3, 1.A.2.2.1; ISO/IEC 13818-1, 2.11).
//!
//! The header speaks of the core layer alone: decoders find SBR and PS in the frames (implicit
//! signalling, 1.6.5.3), as they do in all HE-AAC in transport streams. Frames of 960 samples,
//! object types above 4, and channels that a program config element describes have no place in it.

use dynpack_media::{AacConfig, Ticks, Timescale};

use super::carriage::{Carriage, Growth, Len};
use crate::Error;

/// Header without a CRC, in bytes.
const HEADER_LEN: u32 = 7;

/// What the 13 bits of `aac_frame_length` hold, header included.
const MOST_FRAME_LEN: u32 = (1 << 13) - 1;

#[derive(Debug)]
pub(super) struct Adts {
    /// Profile, rate and channels in their places of the 56 bits.
    fixed: u64,
    frame: (Ticks, Timescale),
}

impl Adts {
    pub(super) fn new(config: &AacConfig) -> Result<Self, Error> {
        let unsupported =
            |what: String| Error::Unsupported(format!("ADTS has no place for {what}"));
        let profile = match config.core_object_type {
            object_type @ 1..=4 => u64::from(object_type - 1),
            object_type => return Err(unsupported(format!("audio object type {object_type}"))),
        };
        if config.frame_length != 1024 {
            return Err(unsupported(format!("frames of {} samples", config.frame_length)));
        }
        let channels = match config.channel_configuration {
            channels @ 1..=7 => u64::from(channels),
            other => return Err(unsupported(format!("channel configuration {other}"))),
        };
        let known = config.core_rate_index().map(u64::from).zip(Timescale::new(config.core_rate));
        let (rate, clock) =
            known.ok_or_else(|| unsupported(format!("a rate of {} Hz", config.core_rate)))?;
        // Syncword, MPEG-4, layer 0, no CRC; then, behind the length, a buffer fullness of
        // "variable bitrate".
        let fixed = 0xfff1 << 40 | profile << 38 | rate << 34 | channels << 30 | 0x7ff << 2;
        Ok(Self { fixed, frame: (Ticks(1024), clock) })
    }
}

impl Carriage for Adts {
    fn stream_type(&self) -> u8 {
        0x0f
    }

    fn stream_id(&self) -> u8 {
        0xc0
    }

    fn frame(&self) -> Option<(Ticks, Timescale)> {
        Some(self.frame)
    }

    fn len_by_size(&self, size: u32, _: bool) -> Result<Len, String> {
        match size.checked_add(HEADER_LEN) {
            Some(len) if len <= MOST_FRAME_LEN => Ok(Len::Exactly(len.into())),
            _ => Err(format!("{size} bytes are more than an ADTS frame holds")),
        }
    }

    fn growth(&self) -> Option<Growth> {
        Some(Growth { every: HEADER_LEN.into(), sync: 0, most_size: MOST_FRAME_LEN - HEADER_LEN })
    }

    fn write(
        &self,
        sample: &[u8],
        is_sync: bool,
        out: &mut dyn FnMut(&[u8]),
    ) -> Result<(), String> {
        let size = u32::try_from(sample.len()).unwrap_or(u32::MAX);
        let len = self.len_by_size(size, is_sync)?.at_most();
        let [_, header @ ..] = (self.fixed | len << 13).to_be_bytes();
        out(&header);
        out(sample);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Bytes;

    fn adts(config: &'static [u8]) -> Result<Adts, Error> {
        Adts::new(&AacConfig::parse(Bytes::from_static(config), 2).unwrap())
    }

    fn header(config: &'static [u8], size: usize) -> Vec<u8> {
        let mut header = Vec::new();
        adts(config)
            .unwrap()
            .write(&vec![0; size], true, &mut |bytes| header.extend_from_slice(bytes))
            .unwrap();
        header.truncate(7);
        header
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
        assert_eq!(adts.len_by_size(8184, true), Ok(Len::Exactly(8191)));
        assert_eq!(
            adts.len_by_size(8185, true),
            Err("8185 bytes are more than an ADTS frame holds".into())
        );
        assert!(adts.len_by_size(u32::MAX, true).is_err());
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
