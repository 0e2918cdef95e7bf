//! MP3, whose sample entries declare little, and that little often wrongly: the first frame
//! declares its layer, its rate and its channels.

use dynpack_codec::mp3::{FrameHeader, Layer};
use dynpack_codec::{Codec, Mp3Config};
use dynpack_media::{SampleIndex, Track};

use super::question::{Head, Question};
use crate::Error;

/// What the first frame of a track declares.
#[derive(Debug)]
pub(super) struct MpegAudio {
    config: Mp3Config,
    has_looked: bool,
    header: Option<FrameHeader>,
}

impl MpegAudio {
    pub(super) fn new(config: &Mp3Config) -> Self {
        Self { config: config.clone(), has_looked: false, header: None }
    }
}

impl Question for MpegAudio {
    fn samples(&mut self, _: &Track, max: usize) -> Vec<SampleIndex> {
        let has_looked = std::mem::replace(&mut self.has_looked, true);
        if has_looked || max == 0 { Vec::new() } else { vec![SampleIndex(0)] }
    }

    fn take(&mut self, _: &Track, heads: Vec<Head>) {
        self.header = heads.first().and_then(|head| FrameHeader::read(&head.bytes));
    }

    fn answer(self: Box<Self>, mut track: Track) -> Result<(Track, Option<String>), Error> {
        let layer = match self.header {
            None | Some(FrameHeader { layer: Layer::III, .. }) => None,
            Some(FrameHeader { layer: Layer::II, .. }) => Some("II"),
            Some(FrameHeader { layer: Layer::I, .. }) => Some("I"),
        };
        if let Some(layer) = layer {
            let problem = "is not supported: players decode Layer III alone";
            return Err(Error::Unsupported(format!("MPEG audio of Layer {layer} {problem}")));
        }
        if let Some(header) = self.header {
            track.codec = Codec::from(self.config.with_frame(&header));
        }
        Ok((track, None))
    }
}
