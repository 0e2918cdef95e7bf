//! Manifests of small films, to be read line by line.
#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use std::time::Duration;

use dynpack_dash::{Options, mpd};
use dynpack_media::{CutPolicy, Language, Presentation, Role, Track, View};
use dynpack_testkit::urls::Azure;
use dynpack_testkit::{self as film, AAC_48_STEREO, AAC_48_SURROUND, HE_AAC_48_STEREO, unfolded};

fn manifest(presentation: &Presentation) -> String {
    mpd(&View::whole(presentation), &Azure, &Options::CMAF)
}

/// The lines that begin with `start`, without their indentation.
fn lines<'a>(manifest: &'a str, start: &str) -> Vec<&'a str> {
    manifest.lines().map(str::trim).filter(|line| line.starts_with(start)).collect()
}

#[test]
fn a_film_in_two_languages() {
    let expected = unfolded(
        r#"<?xml version="1.0" encoding="UTF-8"?>
<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" profiles="urn:mpeg:dash:profile:isoff-live:2011,\
  urn:mpeg:dash:profile:cmaf:2019" type="static" mediaPresentationDuration="PT20.032S" \
  minBufferTime="PT6.016S">
 <Period id="0" start="PT0S">
  <AdaptationSet id="1" contentType="audio" lang="en" mimeType="audio/mp4" codecs="mp4a.40.2" \
    audioSamplingRate="48000" segmentAlignment="true" startWithSAP="1">
   <AudioChannelConfiguration schemeIdUri="urn:mpeg:mpegB:cicp:ChannelConfiguration" value="2"/>
   <Role schemeIdUri="urn:mpeg:dash:role:2011" value="main"/>
   <SegmentTemplate timescale="48000" \
     initialization="QualityLevels($Bandwidth$)/Fragments(aac_eng_2=i,format=mpd-time-cmaf)" \
     media="QualityLevels($Bandwidth$)/Fragments(aac_eng_2=$Time$,format=mpd-time-cmaf)">
    <SegmentTimeline>
     <S t="0" d="288768"/>
     <S d="287744"/>
     <S d="288768"/>
     <S d="96256"/>
    </SegmentTimeline>
   </SegmentTemplate>
   <Representation id="aac_eng_2_128000" bandwidth="128000"/>
  </AdaptationSet>
  <AdaptationSet id="2" contentType="audio" lang="de" mimeType="audio/mp4" codecs="mp4a.40.2" \
    audioSamplingRate="48000" segmentAlignment="true" startWithSAP="1">
   <AudioChannelConfiguration schemeIdUri="urn:mpeg:mpegB:cicp:ChannelConfiguration" value="2"/>
   <Role schemeIdUri="urn:mpeg:dash:role:2011" value="main"/>
   <SegmentTemplate timescale="48000" \
     initialization="QualityLevels($Bandwidth$)/Fragments(aac_ger_2=i,format=mpd-time-cmaf)" \
     media="QualityLevels($Bandwidth$)/Fragments(aac_ger_2=$Time$,format=mpd-time-cmaf)">
    <SegmentTimeline>
     <S t="0" d="288768"/>
     <S d="287744"/>
     <S d="288768"/>
     <S d="96256"/>
    </SegmentTimeline>
   </SegmentTemplate>
   <Representation id="aac_ger_2_128000" bandwidth="128000"/>
  </AdaptationSet>
  <AdaptationSet id="3" contentType="video" mimeType="video/mp4" codecs="avc1.64001f" sar="1:1" \
    frameRate="30000/1001" par="16:9" maxWidth="1280" maxHeight="720" segmentAlignment="true" \
    startWithSAP="1">
   <Role schemeIdUri="urn:mpeg:dash:role:2011" value="main"/>
   <SegmentTemplate timescale="30000" \
     initialization="QualityLevels($Bandwidth$)/Fragments(video=i,format=mpd-time-cmaf)" \
     media="QualityLevels($Bandwidth$)/Fragments(video=$Time$,format=mpd-time-cmaf)">
    <SegmentTimeline>
     <S t="0" d="180180" r="2"/>
     <S d="60060"/>
    </SegmentTimeline>
   </SegmentTemplate>
   <Representation id="video_400000" bandwidth="400000" width="640" height="360"/>
   <Representation id="video_1200000" bandwidth="1200000" width="1280" height="720"/>
  </AdaptationSet>
  <AdaptationSet id="4" contentType="video" mimeType="video/mp4" codecs="avc1.64001f" sar="1:1" \
    par="16:9" maxWidth="1280" maxHeight="720" segmentAlignment="true" startWithSAP="1" \
    maxPlayoutRate="60" codingDependency="false">
   <EssentialProperty schemeIdUri="http://dashif.org/guidelines/trickmode" value="3"/>
   <SegmentTemplate timescale="30000" \
     initialization="QualityLevels($Bandwidth$)/Fragments(video=i,format=mpd-time-cmaf)" \
     media="QualityLevels($Bandwidth$)/Fragments(video=$Time$,format=mpd-time-cmaf,type=keyframes)">
    <SegmentTimeline>
     <S t="0" d="60060" r="9"/>
    </SegmentTimeline>
   </SegmentTemplate>
   <Representation id="video_400000_keyframes" bandwidth="400000" width="640" height="360"/>
   <Representation id="video_1200000_keyframes" bandwidth="1200000" width="1280" height="720"/>
  </AdaptationSet>
 </Period>
</MPD>
"#,
    );
    assert_eq!(manifest(&film::sample()), expected);
}

/// The lower bitrate has half the frames on another clock: what differs is listed for each
/// representation.
#[test]
fn renditions_on_different_clocks_have_timelines_of_their_own() {
    let film = film::presentation(
        vec![
            ("video", 400_000, film::video((640, 360), (1_024, 12_800), 125, 25)),
            ("video", 1_200_000, film::video((640, 360), (3_600, 90_000), 250, 50)),
        ],
        CutPolicy::SIX_SECONDS,
    );
    let expected = unfolded(
        r#"  <AdaptationSet id="1" contentType="video" mimeType="video/mp4" \
        codecs="avc1.64001f" width="640" height="360" sar="1:1" par="16:9" maxFrameRate="25" \
        segmentAlignment="true" startWithSAP="1">
   <Role schemeIdUri="urn:mpeg:dash:role:2011" value="main"/>
   <Representation id="video_400000" bandwidth="400000" frameRate="25/2">
    <SegmentTemplate timescale="12800" \
      initialization="QualityLevels($Bandwidth$)/Fragments(video=i,format=mpd-time-cmaf)" \
      media="QualityLevels($Bandwidth$)/Fragments(video=$Time$,format=mpd-time-cmaf)">
     <SegmentTimeline>
      <S t="0" d="76800"/>
      <S d="51200"/>
     </SegmentTimeline>
    </SegmentTemplate>
   </Representation>
   <Representation id="video_1200000" bandwidth="1200000" frameRate="25">
    <SegmentTemplate timescale="90000" \
      initialization="QualityLevels($Bandwidth$)/Fragments(video=i,format=mpd-time-cmaf)" \
      media="QualityLevels($Bandwidth$)/Fragments(video=$Time$,format=mpd-time-cmaf)">
     <SegmentTimeline>
      <S t="0" d="540000"/>
      <S d="360000"/>
     </SegmentTimeline>
    </SegmentTemplate>
   </Representation>
  </AdaptationSet>
"#,
    );
    let manifest = manifest(&film);
    assert!(manifest.contains(&expected), "{manifest}");
}

#[test]
fn audio_is_a_set_for_each_name_and_coding() {
    let film = film::presentation(
        vec![
            ("eng", 64_000, film::audio(HE_AAC_48_STEREO, 450, "en")),
            ("eng", 128_000, film::audio(AAC_48_STEREO, 900, "en")),
            ("eng", 192_000, film::audio(AAC_48_STEREO, 900, "en")),
            ("eng", 384_000, film::audio(AAC_48_SURROUND, 900, "en")),
            ("other", 128_000, film::audio(AAC_48_STEREO, 900, "und")),
        ],
        CutPolicy::SIX_SECONDS,
    );
    let manifest = manifest(&film);
    let set = |line: &&str| {
        line.split(' ')
            .filter(|part| part.starts_with("lang") || part.starts_with("codecs"))
            .collect::<Vec<_>>()
            .join(" ")
    };
    let sets: Vec<_> = lines(&manifest, "<AdaptationSet").iter().map(set).collect();
    let english = "lang=\"en\" codecs=\"mp4a.40.2\"";
    assert_eq!(
        sets,
        ["lang=\"en\" codecs=\"mp4a.40.5\"", english, english, "lang=\"und\" codecs=\"mp4a.40.2\""]
    );
    let channels: Vec<_> = lines(&manifest, "<AudioChannelConfiguration")
        .iter()
        .map(|line| line.split('"').nth(3).unwrap())
        .collect();
    assert_eq!(channels, ["2", "2", "6", "2"]);
    assert_eq!(lines(&manifest, "<Representation").len(), 5);
}

#[test]
fn a_description_has_its_accessibility_and_a_label() {
    let mut film = film::sample();
    film.renditions[3].role = Role::Description;
    film.renditions[3].label = Some("Ton & \"Bild\" <é>\u{1}".into());
    film.renditions[3].language = Language::parse("de-AT");
    let expected = unfolded(
        r#" lang="de-AT" mimeType="audio/mp4" codecs="mp4a.40.2" \
        audioSamplingRate="48000" segmentAlignment="true" startWithSAP="1">
   <AudioChannelConfiguration schemeIdUri="urn:mpeg:mpegB:cicp:ChannelConfiguration" value="2"/>
   <Label>Ton &amp; "Bild" &lt;é&gt; </Label>
   <Accessibility schemeIdUri="urn:mpeg:dash:role:2011" value="description"/>
   <Role schemeIdUri="urn:mpeg:dash:role:2011" value="alternate"/>
"#,
    );
    let manifest = manifest(&film);
    assert!(manifest.contains(&expected), "{manifest}");
}

#[test]
fn sets_say_what_they_are_for() {
    for (role, accessibility) in [
        ("commentary", None),
        ("karaoke", None),
        ("alternate", Some("enhanced-audio-intelligibility")),
    ] {
        let mut film = film::sample();
        film.renditions[3].role = Role::parse(accessibility.unwrap_or(role)).unwrap();
        let element = |name: &str, value: &str| {
            format!("<{name} schemeIdUri=\"urn:mpeg:dash:role:2011\" value=\"{value}\"/>")
        };
        let manifest = manifest(&film);
        assert!(manifest.contains(&element("Role", role)), "{manifest}");
        let has_accessibility =
            accessibility.is_none_or(|value| manifest.contains(&element("Accessibility", value)));
        assert!(has_accessibility, "{manifest}");
    }
}

#[test]
fn names_stay_within_their_attributes() {
    let mut film = film::sample();
    film.renditions[0].id.name = "a\"><b c='d' &amp;\n".into();
    let manifest = manifest(&film);
    let expected = "Fragments(a%22&gt;&lt;b%20c='d'%20&amp;amp;%0A=i,";
    assert!(manifest.contains(expected), "{manifest}");
}

/// The audio is half a second late: its first segment signals that.
#[test]
fn a_rendition_that_starts_later_signals_its_start() {
    let film = film::presentation(
        vec![
            ("video", 400_000, film::video((640, 360), (512, 12_800), 500, 50)),
            ("audio", 128_000, film::late(film::audio(AAC_48_STEREO, 900, "en"), 24_000)),
        ],
        CutPolicy::SIX_SECONDS,
    );
    let manifest = manifest(&film);
    let starts = [
        "<S t=\"24000\" d=\"264192\"/>",
        "<S t=\"0\" d=\"76800\" r=\"2\"/>",
        "<S t=\"0\" d=\"25600\" r=\"9\"/>",
    ];
    assert_eq!(lines(&manifest, "<S t="), starts, "{manifest}");
}

#[test]
fn the_common_streaming_format_is_not_cmaf() {
    let options = Options::CSF.with_min_buffer_time(Duration::from_millis(1_500));
    let manifest = mpd(&View::whole(&film::sample()), &Azure, &options);
    assert!(
        manifest.contains(" profiles=\"urn:mpeg:dash:profile:isoff-live:2011\" "),
        "{manifest}"
    );
    assert!(manifest.contains(" minBufferTime=\"PT1.5S\">"), "{manifest}");
}

/// CMAF requires segments that start with SAP type 1 or 2 (ISO/IEC 23000-19, 7.3.2.3).
#[test]
fn open_groups_of_pictures_are_not_cmaf() {
    let film = film::presentation(
        vec![("video", 400_000, film::open_groups(100))],
        CutPolicy::SIX_SECONDS,
    );
    let manifest = manifest(&film);
    assert!(
        manifest.contains(" profiles=\"urn:mpeg:dash:profile:isoff-live:2011\" "),
        "{manifest}"
    );
    assert!(!lines(&manifest, "<AdaptationSet")[0].contains("startWithSAP"), "{manifest}");
}

/// Two sizes with the same picture aspect ratio (ITU-R BT.601), and one with another.
#[test]
fn pixels_that_are_not_square_have_their_shape() {
    let video = |size, (width, height)| {
        film::with_pixels(film::video(size, (512, 12_800), 500, 50), width, height)
    };
    let (pal, square) = (video((720, 576), (64, 45)), video((1024, 576), (1, 1)));
    let tracks = vec![("video", 400_000, pal.clone()), ("video", 500_000, square)];
    let manifest_of = |tracks| manifest(&film::presentation(tracks, CutPolicy::SIX_SECONDS));
    let manifest = manifest_of(tracks);
    let set = lines(&manifest, "<AdaptationSet")[0];
    assert!(set.contains(" par=\"16:9\"") && !set.contains(" sar="), "{set}");
    let representations = lines(&manifest, "<Representation");
    assert!(representations[0].contains(" width=\"720\" sar=\"64:45\""), "{representations:?}");
    assert!(representations[1].contains(" width=\"1024\" sar=\"1:1\""), "{representations:?}");

    let other =
        manifest_of(vec![("video", 400_000, pal), ("video", 500_000, video((720, 576), (16, 15)))]);
    assert!(!lines(&other, "<AdaptationSet")[0].contains(" par="), "{other}");
}

/// The matrix of the init segment turns what the attributes describe.
#[test]
fn turned_pictures_have_the_size_of_their_samples() {
    let upright = film::video((640, 360), (512, 12_800), 500, 50);
    let manifest_of = |video| {
        let tracks = vec![("video", 400_000, video)];
        manifest(&film::presentation(tracks, CutPolicy::SIX_SECONDS))
    };
    assert_eq!(manifest_of(film::turned(upright.clone())), manifest_of(upright));
}

#[test]
fn captions_in_video_are_accessibility() {
    let film = film::with_captions(film::sample());
    let manifest = manifest(&film);
    let [line_21, services] =
        [("608", "CC1=und;CC3=und"), ("708", "1=lang:und")].map(|(of, value)| {
            format!(
                r#"<Accessibility schemeIdUri="urn:scte:dash:cc:cea-{of}:2015" value="{value}"/>"#
            )
        });
    let listed = lines(&manifest, "<Accessibility schemeIdUri=\"urn:scte");
    // The video, and its key frames.
    assert_eq!(listed, [&*line_21, &services, &line_21, &services], "{manifest}");
}

#[test]
fn metadata_and_another_transfer_function_are_supplemental() {
    let supplemental = |video: Track| {
        let film = vec![("video", 400_000, video)];
        let manifest = manifest(&film::presentation(film, CutPolicy::SIX_SECONDS));
        lines(&manifest, "<SupplementalProperty").first().map(|line| (*line).to_owned())
    };
    let property = |scheme: &str, value: &str| {
        Some(format!(r#"<SupplementalProperty schemeIdUri="{scheme}" value="{value}"/>"#))
    };
    let metadata = property("http://dashif.org/metadata/hdr", "SMPTE2094-40");
    assert_eq!(supplemental(film::hdr10_plus(film::codec::hevc())), metadata);
    let transfer = property("urn:mpeg:mpegB:cicp:TransferCharacteristics", "18");
    assert_eq!(supplemental(film::preferring_hlg()), transfer);
    assert_eq!(supplemental(film::dolby_vision()), None);
}

#[test]
fn colours_and_dolby_vision_are_signalled() {
    let film = vec![("video", 400_000, film::dolby_vision())];
    let manifest = manifest(&film::presentation(film, CutPolicy::SIX_SECONDS));
    let namespace = r#"xmlns:scte214="urn:scte:dash:scte214-extensions""#;
    assert!(lines(&manifest, "<MPD")[0].contains(namespace), "{manifest}");
    let codecs = r#"codecs="hvc1.1.6.L30.90" scte214:supplementalCodecs="dvh1.08.04" \
      scte214:supplementalProfiles="db4h""#;
    assert!(manifest.contains(&unfolded(codecs)), "{manifest}");
    let colours = lines(&manifest, "<EssentialProperty schemeIdUri=\"urn:mpeg:mpegB:cicp:");
    let expected =
        [("ColourPrimaries", 9), ("TransferCharacteristics", 18), ("MatrixCoefficients", 9)];
    let expected = expected.map(|(name, point)| {
        format!(r#"<EssentialProperty schemeIdUri="urn:mpeg:mpegB:cicp:{name}" value="{point}"/>"#)
    });
    // The video, and its key frames.
    assert_eq!(colours, [&expected[..], &expected].concat());
}
