//! The terms on which one locator publishes its asset under protection.

use super::{KeyDelivery, StreamingPolicy};

/// The terms on which content is published.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Terms<'a> {
    /// How it is protected.
    pub policy: &'a StreamingPolicy,
    /// Where players get keys and licences where the policy does not say.
    pub key_delivery: &'a KeyDelivery,
    /// The publisher's own id for it.
    pub alternative_id: Option<&'a str>,
}

impl<'a> Terms<'a> {
    /// The terms of a policy.
    #[must_use]
    pub const fn new(policy: &'a StreamingPolicy, key_delivery: &'a KeyDelivery) -> Self {
        Self { policy, key_delivery, alternative_id: None }
    }

    /// The same with the publisher's own id.
    #[must_use]
    pub const fn with_alternative_id(self, alternative_id: Option<&'a str>) -> Self {
        Self { alternative_id, ..self }
    }
}
