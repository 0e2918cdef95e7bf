//! Parameter sets in samples that replace those of the record: an encoder was restarted within a
//! file, and the record has the first sets only.

use dynpack_codec::avc::SetsInBand;
use dynpack_codec::{AvcConfig, Codec, Video, VideoCodec};
use dynpack_media::{SampleIndex, Track};

use super::question::{Head, Question};
use super::spread;
use crate::{Error, sample_entry};

/// How many sync samples are looked at.
const LOOKS: usize = 4;

/// Whether samples of `avc1`, which may hold parameter sets (ISO/IEC 14496-15, 5.4.2.1.1), hold
/// others than the record under the same ids: in some sync samples, spread over the track.
#[derive(Debug, Default)]
pub(super) struct ReplacedSets {
    has_looked: bool,
    /// What is replaced, by the first sample that does so.
    replaced: Option<String>,
    /// Whether a sync sample lacks sets of its own.
    is_incomplete: bool,
}

impl ReplacedSets {
    /// The question, if it is open.
    pub(super) fn of(config: &AvcConfig) -> Option<Self> {
        (!config.in_band).then(Self::default)
    }
}

impl Question for ReplacedSets {
    fn samples(&mut self, track: &Track, max: usize) -> Vec<SampleIndex> {
        if std::mem::replace(&mut self.has_looked, true) {
            return Vec::new();
        }
        spread::sync_samples(track, LOOKS, max)
    }

    fn take(&mut self, track: &Track, heads: Vec<Head>) {
        let Codec::Video(Video { codec: VideoCodec::Avc(config), .. }) = &track.codec else {
            return;
        };
        for head in heads {
            let SetsInBand { is_complete, replaced, .. } =
                config.sets_in_band(&head.bytes, head.len);
            self.is_incomplete |= !is_complete;
            self.replaced = self.replaced.take().or(replaced);
        }
    }

    fn answer(self: Box<Self>, mut track: Track) -> Result<(Track, Option<String>), Error> {
        let Some(replaced) = self.replaced else { return Ok((track, None)) };
        if self.is_incomplete {
            let warning = format!(
                "track {}: {replaced} within the samples, and not all key frames have their own: \
                 players that follow the configuration show damaged pictures",
                track.id.0
            );
            return Ok((track, Some(warning)));
        }
        if let Codec::Video(Video { codec: VideoCodec::Avc(config), .. }) = &mut track.codec {
            track.sample_entry = sample_entry::renamed(&track.sample_entry, *b"avc3");
            config.in_band = true;
        }
        Ok((track, None))
    }
}
