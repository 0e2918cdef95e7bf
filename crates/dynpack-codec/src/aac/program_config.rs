//! The program config element: which channels there are, where no number stands for their layout
//! (ISO/IEC 14496-3, 4.4.1.1).

use bytes::Bytes;

use crate::bits::{Bits, bit, packed};

/// `ID_PCE`, which precedes the element in a frame (4.4.2.1, table 4.85).
const ID: [u8; 3] = [1, 0, 1];

/// A program config element.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ProgramConfig {
    pub(super) channels: u8,
    /// The element as the first of a frame, with its id and without its comment. After the element
    /// before it, which has whole bytes, the rest of a frame stays as it is.
    pub(super) element: Bytes,
}

impl ProgramConfig {
    /// Reads the element of that configuration to its end. `None` if it is cut short.
    pub(super) fn read(config: &[u8], bits: &mut Bits<'_>) -> Option<Self> {
        let start = bits.position();
        let channels = read_channels(bits)?;
        let element = element(config, start, bits.position());
        skip_comment(bits)?;
        Some(Self { channels, element })
    }
}

/// Skips an element of a frame, after its id.
pub(super) fn skip(bits: &mut Bits<'_>) -> Option<()> {
    read_channels(bits)?;
    skip_comment(bits)
}

fn skip_comment(bits: &mut Bits<'_>) -> Option<()> {
    bits.align();
    let len = bits.unsigned(8)?;
    (0..len).try_for_each(|_| bits.unsigned(8).map(drop))
}

/// Reads up to the alignment before the comment.
fn read_channels(bits: &mut Bits<'_>) -> Option<u8> {
    bits.unsigned(4 + 2 + 4)?; // tag, object type, rate
    let [front, side, back] = [bits.unsigned(4)?, bits.unsigned(4)?, bits.unsigned(4)?];
    let [low_frequency, data, coupling] = [bits.unsigned(2)?, bits.unsigned(3)?, bits.unsigned(4)?];
    for mixdown_len in [4, 4, 3] {
        if bits.flag()? {
            bits.unsigned(mixdown_len)?;
        }
    }
    let mut channels = low_frequency;
    for _ in (0..front).chain(0..side).chain(0..back) {
        let is_pair = bits.flag()?;
        channels = channels.checked_add(if is_pair { 2 } else { 1 })?;
        bits.unsigned(4)?;
    }
    for _ in (0..low_frequency).chain(0..data) {
        bits.unsigned(4)?;
    }
    for _ in 0..coupling {
        bits.unsigned(5)?;
    }
    u8::try_from(channels).ok()
}

/// The element of a frame with these bits of a configuration. It is aligned as it is there, but
/// counted from the start of the frame (4.5.2.1), and its comment has no bytes.
fn element(config: &[u8], start: usize, end: usize) -> Bytes {
    let bits = packed(ID.into_iter().chain((start..end).map(|at| bit(config, at))));
    bits.into_iter().chain([0]).collect()
}
