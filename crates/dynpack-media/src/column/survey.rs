//! Which shape of a column takes the fewest bytes.

use super::shape::Shape;

/// The maximum number of values in a palette: a linear search must pay.
const MAX_PALETTE: usize = 64;

/// What decides the shape of a column.
pub(super) struct Survey {
    pub(super) len: u32,
    /// Runs of equal values, neighbours joined.
    runs: usize,
    /// The largest value.
    max: u32,
    /// The distinct values in order of appearance; `None` above [`MAX_PALETTE`].
    palette: Option<Vec<u32>>,
}

impl Survey {
    pub(super) fn of(runs: impl Iterator<Item = (u32, u32)>) -> Self {
        let mut survey = Self { len: 0, runs: 0, max: 0, palette: Some(Vec::new()) };
        let mut last = None;
        for (value, count) in runs {
            survey.len = survey.len.saturating_add(count);
            if count == 0 || last == Some(value) {
                continue;
            }
            last = Some(value);
            survey.runs = survey.runs.saturating_add(1);
            survey.max = survey.max.max(value);
            match &mut survey.palette {
                Some(palette) if palette.contains(&value) => {}
                Some(palette) if palette.len() < MAX_PALETTE => palette.push(value),
                palette => *palette = None,
            }
        }
        survey
    }

    pub(super) fn shape(&self, runs: impl Iterator<Item = (u32, u32)>) -> Shape {
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
        match &self.palette {
            Some(palette) => {
                let index_of = |value: u32| {
                    let at = palette.iter().position(|&entry| entry == value);
                    at.and_then(|at| u8::try_from(at).ok()).expect("the palette has all values")
                };
                let indices = expand(runs, samples, index_of);
                Shape::Palette { indices, values: palette.clone().into() }
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
