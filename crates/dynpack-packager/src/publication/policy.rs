//! Streaming policies: which formats an asset is published in, and how it is protected in each.
//!
//! The types are those of Azure Media Services, and read from the JSON that its API had, with what
//! standards and players have come to allow since: HDS among the protocols, Widevine and PlayReady
//! with `cbcs`.

mod admit;
mod content_keys;
mod predefined;
mod protocols;
mod systems;
mod template;

use dynpack_crypt::cenc::Scheme;
use dynpack_crypt::systems::playready::Header;
use serde::{Deserialize, Serialize};

pub use content_keys::{ContentKeys, DefaultKey, KeyToTracks};
pub use protocols::EnabledProtocols;
pub use systems::{ClearKey, Drm, KeyDelivery, LicenceServer, PlayReady};
pub use template::UrlTemplate;

use crate::encryption::Encryption;
use crate::filter::TrackSelection;

/// Which formats an asset is published in, in the clear and under which protection.
///
/// ```
/// use dynpack_packager::{Encryption, Format, StreamingPolicy};
///
/// let policy = StreamingPolicy::predefined("Predefined_MultiDrmStreaming").expect("one of six");
/// assert_eq!(policy.admit(Format::DashCmaf, Some(Encryption::Cenc))?, Some(Encryption::Cenc));
/// policy.admit(Format::DashCmaf, None).expect_err("never in the clear");
/// # Ok::<(), dynpack_packager::Error>(())
/// ```
///
/// One that is made in Rust: `cenc` for Widevine, what is above 3 Mb/s under a key of its own, and
/// sound in the clear.
///
/// ```
/// use dynpack_codec::MediaKind;
/// use dynpack_packager::{
///     CommonEncryption, ContentKeys, Drm, EnabledProtocols, KeyToTracks, LicenceServer, Locator,
///     Locators, LocatorsDocument, Protocol, StreamingPolicy, TrackCondition, TrackSelection,
/// };
///
/// let mut drm = Drm::default();
/// drm.widevine = Some(LicenceServer::default());
/// let mut cenc = CommonEncryption::new(EnabledProtocols::of(&[Protocol::Dash, Protocol::Hls]), drm);
/// cenc.clear_tracks = vec![TrackSelection::new(vec![TrackCondition::kind(MediaKind::Audio)])];
/// let high = TrackSelection::new(vec![TrackCondition::bitrate(3_000_000..=u32::MAX)]);
/// cenc.content_keys = ContentKeys::new("sd", vec![KeyToTracks::new("hd", vec![high])]);
///
/// let mut policy = StreamingPolicy::default();
/// policy.common_encryption_cenc = Some(cenc);
/// let mut document = LocatorsDocument::default();
/// document.streaming_policies.insert("two-keys".to_owned(), policy);
/// document.streaming_locators.push(Locator::new("0c5a1b9e-3f0e-4b61-9a52-5d1d3a0f7c03", "films/ignite", "two-keys"));
/// let locators = Locators::new(document)?;
/// # assert_eq!(locators.iter().count(), 1);
/// # Ok::<(), dynpack_packager::LocatorsError>(())
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

impl NoEncryption {
    /// Publication in the clear, in those protocols.
    #[must_use]
    pub const fn new(enabled_protocols: EnabledProtocols) -> Self {
        Self { enabled_protocols }
    }
}

impl EnvelopeEncryption {
    /// Publication of all tracks under one key, in those protocols.
    #[must_use]
    pub fn new(enabled_protocols: EnabledProtocols) -> Self {
        Self { enabled_protocols, ..Self::default() }
    }
}

impl CommonEncryption {
    /// Publication of all tracks under one key, in those protocols, for those systems.
    #[must_use]
    pub fn new(enabled_protocols: EnabledProtocols, drm: Drm) -> Self {
        Self { enabled_protocols, drm, ..Self::default() }
    }
}

impl StreamingPolicy {
    /// Whether stored files may be fetched as they are.
    #[must_use]
    pub fn allows_download(&self) -> bool {
        self.no_encryption.as_ref().is_some_and(|section| section.enabled_protocols.download)
    }

    /// The protocols in which the asset is published under that protection; in the clear for
    /// `None`.
    #[must_use]
    pub fn enabled_protocols(&self, encryption: Option<Encryption>) -> EnabledProtocols {
        let common = |section: &Option<CommonEncryption>| {
            section.as_ref().map(|section| section.enabled_protocols)
        };
        let enabled = match encryption {
            None => self.no_encryption.as_ref().map(|section| section.enabled_protocols),
            Some(Encryption::Cbc) => {
                self.envelope_encryption.as_ref().map(|section| section.enabled_protocols)
            }
            Some(Encryption::Cenc | Encryption::Piff) => common(&self.common_encryption_cenc),
            Some(Encryption::CbcsAapl) => common(&self.common_encryption_cbcs),
        };
        enabled.unwrap_or_default()
    }

    /// The tracks that stay clear under that protection.
    pub(crate) fn clear_tracks(&self, encryption: Encryption) -> &[TrackSelection] {
        match encryption {
            Encryption::Cbc => {
                self.envelope_encryption.as_ref().map(|section| section.clear_tracks.as_slice())
            }
            _ => self.common(encryption).map(|section| section.clear_tracks.as_slice()),
        }
        .unwrap_or_default()
    }

    /// Which track is under which key of that protection.
    pub(crate) fn content_keys(&self, encryption: Encryption) -> Option<&ContentKeys> {
        match encryption {
            Encryption::Cbc => {
                self.envelope_encryption.as_ref().map(|section| &section.content_keys)
            }
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

    /// What is wrong with it, if something is: what it says must be possible with what there is of
    /// key delivery.
    pub(crate) fn check(&self, delivery: &KeyDelivery) -> Result<(), String> {
        let envelope = self.envelope_encryption.as_ref();
        let sections = [
            ("envelopeEncryption", envelope.map(|section| section.enabled_protocols)),
            (
                "commonEncryptionCenc",
                self.common_encryption_cenc.as_ref().map(|section| section.enabled_protocols),
            ),
            (
                "commonEncryptionCbcs",
                self.common_encryption_cbcs.as_ref().map(|section| section.enabled_protocols),
            ),
        ];
        if let Some((name, _)) =
            sections.iter().find(|(_, enabled)| enabled.is_some_and(|enabled| enabled.download))
        {
            return Err(format!("{name} enables download, but stored files are not encrypted"));
        }
        let has_key_url = |section: &EnvelopeEncryption| {
            section.custom_key_acquisition_url_template.is_some()
                || delivery.key_url_template.is_some()
        };
        if envelope.is_some_and(|section| !has_key_url(section)) {
            return Err(
                "envelopeEncryption does not say where players get keys, nor does keyDelivery"
                    .into(),
            );
        }
        for (name, section) in
            [("Cenc", &self.common_encryption_cenc), ("Cbcs", &self.common_encryption_cbcs)]
        {
            let Some(section) = section else { continue };
            section
                .check(delivery)
                .map_err(|problem| format!("commonEncryption{name} {problem}"))?;
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
        let custom = self
            .drm
            .play_ready
            .as_ref()
            .and_then(|system| system.play_ready_custom_attributes.as_deref());
        if let Some(Err(problem)) =
            custom.map(|xml| Header::new(Scheme::Cenc, &[]).with_custom_attributes(xml))
        {
            return Err(format!("cannot be signalled to players: {problem}"));
        }
        let has_url = |clear_key: &ClearKey| {
            clear_key.custom_keys_acquisition_url_template.is_some()
                || delivery.clear_key_url_template.is_some()
        };
        match clear_key {
            Some(clear_key) if !has_url(clear_key) => {
                Err("does not say where players get keys of ClearKey, nor does keyDelivery".into())
            }
            _ => Ok(()),
        }
    }
}
