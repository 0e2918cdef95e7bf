//! What is signalled to players about keys: for each protection system, where its licences are, and
//! what it needs to ask for one.

use dynpack_crypt::SystemId;
use dynpack_crypt::cenc::Scheme;
use dynpack_crypt::cpix::HlsKey;
use dynpack_crypt::systems::{Pssh, clear_key, fairplay, playready, widevine};

use super::keys::{KeySet, TrackKey};
use crate::encryption::Encryption;
use crate::error::KeyError;
use crate::publication::{CommonEncryption, PlayReady, Terms, UrlTemplate};

/// What is signalled to one system about keys.
#[derive(Clone, Debug)]
pub(crate) struct Signal {
    pub(crate) system: SystemId,
    pub(crate) pssh: Option<Pssh>,
    /// Where the licence is; of FairPlay the key URI.
    pub(crate) url: Option<String>,
    /// What the key server wants in playlists: with a key for media playlists alone, others have
    /// none.
    pub(crate) media_key: Option<HlsKey>,
    pub(crate) session_key: Option<HlsKey>,
}

impl Signal {
    /// A system with its header, and where its licence is.
    pub(crate) const fn new(system: SystemId, pssh: Option<Pssh>, url: Option<String>) -> Self {
        Self { system, pssh, url, media_key: None, session_key: None }
    }

    /// All that it says, in parts that differ where it does.
    pub(super) fn parts(&self) -> impl Iterator<Item = Vec<u8>> {
        let text = |text: &Option<String>| text.clone().unwrap_or_default().into_bytes();
        let key = |key: &Option<HlsKey>| {
            let given = key.as_ref().map(|key| {
                [key.uri.clone().into_bytes(), text(&key.format), text(&key.format_versions)]
            });
            given.unwrap_or_default()
        };
        let pssh = self.pssh.as_ref().map(Pssh::to_bytes).unwrap_or_default();
        let own = [self.system.0.to_vec(), pssh, text(&self.url)];
        own.into_iter().chain(key(&self.media_key)).chain(key(&self.session_key))
    }
}

/// Makes signals, on the terms of one publication under one protection.
pub(super) struct Signals<'a> {
    terms: &'a Terms<'a>,
    keys: &'a KeySet,
    key_url: Option<&'a UrlTemplate>,
    /// What the policy says of that scheme; `None` where segments are encrypted whole.
    common: Option<(Scheme, &'a CommonEncryption)>,
}

impl<'a> Signals<'a> {
    pub(super) fn new(encryption: Encryption, terms: &'a Terms<'a>, keys: &'a KeySet) -> Self {
        let envelope =
            terms.policy.envelope_encryption.as_ref().filter(|_| encryption == Encryption::Cbc);
        let own = envelope.and_then(|section| section.custom_key_acquisition_url_template.as_ref());
        let scheme = if encryption == Encryption::CbcsAapl { Scheme::Cbcs } else { Scheme::Cenc };
        Self {
            terms,
            keys,
            key_url: own
                .or(terms.key_delivery.key_url_template.as_ref())
                .filter(|_| envelope.is_some()),
            common: terms.policy.common(encryption).map(|common| (scheme, common)),
        }
    }

    /// Where players get the key itself, for segments that are encrypted whole.
    pub(super) fn key_url(&self, key: &TrackKey) -> Option<String> {
        self.key_url.map(|template| self.expand(template, key))
    }

    /// What is signalled to each system about keys. URLs name the first.
    pub(super) fn of(&self, keys: &[&TrackKey]) -> Result<Vec<Signal>, KeyError> {
        let (Some((scheme, common)), [first, ..]) = (self.common, keys) else {
            return Ok(Vec::new());
        };
        let (drm, delivery) = (&common.drm, self.terms.key_delivery);
        let ids: Vec<_> = keys.iter().map(|key| key.id).collect();
        let url = |own: &Option<UrlTemplate>, general: &Option<UrlTemplate>| {
            own.as_ref().or(general.as_ref()).map(|template| self.expand(template, first))
        };
        let mut signals = Vec::new();
        if let Some(system) = &drm.play_ready {
            let url = url(
                &system.custom_license_acquisition_url_template,
                &delivery.play_ready_url_template,
            );
            let pssh = self.play_ready(scheme, keys, system, url.as_deref())?;
            signals.push(Signal::new(SystemId::PLAYREADY, Some(pssh), url));
        }
        if let Some(server) = &drm.widevine {
            let url = url(
                &server.custom_license_acquisition_url_template,
                &delivery.widevine_url_template,
            );
            let content_id = self.terms.alternative_id.map(str::as_bytes);
            let made = || widevine::pssh(&ids, content_id, scheme);
            let pssh = self.given(SystemId::WIDEVINE, keys)?.unwrap_or_else(made);
            signals.push(Signal::new(SystemId::WIDEVINE, Some(pssh), url));
        }
        if let Some(server) = &drm.fair_play {
            let url = url(
                &server.custom_license_acquisition_url_template,
                &delivery.fair_play_url_template,
            );
            let given = self
                .keys
                .system(SystemId::FAIRPLAY, first.id)
                .and_then(|given| given.key_uri.clone());
            let made = || fairplay::key_uri(&url.unwrap_or_else(|| first.id.to_string()));
            signals.push(Signal::new(SystemId::FAIRPLAY, None, Some(given.unwrap_or_else(made))));
        }
        if let Some(system) = &common.clear_key_encryption_configuration {
            let url =
                url(&system.custom_keys_acquisition_url_template, &delivery.clear_key_url_template);
            signals.push(Signal::new(SystemId::CLEAR_KEY, Some(clear_key::pssh(&ids)), url));
        }
        for signal in &mut signals {
            (signal.media_key, signal.session_key) =
                self.given_tags(signal.system, keys, scheme)?;
        }
        Ok(signals)
    }

    /// The PlayReady header object for all keys of a presentation, in Base64.
    pub(super) fn playready_object(&self, keys: &[&TrackKey]) -> Result<Option<String>, KeyError> {
        if let [only] = keys
            && let Some(given) = self.keys.system(SystemId::PLAYREADY, only.id)
            && let Some(header) = &given.smooth_header
        {
            return Ok(Some(header.clone()));
        }
        let signals = self.of(keys)?;
        let playready = signals.into_iter().find(|signal| signal.system == SystemId::PLAYREADY);
        Ok(playready.and_then(|signal| signal.pssh).map(|pssh| pssh.data_base64()))
    }

    fn play_ready(
        &self,
        scheme: Scheme,
        keys: &[&TrackKey],
        system: &PlayReady,
        url: Option<&str>,
    ) -> Result<Pssh, KeyError> {
        if let Some(given) = self.given(SystemId::PLAYREADY, keys)? {
            return Ok(given);
        }
        let keys: Vec<_> = keys.iter().map(|key| (key.id, Some(&key.key))).collect();
        let mut header = playready::Header::new(scheme, &keys);
        if let Some(url) = url {
            header = header.with_licence_url(url);
        }
        if let Some(xml) = &system.play_ready_custom_attributes {
            header = header.with_custom_attributes(xml).map_err(unusable)?;
        }
        header.pssh().map_err(unusable)
    }

    /// What the key server wants signalled to a system about the one key.
    fn given(&self, system: SystemId, keys: &[&TrackKey]) -> Result<Option<Pssh>, KeyError> {
        let [only] = keys else { return Ok(None) };
        let given = self.keys.system(system, only.id).and_then(|given| given.pssh.as_deref());
        match given.map(Pssh::parse).transpose().map_err(unusable)? {
            Some(other) if other.system != system => {
                let problem = format!(
                    "the CPIX document has a pssh of the system {} for {system}",
                    other.system
                );
                Err(KeyError::Unusable { problem })
            }
            given => Ok(given),
        }
    }

    /// What the key server wants in playlists for a system, about the one key: for media
    /// playlists, and for multivariant ones.
    fn given_tags(
        &self,
        system: SystemId,
        keys: &[&TrackKey],
        scheme: Scheme,
    ) -> Result<(Option<HlsKey>, Option<HlsKey>), KeyError> {
        let [only] = keys else { return Ok((None, None)) };
        let Some(given) = self.keys.system(system, only.id) else { return Ok((None, None)) };
        let method = if scheme == Scheme::Cenc { "SAMPLE-AES-CTR" } else { "SAMPLE-AES" };
        for key in [&given.media_key, &given.session_key].into_iter().flatten() {
            let problem = match &key.format {
                _ if key.method != method => {
                    format!("the METHOD `{}`, where segments are under {method}", key.method)
                }
                // So a playlist says that the key itself is at the URL.
                None => "no KEYFORMAT".to_owned(),
                Some(format) if format == "identity" || format.is_empty() => {
                    "a KEYFORMAT of no system".to_owned()
                }
                Some(_) => continue,
            };
            let problem = format!(
                "the HLSSignalingData of the CPIX document has for the system {system} {problem}"
            );
            return Err(KeyError::Unusable { problem });
        }
        Ok((given.media_key.clone(), given.session_key.clone()))
    }

    fn expand(&self, template: &UrlTemplate, key: &TrackKey) -> String {
        template.expand(key.id, self.terms.alternative_id)
    }
}

fn unusable(error: dynpack_crypt::Error) -> KeyError {
    KeyError::Unusable { problem: error.to_string() }
}
