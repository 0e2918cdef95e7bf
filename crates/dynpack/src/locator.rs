//! Streaming locators: the ids under which assets are published, each with a policy.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use dynpack_crypt::{ContentKey, Iv, KeyId};
use jiff::Timestamp;
use serde::{Deserialize, Deserializer};
use zeroize::Zeroizing;

use crate::policy::{KeyDelivery, StreamingPolicy};
use crate::{AssetPath, Encryption, Error};

/// A locator: an asset, published under an id by the rules of a policy.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[non_exhaustive]
pub struct Locator {
    /// The id: the folder in URLs. Whoever knows it may ask for what the policy allows, so it should not be guessed.
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
    /// Its keys, of which those without a value are asked of the [`KeyProvider`](crate::KeyProvider).
    #[serde(default)]
    pub content_keys: Vec<LocatorKey>,
    /// Filters for all that it answers. Not built: a locator with filters is refused, since it would show more than it is meant to.
    #[serde(default)]
    pub filters: Vec<String>,
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
        }
    }

    /// The same with those keys.
    #[must_use]
    pub fn with_content_keys(self, content_keys: Vec<LocatorKey>) -> Self {
        Self { content_keys, ..self }
    }

    /// Whether it answers at that time.
    #[must_use]
    pub fn is_open(&self, at: SystemTime) -> bool {
        // A clock that is off the calendar opens nothing.
        let Ok(at) = Timestamp::try_from(at) else { return false };
        self.start_time.is_none_or(|start| start <= at) && self.end_time.is_none_or(|end| at < end)
    }

    /// How long an answer may be kept: no longer than `most`, and than the locator is open.
    pub(crate) fn max_age(&self, most: Duration) -> Duration {
        let left = self.end_time.map(|end| SystemTime::from(end).duration_since(SystemTime::now()).unwrap_or_default());
        left.map_or(most, |left| left.min(most))
    }

    fn check(&self) -> Result<(), String> {
        // An asset must be findable under both, by whatever name.
        for (what, folder) in [("streamingLocatorId", &self.id), ("assetName", &self.asset_name)] {
            AssetPath::new(folder, "x.ism").map_err(|error| format!("its {what} is no folder: {error}"))?;
        }
        if self.id.contains('/') {
            return Err("its streamingLocatorId has a slash".into());
        }
        if !self.filters.is_empty() {
            return Err("it has filters, which are not supported yet".into());
        }
        if self.start_time.zip(self.end_time).is_some_and(|(start, end)| start >= end) {
            return Err("it ends before it starts".into());
        }
        for (at, key) in self.content_keys.iter().enumerate() {
            let is_same = |other: &&LocatorKey| other.label == key.label && other.serves_like(key);
            if self.content_keys.iter().take(at).any(|other| is_same(&other)) {
                let label = key.label.as_ref().map_or_else(|| "no label".to_owned(), |label| format!("the label `{label}`"));
                return Err(format!("two of its keys have {label}"));
            }
        }
        Ok(())
    }
}

/// A key of a locator.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[non_exhaustive]
pub struct LocatorKey {
    /// Its id.
    #[serde(deserialize_with = "key_id")]
    pub id: KeyId,
    /// The protection it is for; for any unless set.
    #[serde(default, rename = "type")]
    pub key_type: Option<KeyType>,
    /// The label by which a policy gives it to tracks.
    #[serde(default)]
    pub label: Option<String>,
    /// The key, in Base64 or as 32 hexadecimal digits: a secret, which makes one of the whole document.
    #[serde(default, deserialize_with = "key")]
    pub value: Option<ContentKey>,
    /// The constant vector for `cbcs` and SAMPLE-AES, where a licence server says which: FairPlay's does. It is derived unless set.
    #[serde(default, deserialize_with = "iv")]
    pub iv: Option<Iv>,
}

impl LocatorKey {
    /// A key for all tracks and any protection.
    #[must_use]
    pub const fn new(id: KeyId, value: Option<ContentKey>) -> Self {
        Self { id, key_type: None, label: None, value, iv: None }
    }

    /// The same with a label.
    #[must_use]
    pub fn with_label(self, label: &str) -> Self {
        Self { label: Some(label.to_owned()), ..self }
    }

    /// Whether it is for that protection.
    pub(crate) fn serves(&self, encryption: Encryption) -> bool {
        match self.key_type {
            None => true,
            Some(KeyType::EnvelopeEncryption) => encryption == Encryption::Cbc,
            Some(KeyType::CommonEncryptionCenc) => matches!(encryption, Encryption::Cenc | Encryption::Piff),
            Some(KeyType::CommonEncryptionCbcs) => encryption == Encryption::CbcsAapl,
        }
    }

    /// Whether there is a protection that both are for.
    fn serves_like(&self, other: &Self) -> bool {
        self.key_type.is_none() || other.key_type.is_none() || self.key_type == other.key_type
    }
}

/// The protection that a key is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub enum KeyType {
    /// AES-128 of whole segments.
    EnvelopeEncryption,
    /// Common Encryption by `cenc`, and PIFF.
    CommonEncryptionCenc,
    /// Common Encryption by `cbcs`, and SAMPLE-AES.
    CommonEncryptionCbcs,
}

/// Locators and policies as a publisher writes them, in JSON: see `docs/locators.md`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[non_exhaustive]
pub struct LocatorsDocument {
    /// Where the JSON schema of the document is; for editors.
    #[serde(rename = "$schema")]
    pub schema: Option<String>,
    /// Where players get keys and licences where a policy does not say.
    pub key_delivery: KeyDelivery,
    /// Policies by name, besides the predefined ones.
    pub streaming_policies: BTreeMap<String, StreamingPolicy>,
    /// The locators.
    pub streaming_locators: Vec<Locator>,
}

/// Locators by id, each with a policy that exists and can be kept.
#[derive(Clone, Debug, Default)]
pub struct Locators {
    key_delivery: KeyDelivery,
    policies: BTreeMap<String, StreamingPolicy>,
    locators: BTreeMap<String, Locator>,
}

impl Locators {
    /// The locators of a document.
    ///
    /// # Errors
    /// [`LocatorsError`], which names the locator or policy at fault.
    pub fn new(document: LocatorsDocument) -> Result<Self, LocatorsError> {
        let LocatorsDocument { key_delivery, streaming_policies, streaming_locators, .. } = document;
        let mut all = Self { key_delivery, policies: streaming_policies, locators: BTreeMap::new() };
        if let Some(name) = all.policies.keys().find(|name| StreamingPolicy::predefined(name).is_some()) {
            return Err(LocatorsError::policy(name, "its name is that of a predefined policy"));
        }
        for (name, policy) in &all.policies {
            policy.check(&all.key_delivery).map_err(|problem| LocatorsError::policy(name, problem))?;
        }
        for locator in streaming_locators {
            let name = &locator.streaming_policy_name;
            if !all.policies.contains_key(name) {
                let predefined = StreamingPolicy::predefined(name);
                let unknown = || LocatorsError::locator(&locator.id, format!("there is no policy `{name}`"));
                let policy = predefined.ok_or_else(unknown)?;
                policy.check(&all.key_delivery).map_err(|problem| LocatorsError::policy(name, problem))?;
                all.policies.insert(name.clone(), policy);
            }
            locator.check().map_err(|problem| LocatorsError::locator(&locator.id, problem))?;
            if let Some(other) = all.locators.insert(locator.id.clone(), locator) {
                return Err(LocatorsError::locator(&other.id, "there are two of that id"));
            }
        }
        Ok(all)
    }

    /// The locators, by ascending id.
    pub fn iter(&self) -> impl Iterator<Item = &Locator> {
        self.locators.values()
    }

    /// The policy of a locator.
    #[must_use]
    pub fn policy(&self, locator: &Locator) -> Option<&StreamingPolicy> {
        self.policies.get(&locator.streaming_policy_name)
    }

    /// Where players get keys and licences where a policy does not say.
    #[must_use]
    pub const fn key_delivery(&self) -> &KeyDelivery {
        &self.key_delivery
    }

    /// The locator of that id with its policy, if it answers at that time.
    ///
    /// # Errors
    /// [`Error::LocatorNotFound`], [`Error::LocatorNotOpen`].
    pub fn open(&self, id: &str, at: SystemTime) -> Result<(&Locator, &StreamingPolicy), Error> {
        let not_found = || Error::LocatorNotFound { id: id.to_owned() };
        let locator = self.locators.get(id).ok_or_else(not_found)?;
        if !locator.is_open(at) {
            return Err(Error::LocatorNotOpen { id: id.to_owned() });
        }
        Ok((locator, self.policy(locator).ok_or_else(not_found)?))
    }
}

/// Locators or policies contradict themselves. Whoever wrote them can fix it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what} `{name}` cannot be used: {problem}")]
pub struct LocatorsError {
    what: &'static str,
    name: String,
    problem: String,
}

impl LocatorsError {
    fn policy(name: &str, problem: impl Into<String>) -> Self {
        Self { what: "the policy", name: name.to_owned(), problem: problem.into() }
    }

    fn locator(id: &str, problem: impl Into<String>) -> Self {
        Self { what: "the locator", name: id.to_owned(), problem: problem.into() }
    }
}

fn key_id<'de, D: Deserializer<'de>>(deserializer: D) -> Result<KeyId, D::Error> {
    String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
}

fn iv<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Iv>, D::Error> {
    let text: Option<String> = Option::deserialize(deserializer)?;
    text.map(|text| text.parse().map_err(serde::de::Error::custom)).transpose()
}

fn key<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<ContentKey>, D::Error> {
    let text: Option<String> = Option::deserialize(deserializer)?;
    let key = text.map(Zeroizing::new).map(|text| match text.len() {
        32 => ContentKey::from_hex(&text),
        _ => ContentKey::from_base64(&text),
    });
    key.transpose().map_err(serde::de::Error::custom)
}
