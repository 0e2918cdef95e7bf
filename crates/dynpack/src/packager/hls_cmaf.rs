//! HLS with CMAF segments.

use bytes::Bytes;
use dynpack_fragment::SegmentPlan;
use dynpack_fragment::fmp4::Profile;
use dynpack_hls::{Options, Urls, media_playlist, multivariant_playlist};
use dynpack_media::{MediaKind, Presentation, Rendition, Segment};

use super::links::Links;
use super::{Packager, mp4, no_such};
use crate::{Error, Format, Request, Target};

#[derive(Debug)]
pub(super) struct HlsCmaf;

impl Packager for HlsCmaf {
    fn format(&self) -> Format {
        Format::HlsCmaf
    }

    fn content_type(&self, target: &Target, kind: MediaKind) -> &'static str {
        match target {
            Target::Manifest | Target::MediaPlaylist { .. } => "application/vnd.apple.mpegurl",
            _ => mp4::content_type(kind),
        }
    }

    fn manifest(&self, presentation: &Presentation, request: &Request) -> Result<String, Error> {
        let rates = presentation.renditions.iter().map(mp4::rate).collect::<Result<Vec<_>, _>>()?;
        Ok(multivariant_playlist(presentation, &rates, &Links::new(request), &options(request)))
    }

    fn media_playlist(&self, _: &Presentation, rendition: &Rendition, request: &Request) -> Result<String, Error> {
        if request.target.key_frames() {
            return Err(no_such(self.format(), "playlists of key frames"));
        }
        Ok(media_playlist(rendition, &Links::new(request), &options(request)))
    }

    fn init(&self, rendition: &Rendition) -> Result<Bytes, Error> {
        mp4::init(Profile::Cmaf, rendition)
    }

    fn segment(
        &self,
        _: &Presentation,
        rendition: &Rendition,
        segment: &Segment,
        request: &Request,
    ) -> Result<SegmentPlan, Error> {
        mp4::segment(Profile::Cmaf, rendition, segment, request)
    }
}

fn options(request: &Request) -> Options {
    Options::CMAF.with_audio_only(request.audio_only.unwrap_or_default())
}

impl Urls for Links<'_> {
    fn playlist(&self, rendition: &Rendition) -> String {
        self.playlist(rendition, false)
    }

    fn init(&self, rendition: &Rendition) -> String {
        self.init(rendition)
    }

    fn segment(&self, rendition: &Rendition, segment: &Segment) -> String {
        self.segment(rendition, segment, false)
    }
}
