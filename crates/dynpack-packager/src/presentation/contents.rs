//! Which tracks are bitrates of one content.

use dynpack_codec::MediaKind;
use dynpack_media::Difference;
use dynpack_smooth::ServerManifest;

use super::entry::Entry;
use crate::error::Error;

/// The maximum number of tracks: each is compared with each content, so that thousands of files or
/// tracks which all differ would keep a processor busy.
const MAX_TRACKS: usize = ServerManifest::MAX_TRACKS;

/// Tracks that are bitrates of one content.
pub(super) struct Content {
    /// The tracks to present; never empty.
    pub(super) entries: Vec<Entry>,
    /// Tracks of other files with the same samples.
    repeated: Vec<Entry>,
}

/// What says that tracks of several files are one content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Evidence {
    /// A server manifest.
    Listed,
    /// Nothing but the tracks.
    Tracks,
}

/// The contents of an asset: video first, and each kind in the order of its tracks.
///
/// Each track goes to the first content that it can be a bitrate of. So the tracks of several files
/// correspond in their order. Where nothing but the tracks says which is first, families of video
/// ascend: what most players decode is the first content, however files are called.
///
/// # Errors
/// [`Error::DifferentFilms`] if only the tracks say that videos of several files and of one family
/// are one content, and they cannot be; [`Error::Unpresentable`] if there are more than
/// [`MAX_TRACKS`].
pub(super) fn contents(mut entries: Vec<Entry>, evidence: Evidence) -> Result<Vec<Content>, Error> {
    let count = entries.len();
    if count > MAX_TRACKS {
        let problem = format!("it has {count} tracks, where {MAX_TRACKS} are the limit");
        return Err(Error::Unpresentable { problem });
    }
    if evidence == Evidence::Tracks {
        entries.sort_by_key(Entry::family);
    }
    let mut contents = Vec::<Content>::new();
    for entry in entries {
        let fits = |(_, content): &(usize, &Content)| content.fits(&entry, evidence);
        let fitting: Vec<_> = contents.iter().enumerate().filter(fits).collect();
        let repeated = fitting.iter().find(|(_, content)| content.has(&entry)).map(|(at, _)| *at);
        let place = repeated.or_else(|| fitting.first().map(|(at, _)| *at));
        match place.and_then(|place| contents.get_mut(place)) {
            Some(content) if repeated.is_some() => content.repeated.push(entry),
            Some(content) => content.entries.push(entry),
            None => {
                refuse_other_film(&contents, &entry, evidence)?;
                contents.push(Content { entries: vec![entry], repeated: Vec::new() });
            }
        }
    }
    contents.sort_by_key(Content::kind);
    Ok(contents)
}

/// Refuses a video that cannot be a bitrate of that of another file, in the same family.
fn refuse_other_film(contents: &[Content], entry: &Entry, evidence: Evidence) -> Result<(), Error> {
    let is_of_others = |content: &&Content| {
        content.kind() == MediaKind::Video
            && content.members().all(|member| member.source != entry.source)
            && content.firsts().any(|first| first.family() == entry.family())
    };
    let rival = match (entry.kind(), evidence) {
        (MediaKind::Video, Evidence::Tracks) => contents.iter().find(is_of_others),
        (MediaKind::Video, Evidence::Listed) | (MediaKind::Audio | MediaKind::Text, _) => None,
    };
    let Some(first) = rival.and_then(|content| content.entries.first()) else { return Ok(()) };
    match Difference::between(&first.track, &entry.track) {
        Some(difference) => {
            Err(Error::DifferentFilms { files: [first.source, entry.source], difference })
        }
        None => Ok(()),
    }
}

impl Content {
    pub(super) fn kind(&self) -> MediaKind {
        self.first().kind()
    }

    pub(super) fn first(&self) -> &Entry {
        self.entries.first().expect("a content is made of an entry")
    }

    /// The name that a server manifest declares for one of its tracks.
    pub(super) fn declared_name(&self) -> Option<&str> {
        self.members().find_map(|entry| entry.name.as_deref())
    }

    /// The first track of each family of video, or of audio.
    fn firsts(&self) -> impl Iterator<Item = &Entry> {
        let mut seen = Vec::new();
        self.entries.iter().filter(move |entry| {
            let is_first = !seen.contains(&entry.family());
            seen.push(entry.family());
            is_first
        })
    }

    fn members(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter().chain(&self.repeated)
    }

    fn has(&self, entry: &Entry) -> bool {
        self.entries.iter().any(|known| known.repeats(entry))
    }

    /// Whether a track can be a bitrate of this content. What a server manifest names decides, and
    /// a track without a name has that of its kind, as in Azure Media Services.
    fn fits(&self, entry: &Entry, evidence: Evidence) -> bool {
        let kind = self.kind();
        match (self.declared_name(), entry.name.as_deref()) {
            (Some(known), Some(name)) => kind == entry.kind() && known == name,
            (Some(name), None) | (None, Some(name)) if name != kind.as_str() => false,
            _ => self.can_hold(entry, evidence),
        }
    }

    /// The same for tracks of which not both have names.
    fn can_hold(&self, entry: &Entry, evidence: Evidence) -> bool {
        let first = self.first();
        let mut of_file = self.members().filter(|member| member.source == entry.source).peekable();
        first.is_like(entry)
            && match (of_file.peek(), evidence) {
                (Some(_), _) => of_file.all(|member| member.switches_to(entry)),
                (None, Evidence::Listed) => true,
                (None, Evidence::Tracks) => self.firsts().all(|first| can_be_one(first, entry)),
            }
    }
}

/// Whether two tracks can be of one content, by their media. Families of video are encoded apart
/// from each other, so their sync samples may differ.
fn can_be_one(one: &Entry, other: &Entry) -> bool {
    match Difference::between(&one.track, &other.track) {
        None => true,
        Some(Difference::SyncSamples) => one.family() != other.family(),
        Some(_) => false,
    }
}
