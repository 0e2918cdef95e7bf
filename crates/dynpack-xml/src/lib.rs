//! XML for manifests and key documents: a bounded pull reader and a streaming writer.
//!
//! [`decode`] turns bytes in UTF-8 or UTF-16 into text, and a [`Reader`] walks through its
//! elements, within the limits of its [`Options`]. A [`Writer`] writes elements in a [`Style`]. It
//! escapes every attribute and text, and no other code escapes. A [`Fragment`] is XML that was
//! checked and can be written unchanged.
//!
//! Names are local names: prefixes are ignored, and namespaces are not resolved. Document type
//! declarations are refused, so the only entities are the five that XML predefines. This crate does
//! no IO and has no code for any format.
//!
//! ```
//! use dynpack_xml::{Error, Options, Reader, Style, Writer};
//!
//! let mut xml = Writer::new(Style::INDENTED);
//! xml.open("shelf").with("of", "Knuth & Co").children(|xml| {
//!     xml.open("book").with("pages", 672).empty();
//! });
//! let text = xml.finish();
//! assert!(text.ends_with("<shelf of=\"Knuth &amp; Co\">\n  <book pages=\"672\"/>\n</shelf>\n"));
//!
//! let mut reader = Reader::new(&text, Options::new());
//! let shelf = reader.root("shelf")?;
//! assert_eq!(shelf.get("of"), Some("Knuth & Co"));
//! let mut pages = 0;
//! reader.children(|_, book| {
//!     pages += book.number::<u32>("pages")?.unwrap_or_default();
//!     Ok::<_, Error>(())
//! })?;
//! reader.finish()?;
//! assert_eq!(pages, 672);
//! # Ok::<(), Error>(())
//! ```

#![warn(clippy::arithmetic_side_effects, clippy::indexing_slicing)]

mod decode;
mod element;
mod error;
mod escape;
mod fragment;
mod options;
mod reader;
mod style;
mod writer;

pub use decode::decode;
pub use element::Element;
pub use error::{Error, Limit, Position, excerpt};
pub use fragment::Fragment;
pub use options::Options;
pub use reader::{Event, Reader};
pub use style::{Quotes, Style};
pub use writer::{Tag, Writer};
