//! The laws of the architecture for films of any clocks, frame rates, groups of pictures, edit lists and lengths, in all protocols.

use std::time::Duration;

use bytes::Bytes;
use dynpack::{Dynpack, Format, Protocol};
use dynpack_media::{CutPolicy, MediaKind};
use proptest::prelude::*;

use crate::film::{Container, Film, Form, Track, films, storage};
use crate::played::{Played, Segment, Stream, streams};
use crate::support::{ask, formats, key_frames, manifest, promises, text};

pub(crate) const ASSET: &str = "/film/film.ism";

fn containers() -> impl Strategy<Value = Container> {
    let form = any::<bool>().prop_map(|is_fast_start| Form::Progressive { is_fast_start });
    (form, any::<bool>()).prop_map(|(form, is_one_file)| Container { form, is_one_file })
}

pub(crate) fn origin(film: &Film, container: Container, target: u64) -> Dynpack {
    let policy = CutPolicy::with_target(Duration::from_millis(target));
    Dynpack::builder(storage(film, container)).cut_policy(policy).build()
}

pub(crate) fn run(test: impl Future<Output = ()>) {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(test);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    /// `every_promised_segment_exists`, `segments_tile_the_track` and `all_formats_cut_alike`.
    #[test]
    fn every_format_delivers_the_film(film in films(), container in containers(), target in 300_u64..5000) {
        run(async {
            let dynpack = origin(&film, container, target);
            let expected = streams(&dynpack, ASSET, Format::DashCmaf).await;
            assert_eq!(expected.len(), film.tracks.len());
            for stream in &expected {
                segments_tile_the_track(&film, stream);
            }
            for format in formats() {
                let streams = streams(&dynpack, ASSET, format).await;
                every_track_is_there(&film, format, &streams);
                companions_keep_their_distance(format, &streams, &expected);
                for stream in &streams {
                    formats_deliver_alike(format, stream, twin(stream, &expected));
                }
            }
        });
    }

    #[test]
    fn same_input_same_bytes(film in films(), container in containers(), target in 300_u64..5000) {
        run(async {
            // Two nodes which know nothing of each other, asked in different orders.
            let (one, other) = (origin(&film, container, target), origin(&film, container, target));
            for format in formats() {
                let mut promises = promises(&one, ASSET, format).await;
                promises.extend(key_frames(&one, ASSET, format).await);
                let urls: Vec<_> = promises.iter().flat_map(|promise| promise.segments.iter().map(|(url, ..)| url)).collect();
                let mut answers = Vec::new();
                for url in urls.iter().rev() {
                    answers.push(answer(&other, url).await);
                }
                for (url, expected) in urls.iter().zip(answers.into_iter().rev()) {
                    assert!(answer(&one, url).await == expected, "{url}");
                }
                let url = manifest(ASSET, format);
                assert_eq!(text(&one, &url).await, text(&other, &url).await);
            }
        });
    }
}

/// The tag of a resource, and all of it.
async fn answer(dynpack: &Dynpack, url: &str) -> (String, Bytes) {
    let response = ask(dynpack, url).await.unwrap();
    (response.etag, response.body.collect().await.unwrap())
}

/// The stream of the same rendition.
fn twin<'a>(stream: &Stream, others: &'a [Stream]) -> &'a Stream {
    let is_same = |other: &&Stream| other.track == stream.track && (stream.is_companion || other.bitrate == stream.bitrate);
    others.iter().find(is_same).unwrap()
}

/// Every sample that the edit list needs, once and in order, bit for bit, when it is due.
fn segments_tile_the_track(film: &Film, stream: &Stream) {
    let track = film.track(&stream.track, stream.bitrate);
    let kept = &track.samples[track.unneeded()..];
    let played: Vec<&Played> = stream.samples().collect();
    assert_eq!((stream.clock, played.len()), (track.clock, kept.len()), "{}", track.name);
    for (at, (played, stored)) in played.iter().zip(kept).enumerate() {
        assert_eq!(
            (&played.data, played.is_sync, played.duration),
            (&stored.data, Some(stored.is_sync), Some(stored.duration.into())),
            "sample {at}"
        );
    }
    assert!(played.windows(2).all(|pair| pair[0].decode + pair[0].duration.unwrap() == pair[1].decode), "decoded without a gap");
    assert_times(film, track, &played);
    assert_names(track, stream);
}

/// All times are those of the file, moved by what edit lists say: the film starts at 0, and tracks keep their distances.
fn assert_times(film: &Film, track: &Track, played: &[&Played]) {
    let stored = track.composition_times();
    let moved: Vec<i64> = played.iter().zip(&stored[track.unneeded()..]).map(|(played, stored)| played.time - stored).collect();
    assert!(moved.iter().all(|by| *by == moved[0]), "times keep their distances");
    let expected = track.placement() as f64 - film.start() * f64::from(track.clock);
    assert!((moved[0] as f64 - expected).abs() < 0.51, "moved by {}, where {expected} is due", moved[0]);
}

/// A segment is named by when it starts, which is when its earliest sample is presented, and lasts until the next.
fn assert_names(track: &Track, stream: &Stream) {
    let seconds = |ticks: i64| ticks as f64 / f64::from(stream.clock);
    let starts: Vec<i64> = stream.segments.iter().map(|segment| start(&segment.samples)).collect();
    let end = |sample: &Played| sample.time + sample.duration.unwrap();
    let ends = starts.iter().copied().skip(1).chain([stream.samples().map(end).max().unwrap()]);
    for ((segment, start), end) in stream.segments.iter().zip(&starts).zip(ends) {
        assert_eq!(segment.name, Some(*start), "{}", track.name);
        assert!((segment.start - seconds(*start)).abs() < 1e-6 && (segment.duration - seconds(end - start)).abs() < 1e-6);
        assert!(track.kind == MediaKind::Audio || segment.samples[0].is_sync == Some(true));
    }
}

/// What lies before 0 is priming.
fn start(samples: &[Played]) -> i64 {
    samples.iter().map(|sample| sample.time).min().unwrap().max(0)
}

fn every_track_is_there(film: &Film, format: Format, streams: &[Stream]) {
    let is_muxed = matches!(format, Format::HlsV3 | Format::Hds);
    let of = |kind: MediaKind| film.tracks.iter().filter(move |track| track.kind == kind);
    let (videos, audios) = (of(MediaKind::Video).count(), of(MediaKind::Audio).count());
    let expected = match (is_muxed, videos, audios) {
        (false, ..) => videos + audios,
        (true, 0, _) => 1,
        (true, _, 0) => videos,
        (true, ..) => videos * 2,
    };
    assert_eq!(streams.len(), expected, "{format}");
}

/// The same samples in the same segments, at the same times: exactly, or as far as the format's clock can tell.
fn formats_deliver_alike(format: Format, stream: &Stream, expected: &Stream) {
    let about = format!("{format} {} {}", stream.track, stream.bitrate);
    assert_eq!(stream.lens(), expected.lens(), "{about}");
    let delay = delay(format, stream, expected);
    for (at, (played, due)) in stream.samples().zip(expected.samples()).enumerate() {
        assert_eq!(played.data, due.data, "{about}: sample {at}");
        assert!(played.is_sync.is_none() || played.is_sync == due.is_sync, "{about}: sample {at}");
        let time = match format.protocol() {
            Protocol::Smooth => due.time.max(0),
            _ => due.time,
        };
        assert_time(played, time, delay, (stream, expected), &format!("{about}: sample {at}"));
    }
    let decodes: Vec<i64> = stream.samples().map(|sample| sample.decode).collect();
    assert!(decodes.is_sorted(), "{about}: decoded in order");
    if stream.is_companion {
        return;
    }
    // A stream that carries two may have segments with nothing of the first.
    let segments = stream.segments.iter().filter(|segment| !segment.samples.is_empty());
    for (number, (segment, due)) in (1..).zip(segments.zip(&expected.segments)) {
        // The first starts with what it carries beside.
        if format == Format::Hds && std::ptr::eq(segment, &raw const stream.segments[0]) {
            continue;
        }
        assert_promise(format, segment, due, number == expected.segments.len(), &about);
    }
}

/// By how much a stream's times are moved, in ticks of its clock: FLV has none before 0.
fn delay(format: Format, stream: &Stream, expected: &Stream) -> f64 {
    if format != Format::Hds {
        return 0.0;
    }
    let (first, due) = (stream.samples().next().unwrap(), expected.samples().next().unwrap());
    first.time as f64 - rescaled(due.time, expected.clock, stream.clock).floor()
}

/// What comes in one segment is moved by the same time.
fn companions_keep_their_distance(format: Format, streams: &[Stream], expected: &[Stream]) {
    for pair in streams.windows(2).filter(|pair| pair[1].is_companion) {
        let [main, companion] = [&pair[0], &pair[1]].map(|stream| delay(format, stream, twin(stream, expected)));
        assert!(main == companion && main >= 0.0, "{format} {}: moved by {main} and {companion} ms", pair[0].bitrate);
    }
}

fn rescaled(time: i64, from: u32, to: u32) -> f64 {
    time as f64 * f64::from(to) / f64::from(from)
}

fn assert_time(played: &Played, due: i64, delay: f64, (stream, expected): (&Stream, &Stream), about: &str) {
    let due = rescaled(due, expected.clock, stream.clock) + delay;
    // Players count on from the frame that has a time, and are right within a tick. What they count is rounded here.
    let most = match played.is_counted {
        true => 1.5,
        false if stream.clock == expected.clock => 0.0,
        false => 1.0,
    };
    assert!((played.time as f64 - due).abs() <= most + 1e-6, "{about} is presented at {}, not {due}", played.time);
}

fn assert_promise(format: Format, segment: &Segment, due: &Segment, is_last: bool, about: &str) {
    match format.protocol() {
        // Playlists start at 0, whenever their track does.
        Protocol::Hls => {
            assert_eq!(segment.name, due.name, "{about}");
            let (end, wanted) = (segment.start + segment.duration, due.start + due.duration);
            assert!(format == Format::HlsV3 || (end - wanted).abs() < 0.001, "{about}: a segment ends at {end}, not {wanted}");
        }
        Protocol::Dash => {
            assert_eq!((segment.name, segment.start, segment.duration), (due.name, due.start, due.duration), "{about}")
        }
        // Renditions that are cut within a millisecond of each other share a list, which ends with the longest of them.
        _ => {
            let (early, late) = (segment.start - due.start, segment.start + segment.duration - due.start - due.duration);
            assert!(early.abs() < 0.0011, "{about}: a segment starts at {}, not {}", segment.start, due.start);
            // In HDS it lasts until the next of either track.
            let is_due = format == Format::Hds || late > -0.0011 && (is_last || late < 0.0011);
            assert!(is_due, "{about}: a segment ends by {late} too late");
        }
    }
}
