//! The laws of views: random filters over random films, in all protocols.

mod left;
mod listed;
mod rule;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::time::Duration;

use bytes::Bytes;
use dynpack::storage::Memory;
use dynpack::{AssetPath, Builder, Dynpack, Format, Protocol, Request};
use dynpack_media::CutPolicy;
use dynpack_testkit::film::{Container, Film, Form, films};
use dynpack_testkit::promise::Promise;
use proptest::prelude::*;
use serde_json::{Value, json};

use self::left::{Left, LeftTrack};
use self::listed::Listed;
use self::rule::{Rule, rules};
use crate::played::{self, Stream};
use crate::random_films::{ASSET, is_muxed, run};
use crate::resources;
use crate::support::published::{document, locators, policy};
use crate::support::{self, ask, film_storage, formats, manifest, playlists, promises_at, refusal};

const NAMES: [&str; 3] = ["a", "b", "c"];
/// Clear and under every protection.
const POLICY: &str = "clear-and-all";
/// How long segments are, in milliseconds.
const TARGETS: Range<u64> = 300..5000;
const WHOLE: &str = "whole-film";
const NARROW: &str = "narrow";
const CONTAINER: Container =
    Container { form: Form::Progressive { is_fast_start: true }, is_one_file: true };

/// A film with the rules as filters of those names.
fn builder(film: &Film, rules: &[Rule], target: u64) -> Builder<Memory> {
    let storage = film_storage(film, CONTAINER);
    let filters: Value = NAMES.iter().zip(rules).map(|(name, rule)| rule.document(name)).collect();
    storage.insert("film/filters.json", filters.to_string());
    let policy = CutPolicy::with_target(Duration::from_millis(target)).unfilled();
    Dynpack::builder(storage).cut_policy(policy)
}

/// The manifest of a format with another parameter.
fn manifest_with(format: Format, parameter: &str) -> String {
    manifest(ASSET, format).replace(')', &format!(",{parameter})"))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    /// In every format, manifests list what all of the filters leave, and nothing else: segments of
    /// the whole, by the same URLs and at the same times. They have the samples of the file, bit
    /// for bit.
    #[test]
    fn every_format_lists_what_the_filters_leave(
        film in films(),
        rules in prop::collection::vec(rules(), 1..=3),
        target in TARGETS,
    ) {
        run(async {
            let dynpack = builder(&film, &rules, target).build();
            let path = AssetPath::new("film", "film.ism").unwrap();
            let asset = dynpack.asset(&path).await.unwrap();
            let left = Left::of(&film, &asset.presentation, &rules);
            for format in formats() {
                let names = NAMES[..rules.len()].join(";");
                let url = manifest_with(format, &format!("filter={names}"));
                let Some(left) = &left else {
                    let refused = refusal(ask(&dynpack, &url).await);
                    assert_eq!(refused, (415, "MPE_FILTER_REMOVED_ALL_STREAMS"), "{format}");
                    continue;
                };
                let listed = Listed::all(format, left);
                if listed.is_empty() {
                    // HDS has one audio, which may have nothing where another has.
                    let refused = refusal(ask(&dynpack, &url).await);
                    assert_eq!(refused, (415, "MPE_MEDIA_ENCODING_NOT_SUPPORTED"), "{format}");
                    continue;
                }
                let promises = played::each(promises_at(&dynpack, &url, format).await);
                assert_eq!(promises.len(), listed.len(), "{format}: {listed:?}");
                let named = |one: &&Listed<'_>| one.is_named_as_in_whole(format, left);
                for listed in listed.iter().filter(named) {
                    let whole = whole(&dynpack, format, listed).await;
                    let (part, whole) = (listed.promise(&promises), listed.promise(&whole));
                    lists_segments_of_the_whole(format, left, listed, part, whole);
                }
                declares_the_part(&dynpack, &url, format, left, &promises).await;
                for stream in played::read(&dynpack, format, promises).await {
                    has_the_samples(&film, left, format, &stream);
                }
            }
            left.iter().for_each(|left| misses_nothing(&film, left, &rules));
        });
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    /// Under every protection, a locator with the filters lists what it lists without protection.
    /// That is what another locator has, and all else is not found.
    #[test]
    fn a_locator_has_what_its_filters_leave(
        film in films(),
        rules in prop::collection::vec(rules(), 1..=3),
        target in TARGETS,
    ) {
        let dynpack = published(&film, &rules, target);
        run(async {
            let mut listed = BTreeMap::new();
            for (format, encryption) in policy(POLICY).admitted() {
                let named = encryption.map(|name| format!(",encryption={name}"));
                let named = named.unwrap_or_default();
                let url = format!("/{WHOLE}/film.ism/manifest(format={format}{named})");
                let whole = media(&dynpack, &url).await;
                let left = media(&dynpack, &narrow(&url)).await;
                let plain: Vec<_> = left.iter().map(|url| url.replace(&named, "")).collect();
                assert_eq!(*listed.entry(format).or_insert_with(|| plain.clone()), plain, "{url}");
                nothing_else_is_found(&dynpack, format, &whole, &left).await;
            }
        });
    }
}

/// The same under a locator without the filters, and under one with them.
fn published(film: &Film, rules: &[Rule], target: u64) -> Dynpack {
    let mut document = document();
    let all = document["streamingLocators"].as_array_mut().unwrap();
    for (id, filters) in [(WHOLE, &[][..]), (NARROW, &NAMES[..rules.len()])] {
        let of_policy = |one: &&Value| one["streamingPolicyName"] == POLICY;
        let mut locator = all.iter().find(of_policy).unwrap().clone();
        locator["streamingLocatorId"] = id.into();
        locator["assetName"] = "film".into();
        locator["filters"] = json!(filters);
        all.push(locator);
    }
    builder(film, rules, target).locators(locators(document)).build()
}

/// The same URL under the locator with the filters.
fn narrow(url: &str) -> String {
    url.replacen(WHOLE, NARROW, 1)
}

/// The URLs of media that a manifest lists; none if nothing is left of it.
async fn media(dynpack: &Dynpack, manifest: &str) -> BTreeSet<String> {
    if let Err(error) = ask(dynpack, manifest).await {
        assert_eq!(error.status(), 415, "{error}");
        return BTreeSet::new();
    }
    let urls = resources::listed(dynpack, &Request::parse(manifest).unwrap()).await;
    urls.into_iter().filter(|url| url.contains("Fragments(")).collect()
}

/// Checks that media which is left has the same bytes under both locators, and that all other is
/// not found. HLS v3 may list other names than the whole has, and then finds both.
async fn nothing_else_is_found(
    dynpack: &Dynpack,
    format: Format,
    whole: &BTreeSet<String>,
    left: &BTreeSet<String>,
) {
    let names: BTreeSet<_> = whole.iter().map(|url| narrow(url)).collect();
    let is_renamed = !left.is_subset(&names);
    assert!(is_muxed(format) || !is_renamed, "{format}");
    for url in whole {
        let answered = answer(dynpack, &narrow(url)).await;
        if left.contains(&narrow(url)) {
            assert_eq!(answered, answer(dynpack, url).await, "{url}");
        } else if format != Format::HlsV3 || !is_renamed {
            assert!(answered.is_err(), "{url}");
        }
    }
}

/// The bytes of media, or why there are none: random pictures cannot be encrypted as samples.
async fn answer(dynpack: &Dynpack, url: &str) -> Result<Bytes, String> {
    let response = ask(dynpack, url).await.map_err(|error| error.to_string())?;
    response.body.collect().await.map_err(|error| error.to_string())
}

/// What a format promises of the whole film. A format that has audio with the video names segments
/// by the audio, so there it is the film with the same tracks.
async fn whole(dynpack: &Dynpack, format: Format, listed: &Listed<'_>) -> Vec<Promise> {
    let url = if is_muxed(format) {
        let bitrates = listed.tracks().map(|track| format!("bitrate={}", track.whole.id.bitrate));
        manifest_with(format, &format!("rules={}", bitrates.collect::<Vec<_>>().join(";;")))
    } else {
        manifest(ASSET, format)
    };
    played::each(promises_at(dynpack, &url, format).await)
}

/// Checks that the segments that are left are listed with the URLs of the whole, and at the times
/// of the whole. Playlists count from the start of the part, and have their first segment from
/// there. With audio in the same segments, their last segment ends when both have, to the clock of
/// the video. In Smooth Streaming, times of a part count from its start, to a frame of sound, and a
/// list that bitrates share ends with the longest that is left, or sound with the pictures.
fn lists_segments_of_the_whole(
    format: Format,
    left: &Left<'_>,
    listed: &Listed<'_>,
    part: &Promise,
    whole: &Promise,
) {
    let about = format!("{format} {:?}", listed.main.whole.id);
    let places = listed.places();
    assert_eq!(places.len(), whole.segments.len(), "{about}");
    let due = places.iter().zip(&whole.segments).filter(|(place, _)| place.is_left);
    let due: Vec<_> = due.map(|(_, segment)| segment).collect();
    assert_eq!(part.segments.len(), due.len(), "{about}");
    let is_playlist = format.protocol() == Protocol::Hls;
    let is_smooth = format.protocol() == Protocol::Smooth;
    let start = if is_playlist || is_smooth { left.start.as_seconds() } else { 0.0 };
    let early_by = if is_smooth { left.frame_of_sound() } else { 0.001 };
    let tick = 1.0 / f64::from(listed.main.whole.timescale().hz());
    let ends = listed.tracks().filter_map(LeftTrack::end).max().unwrap().as_seconds();
    for (at, ((url, own, lasts), (due_url, due, due_lasts))) in
        part.segments.iter().zip(due).enumerate()
    {
        assert_eq!(support::url_in_whole(url), *due_url, "{about}");
        let is_opening = is_playlist && at == 0 && *own == 0.0;
        let early = start + own - due;
        assert!(is_opening || early.abs() < early_by, "{about}: {url} starts {early} late");
        let is_last = at + 1 == part.segments.len();
        let (end, tolerance) = match format {
            Format::HlsV3 if is_last => (ends, 0.001 + 2.0 * tick),
            _ if is_smooth && is_last => (due + due_lasts, 3.0 * early_by),
            _ => (due + due_lasts, early_by),
        };
        let late = start + own + lasts - end;
        let is_shared = is_smooth && is_last;
        let is_due = late < tolerance && (is_shared || -late < tolerance);
        assert!(is_due, "{about}: {url} ends {late} late");
    }
}

/// Checks that a stream has the samples of the segments that are left, bit for bit.
fn has_the_samples(film: &Film, left: &Left<'_>, format: Format, stream: &Stream) {
    let about = format!("{format} {} {}", stream.track, stream.bitrate);
    let is_of = |one: &&LeftTrack<'_>| {
        *one.whole.id.name == stream.track
            && (stream.is_companion || one.whole.id.bitrate == stream.bitrate)
    };
    let due = left.tracks.iter().find(is_of).unwrap_or_else(|| panic!("{about} is not left"));
    let track = film.track(&due.whole.id.name, due.whole.id.bitrate);
    let lens: Vec<_> = due.samples().map(|samples| samples.len()).collect();
    assert_eq!(stream.lens(), lens, "{about}");
    let played = stream.samples().map(|sample| &sample.data);
    let stored = due.samples().flatten().map(|at| &track.samples[at].data);
    assert!(played.eq(stored), "{about}");
}

/// Checks that all of a track that lies between the times of the filters is left, but for some
/// frames at either end: audio is cut at the nearest frame, and bitrates may differ in how many
/// pictures come after a key frame and before it in presentation.
fn misses_nothing(film: &Film, left: &Left<'_>, rules: &[Rule]) {
    for one in &left.tracks {
        let track = film.track(&one.whole.id.name, one.whole.id.bitrate);
        let (clock, longest) =
            (f64::from(track.clock), track.samples.iter().map(|one| one.duration).max());
        let margin = 4.0 * f64::from(longest.unwrap()) / clock;
        let moved = track.placement() as f64 / clock - film.start();
        let delivered: BTreeSet<_> = one.samples().flatten().collect();
        let times = track.composition_times().into_iter().enumerate().skip(track.unneeded());
        for (at, time) in times {
            let time = time as f64 / clock + moved;
            let is_due = rules.iter().all(|rule| rule.covers(time - margin, time + margin));
            assert!(!is_due || delivered.contains(&at), "{} at {time}", track.name);
        }
    }
}

/// Checks that a manifest says where in the film its part is, and how long it lasts.
async fn declares_the_part(
    dynpack: &Dynpack,
    url: &str,
    format: Format,
    left: &Left<'_>,
    promises: &[Promise],
) {
    let text = support::text(dynpack, url).await;
    let (start, end) = (left.start.as_seconds(), left.end().as_seconds());
    let is_about = |value: f64, due: f64| {
        assert!((value - due).abs() < 0.0011, "{url}: {value}, not {due}");
    };
    match format.protocol() {
        Protocol::Hls => {
            for playlist in playlists(dynpack, url).await {
                let text = support::text(dynpack, &playlist).await;
                let playlist = m3u8_rs::parse_media_playlist_res(text.as_bytes()).unwrap();
                assert_eq!(playlist.media_sequence, u64::from(left.first_place.0), "{url}");
                let date = playlist.segments[0].program_date_time;
                assert_eq!(date.is_some(), start > 0.0, "{url}");
                is_about(date.map_or(0.0, |date| date.timestamp_millis() as f64 / 1000.0), start);
            }
        }
        Protocol::Dash => {
            let start = left.start_of_video().as_seconds();
            let lasts = value(&text, "mediaPresentationDuration").unwrap();
            is_about(lasts[2..lasts.len() - 1].parse().unwrap(), end - start);
            for template in text.split("<SegmentTemplate ").skip(1) {
                let number =
                    |name| value(template, name).map(|value| value.parse::<f64>().unwrap());
                let (clock, offset) =
                    (number("timescale").unwrap(), number("presentationTimeOffset"));
                let early = start - offset.unwrap_or_default() / clock;
                assert!(
                    (-1e-6..1.0 / clock).contains(&early),
                    "{url}: {offset:?} of {clock}, {start}"
                );
            }
        }
        Protocol::Smooth => {
            let lasts = value(&text, "Duration").unwrap().parse::<f64>().unwrap() / 1e7;
            let late = lasts - (end - start);
            assert!(
                late.abs() < 2.0 * left.frame_of_sound(),
                "{url}: {lasts}, not {end} - {start}"
            );
        }
        _ => {
            let lasts = text.split("<duration>").nth(1).unwrap().split('<').next().unwrap();
            let last = promises.iter().flat_map(|promise| promise.segments.last());
            let ends = last.map(|(_, start, lasts)| start + lasts);
            is_about(lasts.parse().unwrap(), ends.fold(0.0, f64::max) - start);
        }
    }
}

/// The first value of an attribute.
fn value<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once(&format!("{name}=\""))?;
    rest.split('"').next()
}
