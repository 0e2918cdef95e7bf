//! One segment with your own IO: no storage, no async, no HTTP.
//!
//! `cargo run --release --example segment -- FILE.mp4 SECONDS > segment.mp4` writes the init
//! segment and the media segment around a time. Together they are a playable file.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom, Write};

use bytes::Bytes;
use dynpack_fragment::fmp4::{Profile, Writer};
use dynpack_isobmff::{Demuxer, Limits};
use dynpack_media::{CutPolicy, Extent, Ticks, Timescale};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args_os().skip(1);
    let path = arguments.next().ok_or("usage: segment FILE.mp4 [SECONDS] > segment.mp4")?;
    let seconds: i64 = arguments.next().map_or(Ok(0), |text| text.to_string_lossy().parse())?;
    let mut file = File::open(path)?;

    // Open the file: the demuxer returns which bytes it needs.
    let mut demuxer = Demuxer::new(file.metadata()?.len(), Limits::default());
    while let Some(range) = demuxer.need() {
        demuxer.feed(range.offset, read(&mut file, range)?)?;
    }
    let movie = demuxer.finish()?;

    // Name its tracks and cut them, and take the first.
    let presentation = dynpack_packager::present([movie], CutPolicy::SIX_SECONDS)?;
    let rendition = presentation.renditions.first().ok_or("no rendition")?;
    let wanted =
        Ticks(seconds).rescale_floor(Timescale::new(1).ok_or("not zero")?, rendition.timescale());
    let segment = rendition
        .cuts
        .segments()
        .take_while(|segment| segment.start <= wanted)
        .last()
        .ok_or("no such time")?;

    // Plan the segment, read what the plan needs, and finish it. Nothing is copied.
    let writer = Writer::new(Profile::Cmaf, rendition);
    let plan = writer.media_segment(&segment)?;
    let media: Vec<Bytes> = plan
        .reads()
        .iter()
        .map(|wanted| read(&mut file, wanted.extent))
        .collect::<Result<_, _>>()?;
    let mut out = std::io::stdout().lock();
    out.write_all(&writer.init_segment()?)?;
    for piece in plan.finish(&media)? {
        out.write_all(&piece)?;
    }
    Ok(())
}

fn read(file: &mut File, range: Extent) -> Result<Bytes, Box<dyn std::error::Error>> {
    let mut bytes = vec![0; usize::try_from(range.len)?];
    file.seek(SeekFrom::Start(range.offset))?;
    file.read_exact(&mut bytes)?;
    Ok(bytes.into())
}
