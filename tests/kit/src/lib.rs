//! Shared code of dynpack's tests and benchmarks: films that are built in code, as the packager
//! sees them or as files, and readers of the output.
//!
//! - [`TrackBuilder`] makes a track from its sample tables, and [`presentation`] cuts tracks into a
//!   film. That is sufficient for manifests, and for segments whose media is [`stored`].
//! - [`film`] has films with every byte of their samples, random or with parameters, and stores
//!   them in every [container](film::Container).
//! - [`mp4`] writes files box by box, with every quirk that the demuxer must understand or refuse.
//! - [`read`] reads segments, and [`promise`] reads manifests. Both use other parsers wherever they
//!   exist.
//! - [`sample_asset`] has the files of the sample asset.
//! - [`urls`] makes the URLs in manifests.
//!
//! ```
//! let film = dynpack_testkit::sample();
//! assert_eq!(film.renditions.len(), 4);
//! ```
//!
//! It does not depend on the facade, so the tests of the facade can use it too.

#![expect(
    clippy::unwrap_used,
    clippy::missing_panics_doc,
    reason = "a test fails by panicking, and what is built here is right"
)]

pub mod codec;
pub mod film;
pub mod mp4;
mod presentation;
pub mod promise;
pub mod read;
pub mod sample_asset;
pub mod stored;
mod track;
mod tracks;
pub mod urls;

pub use self::codec::{AAC_44_STEREO, AAC_48_STEREO, AAC_48_SURROUND, AVCC, HE_AAC_48_STEREO};
pub use self::presentation::{
    in_short_segments, presentation, renditions, sample, two_hours, with_captions,
};
pub use self::track::{TrackBuilder, end_in_file, presented};
pub use self::tracks::{
    audio, dolby_vision, hdr10_plus, late, ntsc, open_groups, preferring_hlg, turned, uneven_video,
    video, with_pixels,
};

/// Joins lines that end with a backslash, as in string literals of Rust that are not raw. The text
/// continues with the first character of the next line that is not white space.
#[must_use]
pub fn unfolded(text: &str) -> String {
    let mut pieces = text.split("\\\n");
    let first = pieces.next().unwrap_or_default().to_owned();
    pieces.fold(first, |text, piece| text + piece.trim_start())
}
