//! Audio whose frames transport streams carry as MP4 files store them, and Opus, whose packets get
//! a header.

use dynpack_codec::ac3::{self, syncframes};
use dynpack_codec::{AudioCodec, DtsConfig, DtsFormat, OpusConfig};
use dynpack_media::{Ticks, Time, Timescale};

use super::elementary::{Carriage, Growth, Len};
use crate::Error;

/// `stream_id` of the PES packets (ISO/IEC 13818-1, table 2-22): MPEG audio, and private streams.
const MPEG_AUDIO: u8 = 0xc0;
const PRIVATE_STREAM_1: u8 = 0xbd;

/// Audio whose frames are carried as they are.
pub(super) struct Frames {
    stream_type: u8,
    stream_id: u8,
    descriptors: Vec<u8>,
    frame: Option<Time>,
    units: Units,
}

/// What a sample consists of.
#[derive(Clone, Copy)]
enum Units {
    /// One frame.
    Frame,
    /// Syncframes of Enhanced AC-3.
    Syncframes,
}

impl Frames {
    /// How a codec is carried, if its frames are carried as they are; `None` for others.
    ///
    /// AC-3 and Enhanced AC-3 have the types of ATSC A/53-3 and A/52-G, as Apple wants them. DTS
    /// has that of Blu-ray, which ffmpeg reads, and the registration of ETSI TS 101 154, F.4.
    pub(super) fn new(audio: &AudioCodec) -> Option<Self> {
        let (stream_type, stream_id, descriptors, units) = match audio {
            AudioCodec::Ac3(_) => (0x81, PRIVATE_STREAM_1, registration(*b"AC-3"), Units::Frame),
            AudioCodec::Eac3(_) => {
                (0x87, PRIVATE_STREAM_1, registration(*b"EAC3"), Units::Syncframes)
            }
            AudioCodec::Mp3(mp3) if mp3.is_mpeg_1() => (0x03, MPEG_AUDIO, Vec::new(), Units::Frame),
            AudioCodec::Mp3(_) => (0x04, MPEG_AUDIO, Vec::new(), Units::Frame),
            AudioCodec::Dts(dts) if dts.format != DtsFormat::Uhd => {
                (0x8a, PRIVATE_STREAM_1, dts_registration(dts), Units::Frame)
            }
            AudioCodec::Aac(_)
            | AudioCodec::Ac4(_)
            | AudioCodec::Dts(_)
            | AudioCodec::Opus(_)
            | AudioCodec::Flac(_)
            | AudioCodec::Alac(_)
            | AudioCodec::Wma(_) => return None,
        };
        let frame = frame(audio);
        Some(Self { stream_type, stream_id, descriptors, frame, units })
    }
}

/// How long a frame lasts, where all last equally long.
fn frame(audio: &AudioCodec) -> Option<Time> {
    let length = match audio {
        // ffmpeg counts on wrongly from a frame at half or a quarter of the usual rates.
        AudioCodec::Ac3(ac3) if ac3.sampling_rate < 32_000 => None,
        AudioCodec::Ac3(_) | AudioCodec::Eac3(_) => Some(ac3::FRAME_LENGTH),
        AudioCodec::Mp3(mp3) => Some(mp3.frame_length()),
        AudioCodec::Dts(dts) => dts.frame_length,
        AudioCodec::Aac(_)
        | AudioCodec::Ac4(_)
        | AudioCodec::Opus(_)
        | AudioCodec::Flac(_)
        | AudioCodec::Alac(_)
        | AudioCodec::Wma(_) => None,
    };
    let clock = Timescale::new(audio.sampling_rate())?;
    length.map(|length| Time::new(Ticks(length.into()), clock))
}

/// The registration of frames of that length.
fn dts_registration(dts: &DtsConfig) -> Vec<u8> {
    match dts.frame_length {
        Some(512) => registration(*b"DTS1"),
        Some(1024) => registration(*b"DTS2"),
        Some(2048) => registration(*b"DTS3"),
        _ => Vec::new(),
    }
}

/// A `registration_descriptor` (ISO/IEC 13818-1, 2.6.8) with that `format_identifier`.
fn registration(format: [u8; 4]) -> Vec<u8> {
    [&[0x05, 4], &format[..]].concat()
}

impl Carriage for Frames {
    fn stream_type(&self) -> u8 {
        self.stream_type
    }

    fn descriptors(&self) -> Vec<u8> {
        self.descriptors.clone()
    }

    fn stream_id(&self) -> u8 {
        self.stream_id
    }

    fn frame(&self) -> Option<Time> {
        self.frame
    }

    fn len_by_size(&self, size: u32, _: bool) -> Result<Len, dynpack_codec::Error> {
        Ok(Len::Exactly(size.into()))
    }

    fn growth(&self) -> Option<Growth> {
        self.frame.map(|_| Growth { every: 0, sync: 0, max_size: u32::MAX })
    }

    fn write(
        &self,
        sample: &[u8],
        _: bool,
        out: &mut dyn FnMut(&[u8]),
    ) -> Result<(), dynpack_codec::Error> {
        match self.units {
            Units::Frame => out(sample),
            Units::Syncframes => {
                for syncframe in syncframes(sample) {
                    out(syncframe?);
                }
            }
        }
        Ok(())
    }
}

/// Opus packets, each after a control header (*Opus in MPEG-2 transport streams*, as ffmpeg, VLC
/// and GStreamer read and write it).
pub(super) struct Opus {
    descriptors: Vec<u8>,
}

/// The prefix of a control header, without trims or extensions.
const CONTROL: [u8; 2] = [0x7f, 0xe0];

/// A descriptor of an extension of DVB, and the number that Opus has there.
const EXTENSION_DESCRIPTOR: u8 = 0x7f;
const OPUS_EXTENSION: u8 = 0x80;

impl Opus {
    /// How a track is carried.
    ///
    /// # Errors
    /// [`Error::Unsupported`] for channels that the descriptor has no code for.
    pub(super) fn new(config: &OpusConfig) -> Result<Self, Error> {
        // The usual layouts of up to eight channels are coded by their number.
        let code = match (config.mapping_family, config.channels) {
            (0, channels) | (1, channels @ 1..=8) => channels,
            (family, channels) => {
                return Err(Error::Unsupported(format!(
                    "Opus of {channels} channels by the mapping family {family}"
                )));
            }
        };
        let extension = [EXTENSION_DESCRIPTOR, 2, OPUS_EXTENSION, code];
        Ok(Self { descriptors: [&registration(*b"Opus")[..], &extension].concat() })
    }
}

impl Carriage for Opus {
    fn stream_type(&self) -> u8 {
        // Private data in PES packets.
        0x06
    }

    fn descriptors(&self) -> Vec<u8> {
        self.descriptors.clone()
    }

    fn stream_id(&self) -> u8 {
        PRIVATE_STREAM_1
    }

    fn frame(&self) -> Option<Time> {
        None
    }

    fn len_by_size(&self, size: u32, _: bool) -> Result<Len, dynpack_codec::Error> {
        let size = u64::from(size);
        Ok(Len::Exactly((size / 255).saturating_add(size).saturating_add(3)))
    }

    fn growth(&self) -> Option<Growth> {
        None
    }

    fn write(
        &self,
        sample: &[u8],
        _: bool,
        out: &mut dyn FnMut(&[u8]),
    ) -> Result<(), dynpack_codec::Error> {
        out(&CONTROL);
        let rest = u8::try_from(sample.len() % 255).expect("less than 255");
        out(&[&vec![0xff; sample.len() / 255][..], &[rest]].concat());
        out(sample);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use dynpack_codec::{Ac3Config, Codec, Eac3Config, FlacConfig, Mp3Config};
    use dynpack_testkit::codec::FLAC_STEREO;

    use super::super::carriage::carriage;
    use super::*;

    fn written(codec: &Codec, sample: &[u8]) -> Result<Vec<Vec<u8>>, String> {
        let carriage = carriage(codec).map_err(|error| error.to_string())?;
        let mut pieces = Vec::new();
        let size = u32::try_from(sample.len()).unwrap();
        carriage
            .write(sample, true, &mut |piece| pieces.push(piece.to_vec()))
            .map_err(|error| error.to_string())?;
        let len = pieces.iter().map(|piece| piece.len() as u64).sum();
        assert_eq!(carriage.len_by_size(size, true).unwrap(), Len::Exactly(len));
        Ok(pieces)
    }

    fn opus(channels: u8, family: u8) -> Codec {
        let record = [0, channels, 0, 0, 0, 0, 0xbb, 0x80, 0, 0, family];
        OpusConfig::parse(Bytes::copy_from_slice(&record)).unwrap().into()
    }

    #[test]
    fn streams_are_named_as_readers_expect() {
        let ac3 = Ac3Config::parse(Bytes::from_static(&[0x0c, 0x3d, 0xc0])).unwrap();
        let eac3 = Eac3Config::parse(Bytes::from_static(&[0x14, 0, 0x20, 0x0f, 0]), 0).unwrap();
        let dts = DtsConfig::of_object_type(0xa9, 48_000, 6).unwrap();
        let cases: [(Codec, u8, u8, &[u8]); 6] = [
            (ac3.into(), 0x81, 0xbd, b"\x05\x04AC-3"),
            (eac3.into(), 0x87, 0xbd, b"\x05\x04EAC3"),
            (dts.into(), 0x8a, 0xbd, b""),
            (Mp3Config::new(0x6b, 44_100, 2).into(), 0x03, 0xc0, b""),
            (Mp3Config::new(0x69, 22_050, 2).into(), 0x04, 0xc0, b""),
            (opus(2, 0), 0x06, 0xbd, b"\x05\x04Opus\x7f\x02\x80\x02"),
        ];
        for (codec, stream_type, stream_id, descriptors) in cases {
            let carriage = carriage(&codec).unwrap();
            assert_eq!((carriage.stream_type(), carriage.stream_id()), (stream_type, stream_id));
            assert_eq!(carriage.descriptors(), descriptors, "{codec:?}");
        }
    }

    #[test]
    fn packets_of_opus_have_their_size_before_them() {
        let sizes =
            [(0, vec![0]), (254, vec![254]), (255, vec![255, 0]), (600, vec![255, 255, 90])];
        for (size, coded) in sizes {
            let sample = vec![7; size];
            let pieces = written(&opus(2, 0), &sample).unwrap();
            assert_eq!(pieces, [vec![0x7f, 0xe0], coded, sample]);
        }
        let refused = written(&opus(4, 2), &[]).unwrap_err();
        let reason = "Opus of 4 channels by the mapping family 2";
        assert!(refused.ends_with(reason), "{refused}");
        let flac = FlacConfig::parse(Bytes::from_static(FLAC_STEREO)).unwrap().into();
        let refused = written(&flac, &[]).unwrap_err();
        assert!(refused.ends_with("transport streams have no place for fLaC"), "{refused}");
    }

    #[test]
    fn each_syncframe_is_a_piece() {
        let dec3 = Bytes::from_static(&[0x14, 0, 0x20, 0x0f, 0x02, 0x02]);
        let codec = Codec::from(Eac3Config::parse(dec3, 0).unwrap());
        let (independent, dependent) = ([0x0b, 0x77, 0, 1], [0x0b, 0x77, 0x40, 2, 9, 9]);
        let sample = [&independent[..], &dependent].concat();
        assert_eq!(written(&codec, &sample).unwrap(), [&independent[..], &dependent]);
        let refused = written(&codec, sample.get(..9).unwrap()).unwrap_err();
        assert_eq!(refused, "byte 4 of a sample of 9 starts no syncframe that ends in it");
    }
}
