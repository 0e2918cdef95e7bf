//! The sample asset that the repository carries.

use std::path::Path;

use bytes::Bytes;

/// Its films and sound.
pub const MEDIA: [&str; 5] =
    ["audio_deu.mp4", "audio_eng.mp4", "video_180p.mp4", "video_360p.mp4", "video_720p.mp4"];

/// Its subtitles.
pub const TEXTS: [&str; 3] = ["subtitles.de.srt", "subtitles.de_forced.srt", "subtitles.en.vtt"];

/// A file of it.
#[must_use]
pub fn file(name: &str) -> Bytes {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/media/sample");
    std::fs::read(folder.join(name)).unwrap().into()
}
