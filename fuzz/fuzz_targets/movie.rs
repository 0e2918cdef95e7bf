//! Any bytes as a film: fed whole and in small pieces they give the same, and what opens can be cut, described and planned.

#![no_main]

use bytes::Bytes;
use dynpack::{AssetPath, CutPolicy, Format, Request, Target, present};
use dynpack_isobmff::{Demuxer, Error, Limits, demux};
use dynpack_media::Movie;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let file = Bytes::copy_from_slice(data);
    let whole = demux(file.clone());
    assert_eq!(whole, in_pieces(&file), "whole and in pieces");
    let Ok(movie) = whole else { return };
    let Ok(presentation) = present([movie], CutPolicy::SIX_SECONDS) else { return };
    let asset = AssetPath::new("film", "film.ism").expect("plain names");
    for format in Format::ALL {
        let Ok(packager) = format.packager() else { continue };
        let request = |target| Request::new(asset.clone(), format, target);
        let _ = packager.package(&presentation, &request(Target::Manifest));
        for rendition in &presentation.renditions {
            for segment in rendition.cuts.segments().take(3) {
                let (track, bitrate, time) = (rendition.name.clone(), rendition.bitrate, segment.start);
                let _ = packager.package(&presentation, &request(Target::Segment { track, bitrate, time, key_frames: false }));
            }
        }
    }
});

/// Fed a few bytes at a time.
fn in_pieces(file: &Bytes) -> Result<Movie, Error> {
    let mut demuxer = Demuxer::new(file.len() as u64, Limits::default());
    while let Some(range) = demuxer.need() {
        let start = usize::try_from(range.offset).unwrap_or(usize::MAX).min(file.len());
        let end = (start + usize::try_from(range.len).unwrap_or(usize::MAX).min(7)).min(file.len());
        demuxer.feed(range.offset, file.slice(start..end))?;
    }
    demuxer.finish()
}
