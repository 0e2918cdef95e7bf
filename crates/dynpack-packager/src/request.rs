//! What a URL asks for: the URL grammar of Azure Media Services, as far as it concerns media on
//! demand.
//!
//! ```text
//! /films/ignite/ignite.ism/manifest(format=m3u8-cmaf,filter=short)
//! /films/ignite/ignite.ism/QualityLevels(381048)/Manifest(video,format=m3u8-cmaf)
//! /films/ignite/ignite.ism/QualityLevels(381048)/Fragments(video=60000000,format=m3u8-cmaf)
//! ```
//!
//! Words of the grammar are read in any case, parameters in any order, with spaces around them;
//! names are taken to the letter. Escapes are decoded once, and an escaped mark such as `%2C` is
//! part of a name. Unknown parameters are refused: who asks for something that cannot be had should
//! know. Of a query only the [token](Token) is read. All else of it is ignored, for the sake of the
//! cache keys that proxies add.
//!
//! Reading a URL looks nothing up: whether the asset, track, bitrate or time exists, and whether
//! the format has such a resource, is found out later.

mod asset_path;
mod call;
mod derive;
mod download;
mod error;
mod escape;
mod grammar;
mod hash;
mod numbers;
mod parameters;
mod parse;
mod print;
mod resource;
mod segment_id;
mod spelling;
mod split_url;
#[cfg(test)]
mod tests;
mod token;

use std::sync::Arc;

use dynpack_codec::TextForm;
use dynpack_media::ClipNumber;

pub use asset_path::AssetPath;
pub use download::Download;
pub use error::RequestError;
pub(crate) use print::{level, time_since};
pub use resource::{Place, Resource};
pub use segment_id::SegmentId;
pub use split_url::SplitUrl;
pub use token::Token;

use crate::encryption::Encryption;
use crate::filter::Rules;
use crate::format::{Format, Protocol};
use grammar::{JSON, MAX_FILTERS, MAX_LEN, VTT};

/// What a URL asks for.
///
/// Printed, it is a URL in canonical form, which reads back as the same request: the path, and the
/// token if there is one.
///
/// ```
/// use dynpack_packager::{Format, Request, Resource};
///
/// let request: Request = "/ignite/ignite.ism/Manifest(filter=short, FORMAT=m3u8-cmaf).m3u8".parse()?;
/// assert_eq!((request.format, request.resource.clone()), (Format::HlsCmaf, Resource::Manifest));
/// assert_eq!(request.to_string(),
/// "/ignite/ignite.ism/manifest(format=m3u8-cmaf,filter=short).m3u8");
/// # Ok::<(), dynpack_packager::RequestError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Request {
    /// The asset.
    pub asset: AssetPath,
    /// The format; Smooth Streaming where the URL names none.
    pub format: Format,
    /// The protection, if the URL names one.
    pub encryption: Option<Encryption>,
    /// The names of filters, to be applied together. None is empty or holds a semicolon.
    pub filters: Vec<String>,
    /// Rules of a filter without a name, which applies together with the others.
    pub rules: Option<Rules>,
    /// The name of the audio track that comes with the video, where a format carries them together;
    /// empty where none does, though there is audio.
    pub audio_track: Option<Arc<str>>,
    /// Whether a playlist of all renditions offers one of audio alone, if the URL says so.
    pub audio_only: Option<bool>,
    /// The form in which cues of text are written, if the URL says so.
    pub text: Option<TextForm>,
    /// The clip whose media is asked for, in a program of several.
    pub clip: Option<ClipNumber>,
    /// Which resource of the asset.
    pub resource: Resource,
    /// Whether the URL has the ending that players expect of the [kind of
    /// resource](Self::extension), for those which look at it.
    pub with_extension: bool,
    /// The token in the query. The URLs in manifests carry it on. Nothing else depends on it.
    pub token: Option<Token>,
}

impl Request {
    /// The longest path that is read, in bytes with all escapes; what nginx takes for a whole
    /// request line by default is twice that.
    pub const MAX_LEN: usize = MAX_LEN;

    /// The most filters that a URL may have, rules included: as many names as in Azure Media
    /// Services.
    pub const MAX_FILTERS: usize = MAX_FILTERS;

    /// A request for the manifest of `asset`, with nothing said beyond the format.
    #[must_use]
    pub const fn manifest(asset: AssetPath, format: Format) -> Self {
        Self::new(asset, format, Resource::Manifest)
    }

    /// A request for a resource of `asset`, with nothing said beyond the format.
    #[must_use]
    pub const fn new(asset: AssetPath, format: Format, resource: Resource) -> Self {
        Self {
            asset,
            format,
            encryption: None,
            filters: Vec::new(),
            rules: None,
            audio_track: None,
            audio_only: None,
            text: None,
            clip: None,
            resource,
            with_extension: false,
            token: None,
        }
    }

    /// The same with that token.
    #[must_use]
    pub fn with_token(self, token: Option<Token>) -> Self {
        Self { token, ..self }
    }

    /// The same under that protection.
    #[must_use]
    pub fn with_encryption(self, encryption: Option<Encryption>) -> Self {
        Self { encryption, ..self }
    }

    /// The same with text in that form.
    #[must_use]
    pub fn with_text(self, text: Option<TextForm>) -> Self {
        Self { text, ..self }
    }

    /// The same for media of that clip.
    #[must_use]
    pub fn with_clip(self, clip: Option<ClipNumber>) -> Self {
        Self { clip, ..self }
    }

    /// The form of text that the URLs in its manifest name. Those of formats with one form for all
    /// players name none.
    pub(crate) fn listed_text_form(&self) -> Option<TextForm> {
        match self.format.protocol() {
            Protocol::Hls | Protocol::Dash => {
                self.text.or_else(|| self.format.facts().text_forms.first().copied())
            }
            Protocol::Smooth | Protocol::Hds => None,
        }
    }

    /// Whether its manifest lists each text as one document instead of segments.
    pub(crate) fn lists_documents(&self) -> bool {
        self.format.protocol() == Protocol::Dash && self.listed_text_form() == Some(TextForm::Vtt)
    }

    /// The ending that a URL of this kind may have after its last parenthesis, without the dot.
    ///
    /// Those of playlists and MPDs are Azure's. Those of segments are for players which take no
    /// segment without a known ending, as ffmpeg does since version 7.1.1
    /// ("allowed_segment_extensions").
    #[must_use]
    pub fn extension(&self) -> Option<&'static str> {
        let facts = self.format.facts();
        match &self.resource {
            Resource::Manifest | Resource::MediaPlaylist(_) => facts.manifest_extension,
            Resource::Chapters => Some(JSON),
            Resource::Media(_, Place::Number(_)) => None,
            Resource::Media(..) if self.text == Some(TextForm::Vtt) => Some(VTT),
            Resource::Media(..) => facts.media_extension,
        }
    }

    /// What exactly it returns, for a request for media.
    #[must_use]
    pub fn segment_id(&self) -> Option<SegmentId> {
        let Resource::Media(rendition, place) = &self.resource else { return None };
        Some(SegmentId {
            format: self.format,
            rendition: rendition.clone(),
            audio_track: self.audio_track.clone(),
            text: self.text,
            clip: self.clip,
            place: *place,
        })
    }
}
