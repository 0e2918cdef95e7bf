//! Parameter sets of HEVC that may be in the samples (`hev1`), as most encoders say without need.
//! Apple's players want them in the sample entry alone (`hvc1`; *HLS Authoring Specification*,
//! 1.10).

use dynpack_codec::{Codec, HevcConfig};
use dynpack_media::{SampleIndex, Track};

use super::question::{Head, Question};
use super::spread;
use crate::{Error, sample_entry};

/// How many sync samples are looked at.
const LOOKS: usize = 8;

/// Whether the record has all parameter sets of a few sync samples, spread over the track. If it
/// has none itself, it gets those of the first.
#[derive(Debug)]
pub(super) struct InBandSets {
    config: HevcConfig,
    has_looked: bool,
    heads: Vec<Head>,
}

impl InBandSets {
    /// The question, if it is open.
    pub(super) fn of(config: &HevcConfig) -> Option<Self> {
        let config = config.in_band.then(|| config.clone())?;
        Some(Self { config, has_looked: false, heads: Vec::new() })
    }

    /// The configuration with all parameter sets in its record; `None` if samples have others.
    fn out_of_band(self) -> Option<HevcConfig> {
        let first = self.heads.iter().min_by_key(|head| head.index)?;
        let config = match self.config.lacks_parameter_sets() {
            true => self.config.with_sets_of(&first.bytes, first.len).ok()?,
            false => self.config,
        };
        let is_known = |head: &Head| config.has_sets_of(&head.bytes, head.len) == Some(true);
        self.heads.iter().all(is_known).then(|| config.out_of_band().ok())?
    }
}

impl Question for InBandSets {
    fn samples(&mut self, track: &Track, max: usize) -> Vec<SampleIndex> {
        if std::mem::replace(&mut self.has_looked, true) {
            return Vec::new();
        }
        spread::sync_samples(track, LOOKS, max)
    }

    fn take(&mut self, _: &Track, heads: Vec<Head>) {
        self.heads = heads;
    }

    fn answer(self: Box<Self>, mut track: Track) -> Result<(Track, Option<String>), Error> {
        let Some(config) = self.out_of_band() else {
            let warning = format!(
                "track {}: its samples have other parameter sets than its sample entry (hev1), \
                 which Apple's players do not accept",
                track.id.0
            );
            return Ok((track, Some(warning)));
        };
        track.sample_entry = sample_entry::out_of_band(&track.sample_entry, &config);
        if let Codec::Video(video) = &mut track.codec {
            video.codec = config.into();
        }
        Ok((track, None))
    }
}
