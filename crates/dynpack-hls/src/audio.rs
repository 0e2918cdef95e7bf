//! Audio groups: what a listener can choose, and in which codings (RFC 8216, 4.3.4.1).

use dynpack_codec::{AudioCodec, AudioFamily, Codec, DynamicRange, MediaKind, Video, VideoCodec};
use dynpack_media::{Form, Language, Presentation, Rate, Rates, Rendition, RenditionId, Role};

use crate::Flavor;
use crate::text::{quoted, stable, unused_name};

/// A rendition with its rate.
#[derive(Clone, Copy)]
pub(crate) struct Rated<'a> {
    pub(crate) rendition: &'a Rendition,
    pub(crate) rate: Rate,
    pub(crate) flavor: Flavor,
}

impl<'a> Rated<'a> {
    /// The renditions of one kind. Where a rate is missing, the declared bitrate is used.
    pub(crate) fn of_kind(
        presentation: &'a Presentation,
        rates: &Rates,
        kind: MediaKind,
        flavor: Flavor,
    ) -> Vec<Self> {
        let rated = presentation.renditions.iter().map(|rendition| {
            let declared = Rate::new(rendition.id.bitrate.into(), rendition.id.bitrate.into());
            Self { rendition, rate: rates.get(&rendition.id).unwrap_or(declared), flavor }
        });
        rated.filter(|rated| rated.rendition.kind() == kind).collect()
    }

    /// The label, if it is one.
    fn label(&self) -> Option<&'a str> {
        label(self.rendition)
    }

    /// `NAME` as it is written: the label, or else the track name.
    pub(crate) fn name(&self) -> String {
        name(self.rendition)
    }

    /// `CHANNELS` of audio: their number, or for joint object coding that of its objects, and what
    /// else they are (Apple, *HLS Authoring Specification*, 2.4). `None` for video, and where it is
    /// not known.
    pub(crate) fn channels(&self) -> Option<String> {
        let audio = self.rendition.track.codec.audio()?;
        let objects = audio.objects().map(|objects| format!("{objects}/JOC"));
        let immersive = if audio.is_immersive_stereo() { "/IMSA" } else { "" };
        let channels = || Some(audio.channels()).filter(|&count| count > 0);
        objects.or_else(|| channels().map(|count| format!("{count}{immersive}")))
    }

    /// The name in `CODECS`. Transport streams have no sample entries, and their parameter sets are
    /// always in band. Their H.264 is named `avc1`, and their HEVC `hvc1`, since players of
    /// transport streams know those names.
    pub(crate) fn codec(&self) -> String {
        let codec = &self.rendition.track.codec;
        match self.flavor {
            Flavor::Cmaf => codec.rfc6381(),
            Flavor::Ts | Flavor::MuxedTs => match codec {
                Codec::Video(Video { codec: VideoCodec::Avc(avc), .. }) => avc.rfc6381_as("avc1"),
                Codec::Video(Video { codec: VideoCodec::Hevc(hevc), .. }) => {
                    hevc.rfc6381_as("hvc1")
                }
                // The object type of MPEG-4, since there is no `esds` with another.
                Codec::Audio(AudioCodec::Mp3(_)) => "mp4a.40.34".into(),
                other => other.rfc6381(),
            },
        }
    }

    /// What goes into `SUPPLEMENTAL-CODECS`: transport streams have no brands. For HDR10+ that is
    /// the codec itself with its brand, in AV1 alone (Apple, *HLS Authoring Specification*,
    /// appendixes; HDR10+ AV1 Metadata Handling Specification, 3.2).
    pub(crate) fn supplemental_codec(&self) -> Option<String> {
        let video = self.rendition.track.codec.video().filter(|_| self.flavor == Flavor::Cmaf)?;
        let is_hdr10_plus = video.has_hdr10_plus && matches!(video.codec, VideoCodec::Av1(_));
        let hdr10_plus = is_hdr10_plus.then(|| (video.codec.rfc6381(), "cdm4"));
        let all = video.supplemental_codec().into_iter().chain(hdr10_plus);
        let all: Vec<_> = all.map(|(codec, brand)| format!("{codec}/{brand}")).collect();
        (!all.is_empty()).then(|| all.join(","))
    }

    /// The range of brightness of video, if it is not the standard one.
    pub(crate) fn range(&self) -> Option<DynamicRange> {
        let range = self.rendition.track.codec.video()?.dynamic_range();
        Some(range).filter(|range| *range != DynamicRange::Sdr)
    }

    /// `STABLE-VARIANT-ID` or `STABLE-RENDITION-ID`, by what identifies the rendition: it stays
    /// when the URLs of playlists change (RFC 8216bis, 4.4.6.1). Older players of transport
    /// streams are left alone.
    pub(crate) fn stable_id(&self) -> Option<String> {
        stable_id(self.rendition, self.flavor)
    }

    fn coding(&self) -> Coding {
        let family = self.rendition.track.audio_family();
        Coding { family, codec: self.codec(), channels: self.channels() }
    }

    pub(crate) fn is(&self, other: &Self) -> bool {
        std::ptr::eq(self.rendition, other.rendition)
    }
}

/// The same of any rendition.
pub(crate) fn stable_id(rendition: &Rendition, flavor: Flavor) -> Option<String> {
    let RenditionId { name, bitrate, form, .. } = &rendition.id;
    let form = match form {
        Form::Full => "",
        Form::KeyFrames => "/key-frames",
    };
    (flavor == Flavor::Cmaf).then(|| format!("{}/{bitrate}{form}", stable(name)))
}

/// The label, if it is one.
fn label(rendition: &Rendition) -> Option<&str> {
    rendition.label.as_deref().filter(|label| !label.trim().is_empty())
}

/// `NAME` as it is written: the label, or else the track name.
pub(crate) fn name(rendition: &Rendition) -> String {
    quoted(label(rendition).unwrap_or(&rendition.id.name))
}

/// `CHARACTERISTICS`: what is declared, or else what the role says.
pub(crate) fn characteristics(rendition: &Rendition) -> Option<String> {
    match rendition.characteristics.as_slice() {
        [] => rendition.role.hls_characteristic().map(str::to_owned),
        declared => Some(quoted(&declared.join(","))),
    }
}

/// What the members of a group have in common, where possible.
#[derive(Clone, PartialEq, Eq)]
struct Coding {
    family: Option<AudioFamily>,
    codec: String,
    channels: Option<String>,
}

/// One choice of a listener: a language or a description, in several codings or at several
/// bitrates.
pub(crate) struct Member<'a> {
    /// Its [name](Rated::name). No two members have the same.
    pub(crate) name: String,
    pub(crate) language: &'a Language,
    pub(crate) role: Role,
    pub(crate) characteristics: Option<String>,
    label: Option<&'a str>,
    codings: Vec<(Coding, Rated<'a>)>,
}

impl<'a> Member<'a> {
    fn new(of_one_name: &[Rated<'a>]) -> Option<Self> {
        let first = of_one_name.first()?;
        Some(Self {
            name: first.name(),
            language: &first.rendition.language,
            role: first.rendition.role,
            characteristics: characteristics(first.rendition),
            label: first.label(),
            codings: of_one_name.iter().map(|rated| (rated.coding(), *rated)).collect(),
        })
    }

    /// Whether the other member is the same choice in another coding. Where the language is not
    /// known, only a codec of another family is one.
    fn is_same_as(&self, other: &Self) -> bool {
        let shares = |is_shared: &dyn Fn(&Coding, &Coding) -> bool| {
            let mut own = self.codings.iter();
            own.any(|(one, _)| other.codings.iter().any(|(other, _)| is_shared(one, other)))
        };
        let about =
            |member: &Self| (member.language.clone(), member.role, member.label.map(str::to_owned));
        about(self) == about(other)
            && match self.language.is_undetermined() {
                true => !shares(&|one, other| one.family == other.family),
                false => !shares(&|one, other| one == other),
            }
    }

    /// All renditions in a coding, in ascending order.
    fn coded(&self, coding: &Coding) -> impl Iterator<Item = Rated<'a>> {
        self.codings.iter().filter(move |(own, _)| own == coding).map(|(_, rated)| *rated)
    }

    /// The rendition for the group of a coding: the one of that tier, or else the highest below it.
    /// If the member does not have that coding, its rendition with the highest bitrate.
    fn pick(&self, coding: &Coding, tier: usize) -> Option<Rated<'a>> {
        let best = || {
            self.codings
                .iter()
                .map(|(_, rated)| *rated)
                .max_by_key(|rated| rated.rendition.id.bitrate)
        };
        self.coded(coding).take(tier.saturating_add(1)).last().or_else(best)
    }
}

/// The audio of a presentation as a table: a row is a group, a column a member.
///
/// Every group has all members, as RFC 8216, 4.3.4.1.1 requires. Where a member does not have the
/// group's coding or bitrate, its nearest rendition is used. Equal groups are merged.
pub(crate) struct Groups<'a> {
    /// The choices. Only one has `DEFAULT=YES`.
    pub(crate) members: Vec<Member<'a>>,
    /// The index of the member that is played by default: the first with the role [`Role::Main`],
    /// or else the first.
    pub(crate) default: usize,
    /// For each group, the renditions of all members, in order. Groups that every player decodes
    /// come first.
    pub(crate) rows: Vec<Vec<Rated<'a>>>,
}

impl<'a> Groups<'a> {
    pub(crate) fn new(audio: &[Rated<'a>]) -> Self {
        let members = members(audio);
        let default =
            members.iter().position(|member| member.role == Role::Main).unwrap_or_default();
        let mut rows: Vec<Vec<Rated<'a>>> = Vec::new();
        for (coding, tier) in encodings(&members) {
            let row: Vec<_> =
                members.iter().filter_map(|member| member.pick(&coding, tier)).collect();
            let is_row =
                |other: &Vec<Rated<'a>>| other.iter().zip(&row).all(|(one, other)| one.is(other));
            if !rows.iter().any(is_row) {
                rows.push(row);
            }
        }
        rows.sort_by_key(|row| row.get(default)?.rendition.track.audio_family());
        Self { members, default, rows }
    }

    /// `GROUP-ID` of a row: `audio` if there is only one row.
    pub(crate) fn id(&self, row: usize) -> String {
        if self.rows.len() == 1 {
            "audio".into()
        } else {
            format!("audio-{}", row.saturating_add(1))
        }
    }

    /// Whether a client may choose the member by the listener's settings (RFC 8216, 4.3.4.1.1). Of
    /// the members with the same language and accessibility, it may choose the default if it is one
    /// of them, or else the first. It may choose a commentary or karaoke only if that is the
    /// default.
    pub(crate) fn is_autoselect(&self, member: usize) -> bool {
        let is_asked_for =
            |member: &Member<'a>| matches!(member.role, Role::Commentary | Role::Karaoke);
        let about = |member: &Member<'a>| {
            let accessibility = Some(member.role).filter(|role| role.is_accessibility());
            (member.language.clone(), accessibility)
        };
        let own = self.members.get(member).map(about);
        let others = (0..self.members.len())
            .filter(|&other| self.members.get(other).is_some_and(|other| !is_asked_for(other)));
        let mut first_default = [self.default].into_iter().chain(others);
        first_default.find(|&other| self.members.get(other).map(about) == own) == Some(member)
    }
}

fn members<'a>(audio: &[Rated<'a>]) -> Vec<Member<'a>> {
    let mut members: Vec<Member<'a>> = Vec::new();
    let by_name = audio.chunk_by(|one, next| one.rendition.id.name == next.rendition.id.name);
    for member in by_name.filter_map(Member::new) {
        match members.iter_mut().find(|other| other.is_same_as(&member)) {
            Some(same) => same.codings.extend(member.codings),
            None => {
                let taken = members.iter().map(|member| &*member.name);
                let name = unused_name(taken, member.name.clone());
                members.push(Member { name, ..member });
            }
        }
    }
    members
}

/// Each coding with each of its tiers of bitrate, in the order of the members.
fn encodings(members: &[Member<'_>]) -> Vec<(Coding, usize)> {
    let mut encodings = Vec::new();
    for (coding, _) in members.iter().flat_map(|member| &member.codings) {
        let tiers =
            members.iter().map(|member| member.coded(coding).count()).max().unwrap_or_default();
        for tier in 0..tiers {
            let encoding = (coding.clone(), tier);
            if !encodings.contains(&encoding) {
                encodings.push(encoding);
            }
        }
    }
    encodings
}
