//! What exactly a media URL returns.

use std::sync::Arc;

use dynpack_media::{Form, RenditionId};

use crate::fingerprint::digest;
use crate::format::Format;
use crate::request::Place;

/// Names this way of writing ids. It changes when the same id comes to mean other bytes.
const VERSION: &str = "segment 1";

/// What exactly a media URL returns: an init segment, a segment or a key frame of a rendition, in
/// one format.
///
/// Initialization vectors are derived from it, so two ids never share one. URLs are printed from
/// it, and it never depends on how a URL is written.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct SegmentId {
    /// The format.
    pub format: Format,
    /// The rendition.
    pub rendition: RenditionId,
    /// The name of the audio track that the segment carries with the video, if the URL names one.
    pub audio_track: Option<Arc<str>>,
    /// Which of its media.
    pub place: Place,
}

impl SegmentId {
    /// A hash of it: the same on every node, for ever.
    #[must_use]
    pub fn hash(&self) -> [u8; 32] {
        let form: &[u8] = match self.rendition.form {
            Form::Full => b"full",
            Form::KeyFrames => b"key frames",
        };
        let (kind, at): (&[u8], u64) = match self.place {
            Place::Init => (b"init", 0),
            Place::Time(time) => (b"time", time.0.cast_unsigned()),
            Place::Number(number) => (b"number", number.get().into()),
        };
        digest([
            VERSION.as_bytes(),
            self.format.token().as_bytes(),
            self.rendition.name.as_bytes(),
            &self.rendition.bitrate.to_be_bytes(),
            form,
            self.audio_track.as_ref().map_or(b"", |name| name.as_bytes()),
            kind,
            &at.to_be_bytes(),
        ])
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use dynpack_hds::FragmentNumber;
    use dynpack_media::Ticks;

    use super::*;

    #[test]
    fn ids_that_differ_anywhere_have_other_hashes() {
        let id = SegmentId {
            format: Format::HlsV4,
            rendition: RenditionId::new("video", 1),
            audio_track: None,
            place: Place::Time(Ticks(0)),
        };
        let rendition = |rendition| SegmentId { rendition, ..id.clone() };
        let place = |place| SegmentId { place, ..id.clone() };
        let ids = [
            id.clone(),
            SegmentId { format: Format::HlsV3, ..id.clone() },
            SegmentId { audio_track: Some("audio".into()), ..id.clone() },
            rendition(RenditionId::new("video", 2)),
            rendition(RenditionId::new("videos", 1)),
            rendition(id.rendition.with_form(Form::KeyFrames)),
            place(Place::Init),
            place(Place::Time(Ticks(1))),
            place(Place::Number(FragmentNumber::FIRST)),
        ];
        let hashes: HashSet<_> = ids.iter().map(SegmentId::hash).collect();
        assert_eq!(hashes.len(), ids.len());
    }
}
