//! Opens an asset: finds its files, reads their indexes in parallel, and presents their tracks.

use std::sync::Arc;

use bytes::Bytes;
use dynpack_index::Content;
use dynpack_isobmff::{Demuxer, Error as DemuxError, Limits};
use dynpack_media::{Extent, Findings, Marker, MediaKind, Movie, Presentation, SourceIndex, Track};
use dynpack_packager::{
    AssetPath, ClipList, Error as PackagerError, Filters, Markers, listed_files, present_marked,
    present_texts,
};
use dynpack_smooth::{ClientManifest, Formats, ServerManifest};
use futures_util::{FutureExt, StreamExt, TryStreamExt, stream};
use tracing::{debug, warn};

use super::asset::{Asset, Files, text_version};
use super::known::{IndexPlace, Known, MadeIndex};
use super::opening::Opening;
use super::texts::{MediaFile, OpenedText, StoredText, open_texts, text_files, text_files_of};
use super::unusable::{CORRECT, CORRECT_CLIPS, DIVIDE, name_in, unusable};
use crate::error::Error;
use crate::storage::{Identity, Source, Storage, StorageError, read_exactly};
use crate::tasks::spawn_cpu;

/// The maximum number of files of an asset: a folder with more is not an asset.
const MAX_FILES: usize = 200;

/// The endings of media files, where no server manifest lists the files: whole tracks, never
/// segments (`.m4s`).
const MEDIA_ENDINGS: [&str; 8] =
    [".mp4", ".m4v", ".m4a", ".mov", ".ismv", ".isma", ".cmfv", ".cmfa"];

/// The list of the filters of an asset, in its folder.
const FILTERS: &str = "filters.json";

/// The list of the markers of an asset, in its folder.
const MARKERS: &str = "markers.json";

const REPAIR: &str = "make the file again from its source; if it is a copy, copy it again";
const ENCODE: &str = "encode the track with a codec that is supported";
/// The remedy for media that is not MP4.
pub(crate) const REMUX: &str = "store the media as MP4: `ffmpeg -i FILE -c copy FILE.mp4`";
const RAISE: &str = "raise the limit, if the file is meant to be like this";
const SEPARATE: &str = "put each film into a folder of its own, or list both under one name in a \
                        server manifest";
const LIST: &str = "list the tracks that belong together in a server manifest, or put each title \
                    into a folder of its own";

/// How many files are opened or checked in parallel.
const FILES_AT_ONCE: usize = 16;

/// How many ranges of a fragmented file are read at a time, if its index lists them.
const READS_AT_ONCE: usize = 64;

/// The files of manifests, with their paths, versions and texts.
type Manifests = Vec<(String, Identity, Bytes)>;

/// How the index file of an asset is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum IndexUse {
    /// It is read.
    Read,
    /// It is read, and made if it is missing or not of these files.
    ReadOrMake,
    /// It is not read, but made.
    Make,
}

/// An asset that was opened, with the index that was made of it.
pub(crate) struct Opened {
    pub(crate) asset: Asset,
    pub(crate) index: Option<MadeIndex>,
}

/// The contents of an asset.
pub(super) enum Contents {
    /// A server manifest, with the files it was read from, and the files of subtitles that it
    /// lists.
    Listed(Box<ServerManifest>, Manifests, Vec<StoredText>),
    /// Media files of a folder, and files of subtitles.
    Folder { names: Vec<String>, files: Vec<String>, texts: Vec<StoredText> },
    /// A list of clips, and the file it was read from.
    Program(ClipList, (String, Identity)),
    /// Media files of one film, by their paths.
    Files(Vec<String>),
    /// A single file, where the asset has no folder, and files of subtitles beside it.
    Lone { path: String, files: Vec<String>, texts: Vec<StoredText> },
}

/// Opens the asset at `path`, which must be a film.
pub(super) async fn open_film(
    storage: &dyn Storage,
    path: &AssetPath,
    opening: &Opening,
) -> Result<Opened, Error> {
    let found = contents(storage, path, opening.limits, IndexUse::Read).await?;
    if let Contents::Program(..) = found.contents {
        return Err(unusable(path, "it is a program itself".to_owned(), CORRECT));
    }
    open_found(storage, path, found, opening, IndexUse::Read).await
}

/// Opens media files of one film, by their paths, for the asset at `path`.
pub(super) async fn open_files(
    storage: &dyn Storage,
    path: &AssetPath,
    files: Vec<String>,
    opening: &Opening,
) -> Result<Opened, Error> {
    let (contents, known) = (Contents::Files(files), Known::nothing(IndexPlace::within(path)));
    let found = Found { contents, known, beside: Beside::NOTHING };
    open_found(storage, path, found, opening, IndexUse::Read).await
}

/// Opens a film of which it is known what it contains.
pub(super) async fn open_found(
    storage: &dyn Storage,
    path: &AssetPath,
    found: Found,
    opening: &Opening,
    index_use: IndexUse,
) -> Result<Opened, Error> {
    let Opening { policy, limits, texts: text_options, .. } = *opening;
    let Found { contents, known, beside } = found;
    let paths: Vec<String> = match &contents {
        Contents::Listed(manifest, ..) => listed_files(manifest)
            .into_iter()
            .map(|name| format!("{}/{name}", path.folder()))
            .collect(),
        Contents::Folder { names, .. } => {
            names.iter().map(|name| format!("{}/{name}", path.folder())).collect()
        }
        Contents::Lone { path, .. } => vec![path.clone()],
        Contents::Files(files) => files.clone(),
        Contents::Program(..) => Vec::new(),
    };
    if paths.len() > MAX_FILES {
        let problem =
            format!("it has {} media files, where {MAX_FILES} are the limit", paths.len());
        return Err(unusable(path, problem, DIVIDE));
    }
    let opened: Vec<_> =
        paths.iter().map(|file| open_movie(storage, path, file, limits, &known).boxed()).collect();
    let opened: Vec<_> = stream::iter(opened).buffered(FILES_AT_ONCE).try_collect().await?;
    let (mut sources, mut movies, mut digests) = (Vec::new(), Vec::new(), Vec::new());
    for OpenedFile { source, movie, digest } in opened {
        sources.push(source);
        movies.push(movie);
        digests.push(digest);
    }
    let mut warnings = warnings(path, &paths, &movies)?;
    let (filters, filters_file) = match beside.has_filters {
        true => filters(storage, path).await?,
        false => (Filters::default(), None),
    };
    warnings.extend(filters.problems());
    let (markers, markers_file) = match beside.has_markers {
        true => markers(storage, path, &known, &mut warnings).await?,
        false => (Vec::new(), None),
    };
    let is_lone = matches!(contents, Contents::Lone { .. });
    let (manifest, manifests, listed, texts) = match contents {
        Contents::Listed(manifest, manifests, texts) => (Some(manifest), manifests, None, texts),
        Contents::Folder { files, texts, .. } => (None, Vec::new(), Some(files), texts),
        Contents::Lone { files, texts, .. } => (None, Vec::new(), Some(files), texts),
        Contents::Files(_) | Contents::Program(..) => (None, Vec::new(), None, Vec::new()),
    };
    let media = paths.iter().zip(&sources).zip(&movies);
    let media: Vec<_> = media
        .map(|((path, source), movie)| MediaFile { path, source: source.as_ref(), movie })
        .collect();
    let texts = open_texts(storage, path, text_options, texts, &media, manifest.is_some()).await?;
    let OpenedText { texts, chapters, files: text_files, warnings: text_warnings, memory_size } =
        texts;
    warnings.extend(text_warnings);
    let (mut opened, mut read) = (Vec::new(), Vec::new());
    // Where segments are cut depends on the markers too.
    for (file, identity, text) in manifests.into_iter().chain(markers_file) {
        opened.push((file, identity));
        read.push(Content::Manifest(text));
    }
    let identities = sources.iter().map(|source| source.identity().clone());
    opened.extend(paths.iter().cloned().zip(identities));
    let media = opened.len().saturating_sub(paths.len())..opened.len();
    let files = Files { listed, opened, is_lone, filters: filters_file, media, newest: None };
    let findings = known.findings(&files.opened, policy);
    let makes_index = match index_use {
        IndexUse::Read => false,
        IndexUse::ReadOrMake => findings.is_none(),
        IndexUse::Make => true,
    };
    if makes_index {
        let movies = movies.iter().cloned().zip(digests.iter().copied());
        read.extend(movies.map(|(movie, digest)| Content::Movie { digest, movie }));
    }
    let presented = spawn_cpu(move || {
        let known = findings.as_ref();
        let (presentation, findings) =
            present_marked(manifest.as_deref(), movies, policy, known, markers)?;
        let (chapters, mut warnings) = chapters.since(presentation.origin());
        warnings.extend(missed(&presentation, &findings));
        let presentation = presentation.with_chapters(chapters);
        Ok((present_texts(&presentation, texts)?, findings, warnings))
    });
    let ((presentation, texts), findings, left_out) =
        presented.await.map_err(|error| match error {
            PackagerError::Unpresentable { problem } => unusable(path, problem, LIST),
            PackagerError::DifferentFilms { files, difference } => {
                let names = files.map(|SourceIndex(file)| {
                    let named = usize::try_from(file).ok().and_then(|file| paths.get(file));
                    named.map_or_else(String::new, |file| name_in(path, file))
                });
                let names = names.join(" and ");
                unusable(
                    path,
                    format!("{names} are not bitrates of one film: {difference}"),
                    SEPARATE,
                )
            }
            other => other.into(),
        })?;
    debug!(
        asset = %path,
        files = files.opened.len(),
        renditions = presentation.renditions.len(),
        "opened",
    );
    warnings.extend(left_out);
    let filled = presentation.renditions.iter().filter(|rendition| rendition.is_filled);
    warnings.extend(filled.map(|rendition| {
        format!(
            "`{}` of {} bit/s has no pictures for part of the film: others are shown longer",
            rendition.id.name, rendition.id.bitrate
        )
    }));
    for warning in &warnings {
        warn!(asset = %path, warning, "not served as it is stored");
    }
    let version = files.version(&digests, policy);
    let index = makes_index.then(|| {
        let place = known.place().clone();
        let index = place.index(files.opened.iter().zip(read), policy, findings);
        MadeIndex { place, index }
    });
    let text_version = match text_files.as_slice() {
        [] => String::new(),
        opened => {
            let files = Files { opened: opened.to_vec(), ..Files::default() };
            text_version(files, text_options, policy)
        }
    };
    let mut files = files;
    files.opened.extend(text_files);
    let (path, sources, warnings) = (path.clone(), sources.into(), warnings.into());
    let asset = Asset {
        path,
        presentation,
        texts,
        sources,
        warnings,
        filters,
        files,
        version,
        text_version,
        text_bytes: memory_size,
        program: None,
    };
    Ok(Opened { asset, index })
}

/// What is left out of an asset, or is wrong with it, for people.
///
/// Refuses an asset with a track that is encrypted or damaged, an asset whose only video would be
/// left out, and one without any track that can be served.
fn warnings(path: &AssetPath, files: &[String], movies: &[Movie]) -> Result<Vec<String>, Error> {
    let has_video = movies.iter().flat_map(|movie| &movie.tracks).any(is_video);
    let mut warnings = Vec::new();
    for (file, movie) in files.iter().zip(movies) {
        let file = name_in(path, file);
        for skipped in &movie.skipped {
            let (id, reason) = (skipped.id.0, &skipped.reason);
            let problem = || format!("{file}: track {id}: {reason}");
            if skipped.is_encrypted {
                let (asset, problem) = (path.to_string(), problem());
                return Err(Error::EncryptedInput { asset, problem });
            }
            if skipped.is_damaged && skipped.kind.is_some() {
                return Err(unusable(path, problem(), REPAIR));
            }
            if skipped.kind == Some(MediaKind::Video) && !has_video {
                let problem = format!("it has no other video than {}", problem());
                return Err(unusable(path, problem, ENCODE));
            }
            warnings.push(format!("{file}: track {id} is left out: {reason}"));
        }
        warnings.extend(movie.warnings.iter().map(|warning| format!("{file}: {warning}")));
    }
    if movies.iter().all(|movie| movie.tracks.is_empty()) {
        let problem = format!("no track can be served: {}", warnings.join("; "));
        return Err(unusable(path, problem, ENCODE));
    }
    Ok(warnings)
}

fn is_video(track: &Track) -> bool {
    track.kind() == MediaKind::Video
}

/// Whether a file of an asset was replaced, removed or forbidden. `false` if the storage fails for
/// another reason.
pub(crate) async fn is_replaced(storage: &dyn Storage, asset: &Asset) -> bool {
    let path = &asset.path;
    let differs = match differs(storage, path, &asset.files).await {
        Ok(false) => match &asset.program {
            Some(program) => program.is_replaced(storage).await,
            None => Ok(false),
        },
        differs => differs,
    };
    match differs {
        Ok(differs) => differs,
        Err(StorageError::NotFound { .. } | StorageError::Forbidden { .. }) => true,
        Err(error) => {
            warn!(asset = %path, %error, "cannot determine whether the files were replaced");
            false
        }
    }
}

async fn differs(
    storage: &dyn Storage,
    path: &AssetPath,
    files: &Files,
) -> Result<bool, StorageError> {
    let markers = files.opened.iter().find(|(file, _)| *file == in_folder(path, MARKERS));
    let markers = markers.map(|(_, identity)| identity);
    let mut may_have = Beside { has_filters: !files.is_lone, has_markers: !files.is_lone };
    if let Some(listed) = files.listed.as_ref().filter(|_| files.is_lone) {
        let (folder, name) = parent_of(path.folder());
        if lone_files(&storage.list(folder).await?.files, name) != *listed {
            return Ok(true);
        }
    } else if let Some(listed) = &files.listed {
        let names = storage.list(path.folder()).await?.files;
        if asset_files(&names) != *listed || names.iter().any(|name| name == path.ism()) {
            return Ok(true);
        }
        may_have = Beside::of(&names);
        may_have.has_filters |= files.filters.is_some();
    }
    for (may_have, file, opened) in [
        (may_have.has_filters, FILTERS, files.filters.as_ref()),
        (may_have.has_markers && markers.is_none(), MARKERS, None),
    ] {
        let found = async || existing(storage.identity(&in_folder(path, file)).await);
        if may_have && found().await?.as_ref() != opened {
            return Ok(true);
        }
    }
    let identities: Vec<_> = files.opened.iter().map(|(file, _)| storage.identity(file)).collect();
    let identities: Vec<_> = stream::iter(identities).buffered(FILES_AT_ONCE).try_collect().await?;
    Ok(identities.iter().zip(&files.opened).any(|(now, (_, opened))| now != opened))
}

/// What an asset contains, and what is found beside its media.
pub(super) struct Found {
    pub(super) contents: Contents,
    /// What its index file says.
    known: Known,
    pub(super) beside: Beside,
}

/// Which lists the folder of an asset has.
#[derive(Clone, Copy, Debug)]
pub(super) struct Beside {
    pub(super) has_filters: bool,
    has_markers: bool,
}

impl Beside {
    /// What may be there, where the storage cannot list.
    const ANYTHING: Self = Self { has_filters: true, has_markers: true };
    const NOTHING: Self = Self { has_filters: false, has_markers: false };

    /// Among the files of those names.
    fn of(names: &[String]) -> Self {
        let has = |file| names.iter().any(|name| name == file);
        Self { has_filters: has(FILTERS), has_markers: has(MARKERS) }
    }
}

/// What is stored of an asset.
pub(super) async fn contents(
    storage: &dyn Storage,
    path: &AssetPath,
    limits: Limits,
    index_use: IndexUse,
) -> Result<Found, Error> {
    let known = async |place, names: Option<&[String]>| match index_use {
        IndexUse::Read | IndexUse::ReadOrMake => Known::read(storage, place, names, limits).await,
        IndexUse::Make => Known::nothing(place),
    };
    let not_found = || Error::AssetNotFound { asset: path.to_string() };
    let has_folder_name = path.folder().rsplit('/').next() == Some(path.stem());
    match storage.list(path.folder()).await {
        Ok(listing) if listing.files.iter().any(|file| file == path.ism()) => {
            let names = Some(listing.files.as_slice());
            let known = known(IndexPlace::within(path), names).await;
            let contents = listed(storage, path, names, &known).await?;
            Ok(Found { contents, known, beside: Beside::of(&listing.files) })
        }
        Ok(listing) => {
            let names = media_files(&listing.files);
            let texts = text_files(&listing.files)
                .filter_map(|name| StoredText::found(path.folder(), name))
                .collect();
            if names.is_empty() || !has_folder_name {
                Err(not_found())
            } else {
                let files = asset_files(&listing.files);
                let known = known(IndexPlace::within(path), Some(&listing.files)).await;
                let contents = Contents::Folder { names, files, texts };
                Ok(Found { contents, known, beside: Beside::of(&listing.files) })
            }
        }
        Err(StorageError::NotFound { .. }) if has_folder_name => {
            let lone = lone_file(storage, path.folder()).await;
            let Lone { path: lone, texts, names } = lone.ok_or_else(not_found)?;
            let files = lone_files(&names, path.stem());
            let known = known(IndexPlace::beside(path), Some(&names)).await;
            let contents = Contents::Lone { path: lone, files, texts };
            Ok(Found { contents, known, beside: Beside::NOTHING })
        }
        Err(StorageError::NotFound { .. }) => Err(not_found()),
        Err(StorageError::NoListing { .. }) => {
            let known = known(IndexPlace::within(path), None).await;
            match listed(storage, path, None, &known).await {
                Err(Error::Storage(StorageError::NotFound { .. })) => Err(not_found()),
                contents => Ok(Found { contents: contents?, known, beside: Beside::ANYTHING }),
            }
        }
        Err(error) => Err(error.into()),
    }
}

/// A single file that is an asset, where the asset has no folder.
struct Lone {
    path: String,
    /// The files of subtitles beside it.
    texts: Vec<StoredText>,
    /// The names of all files beside it.
    names: Vec<String>,
}

/// What the server manifest of an asset lists. `names` are the files of its folder, if the storage
/// can list them.
async fn listed(
    storage: &dyn Storage,
    path: &AssetPath,
    names: Option<&[String]>,
    known: &Known,
) -> Result<Contents, Error> {
    let max_len = ClipList::MAX_BYTES;
    let server = match whole(storage, path, path.ism(), max_len, "server manifest", known).await {
        Err(Refused::Manifest(problem)) => return Err(unusable(path, problem, CORRECT)),
        Err(Refused::Storage(error)) => return Err(error.into()),
        Ok(server) => server,
    };
    let unreadable = |problem| {
        unusable(path, format!("its list of clips cannot be read: {problem}"), CORRECT_CLIPS)
    };
    if let Some(list) = ClipList::parse(&server.2, path.folder()).map_err(unreadable)? {
        return Ok(Contents::Program(list, (server.0, server.1)));
    }
    match manifests(storage, path, names, known, server).await {
        Ok((manifest, files)) => {
            let texts = StoredText::listed(&manifest, path.folder(), names.unwrap_or_default());
            Ok(Contents::Listed(Box::new(manifest), files, texts))
        }
        Err(Refused::Manifest(problem)) => Err(unusable(path, problem, CORRECT)),
        Err(Refused::Storage(error)) => Err(error.into()),
    }
}

/// The single file that is the asset if it has no folder.
async fn lone_file(storage: &dyn Storage, asset: &str) -> Option<Lone> {
    let (folder, name) = parent_of(asset);
    let files = storage.list(folder).await.ok()?.files;
    let named = files.iter().filter(|file| lone_name(file) == Some(name));
    let file = named.min_by_key(|file| media_ending(file))?;
    let texts = text_files_of(&files, name);
    let texts = texts.filter_map(|name| StoredText::found(folder, name)).collect();
    let path = if folder.is_empty() { file.clone() } else { format!("{folder}/{file}") };
    Some(Lone { path, texts, names: files })
}

/// The folder and the name of what is at a path.
fn parent_of(path: &str) -> (&str, &str) {
    path.rsplit_once('/').unwrap_or(("", path))
}

/// Opens a stored file of an asset, and returns its path too. It is found like the asset itself: in
/// its folder, or as a single file if there is no folder.
pub(crate) async fn open_file(
    storage: &dyn Storage,
    folder: &str,
    name: &str,
) -> Result<(String, Arc<dyn Source>), StorageError> {
    let path = format!("{folder}/{name}");
    match storage.open(&path).await {
        Err(not_found @ StorageError::NotFound { .. }) => {
            let is_folder =
                !matches!(storage.list(folder).await, Err(StorageError::NotFound { .. }));
            let lone = if is_folder { None } else { lone_file(storage, folder).await };
            let paths = lone.into_iter().flat_map(|Lone { path, texts, .. }| {
                [path].into_iter().chain(texts.into_iter().map(|text| text.path))
            });
            let path = { paths }.find(|path| path.rsplit('/').next() == Some(name));
            let path = path.ok_or(not_found)?;
            let source = storage.open(&path).await?;
            Ok((path, source))
        }
        opened => Ok((path, opened?)),
    }
}

/// The names of the files that make an asset which is a folder.
fn asset_files(names: &[String]) -> Vec<String> {
    media_files(names).into_iter().chain(text_files(names).cloned()).collect()
}

/// The same of an asset that is a single file of that name, without its ending. One of the media
/// files is the asset.
fn lone_files(names: &[String], lone: &str) -> Vec<String> {
    let media = names.iter().filter(|file| lone_name(file) == Some(lone));
    media.chain(text_files_of(names, lone)).cloned().collect()
}

/// The names that have the ending of a media file.
pub(crate) fn media_files(names: &[String]) -> Vec<String> {
    let is_media = |name: &&String| !name.starts_with('.') && media_ending(name).is_some();
    names.iter().filter(is_media).cloned().collect()
}

/// The name of an asset that is a single media file: the name of the file without its ending.
pub(crate) fn lone_name(file: &str) -> Option<&str> {
    let ending = MEDIA_ENDINGS.get(media_ending(file)?)?;
    file.split_at_checked(file.len().checked_sub(ending.len())?).map(|(name, _)| name)
}

/// Which of the endings of media files a name has, in upper or lower case.
fn media_ending(name: &str) -> Option<usize> {
    let name = name.to_ascii_lowercase();
    MEDIA_ENDINGS.iter().position(|ending| name.ends_with(ending))
}

/// Why manifests cannot be read.
enum Refused {
    /// A manifest is invalid.
    Manifest(String),
    Storage(StorageError),
}

/// The server manifest of an asset, merged with its client manifest if it has one. Also returns the
/// files of both.
async fn manifests(
    storage: &dyn Storage,
    path: &AssetPath,
    names: Option<&[String]>,
    known: &Known,
    server: (String, Identity, Bytes),
) -> Result<(ServerManifest, Manifests), Refused> {
    let cannot_read = |which: &str, error: dynpack_smooth::Error| {
        Refused::Manifest(format!("its {which} cannot be read: {error}"))
    };
    check_len(server.2.len(), ServerManifest::MAX_BYTES, "server manifest")?;
    let manifest =
        ServerManifest::parse(&server.2).map_err(|error| cannot_read("server manifest", error))?;
    if manifest.formats.is_live() {
        return Err(Refused::Manifest("it is a live archive that still grows".into()));
    }
    let is_archive = matches!(manifest.formats, Formats::VodFragmentedMp4 | Formats::VodCmaf);
    let mut media = manifest.tracks.iter().filter(|track| track.kind.media().is_some());
    if let Some(track) = media.find(|track| is_archive && !track.src.as_str().contains('.')) {
        return Err(Refused::Manifest(format!(
            "it lists `{}`, a folder of a live archive: only archives with one file for each track \
             can be read",
            track.src.as_str()
        )));
    }
    // Many assets name a client manifest that they do not have, which causes no problem.
    let client = manifest
        .client_manifest
        .as_ref()
        .map(|name| name.as_str())
        .filter(|client| names.is_none_or(|names| names.iter().any(|name| name == client)));
    let Some(name) = client else { return Ok((manifest, vec![server])) };
    let max_len = ClientManifest::MAX_BYTES;
    let client = whole(storage, path, name, max_len, "client manifest", known).await;
    if matches!(client, Err(Refused::Storage(StorageError::NotFound { .. }))) && names.is_none() {
        return Ok((manifest, vec![server]));
    }
    let client = client?;
    let client_manifest =
        ClientManifest::parse(&client.2).map_err(|error| cannot_read("client manifest", error))?;
    Ok((manifest.with_client_manifest(&client_manifest), vec![server, client]))
}

/// Refuses a manifest of more than `max_len` bytes.
fn check_len(len: usize, max_len: usize, which: &str) -> Result<(), Refused> {
    let problem = || format!("its {which} has {len} bytes, where {max_len} are the limit");
    (len <= max_len).then_some(()).ok_or_else(|| Refused::Manifest(problem()))
}

/// Reads a whole manifest, unless its text is known.
async fn whole(
    storage: &dyn Storage,
    path: &AssetPath,
    name: &str,
    max_len: usize,
    which: &str,
    known: &Known,
) -> Result<(String, Identity, Bytes), Refused> {
    let file = format!("{}/{name}", path.folder());
    let source = storage.open(&file).await.map_err(Refused::Storage)?;
    let len = usize::try_from(source.len()).unwrap_or(usize::MAX);
    check_len(len, max_len, which)?;
    let identity = source.identity().clone();
    if let Some(text) = known.text(&file, &identity) {
        return Ok((file, identity, text));
    }
    let text = read_exactly(source.as_ref(), &[Extent::new(0, source.len())])
        .await
        .map_err(Refused::Storage)?;
    Ok((file, identity, text.into_iter().next().unwrap_or_default()))
}

/// The filters of an asset, and the file that lists them, if its folder has one.
pub(super) async fn filters(
    storage: &dyn Storage,
    path: &AssetPath,
) -> Result<(Filters, Option<Identity>), Error> {
    let Some(source) = existing(storage.open(&in_folder(path, FILTERS)).await)? else {
        return Ok((Filters::default(), None));
    };
    let identity = source.identity().clone();
    if source.len() > Filters::MAX_BYTES as u64 {
        let (len, max) = (source.len(), Filters::MAX_BYTES);
        let problem = format!("`{FILTERS}` has {len} bytes, where {max} are the limit");
        return Ok((Filters::unreadable(problem), Some(identity)));
    }
    let text = read_exactly(source.as_ref(), &[Extent::new(0, source.len())]).await?;
    Ok((Filters::parse(&text.concat()), Some(identity)))
}

/// The markers of an asset, and the file that lists them, if its folder has one. Markers that
/// cannot be used are left out, with a warning.
async fn markers(
    storage: &dyn Storage,
    path: &AssetPath,
    known: &Known,
    warnings: &mut Vec<String>,
) -> Result<(Vec<Marker>, Option<(String, Identity, Bytes)>), Error> {
    let max_len = Markers::MAX_BYTES;
    match whole(storage, path, MARKERS, max_len, "list of markers", known).await {
        Ok(file) => {
            let markers = Markers::parse(&file.2).unwrap_or_else(|problem| {
                warnings.push(format!("`{MARKERS}` is left out: {problem}"));
                Vec::new()
            });
            Ok((markers, Some(file)))
        }
        Err(Refused::Storage(StorageError::NotFound { .. })) => Ok((Vec::new(), None)),
        Err(Refused::Storage(error)) => Err(error.into()),
        Err(Refused::Manifest(problem)) => Err(unusable(path, problem, CORRECT)),
    }
}

/// The markers that want a segment to start where none does, for people.
fn missed(presentation: &Presentation, findings: &Findings) -> Vec<String> {
    let markers = presentation.markers.iter().filter(|marker| marker.cuts);
    let missed = markers.filter_map(|marker| {
        let cut = findings.times.nearest(marker.start);
        let (wanted, nearest) = (marker.start.as_seconds(), cut.as_seconds());
        let name = marker.id.escape_debug();
        (!marker.is_at(cut)).then(|| {
            format!(
                "no segment can start at the marker `{name}` at {wanted:.3} s: the nearest \
                     starts at {nearest:.3} s"
            )
        })
    });
    missed.collect()
}

/// The path of a file in the folder of an asset.
fn in_folder(path: &AssetPath, file: &str) -> String {
    format!("{}/{file}", path.folder())
}

/// What is found in a storage, if it exists.
fn existing<T>(found: Result<T, StorageError>) -> Result<Option<T>, StorageError> {
    match found {
        Ok(found) => Ok(Some(found)),
        Err(StorageError::NotFound { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

/// A media file that was opened, with the digest of its index.
struct OpenedFile {
    source: Arc<dyn Source>,
    movie: Movie,
    digest: [u8; 16],
}

async fn open_movie(
    storage: &dyn Storage,
    asset: &AssetPath,
    file: &str,
    limits: Limits,
    known: &Known,
) -> Result<OpenedFile, Error> {
    let name = name_in(asset, file);
    let refused = |error: DemuxError| {
        let problem = format!("{name}: {error}");
        let remedy = match error {
            DemuxError::Encrypted(_) => {
                return Error::EncryptedInput { asset: asset.to_string(), problem };
            }
            DemuxError::NotMp4 { .. } => REMUX,
            DemuxError::Unsupported(_) => ENCODE,
            DemuxError::LimitExceeded { .. } => RAISE,
            _ => REPAIR,
        };
        unusable(asset, problem, remedy)
    };
    let source = match storage.open(file).await {
        Err(StorageError::NotFound { .. }) => {
            let problem = format!("it lists {name}, which does not exist");
            return Err(unusable(asset, problem, CORRECT));
        }
        opened => opened?,
    };
    if let Some((movie, digest)) = known.movie(file, source.identity()) {
        return Ok(OpenedFile { source, movie, digest });
    }
    let mut demuxer = Demuxer::new(source.len(), limits);
    let opened = loop {
        let ranges = demuxer.needs(READS_AT_ONCE);
        if ranges.is_empty() {
            break Ok(());
        }
        let read = read_exactly(source.as_ref(), &ranges).await?;
        let fed = spawn_cpu(move || {
            let mut pieces = ranges.iter().zip(read);
            let fed = pieces.try_for_each(|(range, bytes)| demuxer.feed(range.offset, bytes));
            (demuxer, fed)
        });
        let (fed_to, fed) = fed.await;
        demuxer = fed_to;
        if fed.is_err() {
            break fed;
        }
    };
    let digest = demuxer.digest();
    let movie = match opened.and_then(|()| demuxer.finish()) {
        // Other files of the asset may have some.
        Err(DemuxError::NoTracks { skipped }) => Movie::new(Vec::new(), skipped),
        opened => opened.map_err(refused)?,
    };
    Ok(OpenedFile { source, movie, digest })
}
