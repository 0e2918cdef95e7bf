//! Tokens: nothing is answered without a good one, and nobody widens what one allows.

use std::collections::BTreeSet;
use std::time::Duration;

use dynpack::storage::Memory;
use dynpack::{
    Admission, Conditions, Dynpack, Encryption, Format, HmacTokens, PackagerError, Request,
    Resource, TokenError, TokenTerms,
};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use crate::resources::listed;
use crate::support::published::{document, locators, policy};
use crate::support::{ask, fetch, get, refusal, subtitled_storage, text};

const KEY: &str = "0123456789abcdef0123456789abcdef";
const OTHER_KEY: &str = "another key, which nobody trusts";

/// The sample for everybody, and the same for those who have a token.
const WHOLE: &str = "locator-clear-and-all";
const SIGNED: &str = "signed";
/// The same, and to be downloaded.
const FILES: &str = "signed-files";

/// What is left by [`RULES`]: the segment from 6 until 12 seconds of two videos of three, of the
/// English audio, and of what is no video and no audio.
const RULES: &str = "time=7-8;;type=video;height=0-400;;type=audio;language=en;;type=text";

const REFUSED: (u16, &str) = (403, "MPE_UNAUTHORIZED");

fn storage() -> Memory {
    let storage = subtitled_storage();
    let filters = json!([
        {"name": "all"},
        {"name": "english", "tracks": [
            {"trackSelections": [{"property": "Language", "operation": "Equal", "value": "en"}]}
        ]},
    ]);
    storage.insert("sample/filters.json", filters.to_string());
    storage
}

fn origin() -> Dynpack {
    let mut document = document();
    let all = document["streamingLocators"].as_array_mut().unwrap();
    let of = |id: &str, policy: &str| {
        let mut locator =
            all.iter().find(|one| one["streamingPolicyName"] == policy).unwrap().clone();
        locator["streamingLocatorId"] = id.into();
        locator["requiresToken"] = true.into();
        locator
    };
    let signed = [of(SIGNED, "clear-and-all"), of(FILES, "Predefined_DownloadAndClearStreaming")];
    all.extend(signed);
    let builder = Dynpack::builder(storage()).locators(locators(document));
    builder.tokens(HmacTokens::new([KEY]).unwrap()).build()
}

fn hours(count: i64) -> Timestamp {
    Timestamp::now().checked_add(SignedDuration::from_hours(count)).unwrap()
}

fn terms(path: &str) -> TokenTerms {
    TokenTerms::new(path, hours(2))
}

fn sign(terms: &TokenTerms) -> String {
    HmacTokens::new([KEY]).unwrap().sign(terms)
}

/// A token for what [`RULES`] leave.
fn narrow() -> String {
    let mut terms = terms(SIGNED);
    terms.rules = Some(RULES.parse().unwrap());
    sign(&terms)
}

/// Queries with tokens which are not good for the sample under the locator.
fn bad_queries() -> Vec<String> {
    let good = sign(&terms(SIGNED));
    let with = |change: &dyn Fn(&mut TokenTerms)| {
        let mut terms = terms(SIGNED);
        change(&mut terms);
        sign(&terms)
    };
    let forged = HmacTokens::new([OTHER_KEY]).unwrap().sign(&terms(SIGNED));
    let (head, tail) = good.split_at(good.rfind('.').unwrap() + 1);
    let tokens = [
        String::new(),
        "x".into(),
        forged,
        good.to_uppercase(),
        format!("{good}A"),
        format!("{head}{}", tail.chars().rev().collect::<String>()),
        head.to_owned(),
        with(&|terms| terms.expires = hours(-1)),
        with(&|terms| terms.not_before = Some(hours(1))),
        with(&|terms| terms.path = WHOLE.into()),
        with(&|terms| terms.path = "signe".into()),
        with(&|terms| terms.path = format!("{SIGNED}/other.ism")),
    ];
    let mut queries: Vec<_> = tokens.map(|token| format!("?token={token}")).into();
    queries.push(format!("?Token={good}"));
    queries.push(format!("?token={good}&token={good}"));
    queries.push(format!("?tok={good}"));
    queries.push(String::new());
    queries
}

/// Every format with every protection.
fn ways() -> Vec<(Format, Option<Encryption>)> {
    policy("clear-and-all").admitted().collect()
}

fn manifest_at(locator: &str, (format, encryption): (Format, Option<Encryption>)) -> String {
    let named = encryption.map(|name| format!(",encryption={name}")).unwrap_or_default();
    format!("/{locator}/sample.ism/manifest(format={format}{named})")
}

/// Everything that the whole has in all formats, each manifest with texts in each form.
async fn urls(dynpack: &Dynpack) -> BTreeSet<String> {
    let mut urls = BTreeSet::new();
    for way in ways() {
        let manifest = manifest_at(WHOLE, way);
        urls.extend(listed(dynpack, &Request::parse(&manifest).unwrap()).await);
    }
    let more = [
        "manifest(format=mpd-time-cmaf,text=vtt)",
        "manifest(format=m3u8-cmaf,text=imsc)",
        "manifest(format=m3u8-cmaf).m3u8",
    ];
    for manifest in more.map(|name| format!("/{WHOLE}/sample.ism/{name}")) {
        urls.extend(listed(dynpack, &Request::parse(&manifest).unwrap()).await);
    }
    urls
}

fn signed(url: &str) -> String {
    url.replacen(WHOLE, SIGNED, 1)
}

fn known(etag: &str) -> Conditions {
    let mut known = Conditions::default();
    known.if_none_match = Some(etag.to_owned());
    known
}

/// At every URL that there is, in every format and under every protection.
#[tokio::test]
async fn nothing_is_answered_without_a_good_token() {
    let dynpack = origin();
    let (queries, good) = (bad_queries(), sign(&terms(SIGNED)));
    let mut refused = 0;
    for url in urls(&dynpack).await {
        let tag = ask(&dynpack, &url).await.unwrap().etag;
        let url = signed(&url);
        assert!(!get(&dynpack, &format!("{url}?token={good}")).await.is_empty(), "{url}");
        for query in &queries {
            // Whoever knows the tag of the whole, or of any version, learns nothing either.
            for conditions in [Conditions::default(), known(&tag), known("*")] {
                let answer = dynpack.get(&format!("{url}{query}"), &conditions).await;
                assert_eq!(refusal(answer), REFUSED, "{url}{query}");
                refused += 1;
            }
        }
    }
    assert!(refused > 10_000, "{refused}");
    // What does not exist is refused likewise, and so is what the policy does not allow.
    for resource in [
        "manifest(format=m3u8-cmaf,filter=none)",
        "manifest(format=m3u8-cmaf,type=chapters)",
        "manifest(format=m3u8-aapl-v8)",
        "manifest(format=mpd-time-cmaf,encryption=piff)",
        "QualityLevels(1)/Manifest(none,format=m3u8-cmaf)",
        "QualityLevels(1)/Fragments(none=0)",
    ] {
        let url = format!("/{SIGNED}/sample.ism/{resource}");
        assert_eq!(refusal(fetch(&dynpack, &url).await), REFUSED, "{url}");
    }
    assert_eq!(refusal(fetch(&dynpack, &format!("/{SIGNED}/none.ism/manifest")).await), REFUSED);
    let none = refusal(fetch(&dynpack, "/none/sample.ism/manifest").await);
    assert_eq!(none, (404, "MPE_RESOURCE_NOT_FOUND"));
}

/// Manifests list what the same rules leave without a token, by the same URLs with the token, and
/// media has the bytes and the tags of the whole.
#[tokio::test]
async fn manifests_carry_the_token_and_media_stays_that_of_the_whole() {
    let dynpack = origin();
    let token = narrow();
    let query = format!("?token={token}");
    for way in ways() {
        let (manifest, ruled) = (manifest_at(SIGNED, way), manifest_at(WHOLE, way));
        let ruled = ruled.replace(')', &format!(",rules={RULES})"));
        let ruled = Request::parse(&ruled).unwrap().to_string();
        // Smooth Streaming has no other parameter.
        let rules = if ruled.contains("(rules") { "rules=" } else { ",rules=" }.to_owned() + RULES;
        let plain: BTreeSet<_> = listed(&dynpack, &Request::parse(&ruled).unwrap())
            .await
            .into_iter()
            .map(|url| signed(&url.replace(&rules, "").replace("manifest()", "manifest")))
            .collect();
        let request = Request::parse(&format!("{manifest}{query}")).unwrap();
        let carried = listed(&dynpack, &request).await;
        let stripped: BTreeSet<_> = carried
            .iter()
            .map(|url| url.strip_suffix(&query).unwrap_or_else(|| panic!("{url}")).to_owned())
            .collect();
        assert_eq!(stripped, plain, "{manifest}");
        for url in carried {
            let response = ask(&dynpack, &url).await.unwrap();
            let header = |name| {
                let headers = response.headers();
                headers.into_iter().find(|(key, _)| *key == name).unwrap().1
            };
            let (who, seconds) = {
                let control = header("cache-control");
                let (who, seconds) = control.split_once(", max-age=").unwrap();
                (who.to_owned(), seconds.parse::<u64>().unwrap())
            };
            // No longer than the token is valid.
            assert!((7_000..=7_200).contains(&seconds), "{url}: {seconds}");
            let request = Request::parse(&url).unwrap();
            if let Resource::Media(..) = request.resource {
                let whole = url.strip_suffix(&query).unwrap().replacen(SIGNED, WHOLE, 1);
                assert_eq!(who, "public", "{url}");
                assert_eq!(response.etag, ask(&dynpack, &whole).await.unwrap().etag, "{url}");
                assert_eq!(get(&dynpack, &url).await, get(&dynpack, &whole).await, "{url}");
            } else {
                assert_eq!(who, "private", "{url}");
            }
        }
    }
}

/// What the rules of a token leave out is not there, whatever the URL says.
#[tokio::test]
async fn nobody_widens_what_a_token_allows() {
    let dynpack = origin();
    let query = format!("?token={}", narrow());
    let (mut refused, mut answered) = (0, 0);
    for way in ways() {
        let own = Request::parse(&format!("{}{query}", manifest_at(SIGNED, way))).unwrap();
        let left = listed(&dynpack, &own).await;
        for url in listed(&dynpack, &Request::parse(&manifest_at(WHOLE, way)).unwrap()).await {
            let Resource::Media(..) = Request::parse(&url).unwrap().resource else { continue };
            let tag = ask(&dynpack, &url).await.unwrap().etag;
            let own = signed(&url);
            if left.contains(&format!("{own}{query}")) {
                answered += 1;
                continue;
            }
            let (head, tail) = own.rsplit_once(')').unwrap();
            for url in [
                own.clone(),
                format!("{head},filter=all){tail}"),
                format!("{head},rules=type=video;;type!=video){tail}"),
                own.replace('(', "%28").replace(')', "%29").replace('=', "%3D"),
            ] {
                for conditions in [Conditions::default(), known(&tag)] {
                    let answer = dynpack.get(&format!("{url}{query}"), &conditions).await;
                    assert_eq!(refusal(answer).0, 404, "{url}");
                    refused += 1;
                }
            }
        }
        // Filters of the URL narrow further.
        let manifest = manifest_at(SIGNED, way);
        for (parameter, status) in
            [("rules=time=0-6", 415), ("rules=height=700-800", 415), ("filter=none", 404)]
        {
            let url = manifest.replace(')', &format!(",{parameter}){query}"));
            assert_eq!(refusal(fetch(&dynpack, &url).await).0, status, "{url}");
        }
        let url = manifest.replace(')', &format!(",filter=all){query}"));
        let names = |text: String| text.replace(",filter=all", "");
        let whole = text(&dynpack, &format!("{manifest}{query}")).await;
        assert_eq!(names(text(&dynpack, &url).await), whole, "{url}");
    }
    assert!(refused > 1_000 && answered > 100, "{refused} {answered}");
}

/// Filters that a token names bind as its rules do, and must exist.
#[tokio::test]
async fn filters_of_a_token_bind() {
    let dynpack = origin();
    let with = |filters: &[&str]| {
        let mut terms = terms(SIGNED);
        terms.filters = filters.iter().map(|&name| name.to_owned()).collect();
        format!("?token={}", sign(&terms))
    };
    let at = |track: &str, query: &str| {
        format!("/{SIGNED}/sample.ism/QualityLevels({track}=i,format=m3u8-cmaf){query}")
    };
    let (english, german) = ("69345)/Fragments(audio_en", "71182)/Fragments(audio_de");
    let manifest = format!("/{SIGNED}/sample.ism/manifest(format=m3u8-cmaf)");
    let playlist = text(&dynpack, &format!("{manifest}{}", with(&["english"]))).await;
    assert!(playlist.contains("audio_en") && !playlist.contains("audio_de"), "{playlist}");
    assert!(fetch(&dynpack, &at(english, &with(&["english"]))).await.is_ok());
    let refused = refusal(fetch(&dynpack, &at(german, &with(&["english"]))).await);
    assert_eq!(refused.0, 404);
    for url in [manifest, at(english, "")] {
        let refused = refusal(fetch(&dynpack, &format!("{url}{}", with(&["gone"]))).await);
        assert_eq!(refused, (404, "MPE_EGRESS_FILTER_NOT_FOUND"));
    }
}

/// Stored files need the token too, and are not given out under one that leaves anything out.
#[tokio::test]
async fn downloads_need_a_token_that_leaves_out_nothing() {
    let dynpack = origin();
    let file = format!("/{FILES}/video_180p.mp4");
    for query in bad_queries() {
        assert_eq!(refusal(fetch(&dynpack, &format!("{file}{query}")).await), REFUSED, "{query}");
    }
    for path in [FILES, "signed-files/video_180p.mp4", "/"] {
        let answer = fetch(&dynpack, &format!("{file}?token={}", sign(&terms(path)))).await;
        let answer = answer.unwrap();
        assert_eq!((answer.status, answer.is_private), (200, false));
        assert!(answer.max_age.unwrap() <= Duration::from_secs(7_200));
    }
    let mut narrow = terms(FILES);
    narrow.filters = vec!["all".into()];
    let ruled = |rules: &str| {
        let mut terms = terms(FILES);
        terms.rules = Some(rules.parse().unwrap());
        terms
    };
    for terms in [narrow, ruled("time=0-600"), ruled("type=video")] {
        let answer = fetch(&dynpack, &format!("{file}?token={}", sign(&terms))).await;
        assert_eq!(refusal(answer), (403, "MPE_OUTPUT_FORMAT_BLOCKED"));
    }
}

/// Two tokens never share a manifest, in any cache, and always share media.
#[tokio::test]
async fn tags_of_manifests_differ_by_token() {
    let dynpack = origin();
    let first = format!("?token={}", sign(&terms(SIGNED)));
    let second = format!("?token={}", sign(&TokenTerms::new(SIGNED, hours(3))));
    for way in ways() {
        let whole = Request::parse(&manifest_at(WHOLE, way)).unwrap();
        for url in listed(&dynpack, &whole).await {
            let is_media = matches!(Request::parse(&url).unwrap().resource, Resource::Media(..));
            let tag = async |url: String| ask(&dynpack, &url).await.unwrap().etag;
            let (of_whole, url) = (tag(url.clone()).await, signed(&url));
            let tags = [tag(format!("{url}{first}")).await, tag(format!("{url}{second}")).await];
            assert_eq!(tags[0] == tags[1], is_media, "{url}");
            assert_eq!(tags[0] == of_whole, is_media, "{url}");
            let again = dynpack.get(&format!("{url}{first}"), &known(&tags[0])).await.unwrap();
            assert_eq!(again.status, 304, "{url}");
        }
    }
}

/// Programs that do without the facade cannot forget the token.
#[test]
fn admission_requires_the_token() {
    let mut document = document();
    document["streamingLocators"][1]["requiresToken"] = true.into();
    let id = document["streamingLocators"][1]["streamingLocatorId"].as_str().unwrap().to_owned();
    let (locators, now, age) = (locators(document), Timestamp::now(), Duration::from_secs(9_999));
    let request = Request::parse(&format!("/{id}/sample.ism/manifest?token=x")).unwrap();
    let refused = Admission::new(Some(&locators), &request, age, now).unwrap_err();
    assert!(matches!(refused, PackagerError::Token(TokenError::Missing)), "{refused}");
    let with =
        |path: &str| Admission::with_token(Some(&locators), &request, Some(terms(path)), age, now);
    let refused = with("other").unwrap_err();
    assert!(matches!(refused, PackagerError::Token(TokenError::OtherPath)), "{refused}");
    let admitted = with(&id).unwrap();
    assert!(admitted.token.is_some() && admitted.max_age <= Duration::from_secs(7_201));
}

/// A token that nobody needs belongs to a proxy: it changes nothing.
#[tokio::test]
async fn a_token_that_is_not_needed_is_ignored() {
    let dynpack = origin();
    for way in ways() {
        let manifest = manifest_at(WHOLE, way);
        let plain = ask(&dynpack, &manifest).await.unwrap();
        let with_token = ask(&dynpack, &format!("{manifest}?token=x")).await.unwrap();
        assert_eq!((with_token.etag, with_token.is_private), (plain.etag, false));
        let text = text(&dynpack, &format!("{manifest}?token=x")).await;
        assert!(!text.contains("token"), "{text}");
    }
}

/// Without locators, a token is for folders as they are stored.
#[tokio::test]
async fn without_locators_everything_needs_a_token() {
    let builder = Dynpack::builder(storage());
    let dynpack = builder.clone().tokens(HmacTokens::new([KEY]).unwrap()).build();
    let manifest = "/sample/sample.ism/manifest(format=mpd-time-cmaf)";
    assert_eq!(refusal(fetch(&dynpack, manifest).await), REFUSED);
    for path in ["sample", "/sample/", "sample/sample.ism", "/"] {
        let token = sign(&terms(path));
        let answer = fetch(&dynpack, &format!("{manifest}?token={token}")).await;
        assert_eq!(answer.unwrap().status, 200, "{path}");
    }
    for path in ["sampl", "sample/sample", "sample/sample.ism/manifest", "other", ""] {
        let token = sign(&terms(path));
        let answer = fetch(&dynpack, &format!("{manifest}?token={token}")).await;
        assert_eq!(refusal(answer), REFUSED, "{path}");
    }
    // Who asks for the manifest of another origin is sent on with the token.
    let error = fetch(&dynpack, "/sample/sample.ism/.mpd?token=a").await.unwrap_err();
    assert!(error.to_string().ends_with("manifest(format=mpd-time-cmaf)?token=a` here"), "{error}");
    // Without someone who checks it, no token is good.
    let mut document = document();
    document["streamingLocators"][1]["requiresToken"] = true.into();
    let id = document["streamingLocators"][1]["streamingLocatorId"].as_str().unwrap().to_owned();
    let dynpack = builder.locators(locators(document)).build();
    let url = format!("/{id}/sample.ism/manifest?token={}", sign(&terms(&id)));
    assert_eq!(refusal(fetch(&dynpack, &url).await), REFUSED);
}
