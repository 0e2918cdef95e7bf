//! Where chunks start, as a table of the file has it.

use bytes::Bytes;

/// Where chunks start, in bytes from the start of the file. The most significant byte of each
/// number comes first.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "the standard has these two")]
pub enum StoredOffsets {
    /// Four bytes each (`stco`, ISO/IEC 14496-12, 8.7.5).
    Narrow(Bytes),
    /// Eight bytes each (`co64`).
    Wide(Bytes),
}

impl StoredOffsets {
    /// Number of chunks.
    pub(crate) fn len(&self) -> u32 {
        let len = match self {
            Self::Narrow(table) => narrow(table).len(),
            Self::Wide(table) => wide(table).len(),
        };
        u32::try_from(len).unwrap_or(u32::MAX)
    }

    pub(crate) fn get(&self, chunk: u32) -> Option<u64> {
        let at = chunk as usize;
        match self {
            Self::Narrow(table) => {
                narrow(table).get(at).map(|&word| u32::from_be_bytes(word).into())
            }
            Self::Wide(table) => wide(table).get(at).map(|&word| u64::from_be_bytes(word)),
        }
    }

    /// The largest.
    pub(crate) fn max(&self) -> u64 {
        match self {
            Self::Narrow(table) => {
                let words = narrow(table).iter().map(|&word| u32::from_be_bytes(word));
                words.max().unwrap_or_default().into()
            }
            Self::Wide(table) => {
                wide(table).iter().map(|&word| u64::from_be_bytes(word)).max().unwrap_or_default()
            }
        }
    }

    /// The first chunk that starts at `offset` or after it; the number of chunks if none does.
    pub(crate) fn first_from(&self, offset: u64) -> u32 {
        let first = match self {
            Self::Narrow(table) => {
                narrow(table).iter().position(|&word| u64::from(u32::from_be_bytes(word)) >= offset)
            }
            Self::Wide(table) => {
                wide(table).iter().position(|&word| u64::from_be_bytes(word) >= offset)
            }
        };
        first.and_then(|first| u32::try_from(first).ok()).unwrap_or_else(|| self.len())
    }

    /// Keeps only the first `len`. `None` if there are fewer.
    pub(crate) fn truncate(&mut self, len: u32) -> Option<()> {
        let is_enough = len <= self.len();
        let (table, entry) = match self {
            Self::Narrow(table) => (table, size_of::<u32>()),
            Self::Wide(table) => (table, size_of::<u64>()),
        };
        table.truncate((len as usize).checked_mul(entry)?);
        is_enough.then_some(())
    }

    /// Copies the table to a buffer of its own.
    pub(crate) fn unshare(&mut self) {
        let (Self::Narrow(table) | Self::Wide(table)) = self;
        *table = Bytes::copy_from_slice(table);
    }

    /// Bytes of the table.
    pub(crate) const fn byte_len(&self) -> usize {
        let (Self::Narrow(table) | Self::Wide(table)) = self;
        table.len()
    }
}

fn narrow(table: &Bytes) -> &[[u8; 4]] {
    table.as_chunks().0
}

fn wide(table: &Bytes) -> &[[u8; 8]] {
    table.as_chunks().0
}
