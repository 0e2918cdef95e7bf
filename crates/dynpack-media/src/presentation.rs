//! What one request may see of an asset.

use std::num::NonZeroU32;
use std::sync::Arc;

use crate::{Cuts, Language, RenditionId, SampleIndex, Segment, Ticks, Time, Timescale, Track};
use dynpack_codec::MediaKind;

/// The place of a stored file in its asset, from 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SourceIndex(pub u32);

/// What a rendition is for (the role scheme `urn:mpeg:dash:role:2011`, ISO/IEC 23009-1, 5.8.5.5).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Role {
    /// What a player shows unless told otherwise.
    #[default]
    Main,
    /// Another choice of the same kind, such as another language.
    Alternate,
    /// A spoken description of the pictures.
    Description,
}

/// One track at one bitrate, in one form.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Rendition {
    /// What identifies it within its presentation.
    pub id: RenditionId,
    /// The language, as declared by the publisher or else by the file.
    pub language: Language,
    /// A name for people, if the publisher gave one.
    pub label: Option<String>,
    /// What it is for.
    pub role: Role,
    /// The file which holds its samples.
    pub source: SourceIndex,
    /// Its samples and their coding.
    pub track: Arc<Track>,
    /// Its segments.
    pub cuts: Arc<Cuts>,
}

impl Rendition {
    /// A rendition in the track's own language, without a label, as [`Role::Main`].
    #[must_use]
    pub fn new(id: RenditionId, source: SourceIndex, track: Arc<Track>, cuts: Arc<Cuts>) -> Self {
        let language = track.language.clone();
        Self { id, language, label: None, role: Role::Main, source, track, cuts }
    }

    /// What it is made of.
    #[must_use]
    pub fn kind(&self) -> MediaKind {
        self.track.kind()
    }

    /// Its clock: that of all times in its cuts.
    #[must_use]
    pub fn timescale(&self) -> Timescale {
        self.track.timescale
    }

    /// Whether each of its segments can be decoded without the one before: it begins with a sync
    /// sample, and no picture is presented before that.
    #[must_use]
    pub fn has_independent_segments(&self) -> bool {
        let is_first_presented = |segment: &Segment| match self.kind() {
            MediaKind::Video => self.presentation_time(segment.samples.start) == segment.start,
            MediaKind::Audio => true,
        };
        self.cuts.segments().all(|segment| {
            self.track.samples.is_sync(segment.samples.start) && is_first_presented(&segment)
        })
    }

    /// The same with coarser cuts: see [`Cuts::joined`].
    #[must_use]
    pub fn with_joined_segments(&self, count: NonZeroU32) -> Self {
        let cuts = if count == NonZeroU32::MIN {
            Arc::clone(&self.cuts)
        } else {
            Arc::new(self.cuts.joined(count))
        };
        Self { cuts, ..self.clone() }
    }

    /// The same without segments that hold no bytes, for formats that cannot carry those: see
    /// [`Cuts::keeping`].
    #[must_use]
    pub fn with_filled_segments(&self) -> Self {
        self.keeping(|segment| self.track.samples.byte_len(segment.samples.clone()) > 0)
    }

    /// The same with segments only where there is a picture to begin with, for
    /// [`key_frames`](Self::key_frames) alone.
    #[must_use]
    pub fn with_shown_key_frames(&self) -> Self {
        self.keeping(|segment| self.track.samples.size(segment.samples.start) > 0)
    }

    fn keeping(&self, keep: impl Fn(&Segment) -> bool) -> Self {
        let all = !self.track.samples.has_empty_samples();
        let cuts = if all { Arc::clone(&self.cuts) } else { Arc::new(self.cuts.keeping(keep)) };
        Self { cuts, ..self.clone() }
    }

    /// When a sample is presented, in its timescale. O(log n).
    pub(crate) fn presentation_time(&self, sample: SampleIndex) -> Ticks {
        self.track.samples.composition_time(sample) + self.cuts.shift
    }

    /// When its last segment ends, in its timescale.
    #[must_use]
    pub fn end(&self) -> Ticks {
        self.cuts.end()
    }

    /// When its last segment ends, with its clock.
    #[must_use]
    pub fn end_time(&self) -> Time {
        self.time(self.end())
    }

    /// A time on its clock.
    #[must_use]
    pub fn time(&self, ticks: Ticks) -> Time {
        Time::new(ticks, self.timescale())
    }
}

/// The renditions that one request may see, in the order in which manifests list them: by name in
/// the order of the asset, then by ascending bitrate.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Presentation {
    /// The renditions; never empty, each with at least one segment.
    pub renditions: Vec<Rendition>,
    /// How many segments of the timeline make one of HLS in transport streams, as declared by the
    /// publisher, or else 1.
    pub fragments_per_hls_segment: NonZeroU32,
}

impl Presentation {
    /// A presentation of those renditions which have segments.
    ///
    /// # Errors
    /// [`Error::NothingToPresent`](crate::Error::NothingToPresent) if none has.
    pub fn new(renditions: Vec<Rendition>) -> Result<Self, crate::Error> {
        let renditions: Vec<_> =
            renditions.into_iter().filter(|rendition| !rendition.cuts.is_empty()).collect();
        if renditions.is_empty() {
            return Err(crate::Error::NothingToPresent);
        }
        Ok(Self { renditions, fragments_per_hls_segment: NonZeroU32::MIN })
    }

    /// The renditions of one kind.
    pub fn of_kind(&self, kind: MediaKind) -> impl Iterator<Item = &Rendition> {
        self.renditions.iter().filter(move |rendition| rendition.kind() == kind)
    }

    /// The rendition of that id.
    #[must_use]
    pub fn rendition(&self, id: &RenditionId) -> Option<&Rendition> {
        self.renditions.iter().find(|rendition| rendition.id == *id)
    }

    /// The renditions of one name: the same content at several bitrates.
    pub fn named(&self, name: &str) -> impl Iterator<Item = &Rendition> {
        self.renditions.iter().filter(move |rendition| *rendition.id.name == *name)
    }

    /// When the last of the renditions ends, on the clock on which that is exact.
    #[must_use]
    pub fn duration(&self) -> Time {
        let ends = self.renditions.iter().map(Rendition::end_time);
        ends.max().unwrap_or(Time::new(Ticks::ZERO, Timescale::MILLIS))
    }
}
