//! The reader.

use dynpack_xml::{Options as XmlOptions, Reader, decode};

use super::clock::Clock;
use super::content::Content;
use super::head::{Head, region};
use super::images::Images;
use crate::error::Error;
use crate::image::split_sample;
use crate::limits::MAX_BYTES;
use crate::options::Options;
use crate::parsed::Parsed;
use crate::reading::Reading;

/// Reads a TTML document.
///
/// A text without an end lasts until [`Cue::NEVER`](crate::Cue::NEVER). Elements with invalid times
/// are left out with a warning, and so are those that end before they start. A paragraph whose
/// parts are shown at different times becomes a cue for each time at which it changes.
///
/// # Errors
/// [`Error::Malformed`] if the document is not well-formed XML, or its parameters are invalid; with
/// [`Strictness::Strict`](crate::Strictness::Strict) also instead of each warning.
/// [`Error::NotSupported`] for images in other files or formats than PNG, for times of wall clocks,
/// for labels of frames that are not continuous, and for document type declarations.
/// [`Error::LimitExceeded`] past a [limit](crate::limits).
pub fn read(bytes: &[u8], options: Options) -> Result<Parsed, Error> {
    read_with(bytes, &[], options)
}

/// Reads a sample of an MP4 track: a document, and the PNG files after it that it refers to.
pub(crate) fn read_sample(sample: &[u8], options: Options) -> Result<Parsed, Error> {
    let (document, images) = split_sample(sample);
    read_with(document, &images, options)
}

fn read_with(bytes: &[u8], images: &[&[u8]], options: Options) -> Result<Parsed, Error> {
    let text = decode(bytes, MAX_BYTES)?;
    let images = Images::read(&text, images)?;
    let mut reader = Reader::new(&text, XmlOptions::new());
    let root = reader.root("tt")?;
    let clock = Clock::read(&root)?;
    let mut head = Head::new(&root);
    let mut reading = Reading::new(options.strictness);
    reading.document.language = root.string("lang");
    reading.document.pixels = head.frame.pixels;
    reader.children(|reader, child| {
        match child.name() {
            "head" => {
                head.read(reader)?;
                for (id, properties) in &head.regions {
                    reading.add_region(region(id, *properties))?;
                }
            }
            "body" => {
                Content::new(&head, &images, clock, &mut reading).read(reader, &root, child)?
            }
            _ => {}
        }
        Ok::<_, Error>(())
    })?;
    reader.finish()?;
    Ok(reading.finish())
}
