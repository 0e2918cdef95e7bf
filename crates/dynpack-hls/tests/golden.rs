//! Playlists of small films, to be read line by line.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use dynpack_codec::{Ac4Config, Codec, Eac3Config, Video, VideoCodec};
use dynpack_hls::{Flavor, Options, Part, Urls, media_playlist};
use dynpack_media::{CutPolicy, Language, Presentation, Rate, Rates, Rendition, Role, Stream};
use dynpack_testkit::codec::{AC4_STEREO, EAC3_ATMOS};
use dynpack_testkit::urls::Azure;
use dynpack_testkit::{self as film, AAC_48_STEREO, AAC_48_SURROUND, HE_AAC_48_STEREO, unfolded};

/// A playlist without its stable ids, which have a test of their own.
fn multivariant_playlist(
    film: &Presentation,
    rates: &Rates,
    urls: &impl Urls,
    options: &Options,
) -> String {
    let playlist = dynpack_hls::multivariant_playlist(film, rates, urls, options);
    let mut pieces = playlist.split(",STABLE-");
    let first = pieces.next().unwrap_or_default().to_owned();
    pieces.fold(first, |text, piece| text + piece.splitn(3, '"').nth(2).unwrap())
}

const RATES: [(u64, u64); 4] =
    [(450_000, 390_000), (1_500_000, 1_100_000), (130_000, 128_500), (133_000, 128_000)];

/// The rates of the first renditions, in order.
fn rates(film: &Presentation) -> Rates {
    let ids = film.renditions.iter().map(|rendition| rendition.id.clone());
    ids.zip(RATES.map(|(peak, average)| Rate::new(peak, average))).collect()
}

/// The same rates, with one for the key frames of each video.
fn rates_with_key_frames(film: &Presentation) -> Rates {
    let rates = film.renditions.iter().zip(RATES).flat_map(|(rendition, (peak, average))| {
        let key_frames = rendition.key_frames().map(|frames| (frames.id, KEY_FRAMES));
        [(rendition.id.clone(), Rate::new(peak, average))].into_iter().chain(key_frames)
    });
    rates.collect()
}

const KEY_FRAMES: Rate = Rate::new(90_000, 70_000);

fn key_frame_playlist(rendition: &Rendition, options: &Options) -> String {
    let key_frames = rendition.key_frames().unwrap();
    media_playlist(&[Part::whole(Stream::new(&key_frames))], &Azure, options)
}

fn multivariant(presentation: &Presentation) -> String {
    multivariant_playlist(presentation, &Rates::default(), &Azure, &Options::CMAF)
}

/// The lines that begin with `start`.
fn lines<'a>(playlist: &'a str, start: &str) -> Vec<&'a str> {
    playlist.lines().filter(|line| line.starts_with(start)).collect()
}

#[test]
fn a_film_in_two_languages() {
    let playlist =
        multivariant_playlist(&film::sample(), &rates(&film::sample()), &Azure, &Options::CMAF);
    let expected = unfolded(
        r#"#EXTM3U
#EXT-X-VERSION:7
#EXT-X-INDEPENDENT-SEGMENTS
#EXT-X-MEDIA:TYPE=AUDIO,URI="QualityLevels(128000)/Manifest(aac_eng_2,format=m3u8-cmaf)",\
  GROUP-ID="audio",LANGUAGE="en",NAME="aac_eng_2",DEFAULT=YES,AUTOSELECT=YES,CHANNELS="2"
#EXT-X-MEDIA:TYPE=AUDIO,URI="QualityLevels(128000)/Manifest(aac_ger_2,format=m3u8-cmaf)",\
  GROUP-ID="audio",LANGUAGE="de",NAME="aac_ger_2",AUTOSELECT=YES,CHANNELS="2"
#EXT-X-STREAM-INF:BANDWIDTH=583000,AVERAGE-BANDWIDTH=518500,CODECS="avc1.64001f,mp4a.40.2",\
  RESOLUTION=640x360,FRAME-RATE=29.97,AUDIO="audio"
QualityLevels(400000)/Manifest(video,format=m3u8-cmaf)
#EXT-X-STREAM-INF:BANDWIDTH=1633000,AVERAGE-BANDWIDTH=1228500,CODECS="avc1.64001f,mp4a.40.2",\
  RESOLUTION=1280x720,FRAME-RATE=29.97,AUDIO="audio"
QualityLevels(1200000)/Manifest(video,format=m3u8-cmaf)
"#,
    );
    assert_eq!(playlist, expected);
}

#[test]
fn the_segments_of_video() {
    let playlist = media_playlist(
        &[Part::whole(Stream::new(&film::sample().renditions[0]))],
        &Azure,
        &Options::CMAF,
    );
    let expected = r#"#EXTM3U
#EXT-X-VERSION:7
#EXT-X-TARGETDURATION:6
#EXT-X-MEDIA-SEQUENCE:0
#EXT-X-PLAYLIST-TYPE:VOD
#EXT-X-INDEPENDENT-SEGMENTS
#EXT-X-MAP:URI="Fragments(video=i,format=m3u8-cmaf)"
#EXTINF:6.006000,
Fragments(video=0,format=m3u8-cmaf)
#EXTINF:6.006000,
Fragments(video=180180,format=m3u8-cmaf)
#EXTINF:6.006000,
Fragments(video=360360,format=m3u8-cmaf)
#EXTINF:2.002000,
Fragments(video=540540,format=m3u8-cmaf)
#EXT-X-ENDLIST
"#;
    assert_eq!(playlist, expected);
}

/// Frames of 21.3 ms: the positions are 6.016, 12.010667, 18.026667 and 20.032 seconds.
#[test]
fn the_segments_of_audio() {
    let playlist = media_playlist(
        &[Part::whole(Stream::new(&film::sample().renditions[2]))],
        &Azure,
        &Options::CMAF,
    );
    let expected = r#"#EXT-X-MAP:URI="Fragments(aac_eng_2=i,format=m3u8-cmaf)"
#EXTINF:6.016000,
Fragments(aac_eng_2=0,format=m3u8-cmaf)
#EXTINF:5.994667,
Fragments(aac_eng_2=288768,format=m3u8-cmaf)
#EXTINF:6.016000,
Fragments(aac_eng_2=576512,format=m3u8-cmaf)
#EXTINF:2.005333,
Fragments(aac_eng_2=865280,format=m3u8-cmaf)
#EXT-X-ENDLIST
"#;
    assert!(playlist.ends_with(expected), "{playlist}");
}

#[test]
fn transport_streams_have_no_map_and_older_versions() {
    let film = film::sample();
    for (options, version) in
        [(Options::TS, "#EXT-X-VERSION:4"), (Options::MUXED_TS, "#EXT-X-VERSION:3")]
    {
        let media =
            media_playlist(&[Part::whole(Stream::new(&film.renditions[0]))], &Azure, &options);
        assert_eq!(
            (lines(&media, "#EXT-X-VERSION"), lines(&media, "#EXT-X-MAP").len()),
            (vec![version], 0)
        );
        assert_eq!(
            lines(&multivariant_playlist(&film, &rates(&film), &Azure, &options), "#EXT-X-VERSION"),
            [version]
        );
    }
}

/// Only files have two names for H.264: old clients ignore a variant of `avc3`.
#[test]
fn transport_streams_have_one_name_for_h264() {
    let mut track = film::video((640, 360), (1001, 30_000), 600, 60);
    let Codec::Video(Video { codec: VideoCodec::Avc(avc), .. }) = &mut track.codec else {
        panic!("video is H.264")
    };
    avc.in_band = true;
    let film = film::presentation(vec![("video", 400_000, track)], CutPolicy::SIX_SECONDS);
    let rates = rates_with_key_frames(&film);
    for (options, name) in
        [(Options::CMAF, "avc3"), (Options::TS, "avc1"), (Options::MUXED_TS, "avc1")]
    {
        let playlist = multivariant_playlist(&film, &rates, &Azure, &options);
        assert_eq!(playlist.matches(&format!("CODECS=\"{name}.64001f\"")).count(), 2, "{playlist}");
    }
}

/// Transport streams have no brands, and so no codec beside the first.
#[test]
fn range_and_dolby_vision_are_signalled() {
    let film = vec![("video", 400_000, film::dolby_vision())];
    let film = film::presentation(film, CutPolicy::SIX_SECONDS);
    let variant = |options: &Options| {
        multivariant_playlist(&film, &rates_with_key_frames(&film), &Azure, options)
    };
    let both = r#"CODECS="hvc1.1.6.L30.90",SUPPLEMENTAL-CODECS="dvh1.08.04/db4h",VIDEO-RANGE=HLG,"#;
    let one = r#"CODECS="hvc1.1.6.L30.90",VIDEO-RANGE=HLG,"#;
    for (options, expected) in [(Options::CMAF, both), (Options::TS, one)] {
        let playlist = variant(&options);
        assert_eq!(playlist.matches(expected).count(), 2, "{playlist}");
    }
}

/// A variant without sound has the same id whichever sound it is played with.
#[test]
fn stable_ids_are_names_and_bitrates() {
    let film = film::sample();
    let ids = |options: &Options| {
        let rates = rates_with_key_frames(&film);
        let playlist = dynpack_hls::multivariant_playlist(&film, &rates, &Azure, options);
        let ids = playlist.split(",STABLE-").skip(1);
        ids.map(|piece| piece.split('"').take(2).collect()).collect::<Vec<String>>()
    };
    let expected = [
        "RENDITION-ID=aac_eng_2/128000",
        "RENDITION-ID=aac_ger_2/128000",
        "VARIANT-ID=video/400000",
        "VARIANT-ID=video/1200000",
        "VARIANT-ID=video/400000/key-frames",
        "VARIANT-ID=video/1200000/key-frames",
    ];
    assert_eq!(ids(&Options::CMAF), expected);
    assert_eq!(ids(&Options::TS), [""; 0]);
}

/// Services of captions need version 7, and a choice of them version 4.
#[test]
fn captions_in_video_are_a_group() {
    let film = film::with_captions(film::sample());
    let playlist = |options: &Options| {
        multivariant_playlist(&film, &rates_with_key_frames(&film), &Azure, options)
    };
    let media = |channel: &str, autoselect: &str| {
        format!(
            "#EXT-X-MEDIA:TYPE=CLOSED-CAPTIONS,GROUP-ID=\"cc\",NAME=\"{channel}\"{autoselect},\
             INSTREAM-ID=\"{channel}\"\n"
        )
    };
    let first = media("CC1", ",AUTOSELECT=YES");
    let [third, service] = ["CC3", "SERVICE1"].map(|channel| media(channel, ""));
    let cmaf = playlist(&Options::CMAF);
    assert!(cmaf.contains(&[&*first, &third, &service].concat()), "{cmaf}");
    let ts = playlist(&Options::TS);
    assert!(ts.contains(&[first, third].concat()) && !ts.contains("SERVICE"), "{ts}");
    for listed in [&cmaf, &ts] {
        let variants = listed.matches("#EXT-X-STREAM-INF").count();
        assert_eq!(listed.matches(",CLOSED-CAPTIONS=\"cc\"\n").count(), variants, "{listed}");
    }
    assert!(!playlist(&Options::MUXED_TS).contains("CLOSED-CAPTIONS"));
}

#[test]
fn hdr10_plus_is_a_supplement_of_av1_alone() {
    let variant = |video| {
        let film = film::presentation(vec![("video", 400_000, video)], CutPolicy::SIX_SECONDS);
        multivariant_playlist(&film, &Rates::default(), &Azure, &Options::CMAF)
    };
    let av1 = variant(film::hdr10_plus(film::codec::av1()));
    let expected = r#"CODECS="av01.0.00M.08",SUPPLEMENTAL-CODECS="av01.0.00M.08/cdm4","#;
    assert!(av1.contains(&[expected, "VIDEO-RANGE=PQ,"].concat()), "{av1}");
    let hevc = variant(film::hdr10_plus(film::codec::hevc()));
    assert!(hevc.contains("VIDEO-RANGE=PQ") && !hevc.contains("SUPPLEMENTAL"), "{hevc}");
}

/// Groups of two seconds in segments of six: each of their key frames is listed.
#[test]
fn the_key_frames_of_video() {
    let playlist = key_frame_playlist(&film::sample().renditions[0], &Options::CMAF);
    let expected = r#"#EXTM3U
#EXT-X-VERSION:7
#EXT-X-TARGETDURATION:2
#EXT-X-MEDIA-SEQUENCE:0
#EXT-X-PLAYLIST-TYPE:VOD
#EXT-X-I-FRAMES-ONLY
#EXT-X-MAP:URI="Fragments(video=i,format=m3u8-cmaf)"
#EXTINF:2.002000,
Fragments(video=0,format=m3u8-cmaf,type=keyframes)
#EXTINF:2.002000,
Fragments(video=60060,format=m3u8-cmaf,type=keyframes)
"#;
    assert!(playlist.starts_with(expected), "{playlist}");
    assert_eq!(lines(&playlist, "#EXTINF").len(), 10);
    let transport = key_frame_playlist(&film::sample().renditions[0], &Options::TS);
    assert_eq!(
        (lines(&transport, "#EXT-X-VERSION"), lines(&transport, "#EXT-X-MAP").len()),
        (vec!["#EXT-X-VERSION:4"], 0)
    );
}

#[test]
fn key_frames_are_offered_where_their_rate_is_given() {
    let rates = rates_with_key_frames(&film::sample());
    let playlist = multivariant_playlist(&film::sample(), &rates, &Azure, &Options::CMAF);
    let expected = unfolded(
        r#"QualityLevels(1200000)/Manifest(video,format=m3u8-cmaf)
#EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=90000,AVERAGE-BANDWIDTH=70000,CODECS="avc1.64001f",\
  RESOLUTION=640x360,URI="QualityLevels(400000)/Manifest(video,format=m3u8-cmaf,type=keyframes)"
#EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=90000,AVERAGE-BANDWIDTH=70000,CODECS="avc1.64001f",\
  RESOLUTION=1280x720,URI="QualityLevels(1200000)/Manifest(video,format=m3u8-cmaf,type=keyframes)"
"#,
    );
    assert!(playlist.ends_with(&expected), "{playlist}");
}

/// Ten seconds of video with nineteen seconds of audio: the rest of the audio has segments of its
/// own. Their names are times on the clock of the video.
#[test]
fn muxed_audio_that_is_longer_than_its_video_has_segments() {
    let film = film::presentation(
        vec![
            ("video", 400_000, film::video((640, 360), (512, 12_800), 250, 50)),
            ("audio", 128_000, film::audio(AAC_48_STEREO, 900, "en")),
        ],
        CutPolicy::with_target(std::time::Duration::from_secs(4)),
    );
    let stream = Stream::new(&film.renditions[0]).with_audio(Some(&film.renditions[1]));
    let playlist = media_playlist(&[Part::whole(stream)], &Azure, &Options::MUXED_TS);
    let expected = r#"#EXTM3U
#EXT-X-VERSION:3
#EXT-X-TARGETDURATION:4
#EXT-X-MEDIA-SEQUENCE:0
#EXT-X-PLAYLIST-TYPE:VOD
#EXT-X-INDEPENDENT-SEGMENTS
#EXTINF:4.000000,
Fragments(video=0,format=m3u8-cmaf)
#EXTINF:4.000000,
Fragments(video=51200,format=m3u8-cmaf)
#EXTINF:3.989297,
Fragments(video=102400,format=m3u8-cmaf)
#EXTINF:4.010703,
Fragments(video=153463,format=m3u8-cmaf)
#EXTINF:3.200000,
Fragments(video=204800,format=m3u8-cmaf)
#EXT-X-ENDLIST
"#;
    assert_eq!(playlist, expected);
}

#[test]
fn muxed_audio_needs_no_groups() {
    let playlist = multivariant_playlist(
        &film::sample(),
        &rates(&film::sample()),
        &Azure,
        &Options::MUXED_TS.with_audio_only(true),
    );
    let expected = unfolded(
        r#"#EXTM3U
#EXT-X-VERSION:3
#EXT-X-INDEPENDENT-SEGMENTS
#EXT-X-STREAM-INF:BANDWIDTH=450000,AVERAGE-BANDWIDTH=390000,CODECS="avc1.64001f,mp4a.40.2",\
  RESOLUTION=640x360,FRAME-RATE=29.97
QualityLevels(400000)/Manifest(video,format=m3u8-cmaf)
#EXT-X-STREAM-INF:BANDWIDTH=1500000,AVERAGE-BANDWIDTH=1100000,CODECS="avc1.64001f,mp4a.40.2",\
  RESOLUTION=1280x720,FRAME-RATE=29.97
QualityLevels(1200000)/Manifest(video,format=m3u8-cmaf)
#EXT-X-STREAM-INF:BANDWIDTH=130000,AVERAGE-BANDWIDTH=128500,CODECS="mp4a.40.2"
QualityLevels(128000)/Manifest(aac_eng_2,format=m3u8-cmaf)
"#,
    );
    assert_eq!(playlist, expected);
}

#[test]
fn an_audio_only_variant_comes_last() {
    let playlist = multivariant_playlist(
        &film::sample(),
        &rates(&film::sample()),
        &Azure,
        &Options::CMAF.with_audio_only(true),
    );
    let expected = unfolded(
        r#"#EXT-X-STREAM-INF:BANDWIDTH=133000,AVERAGE-BANDWIDTH=128500,\
        CODECS="mp4a.40.2",AUDIO="audio"
QualityLevels(128000)/Manifest(aac_eng_2,format=m3u8-cmaf)
"#,
    );
    assert!(playlist.ends_with(&expected), "{playlist}");
}

#[test]
fn video_without_audio_has_no_groups() {
    let video = film::video((640, 360), (512, 12_800), 500, 50);
    let playlist =
        multivariant(&film::presentation(vec![("video", 400_000, video)], CutPolicy::SIX_SECONDS));
    assert_eq!(
        lines(&playlist, "#EXT-X-STREAM-INF"),
        ["#EXT-X-STREAM-INF:BANDWIDTH=400000,AVERAGE-BANDWIDTH=400000,CODECS=\"avc1.64001f\",\
             RESOLUTION=640x360,FRAME-RATE=25"]
    );
    assert!(!playlist.contains("AUDIO"), "{playlist}");
}

/// A film of two cameras, each at these bitrates.
fn two_cameras(front: &[u32], rear: &[u32]) -> Presentation {
    let video = |name, size, bitrates: &[u32]| {
        let video = film::video(size, (512, 12_800), 500, 50);
        bitrates.iter().map(|&bitrate| (name, bitrate, video.clone())).collect::<Vec<_>>()
    };
    let cameras = [video("video", (640, 360), front), video("video_2", (320, 240), rear)];
    let sound = ("audio", 64_000, film::audio(AAC_48_STEREO, 900, "en"));
    let tracks = cameras.into_iter().flatten().chain([sound]);
    let mut film = film::presentation(tracks.collect(), CutPolicy::SIX_SECONDS);
    for rendition in film.renditions.iter_mut().filter(|rendition| &*rendition.id.name == "video_2")
    {
        (rendition.label, rendition.role) = (Some("Rear".into()), Role::Alternate);
    }
    film
}

#[test]
fn a_second_camera_is_in_a_group_that_every_variant_names() {
    let film = two_cameras(&[400_000, 900_000], &[500_000]);
    let expected = unfolded(
        r#"#EXT-X-STREAM-INF:BANDWIDTH=564000,AVERAGE-BANDWIDTH=564000,\
        CODECS="avc1.64001f,mp4a.40.2",RESOLUTION=640x360,FRAME-RATE=25,AUDIO="audio",VIDEO="video"
QualityLevels(400000)/Manifest(video,format=m3u8-cmaf)
#EXT-X-STREAM-INF:BANDWIDTH=964000,AVERAGE-BANDWIDTH=964000,CODECS="avc1.64001f,mp4a.40.2",\
        RESOLUTION=640x360,FRAME-RATE=25,AUDIO="audio",VIDEO="video"
QualityLevels(900000)/Manifest(video,format=m3u8-cmaf)
#EXT-X-MEDIA:TYPE=VIDEO,GROUP-ID="video",NAME="video",DEFAULT=YES,AUTOSELECT=YES
#EXT-X-MEDIA:TYPE=VIDEO,URI="QualityLevels(500000)/Manifest(video_2,format=m3u8-cmaf)",\
        GROUP-ID="video",NAME="Rear"
"#,
    );
    assert!(multivariant(&film).ends_with(&expected), "{}", multivariant(&film));
}

/// The tiers of each camera go together. Where the second has more, its highest has a variant too.
#[test]
fn each_bitrate_of_a_second_camera_is_in_a_group() {
    let groups = |film: &Presentation| {
        let playlist = multivariant(film);
        let of = |start: &str, key: &str| {
            let value = |line: &&str| line.split(key).nth(1)?.split('"').next().map(str::to_owned);
            lines(&playlist, start).iter().filter_map(value).collect::<Vec<_>>()
        };
        (of("#EXT-X-STREAM-INF", "VIDEO=\""), of("#EXT-X-MEDIA:TYPE=VIDEO,URI", "URI=\""))
    };
    let uri = |bitrate| format!("QualityLevels({bitrate})/Manifest(video_2,format=m3u8-cmaf)");
    assert_eq!(
        groups(&two_cameras(&[4, 5], &[1, 2])),
        (vec!["video-1".into(), "video-2".into()], vec![uri(1), uri(2)])
    );
    assert_eq!(
        groups(&two_cameras(&[4], &[7, 8])),
        (vec!["video-1".into(), "video-2".into()], vec![uri(7), uri(8)])
    );
}

/// Segments with audio and video together belong to one camera.
#[test]
fn muxed_streams_have_the_default_camera() {
    let film = two_cameras(&[400_000], &[500_000]);
    let playlist = multivariant_playlist(&film, &Rates::default(), &Azure, &Options::MUXED_TS);
    assert_eq!(lines(&playlist, "#EXT-X-STREAM-INF").len(), 1);
    assert!(!playlist.contains("video_2") && !playlist.contains("TYPE=VIDEO"), "{playlist}");
}

#[test]
fn key_frames_are_those_of_the_default_camera() {
    let film = two_cameras(&[400_000], &[500_000]);
    let rates = rates_with_key_frames(&film);
    let playlist = multivariant_playlist(&film, &rates, &Azure, &Options::CMAF);
    let [line] = lines(&playlist, "#EXT-X-I-FRAME-STREAM-INF")[..] else { panic!("{playlist}") };
    assert!(line.contains("Manifest(video,"), "{line}");
}

#[test]
fn audio_renditions_without_video_are_variants() {
    let audio = |bitrate| ("audio", bitrate, film::audio(AAC_48_STEREO, 900, "eng"));
    let playlist = multivariant(&film::presentation(
        vec![audio(64_000), audio(128_000)],
        CutPolicy::SIX_SECONDS,
    ));
    let expected = r#"#EXT-X-STREAM-INF:BANDWIDTH=64000,AVERAGE-BANDWIDTH=64000,CODECS="mp4a.40.2"
QualityLevels(64000)/Manifest(audio,format=m3u8-cmaf)
#EXT-X-STREAM-INF:BANDWIDTH=128000,AVERAGE-BANDWIDTH=128000,CODECS="mp4a.40.2"
QualityLevels(128000)/Manifest(audio,format=m3u8-cmaf)
"#;
    assert!(playlist.ends_with(expected), "{playlist}");
}

#[test]
fn audio_in_two_languages_without_video_is_a_group() {
    let audio = |name, language| (name, 128_000, film::audio(AAC_48_STEREO, 900, language));
    let playlist = multivariant(&film::presentation(
        vec![audio("english", "en"), audio("german", "de")],
        CutPolicy::SIX_SECONDS,
    ));
    assert_eq!(lines(&playlist, "#EXT-X-MEDIA").len(), 2);
    assert_eq!(
        lines(&playlist, "#EXT-X-STREAM-INF"),
        ["#EXT-X-STREAM-INF:BANDWIDTH=128000,AVERAGE-BANDWIDTH=128000,CODECS=\"mp4a.40.2\",\
             AUDIO=\"audio\""]
    );
}

/// German has only the lower bitrate: it is in both groups, since all groups must have the same
/// members.
#[test]
fn each_bitrate_of_audio_is_a_group() {
    let audio =
        |name, bitrate, language| (name, bitrate, film::audio(AAC_48_STEREO, 900, language));
    let film = film::presentation(
        vec![
            ("video", 400_000, film::video((640, 360), (512, 12_800), 500, 50)),
            audio("english", 64_000, "en"),
            audio("english", 128_000, "en"),
            audio("german", 64_000, "de"),
        ],
        CutPolicy::SIX_SECONDS,
    );
    let expected = unfolded(
        r#"#EXT-X-MEDIA:TYPE=AUDIO,URI="QualityLevels(64000)/Manifest(english,\
        format=m3u8-cmaf)",GROUP-ID="audio-1",LANGUAGE="en",NAME="english",DEFAULT=YES,\
        AUTOSELECT=YES,CHANNELS="2"
#EXT-X-MEDIA:TYPE=AUDIO,URI="QualityLevels(64000)/Manifest(german,format=m3u8-cmaf)",\
  GROUP-ID="audio-1",LANGUAGE="de",NAME="german",AUTOSELECT=YES,CHANNELS="2"
#EXT-X-MEDIA:TYPE=AUDIO,URI="QualityLevels(128000)/Manifest(english,format=m3u8-cmaf)",\
  GROUP-ID="audio-2",LANGUAGE="en",NAME="english",DEFAULT=YES,AUTOSELECT=YES,CHANNELS="2"
#EXT-X-MEDIA:TYPE=AUDIO,URI="QualityLevels(64000)/Manifest(german,format=m3u8-cmaf)",\
  GROUP-ID="audio-2",LANGUAGE="de",NAME="german",AUTOSELECT=YES,CHANNELS="2"
#EXT-X-STREAM-INF:BANDWIDTH=464000,AVERAGE-BANDWIDTH=464000,CODECS="avc1.64001f,mp4a.40.2",\
  RESOLUTION=640x360,FRAME-RATE=25,AUDIO="audio-1"
QualityLevels(400000)/Manifest(video,format=m3u8-cmaf)
#EXT-X-STREAM-INF:BANDWIDTH=528000,AVERAGE-BANDWIDTH=528000,CODECS="avc1.64001f,mp4a.40.2",\
  RESOLUTION=640x360,FRAME-RATE=25,AUDIO="audio-2"
QualityLevels(400000)/Manifest(video,format=m3u8-cmaf)
"#,
    );
    let playlist = multivariant(&film);
    assert!(playlist.ends_with(&expected), "{playlist}");
}

/// English stereo and surround are one choice in two groups. German, only in HE-AAC, is in both,
/// and its codec is declared.
#[test]
fn each_coding_of_audio_is_a_group() {
    let film = film::presentation(
        vec![
            ("video", 400_000, film::video((640, 360), (512, 12_800), 500, 50)),
            ("eng_2", 128_000, film::audio(AAC_48_STEREO, 900, "en")),
            ("eng_6", 384_000, film::audio(AAC_48_SURROUND, 900, "en")),
            ("ger_2", 64_000, film::audio(HE_AAC_48_STEREO, 450, "de")),
        ],
        CutPolicy::SIX_SECONDS,
    );
    let playlist = multivariant(&film);
    let names = |line: &str| {
        ["GROUP-ID", "NAME", "CHANNELS"].map(|key| {
            line.split(&format!("{key}=\"")).nth(1).unwrap().split('"').next().unwrap().to_owned()
        })
    };
    let media: Vec<_> = lines(&playlist, "#EXT-X-MEDIA").into_iter().map(names).collect();
    assert_eq!(
        media,
        [
            ["audio-1", "eng_2", "2"],
            ["audio-1", "ger_2", "2"],
            ["audio-2", "eng_2", "6"],
            ["audio-2", "ger_2", "2"]
        ]
        .map(|row| row.map(String::from))
    );
    assert_eq!(lines(&playlist, "#EXT-X-STREAM-INF").len(), 2);
    assert!(
        lines(&playlist, "#EXT-X-STREAM-INF")
            .iter()
            .all(|line| line.contains("\"avc1.64001f,mp4a.40.2,mp4a.40.5\"")),
        "{playlist}"
    );
}

/// Two languages that differ in their codec make one group: there is no choice between two groups
/// with the same members.
#[test]
fn groups_that_hold_the_same_are_one() {
    let film = film::presentation(
        vec![
            ("video", 400_000, film::video((640, 360), (512, 12_800), 500, 50)),
            ("english", 128_000, film::audio(AAC_48_STEREO, 900, "en")),
            ("german", 64_000, film::audio(HE_AAC_48_STEREO, 450, "de")),
        ],
        CutPolicy::SIX_SECONDS,
    );
    let playlist = multivariant(&film);
    assert_eq!(
        (lines(&playlist, "#EXT-X-MEDIA").len(), lines(&playlist, "#EXT-X-STREAM-INF").len()),
        (2, 1),
        "{playlist}"
    );
}

#[test]
fn a_description_is_marked_and_never_the_default() {
    let mut film = film::sample();
    film.renditions[2].role = Role::Description;
    film.renditions[3].language = Language::parse("en");
    let playlist = multivariant(&film);
    let expected = [
        unfolded(
            r#"#EXT-X-MEDIA:TYPE=AUDIO,URI="QualityLevels(128000)/Manifest(aac_eng_2,\
            format=m3u8-cmaf)",GROUP-ID="audio",LANGUAGE="en",NAME="aac_eng_2",AUTOSELECT=YES,\
            CHARACTERISTICS="public.accessibility.describes-video",CHANNELS="2""#,
        ),
        unfolded(
            r#"#EXT-X-MEDIA:TYPE=AUDIO,URI="QualityLevels(128000)/Manifest(aac_ger_2,\
            format=m3u8-cmaf)",GROUP-ID="audio",LANGUAGE="en",NAME="aac_ger_2",DEFAULT=YES,\
            AUTOSELECT=YES,CHANNELS="2""#,
        ),
    ];
    assert_eq!(lines(&playlist, "#EXT-X-MEDIA"), expected);
}

/// A client offers a commentary and karaoke, but starts neither by itself.
#[test]
fn purposes_decide_what_a_client_may_choose() {
    let attributes = |role| {
        let mut film = film::sample();
        film.renditions[3].role = role;
        let playlist = multivariant(&film);
        let line = lines(&playlist, "#EXT-X-MEDIA").pop().unwrap();
        line.split_once("NAME=\"aac_ger_2\"").unwrap().1.to_owned()
    };
    let speech = ",AUTOSELECT=YES,\
                  CHARACTERISTICS=\"public.accessibility.enhances-speech-intelligibility\",\
                  CHANNELS=\"2\"";
    assert_eq!(attributes(Role::EnhancedIntelligibility), speech);
    for role in [Role::Commentary, Role::Karaoke] {
        assert_eq!(attributes(role), ",CHANNELS=\"2\"");
    }
    assert_eq!(attributes(Role::Dub), ",AUTOSELECT=YES,CHANNELS=\"2\"");
}

/// Only their names differ, so a client must not choose between them by itself.
#[test]
fn of_two_equal_members_only_the_default_is_chosen_automatically() {
    let mut film = film::sample();
    for rendition in &mut film.renditions[2..] {
        rendition.language = Language::undetermined();
        rendition.label = Some("Sound \"one\"".into());
    }
    let playlist = multivariant(&film);
    let expected = [
        unfolded(
            r#"#EXT-X-MEDIA:TYPE=AUDIO,URI="QualityLevels(128000)/Manifest(aac_eng_2,\
            format=m3u8-cmaf)",GROUP-ID="audio",NAME="Sound 'one'",DEFAULT=YES,AUTOSELECT=YES,\
            CHANNELS="2""#,
        ),
        unfolded(
            r#"#EXT-X-MEDIA:TYPE=AUDIO,URI="QualityLevels(128000)/Manifest(aac_ger_2,\
            format=m3u8-cmaf)",GROUP-ID="audio",NAME="Sound 'one' 2",CHANNELS="2""#,
        ),
    ];
    assert_eq!(lines(&playlist, "#EXT-X-MEDIA"), expected);
}

/// The audio is half a second late: its playlist still begins at the start of the presentation.
#[test]
fn a_rendition_that_starts_a_little_later_is_listed_from_the_start() {
    let film = film::presentation(
        vec![
            ("video", 400_000, film::video((640, 360), (512, 12_800), 500, 50)),
            ("audio", 128_000, film::late(film::audio(AAC_48_STEREO, 900, "en"), 24_000)),
        ],
        CutPolicy::SIX_SECONDS,
    );
    let playlist =
        media_playlist(&[Part::whole(Stream::new(&film.renditions[1]))], &Azure, &Options::CMAF);
    let first = ["#EXTINF:6.004000,", "Fragments(audio=24000,format=m3u8-cmaf)"];
    assert_eq!(
        playlist
            .lines()
            .skip_while(|line| !line.starts_with("#EXTINF"))
            .take(2)
            .collect::<Vec<_>>(),
        first
    );
}

/// The audio is ten seconds late: the timeline is cut at 6 and 12 seconds, and the first segment of
/// the audio lasts two seconds.
#[test]
fn a_rendition_that_starts_later_has_gaps() {
    let film = film::presentation(
        vec![
            ("video", 400_000, film::video((640, 360), (512, 12_800), 500, 50)),
            ("audio", 128_000, film::late(film::audio(AAC_48_STEREO, 450, "en"), 480_000)),
        ],
        CutPolicy::SIX_SECONDS,
    );
    let playlist =
        media_playlist(&[Part::whole(Stream::new(&film.renditions[1]))], &Azure, &Options::CMAF);
    let expected = r#"#EXTM3U
#EXT-X-VERSION:8
#EXT-X-TARGETDURATION:6
#EXT-X-MEDIA-SEQUENCE:0
#EXT-X-PLAYLIST-TYPE:VOD
#EXT-X-INDEPENDENT-SEGMENTS
#EXT-X-MAP:URI="Fragments(audio=i,format=m3u8-cmaf)"
#EXT-X-GAP
#EXTINF:5.000000,
Fragments(audio=i,format=m3u8-cmaf)
#EXT-X-GAP
#EXTINF:5.000000,
Fragments(audio=i,format=m3u8-cmaf)
#EXTINF:2.005333,
Fragments(audio=480000,format=m3u8-cmaf)
"#;
    assert!(playlist.starts_with(expected), "{playlist}");
}

#[test]
fn a_very_short_film_has_a_target_duration() {
    let film = film::presentation(
        vec![("video", 1, film::video((64, 36), (1, 1_000), 40, 40))],
        CutPolicy::SIX_SECONDS,
    );
    let playlist =
        media_playlist(&[Part::whole(Stream::new(&film.renditions[0]))], &Azure, &Options::CMAF);
    assert!(
        playlist.contains("#EXT-X-TARGETDURATION:1\n") && playlist.contains("#EXTINF:0.040000,\n"),
        "{playlist}"
    );
}

#[test]
fn versions_are_those_of_the_flavors() {
    assert_eq!([Flavor::Cmaf, Flavor::Ts, Flavor::MuxedTs].map(Flavor::version), [7, 4, 3]);
}

/// PAL at 16:9, upright and turned, and a width between two pixels.
#[test]
fn resolutions_are_those_of_the_display() {
    let video = |size, (width, height)| {
        film::with_pixels(film::video(size, (512, 12_800), 500, 50), width, height)
    };
    let tracks = vec![
        ("video", 400_000, video((720, 576), (64, 45))),
        ("video", 500_000, video((1440, 1080), (4, 3))),
        ("video", 600_000, video((160, 90), (64, 45))),
        ("video", 700_000, film::turned(video((720, 576), (64, 45)))),
    ];
    let playlist = multivariant(&film::presentation(tracks, CutPolicy::SIX_SECONDS));
    let resolutions: Vec<_> = lines(&playlist, "#EXT-X-STREAM-INF")
        .into_iter()
        .map(|line| line.split("RESOLUTION=").nth(1).unwrap().split(',').next().unwrap())
        .collect();
    assert_eq!(resolutions, ["1024x576", "1920x1080", "228x90", "576x1024"]);
}

/// A quoted string cannot have quotes or control characters. Without them, labels may be equal.
#[test]
fn names_that_differ_only_in_replaced_characters_are_numbered() {
    let mut film = film::in_short_segments(vec![
        ("one", 64_000, film::audio(AAC_48_STEREO, 500, "en")),
        ("two", 64_001, film::audio(AAC_48_STEREO, 500, "en")),
    ]);
    for (rendition, label) in film.renditions.iter_mut().zip(["the \"best\"", "the 'best'"]) {
        rendition.label = Some(label.to_owned());
    }
    let playlist = multivariant(&film);
    let names = [r#"NAME="the 'best'","#, r#"NAME="the 'best' 2","#];
    assert!(names.iter().all(|name| playlist.matches(name).count() == 1), "{playlist}");
}

/// Dolby Atmos comes first in the film, but most players need AAC. AC-4 is for headphones.
#[test]
fn sound_in_several_codecs_has_a_group_each_and_aac_first() {
    let track = |codec: Codec| {
        let mut track = film::audio(AAC_48_STEREO, 300, "en");
        track.codec = codec;
        track
    };
    let atmos = Eac3Config::parse(EAC3_ATMOS.into(), 0).unwrap().into();
    let headphones = Ac4Config::parse(AC4_STEREO.into(), 2).unwrap().into();
    let tracks = vec![
        ("video", 400_000, film::ntsc((640, 360), 180)),
        ("atmos", 640_000, track(atmos)),
        ("headphones", 64_000, track(headphones)),
        ("stereo", 128_000, track(film::codec::aac(AAC_48_STEREO))),
    ];
    let playlist = multivariant(&film::in_short_segments(tracks));
    let about = |line: &str| {
        let of = |name: &str| line.split(name).nth(1)?.split('"').nth(1).map(str::to_owned);
        (
            of(",GROUP-ID=").or_else(|| of(",AUDIO=")).unwrap(),
            of(",CHANNELS=").or_else(|| of(",CODECS=")),
        )
    };
    let lines = |start| lines(&playlist, start).into_iter().map(about).collect::<Vec<_>>();
    let pair = |group: &str, what: &str| (group.to_owned(), Some(what.to_owned()));
    assert_eq!(
        lines("#EXT-X-MEDIA:"),
        [pair("audio-1", "2"), pair("audio-2", "16/JOC"), pair("audio-3", "2/IMSA")]
    );
    assert_eq!(
        lines("#EXT-X-STREAM-INF:"),
        [
            pair("audio-1", "avc1.64001f,mp4a.40.2"),
            pair("audio-2", "avc1.64001f,ec-3"),
            pair("audio-3", "avc1.64001f,ac-4.02.02.00"),
        ]
    );
}
