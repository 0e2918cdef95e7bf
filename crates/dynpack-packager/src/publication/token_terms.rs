//! What a token allows its bearer.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};

use crate::combination::Combination;
use crate::error::TokenError;
use crate::filter::Rules;

/// What a token allows its bearer. In JSON, its fields are the claims of a JSON Web Token (RFC
/// 7519). A claim that is not known is an error, so that a misspelled one widens nothing.
///
/// ```
/// use dynpack_packager::TokenTerms;
///
/// let claims = r#"{ "path": "films/ignite", "exp": 1800000000, "rules": "time=0-600" }"#;
/// let terms: TokenTerms = serde_json::from_str(claims)?;
/// let now = "2026-12-01T00:00:00Z".parse()?;
/// assert_eq!(terms.check("films/ignite/ignite.ism", now), Ok(()));
/// assert!(terms.check("films/ignite-2/ignite.ism", now).is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Claims")]
#[non_exhaustive]
pub struct TokenTerms {
    /// What it is for, as URLs name it: an asset (`films/ignite/ignite.ism`), or all in a folder
    /// and below it (`films`), such as the id of a locator; `/` for all that there is. An empty
    /// one is for nothing.
    pub path: String,
    /// From when it is no longer valid; in seconds.
    #[serde(rename = "exp", with = "jiff::fmt::serde::timestamp::second::required")]
    pub expires: Timestamp,
    /// From when it is valid; from ever unless set.
    #[serde(rename = "nbf", with = "jiff::fmt::serde::timestamp::second::optional")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub not_before: Option<Timestamp>,
    /// The names of filters that apply to everything, media included, as those of a locator do; up
    /// to [`Combination::MAX_OF_LOCATOR`].
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub filters: Vec<String>,
    /// Rules that apply likewise.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rules: Option<Rules>,
}

/// The claims as they are written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Claims {
    path: String,
    #[serde(with = "jiff::fmt::serde::timestamp::second::required")]
    exp: Timestamp,
    #[serde(default, with = "jiff::fmt::serde::timestamp::second::optional")]
    nbf: Option<Timestamp>,
    #[serde(default)]
    filters: Vec<String>,
    rules: Option<Rules>,
    // Claims of the standard that restrict nothing.
    #[serde(rename = "iat")]
    _iat: Option<IgnoredAny>,
    #[serde(rename = "iss")]
    _iss: Option<IgnoredAny>,
    #[serde(rename = "jti")]
    _jti: Option<IgnoredAny>,
    #[serde(rename = "sub")]
    _sub: Option<IgnoredAny>,
}

impl TryFrom<Claims> for TokenTerms {
    type Error = String;

    fn try_from(claims: Claims) -> Result<Self, String> {
        let Claims { path, exp: expires, nbf: not_before, filters, rules, .. } = claims;
        let (count, max) = (filters.len(), Combination::MAX_OF_LOCATOR);
        match count > max {
            true => Err(format!("it has {count} filters, where {max} are the limit")),
            false => Ok(Self { path, expires, not_before, filters, rules }),
        }
    }
}

impl TokenTerms {
    /// All of what is at a path, until that time.
    #[must_use]
    pub fn new(path: &str, expires: Timestamp) -> Self {
        let (not_before, filters, rules) = (None, Vec::new(), None);
        Self { path: path.to_owned(), expires, not_before, filters, rules }
    }

    /// Whether a path may be seen at a time: that of an asset (`folder/name.ism`) or of a stored
    /// file.
    ///
    /// # Errors
    /// [`TokenError`] if it may not.
    pub fn check(&self, path: &str, now: Timestamp) -> Result<(), TokenError> {
        let own = self.path.trim_matches('/');
        let below = path
            .strip_prefix(own)
            .filter(|below| own.is_empty() || below.is_empty() || below.starts_with('/'))
            .filter(|_| !self.path.is_empty());
        match below {
            None => Err(TokenError::OtherPath),
            Some(_) if self.not_before.is_some_and(|start| now < start) => {
                Err(TokenError::NotYetValid)
            }
            Some(_) if self.expires <= now => Err(TokenError::Expired),
            Some(_) => Ok(()),
        }
    }

    /// How long it is valid after that time.
    #[must_use]
    pub fn valid_for(&self, now: Timestamp) -> Duration {
        self.expires.duration_since(now).max(SignedDuration::ZERO).unsigned_abs()
    }

    /// Whether it leaves out anything of what is at its path.
    #[must_use]
    pub const fn has_filters(&self) -> bool {
        !self.filters.is_empty() || self.rules.is_some()
    }
}
