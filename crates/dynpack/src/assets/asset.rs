//! An open asset: its presentation, and the files of its media.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

use dynpack_media::{CutPolicy, Presentation, Rendition};
use dynpack_packager::{
    AssetPath, Error as PackagerError, Filters, Protection, Request, Resource, Scene, Texts,
    fingerprint,
};
use dynpack_smooth::FileName;
use dynpack_text::{Options as TextOptions, Strictness};

use super::open_program::OpenProgram;
use crate::storage::{Identity, Source};

/// Part of every ETag. Incremented with each change of the output for the same files, and with each
/// change of what is read of them: index files of another number are not used.
pub const FORMAT_VERSION: u32 = 8;

/// An open asset: one version of its files, parsed and cut into segments.
#[non_exhaustive]
pub struct Asset {
    /// Its path.
    pub path: AssetPath,
    /// All of its renditions.
    pub presentation: Presentation,
    /// The cues of its texts.
    pub texts: Texts,
    /// The files of the media. A [`SourceIndex`](dynpack_media::SourceIndex) of the presentation is
    /// an index of this list.
    pub sources: Arc<[Arc<dyn Source>]>,
    /// What is left out, with the reason, or is wrong with the files. For people.
    pub warnings: Arc<[String]>,
    /// Its own filters.
    pub filters: Filters,
    pub(crate) files: Files,
    /// A text that changes when a file or its index changes. It is the same on every node that has
    /// the same files and cuts them into segments of the same length.
    pub(crate) version: String,
    /// The same of the files of its texts and how they are read, which no other media depends on.
    pub(crate) text_version: String,
    /// A bound of the memory that its texts take.
    pub(crate) text_bytes: usize,
    /// Its clips, if it is a program. Then its presentation only says what all of them have.
    pub(crate) program: Option<OpenProgram>,
}

/// The files from which an asset was opened, with their versions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Files {
    /// The media files and files of subtitles in the asset's folder, or those of its name beside it
    /// if it has no folder, if the folder decides which files are opened. `None` if a server
    /// manifest lists them.
    pub(crate) listed: Option<Vec<String>>,
    /// The opened files, with their paths.
    pub(crate) opened: Vec<(String, Identity)>,
    /// Whether the asset is a single file, without a folder.
    pub(crate) is_lone: bool,
    /// The list of filters in the asset's folder, if there is one. It is not part of the version of
    /// the asset, since media does not depend on it.
    pub(crate) filters: Option<Identity>,
    /// The name of the list of markers, if the file of the asset says it.
    pub(crate) markers_name: Option<FileName>,
    /// Which of the opened files hold the media.
    pub(crate) media: Range<usize>,
    /// The file of a program that was written last.
    pub(crate) newest: Option<Identity>,
}

impl Asset {
    /// The memory that the asset takes, in bytes, without media.
    #[must_use]
    pub fn memory_size(&self) -> usize {
        let media = match &self.program {
            Some(program) => program.memory_size(),
            None => self.presentation.renditions.iter().map(Rendition::memory_size).sum(),
        };
        media.saturating_add(self.text_bytes)
    }

    /// The files from which it was opened.
    pub(crate) fn identities(&self) -> impl Iterator<Item = &Identity> {
        let Files { opened, filters, newest, .. } = &self.files;
        opened.iter().map(|(_, identity)| identity).chain(filters).chain(newest)
    }

    /// What the answer to a request is made of: the film, or clips of a program.
    ///
    /// # Errors
    /// Those of [`Program::scenes`](dynpack_packager::Program::scenes), and
    /// [`PackagerError::ClipNotFound`] if a film is asked for a clip.
    pub fn scenes(&self, request: &Request) -> Result<Vec<Scene<'_>>, PackagerError> {
        match (&self.program, request.clip) {
            (Some(open), _) => open.program.scenes(request),
            (None, Some(clip)) => Err(PackagerError::ClipNotFound { clip, count: 0 }),
            (None, None) => {
                let (presentation, texts) = (&self.presentation, &self.texts);
                Ok(vec![Scene::new(Cow::Borrowed(presentation), Cow::Borrowed(texts))])
            }
        }
    }

    /// The strong ETag of the response to `request`. It is the same on every node with the same
    /// files. It differs for another version of a file, another request, another `protection`,
    /// another part that filters leave, another token, or another version of the output.
    pub(crate) fn etag(
        &self,
        request: &Request,
        protection: Option<&Protection>,
        left: Option<[u8; 32]>,
    ) -> String {
        let (format_version, hash) = (FORMAT_VERSION.to_string(), request.hash());
        let protection = protection.map_or("", Protection::version);
        let parts =
            [format_version.as_bytes(), self.version.as_bytes(), &hash, protection.as_bytes()];
        let text = self.depends_on_texts(request).then_some(self.text_version.as_bytes());
        let left = left.as_ref().map(<[u8; 32]>::as_slice);
        let token = request.token.as_ref().map(ToString::to_string);
        let token = token.as_ref().map(String::as_bytes);
        etag(parts.into_iter().chain(text).chain(left).chain(token))
    }
}

impl Asset {
    /// Whether the response to a request changes with the texts: all but video and audio.
    fn depends_on_texts(&self, request: &Request) -> bool {
        match &request.resource {
            Resource::Media(id, _) => self.texts.get(&id.name).is_some(),
            _ => !self.text_version.is_empty(),
        }
    }
}

impl Files {
    /// The files that hold the media.
    pub(crate) fn media(&self) -> &[(String, Identity)] {
        self.opened.get(self.media.clone()).unwrap_or_default()
    }

    /// The [`Asset::version`] of an asset that is opened from these files, with the digests of
    /// their indexes, and cut by that policy.
    pub(crate) fn version(&self, digests: &[[u8; 16]], policy: CutPolicy) -> String {
        let files = self.opened.iter().flat_map(|(path, identity)| {
            [path.clone(), identity.version().to_owned(), identity.len().to_string()]
        });
        let CutPolicy { target, fills_video, .. } = policy;
        let policy = [target.as_millis().to_string(), fills_video.to_string()];
        let files = files.chain(policy).map(String::into_bytes);
        fingerprint(files.chain(digests.iter().map(|digest| digest.to_vec())))
    }
}

/// The [`Asset::text_version`] of files that are read with these options.
pub(crate) fn text_version(files: Files, options: TextOptions, policy: CutPolicy) -> String {
    let TextOptions { encoding, strictness } = options;
    let is_strict = strictness == Strictness::Strict;
    fingerprint([&files.version(&[], policy), encoding.as_str(), &is_strict.to_string()])
}

/// The strong ETag of a response that these parts determine.
pub(crate) fn etag(parts: impl IntoIterator<Item = impl AsRef<[u8]>>) -> String {
    format!("\"{}\"", fingerprint(parts))
}

impl std::fmt::Debug for Asset {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Asset")
            .field("path", &self.path)
            .field("files", &self.files)
            .finish_non_exhaustive()
    }
}
