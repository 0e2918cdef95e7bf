//! The `head`: styles, regions, and who speaks (TTML2, 8.1.2).

use std::collections::BTreeMap;
use std::sync::Arc;

use dynpack_xml::{Element, Reader, excerpt};

use super::frame::Frame;
use super::properties::Properties;
use super::style::Styles;
use crate::error::Error;
use crate::layout::Anchor;
use crate::limits::MAX_REGIONS;
use crate::percent::Percent;
use crate::region::{Height, Region, Scroll};

/// What the content refers to.
pub(super) struct Head {
    pub(super) frame: Frame,
    pub(super) styles: Styles,
    /// The properties of regions, by their identifiers.
    pub(super) regions: BTreeMap<Arc<str>, Properties>,
    /// The names of agents, by their identifiers (TTML2, 14.1.1): their first 100 characters, since
    /// each text that refers to one repeats it.
    pub(super) agents: BTreeMap<String, String>,
}

impl Head {
    pub(super) fn new(root: &Element<'_>) -> Self {
        Self {
            frame: Frame::read(root),
            styles: Styles::default(),
            regions: BTreeMap::new(),
            agents: BTreeMap::new(),
        }
    }

    /// Reads the content of the `head`, whose start was read.
    pub(super) fn read(&mut self, reader: &mut Reader<'_>) -> Result<(), Error> {
        reader.children(|reader, child| match child.name() {
            "styling" => {
                reader.children(|_, child| {
                    if child.is("style") {
                        self.styles.add(child, &self.frame);
                    }
                    Ok::<_, Error>(())
                })?;
                self.styles.resolve();
                Ok(())
            }
            "layout" => reader.children(|reader, child| self.read_region(reader, child)),
            "metadata" => reader.children(|reader, child| self.read_agent(reader, child)),
            _ => self.read_agent(reader, child),
        })
    }

    fn read_region(&mut self, reader: &mut Reader<'_>, element: &Element<'_>) -> Result<(), Error> {
        let Some(id) = element.string("id").filter(|_| element.is("region")) else {
            return Ok(());
        };
        if self.regions.len() == MAX_REGIONS {
            return Err(Error::LimitExceeded { what: "the regions", limit: MAX_REGIONS });
        }
        let mut nested = Properties::default();
        reader.children(|_, child| {
            if child.is("style") {
                nested = self.styles.of(child, &self.frame).or(nested);
            }
            Ok::<_, Error>(())
        })?;
        let own = Properties::read(element, &self.frame);
        let properties = own.or(nested).or(self.styles.of(element, &self.frame));
        self.regions.insert(id.into(), properties);
        Ok(())
    }

    fn read_agent(&mut self, reader: &mut Reader<'_>, element: &Element<'_>) -> Result<(), Error> {
        let Some(id) = element.string("id").filter(|_| element.is("agent")) else {
            return Ok(());
        };
        reader.children(|reader, child| {
            if child.is("name") {
                self.agents.insert(id.clone(), excerpt(&reader.text()?).into());
            }
            Ok(())
        })
    }
}

/// The region of these properties. It covers the whole picture where they say nothing.
pub(super) fn region(id: &str, properties: Properties) -> Region {
    let [left, top] = properties.origin.unwrap_or([Percent::ZERO; 2]);
    let [width, height] = properties.extent.unwrap_or_else(|| [left.rest(), top.rest()]);
    Region {
        id: id.into(),
        width,
        height: Height::Percent(height),
        anchor: [Percent::ZERO; 2],
        viewport: [left, top],
        block_align: properties.block_align.unwrap_or(Anchor::Start),
        scroll: Scroll::None,
        background: properties.background.filter(|color| color.alpha > 0),
    }
}
