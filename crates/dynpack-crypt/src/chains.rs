//! Cipher block chaining of many independent chains, side by side.
//!
//! A block of a chain waits for the block before it, so one chain leaves most of a processor idle.
//! Chains with vectors of their own do not wait for each other.

use std::ops::Range;

use ::aes::Block;

use crate::Iv;
use crate::aes::{BLOCK, Cipher};

/// How many blocks processors encrypt at once.
const LANES: usize = 8;

/// One chain: blocks of a buffer at equal distances.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Chain {
    /// The offset of the first block.
    pub(crate) start: usize,
    /// The end of the range. A block that exceeds it is not part of the chain.
    pub(crate) end: usize,
    /// The distance from one block to the next, in bytes.
    pub(crate) step: usize,
}

impl Chain {
    /// Where its blocks are.
    pub(crate) fn places(self) -> impl Iterator<Item = Range<usize>> {
        let starts = (self.start..self.end).step_by(self.step);
        let places = starts.map(|start| start..start.saturating_add(BLOCK));
        places.take_while(move |place| place.end <= self.end)
    }
}

/// A chain that is being encrypted: the place of its next block, and the block before that.
#[derive(Clone, Copy)]
struct Lane {
    next: usize,
    end: usize,
    step: usize,
    last: Block,
}

impl Lane {
    fn new(chain: Chain, iv: Iv) -> Self {
        Self { next: chain.start, end: chain.end, step: chain.step, last: iv.0.into() }
    }

    /// The next block of the chain; `None` at its end.
    fn block<'a>(&self, data: &'a mut [u8]) -> Option<&'a mut [u8; BLOCK]> {
        let rest = data.get_mut(self.next..self.end)?;
        rest.first_chunk_mut()
    }
}

impl Cipher {
    /// Encrypts the chains in `data`. Each starts with `iv`.
    pub(crate) fn encrypt_chains(
        &self,
        iv: Iv,
        data: &mut [u8],
        chains: impl IntoIterator<Item = Chain>,
    ) {
        let mut chains = chains.into_iter();
        let mut lanes: Vec<Lane> = Vec::with_capacity(LANES);
        let mut blocks = [Block::default(); LANES];
        loop {
            lanes.retain(|lane| lane.next.saturating_add(BLOCK) <= lane.end);
            let missing = LANES.saturating_sub(lanes.len());
            let fresh = chains.by_ref().map(|chain| Lane::new(chain, iv));
            lanes.extend(
                fresh.filter(|lane| lane.next.saturating_add(BLOCK) <= lane.end).take(missing),
            );
            if lanes.is_empty() {
                return;
            }
            // Until the first of them ends, no lane has to be replaced.
            let rounds = lanes.iter().map(|lane| {
                let room = lane.end.saturating_sub(lane.next).saturating_sub(BLOCK);
                room.checked_div(lane.step).unwrap_or_default().saturating_add(1)
            });
            for _ in 0..rounds.min().unwrap_or_default() {
                for (lane, block) in lanes.iter().zip(&mut blocks) {
                    if let Some(clear) = lane.block(data) {
                        let mixed = clear.iter().zip(&lane.last).map(|(clear, last)| clear ^ last);
                        block.iter_mut().zip(mixed).for_each(|(block, mixed)| *block = mixed);
                    }
                }
                self.encrypt_blocks(&mut blocks);
                for (lane, block) in lanes.iter_mut().zip(&blocks) {
                    if let Some(place) = lane.block(data) {
                        place.copy_from_slice(block);
                    }
                    lane.last = *block;
                    lane.next = lane.next.saturating_add(lane.step);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::ContentKey;

    proptest! {
        /// Any chains are what each is alone.
        #[test]
        fn chains_side_by_side_are_those_one_by_one(
            lens in prop::collection::vec((0_usize..600, prop::sample::select(vec![16, 160])), 0..30),
        ) {
            let cipher = Cipher::new(&ContentKey::new([7; 16]));
            let iv = Iv([9; 16]);
            let len: usize = lens.iter().map(|(len, _)| len).sum();
            let clear: Vec<u8> = (0..len).map(|at| u8::try_from(at % 251).unwrap()).collect();
            let mut start = 0_usize;
            let chains: Vec<_> = lens
                .iter()
                .map(|&(len, step)| {
                    let end = start.checked_add(len).unwrap();
                    Chain { start: std::mem::replace(&mut start, end), end, step }
                })
                .collect();
            let mut expected = clear.clone();
            for chain in &chains {
                let mut last = iv.0.into();
                for turn in expected[chain.start..chain.end].chunks_mut(chain.step) {
                    let len = turn.len().min(BLOCK);
                    cipher.encrypt_chain(&mut last, &mut turn[..len]);
                }
            }
            let mut data = clear;
            cipher.encrypt_chains(iv, &mut data, chains);
            prop_assert_eq!(data, expected);
        }
    }
}
