//! How the samples of a track are coded: its sample entry, and what files say elsewhere.

use bytes::{BufMut, Bytes};
use dynpack_codec::{AspectRatio, AudioCodec, CaptionChannel, Codec, Color, Mp3Config, Video};
use dynpack_isobmff::codec_of;
use dynpack_media::Track;

use crate::error::Error;
use crate::reader::Reader;
use crate::writer::{put_bytes, put_list};

/// The sample entry says all.
const BY_ENTRY: u8 = 0;
/// The codec is by the sample entry; the size, the pixels and the colours are of the whole file.
const VIDEO: u8 = 1;
/// The first frame says what MP3 is, and the sample entry often says something else.
const MP3: u8 = 2;

const LINE_21: u8 = 0;
const SERVICE: u8 = 1;

pub(crate) fn put(track: &Track, out: &mut Vec<u8>) -> Result<(), Error> {
    put_bytes(&track.sample_entry, out)?;
    let start = out.len();
    match &track.codec {
        Codec::Video(video) => put_video(video, out)?,
        Codec::Audio(AudioCodec::Mp3(mp3)) => {
            out.put_u8(MP3);
            out.put_u8(mp3.object_type);
            out.put_u32(mp3.sampling_rate);
            out.put_u8(mp3.channels);
        }
        Codec::Audio(_) | Codec::Text => out.put_u8(BY_ENTRY),
    }
    let says = Bytes::copy_from_slice(out.get(start..).unwrap_or_default());
    let limits = dynpack_isobmff::Limits::default();
    let read = take_says(&mut Reader::new(says, &limits), &track.sample_entry);
    match read {
        Ok(codec) if codec == track.codec => Ok(()),
        _ => Err(Error::Unrepresentable(format!(
            "the configuration of track {} is not in its sample entry",
            track.id.0
        ))),
    }
}

/// The codec, and the sample entry.
pub(crate) fn take(reader: &mut Reader<'_>) -> Result<(Codec, Bytes), Error> {
    // A copy, since tracks outlive their index where it is not used for all of them.
    let sample_entry = Bytes::copy_from_slice(&reader.bytes()?);
    Ok((take_says(reader, &sample_entry)?, sample_entry))
}

fn take_says(reader: &mut Reader<'_>, sample_entry: &Bytes) -> Result<Codec, Error> {
    let kind = reader.u8()?;
    if kind == MP3 {
        let (object_type, sampling_rate) = (reader.u8()?, reader.u32()?);
        return match (sampling_rate, reader.u8()?) {
            (0, _) => Err(reader.malformed("MP3 has no sampling rate")),
            (_, channels) => Ok(Mp3Config::new(object_type, sampling_rate, channels).into()),
        };
    }
    match (kind, codec_of(sample_entry)) {
        (VIDEO, Ok(Codec::Video(video))) => take_video(reader, video).map(Codec::from),
        (BY_ENTRY, Ok(codec @ Codec::Audio(_))) => Ok(codec),
        (VIDEO | BY_ENTRY, Err(error)) => Err(reader.malformed(error.to_string())),
        _ => Err(reader.malformed("a codec is of another kind than its sample entry")),
    }
}

fn put_video(video: &Video, out: &mut Vec<u8>) -> Result<(), Error> {
    out.put_u8(VIDEO);
    out.put_u16(video.width);
    out.put_u16(video.height);
    let (width, height) = video.pixel_aspect.terms();
    out.put_u32(width);
    out.put_u32(height);
    out.put_u8(video.color.is_some().into());
    if let Some(color) = video.color {
        out.put_slice(&[color.primaries, color.transfer, color.matrix, color.full_range.into()]);
    }
    out.put_u8(video.preferred_transfer.is_some().into());
    out.put_u8(video.preferred_transfer.unwrap_or_default());
    out.put_u8(video.has_hdr10_plus.into());
    put_list(&video.captions, out, |channel, out| {
        let (kind, number) = match *channel {
            CaptionChannel::Line21(number) => (LINE_21, number),
            CaptionChannel::Service(number) => (SERVICE, number),
            _ => return Err(Error::Unrepresentable(format!("captions in {channel}"))),
        };
        out.put_slice(&[kind, number]);
        Ok(())
    })
}

fn take_video(reader: &mut Reader<'_>, video: Video) -> Result<Video, Error> {
    let (width, height) = (reader.u16()?, reader.u16()?);
    let aspect = AspectRatio::new(reader.u32()?, reader.u32()?);
    let aspect = aspect.ok_or_else(|| reader.malformed("pixels have no width or no height"))?;
    let mut video = video.with_size(width, height).with_pixel_aspect(aspect);
    video.color = match reader.flag()? {
        true => {
            let color = Color::new(reader.u8()?, reader.u8()?, reader.u8()?);
            Some(color.with_full_range(reader.flag()?))
        }
        false => None,
    };
    let (is_preferred, preferred) = (reader.flag()?, reader.u8()?);
    video.preferred_transfer = is_preferred.then_some(preferred);
    video.has_hdr10_plus = reader.flag()?;
    video.captions = reader.list(|reader| match (reader.u8()?, reader.u8()?) {
        (LINE_21, number) => Ok(CaptionChannel::Line21(number)),
        (SERVICE, number) => Ok(CaptionChannel::Service(number)),
        (other, _) => Err(reader.malformed(format!("captions are of kind {other}"))),
    })?;
    Ok(video)
}
