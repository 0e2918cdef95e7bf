//! Sequence parameter sets, as far as slice segment headers and the shape of pictures depend on
//! them (ITU-T H.265, 7.3.2.2).

use super::reference_set::ReferenceSet;
use super::{Profile, scaling_lists, timing};
use crate::FrameShape;
use crate::bits::Bits;
use crate::frame_shape::chroma_units;
use crate::vui::Vui;

/// A sequence parameter set (7.3.2.2.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Sps {
    pub(super) id: u32,
    pub(super) profile: Profile,
    /// Number of temporal sub-layers, from 1 on.
    pub(super) sub_layers: u32,
    pub(super) is_nested: bool,
    pub(super) format: PictureFormat,
    pub(super) has_separate_planes: bool,
    /// Bits of `slice_pic_order_cnt_lsb`.
    pub(super) order_bits: u32,
    /// Bits of `slice_segment_address`.
    pub(super) address_bits: u32,
    pub(super) has_sample_offsets: bool,
    pub(super) reference_sets: Vec<ReferenceSet>,
    /// Long-term reference pictures, if there may be any: for each that is listed, whether the
    /// picture itself may refer to it.
    pub(super) long_term: Option<Vec<bool>>,
    pub(super) predicts_motion_in_time: bool,
    /// Whether it has extensions for screen content, which change slice segment headers. Without
    /// the end of the set, that is not known.
    pub(super) is_screen_content: Option<bool>,
}

/// What decoders allocate for a picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct PictureFormat {
    /// `chroma_format_idc`.
    pub(super) chroma: u32,
    /// `bit_depth_luma_minus8` and `bit_depth_chroma_minus8`.
    pub(super) extra_bits: [u32; 2],
    /// Width and height as coded, in pixels.
    size: [u32; 2],
    /// How pictures come out of the decoder, if that can be told.
    pub(super) shape: Option<FrameShape>,
}

impl Sps {
    pub(super) fn read(unit: &[u8]) -> Option<Self> {
        let mut bits = Bits::after_header(unit, 2);
        bits.skip(4)?;
        let below = bits.unsigned(3)?;
        let is_nested = bits.flag()?;
        let profile = Profile::read_with_sub_layers(&mut bits, below)?;
        let id = bits.golomb_up_to(15)?;
        let chroma = bits.golomb_up_to(3)?;
        let has_separate_planes = chroma == 3 && bits.flag()?;
        let size = [bits.golomb()?, bits.golomb()?];
        let window = Window::read(&mut bits)?;
        let extra_bits = [bits.golomb_up_to(8)?, bits.golomb_up_to(8)?];
        let order_bits = bits.golomb_up_to(12)?.checked_add(4)?;
        let has_all = bits.flag()?;
        let orderings = if has_all { below.checked_add(1)? } else { 1 };
        bits.skip_golomb(orderings.checked_mul(3)?)?;
        let address_bits = read_address_bits(&mut bits, size)?;
        bits.skip_golomb(4)?;
        if bits.flag()? && bits.flag()? {
            scaling_lists::skip(&mut bits)?;
        }
        bits.flag()?;
        let has_sample_offsets = bits.flag()?;
        if bits.flag()? {
            bits.skip(8)?;
            bits.skip_golomb(2)?;
            bits.flag()?;
        }
        let reference_sets = read_reference_sets(&mut bits)?;
        let long_term = read_long_term(&mut bits, order_bits)?;
        let predicts_motion_in_time = bits.flag()?;
        bits.flag()?;
        let mut vui = Vui::default();
        let is_screen_content = read_end(&mut bits, below, &mut vui);
        let shape = window.shape(size, if has_separate_planes { 0 } else { chroma }, vui);
        Some(Self {
            id,
            profile,
            sub_layers: below.checked_add(1)?,
            is_nested,
            format: PictureFormat { chroma, extra_bits, size, shape },
            has_separate_planes,
            order_bits,
            address_bits,
            has_sample_offsets,
            reference_sets,
            long_term,
            predicts_motion_in_time,
            is_screen_content,
        })
    }

    /// Whether there are chroma samples beside those of luma (`ChromaArrayType`).
    pub(super) const fn has_chroma(&self) -> bool {
        self.format.chroma != 0 && !self.has_separate_planes
    }
}

/// What is cut off a coded picture.
struct Window {
    /// In units of chroma samples.
    across: u64,
    down: u64,
}

impl Window {
    /// The conformance window, which may be absent.
    fn read(bits: &mut Bits<'_>) -> Option<Self> {
        if !bits.flag()? {
            return Some(Self { across: 0, down: 0 });
        }
        let mut both = || u64::from(bits.golomb()?).checked_add(bits.golomb()?.into());
        Some(Self { across: both()?, down: both()? })
    }

    fn shape(&self, [width, height]: [u32; 2], chroma: u32, vui: Vui) -> Option<FrameShape> {
        let (unit_width, unit_height) = chroma_units(chroma);
        let width = u64::from(width).checked_sub(self.across.checked_mul(unit_width)?)?;
        let height = u64::from(height).checked_sub(self.down.checked_mul(unit_height)?)?;
        FrameShape::new(width, height, vui)
    }
}

/// Bits that number the coding tree blocks of a picture of that size (7.4.3.2.1).
fn read_address_bits(bits: &mut Bits<'_>, [width, height]: [u32; 2]) -> Option<u32> {
    let log2 = bits.golomb_up_to(3)?.checked_add(3)?.checked_add(bits.golomb_up_to(3)?)?;
    let blocks = |len: u32| u64::from(len).div_ceil(1 << log2);
    Some(index_bits(blocks(width).checked_mul(blocks(height))?))
}

/// Bits of an index of `count` things: `Ceil( Log2( count ) )`.
pub(super) fn index_bits(count: u64) -> u32 {
    u64::BITS.saturating_sub(count.saturating_sub(1).leading_zeros())
}

fn read_reference_sets(bits: &mut Bits<'_>) -> Option<Vec<ReferenceSet>> {
    let count = bits.golomb_up_to(64)?;
    let mut sets = Vec::new();
    for _ in 0..count {
        sets.push(ReferenceSet::read(bits, &sets)?);
    }
    Some(sets)
}

fn read_long_term(bits: &mut Bits<'_>, order_bits: u32) -> Option<Option<Vec<bool>>> {
    if !bits.flag()? {
        return Some(None);
    }
    let listed = (0..bits.golomb_up_to(32)?).map(|_| {
        bits.skip(order_bits)?;
        bits.flag()
    });
    listed.collect::<Option<_>>().map(Some)
}

/// Reads video usability information, if there is any, and whether extensions for screen content
/// follow.
fn read_end(bits: &mut Bits<'_>, sub_layers: u32, vui: &mut Vui) -> Option<bool> {
    if bits.flag()? {
        vui.fill(bits)?;
        skip_vui(bits, sub_layers)?;
    }
    read_extensions(bits)
}

/// Skips video usability information after the colours (E.2.1).
fn skip_vui(bits: &mut Bits<'_>, sub_layers: u32) -> Option<()> {
    let has_chroma_location = bits.flag()?;
    bits.skip_golomb(if has_chroma_location { 2 } else { 0 })?;
    bits.skip(3)?;
    // Decoders ignore the default display window, as most players do.
    let has_window = bits.flag()?;
    bits.skip_golomb(if has_window { 4 } else { 0 })?;
    if bits.flag()? {
        timing::skip(bits, sub_layers)?;
    }
    if bits.flag()? {
        bits.skip(3)?;
        bits.skip_golomb(5)?;
    }
    Some(())
}

/// Whether one of the extensions of the set is for screen content (`sps_scc_extension_flag`).
fn read_extensions(bits: &mut Bits<'_>) -> Option<bool> {
    const SCREEN_CONTENT: u32 = 0x10;
    Some(bits.flag()? && bits.unsigned(8)? & SCREEN_CONTENT != 0)
}
