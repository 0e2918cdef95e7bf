//! How the pictures of a track are displayed: their size, the shape of their pixels, and how they
//! are turned.

use bytes::{BufMut, Bytes, BytesMut};
use dynpack_boxes::Kind;
use dynpack_boxes::moov::{Mvhd, Tkhd};
use dynpack_codec::{AspectRatio, Codec};
use dynpack_media::Matrix;

use crate::Error;
use crate::boxes::BoxRef;
use crate::sample_entry::{SampleEntry, VISUAL_FIXED, as_box};

/// What the headers of a track say of its display.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Display {
    /// That of the track, then that of the movie.
    pub(crate) matrix: Matrix,
    /// Width and height in `tkhd`, 16.16 fixed point, before the matrix.
    size: (u32, u32),
}

impl Display {
    /// Reads it; `movie` is the `mvhd`, if there is one.
    pub(crate) fn read(trak: &BoxRef<'_>, movie: Option<&Mvhd>) -> Result<Self, Error> {
        let Tkhd { matrix, width, height, .. } = trak.require(b"tkhd")?.read()?;
        let matrix = matrix.then(movie.map_or(Matrix::UNITY, |movie| movie.matrix));
        Ok(Self { matrix, size: (width, height) })
    }

    /// The entry with the size of the pictures and the shape of their pixels, so that players find
    /// both in it. The colours are those in `colr`, or else those in the parameter sets.
    ///
    /// The size is that in the parameter sets, after cropping, or else that of the entry. The shape
    /// is that in `pasp`; or else that which makes the picture as wide and high as `tkhd` says, if
    /// that says something new; or else that in the parameter sets; or else a square. ffmpeg goes
    /// by the same order, and so does Chromium, except that it ignores the parameter sets.
    pub(crate) fn apply(&self, entry: SampleEntry) -> SampleEntry {
        let Codec::Video(video) = entry.codec else { return entry };
        let coded = video.dimensions();
        let picture = video.codec.frame_shape();
        let size = picture.map_or(coded, |picture| (picture.width, picture.height));
        let declared = picture.and_then(|picture| picture.pixel_aspect);
        let pasp = pasp(&entry.bytes);
        let aspect = pasp.or_else(|| self.pixel_aspect(size, coded, declared)).or(declared);
        let aspect = aspect.unwrap_or(AspectRatio::SQUARE);
        let added = Some(aspect).filter(|aspect| pasp.is_none() && *aspect != AspectRatio::SQUARE);
        let bytes = match added {
            None if size == coded => entry.bytes,
            added => written(&entry.bytes, size, added).unwrap_or(entry.bytes),
        };
        let mut video = video.with_size(size.0, size.1).with_pixel_aspect(aspect);
        video.color = video.color.or_else(|| picture.and_then(|picture| picture.color));
        SampleEntry { codec: video.into(), bytes }
    }

    /// The shape of pixels that makes a picture as wide and high as `tkhd` says, in the least terms
    /// that do so to half a pixel. `None` if `tkhd` only repeats, to a pixel, the size of the
    /// picture, that in the sample entry, or what the parameter sets declare.
    fn pixel_aspect(
        &self,
        size: (u16, u16),
        coded: (u16, u16),
        declared: Option<AspectRatio>,
    ) -> Option<AspectRatio> {
        let blocks = |len: u16| len.checked_next_multiple_of(16).unwrap_or(len);
        let whole = (blocks(size.0), blocks(size.1));
        let known = [(size, declared), (size, None), (whole, None), (coded, None)];
        if known.into_iter().any(|(size, aspect)| self.repeats(size, aspect)) {
            return None;
        }
        let (width, height) = self.size;
        let shown = scaled(width, size.1, height)?;
        let pixels = u64::from(size.0) << 16;
        AspectRatio::simplest(
            (shown.saturating_sub(ONE / 2), pixels),
            (shown.saturating_add(ONE / 2), pixels),
        )
    }

    /// Whether `tkhd` has the proportions of a picture, to a pixel of its width or height. Some
    /// writers turn the size where the matrix turns the picture.
    fn repeats(&self, size: (u16, u16), aspect: Option<AspectRatio>) -> bool {
        let plain = u32::from(size.0) << 16;
        let pixel = plain
            .checked_div(u32::from(size.1).saturating_sub(1))
            .map_or(ONE, |line| u64::from(line).max(ONE));
        let own = aspect.map_or(Some(plain), |aspect| aspect.stretch(size.0, 1 << 16));
        let is_shown = |width, height| {
            let both = scaled(width, size.1, height).zip(own);
            both.is_some_and(|(shown, own)| shown.abs_diff(own.into()) <= pixel)
        };
        let (width, height) = self.size;
        is_shown(width, height) || self.matrix.swaps_axes() && is_shown(height, width)
    }

    /// What formats without `moov` boxes cannot say of the display.
    pub(crate) fn warnings(&self, codec: &Codec) -> Vec<String> {
        let Codec::Video(video) = codec else { return Vec::new() };
        let turned = (!self.matrix.is_upright()).then(|| {
            let how = match self.matrix.is_turn() {
                true => "turned or flipped",
                false => "transformed, not only by a turn of 90 degrees or a flip",
            };
            format!(
                "its pictures are {how}, which transport streams, Smooth Streaming and HDS \
                 cannot say"
            )
        });
        let declared = video.codec.frame_shape().and_then(|picture| picture.pixel_aspect);
        let aspect = video.pixel_aspect;
        let stretched = (aspect != declared.unwrap_or(AspectRatio::SQUARE)).then(|| {
            format!(
                "its pixels are {aspect} by its boxes and not by its samples, which transport \
                 streams and HDS cannot say"
            )
        });
        turned.into_iter().chain(stretched).collect()
    }
}

/// A pixel, as 16.16 fixed point.
const ONE: u64 = 1 << 16;

/// The width at which a picture of `height` pixels has the proportions of `width` to `by`, as 16.16
/// fixed point; `None` if it is 0 or beyond 64 bits.
fn scaled(width: u32, height: u16, by: u32) -> Option<u64> {
    let scaled = (u128::from(width) << 16).checked_mul(height.into())?.checked_div(by.into())?;
    u64::try_from(scaled).ok().filter(|width| *width > 0)
}

/// The ratio in a `pasp` (ISO/IEC 14496-12, 12.1.4). Players do without, so one that cannot be read
/// is ignored.
fn pasp(entry: &Bytes) -> Option<AspectRatio> {
    let entry = as_box(entry)?;
    let pasp = entry.children_from(VISUAL_FIXED).find_kind(b"pasp").ok()??;
    let mut fields = pasp.fields();
    AspectRatio::new(fields.u32().ok()?, fields.u32().ok()?)
}

/// The entry with that size, and with a `pasp` as its first box if `added` has one.
fn written(entry: &Bytes, size: (u16, u16), added: Option<AspectRatio>) -> Option<Bytes> {
    const SIZE: usize = 24;
    let BoxRef { kind, body, .. } = as_box(entry)?;
    let (fixed, boxes) = body.split_at_checked(VISUAL_FIXED)?;
    let (before, after) = (fixed.get(..SIZE)?, fixed.get(SIZE.checked_add(4)?..)?);
    let mut pasp = BytesMut::new();
    if let Some(aspect) = added {
        let (width, height) = aspect.terms();
        Kind::code(*b"pasp").put_header(8, &mut pasp);
        pasp.put_u32(width);
        pasp.put_u32(height);
    }
    let mut out = BytesMut::new();
    let fields_len = (body.len() as u64).checked_add(pasp.len() as u64)?;
    Kind::Code(kind).put_header(fields_len, &mut out);
    out.put_slice(before);
    out.put_u16(size.0);
    out.put_u16(size.1);
    [after, &pasp, boxes].into_iter().for_each(|bytes| out.put_slice(bytes));
    Some(out.freeze())
}
