//! Opens programs: clips of assets that are played one after the other.

use std::collections::HashMap;
use std::sync::Arc;

use dynpack_packager::{
    AssetPath, ClipList, ClipMedia, Error as PackagerError, ProgramBuilder, fingerprint,
};
use futures_util::{FutureExt, StreamExt, TryStreamExt, stream};

use super::asset::{Asset, Files};
use super::beside::{Lists, missed};
use super::contents::{Contents, contents};
use super::known::IndexUse;
use super::open::{Opened, open_files, open_film, open_found};
use super::open_program::OpenProgram;
use super::opening::Opening;
use super::unusable::{CORRECT_CLIPS, unusable};
use crate::error::Error;
use crate::storage::{Identity, Storage};
use crate::tasks::spawn_cpu;

/// How many clips are opened in parallel.
const CLIPS_AT_ONCE: usize = 16;

/// The maximum number of warnings that are kept.
const MAX_WARNINGS: usize = 100;

/// Opens the asset at `path`. If its folder contains the server manifest with that name, the asset
/// is what that lists. If not, it is all media files of the folder, which must have the name of the
/// asset. If there is no folder, it is a single media file with the name of the folder.
pub(crate) async fn open(
    storage: &dyn Storage,
    path: &AssetPath,
    opening: &Opening,
    index_use: IndexUse,
) -> Result<Opened, Error> {
    let mut found = contents(storage, path, opening.limits, index_use).await?;
    match found.contents {
        Contents::Program(list, file) => {
            let lists = found.beside.read(storage, path, &found.known).await?;
            open_program(storage, path, list, file, lists, opening).await
        }
        contents => {
            found.contents = contents;
            open_found(storage, path, found, opening, index_use).await
        }
    }
}

/// Opens the program at `path`, whose file lists those clips, and whose folder has those lists.
async fn open_program(
    storage: &dyn Storage,
    path: &AssetPath,
    list: ClipList,
    file: (String, Identity),
    lists: Lists,
    opening: &Opening,
) -> Result<Opened, Error> {
    let mut places = HashMap::<&ClipMedia, Vec<usize>>::new();
    for (at, clip) in list.clips.iter().enumerate() {
        places.entry(&clip.media).or_default().push(at);
    }
    // What several clips show is opened once.
    let shared = places.into_iter().filter_map(|(media, places)| {
        let [first, _, ..] = *places else { return None };
        let opened = async move {
            let opened = open_clip(storage, path, media, opening).await;
            let opened = opened.map_err(|error| of_clip(path, first, error))?;
            Ok::<_, Error>((media, Arc::new(opened)))
        };
        Some(opened.boxed())
    });
    let shared: HashMap<&ClipMedia, Arc<Asset>> =
        stream::iter(shared.collect::<Vec<_>>()).buffered(CLIPS_AT_ONCE).try_collect().await?;
    let shared = &shared;
    let opened = list.clips.iter().enumerate().map(|(at, clip)| {
        async move {
            let opened = match shared.get(&clip.media) {
                Some(asset) => Ok(Arc::clone(asset)),
                None => open_clip(storage, path, &clip.media, opening).await.map(Arc::new),
            };
            opened.map_err(|error| of_clip(path, at, error))
        }
        .boxed()
    });
    let mut opened = stream::iter(opened.collect::<Vec<_>>()).buffered(CLIPS_AT_ONCE);
    let policy = opening.policy;
    let Lists { filters, filters_file, markers_name, markers, markers_file, problems } = lists;
    let mut warnings = problems;
    let (mut builder, mut clips) = (ProgramBuilder::with_markers(markers.clone()), Vec::new());
    let mut versions = vec![file.1.version().to_owned()];
    let mut newest = file.1.clone();
    for (at, clip) in list.clips.iter().enumerate() {
        let Some(asset) = opened.try_next().await? else { break };
        let added = Arc::clone(&asset);
        let span = clip.span;
        let (returned, pushed) = spawn_cpu(move || {
            let pushed = builder.push(&added.presentation, &added.texts, span, policy);
            (builder, pushed)
        })
        .await;
        builder = returned;
        pushed.map_err(|error| of_clip(path, at, error.into()))?;
        versions.extend([asset.version.clone(), asset.text_version.clone()]);
        versions.push(format!("{:?} {:?}", span.start, span.end));
        let number = at.saturating_add(1);
        let own = asset.warnings.iter().map(|warning| format!("clip {number}: {warning}"));
        warnings.extend(own.take(MAX_WARNINGS.saturating_sub(warnings.len())));
        for identity in asset.identities() {
            if identity.last_write() > newest.last_write() {
                newest = identity.clone();
            }
        }
        clips.push(asset.files.media().to_vec().into());
    }
    let missed = missed(&markers, |time| builder.nearest_start(time));
    warnings.extend(missed.into_iter().take(MAX_WARNINGS.saturating_sub(warnings.len())));
    let program = spawn_cpu(move || builder.finish()).await;
    let program = program.map_err(|error| match error {
        PackagerError::Unpresentable { problem } => unusable(path, problem, CORRECT_CLIPS),
        other => other.into(),
    })?;
    let Some(first) = program.clips().first() else {
        return Err(unusable(path, "it lists no clips".to_owned(), CORRECT_CLIPS));
    };
    let (presentation, texts) = (program.overview(), first.texts.clone());
    let markers_file = markers_file.map(|(file, identity, _)| (file, identity));
    versions.extend(markers_file.iter().map(|(_, identity)| identity.version().to_owned()));
    let files = Files {
        opened: [file].into_iter().chain(markers_file).collect(),
        filters: filters_file,
        markers_name,
        newest: Some(newest),
        ..Files::default()
    };
    let asset = Asset {
        path: path.clone(),
        presentation,
        texts,
        sources: Arc::default(),
        warnings: warnings.into(),
        filters,
        files,
        version: fingerprint(versions),
        text_version: String::new(),
        text_bytes: 0,
        program: Some(OpenProgram::new(program, clips)),
    };
    Ok(Opened { asset, index: None })
}

/// Opens what a clip is of, and closes its files: a program may name more than can be open.
async fn open_clip(
    storage: &dyn Storage,
    program: &AssetPath,
    media: &ClipMedia,
    opening: &Opening,
) -> Result<Asset, Error> {
    let opened = match media {
        ClipMedia::Asset(asset) => open_film(storage, asset, opening).await,
        ClipMedia::Files(files) => open_files(storage, program, files.clone(), opening).await,
    };
    opened.map(|opened| Asset { sources: Arc::default(), ..opened.asset })
}

/// The error of a program of which a clip cannot be opened. It never contains where media is
/// stored, which the users of a locator must not learn.
fn of_clip(path: &AssetPath, at: usize, error: Error) -> Error {
    let number = at.saturating_add(1);
    let problem = match error {
        Error::AssetNotFound { .. } => "its media does not exist".to_owned(),
        Error::Unusable { problem, .. } | Error::EncryptedInput { problem, .. } => problem,
        Error::Packager(PackagerError::Unpresentable { problem }) => problem,
        other => return other,
    };
    unusable(path, format!("clip {number}: {problem}"), CORRECT_CLIPS)
}
