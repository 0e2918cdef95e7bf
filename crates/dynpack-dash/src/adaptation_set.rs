//! `AdaptationSet`: renditions between which a client may switch (ISO/IEC 23009-1, 5.3.3).

use dynpack_codec::{AspectRatio, AudioCodec, Codec, MediaKind, TextForm, Video};
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
    /// Whether all renditions are cut at the same places of the timeline.
    pub(crate) is_aligned: bool,
    /// Whether all segments start with SAP type 1 (ISO/IEC 14496-12, Annex I): a picture or frame
    /// after which none depends on an earlier one.
    pub(crate) starts_with_sap: bool,
}

impl<'a> Set<'a> {
    /// The sets of a period, which [starts](start_of) there: audio first, by ascending family, and
    /// apart from that in the order of the presentation.
    pub(crate) fn all(
        period: &'a Period<'_>,
        start: Time,
        urls: &impl Urls,
        text: TextForm,
    ) -> Vec<Self> {
        let mut sets: Vec<Self> = Vec::new();
        let mut renditions: Vec<_> = period.presentation().renditions.iter().collect();
        renditions.sort_by_key(|rendition| {
            (rendition.kind() != MediaKind::Audio, rendition.track.audio_family())
        });
        for rendition in renditions {
            let protection = urls.protection(rendition);
            let starts_with_sap = rendition.has_independent_segments();
            match sets.iter_mut().find(|set| set.is_like(rendition) && set.protection == protection)
            {
                Some(set) => {
                    set.renditions.push(rendition);
                    set.is_aligned &= rendition.cuts.has_same_places(&set.first.cuts);
                    set.starts_with_sap &= starts_with_sap;
                }
                None => sets.push(Self {
                    first: rendition,
                    renditions: vec![rendition],
                    protection,
                    text,
                    start,
                    is_aligned: true,
                    starts_with_sap,
                }),
            }
        }
        sets
    }

    fn is_like(&self, rendition: &Rendition) -> bool {
        self.first.id.name == rendition.id.name
            && Coding::of(&self.first.track) == Coding::of(&rendition.track)
    }

    /// Whether a client may switch between the sets: they differ only in their protection, and are
    /// cut at the same places.
    fn switches_to(&self, other: &Self) -> bool {
        let are_aligned = || {
            self.is_aligned
                && other.is_aligned
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

    pub(crate) const fn protection(&self) -> Option<&Protection> {
        self.protection.as_ref()
    }

    /// Whether decoders of other codecs too can play one of its renditions.
    pub(crate) fn has_supplemental_codecs(&self) -> bool {
        self.videos().any(|video| video.supplemental_codec().is_some())
    }

    pub(crate) fn is_video(&self) -> bool {
        self.first.kind() == MediaKind::Video
    }

    /// Signals which of `sets`, which are numbered from 1, clients may switch to.
    pub(crate) fn signal_switching(&self, element: &mut AdaptationSet, sets: &[Self]) {
        let others = (1..).zip(sets).filter(|(_, other)| self.switches_to(other));
        let others: Vec<_> = others.map(|(number, _): (usize, _)| number.to_string()).collect();
        if !others.is_empty() {
            element.supplemental.push(descriptor(SWITCHING_SCHEME, others.join(",")));
        }
    }

    /// The set of the key frames of video, for trick play. `whole` is the set with all frames.
    pub(crate) fn key_frames(
        &self,
        number: usize,
        whole: &AdaptationSet,
        urls: &impl Urls,
    ) -> AdaptationSet {
        let key_frames: Vec<_> =
            self.renditions.iter().filter_map(|rendition| rendition.key_frames()).collect();
        let mut each = self.segments(key_frames.iter(), urls);
        let timelines = each.iter().flatten().filter_map(Segments::timeline);
        let frames = self.renditions.iter().zip(timelines);
        let max_playout_rate = frames.map(|(one, frames)| frames_per_key_frame(one, frames)).min();
        let segments = take_shared(&mut each, |own| own);
        let representations = whole.representations.iter().zip(each);
        let trick_mode = descriptor(TRICK_MODE_SCHEME, whole.id.to_string());
        AdaptationSet {
            id: number,
            content_type: whole.content_type,
            language: whole.language.clone(),
            mime_type: whole.mime_type,
            picture_aspect: whole.picture_aspect,
            max_width: whole.max_width,
            max_height: whole.max_height,
            max_frame_rate: None,
            segment_alignment: segments.is_some().then_some(true),
            start_with_sap: Some(1),
            max_playout_rate,
            coding_dependency: Some(false),
            channels: whole.channels.clone(),
            protection: whole.protection.clone(),
            supplemental: whole.supplemental.clone(),
            label: whole.label.clone(),
            accessibility: whole.accessibility.clone(),
            essential: whole.essential.iter().cloned().chain([trick_mode]).collect(),
            roles: Vec::new(),
            representations: representations
                .map(|(representation, segments)| Representation {
                    id: format!("{}_keyframes", representation.id),
                    bandwidth: representation.bandwidth,
                    own: Details { frame_rate: None, ..representation.own.clone() },
                    segments,
                })
                .collect(),
            segments,
            shared: Details { frame_rate: None, ..whole.shared.clone() },
        }
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
        let purpose = is_accessibility(role).then(|| descriptor(ROLE_SCHEME, role.as_str()));
        purpose.into_iter().chain(captions::accessibility(self.videos())).collect()
    }

    /// Whether it is text as one document, without segments.
    fn is_document(&self) -> bool {
        self.first.kind() == MediaKind::Text && !self.text.is_mp4()
    }

    /// The segments of renditions of one name and form.
    fn segments<'r>(
        &self,
        renditions: impl Iterator<Item = &'r Rendition>,
        urls: &impl Urls,
    ) -> Vec<Option<Segments>> {
        let (mut renditions, mut templates) = (renditions.peekable(), None);
        let segments = std::iter::from_fn(|| {
            let rendition = renditions.next()?;
            let timescale = rendition.timescale();
            let offset = u64::try_from(self.start.floor(timescale).0).ok();
            let (timescale, time_offset) = (timescale.hz(), offset.filter(|offset| *offset > 0));
            if self.is_document() {
                let url = urls.document(rendition);
                return Some(Some(Segments::Document(Document { url, timescale, time_offset })));
            }
            let own = templates.take();
            let own = own.unwrap_or_else(|| (urls.init(rendition), urls.media(rendition)));
            templates = renditions.peek().map(|_| own.clone());
            let (initialization, media) = own;
            let timeline = SegmentTimeline::new(rendition);
            let template =
                SegmentTemplate { timescale, time_offset, initialization, media, timeline };
            Some(Some(Segments::Template(template)))
        });
        segments.collect()
    }

    /// The set with all frames of its renditions.
    pub(crate) fn element(&self, number: usize, urls: &impl Urls) -> AdaptationSet {
        let first = self.first;
        let (mime_type, language) = match first.kind() {
            MediaKind::Video => ("video/mp4", None),
            MediaKind::Audio => ("audio/mp4", Some(clean(first.language.tag()))),
            MediaKind::Text if self.is_document() => {
                ("text/vtt", Some(clean(first.language.tag())))
            }
            MediaKind::Text => ("application/mp4", Some(clean(first.language.tag()))),
        };
        let mut details: Vec<_> =
            self.renditions.iter().map(|rendition| details(rendition, self.text)).collect();
        let max_width = details.iter().filter_map(|details| details.width).max();
        let max_height = details.iter().filter_map(|details| details.height).max();
        let shared = shared_details(&mut details);
        let mut aspects: Vec<_> = self.videos().map(picture_aspect).collect();
        let picture_aspect = take_shared(&mut aspects, |aspect| aspect);
        let rates = self.renditions.iter().filter_map(|rendition| rendition.track.frame_rate());
        let highest_rate = rates.max_by_key(|rate| rate.thousandths());
        let mut each = self.segments(self.renditions.iter().copied(), urls);
        let segments = match first.kind() {
            MediaKind::Text if self.is_document() => None,
            MediaKind::Video | MediaKind::Audio | MediaKind::Text => {
                take_shared(&mut each, |own| own)
            }
        };
        let has_segments = !self.is_document();
        AdaptationSet {
            id: number,
            content_type: first.kind().as_str(),
            language,
            mime_type,
            picture_aspect,
            max_width: max_width.filter(|_| shared.width.is_none()),
            max_height: max_height.filter(|_| shared.height.is_none()),
            max_frame_rate: highest_rate.filter(|_| shared.frame_rate.is_none()),
            segment_alignment: (has_segments && self.is_aligned).then_some(true),
            start_with_sap: (has_segments && self.starts_with_sap).then_some(1),
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
                    own: details,
                    segments: own,
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
    if period.is_whole() {
        return period.start();
    }
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
    Details {
        codecs: match codec {
            Codec::Video(video) => Some(video.rfc6381()),
            Codec::Audio(audio) => Some(sound::codecs(audio)),
            Codec::Text => text.is_mp4().then(|| rendition.text_codecs(text).to_owned()),
        },
        supplemental_codec: codec.video().and_then(Video::supplemental_codec),
        width,
        height,
        pixel_aspect: codec.video().map(|video| video.pixel_aspect),
        frame_rate: rendition.track.frame_rate(),
        sampling_rate: codec.audio().map(AudioCodec::sampling_rate),
    }
}

fn picture_aspect(video: &Video) -> Option<AspectRatio> {
    let (width, height) = video.dimensions();
    video.pixel_aspect.of_picture(width, height)
}

/// Takes each detail that is the same for all.
fn shared_details(all: &mut [Details]) -> Details {
    Details {
        codecs: take_shared(all, |details| &mut details.codecs),
        supplemental_codec: take_shared(all, |details| &mut details.supplemental_codec),
        width: take_shared(all, |details| &mut details.width),
        height: take_shared(all, |details| &mut details.height),
        pixel_aspect: take_shared(all, |details| &mut details.pixel_aspect),
        frame_rate: take_shared(all, |details| &mut details.frame_rate),
        sampling_rate: take_shared(all, |details| &mut details.sampling_rate),
    }
}

/// Takes a value that is the same for all items from each of them.
fn take_shared<T, V: PartialEq>(
    items: &mut [T],
    of: impl Fn(&mut T) -> &mut Option<V>,
) -> Option<V> {
    let (first, others) = items.split_first_mut()?;
    let first = of(first);
    if others.iter_mut().any(|other| *of(other) != *first) {
        return None;
    }
    others.iter_mut().for_each(|other| *of(other) = None);
    first.take()
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
    roles.map(|role| descriptor(ROLE_SCHEME, role.as_str())).collect()
}

fn label(rendition: &Rendition) -> Option<String> {
    let text = rendition.label.as_deref().filter(|label| !label.trim().is_empty())?;
    Some(clean(text))
}
