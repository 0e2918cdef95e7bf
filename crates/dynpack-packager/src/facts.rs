//! What is particular to a format.

use dynpack_codec::{MediaKind, TextForm};
use dynpack_crypt::SystemId;

use crate::encryption::Encryption;
use crate::format::{Format, Protocol};

/// What is particular to a format. Each packager has one of these beside it.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "a table of facts")]
pub(crate) struct Facts {
    /// The name in URLs, as Azure Media Services gave it.
    pub(crate) token: &'static str,
    /// Other names that are read in URLs.
    pub(crate) aliases: &'static [&'static str],
    /// The name for people.
    pub(crate) title: &'static str,
    /// The protocol that it is a flavour of.
    pub(crate) protocol: Protocol,
    /// The ending that URLs of manifests and playlists may have, without the dot.
    pub(crate) manifest_extension: Option<&'static str>,
    /// The ending that URLs of init segments and of media named by time may have, without the dot.
    pub(crate) media_extension: Option<&'static str>,
    /// The encryptions that it carries; all can be had in the clear.
    pub(crate) encryptions: &'static [Carried],
    /// Whether a URL must name the encryption where there is one, even if there is no other.
    pub(crate) must_name_encryption: bool,
    /// The format whose media it lists, if that is another.
    pub(crate) media_of: Option<Format>,
    /// What it carries.
    pub(crate) kinds: &'static [MediaKind],
    /// The forms in which it takes text, the usual one first; none where it takes no text.
    pub(crate) text_forms: &'static [TextForm],
    /// Whether each rendition has a list of its segments besides the manifest.
    pub(crate) has_media_playlists: bool,
    /// Whether players need an init segment before the first segment.
    pub(crate) has_init_segments: bool,
    /// Whether segments of video carry audio too.
    pub(crate) muxes_audio: bool,
    /// Whether it lists key frames of video for trick play.
    pub(crate) has_key_frames: bool,
}

/// An encryption that a format carries.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Carried {
    pub(crate) encryption: Encryption,
    /// The DRM systems that the format can signal for it; none where it needs none.
    pub(crate) systems: &'static [SystemId],
}

impl Carried {
    pub(crate) const fn new(encryption: Encryption, systems: &'static [SystemId]) -> Self {
        Self { encryption, systems }
    }
}
