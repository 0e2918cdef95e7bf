//! What identifies a rendition within its presentation.

use std::fmt;
use std::sync::Arc;

/// The name, the bitrate and the form of a rendition: what identifies it in URLs. No two renditions
/// of a presentation share all three.
///
/// ```
/// use dynpack_media::{Form, RenditionId};
///
/// let video = RenditionId::new("video", 400_000);
/// assert_eq!(video.to_string(), "\"video\" at 400000 bit/s");
/// assert_ne!(video.with_form(Form::KeyFrames), video);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub struct RenditionId {
    /// The name of the track. Renditions that share it are the same content at several bitrates.
    pub name: Arc<str>,
    /// Bits per second, as declared by the publisher or else measured. Never 0.
    pub bitrate: u32,
    /// What it shows of the track.
    pub form: Form,
}

/// What a rendition shows of its track.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Form {
    /// All samples.
    #[default]
    Full,
    /// Key frames of video, each in a segment of its own, for trick play.
    KeyFrames,
}

impl RenditionId {
    /// The rendition of that name and bitrate in full.
    #[must_use]
    pub fn new(name: impl Into<Arc<str>>, bitrate: u32) -> Self {
        Self { name: name.into(), bitrate, form: Form::Full }
    }

    /// The same track in another form.
    #[must_use]
    pub fn with_form(&self, form: Form) -> Self {
        Self { form, ..self.clone() }
    }
}

impl fmt::Display for RenditionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let form = match self.form {
            Form::Full => "",
            Form::KeyFrames => "key frames of ",
        };
        write!(f, "{form}{:?} at {} bit/s", self.name, self.bitrate)
    }
}
