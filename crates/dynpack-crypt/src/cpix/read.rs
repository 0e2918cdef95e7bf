//! From XML to what it says.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::rule::{Range, VideoFilter};
use super::tree::{self, Element};
use super::{Cpix, CpixKey, CpixSystem, UsageRule};
use crate::{ContentKey, Error, KeyId};

pub(super) fn read(document: &[u8]) -> Result<Cpix, Error> {
    let root = tree::parse(document)?;
    if !root.is("CPIX") {
        return Err(root.malformed("the root element is not CPIX"));
    }
    let mut cpix = Cpix { content_id: root.attribute("contentId").map(Into::into), ..Cpix::default() };
    for element in root.at(["ContentKeyList", "ContentKey"]) {
        let key = read_key(element)?;
        if cpix.keys.iter().any(|other| other.id == key.id) {
            return Err(element.malformed(format!("a second key {}", key.id)));
        }
        cpix.keys.push(key);
    }
    cpix.systems = root.at(["DRMSystemList", "DRMSystem"]).map(read_system).collect::<Result<_, _>>()?;
    cpix.rules = root.at(["ContentKeyUsageRuleList", "ContentKeyUsageRule"]).map(read_rule).collect::<Result<_, _>>()?;
    Ok(cpix)
}

fn read_key(element: &Element) -> Result<CpixKey, Error> {
    let id = key_id(element)?;
    if element.attribute("dependsOnKey").is_some() {
        return Err(Error::CpixUnsupported("keys that depend on others"));
    }
    let iv = element.attribute("explicitIV").map(|text| vector(element, text)).transpose()?;
    let key = element.child("Data").and_then(|data| data.child("Secret")).map(|secret| read_secret(id, secret)).transpose()?;
    Ok(CpixKey { id, key, iv, scheme: element.attribute("commonEncryptionScheme").map(Into::into) })
}

fn read_secret(id: KeyId, secret: &Element) -> Result<ContentKey, Error> {
    if secret.child("EncryptedValue").is_some() {
        return Err(Error::EncryptedKey(id));
    }
    let plain = secret.child("PlainValue").ok_or_else(|| secret.malformed("a secret without PlainValue"))?;
    ContentKey::from_base64(plain.text()).map_err(|error| plain.malformed(error.to_string()))
}

fn read_system(element: &Element) -> Result<CpixSystem, Error> {
    let id = element.attribute("systemId").ok_or_else(|| element.malformed("a DRMSystem without systemId"))?;
    let signalling = |playlist: &'static str| {
        let of_playlist = |data: &&Element| data.attribute("playlist").unwrap_or("media") == playlist;
        element.children("HLSSignalingData").find(of_playlist).map(base64_text).transpose()
    };
    Ok(CpixSystem {
        system: id.parse().map_err(|error: Error| element.malformed(error.to_string()))?,
        key_id: key_id(element)?,
        pssh: element.child("PSSH").map(base64).transpose()?,
        content_protection: element.child("ContentProtectionData").map(base64_text).transpose()?,
        key_uri: element.child("URIExtXKey").map(base64_text).transpose()?,
        media_playlist: signalling("media")?,
        multivariant_playlist: signalling("master")?,
        smooth_header: element.child("SmoothStreamingProtectionHeaderData").map(|data| data.text().to_owned()),
    })
}

fn read_rule(element: &Element) -> Result<UsageRule, Error> {
    if element.child("KeyPeriodFilter").is_some() {
        return Err(Error::CpixUnsupported("key periods"));
    }
    let ranges = |name, least, most| element.children(name).map(|filter| range(filter, least, most)).collect::<Result<_, _>>();
    let labels = element.children("LabelFilter").filter_map(|filter| filter.attribute("label"));
    Ok(UsageRule {
        key_id: key_id(element)?,
        intended_track_type: element.attribute("intendedTrackType").map(Into::into),
        videos: element.children("VideoFilter").map(read_video_filter).collect::<Result<_, _>>()?,
        audios: ranges("AudioFilter", "minChannels", "maxChannels")?,
        bitrates: ranges("BitrateFilter", "minBitrate", "maxBitrate")?,
        labels: labels.map(Into::into).collect(),
    })
}

/// The least frame rate is not in the range itself, the most is.
fn read_video_filter(filter: &Element) -> Result<VideoFilter, Error> {
    let is_set = |name| matches!(filter.attribute(name), Some("true" | "1"));
    let least = number(filter, "minFps")?.map_or(0, |least| least.saturating_mul(1000).saturating_add(1));
    let most = number(filter, "maxFps")?.map_or(u64::MAX, |most| most.saturating_mul(1000));
    Ok(VideoFilter {
        pixels: range(filter, "minPixels", "maxPixels")?,
        frame_rate: Range { least, most },
        is_special: is_set("hdr") || is_set("wcg"),
    })
}

fn range(filter: &Element, least: &str, most: &str) -> Result<Range, Error> {
    Ok(Range { least: number(filter, least)?.unwrap_or(0), most: number(filter, most)?.unwrap_or(u64::MAX) })
}

fn number(element: &Element, name: &str) -> Result<Option<u64>, Error> {
    let value = element.attribute(name).map(|value| value.parse().map_err(|_| element.malformed(format!("{name} is no number"))));
    value.transpose()
}

fn key_id(element: &Element) -> Result<KeyId, Error> {
    let text = element.attribute("kid").ok_or_else(|| element.malformed("an element without kid"))?;
    text.parse().map_err(|error: Error| element.malformed(error.to_string()))
}

fn vector(element: &Element, text: &str) -> Result<crate::Iv, Error> {
    let malformed = || element.malformed("explicitIV is not the Base64 of 16 bytes");
    let bytes = STANDARD.decode(text).map_err(|_| malformed())?;
    bytes.try_into().map(crate::Iv).map_err(|_| malformed())
}

/// The bytes of an element in Base64, which may be broken into lines.
fn base64(element: &Element) -> Result<Vec<u8>, Error> {
    let text: String = element.text().split_ascii_whitespace().collect();
    STANDARD.decode(text).map_err(|_| element.malformed("not Base64"))
}

fn base64_text(element: &Element) -> Result<String, Error> {
    String::from_utf8(base64(element)?).map_err(|_| element.malformed("not UTF-8 in Base64"))
}
