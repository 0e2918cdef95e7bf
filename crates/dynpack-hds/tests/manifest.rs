//! The manifest of a small presentation, and the bootstrap information of random ones.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use dynpack_hds::{
    FragmentNumber, Urls, bootstrap, fragment, fragments, manifest, metadata, streams,
};
use dynpack_media::{Period, Presentation, Rendition, Stream, Timescale, Track};
use dynpack_testkit::promise::{Bootstrap, FragmentRun};
use dynpack_testkit::{self as film, AAC_44_STEREO, AAC_48_STEREO, unfolded};
use proptest::prelude::*;

fn audio(config: &[u8], frames: u32) -> Track {
    film::audio(config, frames, "und")
}

struct Azure;

impl Urls for Azure {
    fn stream(&self, media: &Stream<'_>) -> String {
        let audio =
            media.audio.map(|audio| format!("audiotrack={},", audio.id.name)).unwrap_or_default();
        format!(
            "QualityLevels({})/Fragments({},{audio}format=f4m-f4f)",
            media.main.id.bitrate, media.main.id.name
        )
    }
}

fn two_videos_and_audio() -> Presentation {
    film::in_short_segments(vec![
        ("video", 400_000, film::ntsc((320, 180), 170)),
        ("video", 900_000, film::video((640, 360), (3003, 90_000), 170, 60)),
        ("aac_eng", 128_041, audio(AAC_48_STEREO, 266)),
    ])
}

#[test]
fn a_presentation_becomes_a_manifest() {
    let presentation = two_videos_and_audio();
    let media = streams(&presentation, presentation.named("aac_eng").next());
    let [low, high] = media.as_slice() else { panic!("{media:?}") };
    let whole = Period::whole(&presentation);
    let metadata = |stream| metadata(stream, &whole).unwrap();
    let [shared, low_data, high_data] =
        [bootstrap(low, &whole).unwrap(), metadata(low), metadata(high)]
            .map(|bytes| STANDARD.encode(bytes));
    let expected = unfolded(&format!(
        r#"<?xml version="1.0" encoding="utf-8"?>
<manifest xmlns="http://ns.adobe.com/f4m/1.0">
  <streamType>recorded</streamType>
  <duration>5.674</duration>
  <bootstrapInfo profile="named" id="bootstrap1">{shared}</bootstrapInfo>
  <media bitrate="529" width="320" height="180" url="QualityLevels(400000)/Fragments(video,\
    audiotrack=aac_eng,format=f4m-f4f)" bootstrapInfoId="bootstrap1">
    <metadata>{low_data}</metadata>
  </media>
  <media bitrate="1029" width="640" height="360" url="QualityLevels(900000)/Fragments(video,\
    audiotrack=aac_eng,format=f4m-f4f)" bootstrapInfoId="bootstrap1">
    <metadata>{high_data}</metadata>
  </media>
</manifest>
"#
    ));
    assert_eq!(manifest(&media, &Period::whole(&presentation), &Azure).unwrap(), expected);
}

#[test]
fn the_bootstrap_lists_runs_of_fragments_and_the_end() {
    let presentation = two_videos_and_audio();
    let media = streams(&presentation, presentation.named("aac_eng").next());
    let run = |first, start, duration| FragmentRun { first, start, duration, discontinuity: None };
    assert_eq!(
        Bootstrap::read(&bootstrap(&media[0], &Period::whole(&presentation)).unwrap()),
        Bootstrap { fragments: 3, runs: vec![run(1, 0, 2002), run(3, 4004, 1670)], end: 5674 }
    );
}

#[test]
fn renditions_with_other_fragments_have_a_bootstrap_of_their_own() {
    let presentation = film::in_short_segments(vec![
        ("video", 1, film::ntsc((320, 180), 170)),
        ("video", 2, film::ntsc((320, 180), 110)),
    ]);
    let text =
        manifest(&streams(&presentation, None), &Period::whole(&presentation), &Azure).unwrap();
    assert!(
        text.contains(r#"id="bootstrap1""#) && text.contains(r#"bootstrapInfoId="bootstrap2""#),
        "{text}"
    );
}

#[test]
fn audio_without_video_is_a_stream_and_metadata_names_it() {
    let presentation = film::in_short_segments(vec![("audio", 64_000, audio(AAC_44_STEREO, 100))]);
    let media = streams(&presentation, None);
    let bytes = metadata(&media[0], &Period::whole(&presentation)).unwrap();
    assert!(bytes.starts_with(b"\x02\x00\x0aonMetaData\x08\x00\x00\x00\x06\x00\x08duration\x00"));
    assert!(bytes.ends_with(b"\x00\x06stereo\x01\x01\x00\x00\x09"));
    assert!(
        manifest(&media, &Period::whole(&presentation), &Azure)
            .unwrap()
            .contains(r#"<media bitrate="64" url="#)
    );
}

/// Clients assume that all streams are the same content at several bitrates.
#[test]
fn another_language_is_not_a_stream() {
    let of = |config| audio(config, 100);
    let presentation = film::in_short_segments(vec![
        ("eng", 64_000, of(AAC_44_STEREO)),
        ("eng", 96_000, of(AAC_48_STEREO)),
        ("deu", 65_000, of(AAC_44_STEREO)),
    ]);
    for (name, bitrates) in [("eng", vec![64_000, 96_000]), ("deu", vec![65_000])] {
        let streams = streams(&presentation, presentation.named(name).next());
        assert_eq!(streams.iter().map(|media| media.main.id.bitrate).collect::<Vec<_>>(), bitrates);
    }
}

/// A second camera is other content too.
#[test]
fn another_camera_is_not_a_stream() {
    let video = |name, bitrate| (name, bitrate, film::ntsc((320, 180), 60));
    let presentation =
        film::in_short_segments(vec![video("video", 1), video("video", 2), video("video_2", 3)]);
    let streams = streams(&presentation, None);
    assert_eq!(streams.iter().map(|media| media.main.id.bitrate).collect::<Vec<_>>(), [1, 2]);
}

#[test]
fn audio_that_is_longer_than_the_video_has_fragments_of_its_own() {
    let presentation = film::in_short_segments(vec![
        ("video", 1, film::ntsc((320, 180), 60)),
        ("audio", 2, audio(AAC_48_STEREO, 280)),
    ]);
    let media =
        Stream::new(&presentation.renditions[0]).with_audio(presentation.named("audio").next());
    let fragments = fragments(&media);
    let held: Vec<_> = fragments
        .iter()
        .map(|fragment| (fragment.main.is_some(), fragment.audio.is_some()))
        .collect();
    assert_eq!(held, [(true, true), (false, true), (false, true)]);
    assert_eq!(fragment(&media, FragmentNumber::new(2).unwrap()).as_ref(), fragments.get(1));
    assert_eq!(fragment(&media, FragmentNumber::new(4).unwrap()), None);
}

proptest! {
    #[test]
    fn fragments_hold_every_segment_once_and_the_bootstrap_lists_them(
        hz in prop_oneof![
            Just(1000_u32), Just(12_800), Just(24_000), Just(90_000), 25_u32..100_000
        ],
        frames in proptest::collection::vec(1_u32..4, 1..200),
        gop in 1_u32..30,
        audio_frames in 1_u32..300,
    ) {
        let durations: Vec<u32> =
            frames.into_iter().map(|frame| frame * (hz / 25) + frame % 2).collect();
        let presentation = film::in_short_segments(vec![
            ("video", 5, film::uneven_video((320, 180), hz, &durations, gop)),
            ("audio", 7, audio(AAC_44_STEREO, audio_frames)),
        ]);
        let [video, audio] = presentation.renditions.as_slice() else { panic!() };
        let media = Stream::new(video).with_audio(Some(audio));
        let fragments = fragments(&media);
        let (mains, audios): (Vec<_>, Vec<_>) =
            fragments.iter().map(|fragment| (&fragment.main, &fragment.audio)).unzip();
        prop_assert!(mains.into_iter().flatten().cloned().eq(video.cuts.segments()));
        prop_assert!(audios.into_iter().flatten().cloned().eq(audio.cuts.segments()));
        let millis = |rendition: &Rendition| {
            let end = rendition.end().rescale_floor(rendition.timescale(), Timescale::MILLIS);
            u64::try_from(end.0).unwrap()
        };
        let ends = [video, audio].into_iter().map(millis);
        let listed = Bootstrap::read(&bootstrap(&media, &Period::whole(&presentation)).unwrap());
        prop_assert_eq!(
            (listed.fragments as usize, listed.end),
            (fragments.len(), ends.max().unwrap())
        );
        for (at, fragment) in (1_u32..).zip(&fragments) {
            prop_assert_eq!(fragment.number.get(), at);
            prop_assert_eq!(dynpack_hds::fragment(&media, fragment.number), Some(fragment.clone()));
            let (start, duration) = listed.fragment(at);
            prop_assert_eq!(
                (start, i64::from(duration)),
                (u64::try_from(fragment.start.0).unwrap(), fragment.duration.0)
            );
        }
    }
}
