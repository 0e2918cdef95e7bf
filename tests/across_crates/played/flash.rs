//! Samples in FLV tags.

use dynpack_testkit::read::flash;

use super::Played;

pub(super) const CLOCK: u32 = 1000;

/// The samples of video or audio in a fragment.
pub(super) fn read(fragment: &[u8], track: &str) -> Vec<Played> {
    let is_video = track.starts_with("video");
    let samples = flash::samples(fragment).filter(|tag| tag.is_video == is_video);
    let played = samples.map(|tag| Played {
        decode: tag.decode,
        time: tag.decode + tag.offset,
        duration: None,
        is_sync: Some(tag.is_key_frame),
        is_counted: false,
        data: tag.data.to_vec(),
    });
    played.collect()
}
