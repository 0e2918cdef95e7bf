//! The samples of a track while they are gathered, fragment by fragment or edit by edit.

use std::ops::Range;

use dynpack_media::{ColumnBuilder, SampleIndex, SampleTable, Ticks};

use crate::samples::{Chunks, Places, Samples};

/// The samples of a track while they are gathered, fragment by fragment or edit by edit.
///
/// Samples without bytes are not gathered at the start, which they delay, nor at the end. What
/// comes of others, and of gaps, is decided by [`Gaps`]. Memory follows the runs of equal samples,
/// never the counts they claim.
#[derive(Debug, Default)]
pub(crate) struct Gathered {
    gaps: Gaps,
    /// Of all samples but the last, for the next fragment decides how long that lasts.
    durations: ColumnBuilder,
    last_duration: Option<u32>,
    composition_offsets: ColumnBuilder,
    sizes: ColumnBuilder,
    sync: SyncSamples,
    chunks: Chunks,
    /// Decode time of the first sample, in ticks.
    start: i64,
    /// End of the last sample, in ticks. Where it saturates, a sample table refuses the durations.
    end: i64,
    /// How much time without samples follows, in ticks.
    empty: i64,
}

/// What comes of the time of samples without bytes, and of time without samples.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Gaps {
    /// The sample before lasts longer.
    #[default]
    Filled,
    /// There are samples without bytes: nothing of a text is shown then.
    Empty,
}

impl Gaps {
    /// The maximum duration of a sample, in ticks. Media that lasts longer is a mistake, but text
    /// lasts for minutes on clocks of 10 MHz.
    pub(crate) const fn max_duration(self) -> u32 {
        match self {
            Self::Filled => i32::MAX.cast_unsigned(),
            Self::Empty => u32::MAX,
        }
    }
}

/// Samples which follow each other and are run.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SampleRun {
    pub(crate) count: u32,
    /// In ticks.
    pub(crate) duration: u32,
    /// In bytes.
    pub(crate) size: u32,
    /// In ticks, as the bits of an `i32`.
    pub(crate) composition_offset: u32,
    pub(crate) is_sync: bool,
}

impl Gathered {
    /// The samples of a table.
    pub(crate) fn of(table: &SampleTable, gaps: Gaps) -> Result<Self, String> {
        let mut gathered = Self { gaps, ..Self::default() };
        gathered.append(table, SampleIndex(0)..SampleIndex(table.len()), 0)?;
        Ok(gathered)
    }

    /// Number of samples so far.
    pub(crate) const fn len(&self) -> u32 {
        self.sizes.len()
    }

    /// End of the last sample, in ticks.
    pub(crate) const fn end(&self) -> i64 {
        self.end
    }

    /// Decode time of the last sample, in ticks.
    pub(crate) fn last_start(&self) -> Option<i64> {
        Some(self.end.saturating_sub(self.last_duration?.into()))
    }

    /// Begins a fragment, which is decoded from `time` on if it declares one, else from the end of
    /// the last sample.
    ///
    /// The last sample lasts until then: longer over a gap that is filled, shorter where the
    /// fragment begins before its end. Samples that do not start before the fragment are replaced
    /// by it: a recorder sent them again. Returns how many.
    ///
    /// # Errors
    /// Returns the problem if the last sample would get a duration of more than 31 bits, or if
    /// `time` is implausible.
    pub(crate) fn begin(&mut self, time: Option<i64>) -> Result<u32, String> {
        let replaced = time.map_or(0, |time| self.cut_at(time));
        let end = self.end;
        let time = time.unwrap_or_else(|| end.saturating_add(self.empty));
        if !Ticks(time).is_plausible() {
            return Err(format!("begins at tick {time}, beyond any plausible time"));
        }
        match self.last_duration {
            None => self.start = time,
            Some(last) if self.gaps == Gaps::Empty && time > end => {
                self.leave_empty(last, time.abs_diff(end))?;
            }
            Some(last) => {
                let lasts = i64::from(last).saturating_add(time.saturating_sub(end));
                let lasts =
                    u32::try_from(lasts).ok().filter(|lasts| *lasts <= self.gaps.max_duration());
                let lasts = lasts.ok_or_else(|| {
                    let ticks = time.abs_diff(end);
                    format!("begins {ticks} ticks after the end of the samples before it, at {end}")
                })?;
                self.last_duration = Some(lasts);
            }
        }
        (self.end, self.empty) = (time, 0);
        Ok(replaced)
    }

    /// Appends samples without bytes of so many ticks, after one that lasts `last`.
    fn leave_empty(&mut self, last: u32, ticks: u64) -> Result<(), String> {
        const LONGEST: u64 = i32::MAX.cast_unsigned() as u64;
        const MAX_COUNT: u64 = 1 << 10;
        let (whole, rest) = (ticks / LONGEST, ticks % LONGEST);
        let rest = u32::try_from(rest).map_err(|error| error.to_string())?;
        let whole = u32::try_from(whole).ok().filter(|whole| u64::from(*whole) < MAX_COUNT);
        let whole =
            whole.ok_or_else(|| format!("begins {ticks} ticks after the samples before"))?;
        let count = whole.saturating_add((rest > 0).into());
        self.durations.push_run(last, 1);
        self.durations.push_run(i32::MAX.cast_unsigned(), whole);
        self.durations.push_run(rest, (rest > 0).into());
        // The last one is kept apart, as those with bytes are.
        let len = self.durations.len();
        self.last_duration = self.durations.last_run().map(|(duration, _)| duration);
        self.durations.truncate(len.saturating_sub(1));
        self.sync.push(self.len(), count, true);
        self.composition_offsets.push_run(0, count);
        self.sizes.push_run(0, count);
        Ok(())
    }

    /// Removes the samples that do not start before `time`, and returns how many.
    fn cut_at(&mut self, time: i64) -> u32 {
        let before = self.len();
        if let Some(last) = self.last_duration.take() {
            self.durations.push_run(last, 1);
        }
        while let Some((duration, count)) = self.durations.last_run() {
            let all = i64::from(duration).saturating_mul(count.into());
            let start = self.end.saturating_sub(all);
            let kept = match time.saturating_sub(start) {
                ..=0 => 0,
                // All samples of a run without a duration start at the same time.
                into => u64::try_from(into)
                    .ok()
                    .and_then(|into| into.checked_next_multiple_of(duration.into()))
                    .and_then(|into| into.checked_div(duration.into()))
                    .and_then(|kept| u32::try_from(kept).ok())
                    .map_or(count, |kept| kept.min(count)),
            };
            let removed = self
                .durations
                .truncate(self.durations.len().saturating_sub(count).saturating_add(kept));
            self.end = self.end.saturating_sub_unsigned(removed);
            if kept > 0 {
                break;
            }
        }
        let len = self.durations.len();
        if let Some((last, _)) = self.durations.last_run() {
            self.durations.truncate(len.saturating_sub(1));
            self.last_duration = Some(last);
        }
        if len < before {
            self.composition_offsets.truncate(len);
            self.sync.truncate(len);
            let removed = self.sizes.truncate(len);
            self.chunks.truncate(len, removed);
        }
        before.saturating_sub(len)
    }

    /// No samples for so many ticks.
    pub(crate) fn skip(&mut self, duration: u32) {
        self.empty = self.empty.saturating_add(duration.into());
    }

    /// Appends a run of samples which lies at `offset` and takes `len` bytes. `None` if that passes
    /// 64 bits.
    pub(crate) fn begin_run(&mut self, offset: u64, len: u64) -> Option<()> {
        if len == 0 {
            return Some(());
        }
        self.chunks.push(self.len(), offset, len)
    }

    /// Appends samples.
    ///
    /// # Errors
    /// As [`begin`](Self::begin), after samples without bytes.
    pub(crate) fn push(&mut self, run: SampleRun) -> Result<(), String> {
        let Some(but_last) = run.count.checked_sub(1) else { return Ok(()) };
        let lasts = i64::from(run.duration).saturating_mul(run.count.into());
        if run.size == 0 {
            self.empty = self.empty.saturating_add(lasts);
            return Ok(());
        }
        if self.empty > 0 {
            self.begin(None)?;
        }
        if let Some(last) = self.last_duration.replace(run.duration) {
            self.durations.push_run(last, 1);
        }
        self.durations.push_run(run.duration, but_last);
        self.end = self.end.saturating_add(lasts);
        self.sync.push(self.len(), run.count, run.is_sync);
        self.composition_offsets.push_run(run.composition_offset, run.count);
        self.sizes.push_run(run.size, run.count);
        Ok(())
    }

    /// Appends samples of a table, presented `later` by so many ticks after they are decoded.
    ///
    /// # Errors
    /// As [`push`](Self::push), or if a composition offset would get more than 32 bits.
    pub(crate) fn append(
        &mut self,
        table: &SampleTable,
        samples: Range<SampleIndex>,
        later: i64,
    ) -> Result<(), String> {
        for (sample, place) in table.placed_samples(samples) {
            self.begin_run(place, sample.size.into())
                .ok_or("the samples sum up to more than 64 bits")?;
            let offset = i32::try_from(sample.composition_offset.0.saturating_add(later))
                .map_err(|_| "a composition offset would take more than 32 bits")?;
            self.push(SampleRun {
                count: 1,
                duration: u32::try_from(sample.duration.0)
                    .map_err(|_| "a sample lasts for more than 32 bits of ticks")?,
                size: sample.size,
                composition_offset: offset.cast_unsigned(),
                is_sync: sample.is_sync,
            })?;
        }
        Ok(())
    }

    /// The samples of a file of `file_len` bytes, and the decode time of the first.
    ///
    /// # Errors
    /// What is wrong, if the samples cannot be real.
    pub(crate) fn finish(mut self, file_len: u64) -> Result<(Samples, Ticks), String> {
        if self.empty > 0 && self.gaps == Gaps::Filled {
            self.begin(None)?;
        }
        if let Some(last) = self.last_duration {
            self.durations.push_run(last, 1);
        }
        if self.len() > 0 && self.end == self.start {
            return Err("all durations are zero".into());
        }
        let sync_count = self.sync.count;
        if !self.sync.are_all && sync_count > file_len {
            return Err(format!(
                "{sync_count} sync samples are declared, but the file has only {file_len} bytes"
            ));
        }
        let samples = Samples {
            durations: self.durations.finish(),
            composition_offsets: self.composition_offsets.finish(),
            sizes: self.sizes.finish(),
            sync_samples: self.sync.finish(),
            places: Places::Listed(self.chunks),
        };
        Ok((samples, Ticks(self.start)))
    }
}

/// The samples at which decoding can start.
#[derive(Debug)]
struct SyncSamples {
    /// First sample and count.
    runs: Vec<(u32, u32)>,
    /// Samples in all runs.
    count: u64,
    are_all: bool,
}

impl Default for SyncSamples {
    fn default() -> Self {
        Self { runs: Vec::new(), count: 0, are_all: true }
    }
}

impl SyncSamples {
    fn push(&mut self, first: u32, count: u32, is_sync: bool) {
        if !is_sync {
            self.are_all = false;
            return;
        }
        self.count = self.count.saturating_add(count.into());
        match self.runs.last_mut() {
            Some((start, len)) if start.saturating_add(*len) == first => {
                *len = len.saturating_add(count)
            }
            _ => self.runs.push((first, count)),
        }
    }

    /// Keeps only the samples before `len`.
    fn truncate(&mut self, len: u32) {
        while let Some((first, count)) = self.runs.pop() {
            let kept = len.saturating_sub(first).min(count);
            self.count = self.count.saturating_sub(count.saturating_sub(kept).into());
            if kept > 0 {
                self.runs.push((first, kept));
                break;
            }
        }
    }

    /// As a list; `None` where all are. Decoding has to start somewhere: where none is, at the
    /// first sample.
    fn finish(self) -> Option<Vec<SampleIndex>> {
        if self.are_all {
            return None;
        }
        let listed = self
            .runs
            .iter()
            .flat_map(|&(first, count)| first..first.saturating_add(count))
            .map(SampleIndex);
        let mut samples: Vec<_> = listed.collect();
        if samples.is_empty() {
            samples.push(SampleIndex(0));
        }
        Some(samples)
    }
}
