//! FLV tags (E.4).

use bytes::{BufMut, Bytes};
use dynpack_codec::{AudioCodec, Codec, Mp3Config, Video, VideoCodec};

use super::times::Times;
use crate::Error;

/// Type, size, time and stream id before the data of a tag, and the size of all that after it.
const AROUND_LEN: u64 = 11 + 4;

/// The largest data of a tag: 24 bits.
const MAX_DATA: u32 = (1 << 24) - 1;

/// Whether a tag holds the configuration of the codec or a sample (`AVCPacketType`,
/// `AACPacketType`).
#[derive(Clone, Copy)]
enum Packet {
    Configuration = 0,
    Sample = 1,
}

/// `CodecID` of H.264 (E.4.3.1).
const AVC: u8 = 7;

/// `SoundFormat` of AAC, with 44 kHz, 16 bits and stereo, whatever the configuration says: it alone
/// counts (E.4.2.1).
const AAC: u8 = 0xaf;

/// How a codec is carried.
#[derive(Clone, Copy, Debug)]
pub(super) enum Carriage {
    Video {
        codec: u8,
    },
    Aac,
    /// MP3, whose frames declare themselves, after this head of their tags.
    Mp3 {
        head: u8,
    },
}

impl Carriage {
    /// How that codec is carried, and its configuration, if it has one. The one list of codecs that
    /// FLV carries.
    ///
    /// # Errors
    /// [`Error::Unsupported`] if FLV does not support it.
    pub(super) fn of(codec: &Codec) -> Result<(Self, Option<Bytes>), Error> {
        match codec {
            Codec::Video(Video { codec: VideoCodec::Avc(avc), .. }) => {
                Ok((Self::Video { codec: AVC }, Some(avc.record.clone())))
            }
            Codec::Audio(AudioCodec::Aac(aac)) if !aac.is_usac() => {
                Ok((Self::Aac, Some(aac.specific_config.clone())))
            }
            Codec::Audio(AudioCodec::Mp3(mp3)) => Ok((Self::Mp3 { head: mp3_head(mp3)? }, None)),
            Codec::Video(_)
            | Codec::Text
            | Codec::Audio(
                AudioCodec::Aac(_)
                | AudioCodec::Ac3(_)
                | AudioCodec::Eac3(_)
                | AudioCodec::Ac4(_)
                | AudioCodec::Dts(_)
                | AudioCodec::Opus(_)
                | AudioCodec::Flac(_)
                | AudioCodec::Alac(_)
                | AudioCodec::Wma(_),
            ) => Err(Error::Unsupported(format!("FLV does not support {}", codec.rfc6381()))),
        }
    }

    /// Bytes of a tag with so many bytes of a sample or configuration; `None` if that is too much
    /// for one.
    pub(super) fn tag_len(self, size: u64) -> Option<u64> {
        self.data_len(size).map(|len| u64::from(len).saturating_add(AROUND_LEN))
    }

    /// Bytes of the data of a tag; `None` if that is too much for one.
    fn data_len(self, size: u64) -> Option<u32> {
        let len = u32::try_from(size.saturating_add(self.prefix_len())).ok()?;
        (len <= MAX_DATA).then_some(len)
    }

    /// Writes the tag of a configuration.
    pub(super) fn put_configuration(self, decode: u32, configuration: &[u8], out: &mut Vec<u8>) {
        self.put(Packet::Configuration, true, Times { decode, offset: 0 }, configuration, out);
    }

    /// Writes the tag of a sample.
    pub(super) fn put_sample(self, is_sync: bool, times: Times, sample: &[u8], out: &mut Vec<u8>) {
        self.put(Packet::Sample, is_sync, times, sample, out);
    }

    fn put(self, packet: Packet, is_sync: bool, times: Times, bytes: &[u8], out: &mut Vec<u8>) {
        let size = self.data_len(bytes.len() as u64).expect("checked by `tag_len`");
        out.put_u8(self.tag_type());
        out.put_uint(size.into(), 3);
        out.put_uint((times.decode & 0xff_ffff).into(), 3);
        out.put_uint((times.decode >> 24).into(), 1);
        out.put_uint(0, 3); // stream id
        self.put_prefix(packet, is_sync, times.offset, out);
        out.put_slice(bytes);
        out.put_u32(size.saturating_add(11));
    }

    const fn tag_type(self) -> u8 {
        match self {
            Self::Video { .. } => 9,
            Self::Aac | Self::Mp3 { .. } => 8,
        }
    }

    const fn prefix_len(self) -> u64 {
        match self {
            Self::Video { .. } => 5,
            Self::Aac => 2,
            Self::Mp3 { .. } => 1,
        }
    }

    /// The head of `VIDEODATA` (E.4.3.1) or `AUDIODATA` (E.4.2.1).
    fn put_prefix(self, packet: Packet, is_sync: bool, offset: u32, out: &mut Vec<u8>) {
        match self {
            Self::Video { codec } => {
                // Key frame or inter frame.
                out.put_u8(if is_sync { 0x10 } else { 0x20 } | codec);
                out.put_u8(packet as u8);
                out.put_uint(offset.into(), 3);
            }
            Self::Aac => {
                out.put_u8(AAC);
                out.put_u8(packet as u8);
            }
            Self::Mp3 { head } => out.put_u8(head),
        }
    }
}

/// `SoundFormat`, `SoundRate`, `SoundSize` and `SoundType` of MP3 (E.4.2.1).
fn mp3_head(mp3: &Mp3Config) -> Result<u8, Error> {
    const FORMAT: u8 = 2 << 4;
    const SIXTEEN_BITS: u8 = 1 << 1;
    let rate = match mp3.sampling_rate {
        44_100 => 3,
        22_050 => 2,
        11_025 => 1,
        other => {
            let problem = format!("FLV has no place for MP3 of {other} Hz");
            return Err(Error::Unsupported(problem));
        }
    };
    Ok(FORMAT | rate << 2 | SIXTEEN_BITS | u8::from(mp3.channels > 1))
}
