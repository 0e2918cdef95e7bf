//! The systems that manifests name, and where players get keys and licences.

use serde::{Deserialize, Serialize};

use super::UrlTemplate;

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

/// What is signalled to PlayReady.
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
    /// Where players get keys: posted a request for a licence by ClearKey (*Encrypted Media
    /// Extensions*, 9.1.3) it answers with one, otherwise with the 16 bytes of the key.
    /// [`KeyDelivery::clear_key_url_template`] unless set.
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
