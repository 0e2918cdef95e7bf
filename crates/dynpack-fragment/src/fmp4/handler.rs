//! What a track is declared as: its handler and the header of its media (ISO/IEC 14496-12, 8.4.3
//! and 8.4.5).

use dynpack_boxes::moov::{Hdlr, Smhd, Vmhd};
use dynpack_boxes::{BoxType, Header, put_container};
use dynpack_codec::MediaKind;
use dynpack_media::Rendition;

/// What a track is declared as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Handler {
    Video,
    Audio,
    /// TTML (ISO/IEC 14496-30, 5.2).
    Subtitles,
    /// WebVTT (ISO/IEC 14496-30, 7.2).
    Text,
}

impl Handler {
    /// That of a rendition: of text by its sample entry.
    pub(super) fn of(rendition: &Rendition) -> Self {
        match rendition.kind() {
            MediaKind::Video => Self::Video,
            MediaKind::Audio => Self::Audio,
            MediaKind::Text => match Header::read(&rendition.track.sample_entry) {
                Some(Header { kind, .. }) if kind.0 == *b"wvtt" => Self::Text,
                _ => Self::Subtitles,
            },
        }
    }

    /// The `hdlr` box.
    pub(super) const fn hdlr(self) -> Hdlr<'static> {
        let (handler_type, name): (_, &[u8]) = match self {
            Self::Video => (Hdlr::VIDEO, b"video\0"),
            Self::Audio => (Hdlr::AUDIO, b"audio\0"),
            Self::Subtitles => (Hdlr::SUBTITLES, b"text\0"),
            Self::Text => (Hdlr::TEXT, b"text\0"),
        };
        Hdlr { handler_type, name }
    }

    /// Appends the header of the media. Those of text have only a version and flags (8.4.5.2 and
    /// 12.6.2).
    pub(super) fn put_media_header(self, out: &mut Vec<u8>) {
        match self {
            Self::Video => Vmhd::default().put(out),
            Self::Audio => Smhd::default().put(out),
            Self::Subtitles => put_container(*b"sthd", out, |out| out.extend([0; 4])),
            Self::Text => put_container(*b"nmhd", out, |out| out.extend([0; 4])),
        }
    }
}
