//! CPIX documents as key servers send them, and invalid ones.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::Arc;

use dynpack_codec::{Codec, Video};
use dynpack_crypt::cpix::Cpix;
use dynpack_crypt::{ContentKey, Error, SystemId};
use dynpack_media::{Cuts, Rendition, RenditionId, SourceIndex};
use dynpack_testkit::{AAC_48_STEREO, AVCC, TrackBuilder, codec};
use proptest::prelude::*;

/// A response as in SPEKE 2, with one key each for SD video, HD video and audio.
const ANSWER: &str = include_str!("data/speke.xml");

const SD: &str = "ad13f9ea-2be6-98b8-75f5-04a8e3ccea64";
const HD: &str = "13a75306-d118-917b-47a6-c1836442516f";
const AUDIO: &str = "558ee541-b90a-b2f3-950d-00ade3760d45";

/// A hundred samples of one tick each, without cuts.
fn rendition(name: &str, bitrate: u32, codec: Codec, clock: u32) -> Rendition {
    let track = TrackBuilder::video(clock, 1, 100, 1).with_codec(codec).build();
    Rendition::new(
        RenditionId::new(name, bitrate),
        SourceIndex(0),
        Arc::new(track),
        Arc::new(Cuts::default()),
    )
}

fn video(width: u16, height: u16, frame_rate: u32) -> Rendition {
    rendition("video", 1_000_000, codec::avc(AVCC, (width, height)), frame_rate)
}

fn audio(bitrate: u32) -> Rendition {
    rendition("audio", bitrate, codec::aac(AAC_48_STEREO), 48_000)
}

fn key_for(cpix: &Cpix, rendition: &Rendition) -> Result<String, String> {
    cpix.key_for(rendition).map(|key| key.id.to_string()).map_err(|error| error.to_string())
}

/// The error of a document that gives no key to the video or the audio of these tests.
fn no_rule(name: &str, bitrate: u32) -> String {
    format!(
        "the CPIX document gives no single key: none of its rules gives one to {name:?} at \
         {bitrate} bit/s"
    )
}

/// A document with `body` in its root element.
fn document(body: &str) -> String {
    format!(
        r#"<CPIX xmlns="urn:dashif:org:cpix"
            xmlns:pskc="urn:ietf:params:xml:ns:keyprov:pskc">{body}</CPIX>"#
    )
}

fn problem(document: &str) -> String {
    Cpix::parse(document.as_bytes()).unwrap_err().to_string()
}

/// A clear key.
fn key(id: &str) -> String {
    let value = "AAECAwQFBgcICQoLDA0ODw==";
    format!(
        r#"<ContentKey kid="{id}"><Data><pskc:Secret><pskc:PlainValue>{value}</pskc:PlainValue>
            </pskc:Secret></Data></ContentKey>"#
    )
}

#[test]
fn a_response_gives_keys_and_systems() {
    let cpix = Cpix::parse(ANSWER.as_bytes()).unwrap();
    let ids: Vec<_> = cpix.keys.iter().map(|key| key.id.to_string()).collect();
    assert_eq!(ids, [SD, HD, AUDIO]);
    let first = &cpix.keys[0];
    assert_eq!(first.key, Some(ContentKey::from_hex("be7df8a3667a6a8fd564d0ed81339a95").unwrap()));
    assert_eq!(
        (first.scheme.as_deref(), first.iv.unwrap().to_string().as_str()),
        (Some("cbcs"), "0x000102030405060708090a0b0c0d0e0f")
    );
    let systems: Vec<_> = cpix.systems_of(first.id).collect();
    let [fairplay, widevine, playready] = systems[..] else { panic!("{systems:?}") };
    assert_eq!(
        (fairplay.system, widevine.system, playready.system),
        (SystemId::FAIRPLAY, SystemId::WIDEVINE, SystemId::PLAYREADY)
    );
    assert!(widevine.pssh.as_ref().is_some_and(|pssh| pssh[4..8] == *b"pssh"));
    assert!(
        playready.smooth_header.as_ref().is_some_and(|header| header.starts_with("IAIAAAEA")),
        "{playready:?}"
    );
    assert_eq!((fairplay.pssh.as_ref(), fairplay.key_uri.as_ref()), (None, None));
    for key in [&fairplay.media_key, &fairplay.session_key] {
        let key = key.as_ref().unwrap();
        assert_eq!(
            (key.method.as_str(), key.uri.as_str()),
            ("SAMPLE-AES", "skd://fairplay.speke.example/SD")
        );
        assert_eq!(key.format.as_deref(), Some("com.apple.streamingkeydelivery"));
        assert_eq!(key.format_versions.as_deref(), Some("1"));
    }
    assert!(widevine.media_key.is_some() && widevine.session_key == widevine.media_key);
    // Empty elements of servers are ignored.
    assert!(playready.media_key.is_some() && playready.session_key.is_none());
}

/// A document with one system that has this content. The key has the vector 0x000102…
fn with_system(content: &str) -> String {
    let iv = r#"explicitIV="AAECAwQFBgcICQoLDA0ODw==" kid"#;
    document(&format!(
        r#"<ContentKeyList>{}</ContentKeyList><DRMSystemList><DRMSystem kid="{SD}"
            systemId="{}">{content}</DRMSystem></DRMSystemList>"#,
        key(SD).replace("kid", iv),
        SystemId::FAIRPLAY
    ))
}

fn signalling(attributes: &str, text: &str) -> String {
    use base64::Engine;
    let data = base64::engine::general_purpose::STANDARD.encode(text);
    format!("<HLSSignalingData {attributes}>{data}</HLSSignalingData>")
}

#[test]
fn signalling_for_hls_is_read_as_tags() {
    let read =
        |content: &str| Cpix::parse(with_system(content).as_bytes()).unwrap().systems.remove(0);
    let text = "#EXT-X-VENDOR:a=\"b,c\"\r\n#EXT-X-KEY:METHOD=SAMPLE-AES,\
        IV=0X000102030405060708090a0b0c0d0e0f,URI=\"skd://a,b=c?\",\
                KEYFORMAT=\"com.apple.streamingkeydelivery\",X-OTHER=1\r\n";
    let system = read(&signalling("", text));
    let key = system.media_key.unwrap();
    assert_eq!(
        (key.uri.as_str(), key.format_versions, system.session_key),
        ("skd://a,b=c?", None, None)
    );
    let id = SD.replace('-', "").to_uppercase();
    let session = format!(
        "#EXT-X-SESSION-KEY:METHOD=SAMPLE-AES, URI=\"x\",KEYID=0x{id},KEYFORMAT=\"y\",\
         KEYFORMATVERSIONS=\"1/2\""
    );
    for playlist in ["master", "multiVariant"] {
        let system = read(&signalling(&format!("playlist=\"{playlist}\""), &session));
        let key = system.session_key.unwrap();
        assert_eq!(
            (key.format.as_deref(), key.format_versions.as_deref(), system.media_key),
            (Some("y"), Some("1/2"), None)
        );
    }
}

#[test]
fn unusable_signalling_for_hls_is_refused() {
    let key = "#EXT-X-KEY:METHOD=SAMPLE-AES,URI=\"skd://1\"";
    for (attributes, text, expected) in [
        ("", String::new() + "#EXTM3U", "HLSSignalingData: not exactly one #EXT-X-KEY"),
        ("", format!("{key}\n{key}"), "HLSSignalingData: not exactly one #EXT-X-KEY"),
        ("playlist='master'", key.into(), "HLSSignalingData: not exactly one #EXT-X-SESSION-KEY"),
        (
            "playlist='both'",
            key.into(),
            "HLSSignalingData: neither for media nor for multivariant playlists",
        ),
        ("", "#EXT-X-KEY:".into(), "HLSSignalingData: not a list of attributes"),
        ("", format!("{key},"), "HLSSignalingData: not a list of attributes"),
        ("", format!("{key},URI=\"skd://2\""), "HLSSignalingData: not a list of attributes"),
        ("", format!("{key}x"), "HLSSignalingData: not a list of attributes"),
        ("", format!("{key},KEYFORMAT=\"x"), "HLSSignalingData: not a list of attributes"),
        ("", format!("{key},keyformat=\"x\""), "HLSSignalingData: not a list of attributes"),
        ("", "#EXT-X-KEY:METHOD=NONE".into(), "HLSSignalingData: no URI"),
        ("", "#EXT-X-KEY:METHOD=SAMPLE-AES,URI=\"\"".into(), "HLSSignalingData: no URI"),
        ("", "#EXT-X-KEY:URI=\"skd://1\"".into(), "HLSSignalingData: no METHOD"),
        (
            "",
            "#EXT-X-KEY:METHOD=\"SAMPLE-AES\",URI=\"skd://1\"".into(),
            "HLSSignalingData: METHOD is wrongly quoted",
        ),
        (
            "",
            "#EXT-X-KEY:METHOD=SAMPLE-AES,URI=skd://1".into(),
            "HLSSignalingData: URI is not quoted",
        ),
        (
            "",
            format!("{key},IV=0x00112233445566778899aabbccddeeff"),
            "HLSSignalingData: its IV is not the explicitIV of the key",
        ),
        ("", format!("{key},IV=1"), "HLSSignalingData: its IV is not the explicitIV of the key"),
        (
            "",
            format!("{key},KEYID=0x{}", HD.replace('-', "")),
            "HLSSignalingData: its KEYID is not that of the key",
        ),
    ] {
        let problem = problem(&with_system(&signalling(attributes, &text)));
        assert!(problem.contains(expected), "{text}: {problem}");
    }
    let two = signalling("", key) + &signalling("playlist='media'", key);
    assert!(
        problem(&with_system(&two))
            .contains("HLSSignalingData: a second one for the same playlists")
    );
    assert!(problem(&with_system("<HLSSignalingData>?</HLSSignalingData>")).contains("not Base64"));
    for iv in ["0x000102030405060708090a0b0c0d0e0f", "1"] {
        let without = with_system(&signalling("", &format!("{key},IV={iv}")))
            .replace("explicitIV", "updateVersion");
        assert!(problem(&without).contains("its IV is not the explicitIV of the key"), "{without}");
    }
}

#[test]
fn rules_give_each_track_its_key() {
    let cpix = Cpix::parse(ANSWER.as_bytes()).unwrap();
    for (rendition, expected) in [
        (video(640, 360, 30), Ok(SD)),
        (video(1024, 576, 30), Ok(SD)),
        (video(1025, 576, 30), Ok(HD)),
        (video(1920, 1080, 30), Ok(HD)),
        // A track to which no rule applies has no key. That is never a reason to leave it clear.
        (video(1920, 1080, 31), Err(no_rule("video", 1_000_000))),
        (video(3840, 2160, 30), Err(no_rule("video", 1_000_000))),
        (audio(128_000), Ok(AUDIO)),
    ] {
        assert_eq!(
            key_for(&cpix, &rendition),
            expected.map(String::from),
            "{:?}",
            rendition.track.codec.video().map(Video::dimensions)
        );
    }
}

#[test]
fn rules_also_match_bitrate_and_label() {
    let rules = format!(
        r#"<ContentKeyList>{}{}{}</ContentKeyList><ContentKeyUsageRuleList>
        <ContentKeyUsageRule kid="{SD}"><AudioFilter/><BitrateFilter maxBitrate="64000"/>
          <BitrateFilter minBitrate="200000"/></ContentKeyUsageRule>
        <ContentKeyUsageRule kid="{HD}" intendedTrackType="AUDIO"><VideoFilter/>
          </ContentKeyUsageRule>
        <ContentKeyUsageRule kid="{AUDIO}"><AudioFilter minChannels="1" maxChannels="2"/>
          <LabelFilter label="audio"/><BitrateFilter minBitrate="64001" maxBitrate="199999"/>
          </ContentKeyUsageRule>
        </ContentKeyUsageRuleList>"#,
        key(SD),
        key(HD),
        key(AUDIO)
    );
    let cpix = Cpix::parse(document(&rules).as_bytes()).unwrap();
    let given = [audio(64_000), audio(64_001), audio(200_000), video(640, 360, 25)]
        .map(|rendition| key_for(&cpix, &rendition));
    assert_eq!(given, [SD, AUDIO, SD, HD].map(|id| Ok(id.to_owned())));
}

/// A document with one key, and a rule with that content.
fn with_rule(attributes: &str, content: &str) -> String {
    let rule =
        format!("<ContentKeyUsageRule kid='{SD}' {attributes}>{content}</ContentKeyUsageRule>");
    document(&format!(
        "<ContentKeyList>{}</ContentKeyList>\
             <ContentKeyUsageRuleList>{rule}</ContentKeyUsageRuleList>",
        key(SD)
    ))
}

/// The key that a rule gives to video and to audio.
fn given(attributes: &str, content: &str) -> [Result<String, String>; 2] {
    let cpix = Cpix::parse(with_rule(attributes, content).as_bytes()).unwrap();
    [video(1280, 720, 25), audio(5)].map(|rendition| key_for(&cpix, &rendition))
}

#[test]
fn a_rule_that_matches_no_track_gives_no_key() {
    let none = [Err(no_rule("video", 1_000_000)), Err(no_rule("audio", 5))];
    assert_eq!(given("", "<LabelFilter label='SD'/>"), none);
    assert_eq!(
        given("", "<VideoFilter maxPixels='500000'/><AudioFilter/>"),
        [none[0].clone(), Ok(SD.into())]
    );
    assert_eq!(given("", "<VideoFilter/>"), [Ok(SD.into()), none[1].clone()]);
}

/// It is only information for people (CPIX 2.3, `LabelFilter`).
#[test]
fn the_intended_type_of_track_has_no_effect() {
    let both = [Ok(SD.to_owned()), Ok(SD.to_owned())];
    for intended in ["VIDEO", "AUDIO", "ALL", "SD+HD"] {
        assert_eq!(given(&format!("intendedTrackType='{intended}'"), ""), both, "{intended}");
    }
    // SPEKE 2 writes a key for all tracks in this way.
    assert_eq!(given("intendedTrackType='ALL'", "<AudioFilter/><VideoFilter/>"), both);
}

/// A rule with an unknown filter may apply to any track (CPIX 2.3, usage rule filters).
#[test]
fn rules_with_unknown_filters_are_refused() {
    let expected =
        "the CPIX document needs an unsupported feature: a filter that is not in CPIX 2.3";
    for (attributes, content) in [
        ("", "<Whatever x='1'/>"),
        ("", "<VideoFilter/><x:CodecFilter xmlns:x='urn:x'/>"),
        ("", "<VideoFilter codec='hevc'/>"),
        ("", "<VideoFilter><CodecFilter/></VideoFilter>"),
        ("", "<AudioFilter language='de'/>"),
        ("", "<BitrateFilter minBitrate='1' codec='a'/>"),
        ("", "<LabelFilter label='a' not='b'/>"),
        ("only='audio'", ""),
    ] {
        assert_eq!(problem(&with_rule(attributes, content)), expected, "{attributes} {content}");
    }
    assert!(problem(&with_rule("", "<LabelFilter/>")).ends_with("a LabelFilter without a label"));
    assert!(
        problem(&with_rule("", "<BitrateFilter/>")).ends_with("a BitrateFilter without a bitrate")
    );
    assert!(
        problem(&with_rule("", "<VideoFilter hdr='yes'/>"))
            .ends_with("hdr is neither true nor false")
    );
    // Declarations of namespaces are not attributes.
    assert_eq!(
        given("xmlns:a='urn:a'", "<VideoFilter xmlns='urn:dashif:org:cpix'/>")[0],
        Ok(SD.into())
    );
}

/// An unknown value is not zero: a rule that depends on it cannot be applied.
#[test]
fn rules_that_depend_on_unknown_properties_are_refused() {
    let mut still = video(1280, 720, 25);
    let picture = TrackBuilder::video(25, 0, 1, 1).with_codec(still.track.codec.clone());
    still.track = Arc::new(picture.build());
    assert!(still.track.frame_rate().is_none());
    let unsized_video = video(0, 0, 25);
    let asks = |content: &str, rendition: &Rendition| {
        key_for(&Cpix::parse(with_rule("", content).as_bytes()).unwrap(), rendition)
    };
    let unknown = |what: &str| {
        let problem = format!(
            "a rule depends on the {what} of \"video\" at 1000000 bit/s, which is not known"
        );
        Err(format!("the CPIX document gives no single key: {problem}"))
    };
    for filter in [
        "<VideoFilter maxFps='30'/>",
        "<VideoFilter minFps='30'/>",
        "<VideoFilter/><VideoFilter maxPixels='1' maxFps='30'/>",
    ] {
        assert_eq!(asks(filter, &still), unknown("frame rate"), "{filter}");
    }
    for filter in ["<VideoFilter maxPixels='500000'/>", "<VideoFilter minPixels='0'/>"] {
        assert_eq!(asks(filter, &unsized_video), unknown("size of the picture"), "{filter}");
    }
    assert_eq!(
        [asks("<VideoFilter/>", &still), asks("<VideoFilter/>", &unsized_video)],
        [Ok(SD.into()), Ok(SD.into())]
    );
}

#[test]
fn one_key_without_rules_is_for_all() {
    let one =
        Cpix::parse(document(&format!("<ContentKeyList>{}</ContentKeyList>", key(SD))).as_bytes())
            .unwrap();
    assert_eq!(key_for(&one, &audio(1)).as_deref(), Ok(SD));
    let two = Cpix::parse(
        document(&format!("<ContentKeyList>{}{}</ContentKeyList>", key(SD), key(HD))).as_bytes(),
    )
    .unwrap();
    let error = two.key_for(&audio(1)).unwrap_err().to_string();
    assert_eq!(error, "the CPIX document gives no single key: it has 2 and no rules for their use");
    let none =
        Cpix::parse(document("").as_bytes()).unwrap().key_for(&audio(1)).unwrap_err().to_string();
    assert_eq!(none, "the CPIX document gives no single key: it has none");
}

#[test]
fn rules_that_contradict_each_other_are_refused() {
    let rule = |id: &str| format!(r#"<ContentKeyUsageRule kid="{id}"/>"#);
    let with_rules = |rules: String| {
        let body = format!(
            "<ContentKeyList>{}</ContentKeyList>\
             <ContentKeyUsageRuleList>{rules}</ContentKeyUsageRuleList>",
            key(SD)
        );
        Cpix::parse(document(&body).as_bytes())
            .unwrap()
            .key_for(&audio(5))
            .map(|key| key.id.to_string())
    };
    let expected = format!(
        "the CPIX document gives no single key: its rules give both {SD} and {HD} to \"audio\" \
         at 5 bit/s"
    );
    assert_eq!(with_rules(rule(SD) + &rule(HD)).unwrap_err().to_string(), expected);
    assert!(
        with_rules(rule(HD))
            .unwrap_err()
            .to_string()
            .ends_with(&format!("a rule refers to {HD}, which it does not contain"))
    );
    assert_eq!(with_rules(rule(SD) + &rule(SD)).unwrap(), SD);
}

#[test]
fn encrypted_keys_have_an_error_of_their_own() {
    let body = format!(
        r#"<ContentKeyList><ContentKey kid="{SD}"><Data><pskc:Secret><pskc:EncryptedValue/>
            </pskc:Secret></Data></ContentKey></ContentKeyList>"#
    );
    let error = Cpix::parse(document(&body).as_bytes()).unwrap_err();
    assert_eq!(error, Error::EncryptedKey(SD.parse().unwrap()));
    assert_eq!(
        error.to_string(),
        format!("the key {SD} of the CPIX document is encrypted: only clear keys can be read")
    );
}

#[test]
fn malformed_documents_are_refused_without_repeating_secrets() {
    let with_key = |value: &str| {
        let secret = format!(
            "<Data><pskc:Secret><pskc:PlainValue>{value}</pskc:PlainValue></pskc:Secret></Data>"
        );
        document(&format!(
            r#"<ContentKeyList><ContentKey kid="{SD}">{secret}</ContentKey></ContentKeyList>"#
        ))
    };
    let keys = |keys: &str| document(&format!("<ContentKeyList>{keys}</ContentKeyList>"));
    let rule = |filter: &str| {
        let rule = format!(r#"<ContentKeyUsageRule kid="{SD}">{filter}</ContentKeyUsageRule>"#);
        document(&format!("<ContentKeyUsageRuleList>{rule}</ContentKeyUsageRuleList>"))
    };
    for (text, expected) in [
        (String::new(), "malformed at byte 0: not well-formed XML"),
        ("<CPIX>".into(), "malformed at byte 6: not well-formed XML"),
        ("<MPD/>".into(), "malformed at byte 0: the root element is not CPIX"),
        ("<CPIX/>x".into(), "malformed at byte 7: not well-formed XML"),
        ("<CPIX/><CPIX/>".into(), "malformed at byte 7: not well-formed XML"),
        ("<CPIX>&secret;</CPIX>".into(), "malformed at byte 6: not well-formed XML"),
        ("<CPIX a='&secret;'/>".into(), "malformed at byte 0: not well-formed XML"),
        (
            "<!DOCTYPE CPIX [<!ENTITY a 'b'>]><CPIX/>".into(),
            "needs an unsupported feature: a document type declaration",
        ),
        (with_key("c2VjcmV0"), "not a key: it is not the Base64 of 16 bytes"),
        (keys("<ContentKey/>"), "an element without kid"),
        (keys("<ContentKey kid='1'/>"), "not a key id: there are not 32 hexadecimal digits"),
        (keys(&format!("{}{}", key(SD), key(SD))), &format!("a second key {SD}")),
        (
            keys(&format!("{}{}", key(SD), key(SD).replace("AAEC", "c2Vj"))),
            &format!("a second key {SD}"),
        ),
        (
            keys(&key(SD).replace(
                "</pskc:Secret>",
                "<pskc:PlainValue>c2VjcmV0</pskc:PlainValue></pskc:Secret>",
            )),
            "a second PlainValue",
        ),
        (
            keys(&key(SD).replace("</Data>", "<pskc:Secret>c2VjcmV0</pskc:Secret></Data>")),
            "a second Secret",
        ),
        (
            keys(&format!("<ContentKey kid='{SD}' dependsOnKey='{HD}'/>")),
            "needs an unsupported feature: keys that depend on others",
        ),
        (
            keys(&format!("<ContentKey kid='{SD}' explicitIV='AAAA'/>")),
            "explicitIV is not the Base64 of 16 bytes",
        ),
        (rule("<KeyPeriodFilter periodId='1'/>"), "needs an unsupported feature: key periods"),
        (rule("<BitrateFilter minBitrate='-1'/>"), "minBitrate is not a number"),
    ] {
        let problem = problem(&text);
        assert!(problem.contains(expected), "{text}: {problem}");
        assert!(!problem.contains("secret") && !problem.contains("c2VjcmV0"), "{problem}");
    }
}

#[test]
fn limits_have_names() {
    let nested = "<a>".repeat(33);
    assert_eq!(problem(&nested), "the nested elements pass the limit of 32");
    let many = document(&"<a/>".repeat(1 << 14));
    assert_eq!(problem(&many), "the elements of the CPIX document pass the limit of 16384");
    let attributes: String = (0..65).map(|at| format!(" a{at}=''")).collect();
    assert_eq!(
        problem(&format!("<CPIX{attributes}/>")),
        "the attributes of an element pass the limit of 64"
    );
    let long = " ".repeat(Cpix::MAX_BYTES + 1);
    assert_eq!(problem(&long), "the bytes of the CPIX document pass the limit of 1048576");
}

proptest! {
    #[test]
    fn a_damaged_response_does_no_harm(
        at in 0..ANSWER.len(),
        damage in any::<[u8; 2]>(),
        len in 0..ANSWER.len(),
    ) {
        let mut bytes = ANSWER.as_bytes().to_vec();
        bytes[at] = damage[0];
        bytes.insert(at, damage[1]);
        for document in [&bytes[..], &bytes[..len]] {
            if let Ok(cpix) = Cpix::parse(document) {
                let _ = (cpix.key_for(&audio(1)), cpix.key_for(&video(640, 360, 25)));
            }
        }
    }
}
