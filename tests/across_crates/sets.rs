//! The same film gives the same stream from every set of files.

use dynpack::storage::Memory;
use dynpack::{AssetPath, Dynpack, Format, Protocol};
use dynpack_testkit::codec::{PPS, SPS, with_lengths};
use dynpack_testkit::film::{Container, Form, films};
use dynpack_testkit::mp4::{self, fragments};
use proptest::prelude::*;

use crate::played::{Played, Stream, streams};
use crate::random_films::{ASSET, origin, run};
use crate::support::{formats, get, key_frames, manifest, promises, sample_origin, text};

const PROGRESSIVE: Container =
    Container { form: Form::Progressive { is_fast_start: false }, is_one_file: false };

/// All containers. An index of fragments is for one track.
fn containers() -> impl Strategy<Value = Container> {
    let forms = prop_oneof![
        Just(Form::Progressive { is_fast_start: true }),
        Just(Form::Fragmented),
        Just(Form::Indexed),
        any::<bool>().prop_map(|is_indexed| Form::Smooth { is_indexed }),
    ];
    (forms, any::<bool>())
        .prop_map(|(form, shared)| Container { form, is_one_file: shared && form != Form::Indexed })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn a_film_is_the_same_in_every_container(
        film in films(),
        container in containers(),
        target in 300_u64..5000,
    ) {
        run(async {
            let film = film.with_edits_of_smooth();
            let (expected, dynpack) =
                (origin(&film, PROGRESSIVE, target), origin(&film, container, target));
            for format in formats() {
                let url = manifest(ASSET, format);
                assert_eq!(text(&expected, &url).await, text(&dynpack, &url).await);
                let mut promises = promises(&expected, ASSET, format).await;
                promises.extend(key_frames(&expected, ASSET, format).await);
                for promise in promises {
                    for url in promise.segments.iter().map(|(url, ..)| url).chain(&promise.init) {
                        assert!(get(&expected, url).await == get(&dynpack, url).await, "{url}");
                    }
                }
            }
        });
    }

    /// Smooth sets mostly have one clock for all tracks, so most times are rounded.
    #[test]
    fn a_film_is_the_same_on_the_clock_of_smooth_streaming(
        film in films(),
        is_indexed in any::<bool>(),
        is_one_file in any::<bool>(),
    ) {
        run(async {
            let film = film.with_edits_of_smooth();
            let container = Container { form: Form::Smooth { is_indexed }, is_one_file };
            let (expected, dynpack) = (
                origin(&film, PROGRESSIVE, 2000),
                origin(&film.on_smooth_clock(), container, 2000),
            );
            for format in formats() {
                let (expected, streams) =
                    (sorted(&expected, ASSET, format).await, sorted(&dynpack, ASSET, format).await);
                for delays in delays(&expected, &streams, format, film.tick()) {
                    assert!(delays.iter().all(|delay| *delay == 0.0), "{format}: {delays:?}");
                }
            }
        });
    }
}

/// All streams, in an order that does not depend on shared lists of segments.
async fn sorted(dynpack: &Dynpack, asset: &str, format: Format) -> Vec<Stream> {
    let mut streams = streams(dynpack, asset, format).await;
    streams.sort_by_key(|stream| (stream.track.clone(), stream.bitrate));
    streams
}

/// Checks that the samples are the same. Returns by how many seconds each sample of each stream is
/// later than expected, beyond the precision of the clocks. `tick` is the longest tick of the
/// stored tracks, since the start of the presentation may be rounded to it.
fn delays(expected: &[Stream], streams: &[Stream], format: Format, tick: f64) -> Vec<Vec<f64>> {
    assert_eq!(expected.len(), streams.len(), "{format}");
    let delays = expected.iter().zip(streams).map(|(expected, stream)| {
        let about = format!("{format} {} {}", stream.track, stream.bitrate);
        assert_eq!((&expected.track, expected.bitrate), (&stream.track, stream.bitrate), "{about}");
        assert_eq!(expected.samples().count(), stream.samples().count(), "{about}");
        // Each time is rounded separately, and so is the start of the presentation.
        let unsure = 2.0 * (tick + 1.0 / f64::from(expected.clock) + 1.0 / f64::from(stream.clock));
        let delay = |(at, (due, played)): (usize, (&Played, &Played))| {
            assert_eq!(
                (&due.data, due.is_sync),
                (&played.data, played.is_sync),
                "{about}: sample {at}"
            );
            let seconds = |ticks: i64, clock: u32| ticks as f64 / f64::from(clock);
            let delay = seconds(played.time, stream.clock) - seconds(due.time, expected.clock);
            if delay.abs() <= unsure { 0.0 } else { delay }
        };
        expected.samples().zip(stream.samples()).enumerate().map(delay).collect()
    });
    delays.collect()
}

/// The sample asset, stored as the Smooth Streaming fragments into which it is packaged.
pub(crate) async fn as_smooth_set(origin: &Dynpack) -> Memory {
    let asset = origin.asset(&AssetPath::new("sample", "sample.ism").unwrap()).await.unwrap();
    let (storage, mut listed) = (Memory::new(), String::new());
    for promise in promises(origin, SAMPLE, Format::Smooth).await {
        let (_, level) = promise.segments[0].0.split_once("QualityLevels(").unwrap();
        let (bitrate, _) = level.split_once(')').unwrap();
        let name = promise.track();
        let mut renditions = asset.presentation.renditions.iter();
        let rendition = renditions
            .find(|rendition| {
                *rendition.id.name == *name && rendition.id.bitrate.to_string() == bitrate
            })
            .unwrap();
        let (kind, ending) = if name == "video" { ("video", "ismv") } else { ("audio", "isma") };
        let described = if kind == "video" { mp4::Track::video(0) } else { mp4::Track::audio(0) };
        let track = mp4::Track {
            id: 1,
            timescale: 10_000_000,
            entries: vec![rendition.track.sample_entry.to_vec()],
            ..described
        };
        let mut file = [
            mp4::ftyp(),
            fragments::moov(&[fragments::without_samples(track)], &[[1, 1, 0, 0, 0]]),
        ]
        .concat();
        for (url, ..) in &promise.segments {
            file.extend_from_slice(&get(origin, url).await);
        }
        storage.insert(format!("sample/{name}_{bitrate}.{ending}"), file);
        listed.push_str(&format!(
            r#"<{kind} src="{name}_{bitrate}.{ending}" systemBitrate="{bitrate}"><param
                name="trackName" value="{name}"/></{kind}>"#
        ));
    }
    storage.insert(
        "sample/sample.ism",
        format!("<smil><head/><body><switch>{listed}</switch></body></smil>"),
    );
    storage
}

pub(crate) const SAMPLE: &str = "/sample/sample.ism";

/// Priming has no time in Smooth Streaming: its frame is at 0, later than in the MP4 set by its
/// duration. Everything else is as in the MP4 set.
#[tokio::test]
async fn a_smooth_set_of_our_own_is_the_mp4_set() {
    let origin = sample_origin();
    let again = Dynpack::builder(as_smooth_set(&origin).await).build();
    for format in formats() {
        let (expected, streams) =
            (sorted(&origin, SAMPLE, format).await, sorted(&again, SAMPLE, format).await);
        for (stream, delays) in
            streams.iter().zip(delays(&expected, &streams, format, 1.0 / 12_800.0))
        {
            let is = |delay: f64, due: f64| (delay - due).abs() < 0.001;
            let first = if stream.track == "video" || format.protocol() == Protocol::Smooth {
                0.0
            } else {
                PRIMING
            };
            assert!(is(delays[0], first), "{format} {}: the first by {}", stream.track, delays[0]);
            assert!(
                delays.iter().skip(1).all(|delay| *delay == 0.0),
                "{format} {}: {delays:?}",
                stream.track
            );
        }
    }
}

/// A frame of AAC at 48 kHz, in seconds.
const PRIMING: f64 = 1024.0 / 48_000.0;

/// A camera writes parameter sets before key frames only, and lists no key frames.
#[tokio::test]
async fn what_only_the_media_tells_is_in_every_format() {
    let slice = |kind: u8, at: u8| [&[kind, 0x88][..], &[at; 30]].concat();
    let key_frame = |at| with_lengths([SPS.to_vec(), PPS.to_vec(), slice(0x65, at)]);
    let other =
        |at| with_lengths([slice(0x41, at)].map(|slice| [&[slice[0], 0x98], &slice[2..]].concat()));
    let samples: Vec<_> =
        (0..100).map(|at| if at % 20 == 0 { key_frame(at) } else { other(at) }).collect();
    let track = mp4::Track {
        entries: vec![mp4::avc1(b"avc1", &[1, 0x64, 0, 0x1f, 0xff, 0xe0, 0])],
        stts: Some(vec![(100, 512)]),
        sizes: Some(mp4::Sizes::Table(
            samples.iter().map(|sample| u32::try_from(sample.len()).unwrap()).collect(),
        )),
        stsc: vec![(1, 100, 1)],
        stss: None,
        ..mp4::Track::video(mp4::MEDIA)
    };
    let file = [mp4::ftyp(), mp4::boxed(b"mdat", &samples.concat()), mp4::moov(&[track])].concat();
    let storage = Memory::new();
    storage.insert("film/film.mp4", file);
    let dynpack = Dynpack::builder(storage).build();
    for format in formats() {
        for stream in streams(&dynpack, "/film/film.ism", format).await {
            let played: Vec<_> = stream.samples().collect();
            assert_eq!(played.len(), 100, "{format}");
            let starts = (0..).zip(&played).filter_map(|(at, sample)| Some((at, sample.is_sync?)));
            for (at, is_sync) in starts {
                assert_eq!(is_sync, at % 20 == 0, "{format}: sample {at}");
            }
        }
    }
    let client = text(&dynpack, &manifest("/film/film.ism", Format::Smooth)).await;
    assert!(client.contains(r#"CodecPrivateData="000000016764001F0000000168EE""#), "{client}");
}
