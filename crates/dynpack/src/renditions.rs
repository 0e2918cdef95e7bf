//! From the tracks of movies to the renditions of a presentation: names, bitrates, roles, and the cuts they share.

use std::num::NonZeroU32;
use std::sync::Arc;

use dynpack_media::{CutPolicy, Language, MediaKind, Movie, Presentation, Rendition, Role, SourceIndex, Timeline, Track};
use dynpack_smooth::{ServerManifest, ServerTrack};

use crate::Error;
use crate::packager::cmaf_rate;

/// A track that is to be presented, and what its publisher says of it.
struct Entry {
    source: SourceIndex,
    track: Arc<Track>,
    name: String,
    bitrate: Option<NonZeroU32>,
    language: Option<Language>,
    label: Option<String>,
    role: Role,
}

/// Presents all tracks of `movies`, which stand for the sources 0, 1, 2 and so on: the way without a server manifest.
///
/// All video is taken for one content at several bitrates. Audio is one content for each language, codec and number of channels; where
/// several files carry the same audio, it is presented once. The first is [`Role::Main`], others are [`Role::Alternate`].
///
/// # Errors
/// [`Error::Unusable`] if there is nothing to present.
pub fn present(movies: impl IntoIterator<Item = Movie>, policy: CutPolicy) -> Result<Presentation, Error> {
    let sources = (0..).map(SourceIndex).zip(movies);
    let tracks = sources.flat_map(|(source, movie)| movie.tracks.into_iter().map(move |track| (source, Arc::new(track))));
    let mut tracks: Vec<(SourceIndex, Arc<Track>)> = tracks.collect();
    tracks.sort_by_key(|(_, track)| track.kind());
    let mut kept: Vec<(SourceIndex, Arc<Track>)> = Vec::new();
    for (source, track) in tracks {
        let known = track.kind() == MediaKind::Audio && kept.iter().any(|(_, other)| is_same_audio(&track, other));
        if !known {
            kept.push((source, track));
        }
    }
    let mut groups: Vec<Arc<Track>> = Vec::new();
    for (_, track) in kept.iter().filter(|(_, track)| track.kind() == MediaKind::Audio) {
        if !groups.iter().any(|group| is_same_content(track, group)) {
            groups.push(Arc::clone(track));
        }
    }
    let entries = kept.into_iter().map(|(source, track)| {
        let group = groups.iter().position(|group| is_same_content(&track, group));
        let name = group.map_or_else(|| track.kind().as_str().to_owned(), |at| audio_name(&groups, at));
        let role = if group.unwrap_or_default() == 0 { Role::Main } else { Role::Alternate };
        Entry { source, track, name, bitrate: None, language: None, label: None, role }
    });
    renditions(entries.collect(), policy)
}

/// Presents the tracks that a server manifest lists, of `movies` in the order of its [files](listed_files).
///
/// # Errors
/// [`Error::Unusable`] if a track that it lists does not exist or cannot be served, two share name and bitrate, or there is nothing
/// to present.
pub fn present_listed(manifest: &ServerManifest, movies: Vec<Movie>, policy: CutPolicy) -> Result<Presentation, Error> {
    let files = listed_files(manifest);
    let movies: Vec<Vec<Arc<Track>>> = movies.into_iter().map(|movie| movie.tracks.into_iter().map(Arc::new).collect()).collect();
    let (mut entries, mut audio_names) = (Vec::<Entry>::new(), Vec::<&str>::new());
    for listed in &manifest.tracks {
        let Some(kind) = listed.kind.media() else { continue };
        let at = files.iter().position(|file| *file == listed.src.as_str()).unwrap_or_default();
        let tracks = movies.get(at).map(Vec::as_slice).unwrap_or_default();
        let track = tracks.iter().find(|track| track.kind() == kind && listed.track_id.is_none_or(|id| id.get() == track.id.0));
        let track = track.ok_or_else(|| unusable(no_such_track(listed)))?;
        if kind == MediaKind::Audio && !audio_names.contains(&listed.name()) {
            audio_names.push(listed.name());
        }
        let is_first = kind == MediaKind::Video || audio_names.first() == Some(&listed.name());
        entries.push(Entry {
            source: SourceIndex(u32::try_from(at).unwrap_or_default()),
            track: Arc::clone(track),
            name: listed.name().to_owned(),
            bitrate: listed.bitrate,
            language: listed.language.as_deref().map(Language::parse),
            label: listed.title.clone(),
            role: role(listed, is_first),
        });
    }
    entries.sort_by_key(|entry| entry.track.kind());
    let mut presentation = renditions(entries, policy)?;
    if let Some(count) = manifest.fragments_per_hls_segment {
        presentation.fragments_per_hls_segment = count;
    }
    Ok(presentation)
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

fn role(listed: &ServerTrack, is_first: bool) -> Role {
    let says = |value: &Option<String>, word: &str| value.as_deref().is_some_and(|value| value.eq_ignore_ascii_case(word));
    if says(&listed.accessibility, "description") {
        Role::Description
    } else if says(&listed.role, "alternate") || !is_first {
        Role::Alternate
    } else {
        Role::Main
    }
}

fn no_such_track(listed: &ServerTrack) -> String {
    let id = listed.track_id.map_or_else(String::new, |id| format!(" with the track ID {id}"));
    format!("`{}` has no {} track{id} that can be served", listed.src, listed.kind.as_str())
}

fn unusable(problem: impl ToString) -> Error {
    Error::Unusable { asset: String::new(), problem: problem.to_string() }
}

fn is_same_content(one: &Track, other: &Track) -> bool {
    let coding = |track: &Track| (track.codec.rfc6381(), track.codec.sampling(), track.timescale);
    one.language == other.language && coding(one) == coding(other)
}

/// Whether two tracks hold the same audio, as the renditions of a set do that was encoded with audio in each file.
fn is_same_audio(one: &Track, other: &Track) -> bool {
    let size = |track: &Track| {
        let all = dynpack_media::SampleIndex(0)..dynpack_media::SampleIndex(track.samples.len());
        (track.samples.len(), track.samples.byte_len(all), track.samples.total_duration(), track.edit)
    };
    is_same_content(one, other) && size(one) == size(other)
}

/// `audio` where there is only one, otherwise with the language, and a number where that is not enough.
fn audio_name(groups: &[Arc<Track>], at: usize) -> String {
    let language = |group: &Arc<Track>| group.language.tag().to_owned();
    let own = groups.get(at).map(language).unwrap_or_default();
    let earlier = groups.iter().take(at).filter(|group| language(group) == own).count();
    match (groups.len(), earlier) {
        (1, _) => "audio".to_owned(),
        (_, 0) => format!("audio_{own}"),
        (_, earlier) => format!("audio_{own}_{}", earlier + 1),
    }
}

fn renditions(entries: Vec<Entry>, policy: CutPolicy) -> Result<Presentation, Error> {
    let tracks: Vec<&Track> = entries.iter().map(|entry| entry.track.as_ref()).collect();
    let timeline = Timeline::cut(&tracks, policy).map_err(unusable)?;
    let mut renditions = Vec::<Rendition>::new();
    for (entry, cuts) in entries.into_iter().zip(timeline.cuts) {
        let Entry { source, track, name, bitrate, language, label, role } = entry;
        let mut rendition = Rendition::new(name, 1, source, track, Arc::new(cuts));
        rendition.language = language.unwrap_or(rendition.language);
        (rendition.label, rendition.role) = (label, role);
        let is_taken = |bitrate: u32, name: &str| renditions.iter().any(|other| other.bitrate == bitrate && other.name == name);
        rendition.bitrate = match bitrate {
            Some(declared) if is_taken(declared.get(), &rendition.name) => {
                return Err(unusable(format!("two tracks `{}` of bitrate {declared} are listed", rendition.name)));
            }
            Some(declared) => declared.get(),
            None => {
                let peak = u32::try_from(cmaf_rate(&rendition)?.peak).unwrap_or(u32::MAX).max(1);
                (peak..u32::MAX).find(|&bitrate| !is_taken(bitrate, &rendition.name)).unwrap_or(u32::MAX)
            }
        };
        renditions.push(rendition);
    }
    let names: Vec<String> = renditions.iter().map(|rendition| rendition.name.clone()).collect();
    renditions.sort_by_key(|rendition| (names.iter().position(|name| *name == rendition.name), rendition.bitrate));
    Presentation::new(renditions).map_err(unusable)
}
