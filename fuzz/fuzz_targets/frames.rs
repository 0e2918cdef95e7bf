//! Any bytes as samples of AV1 and VP9: what may be encrypted of them lies in them, in order.

#![no_main]

use std::ops::Range;

use bytes::Bytes;
use dynpack_codec::{Av1Config, av1, vpx};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    // The first byte is the length of the record, and the lengths of samples are in them.
    let Some((len, rest)) = data.split_first() else { return };
    let (units, samples) = rest.split_at(usize::from(*len).min(rest.len()));
    let record = Bytes::from([&[0x81, 0, 0x0c, 0], units].concat());
    let config = Av1Config::parse(record).expect("a record of version 1");
    let (mut tiles, mut headers) = (av1::Tiles::new(&config), vpx::FrameHeaders::default());
    for sample in samples.chunk_by(|_, next| *next != 0xff) {
        let _ = tiles.read(sample).map(|ranges| check(&ranges, sample));
        let _ = headers.read(sample).map(|ranges| check(&ranges, sample));
    }
});

fn check(ranges: &[Range<usize>], sample: &[u8]) {
    let ends = ranges.iter().flat_map(|range| [range.start, range.end]);
    assert!(ends.chain([sample.len()]).is_sorted(), "{ranges:?} of {} bytes", sample.len());
}
