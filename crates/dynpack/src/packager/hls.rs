//! What all versions of HLS have in common: their playlists.

use dynpack_crypt::SystemId;
use dynpack_crypt::cenc::Scheme;
use dynpack_crypt::systems::{Pssh, clear_key, fairplay, playready, widevine};
use dynpack_hls::{Key, Method, Options, Resource, Urls};
use dynpack_media::{Presentation, Rendition, Ticks};

use super::links::Links;
use crate::protection::{Protection, Signal};
use crate::{Encryption, Format, Request, Target};

pub(super) const PLAYLIST: &str = "application/vnd.apple.mpegurl";

pub(super) fn options(options: Options, request: &Request) -> Options {
    options.with_audio_only(request.audio_only.unwrap_or_default())
}

impl Urls for Links<'_> {
    fn playlist(&self, rendition: &Rendition) -> String {
        self.playlist(rendition, false)
    }

    fn init(&self, rendition: &Rendition) -> String {
        self.init(rendition)
    }

    fn segment(&self, rendition: &Rendition, start: Ticks) -> String {
        self.segment(rendition, start, false)
    }

    fn key_frame_playlist(&self, rendition: &Rendition) -> String {
        self.playlist(rendition, true)
    }

    fn key_frame(&self, rendition: &Rendition, start: Ticks) -> String {
        self.segment(rendition, start, true)
    }

    fn keys(&self, rendition: &Rendition, resource: Resource) -> Vec<Key> {
        match self.protection {
            None => Vec::new(),
            Some(protection) if protection.encryption() == Encryption::Cbc => {
                self.key_of_whole(protection, rendition, resource).into_iter().collect()
            }
            Some(protection) => keys_of_samples(protection, rendition, self.is_transport_stream()),
        }
    }

    /// Of keys which come by a licence; others are small, and fetched when they are needed.
    fn session_keys(&self, presentation: &Presentation) -> Vec<Key> {
        let Some(protection) = self.protection.filter(|protection| protection.encryption() != Encryption::Cbc) else {
            return Vec::new();
        };
        let renditions = presentation.renditions.iter();
        renditions.flat_map(|rendition| keys_of_samples(protection, rendition, self.is_transport_stream())).collect()
    }
}

impl Links<'_> {
    /// The key of a resource that is encrypted whole, each with a vector of its own: filtered playlists list the same segments at other
    /// places, so none could be counted.
    fn key_of_whole(&self, protection: &Protection, rendition: &Rendition, resource: Resource) -> Option<Key> {
        let (track, bitrate) = (rendition.name.clone(), rendition.bitrate);
        let segment = |time, key_frames| Target::Segment { track: track.clone(), bitrate, time, key_frames };
        let target = match resource {
            Resource::Segment(start) => segment(start, false),
            Resource::KeyFrame(start) => segment(start, true),
            _ => Target::Init { track: track.clone(), bitrate },
        };
        let audio = self.audio(rendition).filter(|_| protection.key_id(rendition).is_none());
        let locked = audio.unwrap_or(rendition);
        let (_, iv) = protection.of_whole(locked, &self.request_for(rendition, target))?;
        Some(Key::new(Method::Aes128, protection.key_url(locked)?.to_owned()).with_iv(iv))
    }

    fn is_transport_stream(&self) -> bool {
        self.format() != Format::HlsCmaf
    }
}

/// The key of a rendition whose samples are encrypted, once for each system.
fn keys_of_samples(protection: &Protection, rendition: &Rendition, is_transport_stream: bool) -> Vec<Key> {
    let (Some(scheme), Some(key_id)) = (protection.scheme(), protection.key_id(rendition)) else { return Vec::new() };
    let method = if scheme == Scheme::Cenc { Method::SampleAesCtr } else { Method::SampleAes };
    let key = |uri: String, format: &str| Key::new(method, uri).with_format(format.to_owned(), Some("1".to_owned()));
    let mut keys = Vec::new();
    for Signal { system, pssh, url } in protection.signals(rendition) {
        let data = |pssh: &Pssh| format!("data:text/plain;base64,{}", pssh.to_base64());
        match *system {
            SystemId::PLAYREADY if !is_transport_stream => {
                let object = pssh.iter().map(|pssh| format!("data:text/plain;charset=UTF-16;base64,{}", pssh.data_base64()));
                keys.extend(object.map(|object| key(object, playready::KEY_FORMAT)));
            }
            SystemId::WIDEVINE if !is_transport_stream => {
                keys.extend(pssh.iter().map(|pssh| key(data(pssh), widevine::KEY_FORMAT).with_key_id(key_id)));
            }
            SystemId::FAIRPLAY => keys.extend(url.iter().map(|uri| key(uri.clone(), fairplay::KEY_FORMAT))),
            SystemId::CLEAR_KEY => {
                // hls.js wants the one and Shaka Player the other; each passes over what it does not know.
                keys.extend(url.iter().map(|uri| key(uri.clone(), "identity").with_key_id(key_id)));
                let named = url.iter().filter(|_| !is_transport_stream);
                keys.extend(named.map(|uri| key(uri.clone(), clear_key::KEY_FORMAT).with_key_id(key_id)));
            }
            _ => {}
        }
    }
    // Transport streams have no place for it, unlike fragmented MP4 (`tenc`).
    match protection.of_frames(rendition).filter(|_| is_transport_stream) {
        Some(sample_aes) => keys.into_iter().map(|key| key.with_iv(sample_aes.iv())).collect(),
        None => keys,
    }
}
