//! The encrypted blocks of many frames.

use dynpack_codec::avc;

use super::Frame;
use crate::Error;
use crate::aes::BLOCK;
use crate::chains::Chain;

/// The encrypted blocks of frames. Each frame is a chain of its own, so the chains of many are
/// encrypted side by side. Each frame is [added](Self::add), then all are
/// [encrypted](super::SampleAes::encrypt), and then each is [written](Self::write), in the same
/// order.
#[derive(Debug, Default)]
pub struct Blocks {
    pub(super) bytes: Vec<u8>,
    /// The blocks of each frame.
    pub(super) chains: Vec<Chain>,
    /// The offset of the first block that was not written.
    next: usize,
}

impl Blocks {
    /// Adds the blocks of a frame that are to be encrypted.
    ///
    /// # Errors
    /// [`Error::Malformed`] if a unit that stays clear contains a start code,
    /// [`Error::Unsupported`] if it contains pictures but is not a slice that receivers decrypt
    /// (2.2).
    pub fn add(&mut self, frame: Frame<'_>) -> Result<(), Error> {
        let Some(chain) = frame.chain()? else { return Ok(()) };
        let start = self.bytes.len();
        for place in chain.places() {
            self.bytes.extend_from_slice(frame.bytes().get(place).unwrap_or_default());
        }
        self.chains.push(Chain { start, end: self.bytes.len(), step: BLOCK });
        Ok(())
    }

    /// Appends a frame as it is encrypted.
    ///
    /// # Errors
    /// As [`add`](Self::add), and [`Error::SampleMismatch`] if the frame was not added.
    pub fn write(&mut self, frame: Frame<'_>, out: &mut Vec<u8>) -> Result<(), Error> {
        let start = out.len();
        out.extend_from_slice(frame.bytes());
        let Some(chain) = frame.chain()? else { return Ok(()) };
        let bytes = out.get_mut(start..).unwrap_or_default();
        for place in chain.places() {
            let end = self.next.saturating_add(BLOCK);
            let (Some(clear), Some(encrypted)) =
                (bytes.get_mut(place), self.bytes.get(self.next..end))
            else {
                let (planned, got) = (self.bytes.len() as u64, end as u64);
                return Err(Error::SampleMismatch { planned, got });
            };
            clear.copy_from_slice(encrypted);
            self.next = end;
        }
        if matches!(frame, Frame::NalUnit(_)) {
            avc::escape(start, out);
        }
        Ok(())
    }

    /// Lets the first frame be written again.
    pub fn rewind(&mut self) {
        self.next = 0;
    }
}
