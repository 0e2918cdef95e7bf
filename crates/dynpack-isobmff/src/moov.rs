//! The `moov` box: all tracks of a movie (ISO/IEC 14496-12, 8.2.1).
//!
//! Not read: `iods`, `meta`, `pssh`, of `udta` all but chapters, and the duration of `mvhd`, which
//! often lies.

use std::collections::HashSet;

use bytes::Bytes;
use dynpack_boxes::moov::{Mvhd, Trex};
use dynpack_codec::MediaKind;
use dynpack_media::{Chapter, SampleTable, TrackId};

use crate::boxes::BoxRef;
use crate::tracks::{Outcome, Tracks};
use crate::trak::{self, Draft};
use crate::{Error, Limits, chapters, mvex};

/// A movie while its samples are gathered.
#[derive(Debug, Default)]
pub(crate) struct Moov {
    /// The tracks, in file order.
    tracks: Vec<Entry>,
    /// The chapters in the user data.
    chapters: Vec<Chapter>,
    /// What is wrong with the user data, for people.
    warnings: Vec<String>,
    /// What holds for samples of fragments, if there is an `mvex`, which promises some.
    defaults: Option<Vec<Trex>>,
}

/// A track of a movie.
#[derive(Debug)]
struct Entry {
    id: TrackId,
    kind: Option<MediaKind>,
    /// Whether another track names it as its chapters.
    is_chapters: bool,
    /// The track, or why it is left out.
    draft: Result<Draft, Error>,
}

impl Moov {
    /// Reads the movie. A track that cannot be read is left out for its reason.
    pub(crate) fn read(moov: &BoxRef<'_>, limits: &Limits) -> Result<Self, Error> {
        if moov.child(b"cmov")?.is_some() {
            return Err(Error::Unsupported(format!(
                "{}: the movie header is compressed",
                moov.path()
            )));
        }
        let mvhd = moov.child(b"mvhd")?.and_then(|mvhd| mvhd.read::<Mvhd>().ok());
        let defaults = moov.child(b"mvex")?.map(|mvex| mvex::read(&mvex, limits)).transpose()?;
        let (chapters, warning) = chapters::read(moov);
        let warnings = warning.into_iter().collect();
        let mut movie = Self { tracks: Vec::new(), chapters, warnings, defaults };
        for trak in moov.children().all_of_kind(b"trak") {
            let trak = trak?;
            if movie.tracks.len() as u64 >= u64::from(limits.tracks) {
                return Err(moov.exceeds(
                    "tracks",
                    u64::from(limits.tracks).saturating_add(1),
                    limits.tracks.into(),
                ));
            }
            let id = trak::id(&trak).and_then(|id| movie.unused(id, &trak));
            let draft = id
                .clone()
                .and_then(|id| Draft::read(&trak, id, mvhd.as_ref(), movie.extension(id), limits));
            if let Err(error) = &draft
                && !error.is_of_the_file()
            {
                return Err(error.clone());
            }
            let (id, kind) = (id.unwrap_or(TrackId(0)), trak::kind(&trak));
            movie.tracks.push(Entry { id, kind, is_chapters: false, draft });
        }
        // Pictures of chapters are not pictures of the film. A file may name far more tracks than it
        // has.
        let known: HashSet<_> = movie.tracks.iter().map(|entry| entry.id).collect();
        let traks = moov.children().all_of_kind(b"trak").flatten();
        let named = traks.flat_map(|trak| trak::chapters(&trak)).filter(|id| known.contains(id));
        let chapters: HashSet<_> = named.collect();
        let entries = movie.tracks.iter_mut().filter(|entry| chapters.contains(&entry.id));
        entries.for_each(|entry| (entry.kind, entry.is_chapters) = (None, true));
        if movie.tracks.is_empty() {
            return Err(moov.malformed("holds no trak"));
        }
        Ok(movie)
    }

    fn unused(&self, id: TrackId, trak: &BoxRef<'_>) -> Result<TrackId, Error> {
        match self.tracks.iter().any(|other| other.id == id) {
            true => Err(trak.malformed(format!("has the id {} of an earlier track", id.0))),
            false => Ok(id),
        }
    }

    /// Whether fragments may declare more samples of tracks that can be served.
    ///
    /// The standard wants an `mvex` then (8.8.1). A movie that has no samples of its own needs
    /// none.
    pub(crate) fn may_go_on(&self) -> bool {
        let drafts = self.tracks.iter().filter_map(|track| track.draft.as_ref().ok());
        let mut drafts = drafts.peekable();
        drafts.peek().is_some() && (self.defaults.is_some() || drafts.all(Draft::is_empty))
    }

    /// What holds for samples of fragments of a track; `None` if there is no `mvex`.
    fn extension(&self, id: TrackId) -> Option<Trex> {
        let trex = self.defaults.as_ref()?.iter().find(|trex| trex.track_id == id);
        Some(trex.copied().unwrap_or_else(|| Trex::new(id)))
    }

    /// What holds for samples of fragments of a track.
    pub(crate) fn defaults(&self, id: TrackId) -> Trex {
        self.extension(id).unwrap_or_else(|| Trex::new(id))
    }

    /// The track of that id, to which a `traf` adds samples, or why it is left out. One which the
    /// `moov` does not know is left out.
    pub(crate) fn track(
        &mut self,
        id: TrackId,
        traf: &BoxRef<'_>,
        limits: &Limits,
    ) -> Result<&mut Result<Draft, Error>, Error> {
        let at = match self.tracks.iter().position(|other| other.id == id) {
            Some(at) => at,
            None if self.tracks.len() as u64 >= u64::from(limits.tracks) => {
                return Err(traf.exceeds(
                    "tracks",
                    u64::from(limits.tracks).saturating_add(1),
                    limits.tracks.into(),
                ));
            }
            None => {
                let problem = format!("is of track {}, which the moov does not declare", id.0);
                let draft = Err(traf.malformed(problem));
                self.tracks.push(Entry { id, kind: None, is_chapters: false, draft });
                self.tracks.len().saturating_sub(1)
            }
        };
        self.tracks
            .get_mut(at)
            .map(|track| &mut track.draft)
            .ok_or_else(|| traf.malformed("is of no track"))
    }

    /// The tracks in a file of `file_len` bytes. A file that is cut short may lack the last
    /// samples.
    ///
    /// `moov` is the box that it was read from.
    pub(crate) fn finish(self, moov: &Bytes, file_len: u64, is_cut_short: bool) -> Tracks {
        let drafts = self.tracks.iter().filter_map(|track| track.draft.as_ref().ok());
        let mut warnings: Vec<_> =
            self.warnings.into_iter().chain(drafts.flat_map(Draft::warnings)).collect();
        let finished = self.tracks.into_iter().map(|Entry { id, kind, is_chapters, draft }| {
            let track = draft.and_then(|draft| draft.finish(file_len, is_cut_short, &mut warnings));
            Outcome { id, kind, is_chapters, track }
        });
        let outcomes = finished.collect();
        let mut tracks = Tracks { outcomes, chapters: self.chapters, warnings };
        settle(&mut tracks.samples_mut().collect::<Vec<_>>(), moov);
        tracks
    }
}

/// Decides whether a `moov` stays in memory, with the tables of the tracks in it. It does if it is
/// large, and at least two thirds of it are those tables. If not, they are copied.
fn settle(tables: &mut [&mut SampleTable], moov: &Bytes) {
    const SMALL: usize = 1 << 20;
    let stored = tables.iter().map(|table| table.stored_len()).sum();
    let besides = moov.len().saturating_sub(stored);
    if moov.len() <= SMALL || besides > stored / 2 {
        tables.iter_mut().for_each(|table| table.unshare());
    } else if let Some(table) = tables.first_mut() {
        table.hold_besides(besides);
    }
}
