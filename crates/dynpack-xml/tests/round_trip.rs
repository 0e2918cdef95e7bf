//! A written document reads back the same, by this crate's reader and by quick-xml directly.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use dynpack_xml::{Event, Options, Quotes, Reader, Style, Writer};
use proptest::prelude::*;
use quick_xml::XmlVersion;
use quick_xml::escape::unescape;
use quick_xml::events::Event as Token;

const NAMES: [&str; 4] = ["a", "B", "ns:c", "d-1"];

/// An element with attributes, and a text or elements as content.
#[derive(Clone, Debug, PartialEq)]
struct Tree {
    name: &'static str,
    attributes: Vec<(String, String)>,
    content: Content,
}

#[derive(Clone, Debug, PartialEq)]
enum Content {
    Text(String),
    Elements(Vec<Tree>),
}

impl Tree {
    fn write(&self, xml: &mut Writer) {
        let start = xml.open(self.name);
        let tag = self.attributes.iter().fold(start, |tag, (name, value)| tag.with(name, value));
        match &self.content {
            Content::Text(text) => tag.text(text),
            Content::Elements(elements) => {
                tag.children(|xml| elements.iter().for_each(|element| element.write(xml)));
            }
        }
    }

    /// The tree that readers return: without characters that XML does not allow, without the white
    /// space around attributes, and without prefixes.
    fn expected(&self) -> Self {
        let legal = |text: &str| {
            let is_illegal = |&c: &char| {
                c < ' ' && !"\t\n\r".contains(c) || matches!(c, '\u{fffe}' | '\u{ffff}')
            };
            text.chars().filter(|c| !is_illegal(c)).collect::<String>()
        };
        Self {
            name: self.name.split(':').next_back().unwrap(),
            attributes: self
                .attributes
                .iter()
                .map(|(name, value)| (name.clone(), legal(value).trim().to_owned()))
                .collect(),
            content: match &self.content {
                Content::Text(text) => Content::Text(legal(text)),
                Content::Elements(elements) if elements.is_empty() => Content::Text(String::new()),
                Content::Elements(elements) => {
                    Content::Elements(elements.iter().map(Self::expected).collect())
                }
            },
        }
    }
}

/// Builds trees from the events of a parser.
#[derive(Default)]
struct Builder {
    open: Vec<(Tree, String)>,
    root: Option<Tree>,
}

impl Builder {
    fn start(&mut self, name: &'static str, attributes: Vec<(String, String)>) {
        self.open
            .push((Tree { name, attributes, content: Content::Elements(vec![]) }, String::new()));
    }

    fn text(&mut self, text: &str) {
        if let Some((_, all)) = self.open.last_mut() {
            all.push_str(text);
        }
    }

    fn end(&mut self) {
        let (mut tree, text) = self.open.pop().unwrap();
        if tree.content == Content::Elements(vec![]) {
            tree.content = Content::Text(text);
        }
        match self.open.last_mut().map(|(parent, _)| &mut parent.content) {
            Some(Content::Elements(elements)) => elements.push(tree),
            _ => self.root = Some(tree),
        }
    }
}

fn known(is: impl Fn(&str) -> bool) -> &'static str {
    NAMES
        .into_iter()
        .map(|name| name.split(':').next_back().unwrap())
        .find(|name| is(name))
        .unwrap()
}

fn by_reader(text: &str) -> Tree {
    let (mut reader, mut builder) = (Reader::new(text, Options::new()), Builder::default());
    while let Some(event) = reader.read().unwrap() {
        match event {
            Event::Start(element) => {
                let attributes = element
                    .attribute_names()
                    .map(|name| (name.to_owned(), element.get(name).unwrap().to_owned()));
                builder.start(known(|name| element.is(name)), attributes.collect());
            }
            Event::Text(text) => builder.text(&text),
            Event::End => builder.end(),
        }
    }
    builder.root.unwrap()
}

fn by_quick_xml(text: &str) -> Tree {
    let mut reader = quick_xml::Reader::from_str(text);
    reader.config_mut().expand_empty_elements = true;
    let mut builder = Builder::default();
    loop {
        match reader.read_event().unwrap() {
            Token::Start(tag) => {
                let attributes = tag.attributes().map(|attribute| {
                    let attribute = attribute.unwrap();
                    let value = attribute.normalized_value(XmlVersion::Implicit1_0).unwrap();
                    (attribute.key.as_ref().to_owned(), value.trim().to_owned())
                });
                builder
                    .start(known(|name| tag.local_name().as_ref() == name), attributes.collect());
            }
            Token::Text(text) => builder.text(&unescape(&text).unwrap()),
            Token::GeneralRef(entity) => {
                builder.text(&unescape(&format!("&{};", &*entity)).unwrap());
            }
            Token::End(_) => builder.end(),
            Token::Eof => return builder.root.unwrap(),
            _ => {}
        }
    }
}

fn trees() -> impl Strategy<Value = Tree> {
    let text = || "[<>&'\"\\]\r\n\t \u{0}\u{1}\u{7f}\u{85}\u{fffe}\u{ffff}a-zé😀;#]{0,8}";
    let attributes = prop::collection::btree_map("[a-z]{1,3}", text(), 0..3);
    let named = move |content: BoxedStrategy<Content>| {
        (prop::sample::select(NAMES.to_vec()), attributes.clone(), content).prop_map(
            |(name, attributes, content)| Tree {
                name,
                attributes: attributes.into_iter().collect(),
                content,
            },
        )
    };
    let leaf = named(text().prop_map(Content::Text).boxed());
    leaf.prop_recursive(4, 30, 4, move |inner| {
        named(prop::collection::vec(inner, 0..4).prop_map(Content::Elements).boxed())
    })
}

proptest! {
    #[test]
    fn a_written_document_reads_back_the_same(tree in trees(), quotes in 0_usize..3) {
        let quotes = [Quotes::Necessary, Quotes::InAttributes, Quotes::Everywhere][quotes];
        for style in [Style::INDENTED, Style::COMPACT, Style::INDENTED.with_indent(1)] {
            let mut xml = Writer::new(style.with_quotes(quotes));
            tree.write(&mut xml);
            let text = xml.finish();
            prop_assert_eq!(by_reader(&text), tree.expected(), "{}", text);
            prop_assert_eq!(by_quick_xml(&text), tree.expected(), "{}", text);
        }
    }
}
