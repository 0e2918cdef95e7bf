//! Samples in fragments of MP4, by an independent parser.

use mp4_atom::{Any, Buf, DecodeMaybe, Moof, Moov};

use super::Played;

pub(super) const SMOOTH_CLOCK: u32 = 10_000_000;

const TFXD: [u8; 16] = *b"\x6d\x1d\x9b\x05\x42\xd5\x44\xe6\x80\xe2\x14\x1d\xaf\xf7\x57\xb2";

/// Ticks a second, and from which composition time on the edit list presents.
pub(super) fn clock_and_lead(mut init: &[u8]) -> (u32, i64) {
    let mut moov: Option<Moov> = None;
    while init.has_remaining() {
        if let Any::Moov(found) = Any::decode_maybe(&mut init).unwrap().unwrap() {
            moov = Some(found);
        }
    }
    let moov = moov.unwrap();
    let [trak] = &moov.trak[..] else { panic!("one track") };
    let edits = trak
        .edts
        .as_ref()
        .and_then(|edts| edts.elst.as_ref())
        .map_or(&[][..], |elst| &elst.entries);
    let lead = match edits {
        [] => 0,
        [edit] => i64::try_from(edit.media_time.unwrap()).unwrap(),
        _ => panic!("an edit list of {edits:?}"),
    };
    (trak.mdia.mdhd.timescale, lead)
}

/// The samples of a segment. Decoding starts at `tfdt`, or else when `tfxd` says that the fragment
/// starts.
pub(super) fn read(segment: &[u8], lead: i64) -> Vec<Played> {
    let mut rest = segment;
    let (mut found, mut at) = (None, 0);
    while rest.has_remaining() {
        let place = segment.len() - rest.len();
        if let Any::Moof(moof) = Any::decode_maybe(&mut rest).unwrap().unwrap() {
            assert!(found.is_none(), "one fragment");
            (found, at) = (Some(moof), place);
        }
    }
    let moof: Moof = found.unwrap();
    let ([traf], tfxd) = (&moof.traf[..], tfxd(segment)) else { panic!("one traf") };
    let [trun] = &traf.trun[..] else { panic!("one trun") };
    let tfdt = traf.tfdt.as_ref().map(|tfdt| i64::try_from(tfdt.base_media_decode_time).unwrap());
    let mut decode = tfdt.xor(tfxd).expect("either a tfdt or a tfxd");
    at += usize::try_from(trun.data_offset.unwrap()).unwrap();
    let samples = trun.samples.iter().map(|entry| {
        let len = entry.size.or(traf.tfhd.default_sample_size).unwrap() as usize;
        let duration = i64::from(entry.duration.or(traf.tfhd.default_sample_duration).unwrap());
        let flags = entry.flags.or(traf.tfhd.default_sample_flags).unwrap();
        let sample = Played {
            decode: decode - lead,
            time: decode + entry.cts.unwrap_or_default() - lead,
            duration: Some(duration),
            is_sync: Some(flags & 0x1_0000 == 0),
            is_counted: false,
            data: segment[at..at + len].to_vec(),
        };
        (decode, at) = (decode + duration, at + len);
        sample
    });
    let samples = samples.collect();
    assert_eq!(at, segment.len(), "the samples fill the mdat");
    samples
}

fn tfxd(segment: &[u8]) -> Option<i64> {
    let at = segment.windows(16).position(|bytes| bytes == TFXD)? + 20;
    Some(i64::from_be_bytes(segment[at..at + 8].try_into().unwrap()))
}
