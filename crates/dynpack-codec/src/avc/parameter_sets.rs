//! Parameter sets, as far as slice headers and the format of pictures depend on them (ITU-T H.264,
//! 7.3.2).

use super::frame_shape::Coded;
use crate::FrameShape;
use crate::bits::Bits;

/// How the order of pictures is written (`pic_order_cnt_type`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PictureOrder {
    /// Type 0: a counter of this many bits.
    Counter { bits: u32 },
    /// Type 1, with the differences written.
    Differences,
    /// Nothing is written: type 2, and type 1 without differences.
    Nothing,
}

/// A sequence parameter set (7.3.2.1.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Sps {
    pub(super) id: u32,
    pub(super) has_separate_planes: bool,
    /// Whether there are chroma samples beside those of luma (`ChromaArrayType`).
    pub(super) has_chroma: bool,
    pub(super) frame_num_bits: u32,
    pub(super) picture_order: PictureOrder,
    pub(super) frames_only: bool,
    /// `PicSizeInMapUnits`.
    pub(super) map_units: u64,
    pub(super) format: PictureFormat,
}

/// What decoders allocate for a picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct PictureFormat {
    /// `chroma_format_idc`.
    pub(super) chroma: u32,
    /// `bit_depth_luma_minus8` and `bit_depth_chroma_minus8`.
    pub(super) extra_bits: [u32; 2],
    /// Width and height less 1, in macroblocks and in map units.
    size: [u32; 2],
    /// How pictures come out of the decoder, if that can be read.
    pub(super) shape: Option<FrameShape>,
}

/// Profiles with a chroma format in their sequence parameter sets.
const WITH_CHROMA: [u32; 13] = [44, 83, 86, 100, 110, 118, 122, 128, 134, 135, 138, 139, 244];

impl Sps {
    pub(super) fn read(unit: &[u8]) -> Option<Self> {
        let mut bits = Bits::after_header(unit, 1);
        let profile = bits.unsigned(8)?;
        bits.unsigned(16)?;
        let id = bits.golomb_up_to(31)?;
        let (mut chroma, mut has_separate_planes, mut extra_bits) = (1, false, [0; 2]);
        if WITH_CHROMA.contains(&profile) {
            chroma = bits.golomb_up_to(3)?;
            has_separate_planes = chroma == 3 && bits.flag()?;
            extra_bits = [bits.golomb()?, bits.golomb()?];
            bits.flag()?;
            if bits.flag()? {
                let lists = if chroma == 3 { 12 } else { 8 };
                (0..lists).try_for_each(|list| {
                    skip_scaling_list(&mut bits, if list < 6 { 16 } else { 64 })
                })?;
            }
        }
        let frame_num_bits = bits.golomb_up_to(12)?.checked_add(4)?;
        let picture_order = read_picture_order(&mut bits)?;
        bits.golomb()?;
        bits.flag()?;
        let size = [bits.golomb()?, bits.golomb()?];
        let [width, height] = size.map(|less_one| u64::from(less_one) + 1);
        let frames_only = bits.flag()?;
        let array_type = if has_separate_planes { 0 } else { chroma };
        let coded = Coded { width, height, frames_only, chroma: array_type };
        let shape = coded.shape(&mut bits);
        let has_chroma = array_type != 0;
        let map_units = width.checked_mul(height)?;
        Some(Self {
            id,
            has_separate_planes,
            has_chroma,
            frame_num_bits,
            picture_order,
            frames_only,
            map_units,
            format: PictureFormat { chroma, extra_bits, size, shape },
        })
    }
}

fn read_picture_order(bits: &mut Bits<'_>) -> Option<PictureOrder> {
    match bits.golomb()? {
        0 => Some(PictureOrder::Counter { bits: bits.golomb_up_to(12)?.checked_add(4)? }),
        1 => {
            let all_zero = bits.flag()?;
            bits.skip_golomb(2)?;
            let cycle = bits.golomb_up_to(255)?;
            bits.skip_golomb(cycle)?;
            Some(if all_zero { PictureOrder::Nothing } else { PictureOrder::Differences })
        }
        2 => Some(PictureOrder::Nothing),
        _ => None,
    }
}

/// Skips a scaling list, if there is one (7.3.2.1.1.1).
fn skip_scaling_list(bits: &mut Bits<'_>, len: u32) -> Option<()> {
    if !bits.flag()? {
        return Some(());
    }
    let mut last = 8;
    for _ in 0..len {
        let next = bits.signed_golomb()?.checked_add(last)?.rem_euclid(256);
        if next == 0 {
            break;
        }
        last = next;
    }
    Some(())
}

/// A picture parameter set (7.3.2.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Pps {
    pub(super) id: u32,
    pub(super) sps: u32,
    pub(super) is_cabac: bool,
    pub(super) orders_bottom_field: bool,
    /// `SliceGroupChangeRate`, where slice groups evolve.
    pub(super) group_change_rate: Option<u64>,
    /// Number of reference pictures in the two lists, unless a slice overrides it.
    pub(super) references: [u32; 2],
    pub(super) weights_p: bool,
    pub(super) weights_b: bool,
    pub(super) controls_deblocking: bool,
    pub(super) counts_redundant: bool,
}

impl Pps {
    pub(super) fn read(unit: &[u8]) -> Option<Self> {
        let mut bits = Bits::after_header(unit, 1);
        let id = bits.golomb_up_to(255)?;
        let sps = bits.golomb_up_to(31)?;
        let is_cabac = bits.flag()?;
        let orders_bottom_field = bits.flag()?;
        let group_change_rate = match bits.golomb_up_to(7)? {
            0 => None,
            more => read_slice_groups(&mut bits, more)?,
        };
        let references =
            [bits.golomb_up_to(31)?.checked_add(1)?, bits.golomb_up_to(31)?.checked_add(1)?];
        let weights_p = bits.flag()?;
        let weights_b = bits.unsigned(2)? == 1;
        bits.skip_golomb(3)?;
        let controls_deblocking = bits.flag()?;
        bits.flag()?;
        let counts_redundant = bits.flag()?;
        Some(Self {
            id,
            sps,
            is_cabac,
            orders_bottom_field,
            group_change_rate,
            references,
            weights_p,
            weights_b,
            controls_deblocking,
            counts_redundant,
        })
    }
}

/// Reads `more + 1` slice groups.
fn read_slice_groups(bits: &mut Bits<'_>, more: u32) -> Option<Option<u64>> {
    match bits.golomb()? {
        0 => bits.skip_golomb(more.checked_add(1)?)?,
        1 => {}
        2 => bits.skip_golomb(more.checked_mul(2)?)?,
        3..=5 => {
            bits.flag()?;
            return Some(Some(u64::from(bits.golomb()?) + 1));
        }
        6 => {
            let id_bits = u32::BITS.checked_sub(more.leading_zeros())?;
            for _ in 0..=bits.golomb()? {
                bits.unsigned(id_bits)?;
            }
        }
        _ => return None,
    }
    Some(None)
}
