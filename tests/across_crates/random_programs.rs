//! The laws of programs: clips of random films between random times, in all protocols.

use std::time::Duration;

use dynpack::{Dynpack, Format};
use dynpack_codec::MediaKind;
use dynpack_media::CutPolicy;
use dynpack_testkit::film::{Container, Film, Form, Track, films};
use proptest::prelude::*;

use crate::played::{Played, Stream, streams};
use crate::random_films::{formats_deliver_the_same_samples, run, twin};
use crate::support::{fetch, film_storage, formats, manifest};

const PROGRAM: &str = "/program/program.ism";
const CONTAINER: Container =
    Container { form: Form::Progressive { is_fast_start: true }, is_one_file: true };

/// A program of clips of a film, each from one of its milliseconds to another.
fn origin(film: &Film, clips: &[(u32, u32)], target: u64) -> Dynpack {
    let storage = film_storage(film, CONTAINER);
    let clip = |(begin, end): &(u32, u32)| {
        format!(r#"<ref src="../film/film.ism" clipBegin="{begin}ms" clipEnd="{end}ms"/>"#)
    };
    let clips: String = clips.iter().map(clip).collect();
    let list = format!("<smil><body><seq>{clips}</seq></body></smil>");
    storage.insert("program/program.ism", list);
    let policy = CutPolicy::with_target(Duration::from_millis(target)).unfilled();
    Dynpack::builder(storage).cut_policy(policy).build()
}

/// Whether there is something between the times of the clips.
async fn is_there(dynpack: &Dynpack) -> bool {
    match fetch(dynpack, &manifest(PROGRAM, Format::DashCmaf)).await {
        Ok(_) => true,
        Err(error) => {
            assert_eq!(error.status(), 415, "{error}");
            false
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    /// A clip has a stretch of each track, bit for bit, which starts with a sync sample. What it
    /// shows keeps its distances. All formats deliver the same.
    #[test]
    fn every_format_delivers_the_clip(
        film in films(),
        begin in 0_u32..8_000,
        lasts in 1_u32..8_000,
        target in 300_u64..5000,
    ) {
        run(async {
            let dynpack = origin(&film, &[(begin, begin + lasts)], target);
            if !is_there(&dynpack).await {
                return;
            }
            let expected = streams(&dynpack, PROGRAM, Format::DashCmaf).await;
            for stream in &expected {
                is_a_stretch(&film, stream);
            }
            for format in formats() {
                for stream in &streams(&dynpack, PROGRAM, format).await {
                    formats_deliver_the_same_samples(format, stream, twin(stream, &expected));
                }
            }
        });
    }

    /// Smooth Streaming and HDS have all clips one after the other, and nothing else.
    #[test]
    fn one_timeline_has_all_clips(
        film in films(),
        clips in prop::collection::vec((0_u32..6_000, 500_u32..4_000), 2..4),
        target in 300_u64..5000,
    ) {
        run(async {
            let clips: Vec<_> =
                clips.into_iter().map(|(begin, lasts)| (begin, begin + lasts)).collect();
            let dynpack = origin(&film, &clips, target);
            if !is_there(&dynpack).await {
                return;
            }
            for format in [Format::Smooth, Format::Hds] {
                let all = videos(&film, &dynpack, format).await;
                for (place, stream) in all.iter().enumerate() {
                    let mut wanted = Vec::new();
                    for clip in &clips {
                        let alone = origin(&film, &[*clip], target);
                        let alone = videos(&film, &alone, format).await;
                        // Where a clip has fewer bitrates, one stands for several.
                        let stream = &alone[place * alone.len() / all.len()];
                        wanted.extend(stream.samples().map(|sample| sample.data.clone()));
                    }
                    let played: Vec<_> = stream.samples().map(|one| one.data.clone()).collect();
                    assert!(played == wanted, "{format}: {} of {}", played.len(), wanted.len());
                    let decodes: Vec<_> = stream.samples().map(|sample| sample.decode).collect();
                    assert!(decodes.is_sorted(), "{format}: decoded in order");
                }
            }
        });
    }
}

/// The streams of video of the program, by ascending bitrate.
async fn videos(film: &Film, dynpack: &Dynpack, format: Format) -> Vec<Stream> {
    let kind =
        |stream: &Stream| film.tracks.iter().find(|track| track.name == stream.track).unwrap().kind;
    let mut streams = streams(dynpack, PROGRAM, format).await;
    streams.retain(|stream| kind(stream) == MediaKind::Video);
    streams.sort_by_key(|stream| stream.bitrate);
    streams
}

/// Checks that a stream is a stretch of one of the tracks of its name, perhaps without pictures
/// that come after the first key frame and before it in presentation: they depend on earlier ones.
fn is_a_stretch(film: &Film, stream: &Stream) {
    let played: Vec<&Played> = stream.samples().collect();
    let tracks = film.tracks.iter().filter(|track| track.name == stream.track);
    let mut stretches = tracks.filter_map(|track| {
        let times = track.composition_times();
        let needed = |start: usize, with_leading: bool| {
            let is_needed = |at: &usize| with_leading || times[*at] >= times[start];
            (start..track.samples.len()).filter(is_needed).collect::<Vec<_>>()
        };
        let starts = (0..track.samples.len()).flat_map(|at| [(at, true), (at, false)]);
        let mut stretches = starts.map(|(start, with_leading)| needed(start, with_leading));
        let needed = stretches.find(|needed| {
            let stored = needed.iter().map(|at| &track.samples[*at].data);
            let same = stored.zip(&played).filter(|(stored, played)| **stored == played.data);
            same.count() == played.len()
        })?;
        Some((track, needed.iter().map(|at| times[*at]).collect::<Vec<_>>()))
    });
    let (track, stored) = stretches.next().expect("it is no stretch of a track");
    if track.kind == MediaKind::Video {
        assert_eq!(played[0].is_sync, Some(true));
        keeps_distances(track, &stored, stream, &played);
    }
}

/// Checks that pictures which take time are as far apart as in the film, but for the first, which
/// may come up to 1.1 ms late, or a tick of 90 kHz for each picture before it.
fn keeps_distances(track: &Track, stored: &[i64], stream: &Stream, played: &[&Played]) {
    let clock = f64::from(stream.clock);
    let seconds = |ticks: i64, hz: f64| ticks as f64 / hz;
    let mut shown: Vec<(f64, f64)> = played
        .iter()
        .zip(stored)
        .filter(|(played, _)| seconds(played.duration.unwrap(), clock) > 0.0015)
        .map(|(played, stored)| {
            (seconds(played.time, clock), seconds(*stored, f64::from(track.clock)))
        })
        .collect();
    shown.sort_by(|one, other| one.0.total_cmp(&other.0));
    let Some(last) = shown.last().copied() else { return };
    for (at, (time, stored)) in shown.iter().enumerate() {
        let late = (time - stored) - (last.0 - last.1);
        let allowed = if at == 0 { 0.005 } else { 1e-6 };
        assert!((-1e-6..=allowed).contains(&late), "picture {at} is {late} s late");
    }
}
