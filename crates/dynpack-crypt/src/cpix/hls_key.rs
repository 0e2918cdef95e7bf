//! How `HLSSignalingData` signals a key: the attributes of an `EXT-X-KEY` or `EXT-X-SESSION-KEY`
//! (RFC 8216, 4.3.2.4 and 4.3.4.5).
//!
//! Other lines, which it may also contain, and other attributes are ignored.

use crate::{Iv, KeyId};

/// A key as HLS playlists should signal it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct HlsKey {
    /// How segments are encrypted (`METHOD`).
    pub method: String,
    /// Where the key is, or data for the DRM system (`URI`).
    pub uri: String,
    /// The DRM system that understands the URI (`KEYFORMAT`).
    pub format: Option<String>,
    /// The versions of the format that the key complies with (`KEYFORMATVERSIONS`).
    pub format_versions: Option<String>,
}

impl HlsKey {
    /// Reads the one tag with that name among the lines of `text`, or returns what is wrong with
    /// it. If the tag has an id or a vector, it must be that of the key.
    pub(super) fn read(text: &str, tag: &str, id: KeyId, iv: Option<Iv>) -> Result<Self, String> {
        let mut tags =
            text.lines().filter_map(|line| line.trim().strip_prefix(tag)?.strip_prefix(':'));
        let (Some(list), None) = (tags.next(), tags.next()) else {
            return Err(format!("not exactly one {tag}"));
        };
        let attributes = Attributes::parse(list).ok_or("not a list of attributes")?;
        let unquoted = |name| attributes.value(name, false);
        let quoted = |name| attributes.value(name, true).map(|value| value.map(str::to_owned));
        let is_other_iv = |text: &str| iv.is_none() || text.parse().ok() != iv;
        if unquoted("IV")?.is_some_and(is_other_iv) {
            return Err("its IV is not the explicitIV of the key".into());
        }
        let is_other_id =
            |text: &str| text.strip_prefix("0x").and_then(|digits| digits.parse().ok()) != Some(id);
        if unquoted("KEYID")?.is_some_and(is_other_id) {
            return Err("its KEYID is not that of the key".into());
        }
        Ok(Self {
            method: unquoted("METHOD")?.ok_or("no METHOD")?.to_owned(),
            uri: quoted("URI")?.filter(|uri| !uri.is_empty()).ok_or("no URI")?,
            format: quoted("KEYFORMAT")?,
            format_versions: quoted("KEYFORMATVERSIONS")?,
        })
    }
}

/// A list of attributes (RFC 8216, 4.2): each with its value, and whether the value is quoted.
struct Attributes<'a>(Vec<(&'a str, &'a str, bool)>);

impl<'a> Attributes<'a> {
    fn parse(list: &'a str) -> Option<Self> {
        let mut attributes: Vec<(&str, &str, bool)> = Vec::new();
        let mut rest = list;
        loop {
            let (name, after) = rest.split_once('=')?;
            let name = name.trim();
            let (value, is_quoted, after) = match after.strip_prefix('"') {
                Some(after) => after.split_once('"').map(|(value, after)| (value, true, after))?,
                None => {
                    let (value, after) = after.split_at(after.find(',').unwrap_or(after.len()));
                    (value.trim(), false, after)
                }
            };
            let is_name =
                |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'-';
            if name.is_empty()
                || !name.bytes().all(is_name)
                || attributes.iter().any(|(other, ..)| *other == name)
            {
                return None;
            }
            attributes.push((name, value, is_quoted));
            match after.trim_start().strip_prefix(',') {
                Some(after) => rest = after,
                None => return after.trim().is_empty().then_some(Self(attributes)),
            }
        }
    }

    fn value(&self, name: &str, quoted: bool) -> Result<Option<&'a str>, String> {
        match self.0.iter().find(|(other, ..)| *other == name) {
            None => Ok(None),
            Some((_, value, is_quoted)) if *is_quoted == quoted => Ok(Some(value)),
            Some(_) => Err(format!("{name} is {} quoted", if quoted { "not" } else { "wrongly" })),
        }
    }
}
