//! The metadata of a stream: the `onMetaData` of FLV (Adobe F4V file format specification 10.1,
//! E.5) in AMF 0.

use bytes::{BufMut, Bytes, BytesMut};
use dynpack_codec::{AudioCodec, Codec, Video, VideoCodec};
use dynpack_media::{Period, Rendition, Stream, Timescale};

use crate::Error;
use crate::fragment::duration;

const NUMBER: u8 = 0;
const BOOLEAN: u8 = 1;
const STRING: u8 = 2;
const ECMA_ARRAY: u8 = 8;
const OBJECT_END: [u8; 3] = [0, 0, 9];

/// The body of the script tag that describes a stream in a period, for players and for tools that
/// write its fragments into a file.
///
/// # Errors
/// [`Error::Rendition`] for a codec that FLV does not support.
pub fn metadata(stream: &Stream<'_>, period: &Period<'_>) -> Result<Bytes, Error> {
    let duration = duration(stream, period).as_seconds(Timescale::MILLIS);
    let mut entries = vec![("duration", Value::Number(duration))];
    for rendition in stream.renditions() {
        let unknown = || Error::Rendition { rendition: rendition.id.clone() };
        entries.extend(describe(rendition).ok_or_else(unknown)?);
    }
    let mut out = BytesMut::new();
    out.put_u8(STRING);
    put_name(&mut out, "onMetaData");
    out.put_u8(ECMA_ARRAY);
    out.put_u32(u32::try_from(entries.len()).expect("a stream has a handful of entries"));
    for (name, value) in entries {
        put_name(&mut out, name);
        value.put(&mut out);
    }
    out.put_slice(&OBJECT_END);
    Ok(out.freeze())
}

enum Value {
    Number(f64),
    Boolean(bool),
}

impl Value {
    fn put(&self, out: &mut BytesMut) {
        match *self {
            Self::Number(number) => {
                out.put_u8(NUMBER);
                out.put_f64(number);
            }
            Self::Boolean(boolean) => {
                out.put_u8(BOOLEAN);
                out.put_u8(boolean.into());
            }
        }
    }
}

fn describe(rendition: &Rendition) -> Option<Vec<(&'static str, Value)>> {
    let codec = &rendition.track.codec;
    let id = Value::Number(codec_id(codec)?);
    let kilobits = Value::Number(f64::from(rendition.id.bitrate) / 1000.0);
    Some(match codec {
        Codec::Video(video) => {
            let (width, height) = video.dimensions();
            let mut entries = vec![
                ("width", Value::Number(width.into())),
                ("height", Value::Number(height.into())),
                ("videocodecid", id),
                ("videodatarate", kilobits),
            ];
            let rate = rendition
                .track
                .frame_rate()
                .and_then(|rate| u32::try_from(rate.thousandths()).ok());
            entries.extend(rate.map(|rate| ("framerate", Value::Number(f64::from(rate) / 1000.0))));
            entries
        }
        Codec::Audio(audio) => vec![
            ("audiocodecid", id),
            ("audiodatarate", kilobits),
            ("audiosamplerate", Value::Number(audio.sampling_rate().into())),
            ("audiosamplesize", Value::Number(16.0)),
            ("stereo", Value::Boolean(audio.channels() > 1)),
        ],
        Codec::Text => return None,
    })
}

/// `videocodecid` (E.4.3.1) or `audiocodecid` (E.4.2.1); `None` for codecs that HDS does not carry.
const fn codec_id(codec: &Codec) -> Option<f64> {
    match codec {
        Codec::Video(Video { codec: VideoCodec::Avc(_), .. }) => Some(7.0),
        Codec::Audio(AudioCodec::Aac(aac)) if !aac.is_usac() => Some(10.0),
        Codec::Audio(AudioCodec::Mp3(_)) => Some(2.0),
        Codec::Video(_) | Codec::Audio(_) | Codec::Text => None,
    }
}

fn put_name(out: &mut BytesMut, name: &'static str) {
    out.put_u16(u16::try_from(name.len()).expect("names are short literals"));
    out.put_slice(name.as_bytes());
}
