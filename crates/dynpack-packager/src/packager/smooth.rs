//! Smooth Streaming (\[MS-SSTR\]), in both versions of its manifest.

use dynpack_codec::MediaKind;
use dynpack_crypt::SystemId;
use dynpack_fragment::SegmentPlan;
use dynpack_fragment::fmp4::Profile;
use dynpack_media::{Form, Rendition, Ticks};
use dynpack_smooth::{ClientManifest, ProtectionHeader, Urls, Version};

use super::links::Links;
use super::{Job, Packager, check_key_frames, mp4, time_not_found};
use crate::error::Error;
use crate::format::Format;
use crate::protection::Protection;
use crate::request::{Request, Resource};

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

    fn content_type(&self, target: &Resource, kind: MediaKind) -> &'static str {
        match target {
            Resource::Manifest => "application/vnd.ms-sstr+xml",
            _ => mp4::content_type(kind),
        }
    }

    /// Both versions list the same fragments at the same URLs, so that caches hold them once.
    fn manifest(&self, job: &Job<'_>) -> Result<String, Error> {
        let request = Request { format: Format::Smooth, ..job.request.clone() };
        let job = Job { request: &request, ..*job };
        let not_carried = |problem: String| Error::NotCarried { format: self.format, problem };
        let mut manifest = ClientManifest::new(job.presentation, &Links::new(&job))
            .map_err(|error| not_carried(error.to_string()))?;
        if let Some(object) = job.protection.and_then(Protection::playready_object) {
            manifest.protection.push(ProtectionHeader::of(SystemId::PLAYREADY, object.to_owned()));
        }
        Ok(manifest.to_xml(self.version))
    }

    fn segment(
        &self,
        job: &Job<'_>,
        rendition: &Rendition,
        time: Ticks,
    ) -> Result<SegmentPlan, Error> {
        if job.request.resource.form() == Form::KeyFrames {
            check_key_frames(rendition, job.request)?;
        }
        let segment = dynpack_smooth::segment_at(job.presentation, rendition, time);
        let not_found =
            || time_not_found(rendition, time, dynpack_smooth::chunk_times_around(rendition, time));
        let segment = segment.ok_or_else(not_found)?;
        Ok(mp4::writer(Profile::Smooth, job, rendition).media_segment(&segment)?)
    }
}

impl Urls for Links<'_> {
    fn fragments(&self, rendition: &Rendition) -> String {
        self.template(&rendition.id.name, Form::Full, "{bitrate}", "{start time}")
    }
}
