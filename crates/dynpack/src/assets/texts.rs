//! Opens the texts of an asset: files of subtitles beside its media, and text tracks of MP4 files.

use dynpack_isobmff::demux;
use dynpack_media::{Extent, Forced, Movie, Role, SampleIndex, SourceIndex, TextTrack};
use dynpack_packager::{AssetPath, Text, TextFile};
use dynpack_smooth::{ServerManifest, ServerTrack, TrackKind};
use dynpack_text::limits::{MAX_BYTES, MAX_TRACK_BYTES};
use dynpack_text::{Document, Options, Parsed, UnknownEncoding, mp4};
use futures_util::{FutureExt, StreamExt, TryStreamExt, stream};

use super::chapters::StoredChapters;
use super::unusable::{CORRECT, DIVIDE, name_in, unusable};
use crate::error::Error;
use crate::storage::{Identity, Source, Storage, StorageError, read_exactly};
use crate::tasks::spawn_cpu;

/// The maximum number of texts of an asset.
const MAX_TEXTS: usize = 100;

/// How many files of subtitles are opened in parallel.
const FILES_AT_ONCE: usize = 16;

/// How many bytes of memory a byte of a file of subtitles takes at most, as
/// [`dynpack_text`] limits it.
const MEMORY_PER_BYTE: usize = 64;

/// The endings of MP4 files that have text only: those of CMAF and of Smooth Streaming.
const MP4_ENDINGS: [&str; 2] = [".cmft", ".ismt"];

const REPAIR: &str = "correct the file, or remove it to serve the film without it";

/// A file of subtitles, and what a server manifest declares of it.
#[derive(Clone, Debug)]
pub(super) struct StoredText {
    pub(super) path: String,
    format: StoredFormat,
    listed: Option<ServerTrack>,
}

#[derive(Clone, Debug)]
enum StoredFormat {
    Document(TextFile),
    Mp4,
}

/// A media file that is open.
#[derive(Clone, Copy)]
pub(super) struct MediaFile<'a> {
    pub(super) path: &'a str,
    pub(super) source: &'a dyn Source,
    pub(super) movie: &'a Movie,
}

/// The names that have the ending of subtitles, of an asset that is a folder.
pub(super) fn text_files(names: &[String]) -> impl Iterator<Item = &String> {
    let is_text = |name: &&String| !name.starts_with('.') && StoredFormat::of(name).is_some();
    names.iter().filter(is_text)
}

/// The same of an asset that is a single file of that name, without its ending.
pub(super) fn text_files_of<'a>(
    names: &'a [String],
    lone: &str,
) -> impl Iterator<Item = &'a String> {
    text_files(names)
        .filter(move |name| name.strip_prefix(lone).is_some_and(|rest| rest.starts_with('.')))
}

impl StoredFormat {
    fn of(name: &str) -> Option<Self> {
        let lower = name.to_ascii_lowercase();
        match MP4_ENDINGS.iter().any(|ending| lower.ends_with(ending)) {
            true => Some(Self::Mp4),
            false => TextFile::parse(name).map(Self::Document),
        }
    }
}

impl StoredText {
    /// A file that the folder of its asset decides about; `None` if it has another ending.
    pub(super) fn found(folder: &str, name: &str) -> Option<Self> {
        Some(Self { path: within(folder, name), format: StoredFormat::of(name)?, listed: None })
    }

    /// The texts that a server manifest lists. One that is neither there nor MP4 is read from its
    /// transcript. `names` are the files of the folder, if the storage can list them.
    pub(super) fn listed(manifest: &ServerManifest, folder: &str, names: &[String]) -> Vec<Self> {
        let texts = manifest.tracks.iter().filter(|track| track.kind == TrackKind::Text);
        let texts = texts.map(|track| {
            let src = track.src.as_str();
            let transcript = track.text.transcript.as_ref().map(|name| name.as_str());
            let is_missing = !names.is_empty() && !names.iter().any(|name| name == src);
            let name = transcript.filter(|_| is_missing).unwrap_or(src);
            let format = StoredFormat::of(name).unwrap_or(StoredFormat::Mp4);
            Self { path: within(folder, name), format, listed: Some(track.clone()) }
        });
        texts.collect()
    }

    /// Reads the file. `source` is its place in the asset.
    async fn open(
        self,
        storage: &dyn Storage,
        asset: &AssetPath,
        options: Options,
        source: SourceIndex,
    ) -> Result<OpenedText, Error> {
        let name = name_in(asset, &self.path);
        let options = self.declared(options).map_err(|error| {
            let problem = format!("{name}: {error}");
            unusable(asset, problem, CORRECT)
        })?;
        let opened = match storage.open(&self.path).await {
            Err(StorageError::NotFound { .. }) => {
                let problem = format!("it lists {name}, which does not exist");
                return Err(unusable(asset, problem, CORRECT));
            }
            opened => opened?,
        };
        let (len, max) = match self.format {
            StoredFormat::Document(_) => (opened.len(), MAX_BYTES),
            StoredFormat::Mp4 => (opened.len(), MAX_TRACK_BYTES),
        };
        if len > max as u64 {
            let problem = format!("{name} has {len} bytes, where {max} are the limit");
            return Err(unusable(asset, problem, REPAIR));
        }
        let bytes = read_exactly(opened.as_ref(), &[Extent::new(0, len)]).await?;
        let bytes = bytes.into_iter().next().unwrap_or_default();
        let memory_size = bytes.len().saturating_mul(MEMORY_PER_BYTE);
        let refused = |error: String| unusable(asset, format!("{name}: {error}"), REPAIR);
        let mut text = OpenedText { memory_size, ..OpenedText::default() };
        match self.format {
            StoredFormat::Document(file) => {
                let format = file.clone();
                let parsed = spawn_cpu(move || format.read(&bytes, options)).await;
                let parsed = parsed.map_err(|error| refused(error.to_string()))?;
                text.warnings = warnings(&name, &parsed);
                if file.is_chapters {
                    text.chapters.documents.push((parsed.document, file.language));
                } else if shows_pictures(&parsed.document) {
                    text.warnings.push(format!("{name} is left out: its cues name pictures"));
                } else {
                    let mut named = Text::new(source, parsed.document).named_by(&file);
                    self.listed.iter().for_each(|listed| declare(&mut named, listed));
                    text.texts.push(named);
                }
            }
            StoredFormat::Mp4 => {
                let movie = spawn_cpu(move || demux(bytes)).await;
                let movie = movie.map_err(|error| refused(error.to_string()))?;
                let (path, file) = (self.path.as_str(), opened.as_ref());
                let file = MediaFile { path, source: file, movie: &movie };
                let listed = self.listed.as_ref();
                text.extend(tracks(asset, options, file, source, listed).await?);
                if text.texts.is_empty() {
                    return Err(refused("it has no text track that can be served".to_owned()));
                }
            }
        }
        text.files.push((self.path, opened.identity().clone()));
        Ok(text)
    }

    /// The options, with the encoding that a server manifest declares of this file.
    fn declared(&self, options: Options) -> Result<Options, UnknownEncoding> {
        let label = self.listed.as_ref().and_then(|listed| listed.text.encoding.as_deref());
        Ok(match label {
            Some(label) => options.with_encoding(label.parse()?),
            None => options,
        })
    }
}

fn within(folder: &str, name: &str) -> String {
    if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") }
}

/// Reads the texts of an asset: `stored` files, whose places in the asset come after those of
/// `media`, and the text tracks of media, if no server manifest says which there are.
pub(super) async fn open_texts(
    storage: &dyn Storage,
    asset: &AssetPath,
    options: Options,
    stored: Vec<StoredText>,
    media: &[MediaFile<'_>],
    is_listed: bool,
) -> Result<OpenedText, Error> {
    if stored.len() > MAX_TEXTS {
        let count = stored.len();
        let problem = format!("it has {count} files of subtitles, where {MAX_TEXTS} are the limit");
        return Err(unusable(asset, problem, DIVIDE));
    }
    let place = |at: usize| SourceIndex(u32::try_from(at).unwrap_or(u32::MAX));
    let (mut all, mut others) = (OpenedText::default(), Vec::new());
    if !is_listed {
        let tracks = media
            .iter()
            .enumerate()
            .map(|(at, file)| tracks(asset, options, *file, place(at), None).boxed());
        let tracks: Vec<_> = tracks.collect();
        let mut tracks = stream::iter(tracks).buffered(FILES_AT_ONCE);
        while let Some(mut of_file) = tracks.try_next().await? {
            // The files of a set may each have the same track.
            of_file.texts.retain(|text| !all.texts.iter().any(|other| is_same(other, text)));
            all.extend(of_file);
        }
    }
    for (at, text) in (media.len()..).zip(stored) {
        match media.iter().enumerate().find(|(_, file)| file.path == text.path) {
            Some((own, file)) => {
                let listed = text.listed.as_ref();
                all.extend(tracks(asset, options, *file, place(own), listed).await?);
            }
            None => others.push(text.open(storage, asset, options, place(at)).boxed()),
        }
    }
    let opened: Vec<_> = stream::iter(others).buffered(FILES_AT_ONCE).try_collect().await?;
    let (chapters, texts): (Vec<_>, Vec<_>) =
        opened.into_iter().partition(|text| !text.chapters.is_empty());
    // Files of chapters beside a film are what its publisher wants, whatever is in it.
    if !chapters.is_empty() {
        all.chapters = StoredChapters::default();
    }
    chapters.into_iter().chain(texts).for_each(|text| all.extend(text));
    if all.chapters.is_empty() && !is_listed {
        all.chapters = chapters_of(asset, options, media).await?;
    }
    Ok(all)
}

/// The text tracks of a file, or the one that a server manifest lists.
async fn tracks(
    asset: &AssetPath,
    options: Options,
    file: MediaFile<'_>,
    source: SourceIndex,
    listed: Option<&ServerTrack>,
) -> Result<OpenedText, Error> {
    let id = listed.and_then(|listed| listed.track_id);
    let is_wanted = |track: &&TextTrack| id.is_none_or(|id| id.get() == track.id.0);
    let count = if listed.is_some() { 1 } else { MAX_TEXTS };
    let mut all = OpenedText::default();
    let wanted: Vec<_> = file.movie.texts.iter().filter(is_wanted).take(count).collect();
    let parsed = read_tracks(asset, options, file, &wanted).await?;
    for (track, parsed) in wanted.into_iter().zip(parsed) {
        all.warnings.extend(warnings(&name_in(asset, file.path), &parsed));
        let mut text = Text::new(source, parsed.document);
        if !track.language.is_undetermined() {
            text.language = track.language.clone();
        }
        text.role = match track.forced {
            Forced::All => Role::ForcedSubtitle,
            Forced::No | Forced::Some => track.role.unwrap_or(text.role),
        };
        if let Some(listed) = listed {
            declare(&mut text, listed);
        }
        if !all.texts.iter().any(|other| is_same(other, &text)) {
            all.memory_size = all.memory_size.saturating_add(memory_size(track));
            all.texts.push(text);
        }
    }
    Ok(all)
}

fn is_same(one: &Text, other: &Text) -> bool {
    (&one.document, &one.language, one.role) == (&other.document, &other.language, other.role)
}

/// The chapters of the first file that has some: those of its tracks, or else those that it lists.
async fn chapters_of(
    asset: &AssetPath,
    options: Options,
    media: &[MediaFile<'_>],
) -> Result<StoredChapters, Error> {
    let mut all = StoredChapters::default();
    let Some(file) = media.iter().find(|file| !file.movie.chapters.is_empty()) else {
        return Ok(all);
    };
    let mut tracks: Vec<&TextTrack> = Vec::new();
    for track in &file.movie.chapters.tracks {
        if !tracks.iter().any(|other| other.language == track.language) {
            tracks.push(track);
        }
    }
    let parsed = read_tracks(asset, options, *file, &tracks).await?.into_iter();
    let languages = tracks.iter().map(|track| track.language.clone());
    all.documents.extend(parsed.map(|parsed| parsed.document).zip(languages));
    if all.documents.is_empty() {
        all.listed.clone_from(&file.movie.chapters.listed);
    }
    Ok(all)
}

/// Reads tracks of a file. The texts of several languages lie beside each other between pictures,
/// so they are read together, up to as many bytes as one track may have.
async fn read_tracks(
    asset: &AssetPath,
    options: Options,
    file: MediaFile<'_>,
    tracks: &[&TextTrack],
) -> Result<Vec<Parsed>, Error> {
    let name = name_in(asset, file.path);
    let refused = |track: &TextTrack, error: dynpack_text::Error| {
        unusable(asset, format!("{name}: track {}: {error}", track.id.0), REPAIR)
    };
    let mut wanted = Vec::new();
    for track in tracks {
        wanted.push((*track, mp4::reads(track).map_err(|error| refused(track, error))?));
    }
    let mut parsed = Vec::new();
    let mut rest = wanted.as_slice();
    while let [first, ..] = rest {
        let mut bytes = len_of(&first.1);
        let others = rest.iter().skip(1).take_while(|(_, reads)| {
            bytes = bytes.saturating_add(len_of(reads));
            bytes <= MAX_TRACK_BYTES as u64
        });
        let (together, after) = rest.split_at(others.count().saturating_add(1));
        let reads: Vec<Extent> = together.iter().flat_map(|(_, reads)| reads.clone()).collect();
        let mut pieces = read_exactly(file.source, &reads).await?.into_iter();
        for (track, reads) in together {
            let pieces: Vec<_> = pieces.by_ref().take(reads.len()).collect();
            let whole = (*track).clone();
            let read = spawn_cpu(move || mp4::read(&whole, options, &pieces)).await;
            parsed.push(read.map_err(|error| refused(track, error))?);
        }
        rest = after;
    }
    Ok(parsed)
}

fn len_of(reads: &[Extent]) -> u64 {
    reads.iter().map(|read| read.len).fold(0, u64::saturating_add)
}

/// A bound of the memory that the cues of a track take.
fn memory_size(track: &TextTrack) -> usize {
    let all = SampleIndex(0)..SampleIndex(track.samples.len());
    let bytes = usize::try_from(track.samples.byte_len(all)).unwrap_or(usize::MAX);
    bytes.saturating_mul(MEMORY_PER_BYTE)
}

/// What was read of texts.
#[derive(Default)]
pub(super) struct OpenedText {
    pub(super) texts: Vec<Text>,
    pub(super) chapters: StoredChapters,
    /// The files that have nothing but text.
    pub(super) files: Vec<(String, Identity)>,
    pub(super) warnings: Vec<String>,
    /// A bound of the memory that the cues take.
    pub(super) memory_size: usize,
}

impl OpenedText {
    fn extend(&mut self, other: Self) {
        let Self { texts, chapters, files, warnings, memory_size } = other;
        self.texts.extend(texts);
        self.chapters.extend(chapters);
        self.files.extend(files);
        self.warnings.extend(warnings);
        self.memory_size = self.memory_size.saturating_add(memory_size);
    }
}

/// What was left out of a document, for people.
fn warnings(name: &str, parsed: &Parsed) -> Vec<String> {
    let mut warnings: Vec<_> =
        parsed.warnings.iter().map(|warning| format!("{name}: {warning}")).collect();
    if parsed.unlisted_warnings > 0 {
        warnings.push(format!("{name}: {} more such warnings", parsed.unlisted_warnings));
    }
    warnings
}

/// Takes what a server manifest declares of a text.
fn declare(text: &mut Text, listed: &ServerTrack) {
    text.name.clone_from(&listed.track_name);
    text.bitrate = listed.bitrate;
    if let Some(language) = listed.language() {
        text.language = language;
    }
    text.label = listed.label().map(str::to_owned);
    text.role = listed.role().unwrap_or(text.role);
    text.is_default = listed.text.is_default;
    text.characteristics.clone_from(&listed.text.hls_characteristics);
}

/// Whether the cues are no text for viewers, but name parts of pictures: previews that players show
/// while a viewer seeks.
fn shows_pictures(document: &Document) -> bool {
    let cues = document.cues.all();
    !cues.is_empty() && cues.iter().all(|cue| cue.plain_text().contains("#xywh="))
}
