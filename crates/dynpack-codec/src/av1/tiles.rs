//! Where the tiles of samples are.

use std::ops::Range;

use super::frame_header;
use super::operating_point::Layers;
use super::references::References;
use super::sequence_header::SequenceHeader;
use super::tile_group::TileGroup;
use super::tile_info::TileInfo;
use super::{Av1Config, Obu, ObuType};
use crate::bits::Bits;
use crate::{Error, Malformed, Unsupported};

/// Finds the data of tiles (`decode_tile`), by the headers seen so far.
#[derive(Clone, Debug)]
pub struct Tiles {
    sequence: Option<SequenceHeader>,
    references: References,
    /// The frame of which more tile groups follow.
    frame: Option<TileInfo>,
}

impl Tiles {
    /// With the sequence header of a configuration.
    #[must_use]
    pub fn new(config: &Av1Config) -> Self {
        let sequence = config.sequence_header().cloned();
        Self { sequence, references: References::default(), frame: None }
    }

    /// The tiles of the next sample, in bytes of the sample.
    ///
    /// # Errors
    /// [`Malformed::Obu`] if a unit passes the end of the sample, [`Malformed::FrameHeader`] with
    /// the part of a header that is cut short or invalid, [`Malformed::NoSequenceHeader`] if a
    /// frame has none, [`Unsupported::Reference`] if a header depends on a frame that was not seen,
    /// and [`Unsupported::TileList`].
    pub fn read(&mut self, sample: &[u8]) -> Result<Vec<Range<usize>>, Error> {
        let mut tiles = Vec::new();
        for unit in Obu::all_in(sample) {
            self.read_unit(sample, &unit?, &mut tiles)?;
        }
        Ok(tiles)
    }

    fn read_unit(
        &mut self,
        sample: &[u8],
        unit: &Obu<'_>,
        tiles: &mut Vec<Range<usize>>,
    ) -> Result<(), Error> {
        let start = unit.place.end.saturating_sub(unit.payload.len());
        match unit.kind {
            ObuType::SEQUENCE_HEADER => {
                let sequence = SequenceHeader::read(unit.payload);
                let cut = Malformed::FrameHeader("sequence_header_obu");
                self.sequence = Some(sequence.ok_or(cut)?);
            }
            ObuType::TEMPORAL_DELIMITER => self.frame = None,
            // A copy of the header before it needs no reading.
            ObuType::FRAME_HEADER | ObuType::REDUNDANT_FRAME_HEADER if self.frame.is_some() => {}
            ObuType::FRAME_HEADER | ObuType::REDUNDANT_FRAME_HEADER => {
                self.read_header(sample, unit)?;
            }
            ObuType::FRAME => {
                let len = self.read_header(sample, unit)?;
                self.read_tiles(sample, start.saturating_add(len)..unit.place.end, tiles)?;
            }
            ObuType::TILE_GROUP => self.read_tiles(sample, start..unit.place.end, tiles)?,
            ObuType::TILE_LIST => return Err(Unsupported::TileList.into()),
            _ => {}
        }
        Ok(())
    }

    /// Reads a frame header. Returns its length in bytes.
    fn read_header(&mut self, sample: &[u8], unit: &Obu<'_>) -> Result<usize, Error> {
        let sequence = self.sequence.as_ref().ok_or(Malformed::NoSequenceHeader)?;
        let layers = Layers::of(sample.get(unit.place.clone()).unwrap_or_default());
        let bits = &mut Bits::new(unit.payload);
        self.frame = frame_header::read(bits, sequence, layers, &mut self.references)?;
        Ok(bits.bytes_read())
    }

    /// Reads the tile group at that place of the sample.
    fn read_tiles(
        &mut self,
        sample: &[u8],
        place: Range<usize>,
        tiles: &mut Vec<Range<usize>>,
    ) -> Result<(), Error> {
        const NO_FRAME: Malformed = Malformed::FrameHeader("tile_group_obu");
        let info = self.frame.ok_or(NO_FRAME)?;
        let bytes = sample.get(..place.end).unwrap_or_default();
        let group = TileGroup::read(bytes, place.start, info)?;
        tiles.extend(group.tiles);
        if group.is_last {
            self.frame = None;
        }
        Ok(())
    }
}
