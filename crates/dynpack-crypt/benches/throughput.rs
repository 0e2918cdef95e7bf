//! The cost of encryption per byte: a segment of 4 MB by each scheme, from one buffer into another,
//! and only copied for comparison. This includes reading slice headers.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use dynpack_codec::MediaKind;
use dynpack_crypt::cenc::{SampleEncryptor, Scheme, TrackEncryption};
use dynpack_crypt::sample_aes::{Blocks, Frame, SampleAes};
use dynpack_crypt::{ContentKey, Iv, IvSource, KeyId, envelope};
use dynpack_media::{RenditionId, SampleIndex, TrackId};
use dynpack_testkit::codec;

const SAMPLES: usize = 180;
const SLICE: usize = (4 << 20) / SAMPLES - 4;

/// High profile, 1280x720; CABAC.
const RECORD: &[u8] = &[
    1, 0x64, 0, 0x1f, 0xff, 0xe1, 0, 12, 0x67, 0x64, 0, 0x1f, 0xac, 0xb4, 0x02, 0x80, 0x2d, 0xd8,
    0x08, 0x80, 1, 0, 4, 0x68, 0xee, 0x3c, 0xb0,
];

/// Pictures of one slice of type I each, with bodies that look random.
fn samples() -> Vec<Vec<u8>> {
    let mut noise = 1_u32;
    let mut byte = || {
        noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        noise.to_be_bytes()[0]
    };
    let head = [
        &u32::try_from(SLICE).unwrap_or_default().to_be_bytes()[..],
        &[0x65, 0x88, 0x84, 0x00, 0xff],
    ]
    .concat();
    (0..SAMPLES).map(|_| head.iter().copied().chain((5..SLICE).map(|_| byte())).collect()).collect()
}

fn throughput(criterion: &mut Criterion) {
    let samples = samples();
    let len: usize = samples.iter().map(Vec::len).sum();
    let (id, key) = (KeyId([1; 16]), ContentKey::new([2; 16]));
    let mut group = criterion.benchmark_group("4 MB");
    group.throughput(Throughput::Bytes(len as u64));

    let mut out = Vec::with_capacity(len + 16);
    group.bench_function("copy", |bencher| {
        bencher.iter(|| {
            out.clear();
            samples.iter().for_each(|sample| out.extend_from_slice(sample));
            black_box(&out);
        });
    });
    group.bench_function("aes-128", |bencher| {
        bencher.iter(|| {
            out.clear();
            let mut encryptor = envelope::Encryptor::new(&key, Iv([3; 16]));
            samples.iter().for_each(|sample| encryptor.push(sample, &mut out));
            encryptor.finish(&mut out);
            black_box(&out);
        });
    });
    let codec = codec::avc(RECORD, (1280, 720));
    for scheme in [Scheme::Cenc, Scheme::Cbcs] {
        let track = TrackEncryption::new(
            scheme,
            id,
            MediaKind::Video,
            &IvSource::new(id, "film", TrackId(1), &RenditionId::new("video", 1)),
        );
        let encryptor = SampleEncryptor::new(track, &key, &codec);
        group.bench_function(scheme.as_str(), |bencher| {
            bencher.iter(|| {
                out.clear();
                let fragment = encryptor.plan(SampleIndex(0), &samples).expect("slices");
                encryptor.encrypt(&fragment, 0, &samples, &mut out).expect("the same samples");
                black_box(&out);
            });
        });
    }
    let cipher = SampleAes::new(&key, Iv([3; 16]));
    let units = || samples.iter().map(|sample| Frame::NalUnit(sample.get(4..).unwrap_or_default()));
    group.bench_function("sample-aes", |bencher| {
        bencher.iter(|| {
            out.clear();
            let mut blocks = Blocks::default();
            units().try_for_each(|unit| blocks.add(unit)).expect("slices");
            cipher.encrypt(&mut blocks);
            units().try_for_each(|unit| blocks.write(unit, &mut out)).expect("the same slices");
            black_box(&out);
        });
    });
    group.finish();
}

criterion_group!(benches, throughput);
criterion_main!(benches);
