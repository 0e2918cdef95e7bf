//! Who checks tokens.

mod hmac;

use async_trait::async_trait;
use dynpack_packager::{Error as PackagerError, Locators, Token, TokenError, TokenTerms};
use jiff::Timestamp;

pub use hmac::{HmacTokens, WeakKey};

/// Checks the tokens in URLs, so that nobody can widen what a link allows.
///
/// It is asked in each request that needs a token, so it must answer from memory, or from a cache
/// of its own. [`HmacTokens`] checks JSON Web Tokens under keys of its own. `async_trait` is the
/// crate with that name.
///
/// ```
/// use async_trait::async_trait;
/// use dynpack::{TokenError, TokenTerms, TokenVerifier};
/// use jiff::Timestamp;
///
/// /// Looks tokens up, in place of signatures.
/// struct Sessions(std::collections::BTreeMap<String, TokenTerms>);
///
/// #[async_trait]
/// impl TokenVerifier for Sessions {
///     async fn verify(&self, token: &str, _: Timestamp) -> Result<TokenTerms, TokenError> {
///         self.0.get(token).cloned().ok_or(TokenError::NotGenuine)
///     }
/// }
/// ```
#[async_trait]
pub trait TokenVerifier: Send + Sync + 'static {
    /// What a token allows. Whether it does so [at this path and time](TokenTerms::check) is
    /// checked afterwards.
    ///
    /// # Errors
    /// [`TokenError`] if it is not genuine, or cannot be used.
    async fn verify(&self, token: &str, now: Timestamp) -> Result<TokenTerms, TokenError>;
}

/// What the token in a URL allows, if it is genuine; `None` where no token is needed. Without
/// `locators`, one is needed if there is someone who checks it.
pub(crate) async fn terms_of(
    token: Option<&Token>,
    verifier: Option<&dyn TokenVerifier>,
    locators: Option<&Locators>,
    folder: &str,
    now: Timestamp,
) -> Result<Option<TokenTerms>, PackagerError> {
    let is_needed = match locators {
        Some(locators) => locators.open(folder, now)?.0.requires_token,
        None => verifier.is_some(),
    };
    if !is_needed {
        return Ok(None);
    }
    let token = token.ok_or(TokenError::Missing)?;
    let verifier = verifier.ok_or(TokenError::NotGenuine)?;
    Ok(Some(verifier.verify(token.as_str(), now).await?))
}
