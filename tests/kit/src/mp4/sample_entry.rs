//! Sample entries (ISO/IEC 14496-12, 8.5.2).

use dynpack_codec::{AudioCodec, Codec, Video, VideoCodec};

use super::{boxed, full};
use crate::codec;

/// The sample entry of a track with that codec.
#[must_use]
pub fn sample_entry(codec: &Codec) -> Vec<u8> {
    match codec {
        Codec::Video(video @ Video { codec: VideoCodec::Avc(avc), .. }) => {
            visual(b"avc1", video.dimensions(), &boxed(b"avcC", &avc.record))
        }
        Codec::Video(video @ Video { codec: VideoCodec::Hevc(hevc), .. }) => {
            visual(b"hvc1", video.dimensions(), &boxed(b"hvcC", &hevc.record))
        }
        Codec::Video(video @ Video { codec: VideoCodec::Av1(av1), .. }) => {
            visual(b"av01", video.dimensions(), &boxed(b"av1C", &av1.record))
        }
        Codec::Video(video @ Video { codec: VideoCodec::Vpx(vpx), .. }) => {
            let kind = vpx.sample_entry().as_bytes().try_into().unwrap();
            visual(kind, video.dimensions(), &full(b"vpcC", 1, 0, &vpx.record))
        }
        Codec::Video(video @ Video { codec: VideoCodec::Vc1(vc1), .. }) => {
            visual(b"vc-1", video.dimensions(), &boxed(b"dvc1", &vc1.record))
        }
        Codec::Text => panic!("text has no samples"),
        Codec::Audio(audio) => match audio {
            AudioCodec::Aac(aac) => mp4a(&aac.specific_config),
            AudioCodec::Ac3(ac3) => audio_entry(b"ac-3", b"dac3", &ac3.record),
            AudioCodec::Eac3(eac3) => audio_entry(b"ec-3", b"dec3", &eac3.record),
            AudioCodec::Ac4(ac4) => audio_entry(b"ac-4", b"dac4", &ac4.record),
            AudioCodec::Opus(opus) => audio_entry(b"Opus", b"dOps", &opus.record),
            AudioCodec::Flac(flac) => audio_entry(b"fLaC", b"dfLa", &flac.record),
            AudioCodec::Alac(alac) => audio_entry(b"alac", b"alac", &alac.record),
            AudioCodec::Mp3(mp3) => sound(0, &[], &esds(mp3.object_type, &[])),
            AudioCodec::Wma(_) => audio_entry(b"wma ", b"wfex", codec::WMA_PRO),
            AudioCodec::Dts(dts) => sound(0, &[], &esds(dts.object_type.unwrap(), &[])),
        },
    }
}

/// A sample entry of H.264, 640 by 360.
#[must_use]
pub fn avc1(kind: &[u8; 4], record: &[u8]) -> Vec<u8> {
    visual(kind, (640, 360), &boxed(b"avcC", record))
}

/// A sample entry of video with that width and height, and these boxes at the end.
#[must_use]
pub fn visual(kind: &[u8; 4], (width, height): (u16, u16), boxes: &[u8]) -> Vec<u8> {
    let mut body = vec![0; 78];
    body[7] = 1;
    body[24..26].copy_from_slice(&width.to_be_bytes());
    body[26..28].copy_from_slice(&height.to_be_bytes());
    body.extend(boxes);
    boxed(kind, &body)
}

/// An `esds` with this object type indication and configuration.
#[must_use]
pub fn esds(object_type: u8, config: &[u8]) -> Vec<u8> {
    let descriptor = |tag: u8, body: &[u8]| {
        let len = u32::try_from(body.len()).unwrap();
        let bits = |shift: u32| u8::try_from(len >> shift & 0x7f).unwrap();
        let len = [0x80 | bits(21), 0x80 | bits(14), 0x80 | bits(7), bits(0)];
        [&[tag][..], &len, body].concat()
    };
    let specific = descriptor(5, config);
    let decoder = descriptor(
        4,
        &[&[object_type, 0x15, 0, 0, 0, 0, 1, 0xf4, 0, 0, 1, 0xf4, 0][..], &specific].concat(),
    );
    let stream = descriptor(3, &[&[0, 0, 0][..], &decoder, &descriptor(6, &[2])].concat());
    full(b"esds", 0, 0, &stream)
}

/// The fixed part of a sound description of this version, in stereo at 48 kHz, with the fields of
/// QuickTime after it.
#[must_use]
pub fn sound(version: u8, more: &[u8], boxes: &[u8]) -> Vec<u8> {
    sound_of_kind(b"mp4a", version, more, boxes)
}

/// A sample entry of that kind, in stereo at 48 kHz, with a configuration in a box.
#[must_use]
pub fn audio_entry(kind: &[u8; 4], config_kind: &[u8; 4], config: &[u8]) -> Vec<u8> {
    sound_of_kind(kind, 0, &[], &boxed(config_kind, config))
}

/// The same as [`sound`] for an entry of that kind.
#[must_use]
pub fn sound_of_kind(kind: &[u8; 4], version: u8, more: &[u8], boxes: &[u8]) -> Vec<u8> {
    let mut body = vec![0; 28];
    (body[7], body[9], body[17], body[19]) = (1, version, 2, 16);
    body[24..26].copy_from_slice(&48_000_u16.to_be_bytes());
    boxed(kind, &[&body, more, boxes].concat())
}

/// A sample entry of AAC.
#[must_use]
pub fn mp4a(config: &[u8]) -> Vec<u8> {
    sound(0, &[], &esds(0x40, config))
}
