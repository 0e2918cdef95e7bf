//! Uncompressed headers of VP9 frames (VP9 Bitstream & Decoding Process Specification, 6.2): where
//! they end.

use crate::bits::Bits;
use crate::{Error, Malformed, Unsupported};

/// Number of frames that later ones can refer to (`NUM_REF_FRAMES`).
const SLOTS: usize = 8;

/// The widths of the frames that later ones can refer to, in pixels. `None` is a frame that was not
/// seen.
pub(super) type Widths = [Option<u32>; SLOTS];

/// The fields of a header that later ones depend on.
struct Head {
    profile: u32,
    is_key: bool,
    is_shown: bool,
    is_error_resilient: bool,
}

const MALFORMED: Malformed = Malformed::FrameHeader("uncompressed_header");

/// Reads the header of a frame, and updates the widths by it. Returns its length in bytes: all of a
/// frame that shows an earlier one.
///
/// # Errors
/// [`Malformed::FrameHeader`] if it is cut short or invalid, and [`Unsupported::Reference`] if its
/// length depends on a frame that was not seen.
pub(super) fn read_len(frame: &[u8], widths: &mut Widths) -> Result<usize, Error> {
    let bits = &mut Bits::new(frame);
    let Some(head) = Head::read(bits).ok_or(MALFORMED)? else { return Ok(frame.len()) };
    let (width, refreshed) = head.read_size(bits, widths)?;
    let compressed_len = head.skip_rest(bits, width).ok_or(MALFORMED)?;
    let len = bits.bytes_read();
    if compressed_len == 0 || compressed_len > frame.len().saturating_sub(len) {
        return Err(MALFORMED.into());
    }
    for (slot, known) in widths.iter_mut().enumerate() {
        if refreshed >> slot & 1 == 1 {
            *known = Some(width);
        }
    }
    Ok(len)
}

impl Head {
    /// `Some(None)` if the frame shows an earlier one.
    fn read(bits: &mut Bits<'_>) -> Option<Option<Self>> {
        const FRAME_MARKER: u32 = 2;
        if bits.unsigned(2)? != FRAME_MARKER {
            return None;
        }
        let profile = u32::from(bits.flag()?) | u32::from(bits.flag()?) << 1;
        if profile == 3 && bits.flag()? {
            return None;
        }
        if bits.flag()? {
            return Some(None);
        }
        let is_key = !bits.flag()?;
        Some(Some(Self {
            profile,
            is_key,
            is_shown: bits.flag()?,
            is_error_resilient: bits.flag()?,
        }))
    }

    /// The width of the frame in pixels, and the slots that it goes into, one a bit.
    fn read_size(&self, bits: &mut Bits<'_>, widths: &Widths) -> Result<(u32, u32), Error> {
        if self.is_key {
            return Ok(self.read_key(bits).ok_or(MALFORMED)?);
        }
        let is_intra_only = !self.is_shown && bits.flag().ok_or(MALFORMED)?;
        // `reset_frame_context`.
        bits.skip(if self.is_error_resilient { 0 } else { 2 }).ok_or(MALFORMED)?;
        match is_intra_only {
            true => Ok(self.read_intra_only(bits).ok_or(MALFORMED)?),
            false => read_inter(bits, widths),
        }
    }

    fn read_key(&self, bits: &mut Bits<'_>) -> Option<(u32, u32)> {
        read_sync_code(bits)?;
        self.skip_color(bits)?;
        let width = read_frame_size(bits)?;
        skip_render_size(bits)?;
        Some((width, 0xff))
    }

    fn read_intra_only(&self, bits: &mut Bits<'_>) -> Option<(u32, u32)> {
        read_sync_code(bits)?;
        if self.profile > 0 {
            self.skip_color(bits)?;
        }
        let refreshed = bits.unsigned(8)?;
        let width = read_frame_size(bits)?;
        skip_render_size(bits)?;
        Some((width, refreshed))
    }

    /// `color_config` (6.2.2).
    fn skip_color(&self, bits: &mut Bits<'_>) -> Option<()> {
        const RGB: u32 = 7;
        let has_subsampling = matches!(self.profile, 1 | 3);
        bits.skip(u32::from(self.profile >= 2))?;
        let is_rgb = bits.unsigned(3)? == RGB;
        match (is_rgb, has_subsampling) {
            (true, false) => Some(()),
            (true, true) | (false, false) => bits.skip(1),
            (false, true) => bits.skip(4),
        }
    }

    /// Skips what follows the size. Returns `header_size_in_bytes`, the length of the compressed
    /// header.
    fn skip_rest(&self, bits: &mut Bits<'_>, width: u32) -> Option<usize> {
        // `refresh_frame_context` and `frame_parallel_decoding_mode`, then `frame_context_idx`.
        bits.skip(if self.is_error_resilient { 2 } else { 4 })?;
        skip_loop_filter(bits)?;
        skip_quantization(bits)?;
        skip_segmentation(bits)?;
        skip_tile_info(bits, width)?;
        usize::try_from(bits.unsigned(16)?).ok()
    }
}

/// A frame that is predicted from others, up to its interpolation filter.
fn read_inter(bits: &mut Bits<'_>, widths: &Widths) -> Result<(u32, u32), Error> {
    let refreshed = bits.unsigned(8).ok_or(MALFORMED)?;
    let mut references = [0_usize; 3];
    for reference in &mut references {
        // With `ref_frame_sign_bias`.
        let slot = bits.unsigned(3).zip(bits.flag()).ok_or(MALFORMED)?.0;
        *reference = usize::try_from(slot).map_err(|_| MALFORMED)?;
    }
    let width = read_frame_size_with_refs(bits, &references, widths)?;
    skip_after_inter_size(bits).ok_or(MALFORMED)?;
    Ok((width, refreshed))
}

/// `frame_size_with_refs` (6.2.5): the width in pixels.
fn read_frame_size_with_refs(
    bits: &mut Bits<'_>,
    references: &[usize],
    widths: &Widths,
) -> Result<u32, Error> {
    for slot in references {
        if bits.flag().ok_or(MALFORMED)? {
            let width = widths.get(*slot).copied().flatten();
            return Ok(width.ok_or(Unsupported::Reference)?);
        }
    }
    Ok(read_frame_size(bits).ok_or(MALFORMED)?)
}

fn skip_after_inter_size(bits: &mut Bits<'_>) -> Option<()> {
    skip_render_size(bits)?;
    // `allow_high_precision_mv`, then `interpolation_filter` unless that is switchable.
    bits.skip(1)?;
    let is_switchable = bits.flag()?;
    bits.skip(if is_switchable { 0 } else { 2 })
}

/// `frame_sync_code` (6.2.1).
fn read_sync_code(bits: &mut Bits<'_>) -> Option<()> {
    (bits.unsigned(24)? == 0x49_83_42).then_some(())
}

/// `frame_size` (6.2.3): the width in pixels.
fn read_frame_size(bits: &mut Bits<'_>) -> Option<u32> {
    let width = bits.unsigned(16)?.checked_add(1)?;
    bits.skip(16)?;
    Some(width)
}

/// `render_size` (6.2.4).
fn skip_render_size(bits: &mut Bits<'_>) -> Option<()> {
    let differs = bits.flag()?;
    bits.skip(if differs { 32 } else { 0 })
}

/// `loop_filter_params` (6.2.8).
fn skip_loop_filter(bits: &mut Bits<'_>) -> Option<()> {
    bits.skip(9)?;
    let has_update = bits.flag()? && bits.flag()?;
    // Four deltas of reference frames and two of modes.
    skip_optional(bits, if has_update { 6 } else { 0 }, 7)
}

/// `quantization_params` (6.2.9).
fn skip_quantization(bits: &mut Bits<'_>) -> Option<()> {
    bits.skip(8)?;
    skip_optional(bits, 3, 5)
}

/// `segmentation_params` (6.2.11).
fn skip_segmentation(bits: &mut Bits<'_>) -> Option<()> {
    /// Bits of the values of the four features, with their signs.
    const FEATURES: [u32; 4] = [9, 7, 2, 0];
    if !bits.flag()? {
        return Some(());
    }
    let updates_map = bits.flag()?;
    if updates_map {
        skip_optional(bits, 7, 8)?;
        let is_temporal = bits.flag()?;
        skip_optional(bits, if is_temporal { 3 } else { 0 }, 8)?;
    }
    let updates_data = bits.flag()?;
    if updates_data {
        // `segmentation_abs_or_delta_update`.
        bits.skip(1)?;
        for _segment in 0..8 {
            FEATURES.iter().try_for_each(|len| skip_optional(bits, 1, *len))?;
        }
    }
    Some(())
}

/// `tile_info` (6.2.13), which depends on the width in superblocks of 64 pixels.
fn skip_tile_info(bits: &mut Bits<'_>, width: u32) -> Option<()> {
    const MIN_TILE_WIDTH: u32 = 4;
    const MAX_TILE_WIDTH: u32 = 64;
    let superblocks = width.div_ceil(64);
    let min = (0..6).find(|log2| MAX_TILE_WIDTH << log2 >= superblocks)?;
    let max = (1_u32..).find(|log2| superblocks >> log2 < MIN_TILE_WIDTH)?.saturating_sub(1);
    for _ in min..max {
        if !bits.flag()? {
            break;
        }
    }
    let has_rows = bits.flag()?;
    bits.skip(u32::from(has_rows))
}

/// Skips `count` values of `len` bits, each after a bit that says whether it is there.
fn skip_optional(bits: &mut Bits<'_>, count: u32, len: u32) -> Option<()> {
    (0..count).try_for_each(|_| {
        let is_there = bits.flag()?;
        bits.skip(if is_there { len } else { 0 })
    })
}
