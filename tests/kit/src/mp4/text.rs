//! Text tracks, with their samples.

use super::{Sizes, Track, boxed, full, words};

/// The fields of the `tx3g` entry of ffmpeg 7 after its display flags: centred, at the bottom,
/// white.
const TX3G: &[u8] = b"\x01\xff\0\0\0\xff\0\0\0\0\0\0\0\0\0\0\0\0\0\x01\0\x10\xff\xff\xff\xff";

/// A sample entry of text with these fields.
#[must_use]
pub fn text_entry(kind: &[u8; 4], fields: &[u8]) -> Vec<u8> {
    boxed(kind, &[b"\0\0\0\0\0\0\0\x01", fields].concat())
}

/// A sample entry of `tx3g` with these display flags.
#[must_use]
pub fn tx3g(display_flags: u32) -> Vec<u8> {
    text_entry(b"tx3g", &[&display_flags.to_be_bytes(), TX3G].concat())
}

/// A sample of `tx3g`, or of QuickTime's `text`.
#[must_use]
pub fn plain_text(text: &str) -> Vec<u8> {
    [&u16::try_from(text.len()).unwrap().to_be_bytes()[..], text.as_bytes()].concat()
}

/// A box `kind` with a role of DASH.
#[must_use]
pub fn role(value: &str) -> Vec<u8> {
    full(b"kind", 0, 0, format!("urn:mpeg:dash:role:2011\0{value}\0").as_bytes())
}

/// A reference to tracks with chapters.
#[must_use]
pub fn chapters(tracks: &[u32]) -> Vec<u8> {
    boxed(b"chap", &words(tracks))
}

impl Track {
    /// A text track with that entry, of samples with these durations, in milliseconds, and sizes.
    /// They are in one chunk at `offset`.
    #[must_use]
    pub fn text(offset: u64, handler: &[u8; 4], entry: Vec<u8>, samples: &[(u32, &[u8])]) -> Self {
        let count = u32::try_from(samples.len()).unwrap();
        let sizes = samples.iter().map(|(_, data)| u32::try_from(data.len()).unwrap());
        Self {
            id: 3,
            handler: *handler,
            name: b"SubtitleHandler\0".to_vec(),
            timescale: 1000,
            duration: samples.iter().map(|(duration, _)| duration).sum(),
            entries: vec![entry],
            stts: Some(samples.iter().map(|(duration, _)| (1, *duration)).collect()),
            sizes: Some(Sizes::Table(sizes.collect())),
            stsc: vec![(1, count, 1)],
            stss: None,
            ..Self::video(offset)
        }
    }
}
