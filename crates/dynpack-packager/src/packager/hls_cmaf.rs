//! HLS with CMAF segments.

use bytes::Bytes;
use dynpack_codec::MediaKind;
use dynpack_fragment::SegmentPlan;
use dynpack_fragment::fmp4::Profile;
use dynpack_hls::{Options, Rates, key_frame_playlist, media_playlist, multivariant_playlist};
use dynpack_media::{Form, Rendition, Stream, Ticks};

use super::links::Links;
use super::{Job, Packager, check_key_frames, hls, mp4};
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
        let rates = job
            .presentation
            .renditions
            .iter()
            .map(|rendition| rates(job, rendition))
            .collect::<Result<Vec<_>, _>>()?;
        let options = hls::options(Options::CMAF, job.request);
        Ok(multivariant_playlist(job.presentation, &rates, &Links::new(job), &options))
    }

    fn media_playlist(&self, job: &Job<'_>, rendition: &Rendition) -> Result<String, Error> {
        if job.request.resource.form() == Form::KeyFrames {
            check_key_frames(rendition, job.request)?;
            return Ok(key_frame_playlist(rendition, &Links::new(job), &Options::CMAF));
        }
        Ok(media_playlist(&Stream::new(rendition), &Links::new(job), &Options::CMAF))
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

fn rates(job: &Job<'_>, rendition: &Rendition) -> Result<Rates, Error> {
    let writer = mp4::writer(Profile::Cmaf, job, rendition);
    let rates = Rates::from(mp4::rate(job, rendition, &writer)?);
    Ok(match rendition.kind() {
        MediaKind::Video => rates.with_key_frames(mp4::key_frame_rate(job, rendition, &writer)?),
        MediaKind::Audio => rates,
    })
}
