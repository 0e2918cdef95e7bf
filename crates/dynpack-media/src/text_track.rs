//! Text tracks: subtitles, captions and chapters as one file holds them.

use bytes::Bytes;

use crate::{Grouping, Language, MediaStretch, Role, SampleTable, Ticks, Timescale, TrackId};

/// A text track of a movie, as it is stored.
///
/// Its samples are those of the file: unlike those of a [`Track`](crate::Track), they are not cut
/// as the edit list says, and samples without bytes are kept, for nothing is shown then.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct TextTrack {
    /// Its id in the file.
    pub id: TrackId,
    /// Its clock.
    pub timescale: Timescale,
    /// Its language.
    pub language: Language,
    /// Its name for people, as that of a [`Track`](crate::Track).
    pub name: String,
    /// The sample entry box (`wvtt`, `stpp`, `tx3g`, `text`, `dfxp`), header included.
    pub sample_entry: Bytes,
    /// Its samples, shown one after the other. Where the file has a gap, there is a sample without
    /// bytes.
    pub samples: SampleTable,
    /// The time of the first sample on the clock of the media, on which edit lists and TTML
    /// documents count.
    pub start: Ticks,
    /// What of it is presented, and when, in the order of the edit list; at least one.
    pub stretches: Vec<MediaStretch>,
    /// How it goes with the other tracks of its file.
    pub grouping: Grouping,
    /// What it is for, if the file says so.
    pub role: Option<Role>,
    /// Which of it is shown to viewers who did not ask for text.
    pub forced: Forced,
}

impl TextTrack {
    /// A track without a name, in an undetermined language, whose first sample is shown at the
    /// start of the movie.
    #[must_use]
    pub fn new(
        id: TrackId,
        timescale: Timescale,
        sample_entry: Bytes,
        samples: SampleTable,
    ) -> Self {
        Self {
            id,
            timescale,
            language: Language::undetermined(),
            name: String::new(),
            sample_entry,
            samples,
            start: Ticks::ZERO,
            stretches: vec![MediaStretch::ALL],
            grouping: Grouping::default(),
            role: None,
            forced: Forced::No,
        }
    }
}

/// Which of a text track is shown to viewers who did not ask for text, such as translations of
/// signs and of foreign speech.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Forced {
    /// Nothing.
    #[default]
    No,
    /// Some samples.
    Some,
    /// All of it.
    All,
}
