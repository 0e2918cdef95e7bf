//! The media playlist: the segments of one rendition (RFC 8216, 4.3.2 and 4.3.3).

use std::collections::HashSet;

use dynpack_codec::MediaKind;
use dynpack_media::{
    Form, Marker, Rendition, SegmentNumber, Stream, Ticks, Time, Timescale, target_duration,
};

use crate::key::InForce;
use crate::text::{push_begin, push_number, push_seconds, push_uri};
use crate::urls::SegmentUrl;
use crate::{Flavor, Key, Options, Resource, Urls, date_range};

/// The clock of `EXTINF` as it is printed.
const MICROS: Timescale = Timescale::new(1_000_000).expect("above zero");

/// The protocol version that `EXT-X-GAP` requires (draft-pantos-hls-rfc8216bis, 8).
const GAP_VERSION: u8 = 8;

/// One period of a media playlist: the segments of a stream.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Part<'a> {
    /// The stream, with the segments of the period.
    pub stream: Stream<'a>,
    /// When the period starts.
    pub start: Time,
    /// The place in the timeline at which the period starts, counted in segments of the stream.
    pub first_place: SegmentNumber,
    /// The markers of the presentation. Those are listed of which the period shows some.
    pub markers: &'a [Marker],
    /// Where players should start, if not at its start.
    pub begin: Option<Time>,
    /// When the period starts, counted from the start of its program: its date.
    pub program_start: Time,
    /// When the period ends, as the stream counts its times, in a program of several.
    pub end: Option<Time>,
}

impl<'a> Part<'a> {
    /// All of a stream.
    #[must_use]
    pub const fn whole(stream: Stream<'a>) -> Self {
        Self::new(stream, Time::new(Ticks::ZERO, MICROS), SegmentNumber(0))
    }

    /// A stream in a period with that start, also in its program.
    #[must_use]
    pub const fn new(stream: Stream<'a>, start: Time, first_place: SegmentNumber) -> Self {
        let (markers, begin, program_start, end) = (&[], None, start, None);
        Self { stream, start, first_place, markers, begin, program_start, end }
    }

    /// The same with markers.
    #[must_use]
    pub const fn with_markers(self, markers: &'a [Marker]) -> Self {
        Self { markers, ..self }
    }

    /// The same, where players should start at that time if it comes first.
    #[must_use]
    pub const fn with_begin(self, begin: Option<Time>) -> Self {
        Self { begin, ..self }
    }

    /// The same, where the period starts at that time of its program.
    #[must_use]
    pub const fn with_program_start(self, program_start: Time) -> Self {
        Self { program_start, ..self }
    }

    /// The same, where the period ends at that time if its program has several.
    #[must_use]
    pub const fn with_end(self, end: Option<Time>) -> Self {
        Self { end, ..self }
    }
}

/// Lists the segments of a stream, in one part for each period.
///
/// `EXTINF` is the difference of two positions. Each position is rounded once, to the microsecond,
/// so the sum of several durations is exact and nothing drifts. Between two parts is a
/// discontinuity.
///
/// A part always begins at the start of its period, since clients align renditions by their
/// durations and not by their media sequence numbers (RFC 8216, 6.2.4). If a rendition starts a
/// little later, its first segment is listed as if it started with the period. If whole segments
/// are missing, gaps replace them (`EXT-X-GAP`). The URL of a gap is that of the init segment, or
/// of the first segment where there is no init segment. That URL works, for clients that do not
/// know gaps.
///
/// The first entry of each part has the date of its start in the program, counted from 1970
/// (`EXT-X-PROGRAM-DATE-TIME`, RFC 8216, 4.3.2.6), so that clients see where in it they are. A
/// single part that starts with its program has one only with markers. Each marker is a range of
/// dates (`EXT-X-DATERANGE`, RFC 8216, 4.3.2.7), in the first part that shows some of it. Lists of
/// key frames have the dates alone.
///
/// In a program of several parts, the last segment of a part is listed until the next part starts,
/// if it ends within a tenth of a second of that. So all renditions last equally long, however many
/// parts there are.
///
/// Key frames are listed for trick play (`EXT-X-I-FRAMES-ONLY`, RFC 8216, 4.3.3.6).
///
/// Where the [keys](Urls::keys) of a resource differ from those of the resource before it, tags
/// signal the new keys (`EXT-X-KEY`, RFC 8216, 4.3.2.4).
#[must_use]
pub fn media_playlist(parts: &[Part<'_>], urls: &impl Urls, options: &Options) -> String {
    let mut lists: Vec<_> = parts.iter().map(|part| List::new(part, urls, options)).collect();
    date_lists(parts, &mut lists);
    let entries = || lists.iter().flat_map(|list| &list.entries);
    let longest = entries().map(|entry| entry.duration).max().unwrap_or_default();
    let gap_version = if entries().any(Entry::is_gap) { GAP_VERSION } else { 0 };
    let keys = lists.iter().flat_map(List::keys);
    let version = keys.map(Key::version).fold(options.flavor.version().max(gap_version), u8::max);

    let listed_len = lists.iter().map(List::text_len).fold(256, usize::saturating_add);
    let mut text = String::with_capacity(listed_len);
    text.push_str("#EXTM3U\n#EXT-X-VERSION:");
    push_number(&mut text, version.into());
    text.push_str("\n#EXT-X-TARGETDURATION:");
    push_number(&mut text, target_duration(Time::new(longest, MICROS)));
    text.push_str("\n#EXT-X-MEDIA-SEQUENCE:");
    push_number(&mut text, parts.first().map_or(0, |part| part.first_place.0.into()));
    text.push_str("\n#EXT-X-PLAYLIST-TYPE:VOD\n");
    text.push_str(tag(parts));
    if let Some(begin) = parts.first().and_then(|part| part.begin) {
        push_begin(&mut text, begin);
    }
    let mut in_force = InForce::default();
    for (at, list) in lists.into_iter().enumerate() {
        if at > 0 {
            text.push_str("#EXT-X-DISCONTINUITY\n");
        }
        list.push_to(&mut text, &mut in_force);
    }
    text.push_str("#EXT-X-ENDLIST\n");
    text
}

/// Gives lists their dates and markers.
fn date_lists<'a>(parts: &[Part<'a>], lists: &mut [List<'a>]) {
    let zero = Time::new(Ticks::ZERO, MICROS);
    let has_date = |part: &Part<'_>| part.program_start > zero || !part.markers.is_empty();
    let have_dates = parts.len() > 1 || parts.iter().any(has_date);
    let mut listed = HashSet::new();
    for (part, list) in parts.iter().zip(lists) {
        list.date = have_dates.then_some(part.program_start);
        if part.stream.main.id.form == Form::Full {
            let lasts = list.entries.iter().fold(Ticks::ZERO, |sum, entry| sum + entry.duration);
            let lasts = Time::new(lasts, MICROS);
            let stretch = part.start..part.start.plus(lasts);
            let markers = part.markers.iter().filter(|one| one.is_in(&stretch));
            list.markers = markers.filter(|one| listed.insert(&one.id)).collect();
        }
    }
}

/// The tag that applies to all segments of a playlist, if any.
fn tag(parts: &[Part<'_>]) -> &'static str {
    let mains = || parts.iter().map(|part| part.stream.main);
    if mains().any(|main| main.id.form == Form::KeyFrames) {
        "#EXT-X-I-FRAMES-ONLY\n"
    } else if mains().all(Rendition::has_independent_segments) {
        "#EXT-X-INDEPENDENT-SEGMENTS\n"
    } else {
        ""
    }
}

/// The segments of one part as the playlist lists them.
struct List<'a> {
    /// The URL of the init segment, escaped, with its keys.
    init: Option<(String, Vec<Key>)>,
    /// The parts of the URL of a segment, escaped.
    segment_url: SegmentUrl,
    entries: Vec<Entry>,
    /// When it starts, if its first entry has a date.
    date: Option<Time>,
    /// Where it starts in its presentation.
    start: Time,
    /// The markers of which it shows some.
    markers: Vec<&'a Marker>,
}

/// A segment, or a gap.
struct Entry {
    /// In microseconds.
    duration: Ticks,
    what: What,
}

enum What {
    Segment {
        start: Ticks,
        keys: Vec<Key>,
    },
    /// Clients do not load a gap. Its URL is that of the init segment, or else that of the segment
    /// that starts at `first`.
    Gap {
        first: Ticks,
    },
}

impl Entry {
    const fn is_gap(&self) -> bool {
        matches!(self.what, What::Gap { .. })
    }

    fn keys(&self) -> &[Key] {
        match &self.what {
            What::Segment { keys, .. } => keys,
            What::Gap { .. } => &[],
        }
    }
}

impl List<'_> {
    fn new(part: &Part<'_>, urls: &impl Urls, options: &Options) -> Self {
        let main = part.stream.main;
        let has_init = main.kind() != MediaKind::Text || options.text.is_mp4();
        let init = match options.flavor {
            Flavor::Cmaf if has_init => {
                Some((escaped(&urls.init(main)), urls.keys(main, Resource::Init)))
            }
            Flavor::Cmaf | Flavor::Ts | Flavor::MuxedTs => None,
        };
        let SegmentUrl { before, after } = urls.segments(main);
        let segment_url = SegmentUrl { before: escaped(&before), after: escaped(&after) };
        let (entries, markers) = (entries(part, urls), Vec::new());
        Self { init, segment_url, entries, date: None, start: part.start, markers }
    }

    fn keys(&self) -> impl Iterator<Item = &Key> {
        let init = self.init.iter().flat_map(|(_, keys)| keys);
        init.chain(self.entries.iter().flat_map(Entry::keys))
    }

    /// An estimate of the length of the lines, in bytes.
    #[expect(clippy::arithmetic_side_effects, reason = "lengths of texts and lists in memory")]
    fn text_len(&self) -> usize {
        let SegmentUrl { before, after } = &self.segment_url;
        self.entries.len() * (before.len() + after.len() + 48)
    }

    fn push_to(self, text: &mut String, in_force: &mut InForce) {
        let Self { init, segment_url, entries, date, start, markers } = self;
        let init = init.map(|(url, keys)| {
            in_force.change(keys, text);
            text.push_str("#EXT-X-MAP:URI=\"");
            text.push_str(&url);
            text.push_str("\"\n");
            url
        });
        if let Some(date) = date {
            date_range::push_program_date(text, date);
            let since = |time: Time| time.plus(Time::new(-start.ticks, start.timescale)).plus(date);
            markers.iter().for_each(|one| date_range::push(text, one, since(one.start)));
        }
        for Entry { duration, what } in entries {
            let (start, gap_url) = match what {
                What::Segment { start, keys } => {
                    in_force.change(keys, text);
                    (start, None)
                }
                What::Gap { first } => {
                    text.push_str("#EXT-X-GAP\n");
                    (first, init.as_ref())
                }
            };
            text.push_str("#EXTINF:");
            push_seconds(text, duration.max(Ticks::ZERO).0.cast_unsigned());
            text.push_str(",\n");
            match gap_url {
                Some(url) => text.push_str(url),
                None => push_segment_url(text, &segment_url, start),
            }
            text.push('\n');
        }
    }
}

fn escaped(url: &str) -> String {
    let mut escaped = String::with_capacity(url.len());
    push_uri(&mut escaped, url);
    escaped
}

fn push_segment_url(text: &mut String, SegmentUrl { before, after }: &SegmentUrl, start: Ticks) {
    text.push_str(before);
    text.push_str(itoa::Buffer::new().format(start.0));
    text.push_str(after);
}

/// The gaps and segments of a part.
fn entries(part: &Part<'_>, urls: &impl Urls) -> Vec<Entry> {
    let main = part.stream.main;
    let micros = |time: Ticks| main.time(time).round(MICROS);
    let segments = part.stream.segments();
    let Some(first) = segments.first() else { return Vec::new() };
    let place = match main.id.form {
        Form::Full => first.number,
        Form::KeyFrames => main.cuts.first_place(),
    };
    let missing = place.0.saturating_sub(part.first_place.0);
    let origin = part.start.round(MICROS);
    // If no whole segment is missing, the first is listed from the start of the period.
    let mut position = if missing > 0 { micros(first.start) } else { origin };
    let late_by = position - origin;
    let last = segments.last().map(|segment| segment.start);
    let listed = segments.iter().map(|segment| {
        let end = micros(segment.start + segment.duration);
        let end = match part.end {
            Some(of_part) if Some(segment.start) == last => near(end, of_part.round(MICROS)),
            _ => end,
        };
        let keys = urls.keys(main, Resource::Segment(segment.start));
        let what = What::Segment { start: segment.start, keys };
        let duration = end - std::mem::replace(&mut position, end);
        Entry { duration, what }
    });
    let listed: Vec<_> = listed.collect();
    if late_by <= Ticks::ZERO {
        return listed;
    }
    let longest = listed.iter().map(|entry| entry.duration).max().unwrap_or_default();
    let mut entries = gaps(late_by, longest, missing, first.start);
    entries.extend(listed);
    entries
}

/// The end of a part, if its last segment ends near that; otherwise the end of that segment.
fn near(end: Ticks, of_part: Ticks) -> Ticks {
    const TENTH: i64 = 100_000;
    if end.0.abs_diff(of_part.0) <= TENTH.unsigned_abs() { of_part } else { end }
}

/// Gaps of equal duration that last until `late_by`. There are as many as it takes for none to be
/// longer than the `longest` segment, but at most one more than the timeline's missing segments:
/// the last covers a part of the next segment.
#[expect(
    clippy::arithmetic_side_effects,
    reason = "divisors are at least 1, `late_by` is above 0, and `number` is below `count`"
)]
fn gaps(late_by: Ticks, longest: Ticks, missing: u32, first: Ticks) -> Vec<Entry> {
    let enough = (late_by.0 - 1) / longest.0.max(1) + 1;
    let count = enough.clamp(1, i64::from(missing) + 1);
    let (each, rest) = (late_by.0 / count, late_by.0 % count);
    // Below 2^42: a timeline has 2^21 segments at most.
    let end = |number: i64| Ticks(each * number + rest * number / count);
    let gap = |number| Entry { duration: end(number + 1) - end(number), what: What::Gap { first } };
    (0..count).map(gap).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Years of microseconds times the number of gaps would pass 64 bits.
    #[test]
    fn gaps_of_years_last_exactly_until_the_first_segment() {
        let late_by = Ticks((1 << 48) + 1);
        let gaps = gaps(late_by, Ticks(1), 1 << 20, Ticks::ZERO);
        let sum = gaps.iter().fold(Ticks::ZERO, |sum, gap| sum + gap.duration);
        assert_eq!((gaps.len(), sum), ((1 << 20) + 1, late_by));
        let each = late_by.0 / ((1 << 20) + 1);
        assert!(gaps.iter().all(|gap| [each, each + 1].contains(&gap.duration.0)));
    }
}
