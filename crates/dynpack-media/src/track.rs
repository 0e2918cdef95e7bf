//! Tracks and movies: what one file holds.

use bytes::Bytes;
use dynpack_codec::{AudioCodec, AudioFamily, Codec, DynamicRange, MediaKind, Video, VideoFamily};

use crate::{
    Chapters, FrameRate, Grouping, Language, Matrix, Role, SampleTable, TextTrack, Ticks,
    Timescale, TrackId,
};

/// How the times of a track's samples become times of the movie, from the edit list (`elst`,
/// ISO/IEC 14496-12, 8.6.6): an initial delay, then the media from one point on. Of what else an
/// edit list says, the samples are cut already.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Edit {
    /// Delay of the track after the start of the movie (empty edits), in the track's
    /// timescale.
    pub delay: Ticks,
    /// The composition time that is presented first, in the track's timescale.
    pub media_start: Ticks,
}

impl Edit {
    /// The one of its times that is beyond [`Ticks::FARTHEST`], if one is.
    #[must_use]
    pub fn implausible_time(self) -> Option<Ticks> {
        [self.delay, self.media_start].into_iter().find(|ticks| !ticks.is_plausible())
    }
}

/// One track of a movie.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Track {
    /// Its id in the file.
    pub id: TrackId,
    /// Its clock.
    pub timescale: Timescale,
    /// Its language.
    pub language: Language,
    /// Its name for people, from its user data (`name` in `udta`) or else from its handler
    /// (`hdlr`); often empty.
    pub name: String,
    /// How its samples are coded.
    pub codec: Codec,
    /// The sample entry box (`avc1`, `mp4a`, ...), header included, as an output file can carry it.
    pub sample_entry: Bytes,
    /// Its samples.
    pub samples: SampleTable,
    /// Its place in the movie.
    pub edit: Edit,
    /// How it goes with the other tracks of its file.
    pub grouping: Grouping,
    /// How its pictures are transformed for display.
    pub matrix: Matrix,
    /// What it is for, if the file says so.
    pub role: Option<Role>,
    /// Frames per second, if that is known otherwise than by its samples: clips have pictures that
    /// are not to be seen.
    pub known_frame_rate: Option<FrameRate>,
}

impl Track {
    /// A track without a name, in an undetermined language, which starts with the movie and is in
    /// no group.
    #[must_use]
    pub fn new(
        id: TrackId,
        timescale: Timescale,
        codec: Codec,
        sample_entry: Bytes,
        samples: SampleTable,
    ) -> Self {
        Self {
            id,
            timescale,
            language: Language::undetermined(),
            name: String::new(),
            codec,
            sample_entry,
            samples,
            edit: Edit::default(),
            grouping: Grouping::default(),
            matrix: Matrix::UNITY,
            role: None,
            known_frame_rate: None,
        }
    }

    /// The same track in another language.
    #[must_use]
    pub fn with_language(self, language: Language) -> Self {
        Self { language, ..self }
    }

    /// The same track with a name.
    #[must_use]
    pub fn with_name(self, name: String) -> Self {
        Self { name, ..self }
    }

    /// The same track elsewhere in the movie.
    #[must_use]
    pub fn with_edit(self, edit: Edit) -> Self {
        Self { edit, ..self }
    }

    /// The same track in other groups of its file.
    #[must_use]
    pub fn with_grouping(self, grouping: Grouping) -> Self {
        Self { grouping, ..self }
    }

    /// The same track with its pictures transformed.
    #[must_use]
    pub fn with_matrix(self, matrix: Matrix) -> Self {
        Self { matrix, ..self }
    }

    /// The same track for a purpose.
    #[must_use]
    pub fn with_role(self, role: Option<Role>) -> Self {
        Self { role, ..self }
    }

    /// The same track, of which its frames per second are known.
    #[must_use]
    pub fn with_known_frame_rate(self, known_frame_rate: Option<FrameRate>) -> Self {
        Self { known_frame_rate, ..self }
    }

    /// Width and height of its pictures as displayed, in square pixels, the width rounded to the
    /// nearest; `None` for audio and text.
    #[must_use]
    pub fn display_size(&self) -> Option<(u32, u32)> {
        let (width, height) = self.unturned_size()?;
        Some(if self.matrix.swaps_axes() { (height, width) } else { (width, height) })
    }

    /// The same without the matrix, for formats that cannot turn pictures.
    #[must_use]
    pub fn unturned_size(&self) -> Option<(u32, u32)> {
        let video = self.codec.video()?;
        let (width, height) = video.dimensions();
        let halves = video.pixel_aspect.stretch(width, 2);
        let width = halves.map_or_else(|| width.into(), |halves| halves.div_ceil(2));
        Some((width, height.into()))
    }

    /// The kind of its media.
    #[must_use]
    pub const fn kind(&self) -> MediaKind {
        self.codec.kind()
    }

    /// The [family](Video::family) of its codec and its range of brightness, for video.
    #[must_use]
    pub fn video_family(&self) -> Option<(VideoFamily, DynamicRange)> {
        self.codec.video().map(Video::family)
    }

    /// The family of its codec, for audio.
    #[must_use]
    pub fn audio_family(&self) -> Option<AudioFamily> {
        self.codec.audio().map(AudioCodec::family)
    }

    /// Frames per second, for video.
    #[must_use]
    pub fn frame_rate(&self) -> Option<FrameRate> {
        match self.kind() {
            MediaKind::Video => {
                let measured = || FrameRate::of(&self.samples, self.timescale);
                self.known_frame_rate.or_else(measured)
            }
            MediaKind::Audio | MediaKind::Text => None,
        }
    }
}

/// What one file holds: the tracks that can be served, and why others cannot.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Movie {
    /// The tracks with samples that can be served, in file order.
    pub tracks: Vec<Track>,
    /// The text tracks, in file order, without those of chapters.
    pub texts: Vec<TextTrack>,
    /// Its chapters.
    pub chapters: Chapters,
    /// The tracks that were left out, in file order.
    pub skipped: Vec<SkippedTrack>,
    /// What is wrong with the file, though its tracks can be served. For people.
    pub warnings: Vec<String>,
}

impl Movie {
    /// A movie of these tracks, without text and chapters.
    #[must_use]
    pub fn new(tracks: Vec<Track>, skipped: Vec<SkippedTrack>) -> Self {
        Self { tracks, skipped, ..Self::default() }
    }

    /// The same movie with text tracks.
    #[must_use]
    pub fn with_texts(self, texts: Vec<TextTrack>) -> Self {
        Self { texts, ..self }
    }

    /// The same movie with chapters.
    #[must_use]
    pub fn with_chapters(self, chapters: Chapters) -> Self {
        Self { chapters, ..self }
    }

    /// The same movie with warnings.
    #[must_use]
    pub fn with_warnings(self, warnings: Vec<String>) -> Self {
        Self { warnings, ..self }
    }

    /// The track of that id.
    #[must_use]
    pub fn track(&self, id: TrackId) -> Option<&Track> {
        self.tracks.iter().find(|track| track.id == id)
    }
}

/// A track which cannot be served, such as one with an unknown codec.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SkippedTrack {
    /// Its id in the file.
    pub id: TrackId,
    /// Why, for people.
    pub reason: String,
    /// What its handler says that it is; `None` for everything but video, audio and
    /// text, and for chapters.
    pub kind: Option<MediaKind>,
    /// Whether that is because its samples are encrypted.
    pub is_encrypted: bool,
    /// Whether that is because it cannot be read, though its codec is supported: it contradicts
    /// itself or the standard, or its coding changes.
    pub is_damaged: bool,
}

impl SkippedTrack {
    /// Whether that is only because its codec is not supported.
    #[must_use]
    pub const fn is_unsupported(&self) -> bool {
        !self.is_damaged && !self.is_encrypted
    }
}
