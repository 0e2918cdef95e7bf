//! The `body`: divisions, paragraphs and spans (TTML2, 8.1).

use std::sync::Arc;

use dynpack_xml::{Element, Event, Reader};

use super::clock::Clock;
use super::head::Head;
use super::images::Images;
use super::paragraph::{Item, Paragraph, Part, Piece, WhiteSpace};
use super::properties::{Properties, Ruby};
use super::timing::Timing;
use crate::content::{Node, Span, SpanKind};
use crate::cue::Cue;
use crate::error::Error;
use crate::image::Image;
use crate::layout::{Align, Anchor, Layout, Line, LineAt};
use crate::percent::Percent;
use crate::reading::Reading;

/// Reads the content of a document.
pub(super) struct Content<'r> {
    head: &'r Head,
    images: &'r Images,
    clock: Clock,
    reading: &'r mut Reading,
    /// Bytes of all paragraphs that are repeated at several times.
    repeated_bytes: usize,
}

/// What an element hands down to its children.
#[derive(Clone)]
struct Scope<'s> {
    timing: Timing,
    properties: Properties,
    region: Option<&'s str>,
    language: &'s str,
    white_space: WhiteSpace,
}

impl<'r> Content<'r> {
    pub(super) const fn new(
        head: &'r Head,
        images: &'r Images,
        clock: Clock,
        reading: &'r mut Reading,
    ) -> Self {
        Self { head, images, clock, reading, repeated_bytes: 0 }
    }

    /// Reads the `body`, whose start was read.
    pub(super) fn read(
        &mut self,
        reader: &mut Reader<'_>,
        root: &Element<'_>,
        body: &Element<'_>,
    ) -> Result<(), Error> {
        let mut scope = Scope {
            timing: Timing::of_document(self.clock),
            properties: Properties::default(),
            region: None,
            language: root.get("lang").unwrap_or_default(),
            white_space: WhiteSpace::of(root).unwrap_or_default(),
        };
        self.block(reader, &mut scope, body)
    }

    /// Reads a `body`, `div`, `p` or `image`. Other elements show nothing.
    fn block(
        &mut self,
        reader: &mut Reader<'_>,
        parent: &mut Scope<'_>,
        element: &Element<'_>,
    ) -> Result<(), Error> {
        if !matches!(element.name(), "body" | "div" | "p" | "image") {
            return Ok(());
        }
        let Some(mut scope) = self.scope(parent, element)? else { return Ok(()) };
        let attribute = if element.is("image") { "src" } else { "backgroundImage" };
        let image = element.get(attribute).filter(|reference| *reference != "none");
        let image = image.map(|reference| self.images.find(element, reference)).transpose()?;
        match element.name() {
            "p" => self.paragraph(reader, scope.clone(), parent.language, element)?,
            "image" if image.is_none() => {
                let what = "images without src";
                return Err(Error::NotSupported { at: element.at(), what });
            }
            "image" => {}
            _ => reader.children(|reader, child| self.block(reader, &mut scope, child))?,
        }
        image.map_or(Ok(()), |image| self.image(image, scope, element))
    }

    /// Adds a cue that shows an image, at the start of its region.
    fn image(
        &mut self,
        image: Image,
        scope: Scope<'_>,
        element: &Element<'_>,
    ) -> Result<(), Error> {
        let region = scope.region.and_then(|id| self.head.regions.get_key_value(id));
        let line = Line { at: LineAt::Percent(Percent::ZERO), anchor: Anchor::Start };
        let layout = Layout {
            region: region.map(|(id, _)| Arc::clone(id)),
            line: region.is_none().then_some(line),
            align: Align::Start,
            ..Layout::default()
        };
        let [start, end] =
            [scope.timing.span.start, scope.timing.span.end].map(|at| self.clock.time(at));
        let (id, nodes) = (element.string("id"), vec![Node::Image(image)]);
        self.reading.add(|| element.at(), Cue { id, start, end, layout, nodes })
    }

    /// What an element hands down; `None`, with a warning, if its times are invalid.
    fn scope<'s, 'p: 's>(
        &mut self,
        parent: &mut Scope<'p>,
        element: &'s Element<'_>,
    ) -> Result<Option<Scope<'s>>, Error> {
        let timing = match parent.timing.child(element, self.clock) {
            Ok(timing) => timing,
            Err(problem) => {
                self.reading.warn(|| element.at(), problem)?;
                return Ok(None);
            }
        };
        let own = self.head.styles.of(element, &self.head.frame);
        Ok(Some(Scope {
            timing,
            properties: own.inheriting(parent.properties),
            region: element.get("region").or(parent.region),
            language: element.get("lang").unwrap_or(parent.language),
            white_space: WhiteSpace::of(element).unwrap_or(parent.white_space),
        }))
    }

    fn paragraph(
        &mut self,
        reader: &mut Reader<'_>,
        mut scope: Scope<'_>,
        language: &str,
        element: &Element<'_>,
    ) -> Result<(), Error> {
        let region = scope.region.and_then(|id| self.head.regions.get_key_value(id));
        let in_region = region.map(|(_, properties)| *properties).unwrap_or_default();
        scope.properties = scope.properties.inheriting(in_region);
        let layout = Layout {
            region: region.map(|(id, _)| Arc::clone(id)),
            writing: in_region.writing.unwrap_or_default(),
            align: scope.properties.align.unwrap_or(Align::Start),
            ..Layout::default()
        };
        let mut paragraph = Paragraph::default();
        self.inline(reader, &mut scope, language, element, &mut paragraph)?;
        let pieces = paragraph.pieces(&mut self.repeated_bytes)?;
        let id = element.string("id").filter(|_| pieces.len() == 1);
        for Piece { span, nodes } in pieces {
            let [start, end] = [span.start, span.end].map(|at| self.clock.time(at));
            let id = id.clone();
            let cue = Cue { id, start, end, layout: layout.clone(), nodes };
            self.reading.add(|| element.at(), cue)?;
        }
        Ok(())
    }

    /// Reads the content of a `p` or `span`, whose start was read.
    fn inline(
        &mut self,
        reader: &mut Reader<'_>,
        scope: &mut Scope<'_>,
        language: &str,
        element: &Element<'_>,
        paragraph: &mut Paragraph,
    ) -> Result<(), Error> {
        let spans = self.spans(element, scope, language);
        let span = scope.timing.span.clone();
        paragraph.items.push(Item { span: span.clone(), part: Part::Start(spans) });
        while let Some(event) = reader.read()? {
            match event {
                Event::Start(child) => self.inline_child(reader, scope, &child, paragraph)?,
                Event::Text(text) => {
                    let style = scope.properties.style();
                    paragraph.push_text(&span, &text, style, scope.white_space);
                }
                Event::End => break,
            }
        }
        paragraph.items.push(Item { span, part: Part::End });
        Ok(())
    }

    fn inline_child(
        &mut self,
        reader: &mut Reader<'_>,
        parent: &mut Scope<'_>,
        child: &Element<'_>,
        paragraph: &mut Paragraph,
    ) -> Result<(), Error> {
        match child.name() {
            "br" => {
                let span = parent.timing.span.clone();
                paragraph.items.push(Item { span, part: Part::Break });
            }
            "span" => {
                let (language, background) = (parent.language, parent.properties.background);
                if let Some(mut scope) = self.scope(parent, child)?
                    && scope.properties.ruby != Some(Ruby::Delimiter)
                {
                    let own = scope.properties.background;
                    scope.properties.background = own.or(background);
                    return self.inline(reader, &mut scope, language, child, paragraph);
                }
            }
            _ => {}
        }
        reader.skip_content().map_err(Error::from)
    }

    /// What an element means beside how it looks.
    fn spans(&self, element: &Element<'_>, scope: &Scope<'_>, language: &str) -> Vec<Span> {
        let agent = element.get("agent").and_then(|ids| ids.split_ascii_whitespace().next());
        let name = agent.and_then(|id| self.head.agents.get(id));
        let kinds = [
            name.map(|name| SpanKind::Voice(name.clone())),
            (scope.language != language).then(|| SpanKind::Language(scope.language.into())),
            match scope.properties.ruby {
                Some(Ruby::Container) => Some(SpanKind::Ruby),
                Some(Ruby::Text) => Some(SpanKind::RubyText),
                Some(Ruby::Delimiter | Ruby::Other) | None => None,
            },
        ];
        kinds.into_iter().flatten().map(|kind| Span::new(kind, Vec::new())).collect()
    }
}
