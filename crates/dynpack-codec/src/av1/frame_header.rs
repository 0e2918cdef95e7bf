//! Uncompressed headers of frames (AV1, 5.9.2): read to their end, for where tiles start and how
//! many there are.

use super::film_grain::skip_film_grain;
use super::filters::{skip_cdef, skip_loop_filter, skip_restoration};
use super::frame_size::FrameSize;
use super::global_motion::skip_global_motion;
use super::operating_point::Layers;
use super::order::Order;
use super::quantization::Quantization;
use super::references::{REFS, Reference, References, SLOTS};
use super::segmentation::{QuantizerOffsets, Segmentation};
use super::sequence_header::SequenceHeader;
use super::tile_info::TileInfo;
use crate::bits::Bits;
use crate::{Error, Malformed};

/// A bit for each slot of the frames that are kept.
const ALL_SLOTS: u32 = 0xff;

/// `frame_type` (6.8.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum FrameType {
    Key,
    Inter,
    IntraOnly,
    Switch,
}

/// What a frame header starts with.
enum Start {
    /// It shows the frame in that slot, and ends.
    ShowsExisting(usize),
    Frame(Head),
}

/// The fields of a header before the size of the frame.
struct Head {
    frame_type: FrameType,
    is_shown: bool,
    is_showable: bool,
    is_error_resilient: bool,
    updates_cdf: bool,
    has_screen_content: bool,
    has_integer_mv: bool,
    has_own_size: bool,
    order_hint: u32,
    /// `primary_ref_frame`: the place of a reference.
    primary: Option<usize>,
    /// The slots that the frame goes into, one a bit.
    refreshed: u32,
}

/// The size of a frame and what it is predicted from.
struct Prediction {
    size: FrameSize,
    has_intrabc: bool,
    has_high_precision: bool,
    /// The slots of the references of a frame that is predicted from others.
    slots: [usize; REFS],
}

/// Reads the header of a frame of those layers, and updates the references by it. `None` if it
/// shows an earlier frame, and has no tiles.
///
/// # Errors
/// [`Malformed::FrameHeader`] with the part that is cut short or invalid, and
/// [`Unsupported::Reference`](crate::Unsupported::Reference) if it depends on a frame that was not
/// seen.
pub(super) fn read(
    bits: &mut Bits<'_>,
    sequence: &SequenceHeader,
    layers: Layers,
    references: &mut References,
) -> Result<Option<TileInfo>, Error> {
    let start = Start::read(bits, sequence, layers);
    let head = match start.ok_or(Malformed::FrameHeader("uncompressed_header"))? {
        Start::ShowsExisting(slot) => {
            let (frame, order_hint) = (references.frame(slot)?, references.order_hint(slot)?);
            references.refresh(if frame.is_key { ALL_SLOTS } else { 0 }, order_hint, frame);
            return Ok(None);
        }
        Start::Frame(head) => head,
    };
    let hints = head.read_order_hints(bits, sequence, references);
    hints.ok_or(Malformed::FrameHeader("ref_order_hint"))?;
    let prediction = head.read_prediction(bits, sequence, references)?;
    let (tiles, offsets) = head.read_coding(bits, sequence, references, &prediction)?;
    let is_key = head.frame_type == FrameType::Key;
    let frame = Reference { is_key, size: prediction.size, offsets };
    references.refresh(head.refreshed, head.order_hint, frame);
    Ok(Some(tiles))
}

impl FrameType {
    fn read(bits: &mut Bits<'_>) -> Option<Self> {
        Some(match (bits.flag()?, bits.flag()?) {
            (false, false) => Self::Key,
            (false, true) => Self::Inter,
            (true, false) => Self::IntraOnly,
            (true, true) => Self::Switch,
        })
    }

    /// `FrameIsIntra`.
    const fn is_intra(self) -> bool {
        matches!(self, Self::Key | Self::IntraOnly)
    }
}

impl Start {
    fn read(bits: &mut Bits<'_>, sequence: &SequenceHeader, layers: Layers) -> Option<Self> {
        if sequence.is_reduced {
            return Head::read(bits, sequence, layers, FrameType::Key, true).map(Self::Frame);
        }
        if bits.flag()? {
            return Some(Self::ShowsExisting(read_slot(bits)?));
        }
        let frame_type = FrameType::read(bits)?;
        let is_shown = bits.flag()?;
        if is_shown {
            sequence.timing.skip_presentation_time(bits)?;
        }
        Head::read(bits, sequence, layers, frame_type, is_shown).map(Self::Frame)
    }
}

impl Head {
    /// From `showable_frame` to `refresh_frame_flags`.
    fn read(
        bits: &mut Bits<'_>,
        sequence: &SequenceHeader,
        layers: Layers,
        frame_type: FrameType,
        is_shown: bool,
    ) -> Option<Self> {
        let tools = sequence.tools;
        let is_showable = if is_shown { frame_type != FrameType::Key } else { bits.flag()? };
        let replaces_all =
            frame_type == FrameType::Switch || frame_type == FrameType::Key && is_shown;
        let is_error_resilient = replaces_all || bits.flag()?;
        let updates_cdf = !bits.flag()?;
        let has_screen_content = read_choice(bits, tools.screen_content)?;
        let has_integer_mv = has_screen_content && read_choice(bits, tools.integer_mv)?;
        bits.skip(sequence.frame_ids.map_or(0, |ids| ids.whole))?;
        let has_own_size = match frame_type {
            FrameType::Switch => true,
            _ => !sequence.is_reduced && bits.flag()?,
        };
        let order_hint = bits.unsigned(tools.order_hint_bits)?;
        let primary = match frame_type.is_intra() || is_error_resilient {
            true => None,
            false => Some(read_slot(bits)?).filter(|place| *place < REFS),
        };
        sequence.timing.skip_removal_times(bits, &sequence.operating_points, layers)?;
        let refreshed = if replaces_all { ALL_SLOTS } else { bits.unsigned(8)? };
        Some(Self {
            frame_type,
            is_shown,
            is_showable,
            is_error_resilient,
            updates_cdf,
            has_screen_content,
            has_integer_mv,
            has_own_size,
            order_hint,
            primary,
            refreshed,
        })
    }

    /// `ref_order_hint`, of frames that resist errors.
    fn read_order_hints(
        &self,
        bits: &mut Bits<'_>,
        sequence: &SequenceHeader,
        references: &mut References,
    ) -> Option<()> {
        let len = sequence.tools.order_hint_bits;
        let may_refer = !self.frame_type.is_intra() || self.refreshed != ALL_SLOTS;
        if !may_refer || !self.is_error_resilient || len == 0 {
            return Some(());
        }
        for slot in 0..SLOTS {
            references.set_order_hint(slot, bits.unsigned(len)?);
        }
        Some(())
    }

    fn read_prediction(
        &self,
        bits: &mut Bits<'_>,
        sequence: &SequenceHeader,
        references: &References,
    ) -> Result<Prediction, Error> {
        if !self.frame_type.is_intra() {
            return self.read_inter(bits, sequence, references);
        }
        let size = FrameSize::read(bits, sequence, self.has_own_size)?;
        let may_copy = self.has_screen_content && size.width == size.upscaled_width;
        let has_intrabc = may_copy && bits.flag().ok_or(Malformed::FrameHeader("allow_intrabc"))?;
        Ok(Prediction { size, has_intrabc, has_high_precision: false, slots: [0; REFS] })
    }

    fn read_inter(
        &self,
        bits: &mut Bits<'_>,
        sequence: &SequenceHeader,
        references: &References,
    ) -> Result<Prediction, Error> {
        let slots = self.read_references(bits, sequence, references)?;
        let size = if self.has_own_size && !self.is_error_resilient {
            read_size_with_references(bits, sequence, references, slots)?
        } else {
            FrameSize::read(bits, sequence, self.has_own_size)?
        };
        let has_high_precision = self.read_motion(bits, sequence);
        let has_high_precision =
            has_high_precision.ok_or(Malformed::FrameHeader("interpolation_filter"))?;
        Ok(Prediction { size, has_intrabc: false, has_high_precision, slots })
    }

    /// `ref_frame_idx`: the slots of the references.
    fn read_references(
        &self,
        bits: &mut Bits<'_>,
        sequence: &SequenceHeader,
        references: &References,
    ) -> Result<[usize; REFS], Error> {
        const MALFORMED: Malformed = Malformed::FrameHeader("ref_frame_idx");
        let has_order = sequence.tools.order_hint_bits > 0;
        let is_short = has_order && bits.flag().ok_or(MALFORMED)?;
        let mut slots = [0; REFS];
        if is_short {
            let (last, golden) = read_slot(bits).zip(read_slot(bits)).ok_or(MALFORMED)?;
            slots = self.order(sequence).references(references, last, golden)?;
        }
        for slot in &mut slots {
            if !is_short {
                *slot = read_slot(bits).ok_or(MALFORMED)?;
            }
            bits.skip(sequence.frame_ids.map_or(0, |ids| ids.delta)).ok_or(MALFORMED)?;
        }
        Ok(slots)
    }

    /// From `allow_high_precision_mv`, which it returns, to `use_ref_frame_mvs`.
    fn read_motion(&self, bits: &mut Bits<'_>, sequence: &SequenceHeader) -> Option<bool> {
        let has_high_precision = !self.has_integer_mv && bits.flag()?;
        let is_switchable = bits.flag()?;
        bits.skip(if is_switchable { 0 } else { 2 })?;
        // `is_motion_mode_switchable`.
        bits.skip(1)?;
        let may_use_mvs = !self.is_error_resilient && sequence.tools.has_ref_frame_mvs;
        bits.skip(may_use_mvs.into())?;
        Some(has_high_precision)
    }

    const fn order(&self, sequence: &SequenceHeader) -> Order {
        Order { bits: sequence.tools.order_hint_bits, hint: self.order_hint }
    }

    /// What follows the prediction: the tiles, and the offsets of quantizers.
    fn read_coding(
        &self,
        bits: &mut Bits<'_>,
        sequence: &SequenceHeader,
        references: &References,
        prediction: &Prediction,
    ) -> Result<(TileInfo, QuantizerOffsets), Error> {
        // `disable_frame_end_update_cdf`.
        let may_end_update = !sequence.is_reduced && self.updates_cdf;
        let tiles = bits
            .skip(may_end_update.into())
            .and_then(|()| TileInfo::read(bits, prediction.size, sequence.has_large_superblocks));
        let tiles = tiles.ok_or(Malformed::FrameHeader("tile_info"))?;
        let quantization = Quantization::read(bits, sequence.planes);
        let quantization = quantization.ok_or(Malformed::FrameHeader("quantization_params"))?;
        let segmentation = Segmentation::read(bits, self.primary.is_some());
        let offsets = match segmentation.ok_or(Malformed::FrameHeader("segmentation_params"))? {
            Segmentation::Own(offsets) => offsets,
            Segmentation::Inherited => self.inherited(references, prediction)?,
        };
        let deltas = quantization.skip_block_deltas(bits, prediction.has_intrabc);
        deltas.ok_or(Malformed::FrameHeader("delta_q_params"))?;
        let is_lossless = offsets.are_lossless(quantization);
        let filters = skip_filters(bits, sequence, prediction, is_lossless);
        filters.ok_or(Malformed::FrameHeader("loop_filter_params"))?;
        self.skip_modes(bits, sequence, references, prediction, is_lossless)?;
        self.skip_grain(bits, sequence).ok_or(Malformed::FrameHeader("film_grain_params"))?;
        Ok((tiles, offsets))
    }

    /// The offsets of the primary reference (7.20).
    fn inherited(
        &self,
        references: &References,
        prediction: &Prediction,
    ) -> Result<QuantizerOffsets, Error> {
        let slot = self.primary.and_then(|place| prediction.slots.get(place));
        let slot = slot.ok_or(Malformed::FrameHeader("primary_ref_frame"))?;
        Ok(references.frame(*slot)?.offsets)
    }

    /// From `read_tx_mode` to `global_motion_params`.
    fn skip_modes(
        &self,
        bits: &mut Bits<'_>,
        sequence: &SequenceHeader,
        references: &References,
        prediction: &Prediction,
        is_lossless: bool,
    ) -> Result<(), Error> {
        const MALFORMED: Malformed = Malformed::FrameHeader("read_tx_mode");
        bits.skip((!is_lossless).into()).ok_or(MALFORMED)?;
        if self.frame_type.is_intra() {
            // `reduced_tx_set`.
            return Ok(bits.skip(1).ok_or(MALFORMED)?);
        }
        let selects_reference = bits.flag().ok_or(MALFORMED)?;
        let order = self.order(sequence);
        let has_skip_mode = selects_reference
            && order.bits > 0
            && order.allows_skip_mode(references, prediction.slots)?;
        let may_warp = !self.is_error_resilient && sequence.tools.has_warped_motion;
        let flags = 1_u32.saturating_add(has_skip_mode.into()).saturating_add(may_warp.into());
        bits.skip(flags).ok_or(MALFORMED)?;
        let motion = skip_global_motion(bits, prediction.has_high_precision);
        Ok(motion.ok_or(Malformed::FrameHeader("global_motion_params"))?)
    }

    fn skip_grain(&self, bits: &mut Bits<'_>, sequence: &SequenceHeader) -> Option<()> {
        if !sequence.has_film_grain || !self.is_shown && !self.is_showable {
            return Some(());
        }
        skip_film_grain(bits, sequence.planes, self.frame_type == FrameType::Inter)
    }
}

/// `frame_size_with_refs` (5.9.7): the size of one of the frames in `slots`, or its own.
fn read_size_with_references(
    bits: &mut Bits<'_>,
    sequence: &SequenceHeader,
    references: &References,
    slots: [usize; REFS],
) -> Result<FrameSize, Error> {
    for slot in slots {
        if bits.flag().ok_or(Malformed::FrameHeader("frame_size_with_refs"))? {
            return references.frame(slot)?.size.read_scaled(bits, sequence);
        }
    }
    FrameSize::read(bits, sequence, true)
}

/// The three filters after decoding, as far as the frame has them.
fn skip_filters(
    bits: &mut Bits<'_>,
    sequence: &SequenceHeader,
    prediction: &Prediction,
    is_lossless: bool,
) -> Option<()> {
    let Prediction { size, has_intrabc, .. } = *prediction;
    if has_intrabc {
        return Some(());
    }
    if !is_lossless {
        skip_loop_filter(bits, sequence.planes)?;
        if sequence.has_cdef {
            skip_cdef(bits, sequence.planes)?;
        }
    }
    let is_all_lossless = is_lossless && size.width == size.upscaled_width;
    if sequence.has_restoration && !is_all_lossless {
        skip_restoration(bits, sequence)?;
    }
    Some(())
}

/// Whether a frame uses a tool: as its sequence says, or else itself.
fn read_choice(bits: &mut Bits<'_>, of_sequence: Option<bool>) -> Option<bool> {
    of_sequence.map_or_else(|| bits.flag(), Some)
}

/// A slot, or a place of a reference.
fn read_slot(bits: &mut Bits<'_>) -> Option<usize> {
    usize::try_from(bits.unsigned(3)?).ok()
}
