//! Server manifests: real ones, those that must be refused, and random ones that are written and
//! read again.

use std::num::NonZeroU32;

use dynpack_media::Role;
use dynpack_smooth::{Error, FileName, Formats, Param, ServerManifest, ServerTrack, TrackKind};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

/// A manifest written by hand.
const BY_HAND: &str = r#"<?xml version="1.0" encoding="utf-8" standalone="yes"?>
<smil xmlns="http://www.w3.org/2001/SMIL20/Language">
  <head><meta name="formats" content="mp4" /></head>
  <body><switch>
    <video src="a_1000.mp4" /> <video src="a_400.mp4" />
    <audio src="a_400.mp4" title="English" />
    <audio src="spanish.mp4" title="Spanish" SystemLanguage="spa"/>
  </switch></body>
</smil>"#;

/// A manifest from an encoder, with some of every feature.
const GENERATED: &str = r#"<?xml version="1.0" encoding="utf-8"?>
<smil xmlns="http://www.w3.org/2001/SMIL20/Language">
  <head>
    <meta name="clientManifestRelativePath" content="ignite.ismc"/>
    <meta name="formats" content="mp4-v3"/>
    <meta name="fragmentsPerHLSSegment" content="1"/>
    <meta name="creator" content="Encoder &amp; Sons"/>
  </head>
  <body>
    <switch>
      <video src="ignite_320x180.mp4" systemBitrate="381048">
        <param name="systemBitrate" value="381048" valuetype="data"/>
        <param name="trackID" value="1" valuetype="data"/>
        <param name="trackName" value="video" valuetype="data"/>
        <param name="trackIndex" value="ignite_320x180.mpi" valuetype="data"/>
      </video>
      <audio src="ignite_320x180.mp4" systemBitrate="128041" systemLanguage="eng">
        <param name="systemBitrate" value="128041" valuetype="data"/>
        <param name="systemLanguage" value="eng" valuetype="data"/>
        <param name="trackID" value="2" valuetype="data"/>
        <param name="trackName" value="aac_eng_2_128041_2_1" valuetype="data"/>
        <param name="accessibility" value="description" valuetype="data"/>
        <param name="role" value="alternate" valuetype="data"/>
      </audio>
      <textstream src="sample.cmft" systemBitrate="52" systemLanguage="en-us">
        <param name="systemBitrate" value="52" valuetype="data"/>
        <param name="systemLanguage" value="en-us" valuetype="data"/>
        <param name="trackID" value="1" valuetype="data"/>
        <param name="trackName" value="subt_en-us" valuetype="data"/>
        <param name="transcriptsrc" value="en-us.vtt" valuetype="data"/>
        <param name="textIsDefault" value="TRUE" valuetype="data"/>
        <param name="textHlsCharacteristic" value="public.accessibility.transcribes-spoken-dialog" valuetype="data"/>
        <param name="textDisplayName" value="English" valuetype="data"/>
        <param name="outputFlag" value="3" valuetype="data"/>
      </textstream>
    </switch>
  </body>
</smil>
"#;

#[test]
fn a_manifest_written_by_hand_has_defaults_for_everything_else() {
    let manifest = ServerManifest::parse(BY_HAND.as_bytes()).unwrap();
    assert_eq!(
        (manifest.formats, manifest.client_manifest, manifest.fragments_per_hls_segment),
        (Formats::Mp4, None, None)
    );
    let tracks: Vec<_> = manifest
        .tracks
        .iter()
        .map(|track| (track.name(), track.src.as_str(), track.label()))
        .collect();
    let expected = [
        ("video", "a_1000.mp4", None),
        ("video", "a_400.mp4", None),
        ("audio", "a_400.mp4", Some("English")),
        ("audio", "spanish.mp4", Some("Spanish")),
    ];
    assert_eq!(tracks, expected);
    assert!(manifest.tracks.iter().all(|track| track.bitrate.is_none()
        && track.track_id.is_none()
        && track.role().is_none()));
    assert_eq!(manifest.tracks[2].language(), None);
    assert_eq!(manifest.tracks[3].language().unwrap().tag(), "es");
}

#[test]
fn a_generated_manifest_is_read_and_written_unchanged() {
    let manifest = ServerManifest::parse(GENERATED.as_bytes()).unwrap();
    assert_eq!(manifest.client_manifest.as_ref().unwrap().as_str(), "ignite.ismc");
    assert_eq!(
        (&manifest.formats, manifest.fragments_per_hls_segment),
        (&Formats::Mp4V3, NonZeroU32::new(1))
    );
    assert_eq!(manifest.meta, [Param::new("creator".into(), "Encoder & Sons".into())]);
    let [video, audio, text] = manifest.tracks.as_slice() else { panic!("{:?}", manifest.tracks) };
    assert_eq!(
        (video.name(), video.track_index.as_ref().unwrap().as_str()),
        ("video", "ignite_320x180.mpi")
    );
    assert_eq!(
        (audio.name(), audio.track_id, audio.role()),
        ("aac_eng_2_128041_2_1", NonZeroU32::new(2), Some(Role::Description))
    );
    assert_eq!((audio.bitrate, audio.language().unwrap().tag()), (NonZeroU32::new(128_041), "en"));
    assert_eq!(
        (text.kind, text.label(), text.text.is_default),
        (TrackKind::Text, Some("English"), true)
    );
    assert_eq!(text.text.transcript.as_ref().unwrap().as_str(), "en-us.vtt");
    assert_eq!(
        (text.text.output_flag, text.text.hls_characteristics.as_slice()),
        (Some(3), &["public.accessibility.transcribes-spoken-dialog".to_owned()][..])
    );
    assert!(text.params.is_empty(), "{:?}", text.params);
    assert_eq!(manifest.to_xml(), GENERATED);
}

#[test]
fn the_shortest_manifest_has_no_params() {
    let video = ServerTrack::new(TrackKind::Video, FileName::new("a.mp4").unwrap());
    let xml = ServerManifest::new(vec![video]).to_xml();
    let expected = r#"<?xml version="1.0" encoding="utf-8"?>
<smil xmlns="http://www.w3.org/2001/SMIL20/Language">
  <head>
    <meta name="formats" content="mp4"/>
  </head>
  <body>
    <switch>
      <video src="a.mp4"/>
    </switch>
  </body>
</smil>
"#;
    assert_eq!(xml, expected);
}

#[test]
fn unknown_elements_are_ignored_and_names_have_no_case() {
    let text = r#"<SMIL><head><META name="CLIENTMANIFESTRELATIVEPATH" content="x.ismc"/><link/>
        <meta name="a"/></head><layout/><body><seq><video src="../not read"/></seq><Switch>
        <ref src="/y"/><Video SRC="a.ismv" x:new="1" systembitrate="0">
        <param name="TRACKID" value="7"><deeper/></param><param/>
        <other name="trackName" value="z"/></Video></Switch></body></SMIL>"#;
    let manifest = ServerManifest::parse(text.as_bytes()).unwrap();
    assert_eq!(
        (manifest.formats, manifest.client_manifest.unwrap().as_str()),
        (Formats::FragmentedMp4, "x.ismc")
    );
    let [video] = manifest.tracks.as_slice() else { panic!("{:?}", manifest.tracks) };
    assert_eq!(
        (video.src.as_str(), video.track_id, video.bitrate, video.name()),
        ("a.ismv", NonZeroU32::new(7), None, "video")
    );
}

/// What Azure's own samples declare of text: an attribute and a param disagree, the language is
/// empty, and two tracks share a name and a bitrate.
#[test]
fn texts_of_azure_are_read_as_they_are() {
    let tracks = concat!(
        r#"<textstream src="es-es.cmft" systemBitrate="50333" systemLanguage="">"#,
        r#"<param name="systemBitrate" value="0"/><param name="trackName" value="subt"/>"#,
        r#"<param name="textHlsCharacteristic" value=" public.easy-to-read,,public.a "/>"#,
        r#"<param name="outputFlag" value="?"/></textstream>"#,
        r#"<textstream src="fr.cmft" systemBitrate="50333" systemLanguage="">"#,
        r#"<param name="systemLanguage" value="fr-FR"/><param name="trackName" value="subt"/>"#,
        r#"</textstream>"#,
    );
    let manifest = with_tracks(tracks).unwrap();
    let [spanish, french] = manifest.tracks.as_slice() else { panic!("{manifest:?}") };
    for track in [spanish, french] {
        assert_eq!((track.name(), track.bitrate), ("subt", NonZeroU32::new(50_333)));
    }
    assert_eq!((spanish.language(), french.language().unwrap().tag()), (None, "fr-FR"));
    assert_eq!(spanish.text.hls_characteristics, ["public.easy-to-read", "public.a"]);
    assert_eq!(spanish.text.output_flag, None);
}

/// `ref` is SMIL's element for media of any kind. Its media type names the kind.
#[test]
fn references_are_tracks_of_their_media_type() {
    let tracks = concat!(
        r#"<ref src="a.mp4" type="video/mp4" systemBitrate="7"/>"#,
        r#"<ref src="b.mp4" type="audio/mp4"/><ref src="c.png" type="image/png"/>"#,
    );
    let manifest = with_tracks(tracks).unwrap();
    let listed: Vec<_> = manifest
        .tracks
        .iter()
        .map(|track| (track.kind, track.src.as_str(), track.bitrate.map_or(0, NonZeroU32::get)))
        .collect();
    assert_eq!(listed, [(TrackKind::Video, "a.mp4", 7), (TrackKind::Audio, "b.mp4", 0)]);
}

fn with_tracks(tracks: &str) -> Result<ServerManifest, Error> {
    ServerManifest::parse(
        format!("<smil><body><switch>\n{tracks}</switch></body></smil>").as_bytes(),
    )
}

#[test]
fn names_that_lead_out_of_the_asset_are_an_error_of_their_own() {
    for (src, problem) in [
        ("../secret.mp4", "is a path"),
        ("..", "is a folder"),
        ("a/../../b.mp4", "is a path"),
        ("/etc/passwd", "is an absolute path"),
        ("\\\\host\\share", "is an absolute path"),
        ("..\\b.mp4", "is a path"),
        ("C:b.mp4", "holds a colon"),
        ("http://elsewhere/a.mp4", "is a URL"),
        ("&#46;&#46;&#47;b.mp4", "is a path"),
    ] {
        for track in [
            format!("<video src='{src}'/>"),
            format!("<video src='a'><param name='trackIndex' value='{src}'/></video>"),
            format!("<textstream src='a'><param name='transcriptsrc' value='{src}'/></textstream>"),
        ] {
            let error = with_tracks(&track).unwrap_err();
            assert!(matches!(error, Error::OutsideAsset { .. }), "{track}: {error}");
            assert!(
                error.to_string().starts_with("not a file of the asset at line 2, column 1: "),
                "{error}"
            );
            assert!(error.to_string().ends_with(problem), "{error}");
        }
    }
    for meta in ["clientManifestRelativePath", "markers"] {
        let head = format!("<smil><head><meta name='{meta}' content='../a.b'/></head></smil>");
        let error = ServerManifest::parse(head.as_bytes()).unwrap_err();
        assert_eq!(
            error.to_string(),
            "not a file of the asset at line 1, column 13: \"../a.b\" is a path"
        );
    }
}

#[test]
fn invalid_tracks_are_refused_with_their_position() {
    for (tracks, expected) in [
        ("", "malformed at line 1, column 1: lists no video, audio or textstream"),
        ("<audio/>", "malformed at line 2, column 1: <audio> has no src"),
        ("<audio src=''/>", "malformed at line 2, column 1: src is empty"),
        ("<audio src='a\u{7f}b'/>", "malformed at line 2, column 1: src holds a control character"),
        (
            "<audio src='a' systemBitrate='-1'/>",
            "malformed at line 2, column 1: systemBitrate is not a number in range: \"-1\"",
        ),
        (
            "<audio src='a' trackID='0'/>",
            "malformed at line 2, column 1: trackID is not a number in range: \"0\"",
        ),
        (
            "<audio src='a' trackID='4294967296'/>",
            "malformed at line 2, column 1: trackID is not a number in range: \"4294967296\"",
        ),
        (
            "<audio src='a'/>\n<audio src='a'/>",
            "malformed at line 3, column 1: \"a\" is listed twice as the same audio track",
        ),
        (
            "<audio src='a' trackName='x' systemBitrate='5'/>\
             <audio src='b' trackName='x' systemBitrate='5'/>",
            "malformed at line 2, column 49: the track name \"x\" is used twice at 5 bit/s",
        ),
        (
            "<audio src='a'/><video src='b' trackName='audio'/>",
            "malformed at line 2, column 17: the track name \"audio\" is used for two \
             kinds of media",
        ),
    ] {
        assert_eq!(with_tracks(tracks).unwrap_err().to_string(), expected, "{tracks}");
    }
    let many: String =
        (0..=ServerManifest::MAX_TRACKS).map(|at| format!("<audio src='{at}'/>")).collect();
    assert_eq!(
        with_tracks(&many).unwrap_err().to_string(),
        "the tracks of the manifest pass the limit of 1000"
    );
    let zero = "<smil><head><meta name='fragmentsPerHLSSegment' content='0'/></head></smil>";
    let problem = ServerManifest::parse(zero.as_bytes()).unwrap_err().to_string();
    assert_eq!(
        problem,
        "malformed at line 1, column 13: fragmentsPerHLSSegment is not a number in range: \"0\""
    );
}

#[test]
fn entities_and_long_manifests_are_refused() {
    let bomb = "<!DOCTYPE smil [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;'>]>\
                <smil><body><switch><video src='&b;'/></switch></body></smil>";
    assert!(matches!(ServerManifest::parse(bomb.as_bytes()), Err(Error::NotSupported { .. })));
    let long = vec![b' '; ServerManifest::MAX_BYTES + 1];
    assert!(matches!(ServerManifest::parse(&long), Err(Error::LimitExceeded { .. })));
}

/// A text that can be a value: not empty, without space at its ends, and with characters that XML
/// allows.
fn text() -> impl Strategy<Value = String> {
    "[!-~é€😀]([ -~é€😀\t\n]{0,6}[!-~é€😀])?"
}

fn file_name() -> impl Strategy<Value = FileName> {
    "[!-.0-9;-\\[\\]-~é]([ -.0-9;-\\[\\]-~é]{0,6}[!-.0-9;-\\[\\]-~é])?"
        .prop_filter_map("a plain name", |name| FileName::new(&name))
}

fn number() -> impl Strategy<Value = Option<NonZeroU32>> {
    option::of(any::<u32>()).prop_map(|number| number.and_then(NonZeroU32::new))
}

fn params() -> impl Strategy<Value = Vec<Param>> {
    vec(("[xyz]{1,3}", text()).prop_map(|(name, value)| Param::new(name, value)), 0..3)
}

fn track() -> impl Strategy<Value = ServerTrack> {
    let texts = vec(option::of(text()), 6);
    let uti = "[a-z.-]{1,9}";
    let files = vec(option::of(file_name()), 2);
    let kind = prop_oneof![Just(TrackKind::Video), Just(TrackKind::Audio), Just(TrackKind::Text)];
    let text_params = (any::<bool>(), vec(uti, 0..3), option::of(any::<u32>()));
    (kind, file_name(), texts, files, number(), number(), text_params, params()).prop_map(
        |(kind, src, texts, files, bitrate, track_id, text_params, params)| {
            let mut track = ServerTrack::new(kind, src);
            (track.bitrate, track.track_id, track.params) = (bitrate, track_id, params);
            (track.text.is_default, track.text.hls_characteristics, track.text.output_flag) =
                text_params;
            let (mut texts, mut files) = (texts.into_iter(), files.into_iter());
            for field in [
                &mut track.language,
                &mut track.title,
                &mut track.accessibility,
                &mut track.role,
                &mut track.text.display_name,
                &mut track.text.encoding,
            ] {
                *field = texts.next().flatten();
            }
            (track.track_index, track.text.transcript) =
                (files.next().flatten(), files.next().flatten());
            track
        },
    )
}

fn manifest() -> impl Strategy<Value = ServerManifest> {
    let formats = prop_oneof![
        Just(Formats::FragmentedMp4),
        Just(Formats::Mp4V3),
        Just(Formats::Other("new".into()))
    ];
    let names = (option::of(file_name()), option::of(file_name()));
    (names, formats, number(), params(), vec(track(), 1..5)).prop_map(
        |((client_manifest, markers), formats, packing, meta, tracks)| {
            let mut manifest = ServerManifest::new(tracks);
            for (at, track) in manifest.tracks.iter_mut().enumerate() {
                track.track_name = (at > 0).then(|| format!("track {at}"));
            }
            (manifest.client_manifest, manifest.formats) = (client_manifest, formats);
            (manifest.fragments_per_hls_segment, manifest.meta) = (packing, meta);
            manifest.markers = markers;
            manifest
        },
    )
}

proptest! {
    #[test]
    fn a_written_manifest_is_read_back(manifest in manifest()) {
        let xml = manifest.to_xml();
        match ServerManifest::parse(xml.as_bytes()) {
            Ok(read) => prop_assert_eq!(read, manifest),
            Err(error) => {
                let is_twice = error.to_string().contains("listed twice");
                prop_assert!(is_twice, "{}\n{}", error, xml);
            }
        }
    }

    #[test]
    fn a_damaged_manifest_never_panics(
        at in 0..GENERATED.len(),
        byte in any::<u8>(),
        cut in any::<bool>(),
    ) {
        let mut bytes = GENERATED.as_bytes().to_vec();
        bytes[at] = byte;
        if cut {
            bytes.truncate(at);
        }
        match ServerManifest::parse(&bytes) {
            Ok(manifest) => prop_assert!(!manifest.tracks.is_empty()),
            Err(error) => prop_assert!(!error.to_string().is_empty()),
        }
    }

    #[test]
    fn any_elements_are_read_or_refused(parts in vec(prop_oneof![
        Just("<smil>"), Just("</smil>"), Just("<body>"), Just("</body>"), Just("<switch>"),
        Just("</switch>"), Just("<video src='a'>"), Just("</video>"),
        Just("<param name='trackID' value='1'/>"), Just("&amp;"), Just("&x;"), Just("<![CDATA["),
        Just("]]>"), Just("<!--"), Just("-->"), Just("<?a"), Just("?>"), Just("x"), Just("'"),
        Just("<"), Just(">"),
    ], 0..24)) {
        let _ = ServerManifest::parse(parts.concat().as_bytes());
    }
}
