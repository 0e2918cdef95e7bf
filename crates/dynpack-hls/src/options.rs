//! Options of playlists: what segments are made of, and which variants there are.

use dynpack_codec::TextForm;

/// What segments are made of, and thus what clients must understand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Flavor {
    /// Fragmented MP4, with each track in its own segments: protocol version 7.
    #[default]
    Cmaf,
    /// MPEG-2 transport streams, with each track in its own segments: protocol version 4.
    Ts,
    /// MPEG-2 transport streams of video with audio: protocol version 3. The first audio rendition
    /// of a presentation is muxed into each video, as the audio of a
    /// [`Stream`](dynpack_media::Stream).
    MuxedTs,
}

impl Flavor {
    /// `EXT-X-VERSION` (RFC 8216, 7): the lowest version that allows what the playlists contain.
    #[must_use]
    pub const fn version(self) -> u8 {
        match self {
            Self::Cmaf => 7,
            Self::Ts => 4,
            Self::MuxedTs => 3,
        }
    }
}

/// Options of playlists.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Options {
    /// What segments are made of.
    pub flavor: Flavor,
    /// Whether a presentation with video also has an audio-only variant, for very slow networks.
    /// Off by default, since players tend to fall back to it too early.
    pub audio_only: bool,
    /// The form of text; [`TextForm::Vtt`] unless set.
    pub text: TextForm,
    /// The bitrate of the rendition whose variants are listed first, in bits per second, if there
    /// is such a rendition: many players start with the first variant.
    pub first_quality: Option<u32>,
}

impl Options {
    /// Fragmented MP4.
    pub const CMAF: Self = Self::new(Flavor::Cmaf);

    /// Transport streams, one for each track.
    pub const TS: Self = Self::new(Flavor::Ts);

    /// Transport streams of video with audio.
    pub const MUXED_TS: Self = Self::new(Flavor::MuxedTs);

    const fn new(flavor: Flavor) -> Self {
        Self { flavor, audio_only: false, text: TextForm::Vtt, first_quality: None }
    }

    /// The same options with text in that form.
    #[must_use]
    pub const fn with_text(self, text: TextForm) -> Self {
        Self { text, ..self }
    }

    /// The same options with or without an audio-only variant.
    #[must_use]
    pub const fn with_audio_only(self, audio_only: bool) -> Self {
        Self { audio_only, ..self }
    }

    /// The same options with the variants of that bitrate first.
    #[must_use]
    pub const fn with_first_quality(self, first_quality: Option<u32>) -> Self {
        Self { first_quality, ..self }
    }
}

impl Default for Options {
    fn default() -> Self {
        Self::CMAF
    }
}
