//! URLs of playlists, and keys.

use dynpack_crypt::Iv;
use dynpack_hls::{Key, Method, Resource, Urls};
use dynpack_media::{Presentation, Rendition, Ticks};

use super::Azure;

impl Urls for Azure {
    fn playlist(&self, rendition: &Rendition) -> String {
        format!(
            "QualityLevels({})/Manifest({},format=m3u8-cmaf)",
            rendition.id.bitrate, rendition.id.name
        )
    }

    fn init(&self, rendition: &Rendition) -> String {
        format!("Fragments({}=i,format=m3u8-cmaf)", rendition.id.name)
    }

    fn segment(&self, rendition: &Rendition, start: Ticks) -> String {
        format!("Fragments({}={start},format=m3u8-cmaf)", rendition.id.name)
    }

    fn key_frame_playlist(&self, rendition: &Rendition) -> String {
        format!(
            "QualityLevels({})/Manifest({},format=m3u8-cmaf,type=keyframes)",
            rendition.id.bitrate, rendition.id.name
        )
    }

    fn key_frame(&self, rendition: &Rendition, start: Ticks) -> String {
        format!("Fragments({}={start},format=m3u8-cmaf,type=keyframes)", rendition.id.name)
    }
}

/// The same URLs, with the keys that a function gives to each resource, and those of the session.
#[derive(Clone, Debug)]
pub struct Keyed<F>(pub F, pub Vec<Key>);

impl<F: Fn(Resource) -> Vec<Key>> Urls for Keyed<F> {
    fn playlist(&self, rendition: &Rendition) -> String {
        Azure.playlist(rendition)
    }

    fn init(&self, rendition: &Rendition) -> String {
        Azure.init(rendition)
    }

    fn segment(&self, rendition: &Rendition, start: Ticks) -> String {
        Azure.segment(rendition, start)
    }

    fn key_frame_playlist(&self, rendition: &Rendition) -> String {
        Azure.key_frame_playlist(rendition)
    }

    fn key_frame(&self, rendition: &Rendition, start: Ticks) -> String {
        Azure.key_frame(rendition, start)
    }

    fn keys(&self, _: &Rendition, resource: Resource) -> Vec<Key> {
        (self.0)(resource)
    }

    fn session_keys(&self, _: &Presentation) -> Vec<Key> {
        self.1.clone()
    }
}

/// Each resource with a vector of its own: the time, or 255 for the init segment.
#[must_use]
pub fn aes_128(resource: Resource) -> Vec<Key> {
    let iv = match resource {
        Resource::Segment(start) | Resource::KeyFrame(start) => u128::try_from(start.0).unwrap(),
        _ => 255,
    };
    vec![
        Key::new(Method::Aes128, "https://keys.example/?kid=1".into())
            .with_iv(Iv(iv.to_be_bytes())),
    ]
}
