//! Reads the content of a document from its XML.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::rule::{Range, VideoFilter};
use super::tree::{self, Element};
use super::{Cpix, CpixKey, CpixSystem, HlsKey, UsageRule};
use crate::{ContentKey, Error, KeyId};

impl Cpix {
    /// Reads a document.
    ///
    /// # Errors
    /// [`Error::Cpix`] if it is malformed, [`Error::EncryptedKey`] if a key is encrypted,
    /// [`Error::CpixUnsupported`] if it needs what is left out here, [`Error::LimitExceeded`] if it
    /// is too long or too deep. None repeats a key.
    pub fn parse(document: &[u8]) -> Result<Self, Error> {
        let root = tree::parse(document)?;
        if !root.is("CPIX") {
            return Err(root.malformed("the root element is not CPIX"));
        }
        let mut cpix = Self::default();
        for element in root.at(["ContentKeyList", "ContentKey"]) {
            let key = read_key(element)?;
            if cpix.keys.iter().any(|other| other.id == key.id) {
                return Err(element.malformed(format!("a second key {}", key.id)));
            }
            cpix.keys.push(key);
        }
        cpix.systems = root
            .at(["DRMSystemList", "DRMSystem"])
            .map(|system| read_system(system, &cpix.keys))
            .collect::<Result<_, _>>()?;
        cpix.rules = root
            .at(["ContentKeyUsageRuleList", "ContentKeyUsageRule"])
            .map(read_rule)
            .collect::<Result<_, _>>()?;
        Ok(cpix)
    }
}

fn read_key(element: &Element<'_>) -> Result<CpixKey, Error> {
    let id = key_id(element)?;
    if element.attribute("dependsOnKey").is_some() {
        return Err(Error::CpixUnsupported("keys that depend on others"));
    }
    let iv = element.attribute("explicitIV").map(|text| vector(element, text)).transpose()?;
    let data = element.child("Data")?.map(|data| data.child("Secret")).transpose()?.flatten();
    let key = data.map(|secret| read_secret(id, secret)).transpose()?;
    Ok(CpixKey { id, key, iv, scheme: element.attribute("commonEncryptionScheme").map(Into::into) })
}

fn read_secret(id: KeyId, secret: &Element<'_>) -> Result<ContentKey, Error> {
    if secret.children("EncryptedValue").next().is_some() {
        return Err(Error::EncryptedKey(id));
    }
    let plain = secret
        .child("PlainValue")?
        .ok_or_else(|| secret.malformed("a secret without PlainValue"))?;
    ContentKey::from_base64(plain.text()).map_err(|error| plain.malformed(error.to_string()))
}

fn read_system(element: &Element<'_>, keys: &[CpixKey]) -> Result<CpixSystem, Error> {
    let system = element
        .attribute("systemId")
        .ok_or_else(|| element.malformed("a DRMSystem without systemId"))?;
    let key_id = key_id(element)?;
    let iv = keys.iter().find(|key| key.id == key_id).and_then(|key| key.iv);
    let (mut media_key, mut session_key) = (None, None);
    for data in element.children("HLSSignalingData").filter(|data| !data.is_empty()) {
        let (slot, tag) = match data.attribute("playlist") {
            None | Some("media") => (&mut media_key, "#EXT-X-KEY"),
            Some("master" | "multiVariant") => (&mut session_key, "#EXT-X-SESSION-KEY"),
            Some(_) => {
                return Err(data.malformed(
                    "HLSSignalingData: neither for media nor for multivariant playlists",
                ));
            }
        };
        let key = HlsKey::read(&base64_text(data)?, tag, key_id, iv)
            .map_err(|problem| data.malformed(format!("HLSSignalingData: {problem}")))?;
        if slot.replace(key).is_some() {
            return Err(data.malformed("HLSSignalingData: a second one for the same playlists"));
        }
    }
    Ok(CpixSystem {
        system: system.parse().map_err(|error: Error| element.malformed(error.to_string()))?,
        key_id,
        pssh: element.child("PSSH")?.map(base64).transpose()?,
        key_uri: element.child("URIExtXKey")?.map(base64_text).transpose()?,
        media_key,
        session_key,
        smooth_header: element
            .child("SmoothStreamingProtectionHeaderData")?
            .map(|data| data.text().to_owned()),
    })
}

/// A rule with an unknown filter is an error, since it is unknown which tracks it selects.
fn read_rule(element: &Element<'_>) -> Result<UsageRule, Error> {
    if element.children("KeyPeriodFilter").next().is_some() {
        return Err(Error::CpixUnsupported("key periods"));
    }
    element.knows(
        &["id", "kid", "intendedTrackType"],
        &["VideoFilter", "AudioFilter", "BitrateFilter", "LabelFilter"],
    )?;
    Ok(UsageRule {
        key_id: key_id(element)?,
        videos: element.children("VideoFilter").map(read_video_filter).collect::<Result<_, _>>()?,
        audios: element.children("AudioFilter").map(read_audio_filter).collect::<Result<_, _>>()?,
        bitrates: element
            .children("BitrateFilter")
            .map(read_bitrate_filter)
            .collect::<Result<_, _>>()?,
        labels: element.children("LabelFilter").map(read_label_filter).collect::<Result<_, _>>()?,
    })
}

/// The minimum frame rate is exclusive, the maximum inclusive.
fn read_video_filter(filter: &Element<'_>) -> Result<VideoFilter, Error> {
    filter.knows(&["minPixels", "maxPixels", "minFps", "maxFps", "hdr", "wcg"], &[])?;
    let exact = |rate: u64| rate.saturating_mul(1000);
    let min = number(filter, "minFps")?.map(|min| exact(min).saturating_add(1));
    Ok(VideoFilter {
        pixels: range(number(filter, "minPixels")?, number(filter, "maxPixels")?),
        frame_rate: range(min, number(filter, "maxFps")?.map(exact)),
        is_special: is_set(filter, "hdr")? || is_set(filter, "wcg")?,
    })
}

fn read_audio_filter(filter: &Element<'_>) -> Result<Option<Range>, Error> {
    filter.knows(&["minChannels", "maxChannels"], &[])?;
    Ok(range(number(filter, "minChannels")?, number(filter, "maxChannels")?))
}

fn read_bitrate_filter(filter: &Element<'_>) -> Result<Range, Error> {
    filter.knows(&["minBitrate", "maxBitrate"], &[])?;
    let range = range(number(filter, "minBitrate")?, number(filter, "maxBitrate")?);
    range.ok_or_else(|| filter.malformed("a BitrateFilter without a bitrate"))
}

fn read_label_filter(filter: &Element<'_>) -> Result<String, Error> {
    filter.knows(&["label"], &[])?;
    filter
        .attribute("label")
        .map(Into::into)
        .ok_or_else(|| filter.malformed("a LabelFilter without a label"))
}

/// A range with a minimum, a maximum or both; `None` without either.
fn range(min: Option<u64>, max: Option<u64>) -> Option<Range> {
    (min.is_some() || max.is_some())
        .then(|| Range { min: min.unwrap_or(0), max: max.unwrap_or(u64::MAX) })
}

fn number(element: &Element<'_>, name: &str) -> Result<Option<u64>, Error> {
    let value = element.attribute(name).map(|value| {
        value.parse().map_err(|_| element.malformed(format!("{name} is not a number")))
    });
    value.transpose()
}

fn is_set(element: &Element<'_>, name: &str) -> Result<bool, Error> {
    match element.attribute(name) {
        None | Some("false" | "0") => Ok(false),
        Some("true" | "1") => Ok(true),
        Some(_) => Err(element.malformed(format!("{name} is neither true nor false"))),
    }
}

fn key_id(element: &Element<'_>) -> Result<KeyId, Error> {
    let text =
        element.attribute("kid").ok_or_else(|| element.malformed("an element without kid"))?;
    text.parse().map_err(|error: Error| element.malformed(error.to_string()))
}

fn vector(element: &Element<'_>, text: &str) -> Result<crate::Iv, Error> {
    let malformed = || element.malformed("explicitIV is not the Base64 of 16 bytes");
    let bytes = STANDARD.decode(text).map_err(|_| malformed())?;
    bytes.try_into().map(crate::Iv).map_err(|_| malformed())
}

/// The bytes of an element whose text is Base64, which may have line breaks.
fn base64(element: &Element<'_>) -> Result<Vec<u8>, Error> {
    let text: String = element.text().split_ascii_whitespace().collect();
    STANDARD.decode(text).map_err(|_| element.malformed("not Base64"))
}

fn base64_text(element: &Element<'_>) -> Result<String, Error> {
    String::from_utf8(base64(element)?).map_err(|_| element.malformed("not UTF-8 in Base64"))
}
