//! Which blocks of a frame are encrypted.

use dynpack_codec::avc;

use crate::Error;
use crate::aes::BLOCK;
use crate::chains::Chain;

/// How many bytes of a NAL unit are clear, including its header (2.2).
const CLEAR_OF_UNIT: usize = 32;

/// Maximum size in bytes of a NAL unit that stays clear (2.2).
const MAX_CLEAR_UNIT: usize = 48;

/// How many bytes of a frame of audio are clear (2.3.2, 2.3.3).
const CLEAR_OF_AUDIO: usize = 16;

/// The first of ten blocks of video is encrypted (2.2).
const TURN: usize = 10 * BLOCK;

/// What is encrypted on its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Frame<'a> {
    /// A NAL unit of H.264, without start code but with its emulation prevention. Slices of more
    /// than 48 bytes are encrypted, and other units are unchanged.
    ///
    /// After encryption, emulation prevention is applied again to the whole unit. Receivers remove
    /// that, decrypt the unit, and get it with its original emulation prevention. So an encrypted
    /// unit may grow by a few bytes.
    NalUnit(&'a [u8]),
    /// A frame of audio, whose length does not change: for AAC, what follows the ADTS header; for
    /// AC-3, the frame; for Enhanced AC-3, one syncframe.
    Audio(&'a [u8]),
}

impl<'a> Frame<'a> {
    /// The bytes of the clear frame.
    pub(super) const fn bytes(self) -> &'a [u8] {
        match self {
            Self::NalUnit(bytes) | Self::Audio(bytes) => bytes,
        }
    }

    /// The blocks that are encrypted; `None` if the frame stays clear.
    ///
    /// # Errors
    /// [`Error::Malformed`] if a unit that stays clear contains a start code,
    /// [`Error::Unsupported`] if it contains pictures but is not a slice that receivers decrypt
    /// (2.2).
    pub(super) fn chain(self) -> Result<Option<Chain>, Error> {
        match self {
            Self::NalUnit(unit) if avc::is_slice(unit)? && unit.len() > MAX_CLEAR_UNIT => {
                // A block is encrypted only if something follows it. Otherwise a unit could end in
                // a zero that it did not end in before.
                let end = unit.len().saturating_sub(1);
                Ok(Some(Chain { start: CLEAR_OF_UNIT, end, step: TURN }))
            }
            Self::NalUnit(unit) => {
                avc::refuse_start_code(unit)?;
                Ok(None)
            }
            Self::Audio(frame) => {
                Ok(Some(Chain { start: CLEAR_OF_AUDIO, end: frame.len(), step: BLOCK }))
            }
        }
    }
}
