//! HLS with MPEG transport streams: version 4 with video and audio apart, version 3 with the audio
//! in each video.

use std::num::NonZeroU32;

use dynpack_codec::MediaKind;
use dynpack_fragment::SegmentPlan;
use dynpack_fragment::ts;
use dynpack_hls::{Options, Rates, key_frame_playlist, media_playlist, multivariant_playlist};
use dynpack_media::{Form, Presentation, Rendition, Stream, Ticks};

use super::links::Links;
use super::ts_rate::{Companion, key_frame_rate, parts, rate};
use super::{Job, Packager, check_key_frames, hls, key_frame, muxed_audio, time_not_found};
use crate::error::Error;
use crate::format::Format;
use crate::request::Resource;

/// The most segments of the timeline that make one transport stream segment, whatever the publisher
/// says: a segment is made in memory.
const MOST_JOINED: NonZeroU32 = NonZeroU32::new(10).expect("above zero");

/// One version of HLS with transport streams.
#[derive(Debug)]
pub(super) struct HlsTs {
    format: Format,
    options: Options,
}

impl HlsTs {
    pub(super) const MUXED: Self = Self { format: Format::HlsV3, options: Options::MUXED_TS };
    pub(super) const DEMUXED: Self = Self { format: Format::HlsV4, options: Options::TS };

    fn is_muxed(&self) -> bool {
        self.format == Format::HlsV3
    }

    /// The audio in each video, with the segments of this format.
    fn audio(&self, job: &Job<'_>) -> Result<Option<Rendition>, Error> {
        if !self.is_muxed() {
            return Ok(None);
        }
        let audio = muxed_audio(job)?.map(|audio| carried(job.presentation, audio));
        Ok(audio.filter(|audio| !audio.cuts.is_empty()))
    }

    /// The plan of the segment of a stream that is named by `time`.
    fn plan(job: &Job<'_>, stream: &Stream<'_>, time: Ticks) -> Result<SegmentPlan, Error> {
        let segment = stream.segment_at(time);
        let segment =
            segment.ok_or_else(|| time_not_found(stream.main, time, stream.starts_around(time)))?;
        Ok(ts::media_segment(segment.number, &parts(job, stream, &segment))?)
    }
}

impl Packager for HlsTs {
    fn format(&self) -> Format {
        self.format
    }

    fn content_type(&self, target: &Resource, _: MediaKind) -> &'static str {
        match target {
            Resource::Manifest | Resource::MediaPlaylist(_) => hls::PLAYLIST,
            _ => "video/mp2t",
        }
    }

    fn manifest(&self, job: &Job<'_>) -> Result<String, Error> {
        let (presentation, audio) = (job.presentation, self.audio(job)?);
        let has_video = presentation.of_kind(MediaKind::Video).next().is_some();
        let is_listed = |rendition: &Rendition| match &audio {
            Some(audio) if rendition.kind() == MediaKind::Audio => {
                rendition.id.name == audio.id.name
                    && (!has_video || rendition.id.bitrate == audio.id.bitrate)
            }
            _ => true,
        };
        let offered = presentation.renditions.iter().filter(|rendition| is_listed(rendition));
        let offered =
            offered.map(|rendition| (rendition.clone(), carried(presentation, rendition)));
        let (renditions, streams): (Vec<_>, Vec<_>) =
            offered.filter(|(_, stream)| !stream.cuts.is_empty()).unzip();
        if streams.is_empty() {
            return Err(Error::NotCarried {
                format: self.format,
                problem: "none of its samples has bytes".into(),
            });
        }
        let mut listed = presentation.clone();
        listed.renditions = renditions;
        let companion = Companion::new(audio.as_ref())?;
        let rates = streams.iter().zip(&listed.renditions).map(|(rendition, listed)| {
            let rates = Rates::from(rate(job, &stream(rendition, audio.as_ref()), &companion)?);
            let shown = listed.with_shown_key_frames();
            let has_key_frames =
                !self.is_muxed() && rendition.kind() == MediaKind::Video && !shown.cuts.is_empty();
            Ok(if has_key_frames {
                rates.with_key_frames(key_frame_rate(job, &shown)?)
            } else {
                rates
            })
        });
        let rates = rates.collect::<Result<Vec<_>, Error>>()?;
        let links = Links::new(job).with_audio(audio.as_ref());
        Ok(multivariant_playlist(&listed, &rates, &links, &hls::options(self.options, job.request)))
    }

    fn media_playlist(&self, job: &Job<'_>, rendition: &Rendition) -> Result<String, Error> {
        let audio = self.audio(job)?;
        let links = Links::new(job).with_audio(audio.as_ref());
        if job.request.resource.form() == Form::KeyFrames {
            check_key_frames(rendition, job.request)?;
            return Ok(key_frame_playlist(
                &rendition.with_shown_key_frames(),
                &links,
                &self.options,
            ));
        }
        let rendition = carried(job.presentation, rendition);
        Ok(media_playlist(&stream(&rendition, audio.as_ref()), &links, &self.options))
    }

    fn segment(
        &self,
        job: &Job<'_>,
        rendition: &Rendition,
        time: Ticks,
    ) -> Result<SegmentPlan, Error> {
        if job.request.resource.form() == Form::KeyFrames {
            let shown = rendition.with_shown_key_frames();
            let frame = key_frame(&shown, time, job.request)?;
            return Ok(ts::key_frame_segment(&shown, &frame, job.sample_aes(&shown).as_ref())?);
        }
        let all = stream(rendition, if self.is_muxed() { muxed_audio(job)? } else { None });
        if all.renditions().any(|rendition| rendition.track.samples.has_empty_samples()) {
            let (rendition, audio) = (carried(job.presentation, rendition), self.audio(job)?);
            return Self::plan(job, &stream(&rendition, audio.as_ref()), time);
        }
        // Where all segments are carried, one is found without a list of them.
        Self::plan(job, &all.with_joined_segments(joined_count(job.presentation)), time)
    }

    fn keyed_by<'a>(
        &self,
        job: &Job<'a>,
        rendition: &'a Rendition,
    ) -> Result<&'a Rendition, Error> {
        let audio = if self.is_muxed() && rendition.kind() == MediaKind::Video {
            muxed_audio(job)?
        } else {
            None
        };
        Ok(job.protection.map_or(rendition, |protection| protection.keyed(rendition, audio)))
    }
}

/// The rendition with the segments of transport streams, which may be several of the timeline's,
/// and of which each has media: a transport stream has no place for samples without bytes.
fn carried(presentation: &Presentation, rendition: &Rendition) -> Rendition {
    rendition.with_joined_segments(joined_count(presentation)).with_filled_segments()
}

/// How many segments of the timeline make one.
fn joined_count(presentation: &Presentation) -> NonZeroU32 {
    presentation.fragments_per_hls_segment.min(MOST_JOINED)
}

/// What the playlist of a rendition carries: audio goes with video only.
fn stream<'a>(rendition: &'a Rendition, audio: Option<&'a Rendition>) -> Stream<'a> {
    Stream::new(rendition).with_audio(audio.filter(|_| rendition.kind() == MediaKind::Video))
}
