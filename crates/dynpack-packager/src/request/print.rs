//! Printing requests as URLs relative to their asset.

use std::fmt::{self, Display};

use dynpack_media::Form;
use dynpack_media::text::escape;

use super::grammar::{
    AUDIO_ONLY, AUDIO_TRACK, ENCRYPTION, FILTER, FORMAT, FRAGMENTS, INIT, KEY_FRAMES, MANIFEST,
    QUALITY_LEVELS, TYPE,
};
use super::{Place, Request, Resource};
use crate::format::Format;

/// The path of a URL, escaped, in canonical form.
impl Display for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.asset.write(f)?;
        write!(f, "/{}", self.relative_url())
    }
}

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

impl Request {
    /// The URL relative to the asset: what follows `name.ism/`, in canonical form.
    ///
    /// ```
    /// use dynpack_packager::Request;
    ///
    /// let request = Request::parse("/ignite/ignite.ism/qualitylevels(128041)/fragments(audio%20eng=i,format=m3u8-cmaf)")?;
    /// let path = "QualityLevels(128041)/Fragments(audio%20eng=i,format=m3u8-cmaf)";
    /// assert_eq!(request.relative_url(), path);
    /// # Ok::<(), dynpack_packager::RequestError>(())
    /// ```
    #[must_use]
    pub fn relative_url(&self) -> String {
        match &self.resource {
            Resource::Manifest => manifest_url(self),
            Resource::MediaPlaylist(id) => {
                format!("{}{MANIFEST}({}{}", level(id.bitrate), escape(&id.name), end(self))
            }
            Resource::Media(id, place) => {
                let SplitUrl { before, after } = self.split_url(&id.name);
                let level = level(id.bitrate);
                match place {
                    Place::Init => format!("{level}{before}{INIT}{after}"),
                    Place::Time(time) => format!("{level}{before}{time}{after}"),
                    Place::Number(number) => format!("{}{number}", self.stream_address()),
                }
            }
        }
    }

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
    let arguments: Vec<_> = parameters(request).collect();
    let extension = extension(request);
    match arguments.as_slice() {
        [] => format!("manifest{extension}"),
        arguments => format!("manifest({}){extension}", arguments.join(",")),
    }
}

/// All that follows the first argument.
fn end(request: &Request) -> String {
    let parameters: String = parameters(request).map(|text| format!(",{text}")).collect();
    format!("{parameters}){}", extension(request))
}

fn extension(request: &Request) -> String {
    let extension = request.extension().filter(|_| request.with_extension);
    extension.map(|extension| format!(".{extension}")).unwrap_or_default()
}

/// The parameters of a request as they stand in a URL, in the order in which Azure writes them.
fn parameters(request: &Request) -> impl Iterator<Item = String> {
    let filters: Vec<_> = request.filters.iter().map(|name| escape(name).to_string()).collect();
    let parameters = [
        (request.format != Format::default()).then(|| format!("{FORMAT}={}", request.format)),
        request.audio_track.as_ref().map(|track| format!("{AUDIO_TRACK}={}", escape(track))),
        request.audio_only.map(|flag| format!("{AUDIO_ONLY}={flag}")),
        (request.resource.form() == Form::KeyFrames).then(|| format!("{TYPE}={KEY_FRAMES}")),
        request.encryption.map(|encryption| format!("{ENCRYPTION}={encryption}")),
        (!filters.is_empty()).then(|| format!("{FILTER}={}", filters.join(";"))),
    ];
    parameters.into_iter().flatten()
}
