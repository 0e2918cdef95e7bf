//! Sequence headers (AV1, 5.5).

use super::operating_point::{OperatingPoint, Timing};
use crate::Color;
use crate::bits::Bits;

/// What a sequence header says of pictures, and what frame headers depend on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct SequenceHeader {
    /// Maximum width and height of a picture, in pixels.
    pub(super) size: (u32, u32),
    /// The colours, if they are described.
    pub(super) color: Option<Color>,
    /// `reduced_still_picture_header`.
    pub(super) is_reduced: bool,
    pub(super) timing: Timing,
    pub(super) operating_points: Vec<OperatingPoint>,
    /// Bits of the width and of the height of a frame.
    pub(super) size_bits: (u32, u32),
    pub(super) frame_ids: Option<FrameIds>,
    pub(super) has_large_superblocks: bool,
    pub(super) tools: Tools,
    pub(super) has_superres: bool,
    pub(super) has_cdef: bool,
    pub(super) has_restoration: bool,
    pub(super) planes: Planes,
    pub(super) has_film_grain: bool,
}

/// The lengths of frame ids, in bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct FrameIds {
    /// Of a difference of ids.
    pub(super) delta: u32,
    /// Of an id.
    pub(super) whole: u32,
}

/// The coding tools of frames that are predicted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Tools {
    pub(super) has_warped_motion: bool,
    pub(super) has_ref_frame_mvs: bool,
    /// `seq_force_screen_content_tools`; `None` if each frame says so.
    pub(super) screen_content: Option<bool>,
    /// `seq_force_integer_mv`; `None` if each frame says so.
    pub(super) integer_mv: Option<bool>,
    /// `OrderHintBits`: 0 if frames have no order hints.
    pub(super) order_hint_bits: u32,
}

/// The planes of a picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Planes {
    pub(super) is_monochrome: bool,
    /// Whether chroma has half the pixels in both directions.
    pub(super) is_420: bool,
    pub(super) has_separate_uv_delta_q: bool,
}

impl SequenceHeader {
    /// Reads the payload of a unit; `None` if it is cut short.
    pub(super) fn read(payload: &[u8]) -> Option<Self> {
        let bits = &mut Bits::new(payload);
        let profile = bits.unsigned(3)?;
        bits.flag()?;
        let is_reduced = bits.flag()?;
        let (timing, operating_points) = match is_reduced {
            true => bits.skip(5).map(|()| (Timing::default(), Vec::new()))?,
            false => {
                let timing = Timing::read(bits)?;
                (timing, OperatingPoint::read_all(bits, timing)?)
            }
        };
        let size_bits = (bits.unsigned(4)?.saturating_add(1), bits.unsigned(4)?.saturating_add(1));
        let size = (
            bits.unsigned(size_bits.0)?.saturating_add(1),
            bits.unsigned(size_bits.1)?.saturating_add(1),
        );
        let frame_ids = match !is_reduced && bits.flag()? {
            true => Some(FrameIds::read(bits)?),
            false => None,
        };
        let has_large_superblocks = bits.flag()?;
        // `enable_filter_intra` and `enable_intra_edge_filter`.
        bits.skip(2)?;
        let tools = if is_reduced { Tools::default() } else { Tools::read(bits)? };
        let (has_superres, has_cdef, has_restoration) = (bits.flag()?, bits.flag()?, bits.flag()?);
        let (color, planes) = read_color(bits, profile)?;
        Some(Self {
            size,
            color,
            is_reduced,
            timing,
            operating_points,
            size_bits,
            frame_ids,
            has_large_superblocks,
            tools,
            has_superres,
            has_cdef,
            has_restoration,
            planes,
            has_film_grain: bits.flag()?,
        })
    }
}

impl FrameIds {
    fn read(bits: &mut Bits<'_>) -> Option<Self> {
        let delta = bits.unsigned(4)?.saturating_add(2);
        Some(Self { delta, whole: bits.unsigned(3)?.saturating_add(1).saturating_add(delta) })
    }
}

impl Tools {
    fn read(bits: &mut Bits<'_>) -> Option<Self> {
        // `enable_interintra_compound` and `enable_masked_compound`.
        bits.skip(2)?;
        let has_warped_motion = bits.flag()?;
        // `enable_dual_filter`.
        bits.skip(1)?;
        let has_order_hint = bits.flag()?;
        // After `enable_jnt_comp`.
        let has_ref_frame_mvs = has_order_hint && bits.unsigned(2)? & 1 == 1;
        let screen_content = read_choice(bits)?;
        let integer_mv = if screen_content == Some(false) { None } else { read_choice(bits)? };
        let order_hint_bits = if has_order_hint { bits.unsigned(3)?.saturating_add(1) } else { 0 };
        Some(Self {
            has_warped_motion,
            has_ref_frame_mvs,
            screen_content,
            integer_mv,
            order_hint_bits,
        })
    }
}

/// Whether all frames use a tool; `None` if each frame says so.
fn read_choice(bits: &mut Bits<'_>) -> Option<Option<bool>> {
    if bits.flag()? { Some(None) } else { bits.flag().map(Some) }
}

/// `color_config` (5.5.2).
fn read_color(bits: &mut Bits<'_>, profile: u32) -> Option<(Option<Color>, Planes)> {
    const SRGB: Color = Color::new(1, 13, 0);
    let has_high_depth = bits.flag()?;
    let has_12_bits = profile == 2 && has_high_depth && bits.flag()?;
    let is_monochrome = profile != 1 && bits.flag()?;
    let color = if bits.flag()? { Some(Color::read(bits)?) } else { None };
    if is_monochrome {
        let full_range = bits.flag()?;
        let planes = Planes { is_monochrome, is_420: true, has_separate_uv_delta_q: false };
        return Some((color.map(|color| color.with_full_range(full_range)), planes));
    }
    let is_srgb = color == Some(SRGB);
    let full_range = is_srgb || bits.flag()?;
    let is_420 = !is_srgb && read_is_420(bits, profile, has_12_bits)?;
    // `chroma_sample_position`.
    bits.skip(if is_420 { 2 } else { 0 })?;
    let planes = Planes { is_monochrome, is_420, has_separate_uv_delta_q: bits.flag()? };
    Some((color.map(|color| color.with_full_range(full_range)), planes))
}

/// Whether `subsampling_x` and `subsampling_y` are 1.
fn read_is_420(bits: &mut Bits<'_>, profile: u32, has_12_bits: bool) -> Option<bool> {
    match (profile, has_12_bits) {
        (0, _) => Some(true),
        (2, true) => Some(bits.flag()? && bits.flag()?),
        _ => Some(false),
    }
}
