//! The bootstrap information of a stream: which fragments there are, and when they start.

use bytes::{BufMut, Bytes};
use dynpack_media::boxes::put_full_box;
use dynpack_media::{Stream, Timescale};

use crate::fragments;
use crate::stream::end;

/// The `abst` box of a stream (Adobe F4V file format specification 10.1, 2.11.2), with one `asrt`
/// and one `afrt`, all in milliseconds.
#[must_use]
pub fn bootstrap(stream: &Stream<'_>) -> Bytes {
    let mut out = Vec::new();
    put_full_box(&mut out, b"abst", 0, 0, |out| {
        out.put_u32(1); // BootstrapinfoVersion
        out.put_u8(0); // named access profile, not live, no update
        out.put_u32(Timescale::MILLIS.hz());
        out.put_u64(unsigned(end(stream).0)); // CurrentMediaTime
        out.put_u64(0); // SmpteTimeCodeOffset
        out.put_bytes(0, 5); // no movie identifier, servers, qualities, DRM data or metadata
        let runs = runs(stream);
        out.put_u8(1);
        put_segment_run_table(out, runs.iter().map(|run| run.count).sum());
        out.put_u8(1);
        put_fragment_run_table(out, &runs);
    });
    out.into()
}

/// Fragments of one duration, one behind the other.
struct Run {
    first: u32,
    start: i64,
    duration: i64,
    count: u32,
}

fn runs(stream: &Stream<'_>) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    for fragment in fragments(stream) {
        let (start, duration) = (fragment.start.0, fragment.duration.0);
        match runs.last_mut() {
            Some(run)
                if run.duration == duration
                    && run.start + duration * i64::from(run.count) == start =>
            {
                run.count += 1
            }
            _ => runs.push(Run { first: fragment.number.get(), start, duration, count: 1 }),
        }
    }
    runs
}

/// The `asrt` box (2.11.2.1): one segment with all fragments.
fn put_segment_run_table(out: &mut Vec<u8>, fragments: u32) {
    put_full_box(out, b"asrt", 0, 0, |out| {
        out.put_u8(0); // no qualities
        out.put_u32(1);
        out.put_u32(1); // FirstSegment
        out.put_u32(fragments);
    });
}

/// The `afrt` box (2.11.2.2). Behind the runs an entry without duration tells the end of the
/// presentation.
fn put_fragment_run_table(out: &mut Vec<u8>, runs: &[Run]) {
    put_full_box(out, b"afrt", 0, 0, |out| {
        out.put_u32(Timescale::MILLIS.hz());
        out.put_u8(0); // no qualities
        out.put_u32(u32::try_from(runs.len()).unwrap_or(u32::MAX).saturating_add(1));
        for run in runs {
            out.put_u32(run.first);
            out.put_u64(unsigned(run.start));
            out.put_u32(u32::try_from(run.duration).unwrap_or(u32::MAX));
        }
        out.put_bytes(0, 16);
        out.put_u8(0); // DiscontinuityIndicator: end of presentation
    });
}

fn unsigned(time: i64) -> u64 {
    u64::try_from(time).unwrap_or_default()
}
