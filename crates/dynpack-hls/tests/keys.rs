//! Which keys playlists signal, and for which segments.
#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use dynpack_crypt::{Iv, KeyId};
use dynpack_hls::{
    Key, Method, Options, Part, Resource, SegmentUrl, Urls, media_playlist, multivariant_playlist,
};
use dynpack_media::{CutPolicy, Rates, Rendition, Stream, Ticks};
use dynpack_testkit::urls::{Keyed, aes_128};
use dynpack_testkit::{self as film, AAC_48_STEREO, unfolded};
use m3u8_rs::Playlist;
use proptest::prelude::*;

const KEY_ID: KeyId = KeyId([0x11; 16]);

fn two_systems(_: Resource) -> Vec<Key> {
    let widevine = Key::new(Method::SampleAesCtr, "data:text/plain;base64,AAAA".into())
        .with_key_id(KEY_ID)
        .with_format("urn:uuid:edef8ba9-79d6-4ace-a3c8-27dcd51d21ed".into(), Some("1".into()));
    let identity = Key::new(Method::SampleAesCtr, "https://keys.example/?kid=1".into());
    vec![widevine, identity]
}

fn video() -> Rendition {
    film::sample().renditions[0].clone()
}

fn playlist(keys: impl Fn(Resource) -> Vec<Key>, options: &Options) -> String {
    media_playlist(&[Part::whole(Stream::new(&video()))], &Keyed(keys, Vec::new()), options)
}

#[test]
fn whole_segments_and_the_init_segment_have_a_vector_each() {
    let expected = r#"#EXTM3U
#EXT-X-VERSION:7
#EXT-X-TARGETDURATION:6
#EXT-X-MEDIA-SEQUENCE:0
#EXT-X-PLAYLIST-TYPE:VOD
#EXT-X-INDEPENDENT-SEGMENTS
#EXT-X-KEY:METHOD=AES-128,URI="https://keys.example/?kid=1",IV=0x000000000000000000000000000000ff
#EXT-X-MAP:URI="Fragments(video=i,format=m3u8-cmaf)"
#EXT-X-KEY:METHOD=AES-128,URI="https://keys.example/?kid=1",IV=0x00000000000000000000000000000000
#EXTINF:6.006000,
Fragments(video=0,format=m3u8-cmaf)
#EXT-X-KEY:METHOD=AES-128,URI="https://keys.example/?kid=1",IV=0x0000000000000000000000000002bfd4
#EXTINF:6.006000,
Fragments(video=180180,format=m3u8-cmaf)
#EXT-X-KEY:METHOD=AES-128,URI="https://keys.example/?kid=1",IV=0x00000000000000000000000000057fa8
#EXTINF:6.006000,
Fragments(video=360360,format=m3u8-cmaf)
#EXT-X-KEY:METHOD=AES-128,URI="https://keys.example/?kid=1",IV=0x00000000000000000000000000083f7c
#EXTINF:2.002000,
Fragments(video=540540,format=m3u8-cmaf)
#EXT-X-ENDLIST
"#;
    assert_eq!(playlist(aes_128, &Options::CMAF), expected);
}

/// A key of all segments is signalled once, with a tag for each system. The tags come before the
/// init segment if the key also applies to it.
#[test]
fn samples_are_under_one_key() {
    let expected = unfolded(
        r#"#EXT-X-KEY:METHOD=SAMPLE-AES-CTR,URI="data:text/plain;base64,AAAA",\
        KEYID=0x11111111111111111111111111111111,\
        KEYFORMAT="urn:uuid:edef8ba9-79d6-4ace-a3c8-27dcd51d21ed",KEYFORMATVERSIONS="1"
#EXT-X-KEY:METHOD=SAMPLE-AES-CTR,URI="https://keys.example/?kid=1"
#EXT-X-MAP:URI="Fragments(video=i,format=m3u8-cmaf)"
#EXTINF:6.006000,
Fragments(video=0,format=m3u8-cmaf)
#EXTINF:6.006000,
Fragments(video=180180,format=m3u8-cmaf)
"#,
    );
    let text = playlist(two_systems, &Options::CMAF);
    assert!(text.contains(&expected), "{text}");
    assert_eq!(text.matches("#EXT-X-KEY").count(), 2);
}

#[test]
fn a_clear_init_segment_comes_before_the_keys() {
    let keys =
        |resource| if resource == Resource::Init { Vec::new() } else { two_systems(resource) };
    let text = playlist(keys, &Options::CMAF);
    let tags: Vec<_> = text
        .lines()
        .filter(|line| line.starts_with("#EXT-X-KEY") || line.starts_with("#EXT-X-MAP"))
        .collect();
    assert!(
        tags[0].starts_with("#EXT-X-MAP") && tags.len() == 3 && !text.contains("NONE"),
        "{text}"
    );
}

#[test]
fn a_clear_segment_after_encrypted_ones_ends_the_keys() {
    let keys = |resource| {
        if resource == Resource::Segment(Ticks(360_360)) {
            Vec::new()
        } else {
            two_systems(resource)
        }
    };
    let text = playlist(keys, &Options::TS);
    let expected = "\n#EXT-X-KEY:METHOD=NONE\n#EXTINF:6.006000,\nFragments(video=360360,\
        format=m3u8-cmaf)\n#EXT-X-KEY:METHOD=SAMPLE";
    assert!(text.contains(expected) && text.matches("#EXT-X-KEY").count() == 5, "{text}");
}

#[test]
fn transport_streams_take_keys_and_the_version_that_knows_them() {
    let version = |keys: fn(Resource) -> Vec<Key>, options| {
        playlist(keys, &options).lines().nth(1).unwrap().to_owned()
    };
    assert_eq!(version(aes_128, Options::MUXED_TS), "#EXT-X-VERSION:3");
    assert_eq!(version(aes_128, Options::TS), "#EXT-X-VERSION:4");
    assert_eq!(version(two_systems, Options::TS), "#EXT-X-VERSION:5");
    assert_eq!(version(two_systems, Options::CMAF), "#EXT-X-VERSION:7");
    let sample_aes = |_| vec![Key::new(Method::SampleAes, "k".into()).with_iv(Iv([1; 16]))];
    assert_eq!(version(sample_aes, Options::MUXED_TS), "#EXT-X-VERSION:5");
    assert!(
        !playlist(aes_128, &Options::TS).contains("ff\n"),
        "transport streams have no init segment, so no key is asked for it"
    );
}

#[test]
fn key_frames_have_keys_of_their_own() {
    let key_frames = video().key_frames().unwrap();
    let part = Part::whole(Stream::new(&key_frames));
    let text = media_playlist(&[part], &Keyed(aes_128, Vec::new()), &Options::TS);
    assert_eq!(text.matches("#EXT-X-KEY").count(), 10);
    let second = "IV=0x0000000000000000000000000000ea9c\n#EXTINF:2.002000,\nFragments(video=60060,";
    assert!(text.contains(second), "{text}");
}

/// Clients do not load the gaps before a late start.
#[test]
fn gaps_have_no_keys() {
    let tracks = vec![
        ("video", 400_000, film::video((640, 360), (512, 12_800), 500, 50)),
        ("audio", 128_000, film::late(film::audio(AAC_48_STEREO, 450, "en"), 480_000)),
    ];
    let film = film::presentation(tracks, CutPolicy::SIX_SECONDS);
    let text = media_playlist(
        &[Part::whole(Stream::new(&film.renditions[1]))],
        &Keyed(aes_128, Vec::new()),
        &Options::CMAF,
    );
    let tags: Vec<_> = text
        .lines()
        .filter_map(|line| line.split(':').next())
        .filter(|tag| tag.starts_with("#EXT-X"))
        .collect();
    assert_eq!(
        tags[5..],
        [
            "#EXT-X-KEY",
            "#EXT-X-MAP",
            "#EXT-X-GAP",
            "#EXT-X-GAP",
            "#EXT-X-KEY",
            "#EXT-X-KEY",
            "#EXT-X-KEY",
            "#EXT-X-ENDLIST"
        ]
    );
}

#[test]
fn session_keys_come_last_and_once() {
    let keys = two_systems(Resource::Init);
    let session: Vec<_> = keys.iter().chain(&keys).cloned().collect();
    let film = film::sample();
    let text =
        multivariant_playlist(&film, &Rates::default(), &Keyed(two_systems, session), &Options::TS);
    let expected = unfolded(
        r#"#EXT-X-SESSION-KEY:METHOD=SAMPLE-AES-CTR,URI="data:text/plain;base64,AAAA",\
        KEYID=0x11111111111111111111111111111111,\
        KEYFORMAT="urn:uuid:edef8ba9-79d6-4ace-a3c8-27dcd51d21ed",KEYFORMATVERSIONS="1"
#EXT-X-SESSION-KEY:METHOD=SAMPLE-AES-CTR,URI="https://keys.example/?kid=1"
"#,
    );
    assert!(text.ends_with(&expected) && text.matches("SESSION-KEY").count() == 2, "{text}");
    assert!(text.contains("#EXT-X-VERSION:5\n"), "{text}");
    let Ok(Playlist::MasterPlaylist(read)) = m3u8_rs::parse_playlist_res(text.as_bytes()) else {
        panic!("{text}")
    };
    let uris: Vec<_> = read.session_key.iter().map(|key| key.0.uri.as_deref()).collect();
    assert_eq!(uris, [Some("data:text/plain;base64,AAAA"), Some("https://keys.example/?kid=1")]);
    assert!(read.unknown_tags.is_empty());
}

/// Random keys: each attribute has few values, so that they repeat.
fn keys() -> impl Strategy<Value = Vec<Key>> {
    let method = prop::sample::select(vec![Method::Aes128, Method::SampleAes]);
    let iv = prop::option::of(prop::sample::select(vec![Iv([1; 16]), Iv([2; 16])]));
    let key = (
        method,
        "[ab\",\n]",
        iv,
        prop::option::of(Just(KEY_ID)),
        prop::option::of(Just(String::from("1/2"))),
    );
    let formats = prop::sample::subsequence(vec![None, Some("a"), Some("b\" c,d=e")], 0..=3);
    (formats, prop::collection::vec(key, 3)).prop_map(|(formats, keys)| {
        let keys =
            formats.into_iter().zip(keys).map(|(format, (method, uri, iv, key_id, versions))| {
                let mut key = Key::new(method, uri);
                (key.iv, key.key_id, key.format, key.format_versions) =
                    (iv, key_id, format.map(Into::into), versions);
                key
            });
        keys.collect()
    })
}

/// A reader that only knows RFC 8216, 4.3.2.4. Returns the URIs of a playlist, each with the
/// attributes of the keys in force, by format.
fn read(playlist: &str) -> Vec<(String, Vec<Attributes>)> {
    let mut in_force = std::collections::BTreeMap::new();
    let mut resources = Vec::new();
    let mut is_gap = false;
    for line in playlist.lines() {
        if let Some(list) = line.strip_prefix("#EXT-X-KEY:") {
            let attributes = attributes(list);
            let get = |name: &str| {
                attributes.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone())
            };
            if get("METHOD").unwrap() == "NONE" {
                in_force.clear();
            } else {
                in_force.insert(get("KEYFORMAT").unwrap_or_else(|| "identity".into()), attributes);
            }
        } else if let Some(list) = line.strip_prefix("#EXT-X-MAP:") {
            resources.push((attributes(list)[0].1.clone(), in_force.values().cloned().collect()));
        } else if line == "#EXT-X-GAP" {
            is_gap = true;
        } else if !line.starts_with('#') && !std::mem::take(&mut is_gap) {
            resources.push((line.to_owned(), in_force.values().cloned().collect()));
        }
    }
    resources
}

/// Names and values, in order.
type Attributes = Vec<(String, String)>;

/// An attribute list (RFC 8216, 4.2).
fn attributes(mut list: &str) -> Attributes {
    let mut attributes = Vec::new();
    while let Some((name, rest)) = list.split_once('=') {
        let (value, rest) = match rest.strip_prefix('"') {
            Some(quoted) => quoted.split_once('"').unwrap(),
            None => rest.split_at(rest.find(',').unwrap_or(rest.len())),
        };
        attributes.push((name.to_owned(), value.to_owned()));
        list = rest.strip_prefix(',').unwrap_or_else(|| {
            assert!(rest.is_empty(), "{rest}");
            rest
        });
    }
    attributes
}

/// The attributes of a key that a reader should find.
fn expected(key: &Key) -> Attributes {
    let method = if key.method == Method::Aes128 { "AES-128" } else { "SAMPLE-AES" };
    let all = [
        ("METHOD", Some(method.into())),
        ("URI", Some(key.uri.replace('"', "%22").replace('\n', "%0A"))),
        ("IV", key.iv.map(|iv| format!("0x{}", format!("{:02x}", iv.0[0]).repeat(16)))),
        ("KEYID", key.key_id.map(|_| format!("0x{}", "11".repeat(16)))),
        ("KEYFORMAT", key.format.as_ref().map(|format| format.replace('"', "'"))),
        ("KEYFORMATVERSIONS", key.format_versions.clone()),
    ];
    all.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect()
}

proptest! {
    #[test]
    fn every_resource_has_its_keys_and_no_others(
        lists in prop::collection::vec(keys(), 1..6),
        delay in prop_oneof![Just(0_i64), Just(480_000)],
        options in prop::sample::select(vec![Options::CMAF, Options::TS]),
        key_frames: bool,
    ) {
        let tracks = vec![
            (
                "video",
                1,
                film::late(
                    film::video((64, 36), (512, 12_800), 500, 25),
                    if key_frames { delay } else { 0 },
                ),
            ),
            ("audio", 2, film::late(film::audio(AAC_48_STEREO, 900, "en"), delay)),
        ];
        let film =
            film::presentation(tracks, CutPolicy::with_target(std::time::Duration::from_secs(2)));
        let rendition = &film.renditions[usize::from(!key_frames)];
        let list = |resource: Resource| match resource {
            Resource::Segment(start) => {
                lists[usize::try_from(start.0 / 9_000).unwrap() % lists.len()].clone()
            }
            Resource::Init => lists[lists.len() - 1].clone(),
        };
        let urls = Keyed(list, Vec::new());
        let rendition = if key_frames { &rendition.key_frames().unwrap() } else { rendition };
        let segments = rendition.cuts.segments();
        let starts = segments.map(|segment| Resource::Segment(segment.start));
        let text = media_playlist(&[Part::whole(Stream::new(rendition))], &urls, &options);
        let init = (options == Options::CMAF).then_some(Resource::Init);
        let resources: Vec<_> = init.into_iter().chain(starts).collect();
        let found = read(&text);
        prop_assert_eq!(found.len(), resources.len(), "{}", text);
        for (resource, (uri, keys)) in resources.into_iter().zip(&found) {
            let own = match resource {
                Resource::Segment(start) => {
                    let SegmentUrl { before, after } = urls.segments(rendition);
                    format!("{before}{start}{after}")
                }
                Resource::Init => urls.init(rendition),
            };
            prop_assert_eq!(uri, &own);
            let mut expected: Vec<_> = list(resource).iter().map(expected).collect();
            expected.sort_by_key(|key| {
                key.iter()
                    .find(|(name, _)| name == "KEYFORMAT")
                    .map_or_else(|| "identity".into(), |(_, value)| value.clone())
            });
            prop_assert_eq!(keys, &expected, "{} in {}", uri, text);
        }

        // This reader knows no version above 7. It requires of independent segments what RFC 8216,
        // 6.2.3 requires of key frames.
        let strict = text
            .replace("#EXT-X-VERSION:8\n", "#EXT-X-VERSION:7\n")
            .replace("#EXT-X-INDEPENDENT-SEGMENTS\n", "");
        let strict = hls_m3u8::MediaPlaylist::try_from(strict.as_str());
        let strict = strict.map_err(|error| TestCaseError::fail(format!("{error}: {text}")))?;
        let strict: Vec<_> = strict
            .segments
            .values()
            .map(|segment| segment.keys.iter().filter(|key| key.is_some()).count())
            .collect();
        let own: Vec<_> =
            found.iter().map(|(_, keys)| keys.len()).skip(usize::from(init.is_some())).collect();
        prop_assert_eq!(&strict[strict.len() - own.len()..], own, "{}", text);
        let Ok(Playlist::MediaPlaylist(lenient)) = m3u8_rs::parse_playlist_res(text.as_bytes())
        else {
            return Err(TestCaseError::fail(text));
        };
        prop_assert_eq!(lenient.segments.len(), strict.len());
    }
}
