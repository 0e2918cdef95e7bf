//! The audio of a clip.

use super::track::track_of;
use crate::sample_table::SampleTableBuilder;
use crate::{Edit, Error, Rendition, SampleIndex, Ticks, Time, Track};

/// The audio of a rendition from a time on, as a track; `None` if there is none.
///
/// It lasts as long as the pictures, less what it is `ahead` of them already. If all that there is
/// lasts so long to within one and a half frames, it is all of it.
pub(super) fn clip(
    rendition: &Rendition,
    start: Time,
    duration: Time,
    ahead: Time,
) -> Result<Option<Track>, Error> {
    let (samples, all, clock) =
        (&rendition.track.samples, rendition.cuts.samples(), rendition.timescale());
    let from_start = start <= rendition.start_time();
    let first = match from_start {
        // With its priming.
        true => all.start,
        false => {
            let frame = nearest_frame(rendition, start);
            samples.sync_at_or_before(frame).unwrap_or(all.start).max(all.start)
        }
    };
    let starts_at = rendition.presentation_time(first) - start.round(clock);
    let frame = samples.duration(first);
    let delay = if starts_at.0 > frame.0 / 2 { starts_at } else { Ticks::ZERO };
    let lead = if from_start { rendition.cuts.lead() } else { Ticks::ZERO };
    let wanted = duration.round(clock) - ahead.round(clock);
    let available = rendition.end() - start.round(clock);
    let is_all = (available - wanted).0.abs() <= frame.0.saturating_add(frame.0 / 2);
    let end = match is_all {
        true => all.end,
        false => nearest_frame(rendition, rendition.time(start.round(clock) + wanted)),
    };
    let end = end.max(SampleIndex(first.0.saturating_add(1))).min(all.end);
    if first >= end || rendition.time(delay) >= duration {
        return Ok(None);
    }
    let mut table = SampleTableBuilder::default();
    for (sample, place) in samples.placed_samples(first..end) {
        let too_long = || Error::SampleTable("a frame lasts too long".to_owned());
        table.push(&sample, place).ok_or_else(too_long)?;
    }
    let offset = samples.composition_offset(first);
    let edit = Edit { delay, media_start: offset + lead };
    let track = track_of(rendition, delay).with_edit(edit);
    Ok(Some(Track { samples: table.finish()?, ..track }))
}

/// The frame that starts nearest to a time; one past the last if its end is.
fn nearest_frame(rendition: &Rendition, time: Time) -> SampleIndex {
    let all = rendition.cuts.samples();
    let starts = rendition
        .samples_near(time)
        .map(|sample| (rendition.time(rendition.presentation_time(sample)).distance(time), sample));
    let end = (rendition.end_time().distance(time), all.end);
    starts.chain([end]).min().map_or(all.end, |(_, sample)| sample)
}
