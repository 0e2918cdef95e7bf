//! Images in place of text.

use std::fmt;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

/// The first bytes of a PNG file (Portable Network Graphics, 5.2).
const SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";

/// Bytes of a chunk around its data: length, type and check.
const AROUND_CHUNK: usize = 12;

/// An image that is shown in place of text, as the image profile of IMSC has it: a PNG file.
#[derive(Clone, PartialEq, Eq)]
pub struct Image {
    /// Tells images apart without reading them again.
    digest: u64,
    png: Arc<[u8]>,
}

impl Image {
    /// An image of a PNG file; `None` if the bytes do not start as one does.
    #[must_use]
    pub fn new(png: &[u8]) -> Option<Self> {
        let mut hasher = DefaultHasher::new();
        png.hash(&mut hasher);
        let digest = hasher.finish();
        png.starts_with(SIGNATURE).then(|| Self { digest, png: png.into() })
    }

    /// The PNG file.
    #[must_use]
    pub fn png(&self) -> &[u8] {
        &self.png
    }

    /// A number that other images most likely do not have.
    pub(crate) const fn digest(&self) -> u64 {
        self.digest
    }
}

impl fmt::Debug for Image {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Image").field("bytes", &self.png.len()).finish()
    }
}

/// Splits a sample into its document and the PNG files after it (ISO/IEC 14496-30, 5.3: they are
/// subsamples). No document has the signature of PNG: it is neither UTF-8 nor allowed in XML.
pub(crate) fn split_sample(sample: &[u8]) -> (&[u8], Vec<&[u8]>) {
    let starts_png = |bytes: &[u8]| bytes == SIGNATURE;
    let end = sample.windows(SIGNATURE.len()).position(starts_png).unwrap_or(sample.len());
    let (document, mut rest) = sample.split_at_checked(end).unwrap_or((sample, &[]));
    let mut images = Vec::new();
    while rest.starts_with(SIGNATURE) {
        let (image, after) = rest.split_at_checked(png_len(rest)).unwrap_or((rest, &[]));
        images.push(image);
        rest = after;
    }
    (document, images)
}

/// The length of the PNG file at the start of some bytes: up to its chunk `IEND`, or all of them.
fn png_len(bytes: &[u8]) -> usize {
    let mut at = SIGNATURE.len();
    while let Some([a, b, c, d, kind @ ..]) =
        bytes.get(at..).and_then(|rest| rest.first_chunk::<8>())
    {
        let data = usize::try_from(u32::from_be_bytes([*a, *b, *c, *d])).unwrap_or(usize::MAX);
        at = at.saturating_add(data).saturating_add(AROUND_CHUNK);
        if kind == b"IEND" {
            return at;
        }
    }
    bytes.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn png(data: &[u8]) -> Vec<u8> {
        let len = u32::try_from(data.len()).unwrap().to_be_bytes();
        [SIGNATURE, &len, b"IDAT", data, b"crc1", b"\0\0\0\0IENDcrc2"].concat()
    }

    #[test]
    fn images_follow_the_document_of_a_sample() {
        // The signature may also be in an image.
        let (one, two) = (png(SIGNATURE), png(b""));
        let sample = [b"<tt/>", one.as_slice(), &two].concat();
        assert_eq!(split_sample(&sample), (&b"<tt/>"[..], vec![&one[..], &two]));
        assert_eq!(split_sample(b"<tt/>"), (&b"<tt/>"[..], Vec::new()));
        let cut = |bytes: &[u8]| bytes.split_last().unwrap().1.to_vec();
        let as_far_as_it_goes = vec![one.clone(), cut(&two)];
        assert_eq!(split_sample(&cut(&sample)).1, as_far_as_it_goes);
        let other = [&sample, &b"GIF89a"[..]].concat();
        assert_eq!(split_sample(&other).1.len(), 2, "other files are not seen");
    }
}
