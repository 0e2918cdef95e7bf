//! Key frames that nothing lists: without `stss`, or with the flags of fragments never set, each
//! sample is declared a sync sample.

use dynpack_codec::{Picture, VideoCodec};
use dynpack_media::{SampleIndex, SampleTable, Track};

use super::question::{Head, Question};
use crate::Error;

/// How many pairs of neighbours are looked at to find whether the declaration can be true.
const PAIRS: u32 = 16;
const LAST_PAIR: u64 = PAIRS as u64 - 1;

/// Which samples of a track are key frames, if all claim to be.
///
/// A few pairs of neighbours are looked at, spread over the track. If all are intra pictures, each
/// sample is a sync sample, as declared. If not, only IDR pictures and recovery points are, and in
/// HEVC CRA and BLA pictures. Then each sample is looked at or, if there are more samples than
/// looks, the largest of every few: a key frame is larger than its neighbours. One that is
/// overlooked is a place to cut less, and no harm.
#[derive(Debug)]
pub(super) struct KeyFrames {
    codec: VideoCodec,
    /// How many samples may be looked at.
    looks: u32,
    stage: Stage,
    found: Vec<SampleIndex>,
}

#[derive(Debug)]
enum Stage {
    /// Some samples are looked at.
    Doubt,
    /// All samples are sync samples.
    Proven,
    /// Sync samples are found; those before `next` are known.
    Search { next: u32 },
}

impl KeyFrames {
    /// The question, if it is open.
    pub(super) fn of(codec: &VideoCodec, track: &Track, looks: u32) -> Option<Self> {
        let len = track.samples.len();
        let is_open =
            len > 1 && track.samples.sync_samples(SampleIndex(0)..SampleIndex(len)).is_none();
        is_open.then(|| Self {
            codec: codec.clone(),
            looks: looks.saturating_sub(PAIRS.saturating_mul(2)),
            stage: Stage::Doubt,
            found: Vec::new(),
        })
    }

    fn picture(&self, head: &Head) -> Option<Picture> {
        self.codec.picture(&head.bytes, head.len)
    }
}

impl Question for KeyFrames {
    fn samples(&mut self, track: &Track, max: usize) -> Vec<SampleIndex> {
        let len = track.samples.len();
        match &mut self.stage {
            Stage::Doubt => pairs(len).take(max).collect(),
            Stage::Proven => Vec::new(),
            Stage::Search { next } => {
                let step = len.div_ceil(self.looks.max(1)).max(1);
                let mut samples = Vec::new();
                while *next < len && samples.len() < max {
                    let end = next.saturating_add(step).min(len);
                    samples.push(largest(&track.samples, *next, end));
                    *next = end;
                }
                samples
            }
        }
    }

    fn take(&mut self, track: &Track, heads: Vec<Head>) {
        match self.stage {
            Stage::Doubt => {
                let is_intra = |head: &Head| {
                    self.picture(head).is_some_and(|picture| picture != Picture::Predicted)
                };
                let all_were_seen = heads.len() == pairs(track.samples.len()).count();
                let is_proven = all_were_seen && heads.iter().all(is_intra);
                self.stage = if is_proven { Stage::Proven } else { Stage::Search { next: 0 } };
            }
            Stage::Proven => {}
            Stage::Search { .. } => {
                let is_sync = |head: &&Head| self.picture(head).is_some_and(Picture::is_sync);
                let found: Vec<_> = heads.iter().filter(is_sync).map(|head| head.index).collect();
                self.found.extend(found);
            }
        }
    }

    fn answer(mut self: Box<Self>, mut track: Track) -> Result<(Track, Option<String>), Error> {
        if matches!(self.stage, Stage::Proven) {
            return Ok((track, None));
        }
        let warning = format!(
            "track {}: all {} samples are declared sync samples, but {} key frames were found",
            track.id.0,
            track.samples.len(),
            self.found.len()
        );
        self.found.sort_unstable();
        // Decoding has to start somewhere.
        if self.found.is_empty() {
            self.found.push(SampleIndex(0));
        }
        let samples = track.samples.with_sync_samples(self.found);
        track.samples = samples.expect("each is a sample, and none is looked at twice");
        Ok((track, Some(warning)))
    }
}

/// Pairs of neighbours over all of a track. The distance between two pairs may be that of two key
/// frames, but neighbours are not both key frames then.
fn pairs(len: u32) -> impl Iterator<Item = SampleIndex> {
    let is_short = len <= PAIRS.saturating_mul(2);
    let last = u64::from(len.saturating_sub(2));
    let starts = (0..=LAST_PAIR)
        .map(move |at| u32::try_from(last.saturating_mul(at) / LAST_PAIR).unwrap_or_default());
    let spread = starts.flat_map(|start| [start, start.saturating_add(1)]);
    let all = if is_short { 0..len } else { 0..0 };
    all.chain(spread.filter(move |_| !is_short)).map(SampleIndex)
}

/// The largest of the samples from `start` up to `end`, the first of equal ones.
fn largest(table: &SampleTable, start: u32, end: u32) -> SampleIndex {
    let (mut largest, mut at) = ((start, 0), start);
    table.each_size(SampleIndex(start)..SampleIndex(end), |size, count| {
        if size > largest.1 {
            largest = (at, size);
        }
        at = at.saturating_add(count);
    });
    SampleIndex(largest.0)
}
