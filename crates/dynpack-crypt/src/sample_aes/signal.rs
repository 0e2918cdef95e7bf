//! How a transport stream signals that a stream is encrypted (3.0 of the specification).

use dynpack_codec::AacConfig;

use crate::Error;

/// `stream_type` of encrypted H.264.
pub const AVC_STREAM_TYPE: u8 = 0xdb;

/// `stream_type` of encrypted AAC in ADTS frames.
pub const AAC_STREAM_TYPE: u8 = 0xcf;

/// `private_data_indicator_descriptor` (ISO/IEC 13818-1, 2.6.28).
const PRIVATE_DATA_INDICATOR: u8 = 0x0f;
/// `registration_descriptor` (2.6.8).
const REGISTRATION: u8 = 0x05;

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
    let setup = &config.specific_config;
    let too_long = |_| Error::Unsupported(format!("a configuration of {} bytes", setup.len()));
    let audio_type = match config.object_type {
        HE_AAC => b"zach",
        HE_AAC_V2 => b"zacp",
        _ => b"zaac",
    };
    let mut out = vec![PRIVATE_DATA_INDICATOR, 4];
    out.extend(b"aacd");
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

    fn descriptors(config: &'static [u8]) -> Vec<u8> {
        aac_descriptors(&AacConfig::parse(Bytes::from_static(config), 2).unwrap()).unwrap()
    }

    #[test]
    fn descriptors_signal_the_coding() {
        assert_eq!(avc_descriptors(), b"\x0f\x04zavc");
        assert_eq!(descriptors(&[0x11, 0x90]), b"\x0f\x04aacd\x05\x0eapadzaac\0\0\x01\x02\x11\x90");
        assert_eq!(descriptors(&[0x2b, 0x11, 0x88, 0])[12..16], *b"zach");
        assert_eq!(descriptors(&[0xeb, 0x09, 0x88, 0])[12..16], *b"zacp");
    }
}
