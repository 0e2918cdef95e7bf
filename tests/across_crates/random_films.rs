//! The laws of the architecture for films with random clocks, frame rates, groups of pictures, edit
//! lists and lengths, in all protocols.

use std::time::Duration;

use bytes::Bytes;
use dynpack::storage::Memory;
use dynpack::{Dynpack, Format, Protocol};
use dynpack_codec::MediaKind;
use dynpack_media::CutPolicy;
use dynpack_testkit::film::{Container, Film, Form, Track, films};
use proptest::prelude::*;
use serde_json::json;

use crate::played::{self, Played, Segment, Stream, streams};
use crate::support::{ask, film_storage, formats, key_frames, manifest, promises, text};

pub(crate) const ASSET: &str = "/film/film.ism";

fn containers() -> impl Strategy<Value = Container> {
    let form = any::<bool>().prop_map(|is_fast_start| Form::Progressive { is_fast_start });
    (form, any::<bool>()).prop_map(|(form, is_one_file)| Container { form, is_one_file })
}

pub(crate) fn origin(film: &Film, container: Container, target: u64) -> Dynpack {
    origin_of(film_storage(film, container), target)
}

fn origin_of(storage: Memory, target: u64) -> Dynpack {
    let policy = CutPolicy::with_target(Duration::from_millis(target)).unfilled();
    Dynpack::builder(storage).cut_policy(policy).build()
}

/// A list of markers at those milliseconds, where segments should start.
fn markers(millis: &[u32]) -> String {
    let marker = |(id, start)| json!({ "id": format!("{id}"), "start": start, "cut": true });
    let markers: Vec<_> = (0..).zip(millis).map(marker).collect();
    json!({ "markers": markers }).to_string()
}

pub(crate) fn run(test: impl Future<Output = ()>) {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(test);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    /// `every_promised_segment_exists`, `segments_cover_the_track` and
    /// `all_formats_have_the_same_cuts`, whatever markers there are.
    #[test]
    fn every_format_delivers_the_film(
        film in films(),
        container in containers(),
        target in 300_u64..5000,
        marks in prop::collection::vec(0_u32..9_000, 0..4),
    ) {
        run(async {
            let storage = film_storage(&film, container);
            storage.insert("film/markers.json", markers(&marks));
            let dynpack = origin_of(storage, target);
            let expected = streams(&dynpack, ASSET, Format::DashCmaf).await;
            assert_eq!(expected.len(), film.tracks.len());
            for stream in &expected {
                segments_cover_the_track(&film, stream);
            }
            for format in formats() {
                let streams = streams(&dynpack, ASSET, format).await;
                every_track_is_there(&film, format, &streams);
                companions_keep_their_distance(format, &streams, &expected);
                if is_muxed(format) {
                    muxed_segments_have_their_declared_times(format, &streams, &expected);
                }
                for frames in played::key_frames(&dynpack, ASSET, format).await {
                    key_frames_are_presented_at_their_times(
                        format,
                        &frames,
                        twin(&frames, &expected),
                    );
                }
                for stream in &streams {
                    formats_deliver_the_same(format, stream, twin(stream, &expected));
                }
            }
        });
    }

    #[test]
    fn same_input_same_bytes(film in films(), container in containers(), target in 300_u64..5000) {
        run(async {
            // Two independent nodes that get requests in different orders.
            let (one, other) = (origin(&film, container, target), origin(&film, container, target));
            for format in formats() {
                let mut promises = promises(&one, ASSET, format).await;
                promises.extend(key_frames(&one, ASSET, format).await);
                let urls: Vec<_> = promises
                    .iter()
                    .flat_map(|promise| promise.segments.iter().map(|(url, ..)| url))
                    .collect();
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

/// The ETag and the bytes of a resource.
async fn answer(dynpack: &Dynpack, url: &str) -> (String, Bytes) {
    let response = ask(dynpack, url).await.unwrap();
    (response.etag, response.body.collect().await.unwrap())
}

/// The stream of the same rendition.
pub(crate) fn twin<'a>(stream: &Stream, others: &'a [Stream]) -> &'a Stream {
    let is_same = |other: &&Stream| {
        other.track == stream.track && (stream.is_companion || other.bitrate == stream.bitrate)
    };
    others.iter().find(is_same).unwrap()
}

/// Checks that every sample that the edit list needs arrives once, in order, bit for bit and on
/// time.
pub(crate) fn segments_cover_the_track(film: &Film, stream: &Stream) {
    let track = film.track(&stream.track, stream.bitrate);
    let needed = &track.samples[track.unneeded()..];
    let played: Vec<&Played> = stream.samples().collect();
    assert_eq!((stream.clock, played.len()), (track.clock, needed.len()), "{}", track.name);
    for (at, (played, stored)) in played.iter().zip(needed).enumerate() {
        assert_eq!(
            (&played.data, played.is_sync, played.duration),
            (&stored.data, Some(stored.is_sync), Some(stored.duration.into())),
            "sample {at}"
        );
    }
    assert!(
        played.windows(2).all(|pair| pair[0].decode + pair[0].duration.unwrap() == pair[1].decode),
        "decoded without a gap"
    );
    assert_times(film, track, &played);
    assert_names(track, stream);
}

/// Checks that all times are those of the file, moved by edit lists: the film starts at 0, and the
/// offsets between tracks do not change.
fn assert_times(film: &Film, track: &Track, played: &[&Played]) {
    let stored = track.composition_times();
    let moved: Vec<i64> = played
        .iter()
        .zip(&stored[track.unneeded()..])
        .map(|(played, stored)| played.time - stored)
        .collect();
    assert!(moved.iter().all(|by| *by == moved[0]), "the distances of times do not change");
    let expected = track.placement() as f64 - film.start() * f64::from(track.clock);
    assert!((moved[0] as f64 - expected).abs() < 0.51, "moved by {}, not by {expected}", moved[0]);
}

/// Checks that a segment is named by its start, which is the presentation time of its earliest
/// sample, and that it lasts until the next one.
fn assert_names(track: &Track, stream: &Stream) {
    let seconds = |ticks: i64| ticks as f64 / f64::from(stream.clock);
    let starts: Vec<i64> = stream.segments.iter().map(|segment| start(&segment.samples)).collect();
    let end = |sample: &Played| sample.time + sample.duration.unwrap();
    let ends = starts.iter().copied().skip(1).chain([stream.samples().map(end).max().unwrap()]);
    for ((segment, start), end) in stream.segments.iter().zip(&starts).zip(ends) {
        assert_eq!(segment.name, Some(*start), "{}", track.name);
        assert!(
            (segment.start - seconds(*start)).abs() < 1e-6
                && (segment.duration - seconds(end - start)).abs() < 1e-6
        );
        assert!(track.kind == MediaKind::Audio || segment.samples[0].is_sync == Some(true));
    }
}

/// The start of a segment. Samples before 0 are priming.
fn start(samples: &[Played]) -> i64 {
    samples.iter().map(|sample| sample.time).min().unwrap().max(0)
}

pub(crate) fn is_muxed(format: Format) -> bool {
    matches!(format, Format::HlsV3 | Format::Hds)
}

fn every_track_is_there(film: &Film, format: Format, streams: &[Stream]) {
    let of = |kind: MediaKind| film.tracks.iter().filter(move |track| track.kind == kind);
    let (videos, audios) = (of(MediaKind::Video).count(), of(MediaKind::Audio).count());
    let expected = match (is_muxed(format), videos, audios) {
        (false, ..) => videos + audios,
        (true, 0, _) => 1,
        (true, _, 0) => videos,
        (true, ..) => videos * 2,
    };
    assert_eq!(streams.len(), expected, "{format}");
}

/// Checks that the format has the same samples in the same segments at the same times, exactly or
/// to the precision of the format's clock.
pub(crate) fn formats_deliver_the_same(format: Format, stream: &Stream, expected: &Stream) {
    let about = format!("{format} {} {}", stream.track, stream.bitrate);
    formats_deliver_the_same_samples(format, stream, expected);
    if is_muxed(format) {
        return;
    }
    for (number, (segment, due)) in (1..).zip(stream.segments.iter().zip(&expected.segments)) {
        assert_promise(format, segment, due, number == expected.segments.len(), &about);
    }
}

/// Checks that the format has the same samples in the same segments at the same times, whatever it
/// promises of them.
pub(crate) fn formats_deliver_the_same_samples(format: Format, stream: &Stream, expected: &Stream) {
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
}

/// Checks that each entry of a list for trick play is one sync sample, is named by its presentation
/// time, and lasts until the next one.
fn key_frames_are_presented_at_their_times(format: Format, frames: &Stream, expected: &Stream) {
    let about = format!("{format}: a key frame of {}", frames.bitrate);
    let clock = f64::from(expected.clock);
    let last = expected.segments.last().unwrap();
    let ends =
        frames.segments.iter().skip(1).map(|next| next.start).chain([last.start + last.duration]);
    for (at, (entry, end)) in frames.segments.iter().zip(ends).enumerate() {
        let [picture] = &entry.samples[..] else {
            panic!("{about}: {} samples", entry.samples.len())
        };
        let stored = expected.samples().find(|sample| sample.data == picture.data).unwrap();
        assert!(picture.is_sync != Some(false) && stored.is_sync == Some(true), "{about}");
        assert_eq!(entry.name, Some(stored.time), "{about}: presented at {}", stored.time);
        assert_time(picture, stored.time, 0.0, (frames, expected), &about);
        assert!(frames.clock != expected.clock || picture.time == stored.time, "{about}");
        let start = stored.time as f64 / clock;
        // Playlists start at 0, even if their track does not.
        let is_opening = format.protocol() == Protocol::Hls && at == 0 && entry.start == 0.0;
        assert!(
            is_opening || (entry.start - start).abs() < 0.0001,
            "{about} at {start} starts at {}",
            entry.start
        );
        let late = entry.start + entry.duration - end;
        assert!(late.abs() < 0.0001, "{about} at {start} ends by {late} late");
        if let Some(duration) = picture.duration {
            let late = start + duration as f64 / clock - end;
            assert!(late.abs() < 0.0001, "{about} at {start} is shown {late} too long");
        }
    }
    let mut of_segments = expected.segments.iter().map(|segment| segment.samples[0].time);
    let names: Vec<_> = frames.segments.iter().map(|entry| entry.name.unwrap()).collect();
    assert!(
        names.is_sorted() && of_segments.all(|time| names.contains(&time)),
        "{about} is missing"
    );
}

/// Checks that a format that carries two tracks lists a segment where either has one. The main
/// track gives its start. The other track does if the main track has no sample, or if the main
/// track begins in the segment and the other has earlier samples.
fn muxed_segments_have_their_declared_times(
    format: Format,
    streams: &[Stream],
    expected: &[Stream],
) {
    for carried in streams.chunk_by(|_, next| next.is_companion) {
        let mut dues: Vec<_> =
            carried.iter().map(|part| twin(part, expected).segments.iter()).collect();
        let (main, mut has_begun) = (&carried[0], false);
        let clock = f64::from(twin(main, expected).clock);
        let mut starts: Vec<(f64, bool)> = Vec::new();
        for at in 0..main.segments.len() {
            let due = carried
                .iter()
                .zip(&mut dues)
                .map(|(part, due)| (!part.segments[at].samples.is_empty()).then(|| due.next()));
            let due: Vec<_> = due.map(|due| Some(due??.start)).collect();
            let other = due.get(1).copied().flatten();
            starts.push(match (due[0], other) {
                (Some(main), Some(other)) if !has_begun && other < main => (other, false),
                (Some(main), _) => {
                    (main, starts.last().is_none_or(|(last, _)| last + 1.0 / clock < main))
                }
                (None, other) => (other.unwrap(), false),
            });
            has_begun |= due[0].is_some();
        }
        let ends = carried.iter().map(|part| twin(part, expected).segments.last().unwrap());
        let end = ends.map(|last| last.start + last.duration).fold(0.0, f64::max);
        let ends: Vec<_> = starts.iter().skip(1).copied().chain([(end, false)]).collect();
        for ((segment, start), end) in main.segments.iter().zip(starts).zip(ends) {
            assert_muxed(
                format,
                segment,
                [start, end],
                clock,
                &format!("{format} {}", main.bitrate),
            );
        }
    }
}

/// Each bound has a flag whether it is exact. A bound of the other track is rounded to the clock of
/// the main track, which may be coarse, and moved so that no two bounds are equal.
fn assert_muxed(
    format: Format,
    segment: &Segment,
    [start, end]: [(f64, bool); 2],
    clock: f64,
    about: &str,
) {
    let tolerance = |is_exact: bool| match format {
        Format::Hds => 0.0011,
        _ if is_exact => 0.001,
        _ => 0.001 + 2.0 / clock,
    };
    // Playlists start at 0, even if their tracks do not.
    let is_opening = format == Format::HlsV3 && segment.start == 0.0;
    let early = segment.start - start.0;
    assert!(
        is_opening || early.abs() <= tolerance(start.1),
        "{about}: a segment starts at {}, not {}",
        segment.start,
        start.0
    );
    let late = segment.start + segment.duration - end.0;
    assert!(late.abs() <= tolerance(end.1), "{about}: a segment ends {late} late, at {}", end.0);
    let named = segment.name.map_or(start.0, |name| name as f64 / clock);
    assert!(
        (named - start.0).abs() <= tolerance(start.1),
        "{about}: a segment is named {named}, which starts at {}",
        start.0
    );
}

/// By how much a stream's times are moved, in ticks of its clock: FLV has no times before 0.
fn delay(format: Format, stream: &Stream, expected: &Stream) -> f64 {
    if format != Format::Hds {
        return 0.0;
    }
    let (first, due) = (stream.samples().next().unwrap(), expected.samples().next().unwrap());
    first.time as f64 - rescaled(due.time, expected.clock, stream.clock).floor()
}

/// Checks that both tracks of a segment are moved by the same time.
fn companions_keep_their_distance(format: Format, streams: &[Stream], expected: &[Stream]) {
    for pair in streams.windows(2).filter(|pair| pair[1].is_companion) {
        let [main, companion] =
            [&pair[0], &pair[1]].map(|stream| delay(format, stream, twin(stream, expected)));
        assert!(
            main == companion && main >= 0.0,
            "{format} {}: moved by {main} and {companion} ms",
            pair[0].bitrate
        );
    }
}

fn rescaled(time: i64, from: u32, to: u32) -> f64 {
    time as f64 * f64::from(to) / f64::from(from)
}

fn assert_time(
    played: &Played,
    due: i64,
    delay: f64,
    (stream, expected): (&Stream, &Stream),
    about: &str,
) {
    let due = rescaled(due, expected.clock, stream.clock) + delay;
    // Players count from the frame that has a time, and are right within a tick. The counted times
    // are rounded here.
    let tolerance = match played.is_counted {
        true => 1.5,
        false if stream.clock == expected.clock => 0.0,
        false => 1.0,
    };
    assert!(
        (played.time as f64 - due).abs() <= tolerance + 1e-6,
        "{about} is presented at {}, not {due}",
        played.time
    );
}

fn assert_promise(format: Format, segment: &Segment, due: &Segment, is_last: bool, about: &str) {
    match format.protocol() {
        // Playlists start at 0, even if their track does not.
        Protocol::Hls => {
            assert_eq!(segment.name, due.name, "{about}");
            let (end, wanted) = (segment.start + segment.duration, due.start + due.duration);
            assert!((end - wanted).abs() < 0.001, "{about}: a segment ends at {end}, not {wanted}");
        }
        Protocol::Dash => {
            assert_eq!(
                (segment.name, segment.start, segment.duration),
                (due.name, due.start, due.duration),
                "{about}"
            )
        }
        // Renditions with cuts within a millisecond of each other share a list, which ends with the
        // longest of them.
        _ => {
            let (early, late) = (
                segment.start - due.start,
                segment.start + segment.duration - due.start - due.duration,
            );
            assert!(
                early.abs() < 0.0011,
                "{about}: a segment starts at {}, not {}",
                segment.start,
                due.start
            );
            let is_due = late > -0.0011 && (is_last || late < 0.0011);
            assert!(is_due, "{about}: a segment ends by {late} too late");
        }
    }
}
