//! Parameter sets that a configuration lacks: cameras write them before each key frame only.

use dynpack_codec::{Codec, VideoCodec};
use dynpack_media::{SampleIndex, Track};

use super::question::{Head, Question};
use crate::{Error, sample_entry};

/// The parameter sets of `avc1` or `hvc1` whose record has none: those of the first sync sample.
#[derive(Debug)]
pub(super) struct ParameterSets {
    codec: VideoCodec,
    has_looked: bool,
    head: Option<Head>,
}

impl ParameterSets {
    /// The question, if it is open.
    pub(super) fn of(codec: &VideoCodec) -> Option<Self> {
        let is_open = codec.lacks_parameter_sets();
        is_open.then(|| Self { codec: codec.clone(), has_looked: false, head: None })
    }
}

impl Question for ParameterSets {
    fn samples(&mut self, track: &Track, max: usize) -> Vec<SampleIndex> {
        if std::mem::replace(&mut self.has_looked, true) || max == 0 {
            return Vec::new();
        }
        let all = SampleIndex(0)..SampleIndex(track.samples.len());
        let sync = track.samples.sync_samples(all);
        vec![sync.and_then(|sync| sync.first()).copied().unwrap_or(SampleIndex(0))]
    }

    fn take(&mut self, _: &Track, heads: Vec<Head>) {
        self.head = heads.into_iter().next();
    }

    fn answer(self: Box<Self>, mut track: Track) -> Result<(Track, Option<String>), Error> {
        let (bytes, len) = self.head.as_ref().map_or((&[][..], 0), |head| (&head.bytes, head.len));
        let codec = self.codec.with_sets_of(bytes, len).map_err(|error| {
            let head = self.head.as_ref().map(|head| (head.index.0.saturating_add(1), head.offset));
            let (number, offset) = head.unwrap_or_default();
            let path = format!("sample {number} of track {}", track.id.0);
            Error::Malformed { path, offset, problem: error.to_string() }
        })?;
        track.sample_entry = sample_entry::with_codec(&track.sample_entry, &codec);
        if let Codec::Video(video) = &mut track.codec {
            video.codec = codec;
        }
        Ok((track, None))
    }
}
