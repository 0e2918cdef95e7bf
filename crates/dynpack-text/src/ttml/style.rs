//! The styles of a document, by their identifiers (TTML2, 10.1.2).

use std::collections::BTreeMap;

use dynpack_xml::Element;

use super::frame::Frame;
use super::properties::Properties;

/// How many styles may refer to each other in a chain. More are ignored, and so are circles.
const MAX_CHAIN: usize = 8;

/// The styles of a document, by their identifiers.
#[derive(Default)]
pub(super) struct Styles {
    styles: BTreeMap<String, Style>,
}

#[derive(Default)]
struct Style {
    /// What its own attributes say.
    own: Properties,
    /// The styles that it refers to.
    references: String,
    /// Both together.
    resolved: Properties,
}

impl Styles {
    /// Adds a `style` element.
    pub(super) fn add(&mut self, element: &Element<'_>, frame: &Frame) {
        let Some(id) = element.string("id") else { return };
        let own = Properties::read(element, frame);
        let references = element.get("style").unwrap_or_default().into();
        self.styles.insert(id, Style { own, references, resolved: own });
    }

    /// Follows the references between styles. Each round follows one more.
    pub(super) fn resolve(&mut self) {
        for _ in 0..MAX_CHAIN {
            let resolve = |style: &Style| style.own.or(self.referred(&style.references));
            let resolved: Vec<Properties> = self.styles.values().map(resolve).collect();
            for (style, resolved) in self.styles.values_mut().zip(resolved) {
                style.resolved = resolved;
            }
        }
    }

    /// The properties of an element: those of its attributes before those of the styles it names.
    pub(super) fn of(&self, element: &Element<'_>, frame: &Frame) -> Properties {
        let references = element.get("style").unwrap_or_default();
        Properties::read(element, frame).or(self.referred(references))
    }

    /// The properties of named styles: the last one goes first.
    fn referred(&self, references: &str) -> Properties {
        let names = references.split_ascii_whitespace().rev();
        let styles = names.filter_map(|name| self.styles.get(name));
        styles.fold(Properties::default(), |properties, style| properties.or(style.resolved))
    }
}
