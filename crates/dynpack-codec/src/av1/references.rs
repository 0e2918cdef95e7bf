//! Frames that later ones refer to (AV1, 7.20 and 7.21), as far as frame headers depend on them.

use super::frame_size::FrameSize;
use super::segmentation::QuantizerOffsets;
use crate::{Error, Unsupported};

/// The number of frames that are kept (`NUM_REF_FRAMES`).
pub(super) const SLOTS: usize = 8;

/// The number of frames that one refers to (`REFS_PER_FRAME`).
pub(super) const REFS: usize = 7;

/// The frames that are kept. One that was not seen is `None`.
#[derive(Clone, Debug, Default)]
pub(super) struct References([Slot; SLOTS]);

#[derive(Clone, Copy, Debug, Default)]
struct Slot {
    /// May be known without the frame: headers that resist errors have the hints of all slots.
    order_hint: Option<u32>,
    frame: Option<Reference>,
}

/// A frame that is kept.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reference {
    pub(super) is_key: bool,
    pub(super) size: FrameSize,
    pub(super) offsets: QuantizerOffsets,
}

impl References {
    /// The frame in a slot.
    ///
    /// # Errors
    /// [`Unsupported::Reference`] if it was not seen.
    pub(super) fn frame(&self, slot: usize) -> Result<Reference, Error> {
        let slot = self.0.get(slot).and_then(|slot| slot.frame);
        Ok(slot.ok_or(Unsupported::Reference)?)
    }

    /// The order hint of the frame in a slot.
    ///
    /// # Errors
    /// [`Unsupported::Reference`] if it was not seen.
    pub(super) fn order_hint(&self, slot: usize) -> Result<u32, Error> {
        let hint = self.0.get(slot).and_then(|slot| slot.order_hint);
        Ok(hint.ok_or(Unsupported::Reference)?)
    }

    /// Takes the order hint that a header has for a slot. A frame with another one is lost.
    pub(super) fn set_order_hint(&mut self, slot: usize, order_hint: u32) {
        if let Some(slot) = self.0.get_mut(slot).filter(|slot| slot.order_hint != Some(order_hint))
        {
            *slot = Slot { order_hint: Some(order_hint), frame: None };
        }
    }

    /// Puts a frame into the slots whose bits are set in `refreshed`.
    pub(super) fn refresh(&mut self, refreshed: u32, order_hint: u32, frame: Reference) {
        for (at, slot) in self.0.iter_mut().enumerate() {
            if refreshed >> at & 1 == 1 {
                *slot = Slot { order_hint: Some(order_hint), frame: Some(frame) };
            }
        }
    }
}
