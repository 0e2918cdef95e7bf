//! Makes a client manifest from a presentation.

use dynpack_codec::{AspectRatio, MediaKind};
use dynpack_media::{Coding, Period, Presentation, Rendition, Role, Ticks, Timescale};

use super::bounds::Bounds;
use super::{ClientManifest, QualityLevel, Stream};
use crate::chunks::have_same_cuts;
use crate::{Chunks, Error, TrackKind, chunk_time};

/// The URLs of the fragments of a presentation.
pub trait Urls {
    /// The address of the fragments of all renditions with this rendition's track name, absolute or
    /// relative to the manifest. Clients replace `{bitrate}` and `{start time}` in it ([MS-SSTR]
    /// 2.2.2.3). An example is `QualityLevels({bitrate})/Fragments(video={start time})`. A server
    /// must add `from`, in 10 MHz ticks, to the start time: it is above 0 in a part of a film.
    fn fragments(&self, rendition: &Rendition, from: Ticks) -> String;
}

impl ClientManifest {
    /// The client manifest of a period. Audio comes before video, and the highest bitrate of each
    /// comes first, as in Azure Media Services. Text comes last.
    ///
    /// Renditions with the same name, coding and cuts are one stream. Renditions with the same name
    /// but another coding or other cuts, for example because one ends earlier, are separate
    /// streams. Those are named `name_2` and so on, whatever is free, and have the same addresses.
    ///
    /// Times count from the start of the period, since not all clients play what starts later than
    /// at 0. Addresses say [where](Stream::from) that is. Sound starts with the first picture of a
    /// part of a film, at most half a frame early or late. Its last chunk ends with the pictures if
    /// it is less than two frames shorter.
    ///
    /// # Errors
    /// [`Error::Rendition`] for a rendition that Smooth Streaming cannot carry.
    pub fn new(period: &Period<'_>, urls: &impl Urls) -> Result<Self, Error> {
        let presentation = period.presentation();
        let bounds = Bounds::of(period);
        let mut streams = Vec::<Stream>::new();
        for kind in [MediaKind::Audio, MediaKind::Video, MediaKind::Text] {
            for group in groups(presentation.of_kind(kind), period.source()) {
                let is_taken = |name: &str| {
                    streams.iter().any(|stream| stream.name() == name)
                        || presentation.named(name).next().is_some()
                };
                let name = group.name(is_taken);
                streams.push(group.stream(kind.into(), name, &bounds, urls)?);
            }
        }
        let end = bounds.is_opening.then(|| chunk_time(presentation.duration()));
        let last = || streams.iter().filter_map(|stream| stream.chunks.end()).max();
        let duration = end.or_else(last).unwrap_or_default();
        Ok(Self {
            timescale: Timescale::SMOOTH,
            duration,
            is_live: false,
            protection: Vec::new(),
            streams,
        })
    }
}

/// Renditions with the same name, coding and cuts.
struct Group<'a> {
    first: &'a Rendition,
    others: Vec<&'a Rendition>,
    /// Whether no earlier group has the same name.
    is_first: bool,
}

/// The groups of renditions of a part of `whole`. They are those of the whole, since clients request
/// segments by the times of a group.
fn groups<'a>(
    renditions: impl Iterator<Item = &'a Rendition>,
    whole: &Presentation,
) -> Vec<Group<'a>> {
    let all = |part: &Rendition| whole.rendition(&part.id).unwrap_or_else(|| part.clone());
    let mut groups: Vec<Group<'_>> = Vec::new();
    for rendition in renditions {
        let is_first = groups.iter().all(|group| group.first.id.name != rendition.id.name);
        let is_same = |group: &&mut Group<'_>| {
            group.first.id.name == rendition.id.name
                && Coding::of(&group.first.track) == Coding::of(&rendition.track)
                && have_same_cuts(&all(group.first), &all(rendition))
        };
        match groups.iter_mut().find(is_same) {
            Some(group) => group.others.push(rendition),
            None => groups.push(Group { first: rendition, others: Vec::new(), is_first }),
        }
    }
    groups
}

impl Group<'_> {
    /// The name of the track for the first of its groups, and one that is free for others.
    fn name(&self, is_taken: impl Fn(&str) -> bool) -> String {
        let name = &self.first.id.name;
        let mut numbered = (2..).map(|number: u32| format!("{name}_{number}"));
        let free = (!self.is_first).then(|| numbered.find(|name| !is_taken(name))).flatten();
        free.unwrap_or_else(|| name.to_string())
    }

    fn stream(
        &self,
        kind: TrackKind,
        name: String,
        bounds: &Bounds,
        urls: &impl Urls,
    ) -> Result<Stream, Error> {
        let first = self.first;
        let from = bounds.start(first);
        let mut renditions: Vec<_> =
            [first].into_iter().chain(self.others.iter().copied()).collect();
        renditions.sort_by_key(|rendition| std::cmp::Reverse(rendition.id.bitrate));
        let levels =
            (0..).zip(&renditions).map(|(index, rendition)| QualityLevel::of(rendition, index));
        let levels = levels.collect::<Result<Vec<_>, _>>()?;
        let end = renditions.iter().map(|rendition| chunk_time(rendition.end_time())).max();
        let end = bounds.end(first, end.unwrap_or(from) - from);
        let display = renditions.iter().filter_map(|rendition| display_size(rendition)).max();
        let (role, accessibility) = match first.role {
            Role::Main => (None, None),
            role if role.is_accessibility() => (Some(Role::Alternate), Some(role)),
            role => (Some(role), None),
        };
        let [role, accessibility] =
            [role, accessibility].map(|role| role.map(|role| role.as_str().into()));
        Ok(Stream {
            kind,
            name: Some(name),
            subtype: subtype(first).map(str::to_owned),
            language: (!first.language.is_undetermined())
                .then(|| first.language.three_letters().into()),
            role,
            accessibility,
            url: urls.fragments(first, from),
            from,
            timescale: None,
            max_width: levels.iter().filter_map(|level| level.max_width).max(),
            max_height: levels.iter().filter_map(|level| level.max_height).max(),
            display_width: display.map(|(width, _)| width),
            display_height: display.map(|(_, height)| height),
            levels,
            chunks: Chunks::of(first, from, end),
        })
    }
}

/// The purpose of text, as IIS Smooth Streaming named it ([MS-SSTR] 2.2.2.3).
fn subtype(rendition: &Rendition) -> Option<&'static str> {
    match (rendition.kind(), rendition.role) {
        (MediaKind::Text, Role::Caption) => Some("CAPT"),
        (MediaKind::Text, _) => Some("SUBT"),
        (MediaKind::Video | MediaKind::Audio, _) => None,
    }
}

/// The size at which the pictures of a rendition are displayed, if their pixels are not square
/// ([MS-SSTR] 2.2.2.3). Clients turn no pictures.
fn display_size(rendition: &Rendition) -> Option<(u32, u32)> {
    let is_square = rendition.track.codec.video()?.pixel_aspect == AspectRatio::SQUARE;
    rendition.track.unturned_size().filter(|_| !is_square)
}
