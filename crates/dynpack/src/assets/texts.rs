//! Opens the texts of an asset: files of subtitles beside its media.

use dynpack_media::{Extent, SourceIndex};
use dynpack_packager::{AssetPath, Text, TextFile};
use dynpack_smooth::{ServerManifest, ServerTrack, TrackKind};
use dynpack_text::limits::MAX_BYTES;
use dynpack_text::{Document, Options};

use super::open::{CORRECT, name_in, unusable};
use crate::error::Error;
use crate::storage::{Identity, Storage, StorageError, read_exactly};
use crate::tasks::spawn_cpu;

/// The maximum number of texts of an asset.
pub(super) const MAX_TEXTS: usize = 100;

/// How many bytes of memory a byte of a file of subtitles takes at most, as
/// [`dynpack_text`] limits it.
const MEMORY_PER_BYTE: usize = 64;

const REPAIR: &str = "correct the file, or remove it to serve the film without it";

/// A file of subtitles, and what a server manifest declares of it.
#[derive(Clone, Debug)]
pub(super) struct StoredText {
    pub(super) path: String,
    file: TextFile,
    listed: Option<ServerTrack>,
}

/// The names that have the ending of subtitles, of an asset that is a folder.
pub(super) fn text_files(names: &[String]) -> impl Iterator<Item = &String> {
    let is_text = |name: &&String| {
        !name.starts_with('.') && TextFile::parse(name).is_some_and(|file| !file.is_chapters)
    };
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

impl StoredText {
    /// A file that the folder of its asset decides about; `None` if it has another ending.
    pub(super) fn found(folder: &str, name: &str) -> Option<Self> {
        let path = if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") };
        Some(Self { path, file: TextFile::parse(name)?, listed: None })
    }

    /// The texts that a server manifest lists, and the names of files that cannot be read.
    pub(super) fn listed(manifest: &ServerManifest, folder: &str) -> (Vec<Self>, Vec<String>) {
        let mut unknown = Vec::new();
        let texts = manifest.tracks.iter().filter(|track| track.kind == TrackKind::Text);
        let texts = texts.filter_map(|track| {
            let names = [Some(&track.src), track.text.transcript.as_ref()];
            let found =
                names.into_iter().flatten().find_map(|name| Self::found(folder, name.as_str()));
            if found.is_none() {
                unknown.push(track.src.as_str().to_owned());
            }
            found.map(|text| Self { listed: Some(track.clone()), ..text })
        });
        (texts.collect(), unknown)
    }

    /// Reads the cues. `source` is the place of the file in the asset.
    pub(super) async fn open(
        self,
        storage: &dyn Storage,
        asset: &AssetPath,
        source: SourceIndex,
    ) -> Result<OpenedText, Error> {
        let Self { path, file, listed } = self;
        let name = name_in(asset, &path);
        let opened = match storage.open(&path).await {
            Err(StorageError::NotFound { .. }) => {
                let problem = format!("it lists {name}, which does not exist");
                return Err(unusable(asset, problem, CORRECT));
            }
            opened => opened?,
        };
        let len = opened.len();
        if len > MAX_BYTES as u64 {
            let problem = format!("{name} has {len} bytes, where {MAX_BYTES} are the limit");
            return Err(unusable(asset, problem, REPAIR));
        }
        let bytes = read_exactly(opened.as_ref(), &[Extent::new(0, len)]).await?;
        let bytes = bytes.into_iter().next().unwrap_or_default();
        let memory_size = bytes.len().saturating_mul(MEMORY_PER_BYTE);
        let format = file.clone();
        let parsed = spawn_cpu(move || format.read(&bytes, Options::new())).await;
        let parsed = parsed.map_err(|error| unusable(asset, format!("{name}: {error}"), REPAIR))?;
        let mut warnings: Vec<_> =
            parsed.warnings.iter().map(|warning| format!("{name}: {warning}")).collect();
        if parsed.unlisted_warnings > 0 {
            warnings.push(format!("{name}: {} more such warnings", parsed.unlisted_warnings));
        }
        let text = if shows_pictures(&parsed.document) {
            warnings.push(format!("{name} is left out: its cues name pictures"));
            None
        } else {
            let text = Text::new(source, parsed.document).named_by(&file);
            Some(match &listed {
                Some(listed) => declared(text, listed),
                None => text,
            })
        };
        let identity = opened.identity().clone();
        Ok(OpenedText { path, identity, text, warnings, memory_size })
    }
}

/// A file of subtitles that was read.
pub(super) struct OpenedText {
    pub(super) path: String,
    pub(super) identity: Identity,
    /// What it holds; `None` if it is left out.
    pub(super) text: Option<Text>,
    pub(super) warnings: Vec<String>,
    /// A bound of the memory that the cues take.
    pub(super) memory_size: usize,
}

/// The text as a server manifest lists it.
fn declared(mut text: Text, listed: &ServerTrack) -> Text {
    text.name.clone_from(&listed.track_name);
    text.bitrate = listed.bitrate;
    text.language = listed.language().unwrap_or(text.language);
    text.label = listed.label().map(str::to_owned);
    text.role = listed.role().unwrap_or(text.role);
    text.is_default = listed.text.is_default;
    text.characteristics.clone_from(&listed.text.hls_characteristics);
    text
}

/// Whether the cues are no text for viewers, but name parts of pictures: previews that players show
/// while a viewer seeks.
fn shows_pictures(document: &Document) -> bool {
    let cues = document.cues.all();
    !cues.is_empty() && cues.iter().all(|cue| cue.plain_text().contains("#xywh="))
}

/// The texts of files, with what is wrong with them.
pub(super) struct OpenedTexts {
    pub(super) texts: Vec<Text>,
    pub(super) files: Vec<(String, Identity)>,
    pub(super) warnings: Vec<String>,
    pub(super) memory_size: usize,
}

impl FromIterator<OpenedText> for OpenedTexts {
    fn from_iter<T: IntoIterator<Item = OpenedText>>(opened: T) -> Self {
        let (texts, files, warnings) = (Vec::new(), Vec::new(), Vec::new());
        let mut all = Self { texts, files, warnings, memory_size: 0 };
        for OpenedText { path, identity, text, warnings, memory_size } in opened {
            all.texts.extend(text);
            all.files.push((path, identity));
            all.warnings.extend(warnings);
            all.memory_size = all.memory_size.saturating_add(memory_size);
        }
        all
    }
}
