//! Which shape of a column takes the fewest bytes.

use super::palette::Palette;
use super::shape::Shape;

/// What decides the shape of a column.
pub(super) struct Survey {
    pub(super) len: u32,
    /// Runs of equal values, neighbours joined.
    runs: usize,
    last: Option<u32>,
    /// The largest value.
    max: u32,
    /// `None` if there are too many distinct values for one.
    palette: Option<Palette>,
}

impl Survey {
    pub(super) fn of(runs: impl Iterator<Item = (u32, u32)>) -> Self {
        let mut survey =
            Self { len: 0, runs: 0, last: None, max: 0, palette: Some(Palette::new()) };
        runs.for_each(|(value, count)| survey.push(value, count));
        survey
    }

    fn push(&mut self, value: u32, count: u32) {
        if count == 0 {
            return;
        }
        self.len = self.len.saturating_add(count);
        if self.last != Some(value) {
            self.last = Some(value);
            self.runs = self.runs.saturating_add(1);
            self.max = self.max.max(value);
        }
        if self.palette.as_mut().is_some_and(|all| all.push(value, count, self.runs).is_none()) {
            self.palette = None;
        }
    }

    pub(super) fn shape(self, runs: impl Iterator<Item = (u32, u32)>) -> Shape {
        let (run_bytes, samples) = (self.runs.saturating_mul(8), self.len as usize);
        let is_narrow = u16::try_from(self.max).is_ok();
        // A palette can only win when the runs are short.
        let bytes_a_sample = match &self.palette {
            Some(_) => 1,
            None if is_narrow => 2,
            None => 4,
        };
        if run_bytes <= samples.saturating_mul(bytes_a_sample) {
            let (starts, values) = join(runs, self.runs);
            return Shape::Runs { starts: starts.into(), values: values.into() };
        }
        match self.palette {
            Some(palette) => {
                let (values, indices) = palette.finish(self.len);
                let index_of = |value: u32| {
                    let at = values.iter().position(|&entry| entry == value);
                    at.and_then(|at| u8::try_from(at).ok()).expect("the palette has all values")
                };
                let indices =
                    indices.map_or_else(|| expand(runs, samples, index_of), Vec::into_boxed_slice);
                Shape::Palette { indices: indices.into(), values: values.into() }
            }
            None if is_narrow => Shape::Narrow(expand(runs, samples, |value| {
                u16::try_from(value).expect("the largest value has 16 bits")
            })),
            None => Shape::Wide(expand(runs, samples, |value| value)),
        }
    }
}

/// The first sample and the value of each run, equal neighbours joined.
fn join(runs: impl Iterator<Item = (u32, u32)>, count: usize) -> (Vec<u32>, Vec<u32>) {
    let (mut starts, mut values) = (Vec::with_capacity(count), Vec::with_capacity(count));
    let mut len = 0_u32;
    runs.filter(|(_, count)| *count > 0).for_each(|(value, count)| {
        if values.last() != Some(&value) {
            starts.push(len);
            values.push(value);
        }
        len = len.saturating_add(count);
    });
    (starts, values)
}

/// An entry a sample. The runs are short, or another shape would have been chosen: `len` is a small
/// multiple of their number.
fn expand<T: Copy>(
    runs: impl Iterator<Item = (u32, u32)>,
    len: usize,
    entry: impl Fn(u32) -> T,
) -> Box<[T]> {
    let mut expanded = Vec::with_capacity(len);
    for (value, count) in runs {
        match count {
            // The survey ignores the value of an empty run.
            0 => {}
            1 => expanded.push(entry(value)),
            count => expanded.extend(std::iter::repeat_n(entry(value), count as usize)),
        }
    }
    expanded.into()
}
