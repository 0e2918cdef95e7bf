//! What presenting the files found out.

use std::time::Duration;

use bytes::BufMut;
use dynpack_media::{
    CutPolicy, CutTimes, Findings, MeasuredBitrate, SourceIndex, Ticks, Timescale, TrackId,
};

use crate::error::Error;
use crate::index::Presented;
use crate::reader::Reader;
use crate::writer::put_list;

pub(crate) fn put(presented: &Presented, out: &mut Vec<u8>) -> Result<(), Error> {
    let CutPolicy { target, fills_video, .. } = presented.policy;
    out.put_u64(target.as_secs());
    out.put_u32(target.subsec_nanos());
    out.put_u8(fills_video.into());
    let Findings { times, bitrates, .. } = &presented.findings;
    out.put_u32(times.clock().hz());
    put_list(times.ticks(), out, |ticks, out| {
        out.put_i64(ticks.0);
        Ok(())
    })?;
    put_list(bitrates, out, |measured, out| {
        out.put_u32(measured.source.0);
        out.put_u32(measured.track.0);
        out.put_u32(measured.bitrate);
        Ok(())
    })
}

pub(crate) fn take(reader: &mut Reader<'_>) -> Result<Presented, Error> {
    let seconds = Duration::from_secs(reader.u64()?);
    let target = seconds.checked_add(Duration::from_nanos(reader.u32()?.into()));
    let target = target.ok_or_else(|| reader.malformed("a target is too long"))?;
    let mut policy = CutPolicy::with_target(target);
    policy.fills_video = reader.flag()?;
    let clock = Timescale::new(reader.u32()?);
    let times = reader.list(|reader| reader.i64().map(Ticks))?;
    let times = clock.and_then(|clock| CutTimes::new(clock, times));
    let mut findings =
        Findings::new(times.ok_or_else(|| reader.malformed("the cuts do not ascend"))?);
    findings.bitrates = reader.list(|reader| {
        let source = SourceIndex(reader.u32()?);
        Ok(MeasuredBitrate { source, track: TrackId(reader.u32()?), bitrate: reader.u32()? })
    })?;
    Ok(Presented { policy, findings })
}
