//! The token in the query of a URL.

use std::fmt;
use std::sync::Arc;

use dynpack_media::text::escape;

use super::escape::{check, unescape};

/// The token in the query of a URL, `?token=…`, which says what its bearer may see.
///
/// It is no part of the path: the URLs in a manifest carry it on, and nothing else depends on it.
/// Whether it is needed, and is good, is found out later.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Token(Arc<str>);

impl Token {
    /// The maximum length, in bytes and not escaped.
    pub const MAX_LEN: usize = 2048;

    /// A token of that text. One that is too long is replaced by an empty one, which is never good.
    #[must_use]
    pub fn new(text: &str) -> Self {
        Self(Some(text).filter(|text| text.len() <= Self::MAX_LEN).unwrap_or_default().into())
    }

    /// The token in a URL. If it cannot be read, or there are several, it is an empty one.
    pub(super) fn in_url(url: &str) -> Option<Self> {
        let (_, query) = url.split_once('?')?;
        let mut tokens = query.split('&').filter_map(|field| field.strip_prefix(FIELD));
        let token = tokens.next()?;
        let is_alone = tokens.next().is_none() && check(token).is_ok();
        let text = Some(token).filter(|_| is_alone).map(unescape).and_then(Result::ok);
        Some(Self::new(&text.unwrap_or_default()))
    }

    /// The text, not escaped.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The query of a URL, from its question mark.
impl fmt::Display for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "?{FIELD}{}", escape(&self.0))
    }
}

/// Without the text: whoever reads it can use it.
impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

const FIELD: &str = "token=";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_token_of_a_query_is_found() {
        for (url, token) in [
            ("/a", None),
            ("/a?", None),
            ("/a?x=1", None),
            ("/a?token", None),
            ("/a?mytoken=x", None),
            ("/a?TOKEN=x", None),
            ("/a?token=x.y-z_", Some("x.y-z_")),
            ("/a?b=1&token=x&c", Some("x")),
            ("/a?token=x%2Ey%3d", Some("x.y=")),
            // None of these can be good.
            ("/a?token=", Some("")),
            ("/a?token=x&token=x", Some("")),
            ("/a?token=%zz", Some("")),
            ("/a?token=%ff", Some("")),
        ] {
            assert_eq!(Token::in_url(url).as_ref().map(Token::as_str), token, "{url}");
        }
        let long = "x".repeat(Token::MAX_LEN);
        assert_eq!(Token::in_url(&format!("/a?token={long}")).unwrap().as_str(), long);
        assert_eq!(Token::in_url(&format!("/a?token={long}x")).unwrap().as_str(), "");
        assert_eq!(Token::new("a&b").to_string(), "?token=a%26b");
        assert_eq!(format!("{:?}", Token::new("secret")), "Token(…)");
    }
}
