//! Fragmented MP4, read by the crate `mp4-atom`.

use mp4_atom::{Any, Buf, DecodeMaybe, Ftyp, Moof, Moov, Sidx, Styp};

use crate::mp4::fragments::TFXD;

/// The boxes of an init segment. Checks that there are no others.
#[must_use]
pub fn init(init: &[u8]) -> (Ftyp, Moov) {
    let mut rest = init;
    let Some(Any::Ftyp(ftyp)) = Any::decode_maybe(&mut rest).unwrap() else { panic!("a ftyp") };
    let Some(Any::Moov(moov)) = Any::decode_maybe(&mut rest).unwrap() else { panic!("a moov") };
    assert!(rest.is_empty(), "the moov comes last");
    (ftyp, moov)
}

/// The ticks per second of the only track in an init segment, and the composition time from which
/// its edit list presents it.
#[must_use]
pub fn clock_and_lead(moov: &Moov) -> (u32, i64) {
    let [trak] = &moov.trak[..] else { panic!("one track") };
    let list = trak.edts.as_ref().and_then(|edts| edts.elst.as_ref());
    let lead = match list.map_or(&[][..], |list| &list.entries) {
        [] => 0,
        [edit] => i64::try_from(edit.media_time.unwrap()).unwrap(),
        edits => panic!("an edit list of {edits:?}"),
    };
    (trak.mdia.mdhd.timescale, lead)
}

/// One sample as a player reads it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sample {
    /// When it is decoded, in ticks.
    pub decode_time: i64,
    /// How much later it is presented, in ticks.
    pub offset: i64,
    /// Its duration in decoding order, in ticks.
    pub duration: i64,
    /// Its flags (ISO/IEC 14496-12, 8.8.3.1).
    pub flags: u32,
    /// Its bytes.
    pub data: Vec<u8>,
}

/// A media segment, read by an independent parser.
#[derive(Debug)]
pub struct Segment {
    /// Its brands.
    pub styp: Option<Styp>,
    /// Its index, which covers everything after it.
    pub sidx: Option<Sidx>,
    /// The fragment.
    pub moof: Moof,
    /// The version of its `trun`.
    pub trun_version: u8,
    /// Time and duration of the `tfxd` box.
    pub tfxd: Option<(i64, i64)>,
    /// Its samples, in decoding order.
    pub samples: Vec<Sample>,
}

/// Reads a media segment with one fragment of one track.
///
/// # Panics
/// On unexpected boxes, and on samples that do not fill the `mdat`.
#[must_use]
pub fn segment(segment: &[u8]) -> Segment {
    let (mut styp, mut sidx, mut moof, mut moof_at, mut trun_version) = (None, None, None, 0, 0);
    let mut rest = segment;
    while rest.has_remaining() {
        let at = segment.len() - rest.len();
        match Any::decode_maybe(&mut rest).unwrap().expect("a whole box") {
            Any::Styp(found) => styp = Some(found),
            Any::Sidx(found) => {
                let size = usize::try_from(found.references[0].referenced_size).unwrap();
                assert_eq!(size, rest.len(), "the index covers the rest");
                sidx = Some(found);
            }
            Any::Moof(found) => {
                let moof_bytes = &segment[at..segment.len() - rest.len()];
                let trun = moof_bytes.windows(4).position(|bytes| bytes == b"trun").unwrap();
                trun_version = moof_bytes[trun + 4];
                moof_at = at;
                moof = Some(found);
            }
            Any::Mdat(_) => assert!(rest.is_empty(), "mdat comes last"),
            other => panic!("unexpected {:?}", other.kind()),
        }
    }
    let moof: Moof = moof.expect("a moof");
    let tfxd = tfxd(segment);
    let samples = played(&moof, segment, moof_at, tfxd);
    Segment { styp, sidx, moof, trun_version, tfxd, samples }
}

fn tfxd(segment: &[u8]) -> Option<(i64, i64)> {
    let at = segment.windows(16).position(|bytes| bytes == TFXD)?;
    assert_eq!(segment[at - 8..at], *b"\0\0\0\x2cuuid");
    assert_eq!(segment[at + 16..at + 20], [1, 0, 0, 0]);
    let field = |at: usize| i64::from_be_bytes(segment[at..at + 8].try_into().unwrap());
    Some((field(at + 20), field(at + 28)))
}

/// Reads samples as players do: decoding starts at `tfdt`, or else at the start of the segment.
fn played(moof: &Moof, segment: &[u8], moof_at: usize, tfxd: Option<(i64, i64)>) -> Vec<Sample> {
    let [traf] = &moof.traf[..] else { panic!("one traf") };
    let [trun] = &traf.trun[..] else { panic!("one trun") };
    assert!(
        traf.tfhd.default_base_is_moof != tfxd.is_some() && traf.tfhd.base_data_offset.is_none()
    );
    let mut at = moof_at + usize::try_from(trun.data_offset.unwrap()).unwrap();
    let tfdt = traf.tfdt.as_ref().map(|tfdt| i64::try_from(tfdt.base_media_decode_time).unwrap());
    let mut decode_time = tfdt.xor(tfxd.map(|(time, _)| time)).expect("either a tfdt or a tfxd");
    let samples = trun.samples.iter().map(|entry| {
        let size = entry.size.or(traf.tfhd.default_sample_size).unwrap() as usize;
        let duration = entry.duration.or(traf.tfhd.default_sample_duration).unwrap().into();
        let flags = entry.flags.or(traf.tfhd.default_sample_flags).unwrap();
        let data = segment[at..at + size].to_vec();
        let sample = Sample { decode_time, offset: entry.cts.unwrap_or(0), duration, flags, data };
        at += size;
        decode_time += duration;
        sample
    });
    let samples = samples.collect();
    assert_eq!(at, segment.len(), "the samples fill the mdat");
    samples
}
