//! Movies, and files with their media before them.

use super::{Track, boxed, full, words};

/// `mvhd` with a timescale of 1000 and a wrong duration.
#[must_use]
pub fn mvhd() -> Vec<u8> {
    full(b"mvhd", 0, 0, &[words(&[0, 0, 1000, 7]), vec![0; 80]].concat())
}

/// The movie box.
#[must_use]
pub fn moov(tracks: &[Track]) -> Vec<u8> {
    boxed(b"moov", &tracks.iter().fold(mvhd(), |body, track| [body, track.trak()].concat()))
}

/// `ftyp` with the brands `isom` and `avc1`.
#[must_use]
pub fn ftyp() -> Vec<u8> {
    boxed(b"ftyp", b"isom\0\0\x02\0isomavc1")
}

/// Where the media of [`file()`] starts.
pub const MEDIA: u64 = 32;

/// A file with the movie after its media, which starts at [`MEDIA`] and takes `media` bytes.
#[must_use]
pub fn file(tracks: &[Track], media: usize) -> Vec<u8> {
    let payload: Vec<u8> = (0..media).map(|at| u8::try_from(at % 251).unwrap()).collect();
    file_with(&payload, &moov(tracks))
}

/// A file with a movie after this media, which starts at [`MEDIA`].
#[must_use]
pub fn file_with(media: &[u8], moov: &[u8]) -> Vec<u8> {
    [&ftyp(), &boxed(b"mdat", media), moov].concat()
}
