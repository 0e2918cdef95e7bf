//! Codec configurations.

use bytes::Bytes;
use dynpack_codec::{
    AacConfig, AudioCodec, Av1Config, AvcConfig, Codec, HevcConfig, Video, VideoCodec,
};

/// A sequence parameter set of H.264 High, level 3.1: only the part that a packager reads.
pub const SPS: &[u8] = &[0x67, 0x64, 0, 0x1f];
/// A picture parameter set: only the part that a packager reads.
pub const PPS: &[u8] = &[0x68, 0xee];
/// The configuration record of [`SPS`] and [`PPS`].
pub const AVCC: &[u8] =
    &[1, 0x64, 0, 0x1f, 0xff, 0xe1, 0, 4, 0x67, 0x64, 0, 0x1f, 1, 0, 2, 0x68, 0xee];

/// A video parameter set of HEVC Main, as x265 writes it.
pub const HEVC_VPS: &[u8] = &[
    0x40, 0x01, 0x0c, 0x01, 0xff, 0xff, 0x01, 0x60, 0x00, 0x00, 0x03, 0x00, 0x90, 0x00, 0x00, 0x03,
    0x00, 0x00, 0x03, 0x00, 0x1e, 0x95, 0x90, 0x09,
];
/// A sequence parameter set of HEVC Main, level 1, for pictures of 128 by 96 pixels.
pub const HEVC_SPS: &[u8] = &[
    0x42, 0x01, 0x01, 0x01, 0x60, 0x00, 0x00, 0x03, 0x00, 0x90, 0x00, 0x00, 0x03, 0x00, 0x00, 0x03,
    0x00, 0x1e, 0xa0, 0x10, 0x20, 0x61, 0x65, 0x95, 0x92, 0xaf, 0x2b, 0xc0, 0x5a, 0x02, 0x00, 0x00,
    0x03, 0x00, 0x02, 0x00, 0x00, 0x03, 0x00, 0x32, 0x10,
];
/// A picture parameter set of HEVC.
pub const HEVC_PPS: &[u8] = &[0x44, 0x01, 0xc1, 0x71, 0xa1, 0x12];

/// AAC LC of 44.1 kHz and two channels.
pub const AAC_44_STEREO: &[u8] = &[0x12, 0x10];
/// AAC LC of 48 kHz and two channels.
pub const AAC_48_STEREO: &[u8] = &[0x11, 0x90];
/// AAC LC of 48 kHz and six channels.
pub const AAC_48_SURROUND: &[u8] = &[0x11, 0xb0];
/// HE-AAC of 48 kHz and two channels. Its core has half the rate.
pub const HE_AAC_48_STEREO: &[u8] = &[0x13, 0x10, 0x56, 0xe5, 0x98];

/// The body of `dac3` of a real file: AC-3 of 48 kHz and 5.1 channels.
pub const AC3_SURROUND: &[u8] = &[0x0c, 0x3d, 0xc0];
/// The body of `dec3` of a real file: Enhanced AC-3 of 48 kHz and 5.1 channels, with 16 objects.
pub const EAC3_ATMOS: &[u8] = &[0x14, 0, 0x20, 0x0f, 0, 1, 0x10];
/// The body of `dOps` of a real file: Opus in stereo.
pub const OPUS_STEREO: &[u8] = &[0, 2, 1, 0x38, 0, 0, 0xbb, 0x80, 0, 0, 0];
/// The body of `dfLa` of a real file: FLAC of 44.1 kHz and two channels.
pub const FLAC_STEREO: &[u8] = b"\0\0\0\0\x80\0\0\x22\x12\0\x12\0\0\x02\x5e\0\x02\x5e\x0a\xc4\
    \x42\xf0\0\0\x08\x9d\xe9\x16\xab\x02\x13\x72\x81\x38\x6a\x28\x17\x4f\xe1\x1b\xff\xec";
/// The body of the inner `alac` of a real file: ALAC of 44.1 kHz and one channel.
pub const ALAC_MONO: &[u8] =
    b"\0\0\0\0\0\0\x10\0\0\x18\x28\x0a\x0e\x01\0\0\0\0\x30\x04\0\x10\x26\x60\0\0\xac\x44";
/// The body of `dac4` of a real file: AC-4 of 48 kHz in stereo.
pub const AC4_STEREO: &[u8] = b"\x20\xa4\x02\x40\0\0\0\x1f\xff\xff\xff\xe0\x02\x12\xf8\x80\0\0\
    \x42\0\0\x02\x50\x10\0\0\x03\x10\x99\x5b\xa0\x80\x01\x12\xf8\x80\0\0\
    \x42\0\0\x02\x50\x10\0\0\x03\x10\x99\x5b\x80\x80";
/// xHE-AAC of a real file: 44.1 kHz and one channel.
pub const XHE_AAC_MONO: &[u8] = b"\xf9\x48\x24\x21\x1c\xc0\x18\x50\0\x20\0\x97\x08\x47\x30\xb0";

/// The body of `dvc1`, made by the tables of SMPTE RP 2025. The headers are of a manifest that
/// Microsoft documents.
pub const VC1: &[u8] = b"\xc4\x40\0\xff\xff\xff\xff\x25\0\0\x01\x0f\xc3\x46\x0b\x50\x87\x8a\x0b\
    \x58\x21\xff\x87\x87\x80\x49\x08\0\x70\x47\x04\xdc\0\0\x01\x0e\x5a\x67\xf8\x40";
/// The body of `wfex`: WMA Professional of 44.1 kHz in stereo, by the same manifest.
pub const WMA_PRO: &[u8] = b"\x62\x01\x02\0\x44\xac\0\0\xe0\x2e\0\0\x6b\x11\x10\0\x12\0\
    \x10\0\x03\0\0\0\0\0\0\0\0\0\0\0\xe0\0\x42\xc0";

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

/// The configuration record (ISO/IEC 14496-15, 8.3.3.1) of HEVC Main, level 1, with these parameter
/// sets, for samples whose NAL units have lengths of 4 bytes.
#[must_use]
pub fn hevc_record(sets: &[&[u8]]) -> Vec<u8> {
    let head = [1, 1, 0x60, 0, 0, 0, 0x90, 0, 0, 0, 0, 0, 30, 0xf0, 0, 0xfc, 0xfd, 0xf8, 0xf8];
    let mut record = [&head[..], &[0, 0, 0x0f, u8::try_from(sets.len()).unwrap()]].concat();
    for set in sets {
        record.extend([0x80 | set[0] >> 1, 0, 1]);
        record.extend(u16::try_from(set.len()).unwrap().to_be_bytes());
        record.extend_from_slice(set);
    }
    record
}

/// HEVC Main, with pictures of 128 by 96 pixels. Its parameter sets are in the record.
#[must_use]
pub fn hevc() -> Codec {
    let record = hevc_record(&[HEVC_VPS, HEVC_SPS, HEVC_PPS]);
    Video::new(HevcConfig::parse(record.into(), false).unwrap(), 128, 96).into()
}

/// AV1 without a sequence header in its record.
#[must_use]
pub fn av1() -> Codec {
    let record = Bytes::from_static(&[0x81, 0, 0x0c, 0]);
    Video::new(Av1Config::parse(record).unwrap(), 640, 360).into()
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
