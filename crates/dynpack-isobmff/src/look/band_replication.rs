//! HE-AAC that declares itself as less: old encoders signal spectral band replication and
//! parametric stereo in the frames alone.

use dynpack_codec::{AacConfig, Codec};
use dynpack_media::{SampleIndex, Track};

use super::question::{Head, Question};
use crate::{Error, sample_entry};

/// How many frames are looked at for band replication.
const LOOKS: u32 = 8;

/// How many successive frames are looked at for stereo. They need a header, which encoders write
/// into the first frame, and then about twice a second: every 12 frames.
const STEREO_LOOKS: u32 = 16;

/// Whether the frames of a track have what its configuration does not signal: spectral band
/// replication, if all of a few frames have it that are spread over the track; and then parametric
/// stereo, if most of its first frames have it.
#[derive(Debug)]
pub(super) struct BandReplication {
    /// The configuration by what is known so far.
    config: AacConfig,
    stage: Stage,
}

#[derive(Debug)]
enum Stage {
    Replication,
    Stereo,
    Done,
}

impl BandReplication {
    /// The question, if it is open.
    pub(super) fn of(config: &AacConfig) -> Option<Self> {
        let stage = if config.may_have_sbr { Stage::Replication } else { Stage::Stereo };
        let is_open = config.may_have_sbr || config.may_have_ps;
        is_open.then(|| Self { config: config.clone(), stage })
    }
}

impl Question for BandReplication {
    fn samples(&mut self, track: &Track, max: usize) -> Vec<SampleIndex> {
        let len = track.samples.len();
        let (end, step) = match self.stage {
            Stage::Replication => (len, len.div_ceil(LOOKS).max(1)),
            Stage::Stereo if self.config.may_have_ps => (len.min(STEREO_LOOKS), 1),
            Stage::Stereo | Stage::Done => (0, 1),
        };
        (0..end).step_by(step as usize).take(max).map(SampleIndex).collect()
    }

    fn take(&mut self, _: &Track, mut heads: Vec<Head>) {
        heads.sort_by_key(|head| head.index);
        let mut frames = heads.iter().map(|head| &head.bytes[..]);
        let (found, next) = match self.stage {
            Stage::Replication => {
                let has_sbr = |frame| self.config.has_sbr(frame) == Some(true);
                let is_found = !heads.is_empty() && frames.all(has_sbr);
                (self.config.with_sbr().filter(|_| is_found), Stage::Stereo)
            }
            Stage::Stereo | Stage::Done => {
                let is_found = self.config.has_ps(frames);
                (self.config.with_ps().filter(|_| is_found), Stage::Done)
            }
        };
        self.stage = next;
        match found {
            Some(config) => self.config = config,
            None => self.stage = Stage::Done,
        }
    }

    fn answer(self: Box<Self>, mut track: Track) -> Result<(Track, Option<String>), Error> {
        let codec = Codec::from(self.config.clone());
        if codec != track.codec
            && let Some(entry) = sample_entry::with_config(&track.sample_entry, &self.config)
        {
            track.sample_entry = entry;
            track.codec = codec;
        }
        Ok((track, None))
    }
}
