//! Locators: what is served under their ids, and when.

use std::time::Duration;

use dynpack::{
    ContentKey, Dynpack, Encryption, Error, Format, KeyId, Locator, LocatorKey, Locators,
    LocatorsDocument, Response,
};
use jiff::Timestamp;

use crate::support::published::{document, locator, locators, manifest_under, published};
use crate::support::{fetch, refusal, sample_storage, text};

#[tokio::test]
async fn only_locators_answer_by_their_ids() {
    let dynpack = published();
    let folder = fetch(&dynpack, "/sample/sample.ism/manifest(format=m3u8-cmaf)").await;
    assert_eq!(folder.unwrap_err().to_string(), "there is no locator `sample`");
    assert_eq!(
        refusal(fetch(&dynpack, "/nothing/sample.ism/manifest").await),
        (404, "MPE_RESOURCE_NOT_FOUND")
    );
    // The error does not reveal the path of the asset.
    let other = manifest_under("all", Format::DashCsf, Some(Encryption::Cenc))
        .replace("sample.ism", "other.ism");
    assert_eq!(
        fetch(&dynpack, &other).await.unwrap_err().to_string(),
        "there is no asset `locator-all/other.ism`"
    );
    // The same media under two ids.
    let [one, other] = ["Predefined_ClearStreamingOnly", "clear-and-all"]
        .map(|policy| manifest_under(policy, Format::HlsCmaf, None));
    assert_eq!(text(&dynpack, &one).await, text(&dynpack, &other).await);
}

#[tokio::test]
async fn locators_answer_between_their_times() {
    let mut document = document();
    for (at, (start, end)) in [
        ("2020-01-01T00:00:00Z", "2020-01-02T00:00:00Z"),
        ("2998-01-01T00:00:00Z", "2999-01-01T00:00:00Z"),
        ("2020-01-01T00:00:00+02:00", "2999-01-01T00:00:00.0000000Z"),
    ]
    .into_iter()
    .enumerate()
    {
        document["streamingLocators"][at + 1]["startTime"] = start.into();
        document["streamingLocators"][at + 1]["endTime"] = end.into();
        document["streamingLocators"][at + 1]["streamingPolicyName"] =
            "Predefined_ClearStreamingOnly".into();
    }
    let dynpack = Dynpack::builder(sample_storage()).locators(locators(document)).build();
    let ask = |policy| fetch_owned(&dynpack, manifest_under(policy, Format::DashCmaf, None));
    assert_eq!(refusal(ask("Predefined_ClearStreamingOnly").await), (404, "MPE_UNAUTHORIZED"));
    assert_eq!(
        refusal(ask("Predefined_DownloadAndClearStreaming").await),
        (404, "MPE_UNAUTHORIZED")
    );
    assert_eq!(ask("Predefined_ClearKey").await.unwrap().status, 200);
}

async fn fetch_owned(dynpack: &Dynpack, url: String) -> Result<Response, Error> {
    fetch(dynpack, &url).await
}

#[test]
fn a_locator_is_open_from_its_start_until_before_its_end() {
    let mut document = document();
    document["streamingLocators"][0]["startTime"] = "2026-01-01T00:00:00Z".into();
    document["streamingLocators"][0]["endTime"] = "2026-01-01T00:00:10Z".into();
    let locators = locators(document);
    let id = locator("Predefined_DownloadOnly");
    let is_open = |seconds: i64| {
        let at = Timestamp::from_second(1_767_225_600 + seconds).unwrap();
        locators.open(&id, at).is_ok()
    };
    assert_eq!([-1, 0, 9, 10].map(is_open), [false, true, true, false]);
}

/// No cache may keep a response after the end of its locator.
#[tokio::test]
async fn responses_are_not_cached_after_the_end() {
    let mut document = document();
    let soon = std::time::SystemTime::now() + Duration::from_secs(100);
    let seconds = soon.duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    let days = seconds / 86_400;
    let (year, month, day) = civil(days);
    let rest = seconds % 86_400;
    let end = format!(
        "{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}Z",
        rest / 3600,
        rest / 60 % 60,
        rest % 60
    );
    document["streamingLocators"][2]["endTime"] = end.into();
    let dynpack = Dynpack::builder(sample_storage()).locators(locators(document)).build();
    for url in [
        manifest_under("Predefined_DownloadAndClearStreaming", Format::HlsCmaf, None),
        format!("/{}/video_180p.mp4", locator("Predefined_DownloadAndClearStreaming")),
    ] {
        let age = fetch(&dynpack, &url).await.unwrap().max_age.unwrap().as_secs();
        assert!((90..=100).contains(&age), "{url}: {age}");
    }
}

/// The date of a day since 1970 (Howard Hinnant, *chrono-Compatible Low-Level Date Algorithms*).
fn civil(days: u64) -> (u64, u64, u64) {
    let shifted = days + 719_468;
    let (era, of_era) = (shifted / 146_097, shifted % 146_097);
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (year + era * 400 + u64::from(month <= 2), month, day)
}

/// If a locator with the same id has a new policy and a new key, these are used from the next
/// request on.
#[tokio::test]
async fn locators_are_published_in_place_of_others() {
    let of = |policy: &str, key: u8| {
        let id = KeyId([7; 16]);
        let keys = vec![LocatorKey::new(id, Some(ContentKey::new([key; 16])))];
        let mut document = LocatorsDocument::default();
        document.key_delivery.key_url_template = "https://keys.example/{ContentKeyId}".parse().ok();
        document.streaming_locators =
            vec![Locator::new("stays", "sample", policy).with_content_keys(keys)];
        Locators::new(document).unwrap()
    };
    let dynpack = Dynpack::builder(sample_storage()).build();
    let clear = "/stays/sample.ism/manifest(format=m3u8-aapl)";
    let under_key = "/stays/sample.ism/manifest(format=m3u8-aapl,encryption=cbc)";
    assert_eq!(refusal(fetch(&dynpack, clear).await).0, 404, "nothing is published by that name");
    dynpack.publish(of("Predefined_ClearStreamingOnly", 1));
    assert_eq!(fetch(&dynpack, clear).await.unwrap().status, 200);
    assert_eq!(refusal(fetch(&dynpack, under_key).await).0, 403);
    assert_eq!(
        refusal(fetch(&dynpack, "/sample/sample.ism/manifest(format=m3u8-aapl)").await).0,
        404,
        "bare folders are not"
    );
    let mut tags = Vec::new();
    for key in [1, 2, 1] {
        dynpack.publish(of("Predefined_ClearKey", key));
        tags.push(fetch(&dynpack, under_key).await.unwrap().etag);
    }
    assert!(tags[0] == tags[2] && tags[0] != tags[1], "{tags:?}");
}
