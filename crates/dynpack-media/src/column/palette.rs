//! The distinct values of a column, and which of them each sample has.

/// The maximum number of values: a search of them must pay.
const MAX_VALUES: usize = 64;

/// Samples that are listed before it is known whether runs are long.
const MAX_UNKNOWN: usize = 4096;

/// The distinct values of a column in order of appearance, while it is surveyed.
pub(super) struct Palette {
    values: Vec<u32>,
    /// Where values are, by their hashes. May be wrong, and is looked at first.
    slots: [u8; 256],
    /// Which value each sample has; `None` where runs are so long that nobody will ask.
    indices: Option<Vec<u8>>,
}

impl Palette {
    pub(super) const fn new() -> Self {
        Self { values: Vec::new(), slots: [0; 256], indices: Some(Vec::new()) }
    }

    /// Appends `count` samples of `value`, in the run of that number. `None` if the values are too
    /// many.
    pub(super) fn push(&mut self, value: u32, count: u32, run: usize) -> Option<()> {
        let index = self.index(value)?;
        if let Some(indices) = &mut self.indices {
            let len = indices.len().saturating_add(count as usize);
            // Runs take 8 bytes each, so a palette only wins if they are shorter than that.
            if len > run.saturating_mul(8).saturating_add(MAX_UNKNOWN) {
                self.indices = None;
            } else if count == 1 {
                indices.push(index);
            } else {
                indices.resize(len, index);
            }
        }
        Some(())
    }

    /// Which of the values this is.
    fn index(&mut self, value: u32) -> Option<u8> {
        let [hash, ..] = value.wrapping_mul(0x9e37_79b1).to_be_bytes();
        let slot = self.slots.get_mut(usize::from(hash))?;
        if self.values.get(usize::from(*slot)) == Some(&value) {
            return Some(*slot);
        }
        let at = self.values.iter().position(|&known| known == value).unwrap_or(self.values.len());
        if at == self.values.len() {
            if at == MAX_VALUES {
                return None;
            }
            self.values.push(value);
        }
        *slot = u8::try_from(at).ok()?;
        Some(*slot)
    }

    /// The values, and which of them each of `len` samples has, if that is known.
    pub(super) fn finish(self, len: u32) -> (Vec<u32>, Option<Vec<u8>>) {
        (self.values, self.indices.filter(|indices| indices.len() == len as usize))
    }
}
