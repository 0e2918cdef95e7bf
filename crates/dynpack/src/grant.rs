//! What a request may have, and how.

use std::time::{Duration, SystemTime};

use crate::protection::Terms;
use crate::{AssetPath, Encryption, Error, Locator, Locators, Request};

/// What a request may have, and how.
pub(crate) struct Grant<'a> {
    /// Where the asset lies.
    pub(crate) path: AssetPath,
    /// How it is protected; `None` for in the clear.
    pub(crate) protected: Option<Protected<'a>>,
    /// How long the answer may be kept.
    pub(crate) max_age: Duration,
}

/// A protection, with all that tells how.
pub(crate) struct Protected<'a> {
    pub(crate) encryption: Encryption,
    pub(crate) locator: &'a Locator,
    pub(crate) terms: Terms<'a>,
}

impl<'a> Grant<'a> {
    /// What a request may have by its locator; where there are no locators, any asset in the clear.
    pub(crate) fn new(
        locators: Option<&'a Locators>,
        request: &Request,
        max_age: Duration,
    ) -> Result<Self, Error> {
        if let Some(filter) = request.filters.first() {
            return Err(Error::FilterNotFound { filter: filter.clone() });
        }
        let Some(locators) = locators else {
            return match request.encryption {
                Some(encryption) => Err(Error::EncryptionNotSet(encryption)),
                None => Ok(Self { path: request.asset.clone(), protected: None, max_age }),
            };
        };
        let now = SystemTime::now();
        let (locator, policy) = locators.open(request.asset.folder(), now)?;
        let encryption = policy.admit(request.format, request.encryption)?;
        let terms = Terms::new(policy, locators.key_delivery())
            .with_alternative_id(locator.alternative_media_id.as_deref());
        Ok(Self {
            path: AssetPath::new(&locator.asset_name, request.asset.ism())?,
            protected: encryption.map(|encryption| Protected { encryption, locator, terms }),
            max_age: locator.max_age(max_age, now),
        })
    }
}
