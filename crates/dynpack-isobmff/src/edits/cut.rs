//! Cuts samples as an edit list says: what it leaves out is gone, and what it presents later or
//! earlier than stored is at its time.

use std::ops::Range;

use dynpack_media::{Edit, SampleIndex, SampleTable, Ticks};

use super::stretch::Stretch;
use crate::gathered::Gathered;

/// The maximum distance, in samples, between the decoding order and the presentation order. H.264
/// allows 16.
const MAX_REORDERED: usize = 64;

/// How often all samples may be presented, on average: memory follows the file.
const MAX_REPEATS: u64 = 4;

/// The samples that an edit list presents, while they are gathered.
///
/// A sample is of the stretch of media in which its presentation starts, and stays whole. The first
/// stretch takes with it all samples from the start of the track on, for decoders may need them.
/// Each other one starts with a sync sample, without the pictures that lead it, or goes on where
/// the one before has ended. Where pictures that come later are decoded first, they stay for those
/// that refer to them. So a stretch can end within a group of pictures only where no other follows
/// at once: a later picture that is kept would be shown among those that follow.
///
/// Composition times are kept to the tick. A gap, and what a stretch leaves out, is time that the
/// sample before lasts longer or shorter.
pub(super) struct Cut<'a> {
    table: &'a SampleTable,
    /// A tick of the movie's clock.
    tick: Ticks,
    /// How far from the start of a sample a time that means it may lie.
    tolerance: Ticks,
    gathered: Gathered,
    /// What was gathered last.
    last: Option<Piece>,
    edit: Edit,
}

/// Where decoding of a stretch starts.
struct Start {
    sample: SampleIndex,
    /// Samples that are presented before are left out.
    earliest: Ticks,
}

/// The samples of a stretch.
struct Piece {
    stretch: Stretch,
    ranges: Vec<Range<SampleIndex>>,
    /// The first and the last composition time among them, as stored.
    earliest: Ticks,
    latest: Ticks,
    /// The end in decoding order.
    end: SampleIndex,
}

impl<'a> Cut<'a> {
    pub(super) fn new(table: &'a SampleTable, tick: Ticks, tolerance: Ticks) -> Self {
        let (gathered, edit) = (Gathered::default(), Edit::default());
        Self { table, tick, tolerance, gathered, last: None, edit }
    }

    /// The samples of all stretches, and the place of the first.
    ///
    /// # Errors
    /// Why no sequence of samples is presented as the list says.
    pub(super) fn all(mut self, stretches: &[Stretch]) -> Result<(SampleTable, Edit), String> {
        for stretch in stretches {
            self.add(*stretch)?;
        }
        if self.last.is_none() {
            return Err("no sample starts within an edit".into());
        }
        let (samples, _) = self.gathered.finish(u64::MAX)?;
        let table = samples.finish().map_err(|error| error.to_string())?;
        Ok((table, self.edit))
    }

    fn add(&mut self, stretch: Stretch) -> Result<(), String> {
        let number = stretch.number;
        let Some(start) = self.start(&stretch)? else { return Ok(()) };
        let Some(piece) = self.piece(stretch, start) else { return Ok(()) };
        let later = match &self.last {
            None => {
                self.edit = stretch.edit();
                Ticks::ZERO
            }
            Some(last) => self.later(&stretch, last, piece.earliest)?,
        };
        self.append(&piece, later).map_err(|problem| format!("edit {number} {problem}"))?;
        self.last = Some(piece);
        Ok(())
    }

    /// How much later than stored a stretch is presented, on the clock of the first, if it is after
    /// the samples before it.
    fn later(&self, stretch: &Stretch, last: &Piece, earliest: Ticks) -> Result<Ticks, String> {
        let later = |stretch: &Stretch| {
            stretch.position - self.edit.delay + self.edit.media_start - stretch.media_start
        };
        if earliest + later(stretch) <= last.latest + later(&last.stretch) {
            return Err(needs_another(&last.stretch, stretch));
        }
        Ok(later(stretch))
    }

    /// Where decoding of a stretch starts; `None` if nothing starts within it.
    fn start(&self, stretch: &Stretch) -> Result<Option<Start>, String> {
        let with_all = |sample| Ok(Some(Start { sample, earliest: -Ticks::MAX }));
        let Some(last) = &self.last else { return with_all(SampleIndex(0)) };
        let earliest = stretch.media_start - self.tolerance;
        let sync = self.sync_from(earliest);
        let is_at_start = |sync: &SampleIndex| {
            self.table.composition_time(*sync) <= stretch.media_start + self.tolerance
        };
        if self.are_all_sync() || sync.as_ref().is_some_and(is_at_start) {
            return Ok(sync.map(|sample| Start { sample, earliest }));
        }
        match last.stretch.media_end() {
            Some(end) if (stretch.media_start - end).0.abs() <= self.tick.0 => {
                if last.latest < end - self.tolerance {
                    with_all(last.end)
                } else {
                    Err(needs_another(&last.stretch, stretch))
                }
            }
            _ => Err(format!(
                "edit {} starts at tick {} of the media, where decoding cannot start: no sync \
                 sample is presented then",
                stretch.number, stretch.media_start
            )),
        }
    }

    fn are_all_sync(&self) -> bool {
        self.table.sync_samples(SampleIndex(0)..SampleIndex(self.table.len())).is_none()
    }

    /// The first sync sample that is presented at or after `time`.
    fn sync_from(&self, time: Ticks) -> Option<SampleIndex> {
        let is_before = |sample: SampleIndex| self.table.composition_time(sample) < time;
        let len = self.table.len();
        if let Some(listed) = self.table.sync_samples(SampleIndex(0)..SampleIndex(len)) {
            return listed.get(listed.partition_point(|sync| is_before(*sync))).copied();
        }
        let (mut from, mut to) = (0, len);
        while from < to {
            let middle = from.midpoint(to);
            if is_before(SampleIndex(middle)) {
                from = middle.saturating_add(1);
            } else {
                to = middle;
            }
        }
        (from < len).then_some(SampleIndex(from))
    }

    /// The samples of a stretch; `None` if there are none.
    fn piece(&self, stretch: Stretch, start: Start) -> Option<Piece> {
        let end = stretch.media_end().map_or(Ticks::MAX, |end| end - self.tolerance);
        let mut piece = Piece {
            stretch,
            ranges: Vec::new(),
            earliest: Ticks::MAX,
            latest: -Ticks::MAX,
            end: start.sample,
        };
        // Those that are presented after the end, until one that is not is decoded later.
        let mut after = Vec::new();
        for sample in self.table.samples(start.sample..SampleIndex(self.table.len())) {
            let time = sample.composition_time();
            if time < start.earliest {
                continue;
            }
            after.push((sample.index, time));
            if time < end {
                after.drain(..).for_each(|(index, time)| piece.push(index, time));
            } else if after.len() >= MAX_REORDERED {
                break;
            }
        }
        (!piece.ranges.is_empty()).then_some(piece)
    }

    fn append(&mut self, piece: &Piece, later: Ticks) -> Result<(), String> {
        let len =
            piece.ranges.iter().map(|range| u64::from(range.end.0.saturating_sub(range.start.0)));
        let len = len.fold(self.gathered.len().into(), u64::saturating_add);
        if len > u64::from(self.table.len()).saturating_mul(MAX_REPEATS) {
            return Err(format!(
                "presents media that others do: more than {MAX_REPEATS} times all"
            ));
        }
        let mut decoded_later = later;
        for range in &piece.ranges {
            let mut time = self.table.decode_time(range.start) + decoded_later;
            if self.gathered.last_start().is_some_and(|last| time.0 <= last) {
                let overlap = Ticks(self.gathered.end()) - time;
                (decoded_later, time) = (decoded_later + overlap, time + overlap);
            }
            self.gathered.begin(Some(time.0))?;
            self.gathered.append(self.table, range.clone(), (later - decoded_later).0)?;
        }
        Ok(())
    }
}

impl Piece {
    fn push(&mut self, index: SampleIndex, time: Ticks) {
        let next = SampleIndex(index.0.saturating_add(1));
        match self.ranges.last_mut() {
            Some(range) if range.end == index => range.end = next,
            _ => self.ranges.push(index..next),
        }
        self.earliest = self.earliest.min(time);
        self.latest = self.latest.max(time);
        self.end = next;
    }
}

/// Why a stretch cannot end among reordered pictures. Only files hide pictures that are decoded for
/// others: transport streams and Smooth Streaming show all that they carry.
fn needs_another(last: &Stretch, next: &Stretch) -> String {
    format!(
        "edit {} ends at tick {} of the media, where a picture that it presents needs a later one, \
         and edit {} follows",
        last.number,
        last.media_end().unwrap_or(next.media_start),
        next.number
    )
}
