//! Samples to look at, spread over a track.

use dynpack_media::{SampleIndex, Track};

/// About `count` sync samples, at most `max`, spread over the track from its first one on.
pub(super) fn sync_samples(track: &Track, count: usize, max: usize) -> Vec<SampleIndex> {
    let all = SampleIndex(0)..SampleIndex(track.samples.len());
    let spread = |len: usize| (0..len).step_by(len.div_ceil(count).max(1)).take(max);
    match track.samples.sync_samples(all) {
        Some(sync) => spread(sync.len()).filter_map(|at| sync.get(at).copied()).collect(),
        None => spread(track.samples.len() as usize)
            .filter_map(|at| u32::try_from(at).ok().map(SampleIndex))
            .collect(),
    }
}
