//! `ContentProtection`: what clients are told of encryption (ISO/IEC 23009-1, 5.8.4.1), with the
//! extensions in it and their namespaces.

use dynpack_crypt::SystemId;
use serde::Serialize;

use crate::text::{clean, uri};
use crate::{Protection, System};

/// The scheme which says that media is encrypted by Common Encryption (5.8.5.2).
const COMMON_ENCRYPTION: &str = "urn:mpeg:dash:mp4protection:2011";

/// The `ContentProtection` element, with what ISO/IEC 23001-7, 11.2, PlayReady, Azure Media
/// Services and DASH-IF put in it.
#[derive(Serialize)]
pub(crate) struct ContentProtection {
    #[serde(rename = "@schemeIdUri")]
    scheme: String,
    #[serde(rename = "@value", skip_serializing_if = "Option::is_none")]
    value: Option<String>,
    #[serde(rename = "@cenc:default_KID", skip_serializing_if = "Option::is_none")]
    key_id: Option<String>,
    #[serde(rename = "cenc:pssh", skip_serializing_if = "Option::is_none")]
    pssh: Option<String>,
    #[serde(rename = "mspr:pro", skip_serializing_if = "Option::is_none")]
    playready_object: Option<String>,
    #[serde(rename = "ms:laurl", skip_serializing_if = "Option::is_none")]
    azure_url: Option<AzureUrl>,
    #[serde(rename = "dashif:Laurl", skip_serializing_if = "Option::is_none")]
    url: Option<String>,
    #[serde(rename = "clearkey:Laurl", skip_serializing_if = "Option::is_none")]
    clear_key_url: Option<ClearKeyUrl>,
}

#[derive(Serialize)]
struct AzureUrl {
    #[serde(rename = "@licenseUrl")]
    url: String,
}

#[derive(Serialize)]
struct ClearKeyUrl {
    /// Shaka Player takes no other, nor none.
    #[serde(rename = "@Lic_type")]
    kind: &'static str,
    #[serde(rename = "$text")]
    url: String,
}

impl ContentProtection {
    /// The elements of a protection: first what it is, then each system (DASH-IF IOP 4.3, 7.5).
    pub(crate) fn all(protection: &Protection) -> Vec<Self> {
        let common = Self {
            value: Some(protection.scheme.as_str().into()),
            key_id: Some(protection.key_id.to_string()),
            ..Self::empty(COMMON_ENCRYPTION.into())
        };
        std::iter::once(common).chain(protection.systems.iter().map(Self::of)).collect()
    }

    fn of(system: &System) -> Self {
        let url = system.licence_url.as_deref().map(uri);
        let is_clear_key = system.id == SystemId::CLEAR_KEY;
        let is_azure = [SystemId::WIDEVINE, SystemId::PLAYREADY].contains(&system.id);
        Self {
            value: system.name.as_deref().map(clean),
            pssh: system.pssh.as_deref().map(clean),
            playready_object: system.playready_object.as_deref().map(clean),
            azure_url: url.clone().filter(|_| is_azure).map(|url| AzureUrl { url }),
            clear_key_url: url
                .clone()
                .filter(|_| is_clear_key)
                .map(|url| ClearKeyUrl { kind: "EME-1.0", url }),
            url: url.filter(|_| !is_clear_key),
            ..Self::empty(format!("urn:uuid:{}", system.id))
        }
    }

    const fn empty(scheme: String) -> Self {
        Self {
            scheme,
            value: None,
            key_id: None,
            pssh: None,
            playready_object: None,
            azure_url: None,
            url: None,
            clear_key_url: None,
        }
    }
}

/// The declarations of the namespaces that are made use of. Some players know the prefixes alone,
/// so these are the usual ones.
#[derive(Serialize)]
pub(crate) struct Namespaces {
    #[serde(rename = "@xmlns:cenc", skip_serializing_if = "Option::is_none")]
    cenc: Option<&'static str>,
    #[serde(rename = "@xmlns:mspr", skip_serializing_if = "Option::is_none")]
    playready: Option<&'static str>,
    #[serde(rename = "@xmlns:ms", skip_serializing_if = "Option::is_none")]
    azure: Option<&'static str>,
    #[serde(rename = "@xmlns:dashif", skip_serializing_if = "Option::is_none")]
    dashif: Option<&'static str>,
    #[serde(rename = "@xmlns:clearkey", skip_serializing_if = "Option::is_none")]
    clear_key: Option<&'static str>,
}

impl Namespaces {
    /// Those of all that is in these elements.
    pub(crate) fn of<'a>(elements: impl Iterator<Item = &'a ContentProtection> + Clone) -> Self {
        let used = |in_element: fn(&ContentProtection) -> bool| elements.clone().any(in_element);
        Self {
            cenc: used(|element| element.key_id.is_some() || element.pssh.is_some())
                .then_some("urn:mpeg:cenc:2013"),
            playready: used(|element| element.playready_object.is_some())
                .then_some("urn:microsoft:playready"),
            azure: used(|element| element.azure_url.is_some()).then_some("urn:microsoft"),
            dashif: used(|element| element.url.is_some()).then_some("https://dashif.org/CPS"),
            clear_key: used(|element| element.clear_key_url.is_some())
                .then_some("http://dashif.org/guidelines/clearKey"),
        }
    }
}
