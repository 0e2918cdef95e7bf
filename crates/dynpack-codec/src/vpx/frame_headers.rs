//! Where the headers of the frames of VP9 samples end.

use std::ops::Range;

use super::superframe::frames;
use super::uncompressed_header::{Widths, read_len};
use crate::{Error, Malformed};

/// Finds the end of uncompressed headers, by the frames seen so far.
#[derive(Clone, Debug, Default)]
pub struct FrameHeaders {
    widths: Widths,
}

impl FrameHeaders {
    /// What follows the uncompressed header of each frame of the next sample, in bytes of the
    /// sample. Superframe indexes, and frames that show an earlier one, have nothing of it.
    ///
    /// # Errors
    /// [`Malformed::Superframe`] if the frames pass the end of the sample,
    /// [`Malformed::FrameHeader`] if a header is cut short or invalid, and
    /// [`Unsupported::Reference`](crate::Unsupported::Reference) if its length depends on a frame
    /// that was not seen.
    pub fn read(&mut self, sample: &[u8]) -> Result<Vec<Range<usize>>, Error> {
        let frames = frames(sample).ok_or(Malformed::Superframe(sample.len()))?;
        let frames = frames.into_iter().filter(|frame| !frame.is_empty());
        frames
            .map(|Range { start, end }| {
                let frame = sample.get(start..end).unwrap_or_default();
                let header_len = read_len(frame, &mut self.widths)?;
                Ok(start.saturating_add(header_len)..end)
            })
            .collect()
    }
}
