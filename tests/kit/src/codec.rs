//! Codec configurations.

use bytes::Bytes;
use dynpack_codec::{AacConfig, AudioCodec, AvcConfig, Codec, Video, VideoCodec};

/// A sequence parameter set of H.264 High, level 3.1: only the part that a packager reads.
pub const SPS: &[u8] = &[0x67, 0x64, 0, 0x1f];
/// A picture parameter set: only the part that a packager reads.
pub const PPS: &[u8] = &[0x68, 0xee];
/// The configuration record of [`SPS`] and [`PPS`].
pub const AVCC: &[u8] =
    &[1, 0x64, 0, 0x1f, 0xff, 0xe1, 0, 4, 0x67, 0x64, 0, 0x1f, 1, 0, 2, 0x68, 0xee];

/// AAC LC of 44.1 kHz and two channels.
pub const AAC_44_STEREO: &[u8] = &[0x12, 0x10];
/// AAC LC of 48 kHz and two channels.
pub const AAC_48_STEREO: &[u8] = &[0x11, 0x90];
/// AAC LC of 48 kHz and six channels.
pub const AAC_48_SURROUND: &[u8] = &[0x11, 0xb0];
/// HE-AAC of 48 kHz and two channels. Its core has half the rate.
pub const HE_AAC_48_STEREO: &[u8] = &[0x13, 0x10, 0x56, 0xe5, 0x98];

/// The configuration record (ISO/IEC 14496-15, 5.3.3.1) of these parameter sets, for samples whose
/// NAL units have lengths of `nal_length_size` bytes.
#[must_use]
pub fn avc_record(sps: &[u8], pps: &[u8], nal_length_size: u8) -> Vec<u8> {
    let set = |set: &[u8]| [&u16::try_from(set.len()).unwrap().to_be_bytes(), set].concat();
    let head = [1, sps[1], sps[2], sps[3], 0xfc | (nal_length_size - 1), 0xe1];
    [&head[..], &set(sps), &[1], &set(pps)].concat()
}

/// H.264 with that configuration record, width and height. Its parameter sets are in the record.
#[must_use]
pub fn avc(record: &[u8], (width, height): (u16, u16)) -> Codec {
    let config = AvcConfig::parse(Bytes::copy_from_slice(record), false).unwrap();
    Video::new(config, width, height).into()
}

/// AAC with that configuration.
#[must_use]
pub fn aac(config: &[u8]) -> Codec {
    AacConfig::parse(Bytes::copy_from_slice(config), 2).unwrap().into()
}

/// The configuration of H.264.
#[must_use]
pub fn avc_config(codec: &Codec) -> &AvcConfig {
    let Codec::Video(Video { codec: VideoCodec::Avc(config), .. }) = codec else {
        panic!("not H.264")
    };
    config
}

/// The configuration of AAC.
#[must_use]
pub fn aac_config(codec: &Codec) -> &AacConfig {
    let Codec::Audio(AudioCodec::Aac(config)) = codec else { panic!("not AAC") };
    config
}

/// Sampling rate and number of channels of audio.
#[must_use]
pub fn sampling(codec: &Codec) -> (u32, u8) {
    let audio = codec.audio().unwrap();
    (audio.sampling_rate(), audio.channels())
}

/// NAL units as in samples: each after its length in 4 bytes.
#[must_use]
pub fn with_lengths<U: AsRef<[u8]>>(units: impl IntoIterator<Item = U>) -> Vec<u8> {
    let mut sample = Vec::new();
    for unit in units {
        sample.extend(u32::try_from(unit.as_ref().len()).unwrap().to_be_bytes());
        sample.extend_from_slice(unit.as_ref());
    }
    sample
}
