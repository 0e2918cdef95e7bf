//! DASH, with CMAF segments or with those of the Common Streaming Format.

use bytes::Bytes;
use dynpack_dash::{Options, Urls, mpd};
use dynpack_fragment::SegmentPlan;
use dynpack_fragment::fmp4::Profile;
use dynpack_media::{MediaKind, Presentation, Rendition, Ticks};

use super::links::Links;
use super::{Packager, mp4};
use crate::{Error, Format, Request, Target};

/// One flavour of DASH.
#[derive(Debug)]
pub(super) struct Dash {
    format: Format,
    options: Options,
    profile: Profile,
}

impl Dash {
    pub(super) const CMAF: Self = Self { format: Format::DashCmaf, options: Options::CMAF, profile: Profile::Cmaf };
    pub(super) const CSF: Self = Self { format: Format::DashCsf, options: Options::CSF, profile: Profile::Csf };
}

impl Packager for Dash {
    fn format(&self) -> Format {
        self.format
    }

    fn content_type(&self, target: &Target, kind: MediaKind) -> &'static str {
        match target {
            Target::Manifest => "application/dash+xml",
            _ => mp4::content_type(kind),
        }
    }

    fn manifest(&self, presentation: &Presentation, request: &Request) -> Result<String, Error> {
        mpd(presentation, &Links::new(request), &self.options).map_err(|error| Error::Manifest(error.to_string()))
    }

    fn init(&self, rendition: &Rendition) -> Result<Bytes, Error> {
        mp4::init(self.profile, rendition)
    }

    fn segment(&self, _: &Presentation, rendition: &Rendition, time: Ticks, request: &Request) -> Result<SegmentPlan, Error> {
        mp4::segment(self.profile, rendition, time, request)
    }
}

impl Urls for Links<'_> {
    fn init(&self, name: &str) -> String {
        self.init_template(name)
    }

    fn media(&self, name: &str) -> String {
        self.media_template(name)
    }

    fn key_frames(&self, name: &str) -> String {
        self.key_frame_template(name)
    }
}
