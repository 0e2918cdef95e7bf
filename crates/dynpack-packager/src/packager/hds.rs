//! Adobe HTTP Dynamic Streaming: each video in one stream with an audio track.

use dynpack_codec::MediaKind;
use dynpack_fragment::{SegmentPlan, f4f};
use dynpack_hds::{Urls, manifest, streams};
use dynpack_media::{Rendition, Stream};

use super::links::Links;
use super::{Job, Packager, muxed_audio};
use crate::error::Error;
use crate::format::Format;
use crate::request::Resource;
use dynpack_hds::FragmentNumber;

#[derive(Debug)]
pub(super) struct Hds;

impl Packager for Hds {
    fn format(&self) -> Format {
        Format::Hds
    }

    fn content_type(&self, target: &Resource, _: MediaKind) -> &'static str {
        match target {
            Resource::Manifest => "application/f4m+xml",
            _ => "video/f4f",
        }
    }

    fn manifest(&self, job: &Job<'_>) -> Result<String, Error> {
        let streams = streams(job.presentation, muxed_audio(job)?);
        manifest(&streams, &Links::new(job))
            .map_err(|error| Error::NotCarried { format: Format::Hds, problem: error.to_string() })
    }

    fn fragment(
        &self,
        job: &Job<'_>,
        rendition: &Rendition,
        number: FragmentNumber,
    ) -> Result<Option<SegmentPlan>, Error> {
        let audio = match rendition.kind() {
            MediaKind::Video => muxed_audio(job)?,
            MediaKind::Audio => None,
        };
        let stream = Stream::new(rendition).with_audio(audio);
        let Some(fragment) = dynpack_hds::fragment(&stream, number) else { return Ok(None) };
        let segments = [fragment.main.as_ref(), fragment.audio.as_ref()];
        let parts = stream
            .renditions()
            .zip(segments)
            .map(|(rendition, segment)| f4f::Part { rendition, segment });
        Ok(Some(f4f::media_segment(&parts.collect::<Vec<_>>())?))
    }
}

impl Urls for Links<'_> {
    fn stream(&self, stream: &Stream<'_>) -> String {
        self.stream_address(stream.main, stream.audio)
    }
}
