//! A streaming locator: the id under which an asset is published, with its policy, times and keys.

mod key;
mod key_list;
mod secret;

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;

pub use key::{KeyType, LocatorKey};

use crate::combination::Combination;
use crate::request::AssetPath;

/// A locator: an asset, published under an id by the rules of a policy.
///
/// ```
/// use dynpack_packager::Locator;
///
/// let mut locator = Locator::new("0c5a1b9e-3f0e-4b61-9a52-5d1d3a0f7c03", "films/ignite", "Predefined_ClearStreamingOnly");
/// locator.start_time = Some("2026-01-01T00:00:00Z".parse()?);
/// assert!(!locator.is_open(jiff::Timestamp::UNIX_EPOCH));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[non_exhaustive]
pub struct Locator {
    /// The id: the folder in URLs. Whoever knows it may ask for what the policy allows, so it
    /// should not be guessed.
    #[serde(rename = "streamingLocatorId")]
    pub id: String,
    /// The folder of the asset in the storage.
    pub asset_name: String,
    /// The name of the policy: one of the document's, or a predefined one.
    pub streaming_policy_name: String,
    /// From when it answers; from ever unless set.
    #[serde(default)]
    pub start_time: Option<Timestamp>,
    /// Until before when it answers; for ever unless set.
    #[serde(default)]
    pub end_time: Option<Timestamp>,
    /// An id of the publisher's own, for URLs of keys and licences.
    #[serde(default)]
    pub alternative_media_id: Option<String>,
    /// Its keys. Whoever hands out keys supplies those without a value.
    #[serde(default, deserialize_with = "key_list::keys")]
    pub content_keys: Vec<LocatorKey>,
    /// The names of filters that apply to everything that it answers, media included, and together
    /// with those in URLs; up to [`Combination::MAX_OF_LOCATOR`].
    #[serde(default)]
    pub filters: Vec<String>,
    /// Whether everything that it answers needs a token in the URL.
    #[serde(default)]
    pub requires_token: bool,
}

impl Locator {
    /// A locator without keys, which answers at any time.
    #[must_use]
    pub fn new(id: &str, asset_name: &str, streaming_policy_name: &str) -> Self {
        Self {
            id: id.to_owned(),
            asset_name: asset_name.to_owned(),
            streaming_policy_name: streaming_policy_name.to_owned(),
            start_time: None,
            end_time: None,
            alternative_media_id: None,
            content_keys: Vec::new(),
            filters: Vec::new(),
            requires_token: false,
        }
    }

    /// The same with those keys.
    #[must_use]
    pub fn with_content_keys(self, content_keys: Vec<LocatorKey>) -> Self {
        Self { content_keys, ..self }
    }

    /// Whether it answers at that time.
    #[must_use]
    pub fn is_open(&self, at: Timestamp) -> bool {
        self.start_time.is_none_or(|start| start <= at) && self.end_time.is_none_or(|end| at < end)
    }

    /// How long an answer given at that time may be cached: at most `limit`, and no longer than the
    /// locator is open.
    #[must_use]
    pub fn max_age(&self, limit: Duration, at: Timestamp) -> Duration {
        let left = self
            .end_time
            .map(|end| end.duration_since(at).max(SignedDuration::ZERO).unsigned_abs());
        left.map_or(limit, |left| left.min(limit))
    }

    /// What is wrong with it, if something is.
    pub(crate) fn check(&self) -> Result<(), String> {
        // An asset must be findable under both, by whatever name.
        for (what, folder) in [("streamingLocatorId", &self.id), ("assetName", &self.asset_name)] {
            AssetPath::new(folder, "x.ism")
                .map_err(|error| format!("its {what} is no folder: {error}"))?;
        }
        if self.id.contains('/') {
            return Err("its streamingLocatorId has a slash".into());
        }
        let (filters, max) = (self.filters.len(), Combination::MAX_OF_LOCATOR);
        if filters > max {
            return Err(format!("it has {filters} filters, where {max} are the limit"));
        }
        if self.start_time.zip(self.end_time).is_some_and(|(start, end)| start >= end) {
            return Err("it ends before it starts".into());
        }
        for (at, key) in self.content_keys.iter().enumerate() {
            let is_same = |other: &&LocatorKey| other.label == key.label && other.serves_like(key);
            if self.content_keys.iter().take(at).any(|other| is_same(&other)) {
                let label = key
                    .label
                    .as_ref()
                    .map_or_else(|| "no label".to_owned(), |label| format!("the label `{label}`"));
                return Err(format!("two of its keys have {label}"));
            }
            if self.content_keys.iter().take(at).any(|other| other.contradicts(key)) {
                return Err(format!(
                    "two of its keys have the id {}, with different values or vectors",
                    key.id
                ));
            }
        }
        Ok(())
    }
}
