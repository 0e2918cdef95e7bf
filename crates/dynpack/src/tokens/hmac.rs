//! JSON Web Tokens with HMAC-SHA256 (RFC 7519; `HS256` in RFC 7518, 3.2).

use async_trait::async_trait;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use dynpack_packager::{TokenError, TokenTerms};
use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use serde_json::{Map, Value};
use sha2::Sha256;
use zeroize::Zeroizing;

use super::TokenVerifier;

/// Checks and makes JSON Web Tokens with HMAC-SHA256, whose claims are the fields of
/// [`TokenTerms`].
///
/// A token is good under any of the keys, so that they can be replaced one after the other.
///
/// ```
/// use dynpack::{HmacTokens, TokenTerms};
///
/// let tokens = HmacTokens::new([*b"a secret of at least 32 bytes, as of `openssl rand -hex 32`"])?;
/// let mut terms = TokenTerms::new("films/ignite", "2027-01-01T00:00:00Z".parse()?);
/// terms.rules = Some("time=0-600".parse()?);
/// let url = format!("/films/ignite/ignite.ism/manifest?token={}", tokens.sign(&terms));
/// # assert!(url.contains("?token=eyJ"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct HmacTokens {
    /// At least one; the first one signs.
    keys: Vec<Zeroizing<Vec<u8>>>,
}

/// A key can be guessed: it has less than 32 bytes, as many as the hash (RFC 7518, 3.2), or there
/// is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a key of tokens has at least {} bytes", HmacTokens::MIN_KEY_LEN)]
#[non_exhaustive]
pub struct WeakKey;

/// `{"alg":"HS256","typ":"JWT"}`.
const HEADER: &str = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9";

impl HmacTokens {
    /// The minimum length of a key, in bytes.
    pub const MIN_KEY_LEN: usize = 32;

    /// Tokens under those keys. The first one signs.
    ///
    /// # Errors
    /// [`WeakKey`] if one of them is too short, or there is none.
    pub fn new(keys: impl IntoIterator<Item = impl AsRef<[u8]>>) -> Result<Self, WeakKey> {
        let keys = keys.into_iter().map(|key| Zeroizing::new(key.as_ref().to_vec()));
        let keys: Vec<_> = keys.collect();
        match keys.is_empty() || keys.iter().any(|key| key.len() < Self::MIN_KEY_LEN) {
            true => Err(WeakKey),
            false => Ok(Self { keys }),
        }
    }

    /// The token with these terms.
    #[must_use]
    pub fn sign(&self, terms: &TokenTerms) -> String {
        let claims = serde_json::to_vec(terms).expect("terms are plain JSON");
        let signed = format!("{HEADER}.{}", URL_SAFE_NO_PAD.encode(claims));
        let key = self.keys.first().expect("there is a key");
        let signature = mac(key, &signed).finalize().into_bytes();
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    /// What a genuine token allows.
    fn terms(&self, token: &str) -> Result<TokenTerms, TokenError> {
        let (signed, signature) = token.rsplit_once('.').ok_or(TokenError::NotGenuine)?;
        let (header, claims) = signed.split_once('.').ok_or(TokenError::NotGenuine)?;
        let signature = decode(signature)?;
        // The comparison takes the same time wherever signatures differ.
        let is_of = |key: &Zeroizing<Vec<u8>>| mac(key, signed).verify_slice(&signature).is_ok();
        if !self.keys.iter().any(is_of) {
            return Err(TokenError::NotGenuine);
        }
        check_header(&decode(header)?)?;
        serde_json::from_slice(&decode(claims)?).map_err(unusable)
    }
}

fn mac(key: &[u8], signed: &str) -> Hmac<Sha256> {
    let mut mac = Hmac::new_from_slice(key).expect("HMAC takes keys of any length");
    mac.update(signed.as_bytes());
    mac
}

fn decode(part: &str) -> Result<Vec<u8>, TokenError> {
    URL_SAFE_NO_PAD.decode(part).map_err(|_| TokenError::NotGenuine)
}

/// Only one algorithm is taken, whatever a token names, and no extension that must be understood
/// (RFC 7515, 4.1.11).
fn check_header(header: &[u8]) -> Result<(), TokenError> {
    let header: Map<String, Value> = serde_json::from_slice(header).map_err(unusable)?;
    match header.get("alg").and_then(Value::as_str) {
        Some("HS256") if !header.contains_key("crit") => Ok(()),
        Some("HS256") => Err(unusable("it requires an extension")),
        _ => Err(unusable("its algorithm is not HS256")),
    }
}

fn unusable(problem: impl ToString) -> TokenError {
    TokenError::Unusable { problem: problem.to_string() }
}

#[async_trait]
impl TokenVerifier for HmacTokens {
    async fn verify(&self, token: &str, _: Timestamp) -> Result<TokenTerms, TokenError> {
        self.terms(token)
    }
}

impl std::fmt::Debug for HmacTokens {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("HmacTokens").field("keys", &self.keys.len()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: [u8; 32] = *b"an example of a key, of 32 bytes";

    fn tokens() -> HmacTokens {
        HmacTokens::new([KEY]).unwrap()
    }

    fn terms() -> TokenTerms {
        let mut terms = TokenTerms::new("films/ignite", "2027-01-15T08:00:00Z".parse().unwrap());
        terms.filters = vec!["mobile".into()];
        terms.rules = Some("time=0-600".parse().unwrap());
        terms
    }

    /// A genuine token of any header and claims.
    fn signed(header: &str, claims: &str) -> String {
        let signed =
            format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims));
        let signature = mac(&KEY, &signed).finalize().into_bytes();
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    /// RFC 7515, A.1: its signature is known, and its claims are not of this kind.
    #[test]
    fn the_example_of_the_standard_is_genuine() {
        let key = URL_SAFE_NO_PAD.decode(
            "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow",
        );
        let tokens = HmacTokens::new([key.unwrap()]).unwrap();
        let token = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9\
                     .eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFt\
                     cGxlLmNvbS9pc19yb290Ijp0cnVlfQ\
                     .dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
        let error = tokens.terms(token).unwrap_err().to_string();
        assert!(error.contains("unknown field `http://example.com/is_root`"), "{error}");
    }

    #[test]
    fn what_is_signed_is_read_back() {
        let token = tokens().sign(&terms());
        assert_eq!(tokens().terms(&token), Ok(terms()));
        let claims =
            r#"{"path":"films/ignite","exp":1800000000,"filters":["mobile"],"rules":"time=0-600"}"#;
        assert_eq!(token, signed(r#"{"alg":"HS256","typ":"JWT"}"#, claims));
        // Keys are replaced one after the other.
        let both = HmacTokens::new([[7; 32], KEY]).unwrap();
        assert_eq!(both.terms(&token), Ok(terms()));
        assert_eq!(tokens().terms(&both.sign(&terms())), Err(TokenError::NotGenuine));
    }

    #[test]
    fn a_token_that_is_changed_anywhere_is_not_genuine() {
        let token = tokens().sign(&terms());
        for at in 0..token.len() {
            let mut bytes = token.clone().into_bytes();
            bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(bytes).unwrap();
            assert_eq!(tokens().terms(&changed), Err(TokenError::NotGenuine), "{changed}");
        }
        for text in ["", ".", "..", "a.b", &format!("{token}."), &format!(".{token}"), &token[1..]]
        {
            assert_eq!(tokens().terms(text), Err(TokenError::NotGenuine), "{text}");
        }
        let unsigned = token.rsplit_once('.').unwrap().0.to_owned() + ".";
        assert_eq!(tokens().terms(&unsigned), Err(TokenError::NotGenuine));
    }

    #[test]
    fn claims_that_are_not_understood_are_refused() {
        let good = r#"{"alg":"HS256"}"#;
        let claims = r#"{"path":"a","exp":1}"#;
        assert!(tokens().terms(&signed(good, claims)).is_ok());
        let beside = r#"{"path":"a","exp":1,"nbf":0,"iat":1,"iss":"x","jti":"y","sub":"z"}"#;
        assert!(tokens().terms(&signed(good, beside)).is_ok());
        let eleven = format!(r#"{{"path":"a","exp":1,"filters":{:?}}}"#, ["a"; 11]);
        for (header, claims, words) in [
            (r#"{"alg":"none"}"#, claims, "its algorithm is not HS256"),
            (r#"{"alg":"HS512"}"#, claims, "its algorithm is not HS256"),
            ("{}", claims, "its algorithm is not HS256"),
            (r#"{"alg":"HS256","crit":["b64"]}"#, claims, "requires an extension"),
            ("7", claims, "invalid type"),
            (good, r#"{"path":"a"}"#, "missing field `exp`"),
            (good, r#"{"exp":1}"#, "missing field `path`"),
            (good, r#"{"path":"a","exp":"1"}"#, "invalid type"),
            (good, r#"{"path":"a","exp":1,"filter":["a"]}"#, "unknown field `filter`"),
            (good, r#"{"path":"a","exp":1,"aud":"b"}"#, "unknown field `aud`"),
            (good, r#"{"path":"a","exp":1,"rules":"type"}"#, "neither `property=value`"),
            (good, &eleven, "it has 11 filters, where 10 are the limit"),
        ] {
            let error = tokens().terms(&signed(header, claims)).unwrap_err();
            assert!(matches!(error, TokenError::Unusable { .. }), "{header} {claims}");
            assert!(error.to_string().contains(words), "{header} {claims}: {error}");
        }
    }

    #[test]
    fn short_keys_are_refused() {
        assert_eq!(HmacTokens::new([[0; 31]]).unwrap_err(), WeakKey);
        assert_eq!(HmacTokens::new([[0; 0]; 0]).unwrap_err(), WeakKey);
        assert_eq!(WeakKey.to_string(), "a key of tokens has at least 32 bytes");
    }
}
