//! The metadata of a stream: the `onMetaData` of FLV (Adobe F4V file format specification 10.1,
//! E.5) in AMF 0.

use bytes::{BufMut, Bytes, BytesMut};
use dynpack_media::{Codec, Rendition, Stream, Timescale};

use crate::Error;
use crate::stream::end;

const NUMBER: u8 = 0;
const BOOLEAN: u8 = 1;
const STRING: u8 = 2;
const ECMA_ARRAY: u8 = 8;
const OBJECT_END: [u8; 3] = [0, 0, 9];

/// `videocodecid` and `audiocodecid` (E.4.3.1, E.4.2.1).
const AVC: f64 = 7.0;
const AAC: f64 = 10.0;

/// The body of the script tag that describes a stream, for players and for those who write its
/// fragments into a file.
///
/// # Errors
/// [`Error::Rendition`] for a codec which FLV does not know.
pub fn metadata(stream: &Stream<'_>) -> Result<Bytes, Error> {
    let mut entries = vec![("duration", Value::Number(end(stream).as_seconds(Timescale::MILLIS)))];
    for rendition in stream.renditions() {
        entries.extend(describe(rendition)?);
    }
    let mut out = BytesMut::new();
    out.put_u8(STRING);
    put_name(&mut out, "onMetaData");
    out.put_u8(ECMA_ARRAY);
    out.put_u32(u32::try_from(entries.len()).unwrap_or(u32::MAX));
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

fn describe(rendition: &Rendition) -> Result<Vec<(&'static str, Value)>, Error> {
    let kilobits = f64::from(rendition.id.bitrate) / 1000.0;
    match &rendition.track.codec {
        Codec::Avc(avc) => {
            let mut entries = vec![
                ("width", Value::Number(avc.width.into())),
                ("height", Value::Number(avc.height.into())),
                ("videocodecid", Value::Number(AVC)),
                ("videodatarate", Value::Number(kilobits)),
            ];
            let rate = rendition
                .track
                .frame_rate()
                .and_then(|rate| u32::try_from(rate.thousandths()).ok());
            entries.extend(rate.map(|rate| ("framerate", Value::Number(f64::from(rate) / 1000.0))));
            Ok(entries)
        }
        Codec::Aac(aac) => Ok(vec![
            ("audiocodecid", Value::Number(AAC)),
            ("audiodatarate", Value::Number(kilobits)),
            ("audiosamplerate", Value::Number(aac.output_rate.into())),
            ("audiosamplesize", Value::Number(16.0)),
            ("stereo", Value::Boolean(aac.output_channels > 1)),
        ]),
        _ => Err(Error::Rendition { rendition: rendition.id.clone() }),
    }
}

fn put_name(out: &mut BytesMut, name: &str) {
    out.put_u16(u16::try_from(name.len()).unwrap_or(u16::MAX));
    out.put_slice(name.as_bytes());
}
