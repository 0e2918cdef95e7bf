//! All locators of an origin, and the policies they name.

use std::collections::BTreeMap;
use std::fmt;

use jiff::Timestamp;
use serde::de::{Error as _, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::{KeyDelivery, Locator, StreamingPolicy};
use crate::error::Error;

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
    /// Policies by name, besides the predefined ones; no name twice.
    #[serde(deserialize_with = "policies")]
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
        let LocatorsDocument { key_delivery, streaming_policies, streaming_locators, .. } =
            document;
        let mut all =
            Self { key_delivery, policies: streaming_policies, locators: BTreeMap::new() };
        if let Some(name) =
            all.policies.keys().find(|name| StreamingPolicy::predefined(name).is_some())
        {
            return Err(LocatorsError::policy(name, "its name is that of a predefined policy"));
        }
        for (name, policy) in &all.policies {
            policy
                .check(&all.key_delivery)
                .map_err(|problem| LocatorsError::policy(name, problem))?;
        }
        for locator in streaming_locators {
            let name = &locator.streaming_policy_name;
            if !all.policies.contains_key(name) {
                let predefined = StreamingPolicy::predefined(name);
                let unknown =
                    || LocatorsError::locator(&locator.id, format!("there is no policy `{name}`"));
                let policy = predefined.ok_or_else(unknown)?;
                policy
                    .check(&all.key_delivery)
                    .map_err(|problem| LocatorsError::policy(name, problem))?;
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
    pub fn open(&self, id: &str, at: Timestamp) -> Result<(&Locator, &StreamingPolicy), Error> {
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

/// Reads policies by name. Of two of one name, the last would count otherwise: a policy that
/// protects could be undone unseen.
fn policies<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<BTreeMap<String, StreamingPolicy>, D::Error> {
    deserializer.deserialize_map(Policies)
}

struct Policies;

impl<'de> Visitor<'de> for Policies {
    type Value = BTreeMap<String, StreamingPolicy>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("policies by name")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut written: A) -> Result<Self::Value, A::Error> {
        let mut policies = BTreeMap::new();
        while let Some((name, policy)) = written.next_entry::<String, _>()? {
            if policies.contains_key(&name) {
                return Err(A::Error::custom(format!("there are two policies `{name}`")));
            }
            policies.insert(name, policy);
        }
        Ok(policies)
    }
}
