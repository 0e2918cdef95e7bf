//! URLs of keys and licences, with places for what they are about.

use std::fmt;
use std::str::FromStr;

use dynpack_crypt::KeyId;
use dynpack_media::text::escape;
use serde::{Deserialize, Serialize};

/// A URL with tokens in it: `{ContentKeyId}` stands for the id of a key, as a UUID;
/// `{AlternativeMediaId}`, or `{AssetAlternativeId}`, for the id that the publisher gave the
/// locator.
///
/// ```
/// use dynpack_packager::UrlTemplate;
///
/// let template: UrlTemplate = "https://keys.example/?kid={ContentKeyId}".parse()?;
/// let key_id = "ad13f9ea-2be6-98b8-75f5-04a8e3ccea64".parse()?;
/// assert_eq!(template.expand(key_id, None), "https://keys.example/?kid=ad13f9ea-2be6-98b8-75f5-04a8e3ccea64");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct UrlTemplate(String);

impl UrlTemplate {
    /// The URL for a key, and the id that the publisher gave the locator; escaped, or nothing where
    /// there is none.
    #[must_use]
    pub fn expand(&self, key_id: KeyId, alternative_id: Option<&str>) -> String {
        let alternative_id = escape(alternative_id.unwrap_or_default()).to_string();
        let url = self.0.replace(KEY_ID, &key_id.to_string());
        ALTERNATIVE_IDS.into_iter().fold(url, |url, token| url.replace(token, &alternative_id))
    }
}

impl FromStr for UrlTemplate {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let is_plain = |character: char| {
            character.is_ascii_graphic() && !matches!(character, '"' | '<' | '>' | '\\')
        };
        if text.is_empty() || !text.chars().all(is_plain) {
            return Err(format!("`{text}` is no URL"));
        }
        let rest = [KEY_ID]
            .into_iter()
            .chain(ALTERNATIVE_IDS)
            .fold(text.to_owned(), |rest, token| rest.replace(token, ""));
        if rest.contains(['{', '}']) {
            let known = "{ContentKeyId}, {AlternativeMediaId}, {AssetAlternativeId}";
            return Err(format!("`{text}` has a token that is not known; known are {known}"));
        }
        Ok(Self(text.to_owned()))
    }
}

impl TryFrom<String> for UrlTemplate {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<UrlTemplate> for String {
    fn from(template: UrlTemplate) -> Self {
        template.0
    }
}

/// As it is written, tokens and all.
impl fmt::Display for UrlTemplate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

const KEY_ID: &str = "{ContentKeyId}";
const ALTERNATIVE_IDS: [&str; 2] = ["{AlternativeMediaId}", "{AssetAlternativeId}"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_replaced_and_escaped() {
        let template: UrlTemplate =
            "https://k.example/{AssetAlternativeId}/{ContentKeyId}?a={AlternativeMediaId}"
                .parse()
                .unwrap();
        let id = KeyId([0x10; 16]);
        let url = template.expand(id, Some("a/b\"c"));
        assert_eq!(
            url,
            "https://k.example/a%2Fb%22c/10101010-1010-1010-1010-101010101010?a=a%2Fb%22c"
        );
        assert_eq!(
            template.expand(id, None),
            "https://k.example//10101010-1010-1010-1010-101010101010?a="
        );
    }

    #[test]
    fn what_is_no_url_is_refused() {
        for text in ["", "https://a b/", "https://a/\n", "https://a/\"", "https://ä/"] {
            assert_eq!(text.parse::<UrlTemplate>().unwrap_err(), format!("`{text}` is no URL"));
        }
        let unknown = "https://a/{contentkeyid}".parse::<UrlTemplate>().unwrap_err();
        assert!(
            unknown
                .ends_with("has a token that is not known; known are {ContentKeyId}, {AlternativeMediaId}, {AssetAlternativeId}")
        );
    }
}
