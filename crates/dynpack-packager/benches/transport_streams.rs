//! What the multivariant playlists of transport streams cost for a film of two hours in five
//! bitrates of video and two languages.
//!
//! `every bound` is what they cost if each segment and each key frame is bounded by all of its
//! samples, with the audio in each video for version 3: the peaks are the same.
//!
//! `one segment` is what it costs to find one, of films of two hours and of a day: the same.

use std::hint::black_box;
use std::num::NonZeroU32;

use criterion::{Criterion, criterion_group, criterion_main};
use dynpack_codec::MediaKind;
use dynpack_crypt::{ContentKey, KeyId};
use dynpack_fragment::ts::{Part, media_segment_bound};
use dynpack_hds::{FragmentNumber, fragment};
use dynpack_media::{CutPolicy, Language, Presentation, Rate, Stream, Track, View};
use dynpack_packager::{
    Encryption, Job, KeyDelivery, KeySet, LocatorKey, Protection, Request, StreamingPolicy, Terms,
};
use dynpack_testkit::{TrackBuilder, presentation};

const SECONDS: u32 = 7_200;
const GROUP: u32 = 50;

/// Numbers below 1,000, without a pattern.
fn noise(seed: u32) -> u32 {
    let mixed = (seed ^ seed >> 15).wrapping_mul(0x2c1b_3c6d);
    ((mixed ^ mixed >> 12).wrapping_mul(0x297a_2d39) >> 8) % 1_000
}

/// Scenes of 20 seconds that need more or fewer bits; three B pictures between two others.
fn video(seconds: u32, bits_per_second: u32) -> Track {
    let mean = bits_per_second / 8 / 25;
    let size = |at: u32| {
        let weight = match at % GROUP {
            0 => 6_000,
            place => [400, 2_000, 700, 400][place as usize % 4],
        };
        let scene = 500 + noise(at / 500);
        1 + mean * weight / 1_000 * scene / 1_000 * (900 + noise(at) / 5) / 1_000
    };
    TrackBuilder::video(12_800, 512, seconds * 25, GROUP).with_b_pyramid().with_sizes(size).build()
}

fn audio(seconds: u32, language: &str) -> Track {
    TrackBuilder::audio(48_000, seconds * 48_000 / 1_024)
        .with_sizes(|at| 290 + noise(at) / 10)
        .with_edit(0, 1_024)
        .build()
        .with_language(Language::parse(language))
}

fn film(seconds: u32, bitrates: &[u32]) -> Presentation {
    let videos = bitrates.iter().map(|&bitrate| ("video", bitrate, video(seconds, bitrate)));
    let audios = ["en", "de"].map(|language| (language, 128_000, audio(seconds, language)));
    presentation(videos.chain(audios).collect(), CutPolicy::SIX_SECONDS)
}

/// The rates of all that a playlist lists, without a short cut.
fn every_bound(film: &Presentation, is_muxed: bool) -> Vec<Rate> {
    let mut rates = Vec::new();
    for rendition in &film.renditions {
        let is_video = rendition.kind() == MediaKind::Video;
        let audio = film.of_kind(MediaKind::Audio).next().filter(|_| is_muxed && is_video);
        if is_muxed && !is_video {
            continue;
        }
        let stream = Stream::new(rendition).with_audio(audio);
        let bounds = stream.segments().into_iter().map(|segment| {
            let main = Part::segments(rendition, segment.main.as_slice());
            let audio = audio.map(|audio| Part::segments(audio, segment.audio.as_slice()));
            let parts: Vec<_> = [main].into_iter().chain(audio).collect();
            (media_segment_bound(&parts).expect("a sane film"), segment.duration)
        });
        rates.push(Rate::measure(bounds, rendition.timescale()));
        if is_video && !is_muxed {
            let key_frames = rendition.key_frames().expect("of video");
            let bounds = key_frames.cuts.segments().map(|frame| {
                let part = Part::segments(&key_frames, std::slice::from_ref(&frame));
                (media_segment_bound(&[part]).expect("a sane film"), frame.duration)
            });
            rates.push(Rate::measure(bounds, rendition.timescale()));
        }
    }
    rates
}

fn manifests(criterion: &mut Criterion) {
    let film = film(SECONDS, &[400_000, 800_000, 1_600_000, 3_200_000, 6_400_000]);
    let view = View::whole(&film);
    let mut group = criterion.benchmark_group("two hours of transport streams");
    group.sample_size(20);
    for (version, format) in [(3, "m3u8-aapl-v3"), (4, "m3u8-aapl")] {
        let request =
            Request::parse(&format!("/film/film.ism/manifest(format={format})")).expect("a URL");
        let packager = request.format.packager().expect("a format that is built");
        let playlist = packager.manifest(&Job::new(&view, &request)).expect("a sane film");
        let rates = every_bound(&film, version == 3);
        let peak = |rate: &Rate| playlist.contains(&format!("BANDWIDTH={},", rate.peak));
        assert!(version == 4 || rates.iter().all(peak), "{rates:?} in {playlist}");
        group.bench_function(format!("version {version}"), |bencher| {
            bencher.iter(|| packager.manifest(black_box(&Job::new(&view, &request))));
        });
        group.bench_function(format!("version {version}, every bound"), |bencher| {
            bencher.iter(|| every_bound(black_box(&film), version == 3));
        });
    }
    let request = Request::parse("/film/film.ism/manifest(format=m3u8-aapl,encryption=cbcs-aapl)")
        .expect("a URL");
    let policy =
        StreamingPolicy::predefined("Predefined_MultiDrmStreaming").expect("a policy of Azure's");
    let mut delivery = KeyDelivery::default();
    delivery.fair_play_url_template = "skd://keys.example/fairplay".parse().ok();
    let keys =
        KeySet::Labelled(vec![LocatorKey::new(KeyId([1; 16]), Some(ContentKey::new([2; 16])))]);
    let terms = Terms::new(&policy, &delivery);
    let protection = Protection::new(Encryption::CbcsAapl, &film, "film", &terms, &keys)
        .expect("a key for all tracks");
    let packager = request.format.packager().expect("a format that is built");
    group.bench_function("version 4, SAMPLE-AES", |bencher| {
        bencher.iter(|| {
            packager
                .manifest(black_box(&Job::new(&view, &request).with_protection(Some(&protection))))
        });
    });
    group.finish();
}

fn lookups(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("one segment");
    for (length, seconds) in [("two hours", SECONDS), ("a day", 12 * SECONDS)] {
        let film = film(seconds, &[400_000]);
        let stream =
            Stream::new(&film.renditions[0]).with_audio(film.of_kind(MediaKind::Audio).next());
        let middle = stream.main.cuts.len() / 2;
        for (name, joined) in [("HLS 3", 1), ("HLS 3, three of the timeline's in one", 3)] {
            let stream = stream.with_joined_segments(NonZeroU32::new(joined).expect("above zero"));
            let segment = &stream.segments()[middle / joined as usize];
            assert_eq!(stream.segment_at(segment.start).as_ref(), Some(segment));
            group.bench_function(format!("{name} of {length}"), |bencher| {
                bencher.iter(|| black_box(&stream).segment_at(black_box(segment.start)));
            });
        }
        let number =
            FragmentNumber::new(u32::try_from(middle).expect("a sane film")).expect("above zero");
        group.bench_function(format!("HDS of {length}"), |bencher| {
            bencher.iter(|| {
                fragment(black_box(&stream), black_box(number)).expect("a fragment in the middle")
            });
        });
    }
    group.finish();
}

criterion_group!(benches, manifests, lookups);
criterion_main!(benches);
