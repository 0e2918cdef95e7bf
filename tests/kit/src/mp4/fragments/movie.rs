//! The movie of fragmented files, and files with fragments.

use super::{Traf, fragment};
use crate::mp4::{Sizes, Track, boxed, ftyp, full, mvhd, words};

/// A track whose samples are all in fragments.
#[must_use]
pub fn without_samples(track: Track) -> Track {
    let (stts, stsc, offsets, ctts, stss) = (Some(vec![]), vec![], vec![], None, None);
    Track { stts, stsc, offsets, ctts, stss, sizes: Some(Sizes::Table(vec![])), ..track }
}

/// The movie box, with these defaults for the samples of fragments: track, description, duration,
/// size and flags.
#[must_use]
pub fn moov(tracks: &[Track], defaults: &[[u32; 5]]) -> Vec<u8> {
    let trex = |words_of: &[u32; 5]| full(b"trex", 0, 0, &words(words_of));
    let mvex = boxed(b"mvex", &defaults.iter().flat_map(trex).collect::<Vec<u8>>());
    boxed(b"moov", &[mvhd(), tracks.iter().flat_map(Track::trak).collect(), mvex].concat())
}

/// A file of these fragments, one after the other, after its `moov`.
#[must_use]
pub fn file(moov: &[u8], fragments: &[Vec<Traf>]) -> Vec<u8> {
    fragments.iter().fold([ftyp(), moov.to_vec()].concat(), |file, trafs| {
        let at = file.len() as u64;
        [file, fragment(at, trafs)].concat()
    })
}

/// A movie of video (track 1) and audio (track 2) in fragments, with all defaults zero.
#[must_use]
pub fn init() -> Vec<u8> {
    let tracks = [without_samples(Track::video(0)), without_samples(Track::audio(0))];
    moov(&tracks, &[[1, 1, 0, 0, 0], [2, 1, 0, 0, 0]])
}
