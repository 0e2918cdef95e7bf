//! The images of a document, and references to them (SMPTE ST 2052-1, 5.5; TTML2, 9.1).

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use dynpack_xml::{Element, Event, Options as XmlOptions, Reader};

use crate::error::Error;
use crate::image::Image;

/// The start of references to images after the document of a sample: 1 is the first (ISO/IEC
/// 14496-30, 5.3).
const SUBSAMPLE: &str = "urn:mpeg:14496-30:subs:";

/// The images that a document can refer to.
#[derive(Default)]
pub(super) struct Images {
    /// Those in the document, by their identifiers.
    embedded: BTreeMap<String, Image>,
    /// Those after it.
    subsamples: Vec<Option<Image>>,
}

impl Images {
    /// The images in a document, and after it.
    ///
    /// # Errors
    /// [`Error::Malformed`] for invalid Base64, [`Error::NotSupported`] for other images than PNG.
    pub(super) fn read(text: &str, subsamples: &[&[u8]]) -> Result<Self, Error> {
        let subsamples = subsamples.iter().map(|png| Image::new(png)).collect();
        let mut images = Self { embedded: BTreeMap::new(), subsamples };
        if !text.contains("image") {
            return Ok(images);
        }
        let mut reader = Reader::new(text, XmlOptions::new());
        while let Some(event) = reader.read()? {
            if let Event::Start(element) = event
                && matches!(element.name(), "image" | "data")
                && let Some(id) = element.string("id")
            {
                let text = reader.text()?;
                if !text.is_empty() {
                    images.embedded.insert(id, decode(&element, &text)?);
                }
            }
        }
        Ok(images)
    }

    /// The image that an element refers to.
    ///
    /// # Errors
    /// [`Error::Malformed`] if it is not there, [`Error::NotSupported`] for one in a file of its
    /// own.
    pub(super) fn find(&self, element: &Element<'_>, reference: &str) -> Result<Image, Error> {
        let missing = || element.malformed("it refers to an image that is not there");
        if let Some(id) = reference.strip_prefix('#') {
            return self.embedded.get(id).cloned().ok_or_else(|| missing().into());
        }
        if let Some(number) = reference.strip_prefix(SUBSAMPLE) {
            let place = number.parse::<usize>().ok().and_then(|number| number.checked_sub(1));
            let image = place.and_then(|place| self.subsamples.get(place)).cloned().flatten();
            return image.ok_or_else(|| missing().into());
        }
        let in_itself =
            reference.strip_prefix("data:").and_then(|data| data.split_once(";base64,"));
        match in_itself {
            Some((_, data)) => decode(element, data),
            None => Err(Error::NotSupported { at: element.at(), what: "images in other files" }),
        }
    }
}

/// An image in Base64.
fn decode(element: &Element<'_>, text: &str) -> Result<Image, Error> {
    let digits: String = text.split_ascii_whitespace().collect();
    let bytes = STANDARD.decode(digits);
    let bytes = bytes.map_err(|_| element.malformed("an image is not in Base64"))?;
    let not_png = || Error::NotSupported { at: element.at(), what: "images other than PNG" };
    Image::new(&bytes).ok_or_else(not_png)
}
