//! Picture parameter sets, as far as slice segment headers depend on them (ITU-T H.265, 7.3.2.3).

use super::scaling_lists;
use crate::bits::Bits;

/// A picture parameter set (7.3.2.3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Pps {
    pub(super) id: u32,
    pub(super) sps: u32,
    pub(super) has_dependent_segments: bool,
    pub(super) has_output_flag: bool,
    /// `num_extra_slice_header_bits`.
    pub(super) extra_bits: u32,
    pub(super) has_cabac_init: bool,
    /// Number of reference pictures in the two lists, unless a slice overrides it.
    pub(super) references: [u32; 2],
    pub(super) has_chroma_offsets: bool,
    pub(super) weights_p: bool,
    pub(super) weights_b: bool,
    /// Whether slices are in parts that decoders enter on their own: tiles or rows.
    pub(super) has_entry_points: bool,
    pub(super) filters_across_slices: bool,
    pub(super) overrides_deblocking: bool,
    pub(super) disables_deblocking: bool,
    pub(super) modifies_lists: bool,
    pub(super) has_slice_extension: bool,
    pub(super) has_chroma_offset_lists: bool,
    /// Whether it has extensions for screen content, which change slice segment headers.
    pub(super) is_screen_content: bool,
}

impl Pps {
    pub(super) fn read(unit: &[u8]) -> Option<Self> {
        let mut bits = Bits::after_header(unit, 2);
        let (id, sps) = (bits.golomb_up_to(63)?, bits.golomb_up_to(15)?);
        let has_dependent_segments = bits.flag()?;
        let has_output_flag = bits.flag()?;
        let extra_bits = bits.unsigned(3)?;
        bits.flag()?;
        let has_cabac_init = bits.flag()?;
        let references =
            [bits.golomb_up_to(14)?.checked_add(1)?, bits.golomb_up_to(14)?.checked_add(1)?];
        bits.golomb()?;
        bits.flag()?;
        let skips_transforms = bits.flag()?;
        let has_depth = bits.flag()?;
        bits.skip_golomb(has_depth.into())?;
        bits.skip_golomb(2)?;
        let has_chroma_offsets = bits.flag()?;
        let (weights_p, weights_b) = (bits.flag()?, bits.flag()?);
        bits.flag()?;
        let (has_tiles, has_rows) = (bits.flag()?, bits.flag()?);
        if has_tiles {
            skip_tiles(&mut bits)?;
        }
        let filters_across_slices = bits.flag()?;
        let [overrides_deblocking, disables_deblocking] = read_deblocking(&mut bits)?;
        if bits.flag()? {
            scaling_lists::skip(&mut bits)?;
        }
        let modifies_lists = bits.flag()?;
        bits.golomb()?;
        let has_slice_extension = bits.flag()?;
        let Extensions { has_chroma_offset_lists, is_screen_content } =
            Extensions::read(&mut bits, skips_transforms)?;
        Some(Self {
            id,
            sps,
            has_dependent_segments,
            has_output_flag,
            extra_bits,
            has_cabac_init,
            references,
            has_chroma_offsets,
            weights_p,
            weights_b,
            has_entry_points: has_tiles || has_rows,
            filters_across_slices,
            overrides_deblocking,
            disables_deblocking,
            modifies_lists,
            has_slice_extension,
            has_chroma_offset_lists,
            is_screen_content,
        })
    }
}

fn skip_tiles(bits: &mut Bits<'_>) -> Option<()> {
    let (columns, rows) = (bits.golomb()?, bits.golomb()?);
    let is_uniform = bits.flag()?;
    if !is_uniform {
        bits.skip_golomb(columns)?;
        bits.skip_golomb(rows)?;
    }
    bits.flag().map(drop)
}

/// Whether slices may override deblocking, and whether it is off unless they do.
fn read_deblocking(bits: &mut Bits<'_>) -> Option<[bool; 2]> {
    if !bits.flag()? {
        return Some([false; 2]);
    }
    let flags = [bits.flag()?, bits.flag()?];
    let [_, is_disabled] = flags;
    bits.skip_golomb(if is_disabled { 0 } else { 2 })?;
    Some(flags)
}

/// What extensions of the set change slice segment headers. Those for layers and views do not, in
/// the base layer.
struct Extensions {
    has_chroma_offset_lists: bool,
    is_screen_content: bool,
}

impl Extensions {
    fn read(bits: &mut Bits<'_>, skips_transforms: bool) -> Option<Self> {
        const RANGE: u32 = 0x80;
        const SCREEN_CONTENT: u32 = 0x10;
        let flags = if bits.flag()? { bits.unsigned(8)? } else { 0 };
        let mut has_chroma_offset_lists = false;
        if flags & RANGE != 0 {
            bits.skip_golomb(skips_transforms.into())?;
            bits.flag()?;
            has_chroma_offset_lists = bits.flag()?;
        }
        Some(Self { has_chroma_offset_lists, is_screen_content: flags & SCREEN_CONTENT != 0 })
    }
}
