//! Client manifests: one made from a small presentation, those of Azure Media Services, and those
//! that must be refused.

use std::sync::Arc;

use bytes::Bytes;
use dynpack_codec::{AvcConfig, Codec, Video};
use dynpack_media::{
    CutPolicy, Cuts, Edit, Language, Period, Presentation, Rendition, RenditionId, Role,
    SegmentNumber, SourceIndex, Ticks, Time, Timescale, Track,
};
use dynpack_smooth::{
    ClientManifest, Error, Stream, TrackKind, Urls, Version, chunk_time, chunk_times_around,
    segment_at,
};
use dynpack_testkit::{self as film, AAC_44_STEREO, AAC_48_STEREO, unfolded};
use proptest::prelude::*;

fn audio(config: &[u8], frames: u32) -> Track {
    film::audio(config, frames, "eng")
}

struct Azure;

impl Urls for Azure {
    fn fragments(&self, rendition: &Rendition, from: Ticks) -> String {
        let name = &rendition.id.name;
        let from = if from == Ticks::ZERO { String::new() } else { format!(",from={from}") };
        format!("QualityLevels({{bitrate}})/Fragments({name}={{start time}}{from})")
    }
}

fn two_videos_and_audio() -> Presentation {
    let mut presentation = film::in_short_segments(vec![
        ("video", 400_000, film::ntsc((320, 180), 170)),
        ("video", 900_000, film::video((640, 360), (3003, 90_000), 170, 60)),
        ("aac_eng", 128_041, audio(AAC_48_STEREO, 266)),
    ]);
    presentation.renditions[2].role = Role::Description;
    presentation
}

const V2_2: &str = r#"<?xml version="1.0" encoding="utf-8"?>
<SmoothStreamingMedia MajorVersion="2" MinorVersion="2" TimeScale="10000000" Duration="56746666">
  <StreamIndex Type="audio" Name="aac_eng" Language="eng" Role="alternate" \
    Accessibility="description" Chunks="3" QualityLevels="1" \
    Url="QualityLevels({bitrate})/Fragments(aac_eng={start time})">
    <QualityLevel Index="0" Bitrate="128041" FourCC="AACL" SamplingRate="48000" Channels="2" \
      BitsPerSample="16" PacketSize="4" AudioTag="255" CodecPrivateData="1190"/>
    <c t="0" d="20053333" r="2"/>
    <c d="16640000"/>
  </StreamIndex>
  <StreamIndex Type="video" Name="video" Chunks="3" QualityLevels="2" MaxWidth="640" \
    MaxHeight="360" Url="QualityLevels({bitrate})/Fragments(video={start time})">
    <QualityLevel Index="0" Bitrate="900000" FourCC="H264" MaxWidth="640" MaxHeight="360" \
      CodecPrivateData="000000016764001F0000000168EE"/>
    <QualityLevel Index="1" Bitrate="400000" FourCC="H264" MaxWidth="320" MaxHeight="180" \
      CodecPrivateData="000000016764001F0000000168EE"/>
    <c t="0" d="20020000" r="2"/>
    <c d="16683333"/>
  </StreamIndex>
</SmoothStreamingMedia>
"#;

#[test]
fn streams_say_what_they_are_for() {
    let attributes = |role| {
        let mut presentation = two_videos_and_audio();
        presentation.renditions[2].role = role;
        let manifest = ClientManifest::new(&Period::whole(&presentation), &Azure).unwrap();
        let stream = &manifest.streams[0];
        (stream.role.clone(), stream.accessibility.clone())
    };
    let said = |role: &str, accessibility: &str| {
        [role, accessibility].map(|text| Some(text.to_owned()).filter(|text| !text.is_empty()))
    };
    for (role, expected) in [
        (Role::Main, said("", "")),
        (Role::Commentary, said("commentary", "")),
        (Role::EnhancedIntelligibility, said("alternate", "enhanced-audio-intelligibility")),
    ] {
        assert_eq!(<[_; 2]>::from(attributes(role)), expected);
    }
}

#[test]
fn a_presentation_becomes_a_manifest_of_version_2_2() {
    let manifest = ClientManifest::new(&Period::whole(&two_videos_and_audio()), &Azure).unwrap();
    assert_eq!(manifest.to_xml(Version::V2_2), unfolded(V2_2));
}

/// [MS-SSTR] 2.2.2.3: `MaxWidth` counts pixels, and `DisplayWidth` is how wide they are displayed.
#[test]
fn pixels_that_are_not_square_have_a_size_to_display() {
    let wide = film::video((720, 576), (1, 25), 100, 25);
    let display = |track| {
        let presentation = film::in_short_segments(vec![("video", 400_000, track)]);
        let manifest = ClientManifest::new(&Period::whole(&presentation), &Azure).unwrap();
        let text = manifest.to_xml(Version::V2_2);
        assert_eq!(ClientManifest::parse(text.as_bytes()).unwrap(), manifest);
        assert!(text.contains(r#" MaxWidth="720" MaxHeight="576""#), "{text}");
        (manifest.streams[0].display_width, manifest.streams[0].display_height)
    };
    assert_eq!(display(wide.clone()), (None, None));
    let wide = film::with_pixels(wide, 64, 45);
    assert_eq!(display(wide.clone()), (Some(1024), Some(576)));
    assert_eq!(display(film::turned(wide)), (Some(1024), Some(576)), "it is not turned");
}

#[test]
fn version_2_0_has_one_element_for_each_chunk() {
    let manifest = ClientManifest::new(&Period::whole(&two_videos_and_audio()), &Azure).unwrap();
    let text = manifest.to_xml(Version::V2_0);
    let start = text.find("<c ").unwrap();
    let chunks: Vec<_> =
        text[start..].lines().map(str::trim).filter(|line| line.starts_with("<c ")).collect();
    let expected = [
        r#"<c n="0" t="0" d="20053333"/>"#,
        r#"<c d="20053333"/>"#,
        r#"<c d="16640000"/>"#,
        r#"<c n="0" t="0" d="20020000"/>"#,
        r#"<c d="20020000"/>"#,
        r#"<c d="16683333"/>"#,
    ];
    assert_eq!(chunks, expected);
    assert!(text.contains(r#"MinorVersion="0""#));
    assert_eq!(ClientManifest::parse(text.as_bytes()).unwrap(), manifest);
}

#[test]
fn he_aac_is_distinguished_from_aac() {
    let level = |config: &[u8]| {
        let manifest = {
            let film = film::in_short_segments(vec![("audio", 64_000, audio(config, 50))]);
            ClientManifest::new(&Period::whole(&film), &Azure)
        };
        manifest
            .map(|manifest| manifest.streams[0].levels[0].clone())
            .map_err(|error| error.to_string())
    };
    let he_aac = level(&[0x2b, 0x11, 0x88, 0]).unwrap();
    assert_eq!(
        (he_aac.four_cc.as_deref(), he_aac.sampling_rate, he_aac.channels),
        (Some("AACH"), Some(24_000), Some(2))
    );
    assert_eq!(he_aac.codec_private_data, [0x2b, 0x11, 0x88, 0]);
    let problem = level(&[0x09, 0x90]).unwrap_err();
    assert!(
        problem.starts_with("the rendition \"audio\" at 64000 bit/s cannot be carried: "),
        "{problem}"
    );
}

#[test]
fn video_without_parameter_sets_is_refused() {
    let mut track = film::ntsc((320, 180), 10);
    let record = Bytes::from_static(&[1, 0x42, 0xc0, 0x1e, 0xff, 0xe0, 0]);
    track.codec = Codec::from(Video::new(AvcConfig::parse(record, true).unwrap(), 320, 180));
    let error = {
        let film = film::in_short_segments(vec![("video", 5, track)]);
        ClientManifest::new(&Period::whole(&film), &Azure).unwrap_err()
    };
    assert!(
        matches!(error, Error::Rendition { rendition: RenditionId { bitrate: 5, .. }, .. }),
        "{error}"
    );
}

/// A second camera may have the name that a stream of other cuts would have.
#[test]
fn no_two_streams_have_one_name() {
    let video = |name, bitrate, frames| (name, bitrate, film::ntsc((320, 180), frames));
    let presentation = film::in_short_segments(vec![
        video("video", 1, 180),
        video("video", 2, 110),
        video("video", 3, 60),
        video("video_2", 4, 180),
        video("video_2", 5, 110),
    ]);
    let manifest = ClientManifest::new(&Period::whole(&presentation), &Azure).unwrap();
    let names: Vec<_> = manifest.streams.iter().map(|stream| stream.name()).collect();
    assert_eq!(names, ["video", "video_3", "video_4", "video_2", "video_2_2"]);
}

#[test]
fn renditions_that_end_at_different_times_are_separate_streams() {
    let presentation = film::in_short_segments(vec![
        ("video", 1, film::ntsc((320, 180), 170)),
        ("video", 2, film::ntsc((320, 180), 110)),
        ("video", 3, film::ntsc((320, 180), 169)),
    ]);
    let manifest = ClientManifest::new(&Period::whole(&presentation), &Azure).unwrap();
    let streams: Vec<_> = manifest
        .streams
        .iter()
        .map(|stream| (stream.name(), stream.levels.len(), stream.chunks.len()))
        .collect();
    assert_eq!(streams, [("video", 2, 3), ("video_2", 1, 2)]);
    assert!(manifest.streams.iter().all(|stream| stream.url.contains("Fragments(video=")));
    let end = manifest.streams[0].chunks.iter().last().map(|chunk| chunk.start + chunk.duration);
    assert_eq!(end, Some(Ticks(56_723_333)));
}

#[test]
fn a_segment_is_found_by_the_time_of_a_rendition_on_another_clock() {
    // 24000/1001 frames per second, on an exact clock and on one of 90 kHz that must round.
    let rounded: Vec<u32> =
        (0..144_u32).map(|at| (at + 1) * 15_015 / 4 - at * 15_015 / 4).collect();
    let presentation = film::in_short_segments(vec![
        ("video", 1, film::video((320, 180), (1001, 24_000), 144, 49)),
        ("video", 2, film::uneven_video((320, 180), 90_000, &rounded, 49)),
    ]);
    let manifest = ClientManifest::new(&Period::whole(&presentation), &Azure).unwrap();
    let [stream] = manifest.streams.as_slice() else { panic!("{:?}", manifest.streams) };
    assert_eq!((stream.levels.len(), stream.chunks.len()), (2, 3));
    for (at, chunk) in stream.chunks.iter().enumerate() {
        for rendition in &presentation.renditions {
            assert_eq!(
                segment_at(&presentation, rendition, chunk.start).unwrap(),
                rendition.cuts.segments().nth(at).unwrap()
            );
        }
    }
    let [low, high] = &presentation.renditions[..] else { panic!("two renditions") };
    let second = |rendition: &Rendition| {
        chunk_time(rendition.time(rendition.cuts.segments().nth(1).unwrap().start))
    };
    assert_ne!(second(low), second(high));
    for rendition in [low, high] {
        let named =
            |time| segment_at(&presentation, rendition, time).map(|segment| segment.number.0);
        let listed = [second(low), second(high)];
        assert_eq!(listed.map(named), [Some(1); 2]);
        let (first, last) = (listed[0].min(listed[1]).0 - 3, listed[0].max(listed[1]).0 + 3);
        let others = (first..=last).map(Ticks).filter(|time| !listed.contains(time));
        assert!(
            others
                .chain([10_000_000, i64::MIN, i64::MAX].map(Ticks))
                .all(|time| named(time).is_none())
        );
    }
}

/// A rendition that ends early has its own chunk list. So has a rendition with another name.
#[test]
fn a_segment_is_not_found_by_the_time_of_another_list() {
    let rounded: Vec<u32> =
        (0..144_u32).map(|at| (at + 1) * 15_015 / 4 - at * 15_015 / 4).collect();
    for (name, len) in [("video", 60), ("other", 144)] {
        let presentation = film::in_short_segments(vec![
            ("video", 1, film::video((320, 180), (1001, 24_000), 144, 49)),
            (name, 2, film::uneven_video((320, 180), 90_000, &rounded[..len], 49)),
        ]);
        let [one, other] = &presentation.renditions[..] else { panic!("two renditions") };
        let time = chunk_time(other.time(other.cuts.segments().nth(1).unwrap().start));
        assert!(segment_at(&presentation, other, time).is_some());
        assert!(segment_at(&presentation, one, time).is_none(), "{name}");
    }
}

/// A manifest of a part of a film has the chunk lists of the whole, even where renditions of
/// different lengths are cut alike.
#[test]
fn segments_are_found_by_the_times_of_a_part() {
    let rounded: Vec<u32> = (0..60_u32).map(|at| (at + 1) * 15_015 / 4 - at * 15_015 / 4).collect();
    let presentation = film::in_short_segments(vec![
        ("video", 1, film::video((320, 180), (1001, 24_000), 144, 49)),
        ("video", 2, film::uneven_video((320, 180), 90_000, &rounded, 49)),
    ]);
    let second = SegmentNumber(1)..SegmentNumber(2);
    let period = Period::within(&presentation, second).unwrap();
    let manifest = ClientManifest::new(&period, &Azure).unwrap();
    assert_eq!(manifest.streams.len(), 2);
    for stream in &manifest.streams {
        for level in &stream.levels {
            let rendition =
                presentation.rendition(&RenditionId::new("video", level.bitrate)).unwrap();
            for chunk in stream.chunks.iter() {
                let time = stream.from + chunk.start;
                let found = segment_at(&presentation, &rendition, time).unwrap();
                assert_eq!(found.number, SegmentNumber(1));
            }
        }
    }
}

/// The streams of a manifest, which ends with the last of them.
fn streams(period: &Period<'_>) -> Vec<Stream> {
    let manifest = ClientManifest::new(period, &Azure).expect("a manifest");
    let end = manifest.streams.iter().filter_map(end_of).max();
    assert_eq!(Some(manifest.duration), end);
    for Stream { url, from, .. } in &manifest.streams {
        assert_eq!(url.contains(&format!(",from={from})")), *from > Ticks::ZERO, "{url}");
    }
    manifest.streams
}

fn end_of(stream: &Stream) -> Option<Ticks> {
    stream.chunks.iter().last().map(|chunk| chunk.start + chunk.duration)
}

/// The name of a stream, what its times count from, and the start of its first chunk.
fn start_of(stream: &Stream) -> (&str, i64, i64) {
    (stream.name(), stream.from.0, stream.chunks.iter().next().map_or(-1, |chunk| chunk.start.0))
}

/// Players of Smooth Streaming start at 0, and dash.js only if pictures and sound do.
#[test]
fn a_part_starts_at_0() {
    for (config, place, sound, sound_end) in [
        // What starts with the film is as in the whole.
        (AAC_48_STEREO, 0, 0, 20_053_333),
        // Sound that is cut after the picture, and before it.
        (AAC_48_STEREO, 1, 20_053_333, 20_053_333),
        (AAC_44_STEREO, 1, 19_969_160, 20_020_000),
    ] {
        let presentation = film::in_short_segments(vec![
            ("video", 400_000, film::ntsc((320, 180), 240)),
            ("aac", 128_041, audio(config, 400)),
        ]);
        let places = SegmentNumber(place)..SegmentNumber(place + 1);
        let streams = streams(&Period::within(&presentation, places).unwrap());
        let starts: Vec<_> = streams.iter().map(start_of).collect();
        let picture = i64::from(place) * 20_020_000;
        assert_eq!(starts, [("aac", sound, 0), ("video", picture, 0)]);
        let ends: Vec<_> = streams.iter().map(end_of).collect();
        assert_eq!(ends, [sound_end, 20_020_000].map(|end| Some(Ticks(end))));
    }
}

/// Sound that starts by itself after the picture is as far from it as in the film.
#[test]
fn a_part_keeps_what_starts_later() {
    let edit = Edit { delay: Ticks(120_000), media_start: Ticks::ZERO };
    let presentation = film::in_short_segments(vec![
        ("video", 1, film::ntsc((320, 180), 240)),
        ("aac", 2, audio(AAC_48_STEREO, 258).with_edit(edit)),
    ]);
    let second = SegmentNumber(1)..SegmentNumber(2);
    let streams = streams(&Period::within(&presentation, second).unwrap());
    let starts: Vec<_> = streams.iter().map(start_of).collect();
    assert_eq!(starts, [("aac", 20_020_000, 4_980_000), ("video", 20_020_000, 0)]);
}

/// Text is cut at the millisecond nearest to the picture.
#[test]
fn text_starts_with_the_picture_of_a_part() {
    let video = film::video((320, 180), (1001, 24_000), 196, 49);
    let presentation = film::in_short_segments(vec![("video", 1, video)]);
    let cuts = Arc::new(Cuts::of_text(&presentation));
    let id = RenditionId::new("text", 500);
    let text = Rendition::text(id, SourceIndex(1), Language::parse("de"), cuts);
    let renditions = presentation.renditions.iter().cloned().chain([text]).collect();
    let presentation = presentation.with_renditions(renditions).unwrap();
    let third = SegmentNumber(2)..SegmentNumber(3);
    let streams = streams(&Period::within(&presentation, third).unwrap());
    let starts: Vec<_> = streams.iter().map(start_of).collect();
    assert_eq!(starts, [("video", 40_874_166, 0), ("text", 40_870_000, 0)]);
}

/// dash.js shows no picture after the end of the shortest list.
#[test]
fn sound_that_ends_just_before_the_pictures_is_listed_until_their_end() {
    for (frames, end) in
        [(267, 56_960_000), (265, 56_723_333), (264, 56_723_333), (263, 56_106_666)]
    {
        let presentation = film::in_short_segments(vec![
            ("video", 400_000, film::ntsc((320, 180), 170)),
            ("aac", 128_041, audio(AAC_48_STEREO, frames)),
        ]);
        let streams = streams(&Period::whole(&presentation));
        let ends: Vec<_> = streams.iter().map(end_of).collect();
        assert_eq!(ends, [end, 56_723_333].map(|end| Some(Ticks(end))), "{frames}");
    }
}

/// The parts of a manifest that the documentation of Azure Media Services shows.
const AZURE: &str = r#"<SmoothStreamingMedia MajorVersion="2" MinorVersion="2"
    Duration="703146666" TimeScale="10000000">
 <StreamIndex Chunks="12" Type="audio"
   Url="QualityLevels({bitrate})/Fragments(aac_eng_2_128041_2_1={start time})" QualityLevels="1"
   Language="eng" Name="aac_eng_2_128041_2_1">
  <QualityLevel AudioTag="255" Index="0" BitsPerSample="16" Bitrate="128041" FourCC="AACL"
    CodecPrivateData="1190" Channels="2" PacketSize="4" SamplingRate="48000" />
  <c t="0" d="60160000" r="11" /><c d="41386666" /></StreamIndex>
 <StreamIndex Chunks="12" Type="video"
   Url="QualityLevels({bitrate})/Fragments(video={start time})"
   QualityLevels="5">
  <QualityLevel Index="0" Bitrate="3579827" FourCC="H264" MaxWidth="1280" MaxHeight="720"
    CodecPrivateData="000000016764" />
  <c t="0" d="60060000" r="11" /><c d="42375666" /></StreamIndex>
</SmoothStreamingMedia>"#;

#[test]
fn a_manifest_of_azure_is_read() {
    let manifest = ClientManifest::parse(AZURE.as_bytes()).unwrap();
    let [audio, video] = manifest.streams.as_slice() else { panic!("{:?}", manifest.streams) };
    assert_eq!(
        (manifest.duration, audio.kind, audio.language.as_deref()),
        (Ticks(703_146_666), TrackKind::Audio, Some("eng"))
    );
    assert_eq!((audio.name(), video.name()), ("aac_eng_2_128041_2_1", "video"));
    assert_eq!((audio.chunks.len(), video.chunks.len()), (12, 12));
    let last = audio.chunks.iter().last().unwrap();
    assert_eq!((last.start, last.start + last.duration), (Ticks(661_760_000), manifest.duration));
    assert_eq!(
        (video.levels[0].bitrate, video.levels[0].codec_private_data.as_slice()),
        (3_579_827, &[0, 0, 0, 1, 0x67, 0x64][..])
    );
}

#[test]
fn the_rounding_is_that_of_azure() {
    let audio = Timescale::new(48_000).unwrap();
    assert_eq!(chunk_time(Time::new(Ticks(70_315 * 48 - 16), audio)), Ticks(703_146_666));
    let video = Timescale::new(30_000).unwrap();
    assert_eq!(
        chunk_time(Time::new(Ticks(2_107 * 1001), video)),
        Ticks(11 * 60_060_000 + 42_375_666)
    );
}

/// The chunks of a list of `c` elements, as (start, duration).
fn chunks(list: &str) -> Result<Vec<(i64, i64)>, String> {
    let text = format!(
        "<SmoothStreamingMedia Duration='100'><StreamIndex \
         Type='video'>\n{list}</StreamIndex></SmoothStreamingMedia>"
    );
    let manifest = ClientManifest::parse(text.as_bytes()).map_err(|error| error.to_string())?;
    Ok(manifest.streams[0].chunks.iter().map(|chunk| (chunk.start.0, chunk.duration.0)).collect())
}

#[test]
fn chunk_lists_are_expanded() {
    assert_eq!(
        chunks("<c d='10'/><c d='5'/><c t='20' d='5'/>").unwrap(),
        [(0, 10), (10, 5), (20, 5)]
    );
    assert_eq!(
        chunks("<c t='7' d='10' r='3'/><c d='1' r='0'/>").unwrap(),
        [(7, 10), (17, 10), (27, 10), (37, 1)]
    );
    assert_eq!(
        chunks("<c t='7'/><c t='9' d='0'/><c t='30'/>").unwrap(),
        [(7, 2), (9, 21), (30, 70)]
    );
    assert_eq!(chunks("<c t='200'/>").unwrap(), [(200, 0)]);
    assert_eq!(chunks("").unwrap(), []);
}

#[test]
fn invalid_chunk_lists_are_refused() {
    for (list, expected) in [
        (
            "<c/><c/>",
            "malformed at line 2, column 5: chunk 1 does not start after the one before it",
        ),
        (
            "<c d='10' r='2'/><c t='10'/>",
            "malformed at line 2, column 18: chunk 2 does not start after the one before it",
        ),
        ("<c r='2'/>", "malformed at line 2, column 1: chunk 0 is repeated without a duration"),
        ("<c d='-1'/>", "malformed at line 2, column 1: d is negative: -1"),
        (
            "<c t='18446744073709551615'/>",
            "malformed at line 2, column 1: t is not a number in range: \"18446744073709551615\"",
        ),
        (
            "<c t='9223372036854775807' d='1'/>",
            "malformed at line 2, column 1: the end of chunk 0 exceeds 63 bits",
        ),
        ("<c d='1' r='1048577'/>", "the chunks of a stream pass the limit of 1048576"),
        ("<c d='1' r='1048576'/><c d='1'/>", "the chunks of a stream pass the limit of 1048576"),
        (
            "<c d='1' r='4294967296'/>",
            "malformed at line 2, column 1: r is not a number in range: \"4294967296\"",
        ),
    ] {
        assert_eq!(chunks(list).unwrap_err(), expected, "{list}");
    }
}

#[test]
fn invalid_manifests_are_refused() {
    for (text, expected) in [
        ("<MPD/>", "malformed at line 1, column 1: the root element is not <SmoothStreamingMedia>"),
        ("<SmoothStreamingMedia/>", "malformed at line 1, column 1: there is no Duration"),
        (
            "<SmoothStreamingMedia Duration='1' MajorVersion='1'/>",
            "not supported at line 1, column 1: a major version other than 2",
        ),
        (
            "<SmoothStreamingMedia Duration='1' TimeScale='0'/>",
            "malformed at line 1, column 1: TimeScale is 0",
        ),
        (
            "<SmoothStreamingMedia Duration='1'><StreamIndex/></SmoothStreamingMedia>",
            "malformed at line 1, column 36: <StreamIndex> has no Type",
        ),
        (
            "<SmoothStreamingMedia Duration='1'><StreamIndex \
             Type='audio'><QualityLevel/></StreamIndex></SmoothStreamingMedia>",
            "malformed at line 1, column 62: <QualityLevel> has no Bitrate",
        ),
        (
            "<SmoothStreamingMedia Duration='1'><StreamIndex Type='text'><QualityLevel \
             Bitrate='1' CodecPrivateData='1g'/></StreamIndex></SmoothStreamingMedia>",
            "malformed at line 1, column 61: CodecPrivateData is not hexadecimal",
        ),
    ] {
        assert_eq!(
            ClientManifest::parse(text.as_bytes()).unwrap_err().to_string(),
            expected,
            "{text}"
        );
    }
}

proptest! {
    #[test]
    fn every_chunk_is_a_segment_and_every_segment_a_chunk(
        hz in prop_oneof![
            Just(1000_u32),
            Just(12_800),
            Just(30_000),
            Just(44_100),
            Just(90_000),
            500_u32..20_000_000,
        ],
        frames in proptest::collection::vec(1_u32..4, 30..200),
        gop in 1_u32..30,
        audio_frames in 1_u32..300,
    ) {
        let unit = (hz / 25).max(1);
        let durations: Vec<u32> =
            frames.into_iter().map(|frame| frame * unit + frame % 2).collect();
        let presentation = film::in_short_segments(vec![
            ("video", 5, film::uneven_video((320, 180), hz, &durations, gop)),
            ("audio", 7, audio(AAC_44_STEREO, audio_frames)),
        ]);
        let manifest = ClientManifest::new(&Period::whole(&presentation), &Azure).unwrap();
        for version in [Version::V2_0, Version::V2_2] {
            let read = ClientManifest::parse(manifest.to_xml(version).as_bytes()).unwrap();
            prop_assert_eq!(&read, &manifest);
        }
        for stream in &manifest.streams {
            let rendition = presentation.named(stream.name()).next().unwrap();
            let segments: Vec<_> = rendition.cuts.segments().collect();
            prop_assert_eq!(segments.len(), stream.chunks.len() as usize);
            let mut clock = chunk_time(rendition.time(rendition.cuts.start()));
            for (segment, chunk) in segments.iter().zip(stream.chunks.iter()) {
                prop_assert_eq!(chunk.start, clock);
                prop_assert_eq!(
                    segment_at(&presentation, rendition, chunk.start),
                    Some(segment.clone())
                );
                for probe in [chunk.start - Ticks(1), chunk.start, chunk.start + Ticks(1)] {
                    let before = stream
                        .chunks
                        .iter()
                        .take_while(|other| other.start < probe)
                        .last()
                        .map(|other| other.start);
                    let after = stream
                        .chunks
                        .iter()
                        .find(|other| other.start >= probe)
                        .map(|other| other.start);
                    prop_assert_eq!(chunk_times_around(rendition, probe), (before, after));
                }
                clock = chunk.start + chunk.duration;
            }
            let end = chunk_time(rendition.time(rendition.end()));
            let moved = chunk_time(presentation.renditions[0].end_time());
            prop_assert!(clock == end || stream.name() == "audio" && clock == moved);
            prop_assert!(clock <= manifest.duration);
        }
    }

    #[test]
    fn a_damaged_manifest_never_panics(
        at in 0..unfolded(V2_2).len(),
        byte in any::<u8>(),
        cut in any::<bool>(),
    ) {
        let mut bytes = unfolded(V2_2).into_bytes();
        bytes[at] = byte;
        if cut {
            bytes.truncate(at);
        }
        let _ = ClientManifest::parse(&bytes).map(|manifest| manifest.to_xml(Version::V2_0));
    }
}

/// Microsoft's amendment for HEVC has only the last two sets, and in-band video parameter sets;
/// `hvc1` has none in band, and decoders need them.
#[test]
fn hevc_has_its_parameter_sets_in_the_manifest() {
    use dynpack_testkit::codec::{HEVC_PPS, HEVC_SPS, HEVC_VPS};
    let video = vec![("video", 400_000, film::dolby_vision())];
    let film = film::presentation(video, CutPolicy::SIX_SECONDS);
    let manifest = ClientManifest::new(&Period::whole(&film), &Azure).unwrap();
    let level = &manifest.streams[0].levels[0];
    let sets = [HEVC_VPS, HEVC_SPS, HEVC_PPS].map(|set| [&[0, 0, 0, 1], set].concat());
    assert_eq!(level.four_cc.as_deref(), Some("HVC1"));
    assert_eq!(level.codec_private_data, sets.concat());
}
