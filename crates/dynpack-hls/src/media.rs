//! The media playlist: the segments of one rendition (RFC 8216, 4.3.2 and 4.3.3).

use dynpack_media::{Rendition, Ticks, Timescale};

use crate::text::{push_number, push_seconds, push_uri};
use crate::{Flavor, Options, Urls};

/// The clock of `EXTINF` as it is printed.
const MICROS: Timescale = Timescale::new(1_000_000).expect("above zero");

/// The protocol version that `EXT-X-GAP` asks for (draft-pantos-hls-rfc8216bis, 8).
const GAP_VERSION: u8 = 8;

/// Lists the segments of a rendition.
///
/// `EXTINF` is the difference of two positions, each rounded once to the microsecond, so that the sum over any stretch is exact and
/// nothing drifts. A playlist always begins where the presentation does, since clients line up renditions by their durations and not
/// by their media sequence numbers (RFC 8216, 6.2.4): the first segment of a rendition that starts a little later is listed as if it
/// started then, and where whole segments are missing, gaps stand in their place (`EXT-X-GAP`). A gap names the init segment, which
/// does no harm to a client that loads it all the same.
#[must_use]
pub fn media_playlist(rendition: &Rendition, urls: &impl Urls, options: &Options) -> String {
    let entries = entries(rendition, urls);
    let longest = entries.iter().map(|entry| entry.duration).max().unwrap_or_default();
    let has_gaps = entries.first().is_some_and(|first| first.is_gap);
    let version = options.flavor.version().max(if has_gaps { GAP_VERSION } else { 0 });

    let mut text = String::with_capacity(256 + entries.iter().map(|entry| entry.uri.len() + 32).sum::<usize>());
    text.push_str("#EXTM3U\n#EXT-X-VERSION:");
    push_number(&mut text, version.into());
    text.push_str("\n#EXT-X-TARGETDURATION:");
    push_number(&mut text, target_duration(longest, MICROS));
    text.push_str("\n#EXT-X-MEDIA-SEQUENCE:0\n#EXT-X-PLAYLIST-TYPE:VOD\n");
    if rendition.has_independent_segments() {
        text.push_str("#EXT-X-INDEPENDENT-SEGMENTS\n");
    }
    if options.flavor == Flavor::Cmaf {
        text.push_str("#EXT-X-MAP:URI=\"");
        push_uri(&mut text, &urls.init(rendition));
        text.push_str("\"\n");
    }
    for entry in &entries {
        entry.push_to(&mut text);
    }
    text.push_str("#EXT-X-ENDLIST\n");
    text
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
    is_gap: bool,
}

impl Entry {
    fn push_to(&self, text: &mut String) {
        if self.is_gap {
            text.push_str("#EXT-X-GAP\n");
        }
        text.push_str("#EXTINF:");
        push_seconds(text, u64::try_from(self.duration.0).unwrap_or_default());
        text.push_str(",\n");
        push_uri(text, &self.uri);
        text.push('\n');
    }
}

/// The gaps and segments of a rendition, from the start of the presentation on.
fn entries(rendition: &Rendition, urls: &impl Urls) -> Vec<Entry> {
    let micros = |time: Ticks| time.rescale_round(rendition.timescale(), MICROS);
    let missing = rendition.cuts.segments().next().map_or(0, |first| first.number.0);
    let start = if missing == 0 { Ticks::ZERO } else { micros(rendition.cuts.start()) };
    let (mut segments, mut position) = (Vec::with_capacity(rendition.cuts.len()), start);
    for segment in rendition.cuts.segments() {
        let end = micros(segment.start + segment.duration);
        segments.push(Entry { duration: end - position, uri: urls.segment(rendition, &segment), is_gap: false });
        position = end;
    }
    if missing == 0 {
        return segments;
    }
    let longest = segments.iter().map(|entry| entry.duration).max().unwrap_or_default();
    let mut entries = gaps(start, longest, missing, || urls.init(rendition));
    entries.append(&mut segments);
    entries
}

/// Gaps up to `start`, equally long, as for `missing` segments of the timeline and a part of the next: no longer than the `longest`
/// segment where that many are enough.
fn gaps(start: Ticks, longest: Ticks, missing: u32, uri: impl Fn() -> String) -> Vec<Entry> {
    let enough = (start.0 - 1) / longest.0.max(1) + 1;
    let count = enough.clamp(1, i64::from(missing) + 1);
    let end = |number: i64| start.0.saturating_mul(number) / count;
    (0..count).map(|number| Entry { duration: Ticks(end(number + 1) - end(number)), uri: uri(), is_gap: true }).collect()
}
