//! Programs: clips of assets that are played one after the other.

mod clip;
mod clip_list;
mod filtered;
mod joined;
mod ladder;
mod listed_clip;
mod scene;

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::sync::{Arc, OnceLock};

use dynpack_codec::MediaKind;
use dynpack_media::{
    ClipSpan, CutPolicy, CutTimes, Marker, Presentation, Rendition, RenditionId, SampleIndex,
    SegmentNumber, Ticks, Time, Timescale, View,
};

pub use clip::Clip;
pub use clip_list::ClipList;
pub use filtered::{hash_of, leave};
pub use listed_clip::{ClipMedia, ListedClip};
pub use scene::Scene;

use clip::{START, negative};
use joined::join;

use crate::error::Error;
use crate::format::{Format, Protocol};
use crate::packager::Job;
use crate::request::{Place, Request, Resource};
use crate::texts::Texts;

/// Clips that are played one after the other.
///
/// Renditions of the clips correspond: the default video and audio of each to those of the others,
/// other audio and text by name, bitrates in their order. Where a clip has fewer bitrates, several
/// renditions of the program show the same one. So all clips have the same video and audio, with
/// the ids of the first clip that has most bitrates.
#[derive(Clone, Debug)]
pub struct Program {
    clips: Vec<Clip>,
    /// All clips as one presentation, or why they are none.
    joined: OnceLock<Result<Presentation, String>>,
}

impl Program {
    /// The maximum size of what is kept of all clips together, in bytes of memory without media:
    /// 20,000 clips of ten seconds take half of it.
    pub const MAX_BYTES: usize = 1 << 30;

    /// The clips.
    #[must_use]
    pub fn clips(&self) -> &[Clip] {
        &self.clips
    }

    /// The renditions of the first clip, and what only others have: one of each id.
    #[must_use]
    pub fn overview(&self) -> Presentation {
        let first = self.clips.first().expect("it has clips");
        let mut renditions = first.presentation.renditions.clone();
        let mut known: HashSet<_> = renditions.iter().map(|one| one.id.clone()).collect();
        for rendition in self.clips.iter().flat_map(|clip| &clip.presentation.renditions) {
            if known.insert(rendition.id.clone()) {
                renditions.push(rendition.clone());
            }
        }
        first.presentation.with_renditions(renditions).expect("a clip has segments")
    }

    /// Bytes of memory that it takes.
    #[must_use]
    pub fn memory_size(&self) -> usize {
        self.clips.iter().map(Clip::memory_size).fold(0, usize::saturating_add)
    }

    /// The place of the clip, from 0, that has that place of the timeline of the program.
    fn clip_at(&self, place: SegmentNumber) -> Option<usize> {
        self.clips.partition_point(|clip| clip.first_place <= place).checked_sub(1)
    }

    /// All clips as one presentation on the clock of Smooth Streaming, whose renditions have
    /// segments but no samples: for manifests of formats with one timeline.
    ///
    /// # Errors
    /// [`Error::NotCarried`] if a rendition is coded in another way in another clip.
    pub fn joined(&self, format: Format) -> Result<&Presentation, Error> {
        let joined = self.joined.get_or_init(|| join(&self.clips));
        let not_carried = |problem: &String| Error::NotCarried { format, problem: problem.clone() };
        joined.as_ref().map_err(not_carried)
    }

    /// What the answer to a request is made of: all clips for a manifest or a playlist, and for
    /// media the clip that has it. Formats with one timeline have one presentation of all clips in
    /// their manifests, and clips with the times of the program in their media.
    ///
    /// # Errors
    /// [`Error::ClipNotNamed`] or [`Error::ClipNotFound`], or [`Error::NotCarried`] if the clips do
    /// not make one presentation.
    pub fn scenes<'a>(&'a self, request: &Request) -> Result<Vec<Scene<'a>>, Error> {
        let count = self.clips.len();
        let has_one_timeline = match request.format.protocol() {
            Protocol::Hls | Protocol::Dash => false,
            Protocol::Smooth | Protocol::Hds => true,
        };
        let media = match &request.resource {
            Resource::Media(id, place) => Some((id, *place)),
            Resource::Manifest | Resource::Chapters | Resource::MediaPlaylist(_) => None,
        };
        match media {
            Some((id, place)) if has_one_timeline => {
                if let Some(clip) = request.clip {
                    return Err(Error::ClipNotFound { clip, count });
                }
                Ok(vec![self.scene_at(request, id, place)?])
            }
            Some(_) => {
                let clip = request.clip.ok_or(Error::ClipNotNamed { count })?;
                let named = self.clips.get(clip.place()).map(Scene::of);
                let named = named.ok_or(Error::ClipNotFound { clip, count })?;
                Ok(vec![Scene { clip: Some(clip.place()), ..named }])
            }
            None if has_one_timeline => {
                let joined = self.joined(request.format)?;
                let texts = &self.clips.first().expect("it has clips").texts;
                Ok(vec![Scene::new(Cow::Borrowed(joined), Cow::Borrowed(texts))])
            }
            None => Ok(self.clips.iter().map(Scene::of).collect()),
        }
    }

    /// The clip with the media that a request names by its place in the program, with the times of
    /// the program. All clips as one presentation, which has no such media, if there is none.
    fn scene_at<'a>(
        &'a self,
        request: &Request,
        id: &RenditionId,
        place: Place,
    ) -> Result<Scene<'a>, Error> {
        let packager = request.format.packager()?;
        let joined = self.joined(request.format)?;
        let all = View::whole(joined);
        let all = Job::new(&all, request);
        let places = match joined.rendition(id) {
            Some(rendition) => packager.places_of(&all, &rendition, place)?,
            None => None,
        };
        let clip = places.as_ref().and_then(|places| self.clip_at(places.start));
        let Some((at, places)) = clip.zip(places) else {
            let texts = Cow::Owned(Texts::default());
            return Ok(Scene::new(Cow::Borrowed(joined), texts));
        };
        let (presentation, texts) = self.clips.get(at).expect("it was found").in_program();
        let mut request = request.clone();
        if let Place::Number(_) = place {
            let view = View::whole(&presentation);
            let job = Job::new(&view, &request);
            let number = presentation.rendition(id).and_then(|rendition| {
                packager.number_at(&job, &rendition, places.start).transpose()
            });
            if let Some(number) = number.transpose()? {
                request.resource = Resource::Media(id.clone(), Place::Number(number));
            }
        }
        let scene = Scene::new(Cow::Owned(presentation), Cow::Owned(texts));
        let opening = self.clips.first().map(|clip| &clip.presentation);
        Ok(Scene { clip: Some(at), opening, request: Some(request), ..scene })
    }
}

/// Makes a program of its clips, in their order.
#[derive(Debug, Default)]
pub struct ProgramBuilder {
    clips: Vec<Clip>,
    /// The markers of the program itself.
    markers: Vec<Marker>,
    /// How much longer than its pictures the audio of each name has been so far.
    sound_ahead: HashMap<Arc<str>, Time>,
    /// The ids of all markers, with the number that the next one of the same id gets.
    marker_ids: HashMap<String, u32>,
    /// Bytes of memory that the markers of all clips take.
    marker_bytes: usize,
    /// Bytes of memory that the clips take.
    bytes: usize,
    /// When segments start, in ascending order.
    starts: Vec<Time>,
}

impl ProgramBuilder {
    /// The maximum number of bytes that the markers of all clips take together: of a film that is
    /// shown often, and those that last over many clips.
    pub const MAX_MARKER_BYTES: usize = 16 << 20;

    /// A program without clips that has these markers, at times from its start. Those of its clips
    /// get other ids.
    #[must_use]
    pub fn with_markers(markers: Vec<Marker>) -> Self {
        let marker_ids = markers.iter().map(|marker| (marker.id.clone(), SECOND)).collect();
        Self { markers, marker_ids, ..Self::default() }
    }

    /// Adds a clip of a presentation, cut by that policy. Segments start as near as can be to the
    /// markers of the program that [want it](Marker::cuts).
    ///
    /// # Errors
    /// [`Error::Unpresentable`] if there is no such clip, the program is too long, the clips take
    /// more memory than [`Program::MAX_BYTES`], or their markers more than
    /// [`MAX_MARKER_BYTES`](Self::MAX_MARKER_BYTES).
    pub fn push(
        &mut self,
        whole: &Presentation,
        texts: &Texts,
        span: ClipSpan,
        policy: CutPolicy,
    ) -> Result<(), Error> {
        let unpresentable =
            |error: dynpack_media::Error| Error::Unpresentable { problem: error.to_string() };
        let ahead = |rendition: &Rendition| {
            self.sound_ahead.get(&rendition.id.name).copied().unwrap_or(START)
        };
        let start =
            self.clips.last().map_or(START, |last| last.start.plus(last.presentation.duration()));
        let wanted = self.markers.iter().filter(|marker| marker.cuts);
        let marks = wanted.map(|marker| marker.start.plus(negative(start)));
        let clip = whole.clip(span, policy, marks, ahead).map_err(unpresentable)?;
        let (presentation, times) = clip;
        let presentation = self.with_all_markers(presentation, start)?;
        self.starts.extend(starts(&times).map(|time| time.plus(start)));
        let is_far = start.plus(presentation.duration())
            > Time::new(Ticks(Time::MAX_SECONDS.into()), Timescale::SECONDS);
        if is_far {
            let problem = "the clips together last too long".to_owned();
            return Err(Error::Unpresentable { problem });
        }
        for rendition in presentation.of_kind(MediaKind::Audio) {
            let longer = rendition.end_time().plus(negative(presentation.duration()));
            let ahead = self.sound_ahead.entry(Arc::clone(&rendition.id.name)).or_insert(START);
            // Bitrates of one name last equally long.
            if rendition.id == first_named(&presentation, rendition).id {
                // What is missing by more than a frame is not in the film.
                let frame = rendition.time(rendition.track.samples.duration(SampleIndex(0)));
                *ahead = ahead.plus(longer).clamp(negative(frame), frame);
            }
        }
        let origin = presentation.origin().plus(negative(whole.origin()));
        let texts = texts.within(origin, presentation.duration());
        let first_place = self.clips.last().map(Clip::next_place).unwrap_or_default();
        let clip = Clip { presentation, texts, start, first_place };
        self.bytes = self.bytes.saturating_add(clip.memory_size());
        if self.bytes > Program::MAX_BYTES {
            let max = Program::MAX_BYTES;
            let problem = format!("all clips up to it take more than {max} bytes of memory");
            return Err(Error::Unpresentable { problem });
        }
        self.clips.push(clip);
        Ok(())
    }

    /// When the segment starts that is nearest to a time of the program, of the clips so far.
    #[must_use]
    pub fn nearest_start(&self, time: Time) -> Time {
        let at = self.starts.partition_point(|start| *start < time);
        let around = self.starts.iter().skip(at.saturating_sub(1)).take(2).copied();
        let nearest = around.min_by_key(|start| {
            let later = start.plus(negative(time));
            later.max(negative(later))
        });
        nearest.unwrap_or(START)
    }

    /// A clip that starts at that time of the program, with the markers that it shows, at least
    /// in part: those of the program, and its own.
    fn with_all_markers(&mut self, clip: Presentation, start: Time) -> Result<Presentation, Error> {
        let stretch = start..start.plus(clip.duration());
        let of_program = self.markers.iter().filter(|marker| marker.is_in(&stretch));
        let mut markers: Vec<_> = of_program.map(|marker| marker.clone().since(start)).collect();
        markers.extend(clip.markers.iter().map(|marker| self.with_own_id(marker.clone())));
        let bytes = markers.iter().map(Marker::memory_size);
        self.marker_bytes = bytes.fold(self.marker_bytes, usize::saturating_add);
        if self.marker_bytes > Self::MAX_MARKER_BYTES {
            let max = Self::MAX_MARKER_BYTES;
            let problem = format!("the markers of the clips take more than {max} bytes");
            return Err(Error::Unpresentable { problem });
        }
        Ok(clip.with_markers(markers))
    }

    /// A marker with an id that no other marker of the program has: `break`, `break-2`.
    fn with_own_id(&mut self, marker: Marker) -> Marker {
        let Some(next) = self.marker_ids.get(&marker.id).copied() else {
            self.marker_ids.insert(marker.id.clone(), SECOND);
            return marker;
        };
        let numbered = (next..).map(|number| (number, format!("{}-{number}", marker.id)));
        let free = { numbered }.find(|(_, id)| !self.marker_ids.contains_key(id));
        let (number, id) = free.unwrap_or_default();
        self.marker_ids.insert(marker.id.clone(), number.saturating_add(1));
        self.marker_ids.insert(id.clone(), SECOND);
        marker.with_id(id)
    }

    /// The program.
    ///
    /// # Errors
    /// [`Error::Unpresentable`] if there are no clips, or a clip has no video or no audio where
    /// others have some.
    pub fn finish(self) -> Result<Program, Error> {
        let mut clips = self.clips;
        ladder::correspond(&mut clips)?;
        Ok(Program { clips, joined: OnceLock::new() })
    }
}

/// The number of the second marker of an id.
const SECOND: u32 = 2;

/// When segments of a clip start that is cut at those times.
fn starts(times: &CutTimes) -> impl Iterator<Item = Time> {
    let cuts = times.ticks().iter().map(|ticks| Time::new(*ticks, times.clock()));
    std::iter::once(START).chain(cuts)
}

fn first_named<'a>(presentation: &'a Presentation, rendition: &'a Rendition) -> &'a Rendition {
    presentation.named(&rendition.id.name).next().unwrap_or(rendition)
}
