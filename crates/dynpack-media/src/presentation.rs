//! What one request may see of an asset.

use std::borrow::Cow;
use std::num::NonZeroU32;
use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;
use dynpack_codec::{Codec, MediaKind, TextForm};

use crate::{
    Chapter, ClipNumber, Cuts, Form, Language, Marker, RenditionId, Role, SampleIndex, SampleTable,
    Segment, SegmentNumber, Ticks, Time, Timescale, Track, TrackId,
};

/// The place of a stored file in its asset, from 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SourceIndex(pub u32);

/// One track at one bitrate, in one form.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Rendition {
    /// What identifies it within its presentation.
    pub id: RenditionId,
    /// The language, as declared by the publisher or else by the file.
    pub language: Language,
    /// A name for people, if the publisher gave one, or the file does where there is a choice.
    pub label: Option<String>,
    /// What it is for.
    pub role: Role,
    /// Whether its publisher wants it shown unless a viewer chooses something else. Of text, which
    /// is hidden otherwise.
    pub is_default: bool,
    /// What its publisher declares of it for people who need it (`CHARACTERISTICS` in HLS, RFC
    /// 8216, 4.3.4.1), in place of what its role says.
    pub characteristics: Vec<String>,
    /// Whether it is text that shows images in place of words.
    pub has_images: bool,
    /// The file which holds its samples, or its cues.
    pub source: SourceIndex,
    /// Its samples and their coding. [Text](Codec::Text) has none: its cues are kept elsewhere.
    pub track: Arc<Track>,
    /// Whether its video was [filled](crate::CutPolicy::fills_video).
    pub is_filled: bool,
    /// The clip that it is of, in a program of several.
    pub clip: Option<ClipNumber>,
    /// Its segments.
    pub cuts: Arc<Cuts>,
}

impl Rendition {
    /// A rendition in the track's own language, without a label, as [`Role::Main`].
    #[must_use]
    pub fn new(id: RenditionId, source: SourceIndex, track: Arc<Track>, cuts: Arc<Cuts>) -> Self {
        let language = track.language.clone();
        Self {
            id,
            language,
            label: None,
            role: Role::Main,
            is_default: false,
            characteristics: Vec::new(),
            has_images: false,
            source,
            track,
            is_filled: false,
            clip: None,
            cuts,
        }
    }

    /// Subtitles in that language, with those cuts on the clock of [`Cuts::TEXT_CLOCK`].
    #[must_use]
    pub fn text(id: RenditionId, source: SourceIndex, language: Language, cuts: Arc<Cuts>) -> Self {
        let samples = SampleTable::empty();
        let track = Track::new(TrackId(1), Cuts::TEXT_CLOCK, Codec::Text, Bytes::new(), samples);
        let track = Arc::new(track.with_language(language));
        Self { role: Role::Subtitle, ..Self::new(id, source, track, cuts) }
    }

    /// The `codecs` parameter (RFC 6381) of a text in that form.
    #[must_use]
    pub fn text_codecs(&self, form: TextForm) -> &'static str {
        let of_images = form.rfc6381_of_images().filter(|_| self.has_images);
        of_images.unwrap_or_else(|| form.rfc6381())
    }

    /// The same with another id, as a rendition of that clip of a program.
    #[must_use]
    pub fn of_clip(self, id: RenditionId, clip: Option<ClipNumber>) -> Self {
        Self { id, clip, ..self }
    }

    /// The most that a picture is decoded after it would be presented, had it no composition
    /// offset: a time that is not above 0.
    #[must_use]
    pub fn reordering(&self) -> Time {
        self.time(self.track.samples.least_composition_offset().min(Ticks::ZERO))
    }

    /// Has its decode times moved as if its [reordering](Self::reordering) were that, where they
    /// pass no presentation time: so that they ascend from one clip to another.
    pub fn reorder_by(&mut self, reordering: Time) {
        let least = i32::try_from(reordering.floor(self.timescale()).0).unwrap_or(i32::MIN);
        if Ticks(least.into()) < self.track.samples.least_composition_offset() {
            Arc::make_mut(&mut self.track).samples.lower_composition_offset(least);
        }
    }

    /// The same with those cuts of that track.
    #[must_use]
    pub fn with_cuts(self, track: Arc<Track>, cuts: Arc<Cuts>) -> Self {
        Self { track, cuts, ..self }
    }

    /// The kind of its media.
    #[must_use]
    pub fn kind(&self) -> MediaKind {
        self.track.kind()
    }

    /// Its clock: that of all times in its cuts.
    #[must_use]
    pub fn timescale(&self) -> Timescale {
        self.track.timescale
    }

    /// Whether each of its segments can be decoded without the previous one: it begins with a sync
    /// sample, and no picture is presented before that.
    #[must_use]
    pub fn has_independent_segments(&self) -> bool {
        let is_first_presented = |segment: &Segment| match self.kind() {
            MediaKind::Video => self.presentation_time(segment.samples.start) == segment.start,
            MediaKind::Audio | MediaKind::Text => true,
        };
        self.kind() == MediaKind::Text
            || self.cuts.segments().all(|segment| {
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

    /// The same later: all of its times are moved by `time`, rounded to its clock, and its places
    /// of the timeline by so many.
    #[must_use]
    pub fn delayed(&self, time: Time, places: u32) -> Self {
        let cuts = self.cuts.delayed(time.round(self.timescale()), places);
        Self { cuts: Arc::new(cuts), ..self.clone() }
    }

    /// Bytes of memory that it takes: its tables, its cuts, and its key frames.
    #[must_use]
    pub fn memory_size(&self) -> usize {
        const PER_KEY_FRAME: usize =
            size_of::<SegmentNumber>() + size_of::<SampleIndex>() + size_of::<Ticks>();
        let samples = &self.track.samples;
        let all = SampleIndex(0)..SampleIndex(samples.len());
        let sync = samples.sync_samples(all).map_or(0, <[SampleIndex]>::len);
        let key_frames = sync.saturating_mul(PER_KEY_FRAME);
        let tables = samples.memory_size().saturating_add(self.cuts.memory_size());
        tables.saturating_add(key_frames).saturating_add(1024)
    }

    /// Presentation time of a sample, in its timescale. O(log n).
    pub(crate) fn presentation_time(&self, sample: SampleIndex) -> Ticks {
        self.track.samples.composition_time(sample) + self.cuts.shift
    }

    /// End of its last segment, in its timescale.
    #[must_use]
    pub fn end(&self) -> Ticks {
        self.cuts.end()
    }

    /// Start of its first segment, with its clock.
    #[must_use]
    pub fn start_time(&self) -> Time {
        self.time(self.cuts.start())
    }

    /// End of its last segment, with its clock.
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
/// the order of the asset, then by ascending family of video, then by ascending bitrate. Text comes
/// last.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Presentation {
    /// The renditions; never empty, each with at least one segment.
    pub renditions: Vec<Rendition>,
    /// Its chapters, in any order: there are several lists if it has them in several languages.
    pub chapters: Arc<[Chapter]>,
    /// Its markers, in the order of their starts.
    pub markers: Arc<[Marker]>,
    fragments_per_hls_segment: NonZeroU32,
    origin: Time,
    end: Option<Time>,
    begin: Option<Time>,
}

impl Presentation {
    /// The maximum number of segments of the timeline in one transport stream segment, which is
    /// made in memory.
    pub const MAX_FRAGMENTS_PER_HLS_SEGMENT: NonZeroU32 = NonZeroU32::new(10).expect("above zero");

    /// A presentation of the renditions that have segments, without chapters.
    ///
    /// # Errors
    /// [`Error::NothingToPresent`](crate::Error::NothingToPresent) if none has.
    pub fn new(renditions: Vec<Rendition>) -> Result<Self, crate::Error> {
        let renditions: Vec<_> =
            renditions.into_iter().filter(|rendition| !rendition.cuts.is_empty()).collect();
        if renditions.is_empty() {
            return Err(crate::Error::NothingToPresent);
        }
        let (chapters, markers) = (Arc::default(), Arc::default());
        let fragments_per_hls_segment = NonZeroU32::MIN;
        let origin = Time::new(Ticks::ZERO, Timescale::MILLIS);
        let (end, begin) = (None, None);
        Ok(Self { renditions, chapters, markers, fragments_per_hls_segment, origin, end, begin })
    }

    /// Only the renditions for which `keep` holds.
    ///
    /// # Errors
    /// [`Error::NothingToPresent`](crate::Error::NothingToPresent) if none is left.
    pub fn retaining(&self, keep: impl Fn(&Rendition) -> bool) -> Result<Self, crate::Error> {
        let kept = self.renditions.iter().filter(|rendition| keep(rendition));
        self.with_renditions(kept.cloned().collect())
    }

    /// The same renditions with the segments in those places of the timeline.
    ///
    /// # Errors
    /// [`Error::NothingToPresent`](crate::Error::NothingToPresent) if no rendition has one there.
    pub fn within(&self, places: Range<SegmentNumber>) -> Result<Self, crate::Error> {
        let within = |rendition: &Rendition| Rendition {
            cuts: Arc::new(rendition.cuts.within(places.clone())),
            ..rendition.clone()
        };
        let within = self.with_renditions(self.renditions.iter().map(within).collect())?;
        let end = self.end.filter(|_| within.last_end() >= self.last_end());
        let begin = self.begin.filter(|_| places.start == SegmentNumber(0));
        Ok(Self { end, begin, ..within })
    }

    /// The same with other renditions.
    ///
    /// # Errors
    /// [`Error::NothingToPresent`](crate::Error::NothingToPresent) if none has segments.
    pub fn with_renditions(&self, renditions: Vec<Rendition>) -> Result<Self, crate::Error> {
        Ok(Self {
            renditions: Self::new(renditions)?.renditions,
            chapters: Arc::clone(&self.chapters),
            markers: Arc::clone(&self.markers),
            ..*self
        })
    }

    /// Where on the clock of its movies it starts: at 0 unless [set](Self::with_origin).
    #[must_use]
    pub const fn origin(&self) -> Time {
        self.origin
    }

    /// The same, as it starts at that time of its movies ([`Timeline::origin`]).
    ///
    /// [`Timeline::origin`]: crate::Timeline::origin
    #[must_use]
    pub fn with_origin(self, origin: Time) -> Self {
        Self { origin, ..self }
    }

    /// The same, as it ends at that time, whatever ends a little earlier or later.
    #[must_use]
    pub(crate) fn with_end(self, end: Time) -> Self {
        Self { end: Some(end), ..self }
    }

    /// Where players should start, if not at 0: within the first picture of a clip, after pictures
    /// which are not to be seen.
    #[must_use]
    pub const fn begin(&self) -> Option<Time> {
        self.begin
    }

    /// The same, where players should start at that time.
    #[must_use]
    pub(crate) fn with_begin(self, begin: Option<Time>) -> Self {
        Self { begin, ..self }
    }

    /// The same with first segments of video and audio that are named by the time where players
    /// should [start](Self::begin), and last so much shorter. Their media is the same.
    #[must_use]
    pub fn named_from_begin(&self) -> Cow<'_, Self> {
        let Some(begin) = self.begin else { return Cow::Borrowed(self) };
        let later = |rendition: &Rendition| match rendition.kind() {
            MediaKind::Text => rendition.clone(),
            MediaKind::Video | MediaKind::Audio => {
                let cuts = rendition.cuts.named_from(begin.round(rendition.timescale()));
                Rendition { cuts: Arc::new(cuts), ..rendition.clone() }
            }
        };
        let renditions = self.renditions.iter().map(later).collect();
        Cow::Owned(Self { renditions, ..self.clone() })
    }

    /// The same with these chapters.
    #[must_use]
    pub fn with_chapters(self, chapters: Vec<Chapter>) -> Self {
        Self { chapters: chapters.into(), ..self }
    }

    /// The same with these markers.
    #[must_use]
    pub fn with_markers(self, mut markers: Vec<Marker>) -> Self {
        markers.sort_by_key(|marker| marker.start);
        Self { markers: markers.into(), ..self }
    }

    /// Segments of the timeline in one HLS transport stream segment: 1 unless
    /// [set](Self::with_fragments_per_hls_segment).
    #[must_use]
    pub const fn fragments_per_hls_segment(&self) -> NonZeroU32 {
        self.fragments_per_hls_segment
    }

    /// Joins `count` segments of the timeline in each HLS transport stream segment, up to
    /// [`MAX_FRAGMENTS_PER_HLS_SEGMENT`](Self::MAX_FRAGMENTS_PER_HLS_SEGMENT).
    #[must_use]
    pub fn with_fragments_per_hls_segment(mut self, count: NonZeroU32) -> Self {
        self.fragments_per_hls_segment = count.min(Self::MAX_FRAGMENTS_PER_HLS_SEGMENT);
        self
    }

    /// The renditions of one kind.
    pub fn of_kind(&self, kind: MediaKind) -> impl Iterator<Item = &Rendition> {
        self.renditions.iter().filter(move |rendition| rendition.kind() == kind)
    }

    /// What is played of a kind unless something else is chosen: the first rendition of
    /// [`Role::Main`], or else the first.
    #[must_use]
    pub fn default_of(&self, kind: MediaKind) -> Option<&Rendition> {
        let main = self.of_kind(kind).find(|rendition| rendition.role == Role::Main);
        main.or_else(|| self.of_kind(kind).next())
    }

    /// Whether a rendition is a bitrate of what is [played by default](Self::default_of).
    #[must_use]
    pub fn is_default(&self, rendition: &Rendition) -> bool {
        let default = self.default_of(rendition.kind());
        default.is_some_and(|default| default.id.name == rendition.id.name)
    }

    /// The rendition of that id, which may be one of key frames.
    #[must_use]
    pub fn rendition(&self, id: &RenditionId) -> Option<Rendition> {
        let full = id.with_form(Form::Full);
        let rendition = self.renditions.iter().find(|rendition| rendition.id == full)?;
        match id.form {
            Form::Full => Some(rendition.clone()),
            Form::KeyFrames => rendition.key_frames(),
        }
    }

    /// The renditions of one name: the same content at several bitrates.
    pub fn named(&self, name: &str) -> impl Iterator<Item = &Rendition> {
        self.renditions.iter().filter(move |rendition| *rendition.id.name == *name)
    }

    /// End of the rendition that ends last, on its own clock. A [clip](Self::clip) ends with its
    /// pictures.
    #[must_use]
    pub fn duration(&self) -> Time {
        self.end.unwrap_or_else(|| self.last_end())
    }

    fn last_end(&self) -> Time {
        let ends = self.renditions.iter().map(Rendition::end_time);
        ends.max().unwrap_or(Time::new(Ticks::ZERO, Timescale::MILLIS))
    }
}
