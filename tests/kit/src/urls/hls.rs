//! URLs of playlists, and keys.

use dynpack_crypt::Iv;
use dynpack_hls::{Key, Method, Resource, SegmentUrl, Urls};
use dynpack_media::{Form, Presentation, Rendition};

use super::Azure;

/// The end of URLs of a form.
fn parameters(rendition: &Rendition) -> &'static str {
    match rendition.id.form {
        Form::Full => "format=m3u8-cmaf",
        Form::KeyFrames => "format=m3u8-cmaf,type=keyframes",
    }
}

impl Urls for Azure {
    fn playlist(&self, rendition: &Rendition) -> String {
        let (id, parameters) = (&rendition.id, parameters(rendition));
        format!("QualityLevels({})/Manifest({},{parameters})", id.bitrate, id.name)
    }

    fn init(&self, rendition: &Rendition) -> String {
        format!("Fragments({}=i,format=m3u8-cmaf)", rendition.id.name)
    }

    fn segments(&self, rendition: &Rendition) -> SegmentUrl {
        let before = format!("Fragments({}=", rendition.id.name);
        SegmentUrl::new(before, format!(",{})", parameters(rendition)))
    }
}

/// The same URLs, with keys for each resource from a function, and with session keys.
#[derive(Clone, Debug)]
pub struct Keyed<F>(pub F, pub Vec<Key>);

impl<F: Fn(Resource) -> Vec<Key>> Urls for Keyed<F> {
    fn playlist(&self, rendition: &Rendition) -> String {
        Azure.playlist(rendition)
    }

    fn init(&self, rendition: &Rendition) -> String {
        Azure.init(rendition)
    }

    fn segments(&self, rendition: &Rendition) -> SegmentUrl {
        Azure.segments(rendition)
    }

    fn keys(&self, _: &Rendition, resource: Resource) -> Vec<Key> {
        (self.0)(resource)
    }

    fn session_keys(&self, _: &Presentation) -> Vec<Key> {
        self.1.clone()
    }
}

/// A key with a different vector for each resource: the time, or 255 for the init segment.
#[must_use]
pub fn aes_128(resource: Resource) -> Vec<Key> {
    let iv = match resource {
        Resource::Segment(start) => u128::try_from(start.0).unwrap(),
        Resource::Init => 255,
    };
    vec![
        Key::new(Method::Aes128, "https://keys.example/?kid=1".into())
            .with_iv(Iv(iv.to_be_bytes())),
    ]
}
