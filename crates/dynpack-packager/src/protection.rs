//! How one answer is protected: which rendition is under which key, and what is signalled to
//! players.

mod keys;
mod signals;

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use dynpack_codec::MediaKind;
use dynpack_crypt::cenc::{SampleEncryptor, Scheme, TrackEncryption};
use dynpack_crypt::sample_aes::SampleAes;
use dynpack_crypt::{ContentKey, Iv, IvSource, KeyId, envelope};
use dynpack_fragment::{SegmentPlan, fmp4};
use dynpack_media::{Form, Presentation, Rendition, RenditionId};

pub use keys::KeySet;
pub(crate) use keys::TrackKey;
pub(crate) use signals::Signal;

use crate::encryption::Encryption;
use crate::error::Error;
use crate::fingerprint::{digest, hex};
use crate::publication::Terms;
use crate::request::SegmentId;
use signals::Signals;

/// How the renditions of a presentation are protected: under which keys, and what is signalled to
/// players.
///
/// It never prints keys.
#[derive(Clone)]
pub struct Protection {
    encryption: Encryption,
    /// What initialization vectors depend on besides the rendition.
    identity: String,
    tracks: Vec<Track>,
    /// The PlayReady header object for all keys together, in Base64.
    playready_object: Option<String>,
    version: String,
}

/// A rendition with its key; `None` if it stays clear.
#[derive(Clone)]
struct Track {
    id: RenditionId,
    lock: Option<Arc<Lock>>,
}

/// A key, and what is signalled to players about it.
struct Lock {
    key: TrackKey,
    /// Where the key itself is, of 16 bytes, for segments that are encrypted whole.
    key_url: Option<String>,
    signals: Vec<Signal>,
}

impl Protection {
    /// Protection of that presentation on those terms, with keys for its tracks.
    ///
    /// `identity` is a text that changes with the stored media, and is the same on all machines:
    /// initialization vectors are derived from it, so that equal ones never meet different media.
    ///
    /// # Errors
    /// [`Error::Keys`] if a rendition that must be protected has no one key, or a system cannot be
    /// told of it.
    pub fn new(
        encryption: Encryption,
        presentation: &Presentation,
        identity: &str,
        terms: &Terms<'_>,
        keys: &KeySet,
    ) -> Result<Self, Error> {
        let (policy, signals) = (terms.policy, Signals::new(encryption, terms, keys));
        let mappings = policy.content_keys(encryption).cloned().unwrap_or_default();
        let mut locks: Vec<Arc<Lock>> = Vec::new();
        let mut tracks = Vec::with_capacity(presentation.renditions.len());
        for rendition in &presentation.renditions {
            // Text is protected only where segments are encrypted whole, as in Azure Media
            // Services.
            let is_clear = (rendition.kind() == MediaKind::Text && encryption != Encryption::Cbc)
                || policy.clear_tracks(encryption).iter().any(|tracks| tracks.selects(rendition));
            let key =
                if is_clear { None } else { Some(keys.key_for(rendition, encryption, &mappings)?) };
            let lock = match key {
                None => None,
                Some(key) => match locks.iter().find(|lock| lock.key.id == key.id) {
                    Some(lock) => Some(Arc::clone(lock)),
                    None => {
                        let (key_url, signals) = (signals.key_url(&key), signals.of(&[&key])?);
                        locks.push(Arc::new(Lock { key, key_url, signals }));
                        locks.last().cloned()
                    }
                },
            };
            tracks.push(Track { id: rendition.id.clone(), lock });
        }
        let keys: Vec<_> = locks.iter().map(|lock| &lock.key).collect();
        let playready_object = signals.playready_object(&keys)?;
        let version = version(encryption, &tracks, playready_object.as_deref());
        Ok(Self { encryption, identity: identity.to_owned(), tracks, playready_object, version })
    }

    /// Which protection it is.
    #[must_use]
    pub const fn encryption(&self) -> Encryption {
        self.encryption
    }

    /// A text that differs where protected answers differ: part of their ETags.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The scheme of Common Encryption; `None` where segments are encrypted whole.
    #[must_use]
    pub const fn scheme(&self) -> Option<Scheme> {
        self.encryption.scheme()
    }

    /// How a rendition is protected; `None` if it stays clear.
    pub(crate) fn encryption_of(&self, rendition: &Rendition) -> Option<Encryption> {
        self.lock(rendition).map(|_| self.encryption)
    }

    /// The id of a rendition's key; `None` if it stays clear.
    #[must_use]
    pub fn key_id(&self, rendition: &Rendition) -> Option<KeyId> {
        self.lock(rendition).map(|lock| lock.key.id)
    }

    /// Under whose key segments of `main` are, which carry `audio` with them: that of the audio
    /// where `main` itself stays clear.
    pub(crate) fn keyed<'a>(
        &self,
        main: &'a Rendition,
        audio: Option<&'a Rendition>,
    ) -> &'a Rendition {
        audio.filter(|_| self.key_id(main).is_none()).unwrap_or(main)
    }

    /// What is signalled to each system about a rendition's key: nothing if it is clear, or where
    /// segments are encrypted whole.
    pub(crate) fn signals(&self, rendition: &Rendition) -> &[Signal] {
        self.lock(rendition).map(|lock| lock.signals.as_slice()).unwrap_or_default()
    }

    /// Where players get the key of a rendition itself, of 16 bytes.
    pub(crate) fn key_url(&self, rendition: &Rendition) -> Option<&str> {
        self.lock(rendition)?.key_url.as_deref()
    }

    /// The PlayReady header object for all keys together, in Base64.
    pub(crate) fn playready_object(&self) -> Option<&str> {
        self.playready_object.as_deref()
    }

    /// How the samples of a rendition are encrypted in fragmented MP4; `None` where they are clear.
    pub(crate) fn sample_encryption(&self, rendition: &Rendition) -> Option<fmp4::Protection> {
        let (Lock { key, signals, .. }, scheme) = (self.lock(rendition)?, self.scheme()?);
        let track =
            TrackEncryption::new(scheme, key.id, rendition.kind(), &self.ivs(rendition, key.id));
        let track = match key.iv {
            Some(iv) => track.with_constant_iv(iv),
            None => track,
        };
        let encryptor = SampleEncryptor::new(track, &key.key, &rendition.track.codec);
        if self.encryption == Encryption::Piff {
            return Some(fmp4::Protection::piff(encryptor));
        }
        let systems = signals.iter().filter_map(|signal| signal.pssh.clone()).collect();
        Some(fmp4::Protection::new(encryptor).with_systems(systems))
    }

    /// How the frames of a rendition are encrypted in transport streams; `None` where they are
    /// clear.
    pub(crate) fn sample_aes(&self, rendition: &Rendition) -> Option<SampleAes> {
        let Lock { key, .. } =
            self.lock(rendition).filter(|_| self.encryption == Encryption::CbcsAapl)?;
        let iv = key.iv.unwrap_or_else(|| self.ivs(rendition, key.id).sample_aes());
        Some(SampleAes::new(&key.key, iv))
    }

    /// A segment of a rendition, encrypted whole if that is how it is protected.
    pub(crate) fn seal(
        &self,
        plan: SegmentPlan,
        rendition: &Rendition,
        id: &SegmentId,
    ) -> SegmentPlan {
        match self.segment_key(rendition, id) {
            Some((key, iv)) => plan.encrypted(key, iv),
            None => plan,
        }
    }

    /// Bytes of a segment when it is encrypted, if that is done as a whole.
    pub(crate) const fn sealed_len(&self, clear: u64) -> u64 {
        if matches!(self.encryption, Encryption::Cbc) {
            envelope::encrypted_len(clear)
        } else {
            clear
        }
    }

    /// An init segment of a rendition, encrypted whole if that is how it is protected.
    pub(crate) fn seal_init(&self, init: Bytes, rendition: &Rendition, id: &SegmentId) -> Bytes {
        match self.segment_key(rendition, id) {
            Some((key, iv)) => envelope::encrypt(key, iv, &[init]).into(),
            None => init,
        }
    }

    /// The key and the vector of the media of that id, if that is encrypted whole.
    pub(crate) fn segment_key(
        &self,
        rendition: &Rendition,
        id: &SegmentId,
    ) -> Option<(&ContentKey, Iv)> {
        let Lock { key, .. } =
            self.lock(rendition).filter(|_| self.encryption == Encryption::Cbc)?;
        Some((&key.key, self.ivs(rendition, key.id).segment(&id.hash())))
    }

    fn lock(&self, rendition: &Rendition) -> Option<&Lock> {
        let id = rendition.id.with_form(Form::Full);
        self.tracks.iter().find(|track| track.id == id)?.lock.as_deref()
    }

    fn ivs(&self, rendition: &Rendition, key_id: KeyId) -> IvSource {
        let identity = match rendition.clip {
            None => Cow::Borrowed(&self.identity),
            Some(clip) => Cow::Owned(format!("{} clip {clip}", self.identity)),
        };
        IvSource::new(key_id, &identity, rendition.track.id, &rendition.id)
    }
}

/// [`Protection::version`] of tracks that are protected so.
fn version(encryption: Encryption, tracks: &[Track], playready_object: Option<&str>) -> String {
    let mut parts = vec![encryption.token().as_bytes().to_vec()];
    for track in tracks {
        let Some(Lock { key, key_url, signals }) = track.lock.as_deref() else {
            parts.push(Vec::new());
            continue;
        };
        parts.extend([key.id.0.to_vec(), digest([key.id.0.as_slice(), key.key.expose()]).to_vec()]);
        parts.extend(
            [key.iv.map(|iv| iv.0.to_vec()), key_url.clone().map(String::into_bytes)]
                .map(Option::unwrap_or_default),
        );
        parts.extend(signals.iter().flat_map(Signal::parts));
    }
    parts.push(playready_object.unwrap_or_default().into());
    hex(&digest(parts))
}

impl fmt::Debug for Protection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ids: Vec<_> =
            self.tracks.iter().map(|track| track.lock.as_ref().map(|lock| lock.key.id)).collect();
        f.debug_struct("Protection")
            .field("encryption", &self.encryption)
            .field("key_ids", &ids)
            .finish_non_exhaustive()
    }
}
