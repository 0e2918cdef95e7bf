//! The edit list: which media of a track its movie presents, and when (`elst`, ISO/IEC 14496-12,
//! 8.6.6).

mod cut;
mod read;
mod stretch;

use dynpack_media::{Edit, MediaStretch, SampleIndex, SampleTable, Ticks};

use self::cut::Cut;
use self::stretch::Stretch;
use crate::Error;
use crate::boxes::Place;

/// The edit list of a track, on the track's clock.
#[derive(Debug)]
pub(crate) struct EditList {
    /// In the order in which they are presented; at least one.
    stretches: Vec<Stretch>,
    /// A tick of the movie's clock, on which durations are written: no end is more exact.
    tick: Ticks,
    /// Where the box is; the track's, if there is none.
    place: Place,
    /// What is not obeyed.
    warning: Option<&'static str>,
}

/// What the headers of a track say of its length.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Header {
    /// The duration in `mdhd`, in ticks of the track.
    pub(crate) duration: u64,
    /// Whether fragments may follow, of which the headers know nothing.
    pub(crate) is_fragmented: bool,
}

/// A track whose edit list was obeyed.
#[derive(Debug)]
pub(crate) struct Edited {
    pub(crate) samples: SampleTable,
    pub(crate) edit: Edit,
    pub(crate) warnings: Vec<String>,
}

impl EditList {
    /// Applies the list to samples of which the first is decoded at `start`.
    ///
    /// A list with one edit that lasts as long as the media leaves the samples as they are. Any
    /// other is cut: see [`Cut`]. If a single edit ends before the media, the track ends there only
    /// if `mdhd` measures the samples: otherwise durations in the headers of this file mean
    /// nothing.
    pub(crate) fn apply(
        mut self,
        samples: SampleTable,
        start: Ticks,
        header: Header,
    ) -> Result<Edited, Error> {
        let (is_cut, warnings) = self.count_from(start, &samples, header)?;
        if !is_cut {
            let edit = self.stretches.first().unwrap_or(&Stretch::ALL).edit();
            return Ok(Edited { samples, edit, warnings });
        }
        let cut = Cut::new(&samples, self.tick, self.tolerance(&samples));
        let (samples, edit) =
            cut.all(&self.stretches).map_err(|problem| self.place.edit_list(problem))?;
        Ok(Edited { samples, edit, warnings })
    }

    /// The stretches that the list presents of such samples, on the clock of the media, and what is
    /// wrong with it. Text is cut as it says once it is read.
    pub(crate) fn stretches(
        mut self,
        samples: &SampleTable,
        start: Ticks,
        header: Header,
    ) -> Result<(Vec<MediaStretch>, Vec<String>), Error> {
        let mut stretches: Vec<_> = self.stretches.iter().map(Stretch::of_media).collect();
        let (is_cut, warnings) = self.count_from(start, samples, header)?;
        if let Some(all) = stretches.first_mut().filter(|_| !is_cut) {
            all.duration = None;
        }
        Ok((stretches, warnings))
    }

    /// Makes its times count from the first sample, which is decoded at `start`. Returns whether
    /// samples must be cut, and what is wrong.
    fn count_from(
        &mut self,
        start: Ticks,
        samples: &SampleTable,
        header: Header,
    ) -> Result<(bool, Vec<String>), Error> {
        for stretch in &mut self.stretches {
            *stretch = stretch.since(start);
            if let Some(ticks) = stretch.edit().implausible_time() {
                return Err(self.place.malformed(beyond(ticks)));
            }
        }
        let mut warnings: Vec<_> = self.warning.into_iter().map(Into::into).collect();
        let tolerance = self.tolerance(samples);
        let (&first, others) = self.stretches.split_first().unwrap_or((&Stretch::ALL, &[]));
        let is_cut = !others.is_empty()
            || match first.media_end() {
                Some(end) if ends_before(samples, end - tolerance) => {
                    let is_meant = measures(header, samples, start);
                    if !is_meant && !header.is_fragmented {
                        warnings.push(ignored_end(samples, end, header));
                    }
                    is_meant
                }
                _ => false,
            };
        Ok((is_cut, warnings))
    }

    /// How far from the start of a sample a time of the list may lie that means it: a tick of the
    /// movie, but never half a sample.
    fn tolerance(&self, samples: &SampleTable) -> Ticks {
        let mean = samples.total_duration().0.checked_div(samples.len().into()).unwrap_or_default();
        self.tick.min(Ticks(mean / 2))
    }
}

/// Whether the last sample, in decoding order, is presented from `end` on. Pictures before it that
/// are presented later are needed to decode it.
fn ends_before(samples: &SampleTable, end: Ticks) -> bool {
    let last = samples.len().checked_sub(1).map(SampleIndex);
    last.is_some_and(|last| samples.composition_time(last) >= end)
}

/// Whether the duration in `mdhd` is that of the samples, with or without the time before the
/// first, to within the last of them.
fn measures(header: Header, samples: &SampleTable, start: Ticks) -> bool {
    let last = samples.duration(SampleIndex(samples.len().saturating_sub(1)));
    let total = samples.total_duration();
    [total, total + start].into_iter().any(|total| {
        let distance = i128::from(total.0).abs_diff(header.duration.into());
        distance <= last.0.unsigned_abs().into()
    })
}

fn ignored_end(samples: &SampleTable, end: Ticks, header: Header) -> String {
    format!(
        "its edit list ends at tick {end} of its media, but its samples last {} ticks and mdhd \
         declares {}: all samples are served",
        samples.total_duration(),
        header.duration
    )
}

fn beyond(ticks: Ticks) -> String {
    format!("the edit list declares tick {ticks}, beyond any plausible time")
}
