//! Streaming policies: which formats an asset is published in, and how it is protected in each.
//!
//! The types are those of Azure Media Services, and read from the JSON that its API had, with what standards and players have come
//! to allow since: HDS among the protocols, Widevine and PlayReady with `cbcs`.

mod admission;
mod predefined;
mod selection;
mod template;

use serde::{Deserialize, Serialize};

pub use selection::{TrackCondition, TrackSelection};
pub use template::UrlTemplate;

use crate::Encryption;
use crate::format::Protocol;

/// Which formats an asset is published in, in the clear and under which protection.
///
/// ```
/// use dynpack::{Encryption, Format, StreamingPolicy};
///
/// let policy = StreamingPolicy::predefined("Predefined_MultiDrmStreaming").expect("one of six");
/// assert_eq!(policy.admit(Format::DashCmaf, Some(Encryption::Cenc))?, Some(Encryption::Cenc));
/// assert_eq!(policy.admit(Format::DashCmaf, None).expect_err("never in the clear").status(), 400);
/// # Ok::<(), dynpack::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[non_exhaustive]
pub struct StreamingPolicy {
    /// In the clear.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub no_encryption: Option<NoEncryption>,
    /// AES-128 of whole segments.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub envelope_encryption: Option<EnvelopeEncryption>,
    /// Common Encryption by `cenc`, and in Smooth Streaming PIFF besides.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub common_encryption_cenc: Option<CommonEncryption>,
    /// Common Encryption by `cbcs`, and SAMPLE-AES in transport streams.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub common_encryption_cbcs: Option<CommonEncryption>,
}

/// Publication in the clear.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[non_exhaustive]
pub struct NoEncryption {
    /// In which protocols.
    pub enabled_protocols: EnabledProtocols,
}

/// Publication under AES-128 of whole segments.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[non_exhaustive]
pub struct EnvelopeEncryption {
    /// In which protocols.
    pub enabled_protocols: EnabledProtocols,
    /// Tracks that stay clear.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub clear_tracks: Vec<TrackSelection>,
    /// Which track is under which key.
    #[serde(default)]
    pub content_keys: ContentKeys,
    /// Where players get the key, its 16 bytes; [`KeyDelivery::key_url_template`] unless set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub custom_key_acquisition_url_template: Option<UrlTemplate>,
}

/// Publication under one scheme of Common Encryption.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[non_exhaustive]
pub struct CommonEncryption {
    /// In which protocols.
    pub enabled_protocols: EnabledProtocols,
    /// Tracks that stay clear.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub clear_tracks: Vec<TrackSelection>,
    /// Which track is under which key.
    #[serde(default)]
    pub content_keys: ContentKeys,
    /// The systems that manifests name.
    #[serde(default)]
    pub drm: Drm,
    /// ClearKey, which protects nothing from who watches.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clear_key_encryption_configuration: Option<ClearKey>,
}

/// Which protocols are enabled; none unless said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[expect(clippy::struct_excessive_bools, reason = "a table of switches")]
#[non_exhaustive]
pub struct EnabledProtocols {
    /// Stored files as they are: in the clear only.
    pub download: bool,
    /// MPEG-DASH.
    pub dash: bool,
    /// HLS.
    pub hls: bool,
    /// Smooth Streaming.
    pub smooth_streaming: bool,
    /// Adobe HTTP Dynamic Streaming.
    pub hds: bool,
}

impl EnabledProtocols {
    /// Whether a protocol is enabled.
    #[must_use]
    pub const fn has(&self, protocol: Protocol) -> bool {
        match protocol {
            Protocol::Dash => self.dash,
            Protocol::Hls => self.hls,
            Protocol::Smooth => self.smooth_streaming,
            Protocol::Hds => self.hds,
        }
    }
}

/// Which track is under which of the keys, which have labels.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[non_exhaustive]
pub struct ContentKeys {
    /// The key of all tracks that no mapping is for; the only one there is unless set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default_key: Option<DefaultKey>,
    /// Keys of some tracks; the first mapping that is for a track counts.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub key_to_track_mappings: Vec<KeyToTracks>,
}

impl ContentKeys {
    /// The label of a rendition's key; `None` where it is the only one there is.
    pub(crate) fn label_for(&self, rendition: &dynpack_media::Rendition) -> Option<&str> {
        let is_for = |mapping: &&KeyToTracks| mapping.tracks.iter().any(|tracks| tracks.selects(rendition));
        let mapped = self.key_to_track_mappings.iter().find(is_for).map(|mapping| mapping.label.as_str());
        mapped.or_else(|| self.default_key.as_ref().and_then(|key| key.label.as_deref()))
    }
}

/// The key of all tracks that no mapping is for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[non_exhaustive]
pub struct DefaultKey {
    /// Its label; that of the only key without a mapping unless set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
}

/// The key of some tracks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[non_exhaustive]
pub struct KeyToTracks {
    /// Its label.
    pub label: String,
    /// The tracks: those of any of the selections.
    pub tracks: Vec<TrackSelection>,
}

/// The systems of digital rights management that manifests name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[non_exhaustive]
pub struct Drm {
    /// PlayReady.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub play_ready: Option<PlayReady>,
    /// Widevine.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub widevine: Option<LicenceServer>,
    /// FairPlay; with `cbcs` only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fair_play: Option<LicenceServer>,
}

/// What PlayReady is told.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[non_exhaustive]
pub struct PlayReady {
    /// Where players get licences; [`KeyDelivery::play_ready_url_template`] unless set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub custom_license_acquisition_url_template: Option<UrlTemplate>,
    /// XML for the `CUSTOMATTRIBUTES` of the header.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub play_ready_custom_attributes: Option<String>,
}

/// Where players of one system get licences.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[non_exhaustive]
pub struct LicenceServer {
    /// Where players get licences; that of [`KeyDelivery`] unless set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub custom_license_acquisition_url_template: Option<UrlTemplate>,
}

/// Where players get keys in the clear.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[non_exhaustive]
pub struct ClearKey {
    /// Where players get keys: posted a request for a licence by ClearKey (*Encrypted Media Extensions*, 9.1.3) it answers with one,
    /// otherwise with the 16 bytes of the key. [`KeyDelivery::clear_key_url_template`] unless set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub custom_keys_acquisition_url_template: Option<UrlTemplate>,
}

/// Where players get keys and licences where a policy does not say.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[non_exhaustive]
pub struct KeyDelivery {
    /// Keys of AES-128.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key_url_template: Option<UrlTemplate>,
    /// Keys of ClearKey.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clear_key_url_template: Option<UrlTemplate>,
    /// Licences of PlayReady.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub play_ready_url_template: Option<UrlTemplate>,
    /// Licences of Widevine.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub widevine_url_template: Option<UrlTemplate>,
    /// Licences of FairPlay.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fair_play_url_template: Option<UrlTemplate>,
}

impl StreamingPolicy {
    /// Whether stored files may be fetched as they are.
    #[must_use]
    pub fn allows_download(&self) -> bool {
        self.no_encryption.as_ref().is_some_and(|section| section.enabled_protocols.download)
    }

    /// The protocols in which the asset is published under that protection; in the clear for `None`.
    #[must_use]
    pub fn enabled_protocols(&self, encryption: Option<Encryption>) -> EnabledProtocols {
        let common = |section: &Option<CommonEncryption>| section.as_ref().map(|section| section.enabled_protocols);
        let enabled = match encryption {
            None => self.no_encryption.as_ref().map(|section| section.enabled_protocols),
            Some(Encryption::Cbc) => self.envelope_encryption.as_ref().map(|section| section.enabled_protocols),
            Some(Encryption::Cenc | Encryption::Piff) => common(&self.common_encryption_cenc),
            Some(Encryption::CbcsAapl) => common(&self.common_encryption_cbcs),
        };
        enabled.unwrap_or_default()
    }

    /// The tracks that stay clear under that protection.
    pub(crate) fn clear_tracks(&self, encryption: Encryption) -> &[TrackSelection] {
        match encryption {
            Encryption::Cbc => self.envelope_encryption.as_ref().map(|section| section.clear_tracks.as_slice()),
            _ => self.common(encryption).map(|section| section.clear_tracks.as_slice()),
        }
        .unwrap_or_default()
    }

    /// Which track is under which key of that protection.
    pub(crate) fn content_keys(&self, encryption: Encryption) -> Option<&ContentKeys> {
        match encryption {
            Encryption::Cbc => self.envelope_encryption.as_ref().map(|section| &section.content_keys),
            _ => self.common(encryption).map(|section| &section.content_keys),
        }
    }

    /// What is said of that scheme of Common Encryption.
    pub(crate) fn common(&self, encryption: Encryption) -> Option<&CommonEncryption> {
        match encryption {
            Encryption::Cbc => None,
            Encryption::Cenc | Encryption::Piff => self.common_encryption_cenc.as_ref(),
            Encryption::CbcsAapl => self.common_encryption_cbcs.as_ref(),
        }
    }

    /// What is wrong with it, if something is: what it says must be possible with what there is of key delivery.
    pub(crate) fn check(&self, delivery: &KeyDelivery) -> Result<(), String> {
        let envelope = self.envelope_encryption.as_ref();
        let sections = [
            ("envelopeEncryption", envelope.map(|section| section.enabled_protocols)),
            ("commonEncryptionCenc", self.common_encryption_cenc.as_ref().map(|section| section.enabled_protocols)),
            ("commonEncryptionCbcs", self.common_encryption_cbcs.as_ref().map(|section| section.enabled_protocols)),
        ];
        if let Some((name, _)) = sections.iter().find(|(_, enabled)| enabled.is_some_and(|enabled| enabled.download)) {
            return Err(format!("{name} enables download, but stored files are not encrypted"));
        }
        let has_key_url = |section: &EnvelopeEncryption| {
            section.custom_key_acquisition_url_template.is_some() || delivery.key_url_template.is_some()
        };
        if envelope.is_some_and(|section| !has_key_url(section)) {
            return Err("envelopeEncryption does not say where players get keys, nor does keyDelivery".into());
        }
        for (name, section) in [("Cenc", &self.common_encryption_cenc), ("Cbcs", &self.common_encryption_cbcs)] {
            let Some(section) = section else { continue };
            section.check(delivery).map_err(|problem| format!("commonEncryption{name} {problem}"))?;
        }
        match &self.common_encryption_cenc {
            Some(section) if section.drm.fair_play.is_some() => {
                Err("commonEncryptionCenc names FairPlay, which takes nothing but cbcs".into())
            }
            _ => Ok(()),
        }
    }
}

impl CommonEncryption {
    fn check(&self, delivery: &KeyDelivery) -> Result<(), String> {
        let clear_key = self.clear_key_encryption_configuration.as_ref();
        if self.drm == Drm::default() && clear_key.is_none() {
            return Err("names no system that could play it".into());
        }
        let has_url = |clear_key: &ClearKey| {
            clear_key.custom_keys_acquisition_url_template.is_some() || delivery.clear_key_url_template.is_some()
        };
        match clear_key {
            Some(clear_key) if !has_url(clear_key) => {
                Err("does not say where players get keys of ClearKey, nor does keyDelivery".into())
            }
            _ => Ok(()),
        }
    }
}
