//! The identifiers of regions and agents.

use std::collections::BTreeMap;

use crate::area::Area;
use crate::color::Color;
use crate::content::{Node, SpanKind};
use crate::cue::Cue;
use crate::document::Excerpt;
use crate::image::Image;
use crate::layout::{Anchor, Writing};
use crate::percent::Percent;

/// A region as it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct RegionStyle {
    pub(super) area: Area,
    pub(super) background: Option<Color>,
}

/// What the cues of an excerpt refer to.
pub(super) struct Names<'a> {
    /// The regions by their identifiers, which say where they are: the same in every segment.
    pub(super) regions: BTreeMap<String, RegionStyle>,
    /// The identifiers of agents by their names.
    pub(super) agents: BTreeMap<&'a str, String>,
    /// The images, each once, with their identifiers.
    pub(super) images: Vec<(&'a Image, String)>,
    /// The places of images in that list.
    places: BTreeMap<*const u8, usize>,
}

impl<'a> Names<'a> {
    pub(super) fn of(excerpt: &Excerpt<'a>) -> Self {
        let (regions, agents) = (BTreeMap::new(), BTreeMap::new());
        let mut names = Self { regions, agents, images: Vec::new(), places: BTreeMap::new() };
        for cue in excerpt.cues() {
            let region = RegionStyle::of(excerpt, cue);
            names.regions.insert(region.id(), region);
            names.add_agents(&cue.nodes);
            if let Some(image) = cue.image() {
                names.add_image(image, excerpt.document.cues.index_of(cue));
            }
        }
        for (at, id) in names.agents.values_mut().enumerate() {
            *id = format!("_agent.{at}");
        }
        names
    }

    fn add_agents(&mut self, nodes: &'a [Node]) {
        for node in nodes {
            let Node::Span(span) = node else { continue };
            if let SpanKind::Voice(name) = &span.kind {
                self.agents.insert(name, String::new());
            }
            self.add_agents(&span.nodes);
        }
    }

    fn add_image(&mut self, image: &'a Image, of_cue: u32) {
        self.places.entry(image.png().as_ptr()).or_insert_with(|| {
            self.images.push((image, format!("_image.{of_cue}")));
            self.images.len().saturating_sub(1)
        });
    }

    /// The identifier of an image of the excerpt.
    pub(super) fn image_id(&self, image: &Image) -> &str {
        let place = self.places.get(&image.png().as_ptr());
        place.and_then(|place| self.images.get(*place)).map_or("", |(_, id)| id)
    }

    pub(super) fn region_id(&self, excerpt: &Excerpt<'_>, cue: &Cue) -> String {
        RegionStyle::of(excerpt, cue).id()
    }
}

impl RegionStyle {
    fn of(excerpt: &Excerpt<'_>, cue: &Cue) -> Self {
        let region = excerpt.region_of(cue);
        let background = region.and_then(|region| region.background);
        Self { area: Area::of(&cue.layout, region), background }
    }

    fn id(self) -> String {
        let Area { left, top, width, height, .. } = self.area;
        let [left, top, width, height] = [left, top, width, height].map(Percent::thousandths);
        let background = self.background.map(|color| color.to_string()).unwrap_or_default();
        let background = background.replace('#', ".");
        let align = self.display_align();
        let writing = self.writing_mode().unwrap_or("lrtb");
        format!("_region.{left}.{top}.{width}.{height}.{align}.{writing}{background}")
    }

    /// The value of `tts:displayAlign`.
    pub(super) const fn display_align(self) -> &'static str {
        match self.area.block_align {
            Anchor::Start => "before",
            Anchor::Center => "center",
            Anchor::End => "after",
        }
    }

    /// The value of `tts:writingMode`, if it is not the default.
    pub(super) const fn writing_mode(self) -> Option<&'static str> {
        match self.area.writing {
            Writing::Horizontal => None,
            Writing::VerticalRightToLeft => Some("tbrl"),
            Writing::VerticalLeftToRight => Some("tblr"),
        }
    }
}
