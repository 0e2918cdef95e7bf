//! The media playlist: the segments of one rendition (RFC 8216, 4.3.2 and 4.3.3).

use dynpack_media::{Rendition, Stream, Ticks, Timescale};

use crate::key::InForce;
use crate::text::{push_number, push_seconds, push_uri};
use crate::{Flavor, Key, Options, Resource, Urls};

/// The clock of `EXTINF` as it is printed.
const MICROS: Timescale = Timescale::new(1_000_000).expect("above zero");

/// The protocol version that `EXT-X-GAP` asks for (draft-pantos-hls-rfc8216bis, 8).
const GAP_VERSION: u8 = 8;

/// Lists the segments of a stream.
///
/// `EXTINF` is the difference of two positions, each rounded once to the microsecond, so that the
/// sum over any stretch is exact and nothing drifts. A playlist always begins where the
/// presentation does, since clients line up renditions by their durations and not by their media
/// sequence numbers (RFC 8216, 6.2.4): the first segment of a rendition that starts a little later
/// is listed as if it started then, and where whole segments are missing, gaps stand in their place
/// (`EXT-X-GAP`). A gap names the init segment, or the first segment where there is none, which
/// exists for a client that does not know gaps.
///
/// Where the [keys](Urls::keys) of a resource are not those of the one before, tags say so
/// (`EXT-X-KEY`, RFC 8216, 4.3.2.4).
#[must_use]
pub fn media_playlist(stream: &Stream<'_>, urls: &impl Urls, options: &Options) -> String {
    let segments = stream.segments();
    let positions = Positions {
        rendition: stream.main,
        resource: Resource::Segment,
        missing: segments.first().map_or(0, |first| first.number.0),
        times: segments.iter().map(|segment| (segment.start, segment.duration)).collect(),
    };
    let tags =
        if stream.main.has_independent_segments() { "#EXT-X-INDEPENDENT-SEGMENTS\n" } else { "" };
    positions.playlist(tags, urls, options)
}

/// Lists the key frames of a rendition of video, each a segment of one picture which lasts until
/// the next (`EXT-X-I-FRAMES-ONLY`, RFC 8216, 4.3.3.6). Positions are as in a [`media_playlist`].
#[must_use]
pub fn key_frame_playlist(rendition: &Rendition, urls: &impl Urls, options: &Options) -> String {
    let segments = || rendition.cuts.segments();
    let frames = segments().flat_map(|segment| rendition.key_frames(&segment));
    let positions = Positions {
        rendition,
        resource: Resource::KeyFrame,
        missing: segments().next().map_or(0, |first| first.number.0),
        times: frames.map(|frame| (frame.start, frame.duration)).collect(),
    };
    positions.playlist("#EXT-X-I-FRAMES-ONLY\n", urls, options)
}

/// `EXT-X-TARGETDURATION` in seconds: the longest segment, rounded (RFC 8216, 4.3.3.1).
pub(crate) fn target_duration(longest: Ticks, timescale: Timescale) -> u64 {
    let second = Timescale::new(1).unwrap_or(timescale);
    u64::try_from(longest.rescale_round(timescale, second).0).unwrap_or_default().max(1)
}

/// A segment as a playlist lists it.
struct Entry {
    /// In microseconds.
    duration: Ticks,
    uri: String,
    /// What opens it; none for a gap, which nobody opens.
    keys: Option<Vec<Key>>,
}

impl Entry {
    fn push_to(self, text: &mut String, in_force: &mut InForce) {
        match self.keys {
            Some(keys) => in_force.change(keys, text),
            None => text.push_str("#EXT-X-GAP\n"),
        }
        text.push_str("#EXTINF:");
        push_seconds(text, u64::try_from(self.duration.0).unwrap_or_default());
        text.push_str(",\n");
        push_uri(text, &self.uri);
        text.push('\n');
    }
}

/// Where the segments of a playlist lie on the timeline.
struct Positions<'a> {
    /// The rendition that names them.
    rendition: &'a Rendition,
    /// What starts at those times.
    resource: fn(Ticks) -> Resource,
    /// How many segments of the timeline come before the first.
    missing: u32,
    /// Start and duration of each, in the timescale of the rendition.
    times: Vec<(Ticks, Ticks)>,
}

impl Positions<'_> {
    fn playlist(&self, tags: &str, urls: &impl Urls, options: &Options) -> String {
        let uri = |resource: Resource| resource.uri(self.rendition, urls);
        let init = (options.flavor == Flavor::Cmaf).then_some(Resource::Init);
        let segments = self.segments(urls);
        let longest = |entries: &[Entry]| {
            entries.iter().map(|entry| entry.duration).max().unwrap_or_default()
        };
        let mut entries = self.gaps(longest(&segments), || {
            init.or_else(|| self.first()).map(uri).unwrap_or_default()
        });
        let gap_version = if entries.is_empty() { 0 } else { GAP_VERSION };
        entries.extend(segments);
        let init_keys = init.map(|init| urls.keys(self.rendition, init)).unwrap_or_default();
        let keys = entries.iter().flat_map(|entry| &entry.keys).flatten().chain(&init_keys);
        let version =
            keys.map(Key::version).fold(options.flavor.version().max(gap_version), u8::max);

        let mut text = String::with_capacity(
            256 + entries.iter().map(|entry| entry.uri.len() + 32).sum::<usize>(),
        );
        text.push_str("#EXTM3U\n#EXT-X-VERSION:");
        push_number(&mut text, version.into());
        text.push_str("\n#EXT-X-TARGETDURATION:");
        push_number(&mut text, target_duration(longest(&entries), MICROS));
        text.push_str("\n#EXT-X-MEDIA-SEQUENCE:0\n#EXT-X-PLAYLIST-TYPE:VOD\n");
        text.push_str(tags);
        let mut in_force = InForce::default();
        if let Some(init) = init {
            in_force.change(init_keys, &mut text);
            text.push_str("#EXT-X-MAP:URI=\"");
            push_uri(&mut text, &uri(init));
            text.push_str("\"\n");
        }
        for entry in entries {
            entry.push_to(&mut text, &mut in_force);
        }
        text.push_str("#EXT-X-ENDLIST\n");
        text
    }

    fn first(&self) -> Option<Resource> {
        self.times.first().map(|(start, _)| (self.resource)(*start))
    }

    /// When the first segment starts, if whole segments are missing before it; otherwise it is
    /// listed from the start of the presentation on.
    fn late_start(&self) -> Option<Ticks> {
        self.times.first().filter(|_| self.missing > 0).map(|(start, _)| self.micros(*start))
    }

    fn segments(&self, urls: &impl Urls) -> Vec<Entry> {
        let mut position = self.late_start().unwrap_or_default();
        let entries = self.times.iter().map(|(start, duration)| {
            let end = self.micros(*start + *duration);
            let resource = (self.resource)(*start);
            let keys = urls.keys(self.rendition, resource);
            let entry = Entry {
                duration: end - position,
                uri: resource.uri(self.rendition, urls),
                keys: Some(keys),
            };
            position = end;
            entry
        });
        entries.collect()
    }

    /// Gaps up to the first segment, equally long, as for the missing segments of the timeline and
    /// a part of the next: no longer than the `longest` segment where that many are enough.
    fn gaps(&self, longest: Ticks, uri: impl Fn() -> String) -> Vec<Entry> {
        let Some(start) = self.late_start() else { return Vec::new() };
        let enough = (start.0 - 1) / longest.0.max(1) + 1;
        let count = enough.clamp(1, i64::from(self.missing) + 1);
        let end = |number: i64| start.0.saturating_mul(number) / count;
        (0..count)
            .map(|number| Entry {
                duration: Ticks(end(number + 1) - end(number)),
                uri: uri(),
                keys: None,
            })
            .collect()
    }

    fn micros(&self, time: Ticks) -> Ticks {
        time.rescale_round(self.rendition.timescale(), MICROS)
    }
}
