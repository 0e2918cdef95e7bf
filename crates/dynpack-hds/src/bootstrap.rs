//! The bootstrap information of a stream: which fragments there are, and when they start.

use std::num::NonZeroU32;

use bytes::Bytes;
use dynpack_boxes::BoxType;
use dynpack_boxes::hds::{Abst, Afrt, Asrt, FragmentRun, SegmentRun};
use dynpack_media::{Period, Run, Runs, Stream, Ticks, Timescale};

use crate::fragment::{end, fragments_within};
use crate::{Error, FragmentNumber};

/// The `abst` box of a stream in a period, with one `asrt` and one `afrt`, all in milliseconds
/// (Adobe F4V file format specification 10.1, 2.11.2).
///
/// # Errors
/// [`Error::Duration`] for a fragment whose duration the box cannot represent.
pub fn bootstrap(stream: &Stream<'_>, period: &Period<'_>) -> Result<Bytes, Error> {
    let fragments = fragments_within(stream, period);
    let times = fragments.iter().map(|fragment| (fragment.start, fragment.duration));
    let runs: Runs = times.collect();
    let time_scale = Timescale::MILLIS.hz();
    // The number of the first fragment of each run.
    let numbers = runs.as_slice().iter().scan(0_usize, |at, run| {
        let first = fragments.get(*at)?.number;
        *at = at.saturating_add(usize::try_from(run.count).ok()?);
        Some(first)
    });
    let entries = numbers.zip(runs.as_slice()).map(|(number, run)| entry(number, run));
    let abst = Abst {
        bootstrap_info_version: 1,
        time_scale,
        current_media_time: unsigned(end(&fragments)),
        // One segment with all fragments.
        asrt: Asrt {
            runs: vec![SegmentRun { first_segment: 1, fragments_per_segment: runs.len() }],
        },
        afrt: Afrt {
            time_scale,
            runs: entries.chain([Ok(FragmentRun::END)]).collect::<Result<_, _>>()?,
        },
    };
    Ok(abst.to_vec().into())
}

fn entry(number: FragmentNumber, run: &Run) -> Result<FragmentRun, Error> {
    let duration = u32::try_from(run.duration.0).ok().and_then(NonZeroU32::new);
    let too_long = || Error::Duration { fragment: number, millis: run.duration };
    Ok(FragmentRun::Fragments {
        first_fragment: number.get(),
        timestamp: unsigned(run.start),
        duration: duration.ok_or_else(too_long)?,
    })
}

/// A time for the box: nothing is presented before 0.
fn unsigned(time: Ticks) -> u64 {
    time.max(Ticks::ZERO).0.cast_unsigned()
}
