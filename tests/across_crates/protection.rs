//! Protection: what each policy allows in each format, and that clear samples and keys never get
//! out.

mod counters;

use std::collections::BTreeSet;
use std::fmt::Write;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use bytes::Bytes;
use dynpack::storage::Memory;
use dynpack::{
    Conditions, Dynpack, Encryption, Error, Format, MediaKind, Protocol, Request, Resource,
};
use dynpack_media::{Extent, RenditionId, SampleIndex};
use dynpack_testkit::film::{with_mixed_parameter_sets, with_units_of_type};
use serde_json::json;

use crate::golden::compare_with;
use crate::support::published::{
    KEYS, POLICIES, builder, document, locator, locators, manifest_under, policy, published,
    published_over, under,
};
use crate::support::{
    ask, elementary, formats, get, in_place_of_the_sample, key_frame_playlists, key_frames_at,
    playlists, promises_at, sample_origin, sample_storage, text,
};

const WAYS: [Option<Encryption>; 5] = [
    None,
    Some(Encryption::Cbc),
    Some(Encryption::Cenc),
    Some(Encryption::CbcsAapl),
    Some(Encryption::Piff),
];

fn name(encryption: Option<Encryption>) -> &'static str {
    encryption.map_or("none", Encryption::token)
}

/// Every cell of the table: the status of each format under each policy, with each protection in
/// the URL.
#[tokio::test]
async fn every_cell_is_the_reviewed_one() {
    let dynpack = published();
    let mut table = String::new();
    for policy in POLICIES {
        let _ = write!(table, "{policy:<37}");
        for way in WAYS {
            let _ = write!(table, "{:>11}", name(way));
        }
        table.push('\n');
        for format in formats() {
            let _ = write!(table, "  {:<35}", format.token());
            for way in WAYS {
                let status = match ask(&dynpack, &manifest_under(policy, format, way)).await {
                    Ok(response) => response.status,
                    Err(error) => error.status(),
                };
                let _ = write!(table, "{status:>11}");
            }
            table.push('\n');
        }
    }
    compare_with("admission.txt", &table);
}

/// Under a policy with only one DRM system, formats that have no signalling for it are refused. The
/// manifests of all other formats have its signalling.
#[tokio::test]
async fn encrypted_formats_have_signalling_for_a_system() {
    let systems = [
        ("playReady", ["com.microsoft.playready", "9a04f079-9840-4286-ab92-e65be0885f95"]),
        ("widevine", ["edef8ba9-79d6-4ace-a3c8-27dcd51d21ed"; 2]),
        ("fairPlay", ["com.apple.streamingkeydelivery"; 2]),
        ("clearKey", ["https://clear.example/", "e2719d58-a985-b3c9-781a-b030af78d30e"]),
    ];
    let mut admitted = String::new();
    for (system, marks) in systems {
        let dynpack =
            Dynpack::builder(sample_storage()).locators(locators(document_for(system))).build();
        for (format, way) in
            formats().flat_map(|format| WAYS.into_iter().flatten().map(move |way| (format, way)))
        {
            let is_carried = way != Encryption::Cbc && format.encryptions().any(|one| one == way);
            if !is_carried
                || (system, way) == ("fairPlay", Encryption::Cenc)
                || (system, way) == ("fairPlay", Encryption::Piff)
            {
                continue;
            }
            let manifest = manifest_under("all", format, Some(way));
            let Err(refused) = ask(&dynpack, &manifest).await else {
                let mut urls = vec![manifest.clone()];
                if format.protocol() == Protocol::Hls {
                    urls.extend(playlists(&dynpack, &manifest).await);
                }
                for url in urls {
                    let text = text(&dynpack, &url).await.to_lowercase();
                    assert!(
                        marks.iter().any(|mark| text.contains(mark)),
                        "{url} has no signalling for {system}: {text}"
                    );
                }
                let _ = write!(admitted, "{system} {format} {way}, ");
                continue;
            };
            assert_eq!(
                (refused.status(), refused.code()),
                (415, "MPE_ENCRYPTION_NOT_SUPPORTED"),
                "{manifest}: {refused}"
            );
        }
    }
    let refused = ask(
        &published(),
        &manifest_under("widevine-only", Format::HlsV4, Some(Encryption::CbcsAapl)),
    )
    .await
    .unwrap_err();
    let expected = "m3u8-aapl cannot signal cbcs-aapl encryption to the systems of the policy, \
        only to FairPlay, ClearKey";
    assert_eq!(refused.to_string(), expected);
    let expected = "playReady fmp4 cenc, playReady fmp4 piff, playReady fmp4-v20 cenc, \
        playReady fmp4-v20 piff, playReady m3u8-cmaf cenc, playReady m3u8-cmaf cbcs-aapl, \
        playReady mpd-time-csf cenc, playReady mpd-time-csf cbcs-aapl, \
        playReady mpd-time-cmaf cenc, playReady mpd-time-cmaf cbcs-aapl, \
        widevine m3u8-cmaf cenc, widevine m3u8-cmaf cbcs-aapl, widevine mpd-time-csf cenc, \
        widevine mpd-time-csf cbcs-aapl, widevine mpd-time-cmaf cenc, \
        widevine mpd-time-cmaf cbcs-aapl, fairPlay m3u8-aapl cbcs-aapl, \
        fairPlay m3u8-cmaf cbcs-aapl, clearKey m3u8-aapl cbcs-aapl, clearKey m3u8-cmaf cenc, \
        clearKey m3u8-cmaf cbcs-aapl, clearKey mpd-time-csf cenc, \
        clearKey mpd-time-csf cbcs-aapl, clearKey mpd-time-cmaf cenc, \
        clearKey mpd-time-cmaf cbcs-aapl, ";
    assert_eq!(admitted, expected);
}

/// The usual document, but the policy `all` only names that system.
fn document_for(system: &str) -> serde_json::Value {
    let mut document = document();
    for section in ["commonEncryptionCenc", "commonEncryptionCbcs"] {
        let common = &mut document["streamingPolicies"]["all"][section];
        let names_nothing = (system, section) == ("fairPlay", "commonEncryptionCenc");
        *common = match system {
            _ if names_nothing => serde_json::Value::Null,
            "clearKey" => {
                json!({
                    "enabledProtocols": common["enabledProtocols"],
                    "clearKeyEncryptionConfiguration": {}
                })
            }
            _ => json!({ "enabledProtocols": common["enabledProtocols"], "drm": { system: {} } }),
        };
    }
    document
}

/// A clear resource of each kind in a format, of audio and video.
async fn endpoints(clear: &Dynpack, format: Format) -> Vec<String> {
    let manifest = format!("/sample/sample.ism/manifest(format={format})");
    let mut urls = vec![manifest.clone()];
    let ends = |list: Vec<String>| {
        [list.first().cloned(), list.last().cloned()].into_iter().flatten().collect::<Vec<_>>()
    };
    if format.protocol() == Protocol::Hls {
        urls.extend(ends(playlists(clear, &manifest).await));
        urls.extend(key_frame_playlists(clear, &manifest).await.pop());
    }
    let promises = promises_at(clear, &manifest, format).await;
    let key_frames = key_frames_at(clear, &manifest, format).await;
    for promise in [promises.first(), promises.last(), key_frames.last()].into_iter().flatten() {
        urls.extend(promise.init.clone());
        urls.extend(ends(promise.segments.iter().map(|(url, ..)| url.clone()).collect()));
    }
    urls
}

/// Byte strings that must not occur, by their first two bytes.
struct Secrets(Vec<Vec<Vec<u8>>>);

impl Secrets {
    fn new(secrets: impl IntoIterator<Item = Vec<u8>>) -> Self {
        let mut by_start = vec![Vec::new(); 1 << 16];
        for secret in secrets {
            by_start[usize::from(secret[0]) << 8 | usize::from(secret[1])].push(secret);
        }
        Self(by_start)
    }

    /// The keys, in all notations.
    fn keys() -> Self {
        Self::new(KEYS.iter().flat_map(|key| {
            let raw: Vec<u8> = (0..16)
                .map(|at| u8::from_str_radix(&key[2 * at..2 * at + 2], 16).unwrap())
                .collect();
            let texts = [
                (*key).to_owned(),
                key.to_uppercase(),
                STANDARD.encode(&raw),
                URL_SAFE_NO_PAD.encode(&raw),
            ];
            texts.map(String::into_bytes).into_iter().chain([raw])
        }))
    }

    /// Some bytes at the end of each source sample, after all headers. Every protection changes
    /// some of them.
    async fn samples(clear: &Dynpack) -> Self {
        let asset = clear
            .asset(&"/sample/sample.ism/manifest".parse::<Request>().unwrap().asset)
            .await
            .unwrap();
        let mut secrets = Vec::new();
        for rendition in &asset.presentation.renditions {
            let source = &asset.sources[rendition.source.0 as usize];
            let file = source.read(&[Extent::new(0, source.len())]).await.unwrap().remove(0);
            let (least, len) =
                if rendition.kind() == MediaKind::Video { (600, 300) } else { (128, 64) };
            for sample in rendition
                .track
                .samples
                .samples(rendition.cuts.samples())
                .filter(|sample| sample.size >= least)
            {
                let next = SampleIndex(sample.index.0 + 1);
                let place = rendition.track.samples.extents(sample.index..next).next().unwrap();
                let end = usize::try_from(place.offset + place.len).unwrap();
                secrets.push(file[end - len..end].to_vec());
            }
        }
        assert!(secrets.len() > 500, "{}", secrets.len());
        Self::new(secrets)
    }

    /// How often they occur in a resource, after removing the packets of transport streams.
    fn seen_in(&self, body: &Bytes) -> usize {
        let is_transport_stream = body.len().is_multiple_of(188) && body.first() == Some(&0x47);
        let media = match is_transport_stream {
            true => [elementary(body, 0x100), elementary(body, 0x101)].concat(),
            false => body.to_vec(),
        };
        let seen_at = |at: usize, start: &[u8]| {
            let secrets = &self.0[usize::from(start[0]) << 8 | usize::from(start[1])];
            secrets.iter().filter(|secret| media[at..].starts_with(secret)).count()
        };
        media.windows(2).enumerate().map(|(at, start)| seen_at(at, start)).sum()
    }
}

/// The number of resources by result.
#[derive(Debug, Default)]
struct Counts {
    protected: usize,
    open: usize,
    /// Refused because of the media.
    refused: usize,
}

/// Requests each format and each kind of resource under each of these policies and each protection.
/// For each combination, all resources must be served or all refused. Protected resources must
/// contain no clear sample and no key. `refused` is a reason for which none of them may be
/// protected.
async fn walk(
    storage: Memory,
    policies: impl Iterator<Item = &'static str> + Clone,
    refused: Option<&str>,
) -> Counts {
    let (clear, dynpack) = (Dynpack::builder(storage.clone()).build(), published_over(storage));
    let (secrets, keys) = (Secrets::samples(&clear).await, Secrets::keys());
    let mut counts = Counts::default();
    for format in formats() {
        let endpoints = endpoints(&clear, format).await;
        let mut in_the_clear = 0;
        for url in &endpoints {
            in_the_clear += secrets.seen_in(&get(&clear, url).await);
        }
        assert!(in_the_clear > 20, "{format}: {in_the_clear} clear samples are found");
        for policy_name in policies.clone() {
            for way in WAYS {
                let admitted = policy(policy_name).admit(format, way);
                for url in &endpoints {
                    let url = under(policy_name, way, url);
                    let answer = ask(&dynpack, &url).await;
                    let is_clear = match (&admitted, &answer) {
                        (Ok(encryption), Ok(_)) => encryption.is_none(),
                        (Err(expected), Err(error)) => {
                            let expected = Error::from(expected.clone());
                            assert_eq!(
                                (error.status(), error.code()),
                                (expected.status(), expected.code()),
                                "{url}"
                            );
                            continue;
                        }
                        (Ok(Some(_)), Err(error))
                            if refused.is_some_and(|reason| error.to_string().contains(reason)) =>
                        {
                            assert_eq!(error.status(), 415, "{url}: {error}");
                            counts.refused += 1;
                            continue;
                        }
                        _ => panic!("{url}: {admitted:?}, but {answer:?}"),
                    };
                    let body = answer.unwrap().body.collect().await.unwrap();
                    assert_eq!(keys.seen_in(&body), 0, "{url} contains a key");
                    if is_clear {
                        counts.open += 1;
                    } else {
                        counts.protected += 1;
                        assert_eq!(secrets.seen_in(&body), 0, "{url} contains clear samples");
                    }
                }
            }
        }
    }
    counts
}

#[tokio::test]
async fn a_protected_locator_yields_nothing_clear() {
    let counts =
        walk(sample_storage(), POLICIES.into_iter().filter(|name| *name != "clear-audio"), None)
            .await;
    assert!(counts.protected > 200 && counts.open > 100, "{counts:?}");
}

/// Policies that enable everything.
const OPEN: [&str; 2] = ["all", "clear-and-all"];

/// Slices whose headers do not match the parameter sets of the configuration.
#[tokio::test]
async fn parameter_sets_within_samples_leave_nothing_clear() {
    let counts =
        walk(in_place_of_the_sample(&with_mixed_parameter_sets()), OPEN.into_iter(), None).await;
    assert!(counts.protected > 100 && counts.open > 20, "{counts:?}");
}

/// Partitions, auxiliary pictures and pictures of other layers: all protections refuse them except
/// AES-128, which does not read them.
#[tokio::test]
async fn pictures_other_than_plain_slices_leave_nothing_clear() {
    for kind in [2, 19, 20] {
        let reason = format!("NAL units of type {kind} are not supported");
        let counts = walk(
            in_place_of_the_sample(&with_units_of_type(kind)),
            OPEN.into_iter(),
            Some(&reason),
        )
        .await;
        assert!(counts.protected > 100 && counts.refused > 30, "{counts:?}");
    }
}

/// Everything that protected manifests promise exists under the same protection, and is the same on
/// two nodes.
#[tokio::test]
async fn every_promised_segment_exists_under_protection() {
    let (one, other) = (published(), published());
    for (policy_name, format, way) in
        ["all", "key-per-track", "clear-audio"].into_iter().flat_map(|policy_name| {
            let policy = policy(policy_name);
            policy
                .admitted()
                .map(move |(format, way)| (policy_name, format, way))
                .collect::<Vec<_>>()
        })
    {
        let manifest = manifest_under(policy_name, format, way);
        assert_eq!(text(&one, &manifest).await, text(&other, &manifest).await);
        let promises = promises_at(&one, &manifest, format).await;
        let key_frames = key_frames_at(&one, &manifest, format).await;
        assert_eq!(promises.len(), if format == Format::HlsV3 { 3 } else { 5 }, "{manifest}");
        assert_eq!(
            key_frames.is_empty(),
            matches!(format, Format::HlsV3 | Format::Smooth | Format::SmoothV20),
            "{manifest}"
        );
        for promise in promises.iter().chain(&key_frames) {
            let ends = [promise.segments.first(), promise.segments.last()].into_iter().flatten();
            for url in promise.init.iter().chain(ends.map(|(url, ..)| url)) {
                assert!(url.contains(&format!("encryption={}", name(way))), "{url}");
                assert_eq!(get(&one, url).await, get(&other, url).await, "{url}");
            }
        }
    }
}

/// Another implementation of AES-128 decrypts each resource with the vector in the playlist, and
/// returns the clear resource. No two resources of all playlists of all formats share a vector.
#[tokio::test]
async fn decrypting_returns_the_clear_segment() {
    let (clear, dynpack) = (sample_origin(), published());
    let (mut ivs, mut urls) = (BTreeSet::new(), BTreeSet::new());
    for format in [Format::HlsV3, Format::HlsV4, Format::HlsCmaf] {
        let manifest = manifest_under("all", format, Some(Encryption::Cbc));
        let lists =
            [playlists(&dynpack, &manifest).await, key_frame_playlists(&dynpack, &manifest).await]
                .concat();
        for playlist in lists {
            let listed = text(&dynpack, &playlist).await;
            let mut iv = None;
            for line in listed.lines() {
                if let Some(attributes) = line.strip_prefix(
                    "#EXT-X-KEY:METHOD=AES-128,\
                     URI=\"https://keys.example/12345670-1234-4234-8234-123456789abc\",IV=0x",
                ) {
                    iv = Some(u128::from_str_radix(attributes, 16).unwrap());
                    continue;
                }
                let uri = match line.strip_prefix("#EXT-X-MAP:URI=\"") {
                    Some(map) => map.strip_suffix('"').unwrap(),
                    None if line.starts_with('#') => continue,
                    None => line,
                };
                let url = dynpack_testkit::promise::join(&playlist, uri);
                let iv = iv.take().unwrap_or_else(|| panic!("{url} has no vector of its own"));
                ivs.insert(iv);
                let path = url.split_once("/sample.ism/").unwrap().1.replace(",encryption=cbc", "");
                let expected = get(&clear, &format!("/sample/sample.ism/{path}")).await;
                assert_eq!(decrypted(&get(&dynpack, &url).await, iv), expected, "{url}");
                urls.insert(url);
            }
        }
    }
    // Segments: three videos in version 3 and five tracks in the others, with four segments each.
    // Ten key frames of three videos. Init segments.
    assert_eq!(
        (urls.len(), ivs.len()),
        (4 * (3 + 5 + 5) + 10 * (3 + 3) + 5, 4 * (3 + 5 + 5) + 10 * (3 + 3) + 5)
    );
}

fn decrypted(body: &[u8], iv: u128) -> Vec<u8> {
    use aes::cipher::{BlockModeDecrypt, KeyIvInit, block_padding::Pkcs7};
    let key = u128::from_str_radix(KEYS[0], 16).unwrap().to_be_bytes();
    let decryptor = cbc::Decryptor::<aes::Aes128>::new(&key.into(), &iv.to_be_bytes().into());
    let mut body = body.to_vec();
    decryptor.decrypt_padded::<Pkcs7>(&mut body).unwrap().to_vec()
}

/// Tracks that a policy leaves clear are equal to those without protection, and manifests have no
/// key for them. In a transport stream with a protected and a clear track, both are protected.
#[tokio::test]
async fn tracks_can_stay_clear() {
    let (clear, dynpack) = (sample_origin(), published());
    for (format, way) in [
        (Format::HlsCmaf, Encryption::CbcsAapl),
        (Format::HlsCmaf, Encryption::Cbc),
        (Format::DashCmaf, Encryption::Cenc),
        (Format::HlsV4, Encryption::CbcsAapl),
    ] {
        let manifest = format!("/sample/sample.ism/manifest(format={format})");
        for promise in promises_at(&clear, &manifest, format).await {
            let (url, ..) = &promise.segments[0];
            let same = get(&dynpack, &under("clear-audio", Some(way), url)).await
                == get(&clear, url).await;
            assert_eq!(same, promise.track().starts_with("audio"), "{url} {way}");
        }
        if format.protocol() == Protocol::Hls {
            for playlist in playlists(&clear, &manifest).await {
                let has_key = text(&dynpack, &under("clear-audio", Some(way), &playlist))
                    .await
                    .contains("EXT-X-KEY");
                assert_eq!(has_key, playlist.contains("(video"), "{playlist}");
            }
        }
    }
    let muxed =
        promises_at(&clear, "/sample/sample.ism/manifest(format=m3u8-aapl-v3)", Format::HlsV3)
            .await;
    let (url, ..) = &muxed[0].segments[0];
    assert_ne!(
        get(&dynpack, &under("clear-audio", Some(Encryption::Cbc), url)).await,
        get(&clear, url).await
    );
}

/// The manifests of protected samples signal each track's own key.
#[tokio::test]
async fn each_track_can_have_a_key() {
    let dynpack = published();
    let mpd =
        text(&dynpack, &manifest_under("key-per-track", Format::DashCmaf, Some(Encryption::Cenc)))
            .await;
    let keys: Vec<_> = mpd.split("default_KID=\"").skip(1).map(|rest| &rest[..8]).collect();
    // Two for audio, one for the small videos and one for the large one, and the same for key
    // frames.
    assert_eq!(keys, ["12345672", "12345672", "12345670", "12345671", "12345670", "12345671"]);
    let playlist = |bitrate: u32, track: &str| {
        let target = Resource::MediaPlaylist(RenditionId::new(track, bitrate));
        let path =
            Request::parse(&manifest_under("key-per-track", Format::HlsCmaf, None)).unwrap().asset;
        Request::new(path, Format::HlsCmaf, target)
            .with_encryption(Some(Encryption::Cbc))
            .to_string()
    };
    for (url, key) in
        [(playlist(423_476, "video"), "12345671"), (playlist(62_780, "video"), "12345670")]
    {
        let listed = text(&dynpack, &url).await;
        let tags: Vec<_> = listed.lines().filter(|line| line.starts_with("#EXT-X-KEY")).collect();
        assert!(
            tags.len() == 5
                && tags.iter().all(|tag| tag.contains(&format!("https://keys.example/{key}"))),
            "{listed}"
        );
    }
}

/// Manifests and playlists of all protections, stored as text for review.
#[tokio::test]
async fn protected_manifests_are_the_reviewed_ones() {
    let dynpack = published();
    for (format, way, ending) in [
        (Format::HlsCmaf, Encryption::CbcsAapl, "m3u8"),
        (Format::DashCmaf, Encryption::Cenc, "mpd"),
        (Format::SmoothV20, Encryption::Piff, "ismc"),
    ] {
        let manifest = manifest_under("all", format, Some(way));
        compare_with(&format!("{format}_{way}.{ending}"), &text(&dynpack, &manifest).await);
    }
    for (format, way) in [
        (Format::HlsV3, Encryption::Cbc),
        (Format::HlsV4, Encryption::CbcsAapl),
        (Format::HlsCmaf, Encryption::Cenc),
    ] {
        let manifest = manifest_under("all", format, Some(way));
        let playlist = playlists(&dynpack, &manifest).await.pop().unwrap();
        compare_with(&format!("{format}_{way}_video.m3u8"), &text(&dynpack, &playlist).await);
    }
}

/// ETags change with everything that changes the bytes, including keys and policies.
#[tokio::test]
async fn other_keys_and_policies_have_other_tags() {
    let dynpack = published();
    let url = |policy| {
        manifest_under(policy, Format::DashCmaf, Some(Encryption::Cenc))
            .replace(&locator(policy), "same")
    };
    let mut tags = BTreeSet::new();
    for policy in ["all", "key-per-track", "clear-audio"] {
        let mut document = document();
        for locator in document["streamingLocators"].as_array_mut().unwrap() {
            if locator["streamingPolicyName"] == policy {
                locator["streamingLocatorId"] = "same".into();
            }
        }
        let locators = locators(document);
        let node = Dynpack::builder(sample_storage()).locators(locators).build();
        tags.insert(ask(&node, &url(policy)).await.unwrap().etag);
    }
    assert_eq!(tags.len(), 3);
    let request =
        Request::parse(&manifest_under("all", Format::DashCmaf, Some(Encryption::Cenc))).unwrap();
    let first = dynpack.respond(&request, &Conditions::default()).await.unwrap();
    assert_eq!(
        first.etag,
        builder().build().respond(&request, &Conditions::default()).await.unwrap().etag
    );
}

/// Files that are already encrypted are refused for that reason.
#[tokio::test]
async fn encrypted_files_have_an_error_of_their_own() {
    let dynpack = published();
    let storage = Memory::new();
    for (folder, way, format) in [
        ("one", Encryption::Cenc, Format::DashCmaf),
        ("other", Encryption::CbcsAapl, Format::HlsCmaf),
    ] {
        let promise = promises_at(&dynpack, &manifest_under("all", format, Some(way)), format)
            .await
            .pop()
            .unwrap();
        let mut film = get(&dynpack, &promise.init.unwrap()).await.to_vec();
        for (url, ..) in &promise.segments {
            film.extend(get(&dynpack, url).await);
        }
        storage.insert(format!("{folder}/film.mp4"), film);
    }
    let origin = Dynpack::builder(storage).build();
    for (folder, scheme) in [("one", "cenc"), ("other", "cbcs")] {
        let error = ask(&origin, &format!("/{folder}/{folder}.ism/manifest(format=m3u8-cmaf)"))
            .await
            .unwrap_err();
        assert_eq!((error.status(), error.code()), (415, "MPE_ENC_ALREADY_ENCRYPTED"));
        let problem = format!(
            "no track can be served: track 1: already encrypted: avc1 by the scheme {scheme}"
        );
        let file = format!("the asset `{folder}/{folder}.ism` cannot be served: `film.mp4`");
        assert_eq!(error.to_string(), format!("{file}: already encrypted: {problem}"));
    }
}
