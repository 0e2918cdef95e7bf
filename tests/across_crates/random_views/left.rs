//! A model of what filters leave of a film: it asks each rule about each segment.

use std::collections::BTreeMap;
use std::ops::Range;

use dynpack_codec::MediaKind;
use dynpack_media::{
    Presentation, Rendition, SampleIndex, Segment, SegmentNumber, Ticks, Time, Timescale,
};
use dynpack_testkit::film::Film;

use super::rule::Rule;

/// What filters leave of a film.
#[derive(Debug)]
pub(super) struct Left<'a> {
    /// The first place of the timeline that is left.
    pub(super) first_place: SegmentNumber,
    /// When it starts: with the film unless a rule has a time range.
    pub(super) start: Time,
    /// The renditions that are left.
    pub(super) tracks: Vec<LeftTrack<'a>>,
}

/// What filters leave of a rendition.
#[derive(Debug)]
pub(super) struct LeftTrack<'a> {
    pub(super) whole: &'a Rendition,
    /// None if it has nothing in the places that are left.
    pub(super) segments: Vec<Segment>,
}

impl<'a> Left<'a> {
    /// `None` if nothing is left.
    pub(super) fn of(film: &Film, whole: &'a Presentation, rules: &[Rule]) -> Option<Self> {
        let places = Places::of(whole);
        let is_place_left = |number: SegmentNumber| {
            let (start, end) = places.times(number);
            rules.iter().all(|rule| rule.touches(start, end))
        };
        let is_track_left = |one: &&Rendition| {
            let track = film.track(&one.id.name, one.id.bitrate);
            rules.iter().all(|rule| rule.leaves(track))
        };
        let left = |whole: &'a Rendition| {
            let segments = whole.cuts.segments();
            let segments = segments.filter(|segment| is_place_left(segment.number)).collect();
            LeftTrack { whole, segments }
        };
        let tracks: Vec<_> = whole.renditions.iter().filter(is_track_left).map(left).collect();
        let mut numbers = places.starts.keys().copied();
        let first_place = numbers.find(|number| is_place_left(*number))?;
        let earliest = tracks.iter().filter_map(LeftTrack::start).min()?;
        let is_part = rules.iter().any(Rule::has_range);
        let start = if is_part { earliest } else { Time::new(Ticks::ZERO, Timescale::MILLIS) };
        Some(Self { first_place, start, tracks })
    }

    pub(super) fn of_kind(&self, kind: MediaKind) -> impl Iterator<Item = &LeftTrack<'a>> {
        self.tracks.iter().filter(move |track| track.whole.kind() == kind)
    }

    /// How long a frame of sound lasts at most, in seconds, and a millisecond more.
    pub(super) fn frame_of_sound(&self) -> f64 {
        let frames = self.of_kind(MediaKind::Audio).flat_map(|sound| {
            let samples = sound.samples().flatten().map(|at| u32::try_from(at).unwrap());
            samples.map(|at| {
                let ticks = sound.whole.track.samples.duration(SampleIndex(at));
                sound.whole.time(ticks).as_seconds()
            })
        });
        frames.fold(0.0, f64::max) + 0.001
    }

    pub(super) fn end(&self) -> Time {
        self.tracks.iter().filter_map(LeftTrack::end).max().unwrap()
    }

    /// When its video goes on, if no other track has an earlier segment, or else its start.
    pub(super) fn start_of_video(&self) -> Time {
        let first = |track: &LeftTrack<'_>| track.segments.first().map(|segment| segment.number);
        let earliest = self.tracks.iter().filter_map(first).min();
        let video = self.of_kind(MediaKind::Video).find(|video| video.is_shown());
        let goes_on = video.filter(|video| {
            first(video) == earliest && video.start() > Some(video.whole.start_time())
        });
        goes_on.and_then(LeftTrack::start).unwrap_or(self.start)
    }
}

impl LeftTrack<'_> {
    /// The samples of each segment.
    pub(super) fn samples(&self) -> impl Iterator<Item = Range<usize>> {
        let at = |index: SampleIndex| usize::try_from(index.0).unwrap();
        self.segments.iter().map(move |one| at(one.samples.start)..at(one.samples.end))
    }

    pub(super) const fn is_shown(&self) -> bool {
        !self.segments.is_empty()
    }

    pub(super) fn start(&self) -> Option<Time> {
        self.segments.first().map(|first| self.whole.time(first.start))
    }

    pub(super) fn end(&self) -> Option<Time> {
        self.segments.last().map(|last| self.whole.time(last.start + last.duration))
    }
}

/// When each place of the timeline starts, and when the last one ends.
struct Places {
    starts: BTreeMap<SegmentNumber, Time>,
    end: Time,
}

impl Places {
    /// A place starts with the segment of the default video. Before that starts and after it has
    /// ended, a place starts with its earliest segment. The first starts with the film.
    fn of(whole: &Presentation) -> Self {
        let lead = lead(whole);
        let own: BTreeMap<_, _> =
            lead.cuts.segments().map(|one| (one.number, lead.time(one.start))).collect();
        let (first, last) = (*own.keys().next().unwrap(), *own.keys().last().unwrap());
        let mut starts = own;
        for rendition in &whole.renditions {
            for Segment { number, start, .. } in rendition.cuts.segments() {
                let start = rendition.time(start);
                if (first..=last).contains(&number) {
                    continue;
                }
                let start = if number > last { start.max(lead.end_time()) } else { start };
                let earliest = starts.entry(number).or_insert(start);
                *earliest = start.min(*earliest);
            }
        }
        let earliest = whole.renditions.iter().map(Rendition::start_time).min().unwrap();
        *starts.values_mut().next().unwrap() = earliest;
        Self { starts, end: whole.duration() }
    }

    /// From when until when the place lasts to which that number belongs.
    fn times(&self, number: SegmentNumber) -> (Time, Time) {
        let (place, start) = self.starts.range(..=number).next_back().unwrap();
        let mut later = self.starts.iter().skip_while(|(other, _)| *other <= place);
        (*start, later.next().map_or(self.end, |(_, start)| *start))
    }
}

/// The longest bitrate of the default video, or else of the default audio.
fn lead(whole: &Presentation) -> &Rendition {
    let of = |kind| whole.of_kind(kind).next();
    let default = of(MediaKind::Video).or_else(|| of(MediaKind::Audio)).unwrap();
    whole.named(&default.id.name).max_by_key(|rendition| rendition.end_time()).unwrap()
}
