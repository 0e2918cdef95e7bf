//! The bootstrap information of a stream: which fragments there are, and when they start.

use std::num::NonZeroU32;

use bytes::Bytes;
use dynpack_boxes::BoxType;
use dynpack_boxes::hds::{Abst, Afrt, Asrt, FragmentRun, SegmentRun};
use dynpack_media::{Stream, Ticks, Timescale};

use crate::stream::end;
use crate::{Error, Fragment, FragmentNumber, fragments};

/// The `abst` box of a stream (Adobe F4V file format specification 10.1, 2.11.2), with one `asrt`
/// and one `afrt`, all in milliseconds.
///
/// # Errors
/// [`Error::Duration`] for a fragment that lasts longer than the box can say.
pub fn bootstrap(stream: &Stream<'_>) -> Result<Bytes, Error> {
    let runs = runs(stream);
    let time_scale = Timescale::MILLIS.hz();
    let fragments = runs.iter().map(|run| run.count).sum();
    let abst = Abst {
        bootstrap_info_version: 1,
        time_scale,
        current_media_time: unsigned(end(stream)),
        // One segment with all fragments.
        asrt: Asrt {
            runs: vec![SegmentRun { first_segment: 1, fragments_per_segment: fragments }],
        },
        afrt: Afrt {
            time_scale,
            runs: runs
                .iter()
                .map(Run::entry)
                .chain([Ok(FragmentRun::END)])
                .collect::<Result<_, _>>()?,
        },
    };
    Ok(abst.to_vec().into())
}

/// Fragments of one duration, one after the other.
struct Run {
    first: FragmentNumber,
    start: Ticks,
    duration: Ticks,
    /// When the last of them ends.
    end: Ticks,
    count: u32,
}

impl Run {
    fn new(Fragment { number, start, duration, .. }: &Fragment) -> Self {
        let (start, duration) = (*start, *duration);
        Self { first: *number, start, duration, end: start + duration, count: 1 }
    }

    /// Adds a fragment that goes on as the run does; `false` if it does not.
    fn extend(&mut self, fragment: &Fragment) -> bool {
        let goes_on = fragment.start == self.end && fragment.duration == self.duration;
        if goes_on {
            self.end += self.duration;
            self.count = self.count.saturating_add(1);
        }
        goes_on
    }

    fn entry(&self) -> Result<FragmentRun, Error> {
        let duration = u32::try_from(self.duration.0).ok().and_then(NonZeroU32::new);
        let too_long = || Error::Duration { fragment: self.first, millis: self.duration };
        Ok(FragmentRun::Fragments {
            first_fragment: self.first.get(),
            timestamp: unsigned(self.start),
            duration: duration.ok_or_else(too_long)?,
        })
    }
}

fn runs(stream: &Stream<'_>) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    for fragment in fragments(stream) {
        if !runs.last_mut().is_some_and(|run| run.extend(&fragment)) {
            runs.push(Run::new(&fragment));
        }
    }
    runs
}

/// A time as the box holds it: nothing is presented before 0.
fn unsigned(time: Ticks) -> u64 {
    time.max(Ticks::ZERO).0.cast_unsigned()
}
