//! Choices of one kind: a second camera, a commentary. Each format lists them, or says that it
//! leaves them out.

use std::collections::BTreeSet;

use dynpack::storage::Memory;
use dynpack::{AssetPath, CutPolicy, Dynpack, Format, Job, Protocol, Request};
use dynpack_codec::MediaKind;
use dynpack_media::View;
use dynpack_testkit::film::{
    Audio, Container, Film, Form, Track, films, with_mixed_parameter_sets,
};
use dynpack_testkit::mp4;
use proptest::prelude::*;

use crate::played::streams;
use crate::random_films::{
    ASSET, formats_deliver_the_same, is_muxed, run, segments_cover_the_track, twin,
};
use crate::resources::listed;
use crate::support::{ask, formats, get, manifest, text};

const ONE_FILE: Container =
    Container { form: Form::Progressive { is_fast_start: true }, is_one_file: true };

/// An asset of these files without a server manifest, `/film/film.ism`.
fn folder(files: &[(&str, &[Track])]) -> Dynpack {
    let storage = Memory::new();
    for (name, tracks) in files {
        storage.insert(format!("film/{name}"), ONE_FILE.file(tracks));
    }
    let policy = CutPolicy::with_target(std::time::Duration::from_secs(2)).unfilled();
    Dynpack::builder(storage).cut_policy(policy).build()
}

/// Two cameras and two tracks of sound in one file.
fn choices() -> Film {
    let mut film = with_mixed_parameter_sets();
    film.tracks.push(Audio { frame_len: 90, ..Audio::PLAIN }.track());
    film
}

const CHOICES: [&str; 4] = ["video", "video_2", "audio_und", "audio_und_2"];

/// The film with the names and bitrates under which its streams are listed.
fn named(mut film: Film, streams: &[crate::played::Stream]) -> Film {
    const VIDEOS: [&str; 6] = ["video", "video_2", "video_3", "video_4", "video_5", "video_6"];
    const AUDIOS: [&str; 2] = ["audio_und", "audio_und_2"];
    let of = |kind| film.tracks.iter().filter(move |track| track.kind == kind).count();
    let lone = of(MediaKind::Audio) == 1;
    let (mut videos, mut audios) = (VIDEOS.iter(), AUDIOS.iter());
    for track in &mut film.tracks {
        track.name = match track.kind {
            MediaKind::Video => videos.next().unwrap(),
            MediaKind::Audio if lone => "audio",
            MediaKind::Audio => audios.next().unwrap(),
            MediaKind::Text => "text",
        };
        let stream = streams.iter().find(|stream| stream.track == track.name);
        track.bitrate = stream.unwrap_or_else(|| panic!("{} is missing", track.name)).bitrate;
    }
    film
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(30))]

    /// Every track of a file is delivered whole, in every format that lists it. Some cameras have
    /// their key frames at the same times, others do not.
    #[test]
    fn tracks_of_one_file_are_choices_in_every_format(film in films(), other in films()) {
        run(async {
            let mut film = film;
            let is_video = |track: &Track| track.kind == MediaKind::Video;
            film.tracks.extend(other.tracks.into_iter().filter(is_video));
            let dynpack = folder(&[("film.mp4", &film.tracks)]);
            let expected = streams(&dynpack, ASSET, Format::DashCmaf).await;
            assert_eq!(expected.len(), film.tracks.len());
            let film = named(film, &expected);
            for stream in &expected {
                segments_cover_the_track(&film, stream);
            }
            for format in formats() {
                let streams = streams(&dynpack, ASSET, format).await;
                let tracks: BTreeSet<_> =
                    streams.iter().map(|stream| stream.track.as_str()).collect();
                let is_default = |name: &str| !name.ends_with(|last: char| last.is_ascii_digit());
                let due = film.tracks.iter().map(|track| track.name);
                let due = due.filter(|name| !is_muxed(format) || is_default(name));
                assert_eq!(tracks, due.collect(), "{format}");
                for stream in &streams {
                    formats_deliver_the_same(format, stream, twin(stream, &expected));
                }
            }
        });
    }
}

#[tokio::test]
async fn every_format_lists_choices_or_says_what_it_leaves_out() {
    let dynpack = folder(&[("film.mp4", &choices().tracks)]);
    let asset = dynpack.asset(&AssetPath::new("film", "film.ism").unwrap()).await.unwrap();
    for format in formats() {
        let request = Request::parse(&manifest(ASSET, format)).unwrap();
        let packager = format.packager().unwrap();
        let view = View::whole(&asset.presentation);
        let job = Job::new(&view, &request);
        let package = packager.package(&job).unwrap();
        let resources: Vec<_> = packager.resources(&job).unwrap().collect();
        let urls: BTreeSet<_> = resources.iter().map(ToString::to_string).collect();
        assert_eq!(urls, listed(&dynpack, &request).await, "{format}");
        let lists = |name: &str| urls.iter().any(|url| url.contains(&format!("({name}=")));
        if !is_muxed(format) {
            assert_eq!(package.warnings, [""; 0], "{format}");
            assert!(CHOICES.iter().all(|name| lists(name)), "{format}: {urls:?}");
            continue;
        }
        // The second time, the manifest comes from the cache.
        for _ in 0..2 {
            let response = ask(&dynpack, &manifest(ASSET, format)).await.unwrap();
            assert!(response.warnings.ends_with(&package.warnings), "{format}");
        }
        let [camera, sound] = &package.warnings[..] else { panic!("{:?}", package.warnings) };
        let title = format.title();
        assert_eq!(
            *camera,
            format!(
                "{title} carries one video, and leaves out \"video_2\"; HLS CMAF, DASH and Smooth \
                 Streaming list it"
            )
        );
        assert_eq!(
            *sound,
            format!(
                "{title} carries one audio, and leaves out \"audio_und_2\"; \
                 audioTrack=audio_und_2 in the URL selects it"
            )
        );
        let carries = |name: &str| urls.iter().any(|url| url.contains(name));
        assert!(carries("audiotrack=audio_und") && !carries("video_2") && !carries("audio_und_2"));
        // Nothing is left out of what was chosen.
        let chosen = manifest(ASSET, format).replace(')', ",audiotrack=audio_und_2)");
        let chosen = Request::parse(&chosen).unwrap();
        let package = packager.package(&Job::new(&view, &chosen)).unwrap();
        assert_eq!(package.warnings, std::slice::from_ref(camera));
        // Only manifests leave something out.
        let segment = resources.iter().find(|request| request.segment_id().is_some()).unwrap();
        assert!(packager.package(&Job::new(&view, segment)).unwrap().warnings.is_empty());
    }
}

#[tokio::test]
async fn manifests_of_choices() {
    let mut film = choices();
    film.tracks.truncate(3);
    let dynpack = folder(&[("film.mp4", &film.tracks)]);
    for (format, lines) in [
        (
            Format::HlsCmaf,
            &[
                "#EXT-X-MEDIA:TYPE=VIDEO,GROUP-ID=\"video\",NAME=\"video\",DEFAULT=YES",
                "/Manifest(video_2,format=m3u8-cmaf)\",GROUP-ID=\"video\",NAME=\"video_2\"",
                ",AUDIO=\"audio\",VIDEO=\"video\"\n",
            ][..],
        ),
        (Format::HlsV4, &["TYPE=VIDEO,URI=", "Manifest(video_2,format=m3u8-aapl)"]),
        (
            Format::DashCmaf,
            &[
                "<Role schemeIdUri=\"urn:mpeg:dash:role:2011\" value=\"alternate\"/>",
                "Fragments(video_2=$Time$,format=mpd-time-cmaf)",
            ],
        ),
        (Format::DashCsf, &["Fragments(video_2=i,format=mpd-time-csf)"]),
        (Format::Smooth, &["<StreamIndex Type=\"video\" Name=\"video_2\" Role=\"alternate\""]),
        (Format::SmoothV20, &["<StreamIndex Type=\"video\" Name=\"video_2\" Role=\"alternate\""]),
    ] {
        let manifest = text(&dynpack, &manifest(ASSET, format)).await;
        for line in lines {
            assert!(manifest.contains(line), "{format}: {line} is not in {manifest}");
        }
        let sets = manifest.matches("contentType=\"video\"").count();
        // Each camera, and the key frames of each.
        assert!(format.protocol() != Protocol::Dash || sets == 4, "{manifest}");
    }
    for format in [Format::HlsV3, Format::Hds] {
        assert!(!text(&dynpack, &manifest(ASSET, format)).await.contains("video_2"), "{format}");
    }
    // What it does not list can still be asked for.
    let manifest = text(&dynpack, &manifest(ASSET, Format::HlsV4)).await;
    let url = manifest.lines().find(|line| line.contains("Manifest(video_2")).unwrap();
    let url = url.split('"').nth(1).unwrap().replace("m3u8-aapl", "m3u8-aapl-v3");
    assert!(!get(&dynpack, &format!("{ASSET}/{url}")).await.is_empty());
}

#[tokio::test]
async fn two_films_in_a_folder_are_refused_by_their_names() {
    let film = with_mixed_parameter_sets();
    let mut other = film.tracks[..1].to_vec();
    let pictures = other[0].samples.clone();
    other[0].samples.extend(pictures);
    let dynpack = folder(&[("film.mp4", &film.tracks[..1]), ("trailer.mp4", &other)]);
    for format in formats() {
        let error = ask(&dynpack, &manifest(ASSET, format)).await.unwrap_err();
        assert_eq!((error.status(), error.code()), (415, "MPE_INPUT_FORMAT_NOT_SUPPORTED"));
        assert!(
            error.to_string().ends_with(
                "`film.mp4` and `trailer.mp4` are not bitrates of one film: one lasts 13.000 s and \
                 the other 26.000 s"
            ),
            "{error}"
        );
        assert!(error.remedy().unwrap().starts_with("put each film into a folder of its own"));
    }
}

/// As in the file that encoders write for it: the name in the user data of the track.
#[tokio::test]
async fn a_commentary_has_the_name_that_its_file_gives_it() {
    let track = |id, name: &[u8], chunk| mp4::Track {
        id,
        language: 0x15c7,
        udta: if name.is_empty() { Vec::new() } else { mp4::boxed(b"name", name) },
        ..mp4::Track::audio(mp4::MEDIA + chunk)
    };
    let storage = Memory::new();
    storage
        .insert("film/film.mp4", mp4::file(&[track(1, b"", 0), track(2, b"Commentary", 30)], 60));
    let dynpack = Dynpack::builder(storage).build();
    let playlist = text(&dynpack, &manifest(ASSET, Format::HlsCmaf)).await;
    assert!(
        playlist.contains(
            "Manifest(audio_en,format=m3u8-cmaf)\",GROUP-ID=\"audio\",LANGUAGE=\"en\",\
             NAME=\"audio_en\",DEFAULT=YES,AUTOSELECT=YES"
        ) && playlist.contains(
            "Manifest(audio_en_2,format=m3u8-cmaf)\",GROUP-ID=\"audio\",LANGUAGE=\"en\",\
             NAME=\"Commentary\",CHANNELS"
        ),
        "{playlist}"
    );
}
