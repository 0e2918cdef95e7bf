//! Which asset a request may see, and under which protection.

use std::time::Duration;

use jiff::Timestamp;

use super::{Locator, Locators, Terms, TokenTerms};
use crate::encryption::Encryption;
use crate::error::Error;
use crate::request::{AssetPath, Request};

/// What a request is admitted to: an asset, in the clear or under protection.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Admission<'a> {
    /// Where the asset is stored.
    pub path: AssetPath,
    /// How it is protected; `None` in the clear.
    pub protected: Option<Protected<'a>>,
    /// The names of the locator's filters, which apply to every answer, media included. Those in the
    /// URL apply besides. The caller looks both up, and makes the view with a
    /// [`Combination`](crate::Combination).
    pub filters: &'a [String],
    /// What the token of the URL allows, if one is needed. Its filters and rules apply to every
    /// answer too.
    pub token: Option<TokenTerms>,
    /// How long the answer may be cached.
    pub max_age: Duration,
}

/// A protection, and the publication that asks for it.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Protected<'a> {
    /// Which protection it is.
    pub encryption: Encryption,
    /// The locator whose keys protect the asset.
    pub locator: &'a Locator,
    /// The terms of its policy.
    pub terms: Terms<'a>,
}

impl<'a> Admission<'a> {
    /// Admits a request at the time `now`: by its locator, or without `locators` to any asset in
    /// the clear. Answers may be cached for at most `max_age`.
    ///
    /// # Errors
    /// [`Error::LocatorNotFound`], [`Error::LocatorNotOpen`], and those of
    /// [`StreamingPolicy::admit`](super::StreamingPolicy::admit).
    pub fn new(
        locators: Option<&'a Locators>,
        request: &Request,
        max_age: Duration,
        now: Timestamp,
    ) -> Result<Self, Error> {
        let Some(locators) = locators else {
            return match request.encryption {
                Some(encryption) => Err(Error::EncryptionNotSet(encryption)),
                None => {
                    let path = request.asset.clone();
                    Ok(Self { path, protected: None, filters: &[], token: None, max_age })
                }
            };
        };
        let (locator, policy) = locators.open(request.asset.folder(), now)?;
        let encryption = policy.admit(request.format, request.encryption)?;
        let terms = Terms::new(policy, locators.key_delivery())
            .with_alternative_id(locator.alternative_media_id.as_deref());
        Ok(Self {
            path: AssetPath::new(&locator.asset_name, request.asset.ism())?,
            protected: encryption.map(|encryption| Protected { encryption, locator, terms }),
            filters: &locator.filters,
            token: None,
            max_age: locator.max_age(max_age, now),
        })
    }

    /// The same under a token that was [checked](TokenTerms::check) at the time `now`. Nothing may be
    /// cached longer than the token is valid.
    #[must_use]
    pub fn with_token(self, token: Option<TokenTerms>, now: Timestamp) -> Self {
        let max_age = match &token {
            Some(terms) => self.max_age.min(terms.valid_for(now)),
            None => self.max_age,
        };
        Self { token, max_age, ..self }
    }
}
