//! The one way in which ids and requests are written to be hashed: field by field, never as the
//! text of a URL. The hashes are the same on every node, for ever.

use dynpack_media::{Form, RenditionId};

use super::{Place, Request, Resource, SegmentId};
use crate::encryption::Encryption;
use crate::fingerprint::digest;

/// Names this way of writing ids. It changes when the same id comes to mean other bytes.
const SEGMENT: &str = "segment 1";

/// Names this way of writing requests.
const REQUEST: &str = "request 1";

/// The same for requests that name a form of text, before the filters.
const REQUEST_OF_TEXT: &str = "request of text 1";

impl SegmentId {
    /// A hash of it: the same on every node, for ever.
    #[must_use]
    pub fn hash(&self) -> [u8; 32] {
        let [name, bitrate, form] = rendition(&self.rendition);
        let (kind, at): (&[u8], u64) = match self.place {
            Place::Init => (b"init", 0),
            Place::Time(time) => (b"time", time.0.cast_unsigned()),
            Place::Number(number) => (b"number", number.get().into()),
            Place::Whole => (b"whole", 0),
        };
        let audio_track = self.audio_track.as_deref().unwrap_or_default();
        let at = at.to_be_bytes();
        let fields = [
            SEGMENT.as_bytes(),
            self.format.token().as_bytes(),
            &name,
            &bitrate,
            &form,
            audio_track.as_bytes(),
            kind,
            &at,
        ];
        let text = self.text.map(|form| form.token().as_bytes());
        let fields = fields.into_iter().chain(text);
        let fields = fields.chain(without_audio(self.audio_track.as_deref()));
        let number = self.clip.map(|clip| clip.0.get().to_be_bytes());
        let clip = number.as_ref().map(|number| [b"clip".as_slice(), number]);
        digest(fields.chain(clip.into_iter().flatten()))
    }
}

impl Request {
    /// A hash of all that it asks for of its asset, and of nothing that the asset is called: the
    /// same on every node, and another where any other field but the token differs.
    #[must_use]
    pub fn hash(&self) -> [u8; 32] {
        let flag = |flag: bool| vec![u8::from(flag)];
        let mut resource = match &self.resource {
            Resource::Manifest => vec![b"manifest".to_vec()],
            Resource::Chapters => vec![b"chapters".to_vec()],
            Resource::MediaPlaylist(id) => rendition(id).into(),
            Resource::Media(..) => self.segment_id().iter().map(|id| id.hash().to_vec()).collect(),
        };
        resource.extend(without_audio(self.audio_track.as_deref()).map(Vec::from));
        let fields = [
            self.text.map_or(REQUEST, |_| REQUEST_OF_TEXT).into(),
            self.format.token().into(),
            self.encryption.map_or("", Encryption::token).into(),
            digest(resource).into(),
            self.audio_track.as_deref().unwrap_or_default().into(),
            self.audio_only.map(flag).unwrap_or_default(),
            flag(self.with_extension),
        ];
        let filters = self.filters.iter().map(|name| name.as_bytes().to_vec());
        // No filter has an empty name.
        let text = self.text.map(|form| vec![Vec::new(), form.token().as_bytes().to_vec()]);
        let rules = self.rules.as_ref();
        let rules = rules.map(|rules| vec![Vec::new(), rules.to_string().into_bytes()]);
        digest(
            fields.into_iter().chain(filters).chain([text, rules].into_iter().flatten().flatten()),
        )
    }
}

/// What says that no audio comes with video, which differs from no word about it.
fn without_audio(track: Option<&str>) -> Option<&'static [u8]> {
    (track == Some("")).then_some(b"without audio")
}

/// Name, bitrate and form.
fn rendition(id: &RenditionId) -> [Vec<u8>; 3] {
    let form: &[u8] = match id.form {
        Form::Full => b"full",
        Form::KeyFrames => b"key frames",
    };
    [id.name.as_bytes().into(), id.bitrate.to_be_bytes().into(), form.into()]
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use dynpack_codec::TextForm;
    use dynpack_hds::FragmentNumber;
    use dynpack_media::{ClipNumber, Ticks};

    use super::*;
    use crate::format::Format;
    use crate::request::{AssetPath, Token};

    #[test]
    fn ids_that_differ_anywhere_have_other_hashes() {
        let id = SegmentId {
            format: Format::HlsV4,
            rendition: RenditionId::new("video", 1),
            audio_track: None,
            text: None,
            clip: None,
            place: Place::Time(Ticks(0)),
        };
        let rendition = |rendition| SegmentId { rendition, ..id.clone() };
        let place = |place| SegmentId { place, ..id.clone() };
        let ids = [
            id.clone(),
            SegmentId { format: Format::HlsV3, ..id.clone() },
            SegmentId { audio_track: Some("audio".into()), ..id.clone() },
            SegmentId { text: Some(TextForm::Vtt), ..id.clone() },
            SegmentId { text: Some(TextForm::Imsc), ..id.clone() },
            SegmentId { audio_track: Some("".into()), ..id.clone() },
            SegmentId { clip: ClipNumber::at(0), ..id.clone() },
            SegmentId { clip: ClipNumber::at(1), ..id.clone() },
            rendition(RenditionId::new("video", 2)),
            rendition(RenditionId::new("videos", 1)),
            rendition(id.rendition.with_form(Form::KeyFrames)),
            place(Place::Init),
            place(Place::Whole),
            place(Place::Time(Ticks(1))),
            place(Place::Number(FragmentNumber::FIRST)),
        ];
        let hashes: HashSet<_> = ids.iter().map(SegmentId::hash).collect();
        assert_eq!(hashes.len(), ids.len());
    }

    #[test]
    fn requests_that_differ_anywhere_have_other_hashes() {
        let asset = |folder| AssetPath::new(folder, "film.ism").unwrap();
        let request = Request::manifest(asset("a"), Format::HlsCmaf);
        let id = RenditionId::new("video", 1);
        let resource = |resource| Request { resource, ..request.clone() };
        let filters = |names: &[&str]| Request {
            filters: names.iter().map(|&name| name.to_owned()).collect(),
            ..request.clone()
        };
        let with_rules =
            |rules: &str| Request { rules: Some(rules.parse().unwrap()), ..request.clone() };
        let requests = [
            request.clone(),
            Request { format: Format::DashCmaf, ..request.clone() },
            request.clone().with_encryption(Some(Encryption::Cenc)),
            filters(&["a"]),
            filters(&["a", "b"]),
            filters(&["ab"]),
            with_rules("type=video"),
            with_rules("type=audio"),
            filters(&["type=video"]),
            Request { audio_track: Some("a".into()), ..request.clone() },
            Request { audio_track: Some("".into()), ..request.clone() },
            Request { audio_only: Some(true), ..request.clone() },
            Request { audio_only: Some(false), ..request.clone() },
            Request { text: Some(TextForm::Vtt), ..request.clone() },
            Request { text: Some(TextForm::Imsc), ..request.clone() },
            filters(&["vtt"]),
            Request { with_extension: true, ..request.clone() },
            resource(Resource::Chapters),
            resource(Resource::MediaPlaylist(id.clone())),
            resource(Resource::MediaPlaylist(id.with_form(Form::KeyFrames))),
            resource(Resource::Media(id.clone(), Place::Init)),
            resource(Resource::Media(id.clone(), Place::Time(Ticks(0)))),
            resource(Resource::Media(id.with_form(Form::KeyFrames), Place::Time(Ticks(0)))),
        ];
        let hashes: HashSet<_> = requests.iter().map(Request::hash).collect();
        assert_eq!(hashes.len(), requests.len());
        let under_token = request.clone().with_token(Some(Token::new("a")));
        assert_eq!(under_token.hash(), request.hash(), "a token");
        let elsewhere = Request { asset: asset("b"), ..request.clone() };
        assert_eq!(elsewhere.hash(), request.hash(), "what the asset is called");
    }

    /// Vectors and tags that clients hold are made of them.
    #[test]
    fn hashes_stay_as_they_were() {
        let asset = AssetPath::new("a", "film.ism").unwrap();
        let resource = Resource::Media(RenditionId::new("video", 1), Place::Time(Ticks(7)));
        let request = Request::new(asset, Format::HlsV4, resource);
        let id = request.segment_id().unwrap();
        let hashes = [id.hash(), request.hash()].map(|hash| crate::fingerprint::hex(&hash));
        let expected = [
            "b23f28f036178366c04ba06f1d61d666905a81ca94a64a6ed1a6477910cd851e",
            "93f1ef4c7e8e2594a594bc8a2a6ec1fac131e4b1a731e1e8f7ae25e72dd90b76",
        ];
        assert_eq!(hashes, expected);
    }
}
