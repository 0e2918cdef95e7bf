//! Smooth Streaming (\[MS-SSTR\]), in both versions of its manifest.

use dynpack_fragment::SegmentPlan;
use dynpack_fragment::fmp4::Profile;
use dynpack_media::{MediaKind, Presentation, Rendition, Segment, Ticks};
use dynpack_smooth::{ClientManifest, Urls, Version};

use super::links::Links;
use super::{Packager, mp4};
use crate::{Error, Format, Request, Target};

/// One version of Smooth Streaming.
#[derive(Debug)]
pub(super) struct Smooth {
    format: Format,
    version: Version,
}

impl Smooth {
    pub(super) const V2_2: Self = Self { format: Format::Smooth, version: Version::V2_2 };
    pub(super) const V2_0: Self = Self { format: Format::SmoothV20, version: Version::V2_0 };
}

impl Packager for Smooth {
    fn format(&self) -> Format {
        self.format
    }

    fn content_type(&self, target: &Target, kind: MediaKind) -> &'static str {
        match target {
            Target::Manifest => "application/vnd.ms-sstr+xml",
            _ => mp4::content_type(kind),
        }
    }

    /// Both versions list the same fragments at the same URLs, so that caches hold them once.
    fn manifest(&self, presentation: &Presentation, request: &Request) -> Result<String, Error> {
        let request = Request { format: Format::Smooth, ..request.clone() };
        let manifest = ClientManifest::new(presentation, &Links::new(&request))
            .map_err(|error| Error::NotCarried { format: self.format, problem: error.to_string() })?;
        Ok(manifest.to_xml(self.version))
    }

    fn segment(
        &self,
        _: &Presentation,
        rendition: &Rendition,
        segment: &Segment,
        request: &Request,
    ) -> Result<SegmentPlan, Error> {
        mp4::segment(Profile::Smooth, rendition, segment, request)
    }

    fn segment_at(&self, rendition: &Rendition, time: Ticks) -> Option<Segment> {
        dynpack_smooth::segment_at(rendition, time)
    }
}

impl Urls for Links<'_> {
    fn fragments(&self, rendition: &Rendition) -> String {
        self.template(&rendition.name, "{bitrate}", "{start time}")
    }
}
