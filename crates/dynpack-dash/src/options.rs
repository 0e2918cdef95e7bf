//! Options of manifests: what segments are made of, and the buffer of clients.

use std::time::Duration;

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
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Options {
    /// What segments are made of.
    pub flavor: Flavor,
    /// How much a client should buffer at the declared bitrate before it plays (`minBufferTime`).
    /// `None` is the duration of the longest segment.
    pub min_buffer_time: Option<Duration>,
}

impl Options {
    /// CMAF fragments.
    pub const CMAF: Self = Self { flavor: Flavor::Cmaf, min_buffer_time: None };

    /// Fragments of the common streaming format.
    pub const CSF: Self = Self { flavor: Flavor::Csf, min_buffer_time: None };

    /// The same options with another buffer.
    #[must_use]
    pub const fn with_min_buffer_time(self, min_buffer_time: Duration) -> Self {
        Self { min_buffer_time: Some(min_buffer_time), ..self }
    }
}
