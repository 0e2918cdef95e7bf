//! How a frame is divided into tiles (AV1, 5.9.15).

use super::frame_size::FrameSize;
use crate::bits::Bits;

/// The maximum number of columns or rows of tiles (`MAX_TILE_COLS`, `MAX_TILE_ROWS`).
const MAX_TILES: u32 = 64;
/// The maximum width of a tile, in pixels.
const MAX_TILE_WIDTH: u32 = 4096;
/// The maximum area of a tile, in pixels.
const MAX_TILE_AREA: u32 = 4096 * 2304;

/// How a frame is divided into tiles.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct TileInfo {
    /// The number of tiles.
    pub(super) count: u32,
    /// Bits of the number of a tile.
    pub(super) number_bits: u32,
    /// Bytes of the size of a tile.
    pub(super) size_bytes: u32,
}

/// The number of columns or rows.
#[derive(Clone, Copy, Debug)]
struct Division {
    count: u32,
    log2: u32,
    /// The largest of them, in superblocks.
    largest: u32,
}

impl TileInfo {
    /// Reads it, of a frame with superblocks of 128 pixels or of 64.
    pub(super) fn read(
        bits: &mut Bits<'_>,
        size: FrameSize,
        has_large_superblocks: bool,
    ) -> Option<Self> {
        let log2_size = if has_large_superblocks { 7 } else { 6 };
        // Frames are made of blocks of 8 pixels.
        let superblocks =
            |pixels: u32| pixels.div_ceil(8).saturating_mul(8).div_ceil(1 << log2_size);
        let (columns, rows) = (superblocks(size.width), superblocks(size.height));
        let area = columns.checked_mul(rows)?;
        let max_width = MAX_TILE_WIDTH >> log2_size;
        let min_log2_columns = tile_log2(max_width, columns)?;
        let min_log2 =
            tile_log2(MAX_TILE_AREA >> log2_size >> log2_size, area)?.max(min_log2_columns);
        let is_uniform = bits.flag()?;
        let (columns, rows) = if is_uniform {
            let columns = Division::read_uniform(bits, columns, min_log2_columns)?;
            let min_log2_rows = min_log2.saturating_sub(columns.log2);
            (columns, Division::read_uniform(bits, rows, min_log2_rows)?)
        } else {
            let columns = Division::read(bits, columns, max_width)?;
            let max_area = if min_log2 > 0 { area >> min_log2.saturating_add(1) } else { area };
            let max_height = max_area.checked_div(columns.largest)?.max(1);
            (columns, Division::read(bits, rows, max_height)?)
        };
        let number_bits = columns.log2.saturating_add(rows.log2);
        let count = columns.count.checked_mul(rows.count)?;
        let size_bytes = match number_bits {
            0 => 0,
            // After `context_update_tile_id`.
            _ => bits.skip(number_bits).and_then(|()| bits.unsigned(2))?.saturating_add(1),
        };
        Some(Self { count, number_bits, size_bytes })
    }
}

impl Division {
    /// Columns or rows of equal size, of so many superblocks.
    fn read_uniform(bits: &mut Bits<'_>, superblocks: u32, min_log2: u32) -> Option<Self> {
        let max_log2 = tile_log2(1, superblocks.min(MAX_TILES))?;
        let mut log2 = min_log2;
        while log2 < max_log2 && bits.flag()? {
            log2 = log2.saturating_add(1);
        }
        let largest = superblocks.div_ceil(1_u32.checked_shl(log2)?);
        Some(Self { count: superblocks.div_ceil(largest.max(1)), log2, largest })
    }

    /// Columns or rows that each have a size.
    fn read(bits: &mut Bits<'_>, superblocks: u32, max: u32) -> Option<Self> {
        let (mut left, mut count, mut largest) = (superblocks, 0_u32, 0);
        while left > 0 && count < MAX_TILES {
            let size = bits.non_symmetric(left.min(max))?.saturating_add(1);
            largest = largest.max(size);
            left = left.saturating_sub(size);
            count = count.saturating_add(1);
        }
        let log2 = tile_log2(1, count)?;
        (left == 0).then_some(Self { count, log2, largest })
    }
}

/// `tile_log2` (5.9.16): the smallest number of doublings of `size` that reaches `target`.
fn tile_log2(size: u32, target: u32) -> Option<u32> {
    (0..u32::BITS).find(|log2| u64::from(size) << log2 >= u64::from(target))
}
