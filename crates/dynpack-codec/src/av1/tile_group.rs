//! Where the tiles of a tile group are (AV1, 5.11.1).

use std::ops::Range;

use super::tile_info::TileInfo;
use crate::Malformed;
use crate::bits::Bits;

const MALFORMED: Malformed = Malformed::FrameHeader("tile_group_obu");

/// A tile group.
pub(super) struct TileGroup {
    /// Its tiles, in bytes of what holds it.
    pub(super) tiles: Vec<Range<usize>>,
    /// Whether it has the last tile of its frame.
    pub(super) is_last: bool,
}

impl TileGroup {
    /// Reads the tile group that starts at byte `start` of `bytes` and ends with them.
    pub(super) fn read(bytes: &[u8], start: usize, info: TileInfo) -> Result<Self, Malformed> {
        let bits = &mut Bits::new(bytes.get(start..).ok_or(MALFORMED)?);
        let last = info.count.saturating_sub(1);
        let (from, to) = read_bounds(bits, info).ok_or(MALFORMED)?;
        if from > to || to > last {
            return Err(MALFORMED);
        }
        let mut at = start.saturating_add(bits.bytes_read());
        let mut tiles = Vec::new();
        for number in from..=to {
            let tile = match number == to {
                true => at..bytes.len(),
                false => sized(bytes, at, info.size_bytes).ok_or(MALFORMED)?,
            };
            at = tile.end;
            tiles.push(tile);
        }
        Ok(Self { tiles, is_last: to == last })
    }
}

/// The numbers of the first and the last tile.
fn read_bounds(bits: &mut Bits<'_>, info: TileInfo) -> Option<(u32, u32)> {
    let are_present = info.count > 1 && bits.flag()?;
    if !are_present {
        return Some((0, info.count.saturating_sub(1)));
    }
    Some((bits.unsigned(info.number_bits)?, bits.unsigned(info.number_bits)?))
}

/// The tile after its size, `tile_size_minus_1`, least significant byte first.
fn sized(bytes: &[u8], at: usize, size_bytes: u32) -> Option<Range<usize>> {
    let start = at.checked_add(usize::try_from(size_bytes).ok()?)?;
    let size = bytes.get(at..start)?;
    let size = size.iter().rev().fold(0_usize, |size, byte| size << 8 | usize::from(*byte));
    let end = start.checked_add(size)?.checked_add(1)?;
    (end <= bytes.len()).then_some(start..end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_tiles_but_the_last_have_a_size() {
        let info = TileInfo { count: 4, number_bits: 2, size_bytes: 2 };
        let read = |bytes: &[u8]| {
            let group = TileGroup::read(bytes, 1, info)?;
            Ok((group.tiles.iter().map(|tile| tile.len()).collect(), group.is_last))
        };
        // Tiles 1 to 3: of 1 byte, of 2, and what is left.
        let group = [9, 0xb8, 0, 0, 7, 1, 0, 7, 7, 7, 7, 7];
        assert_eq!(read(&group), Ok((vec![1, 2, 3], true)));
        assert_eq!(read(&[9, 0xa8, 7]), Ok((vec![1], false)));
        // A tile that passes the end, no tiles, and less than a head.
        for bytes in [&[9, 0, 1, 1, 7][..], &[9, 0xe8, 7], &[9]] {
            assert_eq!(read(bytes), Err(MALFORMED));
        }
    }
}
