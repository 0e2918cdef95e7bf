//! A stretch of media, as an edit list presents it.

use dynpack_media::{Edit, MediaStretch, Ticks};

/// Media that is presented without a break.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stretch {
    /// Its number in the list, from 1.
    pub(super) number: usize,
    /// When it is presented, from the start of the movie.
    pub(super) position: Ticks,
    /// The composition time that is presented first.
    pub(super) media_start: Ticks,
    /// How long it lasts; `None` for all media that follows.
    pub(super) duration: Option<Ticks>,
}

impl Stretch {
    /// All media, from the start of the movie.
    pub(super) const ALL: Self =
        Self { number: 0, position: Ticks::ZERO, media_start: Ticks::ZERO, duration: None };

    /// When its presentation ends; `None` with the media.
    pub(super) fn position_end(&self) -> Option<Ticks> {
        Some(self.position + self.duration?)
    }

    /// The composition time at which it ends; `None` with the media.
    pub(super) fn media_end(&self) -> Option<Ticks> {
        Some(self.media_start + self.duration?)
    }

    /// The same, for media whose times count from its first sample, which is decoded at `start`.
    /// The time before that is not media.
    pub(super) fn since(self, start: Ticks) -> Self {
        let before = (start - self.media_start).max(Ticks::ZERO);
        Self {
            position: self.position + before,
            media_start: self.media_start - start + before,
            duration: self.duration.map(|duration| (duration - before).max(Ticks::ZERO)),
            ..self
        }
    }

    /// The same for others.
    pub(super) const fn of_media(&self) -> MediaStretch {
        let Self { position, media_start, duration, .. } = *self;
        MediaStretch { position, media_start, duration }
    }

    /// The place of a track which it presents first.
    pub(super) const fn edit(&self) -> Edit {
        Edit { delay: self.position, media_start: self.media_start }
    }
}
