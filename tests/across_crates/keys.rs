//! Keys are asked for together, and let go when they are old.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, Weak};
use std::time::Duration;

use async_trait::async_trait;
use dynpack::{Encryption, Error, Format, KeyError, KeyProvider, KeySet, Locator, LocatorKeys};
use futures_util::future::join_all;

use crate::support::published::{builder, manifest_under};
use crate::support::{ask, get};

/// A provider that remembers what it handed out, without keeping it.
#[derive(Clone, Default)]
struct Remembering(Arc<Mutex<Vec<Weak<KeySet>>>>);

#[async_trait]
impl KeyProvider for Remembering {
    async fn keys(&self, locator: &Locator, encryption: Encryption) -> Result<Arc<KeySet>, KeyError> {
        let keys = LocatorKeys.keys(locator, encryption).await?;
        self.0.lock().unwrap().push(Arc::downgrade(&keys));
        Ok(keys)
    }
}

#[tokio::test]
async fn old_keys_are_let_go_when_others_are_asked_for() {
    let provider = Remembering::default();
    let max_age = Duration::from_millis(50);
    let dynpack = builder().keys(provider.clone()).keys_max_age(max_age).build();
    let url = |policy| manifest_under(policy, Format::DashCmaf, Some(Encryption::Cenc));
    let kept = || provider.0.lock().unwrap().iter().map(|keys| keys.strong_count() > 0).collect::<Vec<_>>();
    get(&dynpack, &url("all")).await;
    assert_eq!(kept(), [true]);
    tokio::time::sleep(max_age).await;
    get(&dynpack, &url("key-per-track")).await;
    assert_eq!(kept(), [false, true]);
}

struct Failing(Arc<AtomicUsize>);

#[async_trait]
impl KeyProvider for Failing {
    async fn keys(&self, _locator: &Locator, _encryption: Encryption) -> Result<Arc<KeySet>, KeyError> {
        self.0.fetch_add(1, Ordering::SeqCst);
        tokio::task::yield_now().await;
        Err(KeyError::Unavailable { problem: "no answer".into() })
    }
}

#[tokio::test]
async fn who_waits_for_the_same_keys_is_told_of_the_same_failure() {
    let asked = Arc::new(AtomicUsize::new(0));
    let dynpack = builder().keys(Failing(Arc::clone(&asked))).build();
    let url = manifest_under("all", Format::DashCmaf, Some(Encryption::Cenc));
    // Opened beforehand, so that all come to the keys together.
    get(&dynpack, &manifest_under("clear-and-all", Format::DashCmaf, None)).await;
    let answers = join_all((0..20).map(|_| ask(&dynpack, &url))).await;
    assert!(answers.iter().all(|answer| matches!(answer, Err(Error::Keys(KeyError::Unavailable { .. })))));
    assert_eq!(asked.load(Ordering::SeqCst), 1);
}
