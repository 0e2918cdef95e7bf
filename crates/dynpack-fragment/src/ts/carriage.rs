//! How a codec's samples become an elementary stream: the one place in the multiplex that knows
//! codecs.

use dynpack_codec::aac::Adts;
use dynpack_codec::{AacConfig, AnnexB, AudioCodec, Codec, Video, VideoCodec};
use dynpack_media::{Ticks, Time, Timescale};

use super::audio::{Frames, Opus};
use super::elementary::{Carriage, Growth, Len};
use crate::Error;

/// The one list of codecs that a transport stream can carry.
pub(super) fn carriage(codec: &Codec) -> Result<Box<dyn Carriage>, Error> {
    match codec {
        Codec::Video(video) => Ok(Box::new(Pictures::new(video)?)),
        Codec::Audio(AudioCodec::Aac(config)) => Ok(Box::new(Aac::new(config)?)),
        Codec::Audio(AudioCodec::Opus(config)) => Ok(Box::new(Opus::new(config)?)),
        Codec::Audio(audio) => {
            let frames = Frames::new(audio).ok_or_else(|| no_place_for(&audio.rfc6381()))?;
            Ok(Box::new(frames))
        }
        Codec::Text => Err(no_place_for("text")),
    }
}

fn no_place_for(codec: &str) -> Error {
    Error::Unsupported(format!("transport streams have no place for {codec}"))
}

/// Pictures as access units of a byte stream.
struct Pictures {
    stream: AnnexB,
    stream_type: u8,
}

impl Pictures {
    fn new(video: &Video) -> Result<Self, Error> {
        if video.dolby_vision.is_some_and(|dolby_vision| !dolby_vision.is_optional) {
            let problem = "Dolby Vision that only its own decoders may play";
            return Err(Error::Unsupported(problem.into()));
        }
        let (stream, stream_type) = match &video.codec {
            VideoCodec::Avc(config) => (AnnexB::from(config), 0x1b),
            VideoCodec::Hevc(config) => (AnnexB::from(config), 0x24),
            VideoCodec::Av1(_) => return Err(no_place_for("AV1")),
            VideoCodec::Vpx(vpx) => return Err(no_place_for(vpx.version.as_str())),
            VideoCodec::Vc1(_) => {
                return Err(Error::Unsupported(
                    "only clients of Smooth Streaming know VC-1".into(),
                ));
            }
        };
        Ok(Self { stream: stream.padded(), stream_type })
    }
}

impl Carriage for Pictures {
    fn stream_type(&self) -> u8 {
        self.stream_type
    }

    fn stream_id(&self) -> u8 {
        0xe0
    }

    fn frame(&self) -> Option<Time> {
        None
    }

    fn len_by_size(&self, size: u32, is_sync: bool) -> Result<Len, dynpack_codec::Error> {
        let max_len = Len::AtMost(self.stream.max_len(size, is_sync));
        Ok(self.stream.len(size, is_sync).map_or(max_len, Len::Exactly))
    }

    fn growth(&self) -> Option<Growth> {
        let [every, sync] = [self.stream.max_growth(false)?, self.stream.max_growth(true)?];
        Some(Growth { every, sync: sync.saturating_sub(every), max_size: u32::MAX })
    }

    fn write(
        &self,
        sample: &[u8],
        is_sync: bool,
        out: &mut dyn FnMut(&[u8]),
    ) -> Result<(), dynpack_codec::Error> {
        Ok(self.stream.write(sample, is_sync, out)?)
    }
}

/// AAC as ADTS frames.
struct Aac {
    adts: Adts,
    frame: Time,
}

impl Aac {
    fn new(config: &AacConfig) -> Result<Self, Error> {
        let adts = Adts::new(config).map_err(|problem| Error::Unsupported(problem.to_string()))?;
        let clock = Timescale::new(config.core_rate).expect("ADTS has an index for no rate of 0");
        Ok(Self { adts, frame: Time::new(Ticks(config.frame_length.into()), clock) })
    }
}

impl Carriage for Aac {
    fn stream_type(&self) -> u8 {
        0x0f
    }

    fn stream_id(&self) -> u8 {
        0xc0
    }

    fn frame(&self) -> Option<Time> {
        Some(self.frame)
    }

    fn len_by_size(&self, size: u32, _: bool) -> Result<Len, dynpack_codec::Error> {
        self.adts.frame_len(size.into()).map(Len::Exactly)
    }

    fn growth(&self) -> Option<Growth> {
        let (every, max_size) = (self.adts.overhead().into(), self.adts.max_size());
        Some(Growth { every, sync: 0, max_size })
    }

    fn write(
        &self,
        sample: &[u8],
        _: bool,
        out: &mut dyn FnMut(&[u8]),
    ) -> Result<(), dynpack_codec::Error> {
        out(&self.adts.header(sample.len() as u64)?);
        match self.adts.program_config() {
            [] => out(sample),
            program_config => out(&[program_config, sample].concat()),
        }
        Ok(())
    }
}
