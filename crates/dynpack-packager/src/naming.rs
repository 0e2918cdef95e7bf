//! Where manifests say that things are.

mod azure;

use std::fmt::Debug;

use dynpack_media::{Form, RenditionId, Ticks};

pub use azure::AzureNaming;

use crate::request::{Request, SplitUrl};

/// Names the resources of a presentation in its manifests and playlists.
///
/// Each name is printed from what identifies the resource. `manifest` is the request which the
/// manifest or playlist answers; `audio_track` is the audio that video carries, where its URL must
/// say which. What a URL cannot hold is percent-encoded as it is written.
///
/// [`AzureNaming`] is the one that [`Request::parse`] reads. Others suit stored packages.
pub trait Naming: Debug + Send + Sync {
    /// The URL of the media playlist of a rendition, relative to the multivariant playlist.
    fn media_playlist(
        &self,
        manifest: &Request,
        rendition: &RenditionId,
        audio_track: Option<&str>,
    ) -> String;

    /// The URL of the chapters, relative to the multivariant playlist.
    fn chapters(&self, manifest: &Request) -> String;

    /// The URL of the init segment of a rendition, relative to its media playlist.
    fn init_segment(&self, manifest: &Request, rendition: &RenditionId) -> String;

    /// The URL of the segments of a rendition relative to its media playlist, in two parts: the
    /// time of a segment, on the clock of the rendition, stands between them.
    fn segment(
        &self,
        manifest: &Request,
        rendition: &RenditionId,
        audio_track: Option<&str>,
    ) -> SplitUrl;

    /// The URL of the init segments of a track relative to the manifest, with `bitrate` as the
    /// manifest writes it in a template: `$Bandwidth$` in DASH.
    fn init_template(&self, manifest: &Request, track: &str, bitrate: &str) -> String;

    /// The URL of the segments of a track relative to the manifest, with `bitrate` and `time` as
    /// the manifest writes them in a template: `$Bandwidth$` and `$Time$` in DASH, `{bitrate}` and
    /// `{start time}` in Smooth Streaming. What stands for `time` counts from `from`.
    fn segment_template(
        &self,
        manifest: &Request,
        track: &str,
        form: Form,
        bitrate: &str,
        time: &str,
        from: Ticks,
    ) -> String;

    /// The URL of a text as one document, relative to the manifest.
    fn document(&self, manifest: &Request, text: &RenditionId) -> String;

    /// The address of a stream of HDS relative to the manifest. Clients append the name of a
    /// fragment, such as `Seg1-Frag7`, to its path.
    fn stream(
        &self,
        manifest: &Request,
        rendition: &RenditionId,
        audio_track: Option<&str>,
    ) -> String;
}
