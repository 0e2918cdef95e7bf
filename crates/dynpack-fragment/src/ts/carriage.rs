//! How a codec's samples become an elementary stream: the one place in the multiplex that knows
//! codecs.

use dynpack_codec::aac::Adts;
use dynpack_codec::avc::AnnexB;
use dynpack_codec::{AacConfig, AudioCodec, Codec, Video, VideoCodec};
use dynpack_media::{Ticks, Time, Timescale};

use super::audio::{Frames, Opus};
use super::elementary::{Carriage, Growth, Len};
use crate::Error;

/// The one list of codecs that a transport stream can carry.
pub(super) fn carriage(codec: &Codec) -> Result<Box<dyn Carriage>, Error> {
    match codec {
        Codec::Video(Video { codec: VideoCodec::Avc(config), .. }) => {
            Ok(Box::new(AnnexB::new(config).padded()))
        }
        Codec::Audio(AudioCodec::Aac(config)) => Ok(Box::new(Aac::new(config)?)),
        Codec::Audio(AudioCodec::Opus(config)) => Ok(Box::new(Opus::new(config)?)),
        Codec::Audio(audio) => {
            let frames = Frames::new(audio).ok_or_else(|| {
                let codec = audio.rfc6381();
                Error::Unsupported(format!("transport streams have no place for {codec}"))
            })?;
            Ok(Box::new(frames))
        }
    }
}

impl Carriage for AnnexB {
    fn stream_type(&self) -> u8 {
        0x1b
    }

    fn stream_id(&self) -> u8 {
        0xe0
    }

    fn frame(&self) -> Option<Time> {
        None
    }

    fn len_by_size(&self, size: u32, is_sync: bool) -> Result<Len, dynpack_codec::Error> {
        let max_len = Len::AtMost(self.max_len(size, is_sync));
        Ok(self.len(size, is_sync).map_or(max_len, Len::Exactly))
    }

    fn growth(&self) -> Option<Growth> {
        let [every, sync] = [self.max_growth(false)?, self.max_growth(true)?];
        Some(Growth { every, sync: sync.saturating_sub(every), max_size: u32::MAX })
    }

    fn write(
        &self,
        sample: &[u8],
        is_sync: bool,
        out: &mut dyn FnMut(&[u8]),
    ) -> Result<(), dynpack_codec::Error> {
        Ok(self.write(sample, is_sync, out)?)
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
