//! Video groups: what a viewer can choose to see, such as another camera (RFC 8216, 4.3.4.1).

use dynpack_codec::MediaKind;
use dynpack_media::{Presentation, Rates};

use crate::audio::Rated;
use crate::model::Media;
use crate::text::unused_name;
use crate::{Flavor, Urls};

/// The videos of a presentation: those of the variants, and what can be chosen instead.
///
/// Variants ascend by family, so that a client which does not choose starts with what most clients
/// decode, and by bitrate within it. Each variant has a group, with what is played by default and a
/// bitrate of each other content: the lowest of a family with the lowest and so on, and where one
/// has fewer, its highest with all others. Equal groups are merged. The playlist of a variant is
/// that of the default, so the member of the group that stands for it has no URI: which bitrate it
/// is depends on the variant.
pub(crate) struct Videos<'a> {
    /// What is played by default, by ascending family and bitrate.
    pub(crate) defaults: Vec<Rated<'a>>,
    /// The variants, each with the index of its group.
    variants: Vec<(Rated<'a>, usize)>,
    /// `NAME` of the default and of each other content, no two the same.
    names: Vec<String>,
    /// For each group, a rendition of each other content.
    groups: Vec<Vec<Rated<'a>>>,
}

impl<'a> Videos<'a> {
    /// In [`Flavor::MuxedTs`] there is no choice.
    pub(crate) fn new(presentation: &'a Presentation, rates: &Rates, flavor: Flavor) -> Self {
        let videos = Rated::of_kind(presentation, rates, MediaKind::Video, flavor);
        let (mut defaults, mut others): (Vec<_>, Vec<_>) =
            videos.into_iter().partition(|rated| presentation.is_default(rated.rendition));
        let family = |rated: &Rated<'_>| rated.rendition.track.video_family();
        defaults.sort_by_key(|rated| (family(rated), rated.rendition.id.bitrate));
        if flavor == Flavor::MuxedTs {
            others.clear();
        }
        let is_one =
            |one: &Rated<'_>, next: &Rated<'_>| one.rendition.id.name == next.rendition.id.name;
        let contents: Vec<&[Rated<'a>]> = others.chunk_by(is_one).collect();
        let mut names = Vec::<String>::new();
        for first in [&*defaults].iter().chain(&contents).filter_map(|content| content.first()) {
            names.push(unused_name(names.iter().map(String::as_str), first.name()));
        }
        let mut videos = Self { defaults, variants: Vec::new(), names, groups: Vec::new() };
        let families = videos.defaults.clone();
        for ladder in families.chunk_by(|one, next| family(one) == family(next)) {
            let tiers = contents.iter().map(|content| content.len()).chain([ladder.len()]).max();
            for tier in 0..tiers.unwrap_or_default() {
                let Some(variant) = of_tier(ladder, tier) else { break };
                let choices = contents.iter().filter_map(|content| of_tier(content, tier));
                let group = videos.group_of(choices.collect());
                videos.variants.push((variant, group));
            }
        }
        videos
    }

    /// The index of the group with these choices.
    fn group_of(&mut self, choices: Vec<Rated<'a>>) -> usize {
        let is_same =
            |known: &Vec<Rated<'a>>| known.iter().zip(&choices).all(|(one, other)| one.is(other));
        self.groups.iter().position(is_same).unwrap_or_else(|| {
            self.groups.push(choices);
            self.groups.len().saturating_sub(1)
        })
    }

    /// The variants, each with what can be chosen instead, and the id of that group.
    pub(crate) fn variants(
        &self,
    ) -> impl Iterator<Item = (&Rated<'a>, &[Rated<'a>], Option<String>)> {
        self.variants.iter().map(|(rated, group)| {
            let choices = self.groups.get(*group).map_or(&[][..], Vec::as_slice);
            (rated, choices, (!choices.is_empty()).then(|| self.id(*group)))
        })
    }

    /// `GROUP-ID` of a group: `video` if there is only one.
    fn id(&self, group: usize) -> String {
        match self.groups.len() {
            1 => "video".into(),
            _ => format!("video-{}", group.saturating_add(1)),
        }
    }

    /// `EXT-X-MEDIA` for each member of each group.
    pub(crate) fn media(&self, urls: &impl Urls) -> Vec<Media> {
        let mut media = Vec::new();
        let choices = self.groups.iter().enumerate().filter(|(_, choices)| !choices.is_empty());
        for (group, choices) in choices {
            for (name, other) in
                self.names.iter().zip([None].into_iter().chain(choices.iter().map(Some)))
            {
                media.push(Media {
                    kind: "VIDEO",
                    group: self.id(group),
                    name: name.clone(),
                    is_default: other.is_none(),
                    is_autoselect: other.is_none(),
                    uri: other.map(|rated| urls.playlist(rated.rendition)),
                    stable_id: other.and_then(Rated::stable_id),
                    ..Media::default()
                });
            }
        }
        media
    }
}

/// The bitrate of that tier, or else the highest below it.
fn of_tier<'a>(content: &[Rated<'a>], tier: usize) -> Option<Rated<'a>> {
    content.get(tier).or_else(|| content.last()).copied()
}
