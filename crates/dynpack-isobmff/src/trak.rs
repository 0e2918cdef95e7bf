//! The `trak` box: one track (ISO/IEC 14496-12, 8.3).
//!
//! Not read: the duration of `tkhd`, which often lies; its volume and layer; `meta`, of `tref` all
//! but chapters, and of `udta` all but the name, the switch group and what the track is for.

use dynpack_boxes::moov::{Elng, Hdlr, Mdhd, Mvhd, Tkhd, Trex};
use dynpack_codec::{AudioCodec, Codec, MediaKind};
use dynpack_media::{
    Column, Forced, Grouping, Language, Role, SampleIndex, SampleTable, TextTrack, Ticks,
    Timescale, Track, TrackId,
};

use crate::boxes::{BoxRef, Place};
use crate::display::Display;
use crate::edits::{EditList, Edited, Header};
use crate::gathered::{Gaps, Gathered, SampleRun};
use crate::sample_entry::{Described, Entries, SampleEntry, TextEntry};
use crate::samples::Samples;
use crate::tracks::Served;
use crate::{Error, Limits, grouping, role, stbl};

/// A track while its samples are gathered.
#[derive(Debug)]
pub(crate) struct Draft {
    pub(crate) id: TrackId,
    pub(crate) entries: Entries,
    /// The samples that the `moov` declares.
    samples: Samples,
    /// The samples of the `moov` and of its fragments, once a fragment was read.
    gathered: Option<Gathered>,
    timescale: Timescale,
    language: Language,
    name: String,
    grouping: Grouping,
    role: Option<Role>,
    /// Which of a text its role forces upon viewers.
    forced: Forced,
    display: Display,
    edits: EditList,
    header: Header,
    /// Where the sample table is.
    place: Place,
    /// Whether the file presents audio or text at other times than it is decoded.
    is_reordered: bool,
    /// How many samples were replaced by later ones.
    pub(crate) replaced: u32,
    /// How many samples are missing at the end of the file, and the error if it is whole.
    pub(crate) missing: Option<(u32, Error)>,
}

impl Draft {
    /// Reads a track; `movie` is the `mvhd`, `extension` what `mvex` says, if there is one.
    pub(crate) fn read(
        trak: &BoxRef<'_>,
        id: TrackId,
        movie: Option<&Mvhd>,
        extension: Option<Trex>,
        limits: &Limits,
    ) -> Result<Self, Error> {
        let mdia = trak.require(b"mdia")?;
        let minf = mdia.require(b"minf")?;
        let stbl = minf.require(b"stbl")?;
        let default_description = extension.map_or(1, |trex| trex.default_sample_description_index);
        let descriptions = stbl::descriptions(&stbl)?;
        let first = descriptions.first().copied().unwrap_or(default_description);
        let mut entries = Entries::read(&stbl.require(b"stsd")?, first)?;
        descriptions.iter().try_for_each(|&number| entries.extend(number, &stbl))?;
        if let Described::Text(entry) = entries.merged()
            && matches!(kind(trak), Some(MediaKind::Video | MediaKind::Audio))
        {
            return Err(Error::Unsupported(format!("the codec {} is not supported", entry.kind())));
        }
        let Mdhd { timescale, language, duration, .. } = mdia.require(b"mdhd")?.read()?;
        // The tag in `elng` is exact where that of `mdhd` is not.
        let language = match mdia.find::<Elng<'_>>()? {
            Some(elng) => Language::parse(&text(elng.tag)),
            None => language.language(),
        };
        refuse_references(&minf)?;
        let samples = if extension.is_some() && stbl::size_box(&stbl)?.is_none() {
            Samples::none()
        } else {
            stbl::read(&stbl, gaps(&entries), limits)?
        };
        let (role, forced) = match entries.merged() {
            Described::Media(_) => (role::read(trak), Forced::No),
            Described::Text(_) => role::of_text(trak),
        };
        let mut draft = Self {
            id,
            entries,
            samples,
            gathered: None,
            timescale,
            language,
            name: name(trak, &mdia)?,
            grouping: grouping::read(trak)?,
            role,
            forced,
            display: Display::read(trak, movie)?,
            edits: EditList::read(trak, movie.map(|movie| movie.timescale), timescale)?,
            header: Header { duration, is_fragmented: extension.is_some() },
            place: stbl.place(),
            is_reordered: false,
            replaced: 0,
            missing: None,
        };
        if draft.all_are_sync() {
            draft.samples.sync_samples = None;
        }
        let count = draft.samples.sizes.len();
        let offsets = &draft.samples.composition_offsets;
        if draft.kind() != MediaKind::Video && offsets.uniform(0..count) != Some(0) {
            draft.is_reordered = count > 0;
            draft.samples.composition_offsets = Column::constant(0, count);
        }
        Ok(draft)
    }

    /// A run of samples of a fragment as it is served. Audio and text are presented when they are
    /// decoded, and of most codecs all is sync.
    pub(crate) fn served(&mut self, run: SampleRun) -> SampleRun {
        match self.kind() {
            MediaKind::Video => run,
            MediaKind::Audio | MediaKind::Text => {
                self.is_reordered |= run.composition_offset != 0;
                let is_sync = run.is_sync || self.all_are_sync();
                SampleRun { is_sync, composition_offset: 0, ..run }
            }
        }
    }

    /// What is wrong with it, though it can be served.
    pub(crate) fn warnings(&self) -> Vec<String> {
        let id = self.id.0;
        let replaced = (self.replaced > 0)
            .then(|| format!("track {id}: {} samples were replaced by later ones", self.replaced));
        let missing = self.missing.as_ref().map(|(missing, _)| {
            format!("track {id}: {missing} samples are missing, since the file ends early")
        });
        let codec = self.entries.codec();
        let audio = codec.and_then(Codec::audio);
        let described = audio.is_some_and(AudioCodec::has_program_config).then(|| {
            format!(
                "track {id}: a program config element describes the channels of its AAC, which \
                 browsers do not play"
            )
        });
        let what = if codec.is_some() { "audio" } else { "text" };
        let reordered = self
            .is_reordered
            .then(|| format!("track {id}: the composition offsets of its {what} are ignored"));
        let display = match self.entries.merged() {
            Described::Media(entry) => {
                self.display.warnings(&self.display.apply(entry.clone()).codec)
            }
            Described::Text(_) => Vec::new(),
        };
        let display = display.into_iter().map(|warning| format!("track {id}: {warning}"));
        let warnings = replaced.into_iter().chain(missing).chain(described);
        warnings.chain(reordered).chain(display).collect()
    }

    fn kind(&self) -> MediaKind {
        self.entries.codec().map_or(MediaKind::Text, Codec::kind)
    }

    pub(crate) const fn gaps(&self) -> Gaps {
        gaps(&self.entries)
    }

    /// Whether the `moov` declares no samples.
    pub(crate) const fn is_empty(&self) -> bool {
        self.samples.sizes.is_empty()
    }

    /// Whether decoding can start at every sample, whatever the file says.
    fn all_are_sync(&self) -> bool {
        self.entries.codec().is_none_or(Codec::has_only_sync_samples)
    }

    /// Its samples, to be gone on with by a fragment.
    pub(crate) fn gathered(&mut self) -> Result<&mut Gathered, Error> {
        if self.gathered.is_none() {
            let samples = std::mem::replace(&mut self.samples, Samples::none()).finish();
            let table = samples.map_err(|error| self.place.malformed(error.to_string()))?;
            let gathered = Gathered::of(&table, self.gaps());
            let gathered = gathered.map_err(|problem| self.place.malformed(problem))?;
            self.gathered = Some(gathered);
        }
        Ok(self.gathered.get_or_insert_default())
    }

    /// The track, if all of its samples are within a file of `file_len` bytes, or if that is
    /// cut short and some are. Appends to `warnings` what is wrong with it.
    pub(crate) fn finish(
        mut self,
        file_len: u64,
        is_cut_short: bool,
        warnings: &mut Vec<String>,
    ) -> Result<Served, Error> {
        if let Some((_, error)) = self.missing.take().filter(|_| !is_cut_short) {
            return Err(error);
        }
        self.header.is_fragmented |= self.gathered.is_some();
        let gaps = self.gaps();
        let samples = std::mem::replace(&mut self.samples, Samples::none());
        let (samples, start) = table(samples, self.gathered.take(), gaps, &self.place, file_len)?;
        if samples.is_empty() {
            return Err(Error::Unsupported("has no samples".into()));
        }
        let id = self.id;
        let (served, more) = match self.entries.merged().clone() {
            Described::Media(entry) => {
                let (track, warnings) = self.media(entry, samples, start)?;
                (Served::Media(track), warnings)
            }
            Described::Text(entry) => {
                let (text, warnings) = self.text(entry, samples, start)?;
                (Served::Text(text), warnings)
            }
        };
        warnings.extend(more.into_iter().map(|warning| format!("track {}: {warning}", id.0)));
        Ok(served)
    }

    /// The track of video or audio, cut as its edit list says, and what is wrong with that.
    fn media(
        self,
        entry: SampleEntry,
        samples: SampleTable,
        start: Ticks,
    ) -> Result<(Track, Vec<String>), Error> {
        let media_end = presentation_end(&samples);
        let SampleEntry { codec, bytes } = self.display.apply(entry);
        let Edited { samples, edit, warnings } = self.edits.apply(samples, start, self.header)?;
        if edit.media_start > Ticks::ZERO && edit.media_start >= media_end {
            let start = edit.media_start;
            return Err(self.place.malformed(format!(
                "the edit list starts at tick {start}, but the media ends at {media_end}"
            )));
        }
        let track = Track::new(self.id, self.timescale, codec, bytes, samples);
        let track = track.with_language(self.language).with_name(self.name).with_edit(edit);
        let track = track.with_grouping(self.grouping).with_role(self.role);
        Ok((track.with_matrix(self.display.matrix), warnings))
    }

    /// The text track, and what is wrong with its edit list.
    fn text(
        self,
        entry: TextEntry,
        samples: SampleTable,
        start: Ticks,
    ) -> Result<(TextTrack, Vec<String>), Error> {
        let (stretches, warnings) = self.edits.stretches(&samples, start, self.header)?;
        let mut track = TextTrack::new(self.id, self.timescale, entry.bytes, samples);
        (track.language, track.name) = (self.language, self.name);
        (track.start, track.stretches) = (start, stretches);
        (track.grouping, track.role) = (self.grouping, self.role);
        track.forced = if self.forced == Forced::No { entry.forced } else { self.forced };
        Ok((track, warnings))
    }
}

const fn gaps(entries: &Entries) -> Gaps {
    match entries.merged() {
        Described::Media(_) => Gaps::Filled,
        Described::Text(_) => Gaps::Empty,
    }
}

/// The samples, all within a file of `file_len` bytes, and the decode time of the first. None is
/// without bytes unless gaps are empty.
fn table(
    samples: Samples,
    gathered: Option<Gathered>,
    gaps: Gaps,
    place: &Place,
    file_len: u64,
) -> Result<(SampleTable, Ticks), Error> {
    let malformed = |problem: String| place.malformed(problem);
    let finished = |gathered: Gathered| gathered.finish(file_len).map_err(malformed);
    let table = |samples: Samples| samples.finish().map_err(|error| malformed(error.to_string()));
    let (samples, start) = match gathered {
        Some(gathered) => finished(gathered)?,
        None => (samples, Ticks::ZERO),
    };
    let end = samples.places.end_in_file();
    if end > file_len {
        return Err(malformed(format!(
            "sample data ends at {end}, but the file has only {file_len} bytes"
        )));
    }
    let samples = table(samples)?;
    if gaps == Gaps::Empty || !samples.has_empty_samples() {
        return Ok((samples, start));
    }
    let (filled, start) = finished(Gathered::of(&samples, gaps).map_err(malformed)?)?;
    Ok((table(filled)?, start))
}

/// End of the sample that is presented last, which may not be the last to be decoded.
fn presentation_end(samples: &SampleTable) -> Ticks {
    const MAX_REORDERED: u32 = 64;
    let last = samples.len().saturating_sub(MAX_REORDERED);
    let tail = samples.samples(SampleIndex(last)..SampleIndex(samples.len()));
    tail.map(|sample| sample.decode_time + sample.composition_offset + sample.duration)
        .max()
        .unwrap_or_default()
}

/// The id in `tkhd` (8.3.2).
pub(crate) fn id(trak: &BoxRef<'_>) -> Result<TrackId, Error> {
    let tkhd = trak.require(b"tkhd")?;
    match tkhd.read::<Tkhd>()?.track_id {
        TrackId(0) => Err(tkhd.malformed("gives the track the id 0")),
        id => Ok(id),
    }
}

/// The tracks with the chapters of a track: those that a reference of kind `chap` names (8.3.3;
/// *QuickTime File Format*, "Chapter lists").
pub(crate) fn chapters(trak: &BoxRef<'_>) -> Vec<TrackId> {
    let Ok(Some(tref)) = trak.child(b"tref") else { return Vec::new() };
    let Ok(Some(chap)) = tref.child(b"chap") else { return Vec::new() };
    let (ids, _) = chap.body.as_chunks();
    ids.iter().map(|id| TrackId(u32::from_be_bytes(*id))).collect()
}

/// What the handler of a track says that it is (8.4.3); `None` for everything but video, audio and
/// text.
pub(crate) fn kind(trak: &BoxRef<'_>) -> Option<MediaKind> {
    let mdia = trak.child(b"mdia").ok()??;
    let hdlr = mdia.child(b"hdlr").ok()??;
    match &hdlr.read::<Hdlr<'_>>().ok()?.handler_type.0 {
        b"vide" => Some(MediaKind::Video),
        b"soun" => Some(MediaKind::Audio),
        b"text" | b"subt" | b"sbtl" => Some(MediaKind::Text),
        _ => None,
    }
}

/// The name in its user data, which QuickTime defined and most programs write, or else that of its
/// handler.
fn name(trak: &BoxRef<'_>, mdia: &BoxRef<'_>) -> Result<String, Error> {
    let udta = trak.child(b"udta").ok().flatten();
    let given = udta.and_then(|udta| Some(text(udta.child(b"name").ok()??.body)));
    match given.filter(|name| !name.is_empty()) {
        Some(name) => Ok(name),
        None => Ok(mdia.child(b"hdlr")?.map(|hdlr| handler_name(&hdlr)).unwrap_or_default()),
    }
}

/// The name in `hdlr` (8.4.3), in QuickTime files with its length in front. Junk is ignored.
fn handler_name(hdlr: &BoxRef<'_>) -> String {
    let name = hdlr.read::<Hdlr<'_>>().map(|hdlr| hdlr.name).unwrap_or_default();
    match name.split_first() {
        Some((&len, rest)) if len < b' ' && usize::from(len) <= rest.len() => {
            text(rest.get(..len.into()).unwrap_or_default())
        }
        Some((&len, rest)) if usize::from(len) == rest.len() => text(rest),
        _ => text(name),
    }
}

/// UTF-8 up to the first zero byte, without what cannot be printed.
pub(crate) fn text(bytes: &[u8]) -> String {
    const MAX: usize = 256;
    let bytes = bytes.split(|&byte| byte == 0).next().unwrap_or_default();
    let lossy = String::from_utf8_lossy(bytes.get(..MAX).unwrap_or(bytes));
    let printable: String = lossy
        .chars()
        .filter(|char| !char.is_control() && *char != char::REPLACEMENT_CHARACTER)
        .collect();
    printable.trim().into()
}

/// Refuses media that lies in another file (`dref`, 8.7.2).
fn refuse_references(minf: &BoxRef<'_>) -> Result<(), Error> {
    const SELF_CONTAINED: u32 = 1;
    let Some(dinf) = minf.child(b"dinf")? else { return Ok(()) };
    let Some(dref) = dinf.child(b"dref")? else { return Ok(()) };
    for reference in dref.children_from(8) {
        let reference = reference?;
        let mut fields = reference.fields();
        let (_, flags) = fields.version_and_flags()?;
        if flags & SELF_CONTAINED == 0 && fields.rest().iter().any(|&byte| byte != 0) {
            return Err(Error::Unsupported(format!(
                "{}: the samples lie in another file",
                reference.path()
            )));
        }
    }
    Ok(())
}
