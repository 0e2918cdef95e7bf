//! What can be wrong with a token.

/// Why a token does not admit a request. Whoever made the link can fix it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TokenError {
    /// The URL has no token, and needs one.
    #[error("the URL needs a token")]
    Missing,
    /// It was not made by someone who has the key, or it was changed.
    #[error("the token is not genuine")]
    NotGenuine,
    /// It is genuine, and says something that is not understood.
    #[error("the token cannot be used: {problem}")]
    Unusable {
        /// What is wrong with it.
        problem: String,
    },
    /// Its time has not come.
    #[error("the token is not valid yet")]
    NotYetValid,
    /// Its time is over.
    #[error("the token has expired")]
    Expired,
    /// It is for another path.
    #[error("the token is not for this path")]
    OtherPath,
}
