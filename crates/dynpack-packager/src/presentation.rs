//! From the tracks of movies to the renditions of a presentation: names, bitrates, roles, and the
//! cuts they share.

mod content;

use std::collections::HashSet;
use std::num::NonZeroU32;
use std::sync::Arc;

use dynpack_codec::MediaKind;
use dynpack_fragment::fmp4::{Profile, Writer};
use dynpack_media::{
    CutPolicy, Language, Movie, Presentation, Rendition, RenditionId, Role, SourceIndex, Timeline,
    Track,
};
use dynpack_smooth::{ServerManifest, ServerTrack};

use self::content::{Content, Contents, has_same_samples};
use crate::cmaf_rate::cmaf_rate;
use crate::error::Error;

/// A track that is to be presented, and what its publisher says of it.
struct Entry {
    source: SourceIndex,
    track: Arc<Track>,
    name: String,
    bitrate: Option<NonZeroU32>,
    language: Language,
    label: Option<String>,
    role: Role,
}

/// Presents all tracks of `movies`, which stand for the sources 0, 1, 2 and so on: the way without
/// a server manifest.
///
/// All video is taken for one content at several bitrates. Audio is one content for each language,
/// codec and number of channels; where several files carry the same audio, it is presented once.
/// The first is [`Role::Main`], others are [`Role::Alternate`].
///
/// # Errors
/// [`Error::Unpresentable`] if there is nothing to present.
pub fn present(
    movies: impl IntoIterator<Item = Movie>,
    policy: CutPolicy,
) -> Result<Presentation, Error> {
    let sources = (0..).map(SourceIndex).zip(movies);
    let tracks = sources.flat_map(|(source, movie)| {
        movie.tracks.into_iter().map(move |track| (source, Arc::new(track)))
    });
    let mut tracks: Vec<(SourceIndex, Arc<Track>)> = tracks.collect();
    tracks.sort_by_key(|(_, track)| track.kind());
    let mut distinct: Vec<(SourceIndex, Arc<Track>, Content)> = Vec::new();
    for (source, track) in tracks {
        let content = Content::of(&track, &track.language);
        let is_known = |(_, known, same): &(SourceIndex, Arc<Track>, Content)| {
            content == *same && has_same_samples(&track, known)
        };
        if track.kind() == MediaKind::Video || !distinct.iter().any(is_known) {
            distinct.push((source, track, content));
        }
    }
    let contents = distinct
        .iter()
        .filter(|(_, track, _)| track.kind() == MediaKind::Audio)
        .map(|(.., content)| content);
    let contents = Contents::of(contents);
    let entries = distinct.into_iter().map(|(source, track, content)| {
        let name = contents.name(&content, &[]).unwrap_or_else(|| track.kind().as_str().to_owned());
        let is_first = contents.first().is_none_or(|first| *first == content)
            || track.kind() == MediaKind::Video;
        let role = if is_first { Role::Main } else { Role::Alternate };
        Entry { source, track, name, bitrate: None, language: content.language, label: None, role }
    });
    renditions(entries.collect(), policy)
}

/// Presents the tracks that a server manifest lists, of `movies` in the order of its
/// [files](listed_files).
///
/// Audio without a declared name is named as in [`present`]: several contents which a manifest
/// leaves nameless would otherwise be one. The same audio listed twice is presented once.
///
/// # Errors
/// [`Error::Unpresentable`] if a track that it lists does not exist or cannot be served, two share
/// name and bitrate, or there is nothing to present.
pub fn present_listed(
    manifest: &ServerManifest,
    movies: Vec<Movie>,
    policy: CutPolicy,
) -> Result<Presentation, Error> {
    let files = (0..).map(SourceIndex).zip(listed_files(manifest));
    let movies: Vec<(SourceIndex, &str, Vec<Arc<Track>>)> = files
        .zip(movies)
        .map(|((source, file), movie)| {
            (source, file, movie.tracks.into_iter().map(Arc::new).collect())
        })
        .collect();
    let mut found = Vec::<Listed<'_>>::new();
    for listed in &manifest.tracks {
        let Some(kind) = listed.kind.media() else { continue };
        let movie = movies.iter().find(|(_, file, _)| *file == listed.src.as_str());
        let track = movie.and_then(|(source, _, tracks)| {
            let is_listed = |track: &&Arc<Track>| {
                track.kind() == kind && listed.track_id.is_none_or(|id| id.get() == track.id.0)
            };
            Some((*source, Arc::clone(tracks.iter().find(is_listed)?)))
        });
        let (source, track) = track.ok_or_else(|| unpresentable(no_such_track(listed)))?;
        let language = listed.language().unwrap_or_else(|| track.language.clone());
        let content = Content::of(&track, &language);
        let next = Listed { says: listed, source, track, content };
        if kind == MediaKind::Video || !found.iter().any(|known| known.is_repeated_by(&next)) {
            found.push(next);
        }
    }
    let names = listed_names(&found);
    let mut entries = Vec::<Entry>::new();
    for (Listed { says, source, track, content }, name) in found.into_iter().zip(names) {
        let first_audio = entries.iter().find(|entry| entry.track.kind() == MediaKind::Audio);
        let is_first =
            track.kind() == MediaKind::Video || first_audio.is_none_or(|first| first.name == name);
        let role = match says.role() {
            Role::Main if !is_first => Role::Alternate,
            role => role,
        };
        let label = says.label().map(str::to_owned);
        entries.push(Entry {
            source,
            track,
            name,
            bitrate: says.bitrate,
            language: content.language,
            label,
            role,
        });
    }
    entries.sort_by_key(|entry| entry.track.kind());
    let presentation = renditions(entries, policy)?;
    let count = manifest.fragments_per_hls_segment.unwrap_or(NonZeroU32::MIN);
    Ok(presentation.with_fragments_per_hls_segment(count))
}

/// A track that a server manifest lists.
struct Listed<'a> {
    says: &'a ServerTrack,
    source: SourceIndex,
    track: Arc<Track>,
    content: Content,
}

impl Listed<'_> {
    fn is_nameless_audio(&self) -> bool {
        self.says.track_name.is_none() && self.track.kind() == MediaKind::Audio
    }

    fn is_repeated_by(&self, other: &Self) -> bool {
        let key = |listed: &Self| (listed.says.track_name.clone(), listed.says.bitrate);
        self.content == other.content
            && key(self) == key(other)
            && has_same_samples(&self.track, &other.track)
    }
}

/// The names of listed tracks: those declared, and for audio without one those of its content, none
/// of which is declared for another.
fn listed_names(found: &[Listed<'_>]) -> Vec<String> {
    let contents = Contents::of(
        found.iter().filter(|listed| listed.is_nameless_audio()).map(|listed| &listed.content),
    );
    let name = |listed: &Listed<'_>| {
        let others = found.iter().filter(|other| other.content != listed.content);
        let taken: Vec<&str> =
            others.filter_map(|other| other.says.track_name.as_deref()).collect();
        let name = contents.name(&listed.content, &taken).filter(|_| listed.is_nameless_audio());
        name.unwrap_or_else(|| listed.says.name().to_owned())
    };
    found.iter().map(name).collect()
}

/// The files that a server manifest lists as video or audio, each once, in order.
#[must_use]
pub fn listed_files(manifest: &ServerManifest) -> Vec<&str> {
    let mut files = Vec::new();
    for track in manifest.tracks.iter().filter(|track| track.kind.media().is_some()) {
        if !files.contains(&track.src.as_str()) {
            files.push(track.src.as_str());
        }
    }
    files
}

fn no_such_track(listed: &ServerTrack) -> String {
    let id = listed.track_id.map_or_else(String::new, |id| format!(" with the track ID {id}"));
    format!("`{}` has no {} track{id} that can be served", listed.src, listed.kind.as_str())
}

fn unpresentable(problem: impl ToString) -> Error {
    Error::Unpresentable { problem: problem.to_string() }
}

fn renditions(entries: Vec<Entry>, policy: CutPolicy) -> Result<Presentation, Error> {
    let tracks: Vec<&Track> = entries.iter().map(|entry| entry.track.as_ref()).collect();
    let timeline = Timeline::cut(&tracks, policy).map_err(unpresentable)?;
    let mut keys = Keys::default();
    for Entry { name, bitrate, .. } in &entries {
        bitrate.map_or(Ok(()), |bitrate| keys.declare(name, bitrate.get()))?;
    }
    let mut renditions = Vec::<Rendition>::new();
    let cuts = timeline.cuts.into_iter().zip(timeline.filled);
    for (entry, (cuts, filled)) in entries.into_iter().zip(cuts) {
        let track = filled.map_or_else(|| Arc::clone(&entry.track), Arc::new);
        let Entry { source, name, bitrate, language, label, role, .. } = entry;
        let mut rendition =
            Rendition::new(RenditionId::new(name, 1), source, track, Arc::new(cuts));
        (rendition.language, rendition.label, rendition.role) = (language, label, role);
        rendition.id.bitrate = match bitrate {
            Some(declared) => declared.get(),
            None => {
                let writer = Writer::new(Profile::Cmaf, &rendition);
                let peak = cmaf_rate(&rendition, &writer, |len| len)?.peak;
                keys.measure(&rendition.id.name, peak)
            }
        };
        renditions.push(rendition);
    }
    let names: Vec<Arc<str>> =
        renditions.iter().map(|rendition| rendition.id.name.clone()).collect();
    renditions.sort_by_key(|rendition| {
        (names.iter().position(|name| *name == rendition.id.name), rendition.id.bitrate)
    });
    Presentation::new(renditions).map_err(unpresentable)
}

/// The names with their bitrates that are given away: the keys of renditions in URLs.
#[derive(Default)]
struct Keys(HashSet<(String, u32)>);

impl Keys {
    /// Takes a declared bitrate: no other will do.
    fn declare(&mut self, name: &str, bitrate: u32) -> Result<(), Error> {
        let is_free = self.0.insert((name.to_owned(), bitrate));
        is_free.then_some(()).ok_or_else(|| {
            unpresentable(format!("two tracks `{name}` of bitrate {bitrate} are listed"))
        })
    }

    /// Takes a measured bitrate, or else the nearest above it that is free, or below it: it is no
    /// promise to anyone yet. A track of a few ticks may measure more than 32 bits.
    fn measure(&mut self, name: &str, bitrate: u64) -> u32 {
        let bitrate = bitrate.clamp(1, u32::MAX.into());
        let bitrate = u32::try_from(bitrate).expect("clamped to 32 bits");
        (bitrate..=u32::MAX)
            .chain((1..bitrate).rev())
            .find(|&bitrate| self.0.insert((name.to_owned(), bitrate)))
            .expect("there are fewer tracks than bitrates")
    }
}

#[cfg(test)]
mod tests {
    use super::Keys;

    #[test]
    fn measured_bitrates_are_above_zero_and_differ_even_past_32_bits() {
        let mut keys = Keys::default();
        keys.declare("video", u32::MAX - 1).expect("it is free");
        let measured = [u64::MAX, u64::MAX, 7, 7, 0].map(|bitrate| keys.measure("video", bitrate));
        assert_eq!(measured, [u32::MAX, u32::MAX - 2, 7, 8, 1]);
        assert_eq!(keys.measure("audio", u64::MAX), u32::MAX);
    }
}
