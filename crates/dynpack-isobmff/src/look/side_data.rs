//! What pictures carry beside themselves, and no table declares: dynamic metadata of HDR10+, a
//! transfer function that is preferred to the declared one, and captions.

use dynpack_codec::{CaptionChannel, CaptionScan, Codec, Color, VideoCodec};
use dynpack_media::{SampleIndex, Track};

use super::question::{Head, Question};
use super::spread;
use crate::Error;

/// How many sync samples are looked at.
const LOOKS: usize = 4;

/// How many stretches of the film are searched for captions, and how many samples each has: at 24
/// pictures a second ten seconds in all. A caption is sent every few seconds where people talk.
const STRETCHES: u32 = 8;
const STRETCH: u32 = 32;

/// What some sync samples carry, spread over the track; and if one has room for captions, which
/// channels some stretches of the film carry.
#[derive(Debug)]
pub(super) struct SideDataOfPictures {
    codec: VideoCodec,
    stage: Stage,
    has_hdr10_plus: bool,
    preferred_transfer: Option<u8>,
    captions: Vec<CaptionChannel>,
}

#[derive(Clone, Copy, Debug)]
enum Stage {
    SyncSamples,
    Captions,
    Done,
}

impl SideDataOfPictures {
    /// The question, if it is open: no side data of VP8 and VP9 is known.
    pub(super) fn of(codec: &VideoCodec) -> Option<Self> {
        match codec {
            VideoCodec::Avc(_) | VideoCodec::Hevc(_) | VideoCodec::Av1(_) => Some(Self {
                codec: codec.clone(),
                stage: Stage::SyncSamples,
                has_hdr10_plus: false,
                preferred_transfer: None,
                captions: Vec::new(),
            }),
            VideoCodec::Vpx(_) | VideoCodec::Vc1(_) => None,
        }
    }

    /// Takes what all these sync samples have in common.
    fn take_common(&mut self, heads: &[Head]) {
        let all: Vec<_> =
            heads.iter().map(|head| self.codec.side_data(&head.bytes, head.len)).collect();
        let Some(first) = all.first() else { return };
        self.has_hdr10_plus = all.iter().all(|data| data.has_hdr10_plus);
        let is_common = all.iter().all(|data| data.preferred_transfer == first.preferred_transfer);
        self.preferred_transfer = first.preferred_transfer.filter(|_| is_common);
        if all.iter().any(|data| !data.captions.is_empty()) {
            self.stage = Stage::Captions;
        }
    }

    /// Finds the channels of captions. Pictures carry them in the order of their presentation.
    fn scan(&mut self, track: &Track, mut heads: Vec<Head>) {
        let mut scan = CaptionScan::default();
        heads.sort_by_key(|head| head.index);
        let follows = |one: &Head, next: &Head| next.index.0.checked_sub(1) == Some(one.index.0);
        for stretch in heads.chunk_by_mut(follows) {
            stretch.sort_by_key(|head| track.samples.composition_time(head.index));
            scan.skip();
            for head in stretch {
                scan.take(&self.codec.side_data(&head.bytes, head.len).captions);
            }
        }
        self.captions = scan.found();
    }
}

impl Question for SideDataOfPictures {
    fn samples(&mut self, track: &Track, max: usize) -> Vec<SampleIndex> {
        match self.stage {
            Stage::SyncSamples => spread::sync_samples(track, LOOKS, max),
            Stage::Captions => stretches(track.samples.len()).take(max).collect(),
            Stage::Done => Vec::new(),
        }
    }

    fn take(&mut self, track: &Track, heads: Vec<Head>) {
        match std::mem::replace(&mut self.stage, Stage::Done) {
            Stage::SyncSamples => self.take_common(&heads),
            Stage::Captions => self.scan(track, heads),
            Stage::Done => {}
        }
    }

    fn answer(self: Box<Self>, mut track: Track) -> Result<(Track, Option<String>), Error> {
        if let Codec::Video(video) = &mut track.codec {
            video.preferred_transfer = self.preferred_transfer;
            video.has_hdr10_plus = self.has_hdr10_plus && video.color.is_some_and(is_hdr10);
            video.captions = self.captions;
        }
        Ok((track, None))
    }
}

/// Whether pictures are of the only colours that HDR10+ adds to: those of BT.2100 with PQ.
const fn is_hdr10(color: Color) -> bool {
    matches!(color, Color { primaries: 9, transfer: 16, matrix: 9, .. })
}

/// Stretches of samples, spread over a track of that many; all of a short one.
fn stretches(len: u32) -> impl Iterator<Item = SampleIndex> {
    let step = len.div_ceil(STRETCHES).max(STRETCH);
    (0..STRETCHES)
        .filter_map(move |nth| nth.checked_mul(step))
        .flat_map(move |start| start.min(len)..start.saturating_add(STRETCH).min(len))
        .map(SampleIndex)
}
