//! `AdaptationSet`: renditions between which a client may switch (ISO/IEC 23009-1, 5.3.3).

use dynpack_codec::{AudioCodec, Codec, MediaKind, TextForm, Video};
use dynpack_media::text::clean;
use dynpack_media::{Coding, Period, Rendition, Role, Time};

use crate::content_protection::ContentProtection;
use crate::model::{
    AdaptationSet, Descriptor, Details, Document, Representation, SegmentTemplate, Segments,
    descriptor,
};
use crate::segment_timeline::SegmentTimeline;
use crate::text::id;
use crate::{Protection, Urls, captions, picture, sound};

/// Roles (5.8.5.5).
const ROLE_SCHEME: &str = "urn:mpeg:dash:role:2011";

/// Marks a set that is for trick play only. The value is the `id` of the set with all frames
/// (DASH-IF IOP 4.3, 3.2.9).
const TRICK_MODE_SCHEME: &str = "http://dashif.org/guidelines/trickmode";

/// Marks sets between which clients may switch as within one set. The value lists the `id`s of the
/// other sets (5.3.3.5).
const SWITCHING_SCHEME: &str = "urn:mpeg:dash:adaptation-set-switching:2016";

/// Renditions with the same name, kind, coding and protection. Audio has the same coding if codec,
/// sampling rate and channels are the same, video if the sample entry and the colours are. One set
/// has one key (DASH-IF IOP 4.3, 7.5.1).
pub(crate) struct Set<'a> {
    first: &'a Rendition,
    renditions: Vec<&'a Rendition>,
    protection: Option<Protection>,
    /// The form of text.
    text: TextForm,
    /// When the period starts on the timeline of the presentation.
    start: Time,
}

impl<'a> Set<'a> {
    /// The sets of a period: audio first, by ascending family, and apart from that in the order of
    /// the presentation.
    pub(crate) fn all(period: &'a Period<'_>, urls: &impl Urls, text: TextForm) -> Vec<Self> {
        let (presentation, start) = (period.presentation(), start_of(period));
        let mut sets: Vec<Self> = Vec::new();
        let mut renditions: Vec<_> = presentation.renditions.iter().collect();
        renditions.sort_by_key(|rendition| {
            (rendition.kind() != MediaKind::Audio, rendition.track.audio_family())
        });
        for rendition in renditions {
            let protection = urls.protection(rendition);
            match sets.iter_mut().find(|set| set.is_like(rendition) && set.protection == protection)
            {
                Some(set) => set.renditions.push(rendition),
                None => sets.push(Self {
                    first: rendition,
                    renditions: vec![rendition],
                    protection,
                    text,
                    start,
                }),
            }
        }
        sets
    }

    fn is_like(&self, rendition: &Rendition) -> bool {
        self.first.id.name == rendition.id.name
            && Coding::of(&self.first.track) == Coding::of(&rendition.track)
    }

    /// Whether all renditions are cut at the same places of the timeline.
    pub(crate) fn is_aligned(&self) -> bool {
        self.renditions.iter().all(|rendition| rendition.cuts.has_same_places(&self.first.cuts))
    }

    /// Whether all segments start with SAP type 1 (ISO/IEC 14496-12, Annex I): a picture or frame
    /// after which none depends on an earlier one.
    pub(crate) fn starts_with_sap(&self) -> bool {
        self.renditions.iter().all(|rendition| rendition.has_independent_segments())
    }

    /// Whether a client may switch between the sets: they differ only in their protection, and are
    /// cut at the same places.
    fn switches_to(&self, other: &Self) -> bool {
        let are_aligned = || {
            self.is_aligned()
                && other.is_aligned()
                && self.first.cuts.has_same_places(&other.first.cuts)
        };
        !std::ptr::eq(self, other) && self.is_like(other.first) && are_aligned()
    }

    /// Whether it is the same content as `other` with the same init segments: clients go on from
    /// one to the other without setting up their decoders again.
    pub(crate) fn continues(&self, other: &Self) -> bool {
        let renditions = || self.renditions.iter().zip(&other.renditions);
        self.renditions.len() == other.renditions.len()
            && self.protection == other.protection
            && renditions().all(|(one, other)| {
                one.id == other.id
                    && one.track.codec == other.track.codec
                    && one.timescale() == other.timescale()
            })
    }

    pub(crate) fn is_video(&self) -> bool {
        self.first.kind() == MediaKind::Video
    }

    /// The set with all frames of its renditions. It is one of `sets`, which are numbered from 1.
    pub(crate) fn element(&self, number: usize, sets: &[Self], urls: &impl Urls) -> AdaptationSet {
        let mut set = self.described(number, |rendition| self.segments(rendition, urls));
        let others = (1..).zip(sets).filter(|(_, other)| self.switches_to(other));
        let others: Vec<_> = others.map(|(number, _)| number.to_string()).collect();
        if !others.is_empty() {
            set.supplemental.push(descriptor(SWITCHING_SCHEME, others.join(",")));
        }
        set
    }

    /// The set of the key frames of video, for trick play. `whole` is the number of the set with
    /// all frames.
    pub(crate) fn key_frames(
        &self,
        number: usize,
        whole: usize,
        urls: &impl Urls,
    ) -> AdaptationSet {
        let mut set = self.described(number, |rendition| {
            let key_frames = rendition.key_frames();
            self.segments(key_frames.as_ref().unwrap_or(rendition), urls)
        });
        set.essential.push(descriptor(TRICK_MODE_SCHEME, whole.to_string()));
        let own = set
            .representations
            .iter()
            .map(|representation| representation.segments.as_ref().or(set.segments.as_ref()));
        let templates = own.flatten().filter_map(Segments::template);
        let timelines = templates.map(|template| &template.timeline);
        set.max_playout_rate = self
            .renditions
            .iter()
            .zip(timelines)
            .map(|(one, frames)| frames_per_key_frame(one, frames))
            .min();
        set.coding_dependency = Some(false);
        set.segment_alignment = set.segments.is_some().then_some(true);
        set.start_with_sap = Some(1);
        set.roles = Vec::new();
        (set.shared.frame_rate, set.max_frame_rate) = (None, None);
        for representation in &mut set.representations {
            representation.id.push_str("_keyframes");
            representation.own.frame_rate = None;
        }
        set
    }

    fn videos(&self) -> impl Iterator<Item = &Video> + Clone {
        self.renditions.iter().filter_map(|rendition| rendition.track.codec.video())
    }

    fn supplemental(&self) -> Vec<Descriptor> {
        match &self.first.track.codec {
            Codec::Video(_) => picture::supplemental(self.videos()),
            Codec::Audio(audio) => sound::supplemental(audio),
            Codec::Text => Vec::new(),
        }
    }

    /// The purpose of what helps people who cannot see or hear well, and the captions in video.
    fn accessibility(&self) -> Vec<Descriptor> {
        let role = self.first.role;
        let purpose = is_accessibility(role).then(|| descriptor(ROLE_SCHEME, role.as_str().into()));
        purpose.into_iter().chain(captions::accessibility(self.videos())).collect()
    }

    /// Whether it is text as one document, without segments.
    fn is_document(&self) -> bool {
        self.first.kind() == MediaKind::Text && !self.text.is_mp4()
    }

    fn segments(&self, rendition: &Rendition, urls: &impl Urls) -> Segments {
        let timescale = rendition.timescale();
        let offset = u64::try_from(self.start.floor(timescale).0).ok();
        let (timescale, time_offset) = (timescale.hz(), offset.filter(|offset| *offset > 0));
        if self.is_document() {
            let url = urls.document(rendition);
            return Segments::Document(Document { url, timescale, time_offset });
        }
        Segments::Template(SegmentTemplate {
            timescale,
            time_offset,
            initialization: urls.init(rendition),
            media: urls.media(rendition),
            timeline: SegmentTimeline::new(rendition),
        })
    }

    fn described(&self, number: usize, segments: impl Fn(&Rendition) -> Segments) -> AdaptationSet {
        let first = self.first;
        let (mime_type, language) = match first.kind() {
            MediaKind::Video => ("video/mp4", None),
            MediaKind::Audio => ("audio/mp4", Some(clean(first.language.tag()))),
            MediaKind::Text if self.is_document() => {
                ("text/vtt", Some(clean(first.language.tag())))
            }
            MediaKind::Text => ("application/mp4", Some(clean(first.language.tag()))),
        };
        let details: Vec<_> =
            self.renditions.iter().map(|rendition| details(rendition, self.text)).collect();
        let shared = in_common(&details);
        let rates = self.renditions.iter().filter_map(|rendition| rendition.track.frame_rate());
        let highest_rate = rates.max_by_key(|rate| rate.thousandths()).map(|rate| rate.to_string());
        let each: Vec<_> = self.renditions.iter().map(|rendition| segments(rendition)).collect();
        let segments = common(&each, Clone::clone).filter(|all| all.template().is_some());
        let has_segments = !self.is_document();
        AdaptationSet {
            id: number,
            content_type: first.kind().as_str(),
            language,
            mime_type,
            picture_aspect: common(&self.renditions, |rendition| {
                rendition.track.codec.video().and_then(picture_aspect)
            })
            .flatten(),
            max_width: details
                .iter()
                .filter_map(|details| details.width)
                .max()
                .filter(|_| shared.width.is_none()),
            max_height: details
                .iter()
                .filter_map(|details| details.height)
                .max()
                .filter(|_| shared.height.is_none()),
            max_frame_rate: highest_rate.filter(|_| shared.frame_rate.is_none()),
            segment_alignment: (has_segments && self.is_aligned()).then_some(true),
            start_with_sap: (has_segments && self.starts_with_sap()).then_some(1),
            max_playout_rate: None,
            coding_dependency: None,
            channels: first.track.codec.audio().and_then(sound::channels),
            protection: self.protection.as_ref().map(ContentProtection::all).unwrap_or_default(),
            supplemental: self.supplemental(),
            essential: first.track.codec.video().map(picture::essential).unwrap_or_default(),
            label: label(first),
            accessibility: self.accessibility(),
            roles: roles(first),
            representations: (self.renditions.iter().zip(details).zip(each))
                .map(|((rendition, details), own)| Representation {
                    id: format!("{}_{}", id(&rendition.id.name), rendition.id.bitrate),
                    bandwidth: rendition.id.bitrate,
                    own: without(&shared, details),
                    segments: segments.is_none().then_some(own),
                })
                .collect(),
            segments,
            shared,
        }
    }
}

/// The start of a period on the timeline of its presentation: where the default video goes on, if
/// it goes on in the first segment, or else where the earliest rendition starts.
///
/// Audio is cut at the nearest frame, and may start a little earlier than the video. Clients cut
/// that off. dash.js 5.2.1 plays only the first segment of a video that starts later than its
/// period.
pub(crate) fn start_of(period: &Period<'_>) -> Time {
    let presentation = period.presentation();
    let goes_on = |video: &&Rendition| {
        let whole = period.source().rendition(&video.id);
        let place = video.cuts.first_place();
        let is_first = |other: &Rendition| place <= other.cuts.first_place();
        whole.is_some_and(|whole| whole.start_time() < video.start_time())
            && presentation.renditions.iter().all(is_first)
    };
    let video = presentation.default_of(MediaKind::Video).filter(goes_on);
    video.map_or_else(|| period.start(), Rendition::start_time)
}

/// The number of frames for each key frame. If only key frames are decoded, playback can be faster
/// by this factor without more work for the decoder.
fn frames_per_key_frame(rendition: &Rendition, key_frames: &SegmentTimeline) -> u32 {
    let samples = rendition.cuts.samples();
    let frames = samples.end.0.saturating_sub(samples.start.0);
    frames.checked_div(key_frames.len()).unwrap_or(1).max(1)
}

fn details(rendition: &Rendition, text: TextForm) -> Details {
    let codec = &rendition.track.codec;
    let (width, height) = codec.video().map(Video::dimensions).unzip();
    let frame_rate = rendition.track.frame_rate().map(|rate| rate.to_string());
    Details {
        codecs: match codec {
            Codec::Video(video) => Some(video.rfc6381()),
            Codec::Audio(audio) => Some(sound::codecs(audio)),
            Codec::Text => text.is_mp4().then(|| rendition.text_codecs(text).to_owned()),
        },
        supplemental_codec: codec.video().and_then(Video::supplemental_codec),
        width,
        height,
        pixel_aspect: codec.video().map(|video| video.pixel_aspect.to_string()),
        frame_rate,
        sampling_rate: codec.audio().map(AudioCodec::sampling_rate),
    }
}

fn picture_aspect(video: &Video) -> Option<String> {
    let (width, height) = video.dimensions();
    video.pixel_aspect.of_picture(width, height).map(|ratio| ratio.to_string())
}

/// Each detail that is the same for all.
fn in_common(details: &[Details]) -> Details {
    Details {
        codecs: common(details, |details| details.codecs.clone()).flatten(),
        supplemental_codec: common(details, |details| details.supplemental_codec.clone()).flatten(),
        width: common(details, |details| details.width).flatten(),
        height: common(details, |details| details.height).flatten(),
        pixel_aspect: common(details, |details| details.pixel_aspect.clone()).flatten(),
        frame_rate: common(details, |details| details.frame_rate.clone()).flatten(),
        sampling_rate: common(details, |details| details.sampling_rate).flatten(),
    }
}

/// Each detail that is not already shared.
fn without(shared: &Details, own: Details) -> Details {
    Details {
        codecs: own.codecs.filter(|_| shared.codecs.is_none()),
        supplemental_codec: own.supplemental_codec.filter(|_| shared.supplemental_codec.is_none()),
        width: own.width.filter(|_| shared.width.is_none()),
        height: own.height.filter(|_| shared.height.is_none()),
        pixel_aspect: own.pixel_aspect.filter(|_| shared.pixel_aspect.is_none()),
        frame_rate: own.frame_rate.filter(|_| shared.frame_rate.is_none()),
        sampling_rate: own.sampling_rate.filter(|_| shared.sampling_rate.is_none()),
    }
}

/// The value that `of` returns for all items, if it is the same for all.
fn common<T, V: PartialEq>(items: &[T], of: impl Fn(&T) -> V) -> Option<V> {
    let mut values = items.iter().map(of);
    let first = values.next()?;
    values.all(|value| value == first).then_some(first)
}

/// Whether a set helps people who cannot see or hear well, as captions do too (5.8.4.3).
fn is_accessibility(role: Role) -> bool {
    role.is_accessibility() || role == Role::Caption
}

/// The roles of a set: audio that helps people who cannot see or hear well is an alternate, and has
/// its purpose as its accessibility. Text that is shown by default is also the main one.
fn roles(rendition: &Rendition) -> Vec<Descriptor> {
    let role = rendition.role;
    let own = if role.is_accessibility() { Role::Alternate } else { role };
    let main = rendition.is_default.then_some(Role::Main).filter(|main| *main != own);
    let roles = [own].into_iter().chain(main);
    roles.map(|role| descriptor(ROLE_SCHEME, role.as_str().into())).collect()
}

fn label(rendition: &Rendition) -> Option<String> {
    let text = rendition.label.as_deref().filter(|label| !label.trim().is_empty())?;
    Some(clean(text))
}
