//! HE-AAC that declares itself as AAC-LC: old encoders signal spectral band replication in the
//! frames alone.

use dynpack_codec::{AacConfig, Codec};
use dynpack_media::{SampleIndex, Track};

use super::question::{Head, Question};
use crate::{Error, sample_entry};

/// How many frames are looked at.
const LOOKS: u32 = 8;

/// Whether the frames of a track have spectral band replication, which its configuration does not
/// signal: all of a few frames, spread over the track.
#[derive(Debug)]
pub(super) struct BandReplication {
    config: AacConfig,
    has_looked: bool,
    is_found: bool,
}

impl BandReplication {
    /// The question, if it is open.
    pub(super) fn of(config: &AacConfig) -> Option<Self> {
        config.may_have_sbr.then(|| Self {
            config: config.clone(),
            has_looked: false,
            is_found: false,
        })
    }
}

impl Question for BandReplication {
    fn samples(&mut self, track: &Track, max: usize) -> Vec<SampleIndex> {
        if std::mem::replace(&mut self.has_looked, true) {
            return Vec::new();
        }
        let len = track.samples.len();
        let step = len.div_ceil(LOOKS).max(1);
        (0..len).step_by(step as usize).take(max).map(SampleIndex).collect()
    }

    fn take(&mut self, _: &Track, heads: Vec<Head>) {
        let has_sbr = |head: &Head| self.config.has_sbr(&head.bytes) == Some(true);
        self.is_found = !heads.is_empty() && heads.iter().all(has_sbr);
    }

    fn answer(self: Box<Self>, mut track: Track) -> Result<(Track, Option<String>), Error> {
        let config = self.config.with_sbr().filter(|_| self.is_found);
        if let Some(config) = config
            && let Some(entry) = sample_entry::with_config(&track.sample_entry, &config)
        {
            track.sample_entry = entry;
            track.codec = Codec::from(config);
        }
        Ok((track, None))
    }
}
