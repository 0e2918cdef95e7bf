//! The manifest as a whole: `MPD` with its `Period`s (ISO/IEC 23009-1, 5.3.1 and 5.3.2).

use std::time::Duration;

use dynpack_media::{Rendition, Ticks, Timescale, View};

use crate::adaptation_set::{Set, start_of};
use crate::content_protection::Namespaces;
use crate::event_stream::EventStream;
use crate::model::{AdaptationSet, Mpd, Period, descriptor};
use crate::text::duration;
use crate::{Flavor, Options, Urls};

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
    let periods: Vec<_> =
        view.periods().map(|period| Set::all(period, urls, options.text)).collect();
    let is_cmaf = options.flavor == Flavor::Cmaf
        && periods.iter().flatten().all(|set| set.is_aligned() && set.starts_with_sap());
    let renditions = view.periods().flat_map(|period| &period.presentation().renditions);
    let min_buffer_time = options
        .min_buffer_time
        .unwrap_or_else(|| renditions.map(longest_segment).max().unwrap_or_default());
    let mut end = Duration::ZERO;
    let periods: Vec<_> = view
        .periods()
        .zip(&periods)
        .enumerate()
        .map(|(id, (period, sets))| {
            let before = id.checked_sub(1).and_then(|before| Some((before, periods.get(before)?)));
            let start = end;
            let from = start_of(period);
            let lasts = period.presentation().duration().ceil(MICROS) - from.floor(MICROS);
            end = end.saturating_add(micros(lasts));
            let (start, events) = (duration(start), EventStream::all(period, from));
            let mut adaptation_sets = adaptation_sets(sets, urls);
            for (set, (described, number)) in
                sets.iter().zip(adaptation_sets.iter_mut().zip(0_usize..))
            {
                let connected = before.filter(|(_, others)| {
                    others.get(number).is_some_and(|other| set.continues(other))
                });
                described.supplemental.extend(
                    connected.map(|(before, _)| descriptor(CONNECTIVITY, before.to_string())),
                );
            }
            Period { id, start, events, adaptation_sets }
        })
        .collect();
    let sets = periods.iter().flat_map(|period| &period.adaptation_sets);
    let manifest = Mpd {
        namespaces: Namespaces::of(sets.flat_map(|set| &set.protection)),
        profiles: if is_cmaf { LIVE_AND_CMAF } else { LIVE },
        duration: duration(end),
        min_buffer_time: duration(min_buffer_time),
        periods,
    };
    manifest.to_xml()
}

/// The sets of a period, followed by those of key frames.
fn adaptation_sets(sets: &[Set<'_>], urls: &impl Urls) -> Vec<AdaptationSet> {
    let numbered = || sets.iter().zip(1..);
    let videos = numbered().filter(|(set, _)| set.is_video());
    let key_frames = videos
        .zip(sets.len().saturating_add(1)..)
        .map(|((set, whole), number)| set.key_frames(number, whole, urls));
    numbered().map(|(set, number)| set.element(number, sets, urls)).chain(key_frames).collect()
}

fn longest_segment(rendition: &Rendition) -> Duration {
    let longest = rendition.cuts.segments().map(|segment| segment.duration).max();
    micros(rendition.time(longest.unwrap_or_default()).ceil(MICROS))
}

/// A time in microseconds; 0 for a negative one.
fn micros(time: Ticks) -> Duration {
    Duration::from_micros(time.max(Ticks::ZERO).0.cast_unsigned())
}
