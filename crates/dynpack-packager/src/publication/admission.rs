//! Which asset a request may see, and under which protection.

use std::time::Duration;

use jiff::Timestamp;

use super::{Locator, Locators, Terms, TokenTerms};
use crate::encryption::Encryption;
use crate::error::{Error, TokenError};
use crate::request::{AssetPath, Request};

/// What a request is admitted to: an asset, in the clear or under protection.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Admission<'a> {
    /// Where the asset is stored.
    pub path: AssetPath,
    /// How it is protected; `None` in the clear.
    pub protected: Option<Protected<'a>>,
    /// The names of the locator's filters, which apply to every answer, media included. Those in
    /// the URL apply besides. The caller looks both up, and makes the view with a
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
    /// Admits a request without a token at the time `now`: by its locator, or without `locators` to
    /// any asset in the clear. Answers may be cached for at most `max_age`.
    ///
    /// # Errors
    /// [`Error::LocatorNotFound`], [`Error::LocatorNotOpen`], [`Error::Token`] if the locator
    /// requires one, and those of [`StreamingPolicy::admit`](super::StreamingPolicy::admit).
    pub fn new(
        locators: Option<&'a Locators>,
        request: &Request,
        max_age: Duration,
        now: Timestamp,
    ) -> Result<Self, Error> {
        Self::with_token(locators, request, None, max_age, now)
    }

    /// The same for a request with a genuine token. No answer may be cached longer than the token
    /// is valid. A locator that requires no token ignores it.
    ///
    /// # Errors
    /// Those of [`new`](Self::new), and [`Error::Token`] if the token does not
    /// [admit](TokenTerms::check) the request.
    pub fn with_token(
        locators: Option<&'a Locators>,
        request: &Request,
        token: Option<TokenTerms>,
        max_age: Duration,
        now: Timestamp,
    ) -> Result<Self, Error> {
        let check = |terms: &TokenTerms| terms.check(&request.asset.to_string(), now);
        let limit = |token: &Option<TokenTerms>, max_age: Duration| {
            token.as_ref().map_or(max_age, |terms| max_age.min(terms.valid_for(now)))
        };
        let Some(locators) = locators else {
            token.iter().try_for_each(check)?;
            return match request.encryption {
                Some(encryption) => Err(Error::EncryptionNotSet(encryption)),
                None => {
                    let (path, max_age) = (request.asset.clone(), limit(&token, max_age));
                    Ok(Self { path, protected: None, filters: &[], token, max_age })
                }
            };
        };
        let (locator, policy) = locators.open(request.asset.folder(), now)?;
        let token = match locator.requires_token {
            true => Some(token.ok_or(TokenError::Missing)?),
            false => None,
        };
        token.iter().try_for_each(check)?;
        let encryption = policy.admit(request.format, request.encryption)?;
        let terms = Terms::new(policy, locators.key_delivery())
            .with_alternative_id(locator.alternative_media_id.as_deref());
        Ok(Self {
            path: AssetPath::new(&locator.asset_name, request.asset.ism())?,
            protected: encryption.map(|encryption| Protected { encryption, locator, terms }),
            filters: &locator.filters,
            max_age: limit(&token, locator.max_age(max_age, now)),
            token,
        })
    }
}
