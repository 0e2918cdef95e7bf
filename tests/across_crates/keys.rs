//! Keys: whether they can be used, and how they are requested, cached and dropped.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, Weak};
use std::time::Duration;

use async_trait::async_trait;
use dynpack::{
    Dynpack, Encryption, Error, Format, KeyProvider, KeyProviderError, KeySet, Locator, LocatorKeys,
};
use futures_util::future::join_all;
use serde_json::json;

use crate::support::published::{builder, document, locators, manifest_under};
use crate::support::{ask, fetch, get, sample_storage};

#[tokio::test]
async fn unusable_keys_are_reported() {
    let cases = [
        (json!([]), "the keys cannot be used: there are no keys for it"),
        (
            json!([{"id": "12345670-1234-4234-8234-123456789abc"}]),
            "there is no value for the key 12345670-1234-4234-8234-123456789abc",
        ),
        (
            json!([{
                "id": "12345670-1234-4234-8234-123456789abc",
                "type": "EnvelopeEncryption",
                "value": "f0e1d2c3b4a5968778695a4b3c2d1e0f"
            }]),
            "the keys cannot be used: there are no keys for it",
        ),
        (
            json!([
                { "id": "12345670-1234-4234-8234-123456789abc", "label": "a" },
                { "id": "12345671-1234-4234-8234-123456789abc", "label": "b" }
            ]),
            "the keys cannot be used: there are 2 keys, and the policy names none for all tracks",
        ),
    ];
    for (keys, expected) in cases {
        let mut document = document();
        document["streamingLocators"][6]["contentKeys"] = keys;
        let dynpack = Dynpack::builder(sample_storage()).locators(locators(document)).build();
        let error =
            fetch(&dynpack, &manifest_under("all", Format::DashCmaf, Some(Encryption::Cenc)))
                .await
                .unwrap_err();
        assert_eq!((error.status(), error.to_string().as_str()), (500, expected));
    }
    let mut document = document();
    document["streamingLocators"][9]["contentKeys"][1]["label"] = "uhd".into();
    let dynpack = Dynpack::builder(sample_storage()).locators(locators(document)).build();
    let error =
        fetch(&dynpack, &manifest_under("key-per-track", Format::DashCmaf, Some(Encryption::Cenc)))
            .await
            .unwrap_err();
    assert_eq!(error.to_string(), "the keys cannot be used: there is no key with the label `hd`");
}

/// A provider that counts its calls, and can be made to fail.
struct Counting {
    asked: Arc<AtomicUsize>,
    fails: bool,
}

#[async_trait]
impl KeyProvider for Counting {
    async fn keys(
        &self,
        locator: &Locator,
        encryption: Encryption,
    ) -> Result<Arc<KeySet>, KeyProviderError> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        tokio::time::sleep(Duration::from_millis(20)).await;
        if self.fails {
            return Err(KeyProviderError::Unavailable { problem: "no answer".into() });
        }
        LocatorKeys.keys(locator, encryption).await
    }
}

#[tokio::test]
async fn keys_are_requested_once() {
    let asked = Arc::new(AtomicUsize::new(0));
    let dynpack = builder().keys(Counting { asked: Arc::clone(&asked), fails: false }).build();
    let url = manifest_under("all", Format::DashCmaf, Some(Encryption::Cenc));
    join_all((0..20).map(|_| get(&dynpack, &url))).await;
    assert_eq!(asked.load(Ordering::Relaxed), 1);
    let _ =
        get(&dynpack, &manifest_under("all", Format::DashCmaf, Some(Encryption::CbcsAapl))).await;
    assert_eq!(asked.load(Ordering::Relaxed), 2);
    // Clear resources need no keys.
    let _ = get(&dynpack, &manifest_under("clear-and-all", Format::DashCmaf, None)).await;
    assert_eq!(asked.load(Ordering::Relaxed), 2);

    let dynpack = builder()
        .keys(Counting { asked: Arc::clone(&asked), fails: false })
        .keys_max_age(Duration::ZERO)
        .build();
    for _ in 0..2 {
        let _ = get(&dynpack, &url).await;
    }
    assert_eq!(asked.load(Ordering::Relaxed), 4);

    let dynpack = builder().keys(Counting { asked, fails: true }).build();
    let error = ask(&dynpack, &url).await.unwrap_err();
    assert_eq!(
        (error.status(), error.to_string().as_str()),
        (503, "the keys are not available now: no answer")
    );
}

/// A provider that remembers the keys it returned, by weak references.
#[derive(Clone, Default)]
struct Remembering(Arc<Mutex<Vec<Weak<KeySet>>>>);

#[async_trait]
impl KeyProvider for Remembering {
    async fn keys(
        &self,
        locator: &Locator,
        encryption: Encryption,
    ) -> Result<Arc<KeySet>, KeyProviderError> {
        let keys = LocatorKeys.keys(locator, encryption).await?;
        self.0.lock().unwrap().push(Arc::downgrade(&keys));
        Ok(keys)
    }
}

#[tokio::test]
async fn old_keys_are_dropped_when_others_are_requested() {
    let provider = Remembering::default();
    let max_age = Duration::from_millis(50);
    let dynpack = builder().keys(provider.clone()).keys_max_age(max_age).build();
    let url = |policy| manifest_under(policy, Format::DashCmaf, Some(Encryption::Cenc));
    let in_use = || {
        provider.0.lock().unwrap().iter().map(|keys| keys.strong_count() > 0).collect::<Vec<_>>()
    };
    get(&dynpack, &url("all")).await;
    assert_eq!(in_use(), [true]);
    tokio::time::sleep(max_age).await;
    get(&dynpack, &url("key-per-track")).await;
    assert_eq!(in_use(), [false, true]);
}

#[tokio::test]
async fn all_requests_that_wait_for_the_same_keys_get_the_same_error() {
    let asked = Arc::new(AtomicUsize::new(0));
    let dynpack = builder().keys(Counting { asked: Arc::clone(&asked), fails: true }).build();
    let url = manifest_under("all", Format::DashCmaf, Some(Encryption::Cenc));
    // The asset is already open, so all requests get to the keys at the same time.
    get(&dynpack, &manifest_under("clear-and-all", Format::DashCmaf, None)).await;
    let answers = join_all((0..20).map(|_| ask(&dynpack, &url))).await;
    assert!(
        answers
            .iter()
            .all(|answer| matches!(answer, Err(Error::Keys(KeyProviderError::Unavailable { .. }))))
    );
    assert_eq!(asked.load(Ordering::SeqCst), 1);
}
