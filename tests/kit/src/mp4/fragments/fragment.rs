//! Whole fragments (`moof` and `mdat`).

use super::{Base, Traf};
use crate::mp4::{boxed, full, words};

/// A fragment at that offset of the file: a `moof`, followed by a `mdat` with the data of each
/// `traf` in order.
#[must_use]
pub fn fragment(at: u64, trafs: &[Traf]) -> Vec<u8> {
    let mdat = boxed(b"mdat", &vec![0xda; trafs.iter().map(|traf| traf.byte_len() as usize).sum()]);
    [moof(at, trafs), mdat].concat()
}

/// A `moof` at that offset. Its data begins after the header of a `mdat` that follows.
#[must_use]
pub fn moof(at: u64, trafs: &[Traf]) -> Vec<u8> {
    let write = |moof_len: usize| {
        let mut data = i32::try_from(moof_len).unwrap() + 8;
        let mut body = full(b"mfhd", 0, 0, &words(&[1]));
        let mut before = 0;
        for traf in trafs {
            let base = match traf.base {
                Base::Moof => 0,
                Base::Absolute(distance) => i32::try_from(distance).unwrap(),
                Base::Before => before,
            };
            body.extend(traf.boxed(at, data - base));
            data += i32::try_from(traf.byte_len()).unwrap();
            before = data;
        }
        boxed(b"moof", &body)
    };
    write(write(0).len())
}
