//! Printing requests as URLs relative to their asset.

use std::fmt::Display;

use dynpack_media::text::escape;

use super::resource::{Place, Resource};
use super::{FRAGMENTS, INIT, MANIFEST, QUALITY_LEVELS, Request, parameters};

/// The URL of a segment relative to its media playlist, in two parts: its time stands between them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SplitUrl {
    pub(crate) before: String,
    pub(crate) after: String,
}

/// The folder of the media playlist and of the segments of a rendition, relative to the asset.
pub(crate) fn level(bitrate: impl Display) -> String {
    format!("{QUALITY_LEVELS}({bitrate})/")
}

/// What follows `name.ism/`, in canonical form.
pub(super) fn relative_url(request: &Request) -> String {
    match &request.resource {
        Resource::Manifest => manifest_url(request),
        Resource::MediaPlaylist(id) => {
            format!("{}{MANIFEST}({}{}", level(id.bitrate), escape(&id.name), end(request))
        }
        Resource::Media(id, place) => {
            let SplitUrl { before, after } = request.split_url(&id.name);
            let level = level(id.bitrate);
            match place {
                Place::Init => format!("{level}{before}{INIT}{after}"),
                Place::Time(time) => format!("{level}{before}{time}{after}"),
                Place::Number(number) => format!("{}{number}", request.stream_address()),
            }
        }
    }
}

impl Request {
    /// The URL of the segments of a track. The request is for one of them.
    pub(crate) fn split_url(&self, track: &str) -> SplitUrl {
        SplitUrl { before: format!("{FRAGMENTS}({}=", escape(track)), after: end(self) }
    }

    /// The URL of a numbered segment relative to the asset, without its number.
    pub(crate) fn stream_address(&self) -> String {
        let Some(id) = self.resource.rendition() else { return String::new() };
        format!("{}{FRAGMENTS}({}{}", level(id.bitrate), escape(&id.name), end(self))
    }
}

fn manifest_url(request: &Request) -> String {
    let arguments: Vec<_> = parameters::print(request).collect();
    let extension = extension(request);
    match arguments.as_slice() {
        [] => format!("manifest{extension}"),
        arguments => format!("manifest({}){extension}", arguments.join(",")),
    }
}

/// All that follows the first argument.
fn end(request: &Request) -> String {
    let parameters: String = parameters::print(request).map(|text| format!(",{text}")).collect();
    format!("{parameters}){}", extension(request))
}

fn extension(request: &Request) -> String {
    let extension = request.extension().filter(|_| request.with_extension);
    extension.map(|extension| format!(".{extension}")).unwrap_or_default()
}
