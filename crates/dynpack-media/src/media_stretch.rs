//! Stretches of media, as edit lists present them.

use crate::Ticks;

/// Media that a movie presents without a break (`elst`, ISO/IEC 14496-12, 8.6.6), in ticks of its
/// track.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MediaStretch {
    /// When it is presented, from the start of the movie.
    pub position: Ticks,
    /// The time on the clock of the media that is presented first.
    pub media_start: Ticks,
    /// How long it lasts; `None` for all media that follows.
    pub duration: Option<Ticks>,
}

impl MediaStretch {
    /// All media, from the start of the movie.
    pub const ALL: Self = Self { position: Ticks::ZERO, media_start: Ticks::ZERO, duration: None };
}
