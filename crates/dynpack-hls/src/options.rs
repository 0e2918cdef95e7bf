//! What kind of HLS is wanted.

/// What segments are made of, and so what clients must understand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Flavor {
    /// Fragmented MP4, each track by itself: protocol version 7.
    #[default]
    Cmaf,
    /// MPEG-2 transport streams, each track by itself: protocol version 4.
    Ts,
    /// MPEG-2 transport streams with sound in them: protocol version 3. The first audio rendition
    /// of a presentation is the one that is muxed into each video, as the audio of a
    /// [`Stream`](dynpack_media::Stream).
    MuxedTs,
}

impl Flavor {
    /// `EXT-X-VERSION` (RFC 8216, 7): the lowest that allows what the playlists hold.
    #[must_use]
    pub const fn version(self) -> u8 {
        match self {
            Self::Cmaf => 7,
            Self::Ts => 4,
            Self::MuxedTs => 3,
        }
    }
}

/// What playlists hold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Options {
    /// What segments are made of.
    pub flavor: Flavor,
    /// Whether a presentation with video also has a variant of its sound alone, for the poorest of
    /// networks. Off by default, since players tend to fall back on it too early.
    pub audio_only: bool,
}

impl Options {
    /// Fragmented MP4.
    pub const CMAF: Self = Self { flavor: Flavor::Cmaf, audio_only: false };

    /// Transport streams, one a track.
    pub const TS: Self = Self { flavor: Flavor::Ts, audio_only: false };

    /// Transport streams with sound in them.
    pub const MUXED_TS: Self = Self { flavor: Flavor::MuxedTs, audio_only: false };

    /// The same with or without a variant of sound alone.
    #[must_use]
    pub const fn with_audio_only(self, audio_only: bool) -> Self {
        Self { audio_only, ..self }
    }
}
