//! The cost of encryption for a segment: six seconds of video at 5 Mb/s with one slice for each
//! picture, from memory.
//!
//! Clear fragmented MP4 is not copied at all, so `copy` is the cost of sending it. For `cenc` and
//! `cbcs`, slice headers are read, and the samples are copied and encrypted in one pass. AES-128
//! also copies and encrypts all bytes in one pass. A transport stream is always written into a
//! buffer.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use dynpack_crypt::cenc::{SampleEncryptor, Scheme, TrackEncryption};
use dynpack_crypt::sample_aes::SampleAes;
use dynpack_crypt::{ContentKey, IvSource, KeyId};
use dynpack_fragment::SegmentPlan;
use dynpack_fragment::fmp4::{Profile, Protection, Writer};
use dynpack_fragment::ts::{self, Part};
use dynpack_media::{Rendition, Segment};
use dynpack_testkit::film::OpenedFilm;
use dynpack_testkit::{TrackBuilder, codec};
use std::hint::black_box;

/// 25 frames per second, one NAL unit of 25 kB each, and a key frame every two seconds.
const PICTURES: u32 = 150;
const PICTURE_LEN: u32 = 25_000;
const GROUP: u32 = 50;

/// Parameter sets of a baseline stream, and how its slices start.
const SPS: &[u8] =
    b"\x67\x42\xc0\x0a\xdb\x08\x36\xc0\x44\0\0\x03\0\x04\0\0\x03\0\xc8\x3c\x48\x9b\x80";
const PPS: &[u8] = b"\x68\xca\x80\xc4\xb2";
const KEY_FRAME: &[u8] =
    b"\x65\x88\x84\x19\x21\x3e\x23\xda\xd8\x8f\x15\x97\x0b\xdd\x9d\x71\xac\x40";
const OTHER: &[u8] = b"\x41\x9a\x40\x64\x84\xad\x5b\x3c\x21\x66\xc2\xca\0\x30\xed\xcd\x98\x06";

const KEY_ID: KeyId = KeyId([7; 16]);

fn film() -> OpenedFilm {
    let picture = |at: u32| {
        let start = if at.is_multiple_of(GROUP) { KEY_FRAME } else { OTHER };
        let mut unit = start.to_vec();
        unit.resize(PICTURE_LEN as usize - 4, 0xa5);
        codec::with_lengths([unit])
    };
    let codec = codec::avc(&codec::avc_record(SPS, PPS, 4), (1280, 720));
    let track = TrackBuilder::video(25, 1, PICTURES, GROUP).with_codec(codec);
    let pictures: Vec<_> = (0..PICTURES).map(picture).collect();
    OpenedFilm::with_samples(&track, &pictures, 10_000)
}

/// One way to make the segment.
struct Case<'a> {
    name: &'static str,
    plan: Box<dyn Fn() -> SegmentPlan + 'a>,
}

impl<'a> Case<'a> {
    fn new(name: &'static str, plan: impl Fn() -> SegmentPlan + 'a) -> Self {
        Self { name, plan: Box::new(plan) }
    }
}

fn cases<'a>(film: &'a Rendition, segment: &'a Segment) -> [Case<'a>; 6] {
    let key = ContentKey::new([9; 16]);
    let ivs = IvSource::new(KEY_ID, "film", film.track.id, &film.id);
    let (iv, sample_aes) = (ivs.sample_aes(), SampleAes::new(&key, ivs.sample_aes()));
    let protection = |scheme| {
        let track = TrackEncryption::new(scheme, KEY_ID, film.kind(), &ivs);
        Protection::new(SampleEncryptor::new(track, &key, &film.track.codec))
    };
    let (cenc, cbcs, other_key) = (protection(Scheme::Cenc), protection(Scheme::Cbcs), key.clone());
    let fmp4 = |protection| {
        let writer = Writer::new(Profile::Cmaf, film).with_protection(protection);
        move || writer.media_segment(segment).expect("a sane film")
    };
    let clear = fmp4(None);
    let part = || Part::segments(film, std::slice::from_ref(segment));
    let ts = |part| ts::media_segment(segment.number, &[part]).expect("a sane film");
    [
        Case::new("fmp4 cenc", fmp4(Some(cenc))),
        Case::new("fmp4 cbcs", fmp4(Some(cbcs))),
        Case::new("fmp4 AES-128", move || clear().encrypted(&key, iv)),
        Case::new("ts", move || ts(part())),
        Case::new("ts SAMPLE-AES", move || ts(part().with_sample_aes(sample_aes.clone()))),
        Case::new("ts AES-128", move || ts(part()).encrypted(&other_key, iv)),
    ]
}

fn encryption(criterion: &mut Criterion) {
    let film = film();
    let rendition = &film.renditions[0];
    let segment = rendition.cuts.segments().next().expect("one segment");
    let media = |plan: &SegmentPlan| -> Vec<_> {
        plan.reads().iter().map(|read| film.bytes(read)).collect()
    };
    let whole = media(&(cases(rendition, &segment)[0].plan)());
    let mut group = criterion.benchmark_group("encryption");
    group.throughput(Throughput::Bytes(u64::from(PICTURES * PICTURE_LEN)));
    group.bench_function("copy", |bencher| bencher.iter(|| black_box(&whole).concat()));
    for Case { name, plan } in cases(rendition, &segment) {
        let media = media(&plan());
        group.bench_function(name, |bencher| {
            bencher.iter(|| plan().finish(&media).expect("the media of the film"));
        });
    }
    group.finish();
}

criterion_group!(benches, encryption);
criterion_main!(benches);
