//! The manifest as a whole: `MPD` with its `Period`s (ISO/IEC 23009-1, 5.3.1 and 5.3.2).

use std::time::Duration;

use dynpack_media::{Rendition, Ticks, Timescale, View};
use dynpack_xml::Writer;

use crate::adaptation_set::{Set, start_of};
use crate::content_protection::Namespaces;
use crate::event_stream::EventStream;
use crate::model::{AdaptationSet, Mpd, Period, STYLE, descriptor};
use crate::text::duration;
use crate::{Flavor, Options, Protection, Urls};

/// The profiles (8.4 and 8.12): segments addressed by templates. If segments are CMAF and cut at
/// the same places, also CMAF.
const LIVE: &str = "urn:mpeg:dash:profile:isoff-live:2011";
const LIVE_AND_CMAF: &str = "urn:mpeg:dash:profile:isoff-live:2011,urn:mpeg:dash:profile:cmaf:2019";

/// Marks a set whose init segments are those of the set of the same `id` in another period: the
/// value is the `id` of that period (5.3.2.4).
const CONNECTIVITY: &str = "urn:mpeg:dash:period-connectivity:2015";

/// The clock of durations as they are printed.
const MICROS: Timescale = Timescale::new(1_000_000).expect("above zero");

/// Lists the renditions of each period with their segments, each in its own timescale.
///
/// Renditions with the same name, coding and protection are one adaptation set. Audio comes before
/// video, and text last. The segments are listed once in the set if they are the same for all
/// renditions, to the tick. Otherwise they are listed for each rendition. The duration is that of
/// the longest rendition, rounded up to the microsecond.
///
/// If sets differ only in their protection, for example because each resolution has its own key,
/// the manifest signals that clients may switch between them as within one set (ISO/IEC 23009-1,
/// 5.3.3.5).
///
/// After these, there is a set of key frames for each set of video, for trick play (DASH-IF IOP
/// 4.3, 3.2.9).
///
/// The chapters of each period are events, in the scheme [`CHAPTERS`](crate::CHAPTERS).
///
/// A set that continues one of the period before, with the same configuration of the codec, says so
/// (5.3.2.4).
///
/// A period that starts late in its presentation has a `presentationTimeOffset` (5.3.9.2), so its
/// segments keep their times and their URLs. It starts with its video: the first segment of audio
/// may start a few milliseconds earlier.
#[must_use]
pub fn mpd(view: &View<'_>, urls: &impl Urls, options: &Options) -> String {
    let mut periods = Writer::nested(STYLE);
    let mut protections: Vec<Protection> = Vec::new();
    let (mut is_cmaf, mut has_supplemental_codecs) = (options.flavor == Flavor::Cmaf, false);
    let (mut end, mut longest) = (Duration::ZERO, Duration::ZERO);
    let mut before = None;
    // Each is written as soon as it is described: a day of short clips takes the memory of one, and
    // what describes a clip is read once.
    for (id, period) in view.periods().enumerate() {
        let presentation = period.presentation();
        let own_start = start_of(period);
        let sets = Set::all(period, own_start, urls, options.text);
        let (start, events) = (duration(end), EventStream::all(period, own_start));
        Period { id, start, events }
            .write(&mut periods, |xml| write_sets(&sets, before.as_ref(), urls, xml));
        let lasts = presentation.duration().ceil(MICROS) - own_start.floor(MICROS);
        end = end.saturating_add(micros(lasts));
        longest = presentation.renditions.iter().map(longest_segment).fold(longest, Duration::max);
        is_cmaf &= sets.iter().all(|set| set.is_aligned && set.starts_with_sap);
        has_supplemental_codecs |= sets.iter().any(Set::has_supplemental_codecs);
        for protection in sets.iter().filter_map(Set::protection) {
            if !protections.contains(protection) {
                protections.push(protection.clone());
            }
        }
        before = Some((id, sets));
    }
    let manifest = Mpd {
        namespaces: Namespaces::of(&protections),
        has_supplemental_codecs,
        profiles: if is_cmaf { LIVE_AND_CMAF } else { LIVE },
        duration: duration(end),
        min_buffer_time: duration(options.min_buffer_time.unwrap_or(longest)),
        periods,
    };
    manifest.into_xml()
}

/// Writes the sets of a period, followed by those of key frames. `before` are those of the period
/// before, with its id.
fn write_sets(
    sets: &[Set<'_>],
    before: Option<&(usize, Vec<Set<'_>>)>,
    urls: &impl Urls,
    xml: &mut Writer,
) {
    let mut key_frames: Vec<AdaptationSet> = Vec::new();
    for (place, set) in sets.iter().enumerate() {
        let mut element = set.element(place.saturating_add(1), urls);
        if set.is_video() {
            let number = sets.len().saturating_add(key_frames.len()).saturating_add(1);
            key_frames.push(set.key_frames(number, &element, urls));
        }
        set.signal_switching(&mut element, sets);
        let connected = before
            .filter(|(_, others)| others.get(place).is_some_and(|other| set.continues(other)));
        element
            .supplemental
            .extend(connected.map(|(before, _)| descriptor(CONNECTIVITY, before.to_string())));
        element.write(xml);
    }
    key_frames.iter().for_each(|element| element.write(xml));
}

fn longest_segment(rendition: &Rendition) -> Duration {
    let longest = rendition.cuts.segments().map(|segment| segment.duration).max();
    micros(rendition.time(longest.unwrap_or_default()).ceil(MICROS))
}

/// A time in microseconds; 0 for a negative one.
fn micros(time: Ticks) -> Duration {
    Duration::from_micros(time.max(Ticks::ZERO).0.cast_unsigned())
}
