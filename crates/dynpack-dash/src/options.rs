//! Options of manifests: what segments are made of, and the buffer of clients.

use std::time::Duration;

use dynpack_codec::TextForm;

/// What segments are made of, and thus the profiles with which the manifest complies.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Flavor {
    /// CMAF fragments (ISO/IEC 23000-19).
    #[default]
    Cmaf,
    /// Fragments of the common streaming format, the first that Azure Media Services had for DASH.
    Csf,
}

/// Options of a manifest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Options {
    /// What segments are made of.
    pub flavor: Flavor,
    /// How much a client should buffer at the declared bitrate before it plays (`minBufferTime`).
    /// `None` is the duration of the longest segment.
    pub min_buffer_time: Option<Duration>,
    /// The form of text; [`TextForm::Imsc`] unless set. [`TextForm::Vtt`] is one document for each
    /// text, without segments.
    pub text: TextForm,
}

impl Options {
    /// CMAF fragments.
    pub const CMAF: Self = Self::new(Flavor::Cmaf);

    /// Fragments of the common streaming format.
    pub const CSF: Self = Self::new(Flavor::Csf);

    const fn new(flavor: Flavor) -> Self {
        Self { flavor, min_buffer_time: None, text: TextForm::Imsc }
    }

    /// The same options with text in that form.
    #[must_use]
    pub const fn with_text(self, text: TextForm) -> Self {
        Self { text, ..self }
    }

    /// The same options with another buffer.
    #[must_use]
    pub const fn with_min_buffer_time(self, min_buffer_time: Duration) -> Self {
        Self { min_buffer_time: Some(min_buffer_time), ..self }
    }
}

impl Default for Options {
    fn default() -> Self {
        Self::CMAF
    }
}
