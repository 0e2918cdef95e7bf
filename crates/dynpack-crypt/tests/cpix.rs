//! CPIX documents as key servers send them, and as nobody should.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::Arc;

use bytes::Bytes;
use dynpack_crypt::cpix::Cpix;
use dynpack_crypt::{ContentKey, Error, SystemId};
use dynpack_media::{
    AacConfig, AvcConfig, Codec, Column, Cuts, Rendition, SampleColumns, SampleIndex, SampleTable, SourceIndex, Timescale, Track,
    TrackId,
};
use proptest::prelude::*;

/// An answer in the manner of SPEKE 2, with one key each for small and for large video, and one for audio.
const ANSWER: &str = include_str!("data/speke.xml");

const SD: &str = "ad13f9ea-2be6-98b8-75f5-04a8e3ccea64";
const HD: &str = "13a75306-d118-917b-47a6-c1836442516f";
const AUDIO: &str = "558ee541-b90a-b2f3-950d-00ade3760d45";

fn rendition(name: &str, bitrate: u32, codec: Codec, frame_rate: u32) -> Rendition {
    let columns = SampleColumns {
        durations: Column::constant(1, 100),
        composition_offsets: Column::constant(0, 100),
        sizes: Column::constant(10, 100),
        chunks: vec![(SampleIndex(0), 0)],
        sync_samples: None,
    };
    let clock = Timescale::new(frame_rate).unwrap();
    let track = Track::new(TrackId(1), clock, codec, Bytes::new(), SampleTable::new(columns).unwrap());
    Rendition::new(name.into(), bitrate, SourceIndex(0), Arc::new(track), Arc::new(Cuts::default()))
}

fn video(width: u16, height: u16, frame_rate: u32) -> Rendition {
    let record = Bytes::from_static(&[1, 0x64, 0, 0x1f, 0xff, 0xe1, 0, 3, 0x67, 0x64, 0, 1, 0, 2, 0x68, 0xee]);
    rendition("video", 1_000_000, Codec::Avc(AvcConfig::parse(record, width, height, false).unwrap()), frame_rate)
}

fn audio(bitrate: u32) -> Rendition {
    rendition("audio", bitrate, Codec::Aac(AacConfig::parse(Bytes::from_static(&[0x11, 0x90]), 2).unwrap()), 48_000)
}

fn key_for(cpix: &Cpix, rendition: &Rendition) -> Option<String> {
    cpix.key_for(rendition).unwrap().map(|key| key.id.to_string())
}

/// A document with `body` in its root element.
fn document(body: &str) -> String {
    format!(r#"<CPIX xmlns="urn:dashif:org:cpix" xmlns:pskc="urn:ietf:params:xml:ns:keyprov:pskc">{body}</CPIX>"#)
}

fn problem(document: &str) -> String {
    Cpix::parse(document.as_bytes()).unwrap_err().to_string()
}

/// A key in the clear.
fn key(id: &str) -> String {
    let value = "AAECAwQFBgcICQoLDA0ODw==";
    format!(
        r#"<ContentKey kid="{id}"><Data><pskc:Secret><pskc:PlainValue>{value}</pskc:PlainValue></pskc:Secret></Data></ContentKey>"#
    )
}

#[test]
fn an_answer_tells_keys_and_systems() {
    let cpix = Cpix::parse(ANSWER.as_bytes()).unwrap();
    assert_eq!(cpix.content_id.as_deref(), Some("film"));
    let ids: Vec<_> = cpix.keys.iter().map(|key| key.id.to_string()).collect();
    assert_eq!(ids, [SD, HD, AUDIO]);
    let first = &cpix.keys[0];
    assert_eq!(first.key, Some(ContentKey::from_hex("be7df8a3667a6a8fd564d0ed81339a95").unwrap()));
    assert_eq!(
        (first.scheme.as_deref(), first.iv.unwrap().to_string().as_str()),
        (Some("cbcs"), "0x000102030405060708090a0b0c0d0e0f")
    );
    let systems: Vec<_> = cpix.systems_of(first.id).collect();
    let [widevine, playready, fairplay] = systems[..] else { panic!("{systems:?}") };
    assert_eq!(
        (widevine.system, playready.system, fairplay.system),
        (SystemId::WIDEVINE, SystemId::PLAYREADY, SystemId::FAIRPLAY)
    );
    assert!(widevine.pssh.as_ref().is_some_and(|pssh| pssh[4..8] == *b"pssh"));
    assert_eq!(playready.content_protection.as_deref(), Some("<mspr:pro>AAAA</mspr:pro>"));
    assert_eq!(playready.smooth_header.as_deref(), Some("AAAA"));
    assert_eq!(fairplay.key_uri.as_deref(), Some("skd://keys.example/1"));
    assert_eq!(fairplay.media_playlist.as_deref(), Some("#EXT-X-KEY:METHOD=SAMPLE-AES"));
    assert_eq!(fairplay.multivariant_playlist.as_deref(), Some("#EXT-X-SESSION-KEY:METHOD=SAMPLE-AES"));
}

#[test]
fn rules_give_each_track_its_key() {
    let cpix = Cpix::parse(ANSWER.as_bytes()).unwrap();
    for (rendition, expected) in [
        (video(640, 360, 30), Some(SD)),
        (video(1024, 576, 30), Some(SD)),
        (video(1025, 576, 30), Some(HD)),
        (video(1920, 1080, 30), Some(HD)),
        (video(1920, 1080, 31), None),
        (video(3840, 2160, 30), None),
        (audio(128_000), Some(AUDIO)),
    ] {
        assert_eq!(key_for(&cpix, &rendition).as_deref(), expected, "{:?}", rendition.track.codec.dimensions());
    }
}

#[test]
fn rules_go_by_bitrate_label_and_intended_type_too() {
    let rules = format!(
        r#"<ContentKeyList>{}{}{}</ContentKeyList><ContentKeyUsageRuleList>
        <ContentKeyUsageRule kid="{SD}"><AudioFilter/><BitrateFilter maxBitrate="64000"/><BitrateFilter minBitrate="200000"/></ContentKeyUsageRule>
        <ContentKeyUsageRule kid="{HD}" intendedTrackType="VIDEO"/>
        <ContentKeyUsageRule kid="{AUDIO}"><AudioFilter minChannels="1" maxChannels="2"/><LabelFilter label="audio"/><BitrateFilter minBitrate="64001" maxBitrate="199999"/></ContentKeyUsageRule>
        </ContentKeyUsageRuleList>"#,
        key(SD),
        key(HD),
        key(AUDIO)
    );
    let cpix = Cpix::parse(document(&rules).as_bytes()).unwrap();
    let given = [audio(64_000), audio(64_001), audio(200_000), video(640, 360, 25)].map(|rendition| key_for(&cpix, &rendition));
    assert_eq!(given.each_ref().map(Option::as_deref), [Some(SD), Some(AUDIO), Some(SD), Some(HD)]);
}

#[test]
fn one_key_without_rules_is_for_all() {
    let one = Cpix::parse(document(&format!("<ContentKeyList>{}</ContentKeyList>", key(SD))).as_bytes()).unwrap();
    assert_eq!(key_for(&one, &audio(1)).as_deref(), Some(SD));
    let two = Cpix::parse(document(&format!("<ContentKeyList>{}{}</ContentKeyList>", key(SD), key(HD))).as_bytes()).unwrap();
    let error = two.key_for(&audio(1)).unwrap_err().to_string();
    assert_eq!(error, "the CPIX document does not tell one key: it has 2 and no rules for their use");
    let none = Cpix::parse(document("").as_bytes()).unwrap().key_for(&audio(1)).unwrap_err().to_string();
    assert_eq!(none, "the CPIX document does not tell one key: it has none");
}

#[test]
fn rules_which_contradict_each_other_are_refused() {
    let rule = |id: &str| format!(r#"<ContentKeyUsageRule kid="{id}"/>"#);
    let with_rules = |rules: String| {
        let body =
            format!("<ContentKeyList>{}</ContentKeyList><ContentKeyUsageRuleList>{rules}</ContentKeyUsageRuleList>", key(SD));
        Cpix::parse(document(&body).as_bytes()).unwrap().key_for(&audio(5)).map(|key| key.map(|key| key.id.to_string()))
    };
    let expected = format!("the CPIX document does not tell one key: its rules give both {SD} and {HD} to \"audio\" at 5 bit/s");
    assert_eq!(with_rules(rule(SD) + &rule(HD)).unwrap_err().to_string(), expected);
    assert!(with_rules(rule(HD)).unwrap_err().to_string().ends_with(&format!("a rule gives {HD}, which it does not hold")));
    assert_eq!(with_rules(rule(SD) + &rule(SD)).unwrap().as_deref(), Some(SD));
}

#[test]
fn encrypted_keys_have_an_error_of_their_own() {
    let body = format!(
        r#"<ContentKeyList><ContentKey kid="{SD}"><Data><pskc:Secret><pskc:EncryptedValue/></pskc:Secret></Data></ContentKey></ContentKeyList>"#
    );
    let error = Cpix::parse(document(&body).as_bytes()).unwrap_err();
    assert_eq!(error, Error::EncryptedKey(SD.parse().unwrap()));
    assert_eq!(error.to_string(), format!("the CPIX document holds the key {SD} encrypted: only keys in the clear can be read"));
}

#[test]
fn what_is_malformed_is_refused_without_repeating_secrets() {
    let with_key = |value: &str| {
        let secret = format!("<Data><pskc:Secret><pskc:PlainValue>{value}</pskc:PlainValue></pskc:Secret></Data>");
        document(&format!(r#"<ContentKeyList><ContentKey kid="{SD}">{secret}</ContentKey></ContentKeyList>"#))
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
        ("<!DOCTYPE CPIX [<!ENTITY a 'b'>]><CPIX/>".into(), "needs what is not supported: a document type declaration"),
        (with_key("c2VjcmV0"), "not a key: it is not the Base64 of 16 bytes"),
        (keys("<ContentKey/>"), "an element without kid"),
        (keys("<ContentKey kid='1'/>"), "not a key id: there are not 32 hexadecimal digits"),
        (keys(&format!("{}{}", key(SD), key(SD))), &format!("a second key {SD}")),
        (
            keys(&format!("<ContentKey kid='{SD}' dependsOnKey='{HD}'/>")),
            "needs what is not supported: keys that depend on others",
        ),
        (keys(&format!("<ContentKey kid='{SD}' explicitIV='AAAA'/>")), "explicitIV is not the Base64 of 16 bytes"),
        (rule("<KeyPeriodFilter periodId='1'/>"), "needs what is not supported: key periods"),
        (rule("<BitrateFilter minBitrate='-1'/>"), "minBitrate is no number"),
    ] {
        let problem = problem(&text);
        assert!(problem.contains(expected), "{text}: {problem}");
        assert!(!problem.contains("secret") && !problem.contains("c2VjcmV0"), "{problem}");
    }
}

#[test]
fn limits_have_names() {
    let nested = "<a>".repeat(33);
    assert_eq!(problem(&nested), "the elements around each other pass the limit of 32");
    let many = document(&"<a/>".repeat(1 << 14));
    assert_eq!(problem(&many), "the elements of the CPIX document pass the limit of 16384");
    let attributes: String = (0..65).map(|at| format!(" a{at}=''")).collect();
    assert_eq!(problem(&format!("<CPIX{attributes}/>")), "the attributes of an element pass the limit of 64");
    let long = " ".repeat(Cpix::MAX_BYTES + 1);
    assert_eq!(problem(&long), "the bytes of the CPIX document pass the limit of 1048576");
}

proptest! {
    #[test]
    fn a_damaged_answer_does_no_harm(at in 0..ANSWER.len(), damage in any::<[u8; 2]>(), len in 0..ANSWER.len()) {
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
