//! The streams of a presentation, and what manifests declare about each.

use dynpack_codec::MediaKind;
use dynpack_media::{Presentation, Rendition, Stream, Ticks, Timescale};

/// The streams of a presentation: each bitrate of the video that is played by default, with
/// `audio`. Without video, each bitrate of that audio, or of all audio if `audio` is `None`.
/// Clients choose among streams only by bitrate, so other languages and cameras must not be
/// streams.
#[must_use]
pub fn streams<'a>(
    presentation: &'a Presentation,
    audio: Option<&'a Rendition>,
) -> Vec<Stream<'a>> {
    let videos: Vec<_> = presentation
        .of_kind(MediaKind::Video)
        .filter(|video| presentation.is_default(video))
        .map(|video| Stream::new(video).with_audio(audio))
        .collect();
    if !videos.is_empty() {
        return videos;
    }
    let is_named = |other: &&Rendition| audio.is_none_or(|audio| audio.id.name == other.id.name);
    presentation.of_kind(MediaKind::Audio).filter(is_named).map(Stream::new).collect()
}

/// The bitrate of all renditions that a stream carries, in bits per second.
pub(crate) fn bitrate(stream: &Stream<'_>) -> u64 {
    stream.renditions().map(|rendition| u64::from(rendition.id.bitrate)).sum()
}

/// When the last rendition that a stream carries ends, in milliseconds.
pub(crate) fn end(stream: &Stream<'_>) -> Ticks {
    stream
        .renditions()
        .map(|rendition| rendition.end_time().floor(Timescale::MILLIS))
        .max()
        .unwrap_or_default()
}
