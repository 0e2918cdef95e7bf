//! HLS with MPEG transport streams: version 4 with video and audio apart, version 3 with the audio
//! in each bitrate of the default video.

use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::ops::Range;
use std::sync::Arc;

use dynpack_codec::{MediaKind, TextForm};
use dynpack_crypt::SystemId;
use dynpack_fragment::SegmentPlan;
use dynpack_fragment::text::Clock;
use dynpack_fragment::ts;
use dynpack_hls::{Options, media_playlist, multivariant_playlist};
use dynpack_media::{
    Form, Period, Presentation, Rates, Rendition, RenditionId, SegmentNumber, Stream,
    StreamSegment, Ticks,
};

use super::carried::reason;
use super::links::Links;
use super::lookup::{choices_left_out, muxed_audio, muxed_audio_of, places_of, time_not_found};
use super::resources::{Listed, requests};
use super::ts_rate::{Companion, Look, parts, rate};
use super::{Job, Packager, hls, text};
use crate::encryption::Encryption;
use crate::error::Error;
use crate::facts::{Carried, Facts};
use crate::format::{Format, Protocol};
use crate::request::{Place, Request, Resource};

/// The facts of version 3.
pub(crate) const V3: Facts = Facts {
    token: "m3u8-aapl-v3",
    aliases: &[],
    title: "HLS v3",
    encryptions: &[Carried::new(Encryption::Cbc, &[])],
    kinds: &[MediaKind::Video, MediaKind::Audio],
    text_forms: &[],
    muxes_audio: true,
    has_key_frames: false,
    ..V4
};

/// The facts of version 4.
pub(crate) const V4: Facts = Facts {
    token: "m3u8-aapl",
    aliases: &["m3u8-aapl-v4"],
    title: "HLS v4",
    protocol: Protocol::Hls,
    manifest_extension: Some("m3u8"),
    media_extension: Some("ts"),
    encryptions: &[
        Carried::new(Encryption::Cbc, &[]),
        Carried::new(Encryption::CbcsAapl, &[SystemId::FAIRPLAY, SystemId::CLEAR_KEY]),
    ],
    must_name_encryption: false,
    media_of: None,
    kinds: &[MediaKind::Video, MediaKind::Audio, MediaKind::Text],
    text_forms: &[TextForm::Vtt],
    has_media_playlists: true,
    has_init_segments: false,
    muxes_audio: false,
    has_key_frames: true,
};

/// The facts of version 8, which is not built.
pub(crate) const V8: Facts =
    Facts { token: "m3u8-aapl-v8", aliases: &[], title: "HLS v8", encryptions: &[], ..V4 };

/// One version of HLS with transport streams.
#[derive(Debug)]
pub(crate) struct HlsTs {
    format: Format,
    options: Options,
}

impl HlsTs {
    pub(crate) const MUXED: Self = Self { format: Format::HlsV3, options: Options::MUXED_TS };
    pub(crate) const DEMUXED: Self = Self { format: Format::HlsV4, options: Options::TS };

    fn is_muxed(&self) -> bool {
        self.format == Format::HlsV3
    }

    /// The audio in each video of a presentation, with the segments of this format.
    fn audio(
        &self,
        job: &Job<'_>,
        presentation: &Presentation,
    ) -> Result<Option<Rendition>, Error> {
        if !self.is_muxed() {
            return Ok(None);
        }
        let audio = muxed_audio_of(presentation, job.request)?;
        Ok(audio.map(|audio| carried(presentation, audio)))
    }

    /// The renditions that can be listed, and the same with the segments of this format, in the
    /// same order.
    fn offered(
        &self,
        presentation: &Presentation,
        audio: Option<&Rendition>,
    ) -> (Vec<Rendition>, Vec<Rendition>) {
        let has_video = presentation.of_kind(MediaKind::Video).next().is_some();
        let is_listed = |rendition: &Rendition| match audio {
            Some(audio) if rendition.kind() == MediaKind::Audio => {
                rendition.id.name == audio.id.name
                    && (!has_video || rendition.id.bitrate == audio.id.bitrate)
            }
            _ => !self.is_muxed() || presentation.is_default(rendition),
        };
        let offered = presentation.renditions.iter().filter(|rendition| is_listed(rendition));
        offered.map(|rendition| (rendition.clone(), carried(presentation, rendition))).unzip()
    }

    /// The media of a period. Audio that comes with video has a playlist only if the request asks
    /// for one.
    fn listed<'a>(
        &self,
        job: &Job<'a>,
        period: &'a Period<'a>,
    ) -> Result<impl Iterator<Item = Listed<'a>> + use<'a>, Error> {
        let presentation = hls::presentation(job, period)?;
        let audio = self.audio(job, &presentation)?;
        let (renditions, mut streams) = self.offered(&presentation, audio.as_ref());
        let is_video = |rendition: &Rendition| rendition.kind() == MediaKind::Video;
        let with_audio = job.request.audio_only.unwrap_or_default() || !self.is_muxed();
        if !with_audio && streams.iter().any(is_video) {
            streams.retain(is_video);
        }
        streams.extend(self.key_frames(&presentation, &renditions));
        Ok(streams.into_iter().map(move |rendition| {
            let stream = stream_in(period, &rendition, audio.as_ref());
            let segments = stream.segments().into_iter();
            let places = segments.map(|segment| Place::Time(segment.start));
            Listed::new(rendition.id.clone(), places)
                .with_audio(stream.audio)
                .of_kind(rendition.kind())
                .in_clip(rendition.clip)
        }))
    }

    /// The key frames of the renditions that have them listed.
    fn key_frames(&self, presentation: &Presentation, renditions: &[Rendition]) -> Vec<Rendition> {
        let has_them = |rendition: &&Rendition| {
            self.format.facts().has_key_frames && presentation.is_default(rendition)
        };
        renditions.iter().filter(has_them).filter_map(Rendition::key_frames).collect()
    }

    /// What is listed in a period with a rate, as far as a quick look knows it.
    fn looks<'a>(&self, job: &Job<'a>, period: &'a Period<'a>) -> Result<Vec<Look>, Error> {
        let listed = hls::presentation(job, period)?;
        let audio = self.audio(job, &listed)?.map(Arc::new);
        let (renditions, streams) = self.offered(&listed, audio.as_deref());
        let companion = Companion::new(audio.as_deref())?;
        let key_frames = self.key_frames(&listed, &renditions);
        let rated = streams.into_iter().filter(|stream| stream.kind() != MediaKind::Text);
        let looks = key_frames.into_iter().chain(rated).map(|rendition| {
            let audio = audio.clone().filter(|_| rendition.kind() == MediaKind::Video);
            let segments = stream_in(period, &rendition, audio.as_deref()).segments();
            Look::new(job, rendition, audio, segments, &companion)
        });
        looks.collect()
    }

    /// The rates of what is listed.
    fn rates(&self, job: &Job<'_>) -> Result<Rates, Error> {
        let mut looks = BTreeMap::<RenditionId, Vec<(Look, u64)>>::new();
        for period in job.view.periods() {
            let millis = hls::millis(period);
            for look in self.looks(job, period)? {
                looks.entry(look.id().clone()).or_default().push((look, millis));
            }
        }
        looks.into_iter().map(|(id, looks)| Ok((id, rate(job, &looks)?))).collect()
    }

    /// The stream that URLs of a rendition name, with the segments of this format.
    fn stream_of<'a>(&self, job: &Job<'a>, rendition: &'a Rendition) -> Result<Stream<'a>, Error> {
        let all = stream(rendition, if self.is_muxed() { muxed_audio(job)? } else { None });
        Ok(all.with_joined_segments(joined_count(job.presentation(), rendition)))
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

    fn content_type(&self, request: &Request, kind: MediaKind) -> &'static str {
        match request.resource {
            Resource::Manifest | Resource::MediaPlaylist(_) => hls::PLAYLIST,
            Resource::Chapters => hls::JSON,
            Resource::Media(..) if kind == MediaKind::Text => text::VTT,
            _ => "video/mp2t",
        }
    }

    fn carries(&self, rendition: &Rendition, encryption: Option<Encryption>) -> Result<(), String> {
        let codec = &rendition.track.codec;
        let encrypts = match encryption.and_then(Encryption::scheme) {
            None => Ok(()),
            Some(_) => ts::encrypts(codec),
        };
        ts::carries(codec).and(encrypts).map_err(reason)
    }

    fn manifest(&self, job: &Job<'_>) -> Result<String, Error> {
        let mut listed = hls::largest(job)?;
        let audio = self.audio(job, &listed)?;
        listed.renditions = self.offered(&listed, audio.as_ref()).0;
        let rates = self.rates(job)?;
        let links = Links::new(job).with_audio(audio.as_ref());
        Ok(multivariant_playlist(&listed, &rates, &links, &hls::options(self.options, job)))
    }

    fn chapters(&self, job: &Job<'_>) -> Result<String, Error> {
        hls::chapters(job)
    }

    fn media_playlist(&self, job: &Job<'_>, rendition: &Rendition) -> Result<String, Error> {
        let periods = hls::in_periods(job, rendition).into_iter().map(|(period, rendition)| {
            let presentation = hls::presentation(job, period)?;
            let audio = self.audio(job, &presentation)?;
            Ok((period, carried(&presentation, &rendition), audio))
        });
        let periods = periods.collect::<Result<Vec<_>, Error>>()?;
        let parts = periods.iter().map(|(period, rendition, audio)| {
            let count = joined_count(period.presentation(), rendition);
            let first = SegmentNumber(period.places().start.0 / count);
            hls::part(job, period, stream_in(period, rendition, audio.as_ref()), first)
        });
        let parts: Vec<_> = parts.collect();
        let audio = periods.first().and_then(|(_, _, audio)| audio.as_ref());
        Ok(media_playlist(&parts, &Links::new(job).with_audio(audio), &self.options))
    }

    fn left_out(&self, job: &Job<'_>) -> Vec<String> {
        if self.is_muxed() { choices_left_out(job) } else { Vec::new() }
    }

    fn resources<'a>(
        &self,
        job: &Job<'a>,
    ) -> Result<Box<dyn Iterator<Item = Request> + 'a>, Error> {
        let listed = job.view.periods().map(|period| self.listed(job, period));
        let listed = listed.collect::<Result<Vec<_>, Error>>()?;
        Ok(requests(job, listed.into_iter().flatten()))
    }

    fn places_of(
        &self,
        job: &Job<'_>,
        rendition: &Rendition,
        place: Place,
    ) -> Result<Option<Range<SegmentNumber>>, Error> {
        let (Place::Time(time), Form::Full) = (place, rendition.id.form) else {
            return Ok(places_of(job, rendition, place));
        };
        let count = joined_count(job.presentation(), rendition).get();
        let first = |number: u32| SegmentNumber(number.saturating_mul(count));
        let segment = self.stream_of(job, rendition)?.segment_at(time);
        Ok(segment
            .map(|StreamSegment { number, .. }| first(number.0)..first(number.0.saturating_add(1))))
    }

    fn segment(
        &self,
        job: &Job<'_>,
        rendition: &Rendition,
        time: Ticks,
    ) -> Result<SegmentPlan, Error> {
        if rendition.kind() == MediaKind::Text {
            return text::vtt(job, &carried(job.presentation(), rendition), time, Clock::Ts);
        }
        Self::plan(job, &self.stream_of(job, rendition)?, time)
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

/// The rendition with the segments of transport streams, which may be several of the timeline's.
fn carried(presentation: &Presentation, rendition: &Rendition) -> Rendition {
    rendition.with_joined_segments(joined_count(presentation, rendition))
}

/// How many segments of the timeline make one of a rendition.
fn joined_count(presentation: &Presentation, rendition: &Rendition) -> NonZeroU32 {
    match rendition.id.form {
        Form::Full => presentation.fragments_per_hls_segment(),
        Form::KeyFrames => NonZeroU32::MIN,
    }
}

/// What the playlist of a rendition carries of a period, with the names of the whole presentation:
/// media is made from that.
fn stream_in<'a>(
    period: &Period<'_>,
    rendition: &'a Rendition,
    audio: Option<&'a Rendition>,
) -> Stream<'a> {
    let (part, whole) = (stream(rendition, audio), period.source());
    let Some(main) = whole.rendition(&rendition.id).filter(|_| !period.is_whole()) else {
        return part;
    };
    let audio = part.audio.and_then(|audio| whole.rendition(&audio.id));
    let all = Stream::new(&main).with_audio(audio.as_ref());
    part.named_as_in(&all.with_joined_segments(joined_count(whole, rendition)))
}

/// What it carries: audio goes with video only.
fn stream<'a>(rendition: &'a Rendition, audio: Option<&'a Rendition>) -> Stream<'a> {
    Stream::new(rendition).with_audio(audio.filter(|_| rendition.kind() == MediaKind::Video))
}
