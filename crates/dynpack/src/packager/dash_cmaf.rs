//! DASH with CMAF segments.

use bytes::Bytes;
use dynpack_dash::{Options, Urls, mpd};
use dynpack_fragment::SegmentPlan;
use dynpack_media::{MediaKind, Presentation, Rendition, Segment};

use super::links::Links;
use super::{Packager, cmaf};
use crate::{Error, Format, Request, Target};

#[derive(Debug)]
pub(super) struct DashCmaf;

impl Packager for DashCmaf {
    fn format(&self) -> Format {
        Format::DashCmaf
    }

    fn content_type(&self, target: &Target, kind: MediaKind) -> &'static str {
        match target {
            Target::Manifest | Target::MediaPlaylist { .. } => "application/dash+xml",
            Target::Init { .. } | Target::Segment { .. } => cmaf::content_type(kind),
        }
    }

    fn manifest(&self, presentation: &Presentation, request: &Request) -> Result<String, Error> {
        mpd(presentation, &Links::new(request), &Options::default()).map_err(|error| Error::Manifest(error.to_string()))
    }

    fn init(&self, rendition: &Rendition) -> Result<Bytes, Error> {
        cmaf::init(rendition)
    }

    fn segment(&self, rendition: &Rendition, segment: &Segment, key_frames: bool) -> Result<SegmentPlan, Error> {
        cmaf::segment(rendition, segment, key_frames)
    }
}

impl Urls for Links<'_> {
    fn init(&self, name: &str) -> String {
        self.init_template(name)
    }

    fn media(&self, name: &str) -> String {
        self.media_template(name)
    }
}
