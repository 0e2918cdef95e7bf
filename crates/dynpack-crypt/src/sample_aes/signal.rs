//! How a transport stream signals that a stream is encrypted (3.0 of the specification).

use dynpack_codec::{AacConfig, Ac3Config, Eac3Config};

use crate::Error;

/// `stream_type` of encrypted H.264.
pub const AVC_STREAM_TYPE: u8 = 0xdb;

/// `stream_type` of encrypted AAC in ADTS frames.
pub const AAC_STREAM_TYPE: u8 = 0xcf;

/// `private_data_indicator_descriptor` (ISO/IEC 13818-1, 2.6.28).
const PRIVATE_DATA_INDICATOR: u8 = 0x0f;
/// `registration_descriptor` (2.6.8).
const REGISTRATION: u8 = 0x05;

/// `stream_type` of encrypted AC-3.
pub const AC3_STREAM_TYPE: u8 = 0xc1;

/// `stream_type` of encrypted Enhanced AC-3.
pub const EAC3_STREAM_TYPE: u8 = 0xc2;

/// The descriptors of encrypted H.264 in the PMT.
#[must_use]
pub fn avc_descriptors() -> Vec<u8> {
    [&[PRIVATE_DATA_INDICATOR, 4], &b"zavc"[..]].concat()
}

/// The descriptors of encrypted AAC in the PMT. They contain the configuration of the decoder,
/// which is not in the clear parts of frames (2.3.4).
///
/// # Errors
/// [`Error::Unsupported`] if the configuration is too long for a descriptor.
pub fn aac_descriptors(config: &AacConfig) -> Result<Vec<u8>, Error> {
    let audio_type = match config.object_type {
        HE_AAC => b"zach",
        HE_AAC_V2 => b"zacp",
        _ => b"zaac",
    };
    descriptors(b"aacd", audio_type, &config.specific_config)
}

/// The descriptors of encrypted AC-3 in the PMT. They contain the first ten bytes of a frame
/// (2.3.4), as far as `dac3` has them: the checksum and the levels are zero. Frames begin with the
/// same bytes in the clear.
///
/// # Errors
/// None that a configuration causes.
pub fn ac3_descriptors(config: &Ac3Config) -> Result<Vec<u8>, Error> {
    descriptors(b"ac3d", b"zac3", &config.frame_head())
}

/// The descriptors of encrypted Enhanced AC-3 in the PMT. They contain the body of `dec3` (2.3.4).
///
/// # Errors
/// [`Error::Unsupported`] if the configuration is too long for a descriptor.
pub fn eac3_descriptors(config: &Eac3Config) -> Result<Vec<u8>, Error> {
    descriptors(b"ec3d", b"zec3", &config.record)
}

fn descriptors(private: &[u8; 4], audio_type: &[u8; 4], setup: &[u8]) -> Result<Vec<u8>, Error> {
    let too_long = |_| Error::Unsupported(format!("a configuration of {} bytes", setup.len()));
    let mut out = vec![PRIVATE_DATA_INDICATOR, 4];
    out.extend(private);
    out.extend([
        REGISTRATION,
        u8::try_from(setup.len().saturating_add(SETUP_HEAD)).map_err(too_long)?,
    ]);
    out.extend(b"apad");
    out.extend(audio_type);
    // No priming; version 1; the length, which is shorter than that of the descriptor.
    out.extend([0, 0, 1, u8::try_from(setup.len()).map_err(too_long)?]);
    out.extend_from_slice(setup);
    Ok(out)
}

/// Audio object types (ISO/IEC 14496-3, 1.5.1.1).
const HE_AAC: u8 = 5;
const HE_AAC_V2: u8 = 29;

/// Bytes of a registration descriptor before the configuration.
const SETUP_HEAD: usize = 12;

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;

    fn of_aac(config: &'static [u8]) -> Vec<u8> {
        aac_descriptors(&AacConfig::parse(Bytes::from_static(config), 2).unwrap()).unwrap()
    }

    #[test]
    fn descriptors_signal_the_coding() {
        assert_eq!(avc_descriptors(), b"\x0f\x04zavc");
        assert_eq!(of_aac(&[0x11, 0x90]), b"\x0f\x04aacd\x05\x0eapadzaac\0\0\x01\x02\x11\x90");
        assert_eq!(of_aac(&[0x2b, 0x11, 0x88, 0])[12..16], *b"zach");
        assert_eq!(of_aac(&[0xeb, 0x09, 0x88, 0])[12..16], *b"zacp");
        let dac3 = Bytes::from_static(&[0x0c, 0x3d, 0xc0]);
        assert_eq!(
            ac3_descriptors(&Ac3Config::parse(dac3).unwrap()).unwrap(),
            b"\x0f\x04ac3d\x05\x16apadzac3\0\0\x01\x0a\x0b\x77\0\0\x1c\x30\xe1\0\0\0"
        );
        let dec3 = Bytes::from_static(&[0x14, 0, 0x20, 0x0f, 0]);
        assert_eq!(
            eac3_descriptors(&Eac3Config::parse(dec3, 0).unwrap()).unwrap(),
            b"\x0f\x04ec3d\x05\x11apadzec3\0\0\x01\x05\x14\0\x20\x0f\0"
        );
    }
}
