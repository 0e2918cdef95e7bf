//! Text in fragmented MP4 (ISO/IEC 14496-30).

use std::sync::Arc;

use bytes::Bytes;
use dynpack_codec::Codec;
use dynpack_media::{
    Column, Cuts, Rendition, SampleColumns, SampleIndex, SampleTable, Segment, Track, TrackId,
};
use dynpack_text::ttml::{Times, WriteOptions};
use dynpack_text::{Document, Sample, stpp, wvtt};

use crate::fmp4::{Fragment, Profile, Writer};
use crate::{Error, SegmentPlan};

/// Writes the segments of a text in fragmented MP4: its init segment, and each of its media
/// segments. A segment that shows nothing has a sample too, which is empty.
#[derive(Clone, Debug)]
pub struct Mp4Writer<'a> {
    profile: Profile,
    rendition: &'a Rendition,
    document: &'a Document,
    coding: Coding,
}

/// How the samples are coded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Coding {
    Stpp(Times),
    Wvtt,
}

impl<'a> Mp4Writer<'a> {
    /// Writes documents of IMSC 1 (`stpp`), one in each segment, with cues that are cut at its
    /// ends. Their times are those of the presentation; in [`Profile::Smooth`] they count from the
    /// start of the segment.
    #[must_use]
    pub const fn imsc(profile: Profile, rendition: &'a Rendition, document: &'a Document) -> Self {
        let times = match profile {
            Profile::Smooth => Times::Segment,
            Profile::Cmaf | Profile::Csf => Times::Cut,
        };
        Self { profile, rendition, document, coding: Coding::Stpp(times) }
    }

    /// Writes WebVTT (`wvtt`): a sample for each stretch of a segment in which the same cues are
    /// shown. Cues without a length are in none.
    #[must_use]
    pub const fn wvtt(profile: Profile, rendition: &'a Rendition, document: &'a Document) -> Self {
        Self { profile, rendition, document, coding: Coding::Wvtt }
    }

    /// Makes the init segment.
    ///
    /// # Errors
    /// [`Error::Unsupported`] for [`Profile::Smooth`], which has none, or if the header of the
    /// document is larger than any real one.
    pub fn init_segment(&self) -> Result<Bytes, Error> {
        let entry = match self.coding {
            Coding::Stpp(_) => stpp::sample_entry(),
            Coding::Wvtt => wvtt::sample_entry(self.document),
        };
        let cuts = Arc::clone(&self.rendition.cuts);
        let rendition = self.with_track(entry.into(), SampleTable::empty(), cuts);
        Writer::new(self.profile, &rendition).init_segment()
    }

    /// Makes one media segment.
    ///
    /// # Errors
    /// [`Error::Unsupported`] if too many cues overlap each other, [`Error::Sample`] if a time does
    /// not fit its field.
    pub fn media_segment(&self, segment: &Segment) -> Result<SegmentPlan, Error> {
        let samples = self.samples(segment)?;
        let table = table(&samples)?;
        let mut segment = segment.clone();
        segment.samples = SampleIndex(0)..SampleIndex(table.len());
        let cuts = Cuts::of_text_segment(&segment);
        // Fragments do not say what their sample entry does, which costs a look at all cues.
        let rendition = self.with_track(Bytes::new(), table, cuts.into());
        let data = samples.into_iter().flat_map(|sample| sample.data).collect();
        Fragment::new(self.profile, &rendition, &segment).plan_with(data)
    }

    /// The samples of a segment, which fill its time.
    fn samples(&self, segment: &Segment) -> Result<Vec<Sample>, Error> {
        let time = |ticks| self.rendition.time(ticks);
        let span = time(segment.start)..time(segment.start + segment.duration);
        let excerpt = self.document.segment(span);
        let clock = self.rendition.timescale();
        match self.coding {
            Coding::Stpp(times) => {
                let options = WriteOptions { times, ..WriteOptions::default() };
                Ok(stpp::sample(&excerpt, options, clock).into_iter().collect())
            }
            Coding::Wvtt => wvtt::samples(&excerpt, clock).map_err(unsupported),
        }
    }

    /// The rendition with a track of that sample entry and those samples.
    fn with_track(&self, entry: Bytes, samples: SampleTable, cuts: Arc<Cuts>) -> Rendition {
        let clock = self.rendition.timescale();
        let track = Track::new(TrackId(1), clock, Codec::Text, entry, samples);
        let mut rendition = self.rendition.clone();
        (rendition.track, rendition.cuts) = (track.into(), cuts);
        rendition
    }
}

/// The table of samples that follow each other.
fn table(samples: &[Sample]) -> Result<SampleTable, Error> {
    let column = |value: fn(&Sample) -> Option<u32>| {
        let values: Option<Vec<_>> =
            samples.iter().map(|sample| Some((value(sample)?, 1))).collect();
        let values = values.ok_or_else(|| unsupported("one of its segments is too long"))?;
        Ok::<_, Error>(Column::from_runs(values.into_iter()))
    };
    let durations = column(|sample| u32::try_from((sample.span.end - sample.span.start).0).ok())?;
    let sizes = column(|sample| u32::try_from(sample.data.len()).ok())?;
    let columns = SampleColumns {
        composition_offsets: Column::constant(0, sizes.len()),
        chunks: samples.first().map(|_| (SampleIndex(0), 0)).into_iter().collect(),
        durations,
        sizes,
        sync_samples: None,
    };
    SampleTable::new(columns).map_err(unsupported)
}

fn unsupported(problem: impl ToString) -> Error {
    Error::Unsupported(problem.to_string())
}
