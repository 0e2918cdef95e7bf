//! Bytes of a file that were fed before their turn.

use std::collections::BTreeMap;

use bytes::{Buf, Bytes};
use dynpack_media::Extent;

/// Bytes of a file that were fed before their turn, by their place. No two pieces overlap.
#[derive(Debug, Default)]
pub(crate) struct Held {
    pieces: BTreeMap<u64, Bytes>,
    /// Bytes of all pieces.
    len: u64,
}

impl Held {
    /// Number of pieces.
    pub(crate) fn pieces(&self) -> usize {
        self.pieces.len()
    }

    /// Bytes of all pieces.
    pub(crate) const fn len(&self) -> u64 {
        self.len
    }

    /// All pieces with their places, in the order of the file.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (u64, &Bytes)> {
        self.pieces.iter().map(|(offset, bytes)| (*offset, bytes))
    }

    /// What is held of the bytes from `offset` on, if there is one. O(log n).
    pub(crate) fn from(&self, offset: u64) -> Option<Bytes> {
        let (start, bytes) = self.pieces.range(..=offset).next_back()?;
        let before = usize::try_from(offset.checked_sub(*start)?).ok()?;
        (before < bytes.len()).then(|| bytes.slice(before..))
    }

    /// Adds bytes from `offset` on, except those that are held already. O(log n), and as many steps
    /// as there are pieces among them.
    pub(crate) fn insert(&mut self, mut offset: u64, mut bytes: Bytes) {
        while !bytes.is_empty() {
            let held = self.from(offset).map_or(0, |held| held.len());
            let known = held.min(bytes.len());
            bytes.advance(known);
            offset = offset.saturating_add(known as u64);
            let next = self.pieces.range(offset..).next();
            let free = next.and_then(|(next, _)| usize::try_from(next.saturating_sub(offset)).ok());
            let piece = bytes.split_to(free.unwrap_or(usize::MAX).min(bytes.len()));
            let len = piece.len() as u64;
            if len > 0 {
                self.pieces.insert(offset, piece);
            }
            self.len = self.len.saturating_add(len);
            offset = offset.saturating_add(len);
        }
    }

    /// Forgets the pieces that end before `offset` or at it.
    pub(crate) fn forget_before(&mut self, offset: u64) {
        while let Some(piece) = self.pieces.first_entry()
            && piece.key().saturating_add(piece.get().len() as u64) <= offset
        {
            self.len = self.len.saturating_sub(piece.remove().len() as u64);
        }
    }

    /// Forgets the pieces that start within an extent.
    pub(crate) fn forget(&mut self, extent: Extent) {
        while let Some((&start, _)) = self.pieces.range(extent.offset..extent.end()).next() {
            let piece = self.pieces.remove(&start).unwrap_or_default();
            self.len = self.len.saturating_sub(piece.len() as u64);
        }
    }

    /// Forgets everything.
    pub(crate) fn clear(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn pieces_give_back_what_was_inserted(
            pieces in prop::collection::vec((0_usize..200, 0_usize..50), 1..30),
            passed in 0_usize..250,
        ) {
            let file: Bytes = (0..=u8::MAX).collect();
            let (mut held, mut is_known) = (Held::default(), [false; 256]);
            for (offset, len) in pieces {
                let end = offset.saturating_add(len);
                held.insert(offset as u64, file.slice(offset..end));
                is_known[offset..end].fill(true);
            }
            let count = is_known.iter().filter(|is_known| **is_known).count();
            prop_assert_eq!(held.len(), count as u64);
            for (offset, is_known) in is_known.iter().enumerate() {
                let from = held.from(offset as u64);
                prop_assert_eq!(from.is_some(), *is_known);
                prop_assert!(from.is_none_or(|bytes| file.slice(offset..).starts_with(&bytes)));
            }
            held.forget_before(passed as u64);
            let known = (passed..256).all(|at| held.from(at as u64).is_some() == is_known[at]);
            prop_assert!(known);
            held.forget(Extent::new(100, 20));
            prop_assert_eq!(held.pieces.range(100..120).count(), 0);
            let len: usize = held.pieces.values().map(Bytes::len).sum();
            prop_assert_eq!(held.len(), len as u64);
            held.clear();
            prop_assert_eq!((held.pieces(), held.len()), (0, 0));
        }
    }
}
