//! Opens a film: reads the indexes of its files in parallel, and presents their tracks.

use dynpack_index::Content;
use dynpack_media::{MediaKind, Movie, SourceIndex, Track};
use dynpack_packager::{
    AssetPath, Error as PackagerError, listed_files, present_marked, present_texts,
};
use futures_util::{FutureExt, StreamExt, TryStreamExt, stream};
use tracing::{debug, warn};

use super::asset::{Asset, Files, text_version};
use super::beside::{Beside, Lists, missed};
use super::contents::{Contents, Found, contents};
use super::known::{IndexPlace, IndexUse, Known, MadeIndex};
use super::movie_file::{OpenedFile, open_movie};
use super::opening::Opening;
use super::texts::{MediaFile, OpenedText, open_texts};
use super::unusable::{CORRECT, DIVIDE, ENCODE, REPAIR, name_in, unusable};
use crate::error::Error;
use crate::storage::Storage;
use crate::tasks::spawn_cpu;

/// The maximum number of files of an asset: a folder with more is not an asset.
const MAX_FILES: usize = 200;

const SEPARATE: &str = "put each film into a folder of its own, or list both under one name in a \
                        server manifest";
const LIST: &str = "list the tracks that belong together in a server manifest, or put each title \
                    into a folder of its own";

/// How many files are opened in parallel.
const FILES_AT_ONCE: usize = 16;

/// An asset that was opened, with the index that was made of it.
pub(crate) struct Opened {
    pub(crate) asset: Asset,
    pub(crate) index: Option<MadeIndex>,
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
    let Lists { filters, filters_file, markers_name, markers, markers_file, problems } =
        beside.read(storage, path, &known).await?;
    warnings.extend(problems);
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
    let files =
        Files { listed, opened, is_lone, filters: filters_file, markers_name, media, newest: None };
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
        warnings.extend(missed(&presentation.markers, |time| findings.times.nearest(time)));
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
