//! `EXT-X-KEY` and `EXT-X-SESSION-KEY`: how segments are encrypted, and where their keys are (RFC
//! 8216, 4.3.2.4 and 4.3.4.5).

use dynpack_crypt::{Iv, KeyId};

use crate::attributes::Attributes;

/// The `KEYFORMAT` of a key without that attribute: its URI returns the key itself (RFC 8216, 5).
const IDENTITY: &str = "identity";

/// The protocol version that `SAMPLE-AES` and `KEYFORMAT` require (RFC 8216, 7).
const VERSION: u8 = 5;

/// How segments are encrypted (`METHOD`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Method {
    /// Whole segments, and also the init segment if the key applies to it (`AES-128`).
    Aes128,
    /// Frames and slices: `cbcs` in fragmented MP4, and Apple's method in transport streams
    /// (`SAMPLE-AES`).
    SampleAes,
    /// `cenc` in fragmented MP4 (`SAMPLE-AES-CTR`; draft-pantos-hls-rfc8216bis, 4.4.4.4).
    SampleAesCtr,
}

impl Method {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Aes128 => "AES-128",
            Self::SampleAes => "SAMPLE-AES",
            Self::SampleAesCtr => "SAMPLE-AES-CTR",
        }
    }
}

/// How a client gets a key that decrypts segments: the attributes of `EXT-X-KEY` (RFC 8216,
/// 4.3.2.4).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Key {
    /// How the segments are encrypted.
    pub method: Method,
    /// Where the key is, or data for the DRM system (`URI`). Escaped like all URLs of a playlist.
    pub uri: String,
    /// The initialization vector (`IV`). Without it, clients use the media sequence number.
    pub iv: Option<Iv>,
    /// The id of the key (`KEYID`). It is in no standard, but Widevine and hls.js require it.
    pub key_id: Option<KeyId>,
    /// The DRM system that understands the URI (`KEYFORMAT`). Without it, the URI returns the key
    /// itself.
    pub format: Option<String>,
    /// The versions of the format that the key complies with: for example, `1` or `1/2/5`
    /// (`KEYFORMATVERSIONS`).
    pub format_versions: Option<String>,
}

impl Key {
    /// A key at a URI.
    #[must_use]
    pub const fn new(method: Method, uri: String) -> Self {
        Self { method, uri, iv: None, key_id: None, format: None, format_versions: None }
    }

    /// The same key with an initialization vector.
    #[must_use]
    pub fn with_iv(self, iv: Iv) -> Self {
        Self { iv: Some(iv), ..self }
    }

    /// The same key with its id.
    #[must_use]
    pub fn with_key_id(self, key_id: KeyId) -> Self {
        Self { key_id: Some(key_id), ..self }
    }

    /// The same key for a DRM system. `versions` are those of its format, if not just version 1.
    #[must_use]
    pub fn with_format(self, format: String, versions: Option<String>) -> Self {
        Self { format: Some(format), format_versions: versions, ..self }
    }

    /// The lowest `EXT-X-VERSION` that allows the key. An initialization vector requires version 2,
    /// and all playlists have a higher one.
    pub(crate) fn version(&self) -> u8 {
        let is_plain = self.method == Method::Aes128
            && self.format.is_none()
            && self.format_versions.is_none();
        if is_plain { 1 } else { VERSION }
    }

    /// The attributes as they are written.
    pub(crate) fn attributes(&self) -> String {
        let mut text = String::new();
        Attributes::new(&mut text)
            .with("METHOD", self.method.as_str())
            .with_uri(Some(&self.uri))
            .with_some("IV", self.iv)
            .with_some("KEYID", self.key_id.map(|id| format!("0x{}", id.to_hex())))
            .with_quoted("KEYFORMAT", self.format.as_deref())
            .with_quoted("KEYFORMATVERSIONS", self.format_versions.as_deref());
        text
    }

    fn format(&self) -> &str {
        self.format.as_deref().unwrap_or(IDENTITY)
    }
}

/// The keys in force at a position in a playlist: for each format, the last one listed (RFC 8216,
/// 4.3.2.4).
#[derive(Default)]
pub(crate) struct InForce(Vec<Key>);

impl InForce {
    /// Appends the tags that put those keys in force, and no others. If one of several keys
    /// changes, all are listed again, since some players, such as ffmpeg, use only the last tag.
    pub(crate) fn change(&mut self, keys: Vec<Key>, text: &mut String) {
        if self.0 == keys {
            return;
        }
        let is_replaced = |old: &Key| keys.iter().any(|key| key.format() == old.format());
        if !self.0.iter().all(is_replaced) {
            text.push_str("#EXT-X-KEY:METHOD=NONE\n");
        }
        for key in &keys {
            text.extend(["#EXT-X-KEY:", &key.attributes(), "\n"]);
        }
        self.0 = keys;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(uri: &str) -> Key {
        Key::new(Method::Aes128, uri.into())
    }

    fn changes(lists: &[Vec<Key>]) -> Vec<String> {
        let mut in_force = InForce::default();
        let change = |keys: &Vec<Key>| {
            let mut text = String::new();
            in_force.change(keys.clone(), &mut text);
            text.replace("#EXT-X-KEY:METHOD=", "")
        };
        lists.iter().map(change).collect()
    }

    #[test]
    fn all_attributes_are_written() {
        let key = Key::new(Method::SampleAesCtr, "data:text/plain;base64,AAAA".into())
            .with_iv(Iv([0xab; 16]))
            .with_key_id(KeyId([0x1f; 16]))
            .with_format("org.w3.clearkey".into(), Some("1/2".into()));
        let expected = "METHOD=SAMPLE-AES-CTR,URI=\"data:text/plain;base64,AAAA\",\
            IV=0xabababababababababababababababab,\
            KEYID=0x1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f,\
            KEYFORMAT=\"org.w3.clearkey\",KEYFORMATVERSIONS=\"1/2\"";
        assert_eq!(key.attributes(), expected);
    }

    #[test]
    fn nothing_breaks_out_of_an_attribute() {
        let key =
            key("k\"\n#EXT-X-ENDLIST").with_format("a\",IV=0\r\nb".into(), Some("1\"\n".into()));
        let expected = "METHOD=AES-128,URI=\"k%22%0A#EXT-X-ENDLIST\",\
            KEYFORMAT=\"a',IV=0  b\",KEYFORMATVERSIONS=\"1' \"";
        assert_eq!(key.attributes(), expected);
    }

    #[test]
    fn versions_are_those_that_know_the_attributes() {
        assert_eq!(key("k").with_iv(Iv([0; 16])).with_key_id(KeyId([0; 16])).version(), 1);
        assert_eq!(key("k").with_format("identity".into(), None).version(), 5);
        assert_eq!(Key { format_versions: Some("1".into()), ..key("k") }.version(), 5);
        assert_eq!(
            [Method::SampleAes, Method::SampleAesCtr]
                .map(|method| Key::new(method, "k".into()).version()),
            [5, 5]
        );
    }

    #[test]
    fn keys_are_listed_where_they_change() {
        let (one, other) = (key("1"), key("2"));
        let tags = changes(&[
            vec![],
            vec![one.clone()],
            vec![one.clone()],
            vec![other],
            vec![],
            vec![],
            vec![one],
        ]);
        assert_eq!(
            tags,
            [
                "",
                "AES-128,URI=\"1\"\n",
                "",
                "AES-128,URI=\"2\"\n",
                "NONE\n",
                "",
                "AES-128,URI=\"1\"\n"
            ]
        );
    }

    /// The key of a format stays in force until it is replaced, so `METHOD=NONE` must end it. A key
    /// without a format has the format `identity`.
    #[test]
    fn a_format_that_ends_ends_all_keys() {
        let (own, other) = (key("1"), key("2").with_format("b".into(), None));
        let named = key("3").with_format("identity".into(), None);
        let tags = changes(&[
            vec![own, other.clone()],
            vec![named.clone(), other.clone()],
            vec![named],
            vec![other],
        ]);
        let lines: Vec<Vec<_>> =
            tags.iter().map(|text| text.lines().map(|line| &line[..4]).collect()).collect();
        assert_eq!(
            lines,
            [
                vec!["AES-", "AES-"],
                vec!["AES-", "AES-"],
                vec!["NONE", "AES-"],
                vec!["NONE", "AES-"]
            ]
        );
    }
}
