//! The manifest as a whole: `MPD` with its one `Period` (ISO/IEC 23009-1, 5.3.1 and 5.3.2).

use dynpack_media::{Presentation, Rendition, Time, Timescale};

use crate::adaptation_set::Set;
use crate::content_protection::Namespaces;
use crate::model::{Mpd, Period};
use crate::text::duration;
use crate::{Flavor, Options, Urls};

/// The profiles (8.4 and 8.12): segments addressed by templates; and, where they are CMAF and cut
/// alike, CMAF.
const LIVE: &str = "urn:mpeg:dash:profile:isoff-live:2011";
const LIVE_AND_CMAF: &str = "urn:mpeg:dash:profile:isoff-live:2011,urn:mpeg:dash:profile:cmaf:2019";

/// The clock of durations as they are printed.
const MICROS: Timescale = Timescale::new(1_000_000).expect("above zero");

/// Lists the renditions of a presentation with their segments, each in its own timescale.
///
/// Renditions of one name which are coded and protected alike are an adaptation set, audio before
/// video. Its segments stand there once if all renditions have the same, to the tick, and else with
/// each rendition. The duration is that of the longest rendition, rounded up to the microsecond.
///
/// Where sets differ in their protection alone, as they do if each resolution has a key of its own,
/// clients are told that they may switch between them as within one (ISO/IEC 23009-1, 5.3.3.5).
///
/// Behind them, each set of video has one of its key frames alone, for trick play (DASH-IF IOP 4.3,
/// 3.2.9).
#[must_use]
pub fn mpd(presentation: &Presentation, urls: &impl Urls, options: &Options) -> String {
    let sets = Set::all(presentation, urls);
    let is_cmaf = options.flavor == Flavor::Cmaf
        && sets.iter().all(|set| set.is_aligned() && set.starts_with_sap());
    let min_buffer_time = options.min_buffer_time.map_or_else(
        || presentation.renditions.iter().map(longest_segment).max().unwrap_or_default(),
        |given| u64::try_from(given.as_micros()).unwrap_or(u64::MAX),
    );
    let numbered = || sets.iter().zip(1..);
    let videos = numbered().filter(|(set, _)| set.is_video());
    let key_frames = videos
        .zip(sets.len() + 1..)
        .map(|((set, whole), number)| set.key_frames(number, whole, urls));
    let adaptation_sets: Vec<_> = numbered()
        .map(|(set, number)| set.element(number, &sets, urls))
        .chain(key_frames)
        .collect();
    let manifest = Mpd {
        namespaces: Namespaces::of(adaptation_sets.iter().flat_map(|set| &set.protection)),
        profiles: if is_cmaf { LIVE_AND_CMAF } else { LIVE },
        duration: duration(micros(presentation.duration())),
        min_buffer_time: duration(min_buffer_time),
        period: Period { id: 0, start: duration(0), adaptation_sets },
    };
    manifest.to_xml()
}

fn longest_segment(rendition: &Rendition) -> u64 {
    let longest = rendition.cuts.segments().map(|segment| segment.duration).max();
    micros(rendition.time(longest.unwrap_or_default()))
}

/// Microseconds, rounded up.
fn micros(time: Time) -> u64 {
    u64::try_from(time.ceil(MICROS).0).unwrap_or_default()
}
