//! Which tracks are bitrates of one content, and what contents are called.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

use std::num::NonZeroI32;

use bytes::Bytes;
use dynpack_codec::{Av1Config, OpusConfig, Video};
use dynpack_fragment::fmp4::{Profile, Writer};
use dynpack_media::{
    CutPolicy, Difference, Grouping, Language, MediaKind, Movie, Presentation, Rendition, Role,
    SourceIndex, Track, TrackId,
};
use dynpack_packager::{Error, present, present_listed};
use dynpack_smooth::ServerManifest;
use dynpack_testkit::{AAC_48_STEREO, AAC_48_SURROUND, TrackBuilder, audio, video};
use proptest::prelude::*;

/// Sound in English, with frames of that size: others are of other content.
fn sound(size: u32) -> Track {
    sound_of(AAC_48_STEREO, 400, size, "en")
}

fn sound_of(config: &[u8], frames: u32, size: u32, language: &str) -> Track {
    let like = audio(config, frames, language);
    let built = TrackBuilder::audio(48_000, frames).with_codec(like.codec).with_sizes(|_| size);
    built.build().with_language(like.language)
}

/// Eight seconds of pictures, of that size each.
fn pictures(width: u16, size: u32) -> Track {
    let like = video((width, width / 16 * 9), (512, 12_800), 200, 50);
    let built = TrackBuilder::video(12_800, 512, 200, 50).with_codec(like.codec);
    built.with_sizes(|_| size).build()
}

fn grouped(track: Track, switch_group: i32) -> Track {
    let switch_group = NonZeroI32::new(switch_group);
    track.with_grouping(Grouping { switch_group, ..Grouping::default() })
}

/// A file of these tracks, numbered from 1.
fn file(tracks: Vec<Track>) -> Movie {
    let mut movie = Movie::new(tracks, Vec::new());
    (1..).zip(&mut movie.tracks).for_each(|(id, track)| track.id = TrackId(id));
    movie
}

fn presented(files: Vec<Vec<Track>>) -> Presentation {
    present(files.into_iter().map(file), CutPolicy::SIX_SECONDS).unwrap()
}

fn refused(files: Vec<Vec<Track>>) -> Difference {
    match present(files.into_iter().map(file), CutPolicy::SIX_SECONDS) {
        Err(Error::DifferentFilms { files: [SourceIndex(0), SourceIndex(1)], difference }) => {
            difference
        }
        other => panic!("{other:?}"),
    }
}

fn listed(files: Vec<Vec<Track>>, tracks: &str) -> Presentation {
    let manifest = format!("<smil><head/><body><switch>{tracks}</switch></body></smil>");
    let manifest = ServerManifest::parse(manifest.as_bytes()).unwrap();
    let files = files.into_iter().map(file).collect();
    present_listed(&manifest, files, CutPolicy::SIX_SECONDS).unwrap()
}

/// The name of each rendition, with the file and the id of its track, in order of all three.
fn places(presentation: &Presentation) -> Vec<(&str, u32, u32)> {
    let renditions = presentation.renditions.iter();
    let mut places: Vec<_> =
        renditions.map(|one| (&*one.id.name, one.source.0, one.track.id.0)).collect();
    places.sort_unstable();
    places
}

fn labels(presentation: &Presentation) -> Vec<(&str, Option<&str>, Role)> {
    let renditions = presentation.renditions.iter();
    renditions.map(|one| (&*one.id.name, one.label.as_deref(), one.role)).collect()
}

#[test]
fn two_tracks_of_sound_in_one_file_are_choices() {
    let commentary = sound(20).with_name("Commentary".into());
    let film = presented(vec![vec![pictures(320, 100), sound(40), commentary]]);
    assert_eq!(
        labels(&film),
        [
            ("video", None, Role::Main),
            ("audio_en", None, Role::Main),
            ("audio_en_2", Some("Commentary"), Role::Commentary)
        ]
    );
    // The first is the default, though its bitrate is higher.
    assert_eq!(film.default_of(MediaKind::Audio).unwrap().track.id, TrackId(2));
    // Even where both are equal in every number.
    let same = presented(vec![vec![sound(40), sound(40)]]);
    assert_eq!(places(&same), [("audio_en", 0, 1), ("audio_en_2", 0, 2)]);
}

/// Eight seconds of pictures in AV1, with a key frame every so many pictures.
fn av1(width: u16, group: u32) -> Track {
    let config = Av1Config::parse(Bytes::from_static(&[0x81, 0, 0x0c, 0])).unwrap();
    let codec = Video::new(config, width, width / 16 * 9).into();
    TrackBuilder::video(12_800, 512, 200, group).with_codec(codec).build()
}

/// The starts of the segments of each rendition, in ticks.
fn starts(presentation: &Presentation) -> Vec<Vec<i64>> {
    let starts =
        |rendition: &Rendition| rendition.cuts.segments().map(|segment| segment.start.0).collect();
    presentation.renditions.iter().map(starts).collect()
}

#[test]
fn files_of_other_codecs_add_renditions() {
    let policy = CutPolicy::with_target(std::time::Duration::from_secs(2));
    let present = |files: Vec<Vec<Track>>| present(files.into_iter().map(file), policy).unwrap();
    let ladder = || vec![vec![pictures(320, 100), sound(40)], vec![pictures(160, 50)]];
    let alone = starts(&present(ladder()));
    // The key frames of the first are in both. Of the second, few are.
    for (group, own) in [(25, &[0, 25_600, 51_200, 76_800][..]), (60, &[0, 30_720, 61_440])] {
        let mixed = present([vec![vec![av1(640, group)]], ladder()].concat());
        let files: Vec<_> =
            mixed.renditions.iter().map(|one| (&*one.id.name, one.source.0)).collect();
        assert_eq!(files, [("video", 2), ("video", 1), ("video", 0), ("audio", 1)]);
        assert!(mixed.renditions.iter().all(|rendition| rendition.role == Role::Main));
        let mut starts = starts(&mixed);
        let other = starts.remove(2);
        assert_eq!(starts, alone, "{group}");
        assert_eq!(other, own, "{group}");
    }
}

/// Another film in another codec is no reason to refuse the asset, and no bitrate of the first.
#[test]
fn another_film_of_another_codec_is_a_content_of_its_own() {
    let mut square = av1(320, 50);
    square.codec = square.codec.video().unwrap().clone().with_size(320, 320).into();
    let film = presented(vec![vec![pictures(320, 100)], vec![square]]);
    assert_eq!(labels(&film), [("video", None, Role::Main), ("video_2", None, Role::Alternate)]);
}

#[test]
fn sound_in_another_codec_is_the_same_choice() {
    let opus = |language: &str| {
        let record = Bytes::from_static(&[0, 2, 1, 0x38, 0, 0, 0xbb, 0x80, 0, 0, 0]);
        let codec = OpusConfig::parse(record).unwrap().into();
        let built = TrackBuilder::audio(48_000, 400).with_codec(codec);
        built.build().with_language(Language::parse(language))
    };
    let film = presented(vec![vec![sound(40), opus("en"), sound(20), opus("de")]]);
    assert_eq!(
        labels(&film),
        [
            ("audio_en", None, Role::Main),
            ("audio_en_2", None, Role::Main),
            ("audio_en_3", None, Role::Alternate),
            ("audio_de", None, Role::Alternate),
        ]
    );
}

#[test]
fn two_cameras_of_one_file_are_two_contents() {
    let camera = |size, name: &str| pictures(320, size).with_name(name.into());
    let film = presented(vec![vec![camera(100, "Front"), camera(300, "Rear"), sound(40)]]);
    assert_eq!(
        labels(&film),
        [
            ("video", Some("Front"), Role::Main),
            ("video_2", Some("Rear"), Role::Alternate),
            ("audio", None, Role::Main)
        ]
    );
}

/// The name of an only track is nothing that a viewer could choose by.
#[test]
fn an_only_content_has_no_label_from_its_file() {
    let film = presented(vec![vec![sound(40).with_name("Stereo".into())]]);
    assert_eq!(labels(&film), [("audio", None, Role::Main)]);
}

#[test]
fn equal_switch_groups_make_bitrates_of_one_content() {
    let film = presented(vec![vec![
        grouped(pictures(320, 300), 1),
        grouped(pictures(160, 100), 1),
        grouped(pictures(160, 100), 2),
        grouped(sound(40), 3),
        grouped(sound(20), 3),
        sound(30),
    ]]);
    assert_eq!(
        places(&film),
        [
            ("audio_en", 0, 4),
            ("audio_en", 0, 5),
            ("audio_en_2", 0, 6),
            ("video", 0, 1),
            ("video", 0, 2),
            ("video_2", 0, 3),
        ]
    );
    // Two languages are never one content.
    let german = sound_of(AAC_48_STEREO, 400, 20, "de");
    let film = presented(vec![vec![grouped(sound(40), 3), grouped(german, 3)]]);
    assert_eq!(places(&film), [("audio_de", 0, 2), ("audio_en", 0, 1)]);
}

#[test]
fn enabled_tracks_come_first_and_alternates_together() {
    let track = |is_enabled, alternate_group| {
        let grouping = Grouping { is_enabled, alternate_group, switch_group: None };
        sound(40).with_grouping(grouping)
    };
    let order = |tracks| {
        let film = presented(vec![tracks]);
        film.renditions.iter().map(|rendition| rendition.track.id.0).collect::<Vec<_>>()
    };
    assert_eq!(order(vec![track(false, 1), track(true, 1), track(false, 1)]), [2, 1, 3]);
    assert_eq!(order(vec![track(true, 1), track(true, 2), track(true, 1)]), [1, 3, 2]);
    assert_eq!(order(vec![track(true, 0), track(true, 2), track(true, 0)]), [1, 2, 3]);
    assert_eq!(order(vec![track(false, 0), track(false, 0)]), [1, 2]);
}

#[test]
fn tracks_of_several_files_correspond_in_their_order() {
    // Each with two cameras and the same two tracks of sound.
    let tracks =
        |width, size| vec![pictures(width, size), sound(40), pictures(width, size / 2), sound(20)];
    let film = presented(vec![tracks(320, 300), tracks(160, 100)]);
    assert_eq!(
        places(&film),
        [
            ("audio_en", 0, 2),
            ("audio_en_2", 0, 4),
            ("video", 0, 1),
            ("video", 1, 1),
            ("video_2", 0, 3),
            ("video_2", 1, 3),
        ]
    );
    // Other bitrates of the same two.
    let film = presented(vec![vec![sound(40), sound(20)], vec![sound(30), sound(15)]]);
    assert_eq!(
        places(&film),
        [("audio_en", 0, 1), ("audio_en", 1, 1), ("audio_en_2", 0, 2), ("audio_en_2", 1, 2)]
    );
}

#[test]
fn different_films_in_a_folder_are_refused() {
    let film = || vec![pictures(320, 300), sound(40)];
    let longer = video((320, 180), (512, 12_800), 500, 50);
    let found = refused(vec![film(), vec![longer]]);
    assert_eq!(found.to_string(), "one lasts 8.000 s and the other 20.000 s");
    let tall = video((180, 320), (512, 12_800), 200, 50);
    assert!(matches!(refused(vec![film(), vec![tall]]), Difference::Shape(..)));
    let other_groups = video((320, 180), (512, 12_800), 200, 47);
    assert_eq!(refused(vec![film(), vec![other_groups]]), Difference::SyncSamples);
    // Some frames more or less are no other film.
    let ladder = presented(vec![film(), vec![video((640, 360), (512, 12_800), 203, 50)]]);
    assert_eq!(ladder.named("video").count(), 2);
}

#[test]
fn audio_of_another_length_is_a_choice() {
    let notes = sound_of(AAC_48_STEREO, 500, 40, "en");
    let film = presented(vec![vec![pictures(320, 300), sound(40)], vec![notes], vec![sound(20)]]);
    assert_eq!(places(&film)[..3], [("audio_en", 0, 2), ("audio_en", 2, 1), ("audio_en_2", 1, 1)]);
}

#[test]
fn audio_in_several_languages_and_codings_is_named_by_them() {
    let surround = sound_of(AAC_48_SURROUND, 400, 90, "en");
    let german = sound_of(AAC_48_STEREO, 400, 40, "de");
    let film = presented(vec![vec![sound(40), surround, german.clone(), german]]);
    assert_eq!(
        places(&film),
        [("audio_de", 0, 3), ("audio_de_2", 0, 4), ("audio_en", 0, 1), ("audio_en_2", 0, 2)]
    );
}

/// Azure's rule stands above all guesses.
#[test]
fn a_server_manifest_decides() {
    let track = |id, name: &str, bitrate: &str| {
        let name = format!(r#"<param name="trackName" value="{name}"/>"#);
        format!(
            r#"<video src="a.mp4" {bitrate}><param name="trackID" value="{id}"/>{name}</video>"#
        )
    };
    let cameras = || vec![pictures(320, 300), pictures(160, 100)];
    for bitrates in [["", ""], ["systemBitrate='7'", "systemBitrate='8'"]] {
        let tracks = track(1, "v", bitrates[0]) + &track(2, "v", bitrates[1]);
        assert_eq!(places(&listed(vec![cameras()], &tracks)), [("v", 0, 1), ("v", 0, 2)]);
    }
    let tracks = track(2, "b", "") + &track(1, "a", "");
    assert_eq!(
        labels(&listed(vec![cameras()], &tracks)),
        [("b", None, Role::Main), ("a", None, Role::Alternate)]
    );
    // Other films are one content if it says so.
    let other = vec![video((180, 320), (512, 12_800), 500, 47)];
    let tracks = r#"<video src="a.mp4"/><video src="b.mp4"/>"#;
    assert_eq!(places(&listed(vec![cameras(), other], tracks)), [("video", 0, 1), ("video", 1, 1)]);
}

/// Without names, tracks have that of their kind; but two of one file only with declared bitrates.
#[test]
fn nameless_tracks_of_one_file_are_bitrates_by_declaration_only() {
    let track = |kind: &str, id, bitrate: &str| {
        let id = format!(r#"<param name="trackID" value="{id}"/>"#);
        format!(r#"<{kind} src="a.mp4" {bitrate}>{id}</{kind}>"#)
    };
    let tracks = |[first, second]: [&str; 2]| {
        let both = |(kind, id)| track(kind, id, first) + &track(kind, id + 1, second);
        [("video", 1), ("audio", 3)].map(both).concat()
    };
    let files = || vec![vec![pictures(320, 300), pictures(160, 100), sound(40), sound(20)]];
    let declared = tracks(["systemBitrate='7'", "systemBitrate='8'"]);
    assert_eq!(
        places(&listed(files(), &declared)),
        [("audio", 0, 3), ("audio", 0, 4), ("video", 0, 1), ("video", 0, 2)]
    );
    for undeclared in [["", ""], ["systemBitrate='7'", ""]] {
        assert_eq!(
            places(&listed(files(), &tracks(undeclared))),
            [("audio_en", 0, 3), ("audio_en_2", 0, 4), ("video", 0, 1), ("video_2", 0, 2)]
        );
    }
}

/// What is declared to be main is so, wherever it is listed.
#[test]
fn a_description_that_is_listed_first_is_not_the_default() {
    let tracks = r#"<audio src="a.mp4"><param name="trackName" value="described"/>
            <param name="accessibility" value="description"/></audio>
        <audio src="b.mp4"><param name="trackName" value="film"/></audio>
        <audio src="c.mp4"><param name="trackName" value="other"/></audio>"#;
    let film = listed(vec![vec![sound(40)], vec![sound(30)], vec![sound(20)]], tracks);
    let roles: Vec<_> = labels(&film).into_iter().map(|(name, _, role)| (name, role)).collect();
    assert_eq!(
        roles,
        [("described", Role::Description), ("film", Role::Main), ("other", Role::Alternate)]
    );
    assert_eq!(&*film.default_of(MediaKind::Audio).unwrap().id.name, "film");
}

/// A second camera does not change where the first is cut.
#[test]
fn a_second_camera_is_cut_at_its_own_key_frames() {
    let front = || video((320, 180), (512, 12_800), 1_000, 50);
    let rear = video((320, 180), (512, 12_800), 1_000, 130);
    let (alone, both) = (presented(vec![vec![front()]]), presented(vec![vec![front(), rear]]));
    let segments = |film: &Presentation, name| film.named(name).next().unwrap().cuts.len();
    assert_eq!(segments(&alone, "video"), segments(&both, "video"));
    assert!(segments(&both, "video_2") > 3);
}

#[test]
fn more_than_a_thousand_tracks_are_refused() {
    let files = |count| (0..count).map(|_| file(vec![sound(40); 10]));
    assert_eq!(present(files(100), CutPolicy::SIX_SECONDS).unwrap().renditions.len(), 10);
    let error = present(files(101), CutPolicy::SIX_SECONDS).unwrap_err();
    assert_eq!(
        error.to_string(),
        "there is nothing to present: it has 1010 tracks, where 1000 are the limit"
    );
}

/// Tracks of files, with few different values, so that many are alike.
fn files() -> impl Strategy<Value = Vec<Vec<Track>>> {
    let track = (0..6_u32, 0..3_i32, any::<bool>(), 0..3_i16).prop_map(
        |(what, switch_group, is_enabled, alternate_group)| {
            let switch_group = NonZeroI32::new(switch_group);
            let track = match what {
                0 => pictures(320, 300),
                1 => pictures(160, 100),
                2 => sound(40),
                3 => sound(20),
                4 => sound_of(AAC_48_STEREO, 400, 40, "de"),
                _ => sound_of(AAC_48_STEREO, 600, 40, "en"),
            };
            track.with_grouping(Grouping { is_enabled, alternate_group, switch_group })
        },
    );
    prop::collection::vec(prop::collection::vec(track, 1..5), 1..4)
}

proptest! {
    #[test]
    fn contents_are_what_tracks_can_be(files in files()) {
        let film = presented(files.clone());
        for one in &film.renditions {
            for other in film.named(&one.id.name) {
                prop_assert_eq!(
                    (one.kind(), &one.language, one.role),
                    (other.kind(), &other.language, other.role)
                );
                let group = |one: &Rendition| one.track.grouping.switch_group;
                let is_elsewhere = one.source != other.source || one.track.id == other.track.id;
                prop_assert!(is_elsewhere || group(one).is_some() && group(one) == group(other));
            }
        }
        // Each kind has one content that is played by default.
        for kind in MediaKind::ALL {
            let mains = film.of_kind(kind).filter(|one| one.role == Role::Main);
            let mut names: Vec<_> = mains.map(|one| one.id.name.clone()).collect();
            names.dedup();
            prop_assert_eq!(names.len(), usize::from(film.of_kind(kind).next().is_some()));
        }
        // Nothing is lost but audio that is there already.
        for (source, tracks) in (0..).map(SourceIndex).zip(&files) {
            for (id, track) in (1..).map(TrackId).zip(tracks) {
                let mut all = film.renditions.iter();
                let is_there = all.any(|one| (one.source, one.track.id) == (source, id));
                let is_repeated = || {
                    let is_same = |one: &Rendition| {
                        one.source != source && one.track.samples == track.samples
                    };
                    film.of_kind(MediaKind::Audio).any(is_same)
                };
                prop_assert!(is_there || track.kind() == MediaKind::Audio && is_repeated());
            }
        }
        let mut ids: Vec<_> = film.renditions.iter().map(|one| one.id.clone()).collect();
        ids.sort();
        ids.dedup();
        prop_assert_eq!(ids.len(), film.renditions.len());
    }
}

/// A picture of ten bytes each half second: the boxes before it are many times as large.
#[test]
fn a_measured_bitrate_covers_key_frames() {
    let stills = TrackBuilder::video(1_000, 500, 16, 1).with_sizes(|_| 10).build();
    let presentation = presented(vec![vec![stills]]);
    let key_frames = presentation.renditions[0].key_frames().unwrap();
    let writer = Writer::new(Profile::Cmaf, &key_frames);
    let sizes = key_frames.cuts.segments().map(|frame| writer.media_segment_len(&frame).unwrap());
    let largest = sizes.max().unwrap();
    assert_eq!(u64::from(key_frames.id.bitrate), largest * 8 * 2);
    assert!(largest > 100, "{largest}");
}
