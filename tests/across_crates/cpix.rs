//! CPIX documents: which key they give to which track, and what they signal to DRM systems.

use dynpack::storage::Memory;
use dynpack::{CpixKeys, Dynpack, Encryption, Format};

use crate::support::published::{builder, locator, manifest_under, under};
use crate::support::{ask, get, sample_origin, text};

/// The id of the key of CPIX documents, and its value.
const CPIX_KEY: &str = "ad13f9ea-2be6-98b8-75f5-04a8e3ccea64";
const CPIX_VALUE: &str = "8OHSw7SlloaHaWpbPC0eDw==";

/// A CPIX document with one key, and those attributes, systems and usage rules.
fn cpix(attributes: &str, systems: &str, rules: &[&str]) -> String {
    let rules: String = rules
        .iter()
        .map(|rule| format!("<ContentKeyUsageRule kid=\"{CPIX_KEY}\">{rule}</ContentKeyUsageRule>"))
        .collect();
    format!(
        "<CPIX xmlns=\"urn:dashif:org:cpix\" xmlns:pskc=\"urn:ietf:params:xml:ns:keyprov:pskc\">\
         <ContentKeyList><ContentKey kid=\"{CPIX_KEY}\" {attributes}><Data>\
         <pskc:Secret><pskc:PlainValue>{CPIX_VALUE}</pskc:PlainValue></pskc:Secret></Data>\
         </ContentKey></ContentKeyList><DRMSystemList>{systems}</DRMSystemList>\
         <ContentKeyUsageRuleList>{rules}</ContentKeyUsageRuleList></CPIX>"
    )
}

/// The sample under the usual policies, with a document of keys for the locator of `policy`.
fn published_with(policy: &str, document: &str) -> Dynpack {
    let documents = Memory::new();
    documents.insert(format!("{}.xml", locator(policy)), document.to_owned());
    builder().keys(CpixKeys::new(documents)).build()
}

/// Resources of each kind, of video and audio of the sample.
const RESOURCES: [(Format, &str); 9] = [
    (Format::HlsCmaf, "manifest(format=m3u8-cmaf)"),
    (Format::HlsCmaf, "QualityLevels(157695)/Manifest(video,format=m3u8-cmaf)"),
    (Format::HlsCmaf, "QualityLevels(157695)/Fragments(video=i,format=m3u8-cmaf)"),
    (Format::HlsCmaf, "QualityLevels(157695)/Fragments(video=0,format=m3u8-cmaf)"),
    (Format::HlsCmaf, "QualityLevels(71182)/Fragments(audio_de=i,format=m3u8-cmaf)"),
    (Format::HlsV4, "QualityLevels(423476)/Fragments(video=0,format=m3u8-aapl)"),
    (
        Format::HlsV3,
        "QualityLevels(423476)/Fragments(video=0,audiotrack=audio_de,format=m3u8-aapl-v3)",
    ),
    (Format::Smooth, "QualityLevels(423476)/Fragments(video=0)"),
    (Format::DashCmaf, "manifest(format=mpd-time-cmaf)"),
];

/// A document decides which key is for which track, but never that a track stays clear. Only a
/// policy does.
#[tokio::test]
async fn a_track_without_a_key_is_refused() {
    let none = |name: &str, bitrate: u32| {
        format!(
            "the CPIX document gives no single key: none of its rules gives one to {name:?} at \
                {bitrate} bit/s"
        )
    };
    for (document, problem) in [
        (cpix("", "", &["<LabelFilter label=\"SD\"/>"]), none("video", 62_780)),
        (cpix("", "", &["<VideoFilter/>"]), none("audio_de", 71_182)),
        (
            cpix("", "", &["<VideoFilter maxPixels=\"500000\"/>", "<AudioFilter/>"]),
            none("video", 423_476),
        ),
        (
            cpix("", "", &["<VideoFilter/><Whatever/>", "<AudioFilter/>", "<VideoFilter/>"]),
            "the CPIX document needs an unsupported feature: a filter that is not in CPIX 2.3"
                .into(),
        ),
    ] {
        let dynpack = published_with("all", &document);
        for (format, resource) in RESOURCES {
            for way in format.encryptions() {
                let url = under("all", Some(way), &format!("/sample/sample.ism/{resource}"));
                let error = ask(&dynpack, &url).await.map(|_| url.clone()).unwrap_err();
                assert_eq!(
                    (error.status(), error.code()),
                    (500, "MPE_STORAGE_INTERNAL_ERROR"),
                    "{url}"
                );
                assert_eq!(
                    error.to_string(),
                    format!("the keys cannot be used: {problem}"),
                    "{url}"
                );
            }
        }
    }
}

/// The intended type of track does not restrict a rule.
#[tokio::test]
async fn a_rule_without_filters_is_for_all_tracks() {
    let document =
        cpix("", "", &[""]).replace("UsageRule kid", "UsageRule intendedTrackType=\"VIDEO\" kid");
    let (clear, dynpack) = (sample_origin(), published_with("all", &document));
    for track in
        ["QualityLevels(71182)/Fragments(audio_de=0", "QualityLevels(62780)/Fragments(video=0"]
    {
        let url = format!("/sample/sample.ism/{track},format=m3u8-cmaf)");
        assert_ne!(
            get(&dynpack, &under("all", Some(Encryption::Cenc), &url)).await,
            get(&clear, &url).await,
            "{url}"
        );
    }
}

#[tokio::test]
async fn a_key_is_used_for_the_scheme_of_its_document() {
    for (scheme, fitting) in [
        ("cenc", vec![Encryption::Cenc, Encryption::Piff]),
        ("SAMPLE-AES-CTR", vec![Encryption::Cenc, Encryption::Piff]),
        ("cbcs", vec![Encryption::CbcsAapl]),
        ("SAMPLE-AES", vec![Encryption::CbcsAapl]),
        ("AES-128", vec![Encryption::Cbc]),
        ("cbc1", vec![]),
    ] {
        let dynpack =
            published_with("all", &cpix(&format!("commonEncryptionScheme=\"{scheme}\""), "", &[]));
        for (format, way) in [Format::HlsCmaf, Format::Smooth]
            .into_iter()
            .flat_map(|format| format.encryptions().map(move |way| (format, way)))
        {
            let answer = ask(&dynpack, &manifest_under("all", format, Some(way))).await;
            if fitting.contains(&way) {
                assert_eq!(answer.unwrap().status, 200, "{scheme} {way}");
                continue;
            }
            let error = answer.unwrap_err();
            let problem = format!(
                "the CPIX document means the key {CPIX_KEY} for `{scheme}`, not for `{way}`"
            );
            assert_eq!(
                (error.status(), error.to_string()),
                (500, format!("the keys cannot be used: {problem}"))
            );
        }
    }
}

/// A document of a key server decides by its own rules, and its signalling for a system is used.
#[tokio::test]
async fn keys_come_from_cpix_documents() {
    let documents = Memory::new();
    let system = "<DRMSystem kid=\"ad13f9ea-2be6-98b8-75f5-04a8e3ccea64\" \
        systemId=\"94ce86fb-07ff-4f43-adb8-93d2fa968ca2\">\
                  <URIExtXKey>c2tkOi8vZ2l2ZW4=</URIExtXKey></DRMSystem>";
    let iv = "explicitIV=\"AAECAwQFBgcICQoLDA0ODw==\"";
    documents.insert(
        format!("{}.cbcs-aapl.xml", locator("all")),
        cpix(iv, system, &["<VideoFilter/>", "<AudioFilter/>"]),
    );
    documents.insert(
        format!("{}.cbcs-aapl.xml", locator("clear-audio")),
        cpix(iv, system, &["<VideoFilter/>"]),
    );
    documents.insert(format!("{}.xml", locator("key-per-track")), "<CPIX/>");
    let dynpack = builder().keys(CpixKeys::new(documents)).build();

    let playlist =
        text(&dynpack, &manifest_under("all", Format::HlsCmaf, Some(Encryption::CbcsAapl))).await;
    assert!(
        playlist.contains("URI=\"skd://given\",KEYFORMAT=\"com.apple.streamingkeydelivery\""),
        "{playlist}"
    );
    let ids: Vec<_> = playlist
        .match_indices("KEYID=0x")
        .map(|(at, found)| &playlist[at + found.len()..][..32])
        .collect();
    assert!(
        !ids.is_empty() && ids.iter().all(|id| *id == "ad13f9ea2be698b875f504a8e3ccea64"),
        "{playlist}"
    );
    // Tracks that the policy leaves clear need no key. The constant vector is the given one.
    let clear = sample_origin();
    let audio = "/sample/sample.ism/QualityLevels(71182)/Fragments(audio_de=i,format=m3u8-cmaf)";
    let video = "/sample/sample.ism/QualityLevels(62780)/Fragments(video=i,format=m3u8-cmaf)";
    assert_eq!(
        get(&dynpack, &under("clear-audio", Some(Encryption::CbcsAapl), audio)).await,
        get(&clear, audio).await
    );
    for (policy, track) in [("clear-audio", video), ("all", video), ("all", audio)] {
        let init = get(&dynpack, &under(policy, Some(Encryption::CbcsAapl), track)).await;
        assert!(
            init.windows(16).any(|window| window == (0..16).collect::<Vec<u8>>()),
            "{policy} {track}"
        );
    }
    // Other protections have no document, and the keys of the locator.
    let mpd =
        text(&dynpack, &manifest_under("all", Format::DashCmaf, Some(Encryption::Cenc))).await;
    assert!(mpd.contains("default_KID=\"12345670-1234-4234-8234-123456789abc\""), "{mpd}");
    // Without keys in a document, nothing is served unprotected.
    let error =
        ask(&dynpack, &manifest_under("key-per-track", Format::DashCmaf, Some(Encryption::Cenc)))
            .await
            .unwrap_err();
    assert_eq!((error.status(), error.code()), (500, "MPE_STORAGE_INTERNAL_ERROR"));
}

/// The response of a SPEKE 2 server is used unchanged: each track has its key, and its signalling
/// for systems is used.
#[tokio::test]
async fn a_response_of_speke_2_is_served() {
    let answer = include_str!("../../crates/dynpack-crypt/tests/data/speke.xml");
    let dynpack = published_with("all", answer);
    let tags = |text: &str, start: &str| -> Vec<String> {
        text.lines().filter(|line| line.starts_with(start)).map(str::to_owned).collect()
    };
    let fair_play = |tag: &str, track: &str, iv: &str| {
        let format = "KEYFORMAT=\"com.apple.streamingkeydelivery\",KEYFORMATVERSIONS=\"1\"";
        format!("{tag}:METHOD=SAMPLE-AES,URI=\"skd://fairplay.speke.example/{track}\"{iv},{format}")
    };
    for (format, is_transport_stream) in [(Format::HlsV4, true), (Format::HlsCmaf, false)] {
        let iv = |iv: &str| if is_transport_stream { format!(",IV=0x{iv}") } else { String::new() };
        let (sd, hd) =
            (iv("000102030405060708090a0b0c0d0e0f"), iv("101112131415161718191a1b1c1d1e1f"));
        let audio = iv("202122232425262728292a2b2c2d2e2f");
        let manifest =
            text(&dynpack, &manifest_under("all", format, Some(Encryption::CbcsAapl))).await;
        let session = tags(&manifest, "#EXT-X-SESSION-KEY");
        for (track, iv) in [("SD", &sd), ("HD", &hd), ("AUDIO", &audio)] {
            let expected = fair_play("#EXT-X-SESSION-KEY", track, iv);
            assert_eq!(
                session.iter().filter(|tag| **tag == expected).count(),
                1,
                "{expected}\n{manifest}"
            );
        }
        // The response has no signalling of PlayReady for multivariant playlists.
        assert!(!manifest.contains("com.microsoft.playready"), "{manifest}");
        assert_eq!(
            manifest.matches("edef8ba9").count(),
            if is_transport_stream { 0 } else { 3 },
            "{manifest}"
        );
        for (bitrate, name, track, iv) in [
            (62_780, "video", "SD", &sd),
            (423_476, "video", "HD", &hd),
            (71_182, "audio_de", "AUDIO", &audio),
        ] {
            let url = format!(
                "/sample/sample.ism/QualityLevels({bitrate})/Manifest({name},format={format})"
            );
            let playlist = text(&dynpack, &under("all", Some(Encryption::CbcsAapl), &url)).await;
            assert!(
                tags(&playlist, "#EXT-X-KEY").contains(&fair_play("#EXT-X-KEY", track, iv)),
                "{playlist}"
            );
            assert_eq!(
                playlist.contains("com.microsoft.playready"),
                !is_transport_stream,
                "{playlist}"
            );
        }
    }
    let mpd =
        text(&dynpack, &manifest_under("all", Format::DashCmaf, Some(Encryption::CbcsAapl))).await;
    let widevine =
        "AAAAO3Bzc2gAAAAA7e+LqXnWSs6jyCfc1R0h7QAAABsIARIQrRP56ivmmLh19QSo48zqZCIFc3Bla2U=";
    assert!(mpd.contains(&format!("<cenc:pssh>{widevine}</cenc:pssh>")), "{mpd}");
    // The server's headers and playlist tags replace ours.
    assert!(answer.contains("<cpix:ContentProtectionData>") && !mpd.contains("<pssh"), "{mpd}");
}

/// The signalling of a document must match how the segments are encrypted.
#[tokio::test]
async fn signalling_that_does_not_match_is_refused() {
    use base64::Engine;
    let signalled = |tag: &str| {
        let data = base64::engine::general_purpose::STANDARD.encode(tag);
        let system = "systemId=\"94ce86fb-07ff-4f43-adb8-93d2fa968ca2\"";
        cpix(
            "",
            &format!(
                "<DRMSystem kid=\"{CPIX_KEY}\" {system}><HLSSignalingData>{data}</HLSSignalingData>\
                    </DRMSystem>"
            ),
            &[],
        )
    };
    for (tag, problem) in [
        (
            "#EXT-X-KEY:METHOD=AES-128,URI=\"skd://1\",\
                KEYFORMAT=\"com.apple.streamingkeydelivery\"",
            "the METHOD `AES-128`, where segments are under SAMPLE-AES",
        ),
        ("#EXT-X-KEY:METHOD=SAMPLE-AES,URI=\"https://keys.example/1\"", "no KEYFORMAT"),
        (
            "#EXT-X-KEY:METHOD=SAMPLE-AES,URI=\"https://keys.example/1\",KEYFORMAT=\"identity\"",
            "a KEYFORMAT of no system",
        ),
    ] {
        let dynpack = published_with("all", &signalled(tag));
        let error =
            ask(&dynpack, &manifest_under("all", Format::HlsV4, Some(Encryption::CbcsAapl)))
                .await
                .unwrap_err();
        let system = "the HLSSignalingData of the CPIX document has for the system \
            94ce86fb-07ff-4f43-adb8-93d2fa968ca2";
        assert_eq!(
            (error.status(), error.to_string()),
            (500, format!("the keys cannot be used: {system} {problem}"))
        );
    }
    let pssh = "<PSSH>AAAAO3Bzc2gAAAAA7e+LqXnWSs6jyCfc1R0h7QAAABsIARIQrRP56ivmmLh19QSo48zqZCIFc3Bla\
        2U=</PSSH>";
    let other = format!(
        "<DRMSystem kid=\"{CPIX_KEY}\" systemId=\"9a04f079-9840-4286-ab92-e65be0885f95\">\
            {pssh}</DRMSystem>"
    );
    let dynpack = published_with("all", &cpix("", &other, &[]));
    let error = ask(&dynpack, &manifest_under("all", Format::DashCmaf, Some(Encryption::Cenc)))
        .await
        .unwrap_err();
    assert!(
        error
            .to_string()
            .contains("has a pssh of the system edef8ba9-79d6-4ace-a3c8-27dcd51d21ed for 9a04f079"),
        "{error}"
    );
}
