//! `ContentProtection`: what signals encryption to clients (ISO/IEC 23009-1, 5.8.4.1), with its
//! extensions and their namespaces.

use dynpack_crypt::SystemId;
use dynpack_media::text::{clean, uri};
use dynpack_xml::{Tag, Writer};

use crate::{Protection, System};

/// The scheme that signals Common Encryption (5.8.5.2).
const COMMON_ENCRYPTION: &str = "urn:mpeg:dash:mp4protection:2011";

/// The `ContentProtection` element, with the content that ISO/IEC 23001-7, 11.2, PlayReady, Azure
/// Media Services and DASH-IF define.
#[derive(Clone)]
pub(crate) struct ContentProtection {
    scheme: String,
    value: Option<String>,
    key_id: Option<String>,
    pssh: Option<String>,
    playready_object: Option<String>,
    azure_url: Option<String>,
    url: Option<String>,
    clear_key_url: Option<String>,
}

impl ContentProtection {
    /// The elements of a protection: first the scheme and the key, then each system (DASH-IF IOP
    /// 4.3, 7.5).
    pub(crate) fn all(protection: &Protection) -> Vec<Self> {
        let common = Self {
            value: Some(protection.scheme.as_str().into()),
            key_id: Some(protection.key_id.to_string()),
            ..Self::empty(COMMON_ENCRYPTION.into())
        };
        std::iter::once(common).chain(protection.systems.iter().map(Self::of)).collect()
    }

    fn of(system: &System) -> Self {
        let url = system.licence_url.as_deref().map(|url| uri(url).to_string());
        let is_clear_key = system.id == SystemId::CLEAR_KEY;
        let is_azure = [SystemId::WIDEVINE, SystemId::PLAYREADY].contains(&system.id);
        Self {
            value: system.name.as_deref().map(clean),
            pssh: system.pssh.as_deref().map(clean),
            playready_object: system.playready_object.as_deref().map(clean),
            azure_url: url.clone().filter(|_| is_azure),
            clear_key_url: url.clone().filter(|_| is_clear_key),
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

    pub(crate) fn write(&self, xml: &mut Writer) {
        let tag = xml
            .open("ContentProtection")
            .with("schemeIdUri", &self.scheme)
            .with_some("value", self.value.as_ref())
            .with_some("cenc:default_KID", self.key_id.as_ref());
        tag.children(|xml| {
            self.pssh.iter().for_each(|pssh| xml.open("cenc:pssh").text(pssh));
            self.playready_object.iter().for_each(|object| xml.open("mspr:pro").text(object));
            if let Some(url) = &self.azure_url {
                xml.open("ms:laurl").with("licenseUrl", url).empty();
            }
            self.url.iter().for_each(|url| xml.open("dashif:Laurl").text(url));
            if let Some(url) = &self.clear_key_url {
                // Shaka Player requires this type.
                xml.open("clearkey:Laurl").with("Lic_type", "EME-1.0").text(url);
            }
        });
    }
}

/// The declarations of the namespaces that are used. Some players only know the prefixes, so these
/// are the usual ones.
pub(crate) struct Namespaces(Vec<(&'static str, &'static str)>);

impl Namespaces {
    /// The namespaces that the elements of these protections use.
    pub(crate) fn of(protections: &[Protection]) -> Self {
        let elements: Vec<_> = protections.iter().flat_map(ContentProtection::all).collect();
        type IsUsed = fn(&ContentProtection) -> bool;
        let all: [(_, _, IsUsed); 5] = [
            ("xmlns:cenc", "urn:mpeg:cenc:2013", |element| {
                element.key_id.is_some() || element.pssh.is_some()
            }),
            ("xmlns:mspr", "urn:microsoft:playready", |element| element.playready_object.is_some()),
            ("xmlns:ms", "urn:microsoft", |element| element.azure_url.is_some()),
            ("xmlns:dashif", "https://dashif.org/CPS", |element| element.url.is_some()),
            ("xmlns:clearkey", "http://dashif.org/guidelines/clearKey", |element| {
                element.clear_key_url.is_some()
            }),
        ];
        let used = all.into_iter().filter(|(.., is_used)| elements.iter().any(is_used));
        Self(used.map(|(prefix, namespace, _)| (prefix, namespace)).collect())
    }

    /// Adds the declarations to the root element.
    pub(crate) fn declare<'w>(&self, root: Tag<'w>) -> Tag<'w> {
        self.0.iter().fold(root, |root, (prefix, namespace)| root.with(prefix, namespace))
    }
}
