//! HLS with CMAF segments.

use bytes::Bytes;
use dynpack_codec::MediaKind;
use dynpack_fragment::SegmentPlan;
use dynpack_fragment::fmp4::Profile;
use dynpack_hls::{Options, Part, media_playlist, multivariant_playlist};
use dynpack_media::{Rendition, Stream, Ticks};

use super::links::Links;
use super::{Job, Packager, hls, mp4};
use crate::error::Error;
use crate::format::Format;
use crate::request::Resource;

#[derive(Debug)]
pub(super) struct HlsCmaf;

impl Packager for HlsCmaf {
    fn format(&self) -> Format {
        Format::HlsCmaf
    }

    fn content_type(&self, target: &Resource, kind: MediaKind) -> &'static str {
        match target {
            Resource::Manifest | Resource::MediaPlaylist(_) => hls::PLAYLIST,
            _ => mp4::content_type(kind),
        }
    }

    fn manifest(&self, job: &Job<'_>) -> Result<String, Error> {
        let rates =
            hls::rates(&job.presentation.renditions, |rendition| mp4::rate(job, rendition))?;
        let options = hls::options(Options::CMAF, job.request);
        Ok(multivariant_playlist(job.presentation, &rates, &Links::new(job), &options))
    }

    fn media_playlist(&self, job: &Job<'_>, rendition: &Rendition) -> Result<String, Error> {
        let part = Part::whole(Stream::new(rendition));
        Ok(media_playlist(&[part], &Links::new(job), &Options::CMAF))
    }

    fn init(&self, job: &Job<'_>, rendition: &Rendition) -> Result<Bytes, Error> {
        mp4::init(Profile::Cmaf, job, rendition)
    }

    fn segment(
        &self,
        job: &Job<'_>,
        rendition: &Rendition,
        time: Ticks,
    ) -> Result<SegmentPlan, Error> {
        mp4::segment(Profile::Cmaf, job, rendition, time)
    }
}
