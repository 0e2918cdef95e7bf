//! From the tracks of movies to the renditions of a presentation: names, bitrates, roles, and the
//! cuts they share.

mod contents;
mod entry;
mod labels;
mod names;
mod text;

use std::collections::HashSet;
use std::num::NonZeroU32;
use std::sync::Arc;

use dynpack_fragment::fmp4::{Profile, Writer};
use dynpack_media::{
    CutPolicy, Findings, Marker, MeasuredBitrate, Movie, Presentation, Rendition, RenditionId,
    Role, SourceIndex, Timeline, Track, TrackId, leading,
};
use dynpack_smooth::{ServerManifest, ServerTrack};

use self::contents::{Content, Evidence, contents};
use self::entry::Entry;
use self::names::names;
pub use self::text::{Text, present_texts};
use crate::cmaf_rate::cmaf_rate;
use crate::error::Error;

/// Presents all tracks of `movies`, which stand for the sources 0, 1, 2 and so on: the way without
/// a server manifest.
///
/// Two tracks of one movie are bitrates of one content only if their switch groups are equal.
/// Otherwise they are choices, such as a commentary or a second camera. Enabled tracks come before
/// others, members of an alternate group together, and apart from that the order is that of the
/// file. The first is [`Role::Main`], others are [`Role::Alternate`].
///
/// Tracks of several movies are bitrates of one content if they can be: they last equally long,
/// audio is in one language and coded alike, pictures have one shape and, in one
/// [family](dynpack_media::VideoFamily), key frames at the same times. See
/// [`Difference`](dynpack_media::Difference). Where
/// several movies have several tracks, these correspond in their order. The same audio in several
/// movies is presented once.
///
/// Video is named `video`, `video_2` and so on; audio is named `audio`, or if there are several
/// contents `audio_en`, `audio_en_2`, `audio_de`. Where there are several, each has the name that
/// its file gives it as its label, unless every track of that encoder has it.
///
/// # Errors
/// [`Error::DifferentFilms`] if the videos of two movies cannot be bitrates of one content,
/// [`Error::Unpresentable`] if there is nothing to present, or more than a thousand tracks.
pub fn present(
    movies: impl IntoIterator<Item = Movie>,
    policy: CutPolicy,
) -> Result<Presentation, Error> {
    present_knowing(None, movies, policy, None).map(|(presentation, _)| presentation)
}

/// Presents the tracks that a server manifest lists, or all tracks if there is none. What was found
/// out before about the same movies and the same policy is not found out again.
///
/// # Errors
/// Those of [`present`] and [`present_listed`].
pub fn present_knowing(
    manifest: Option<&ServerManifest>,
    movies: impl IntoIterator<Item = Movie>,
    policy: CutPolicy,
    known: Option<&Findings>,
) -> Result<(Presentation, Findings), Error> {
    present_marked(manifest, movies, policy, known, Vec::new())
}

/// The same with markers: segments start as near as can be to those that
/// [want it](Marker::cuts). What is known must have been found out with the same markers.
///
/// # Errors
/// Those of [`present_knowing`].
pub fn present_marked(
    manifest: Option<&ServerManifest>,
    movies: impl IntoIterator<Item = Movie>,
    policy: CutPolicy,
    known: Option<&Findings>,
    markers: Vec<Marker>,
) -> Result<(Presentation, Findings), Error> {
    let cutting = Cutting { policy, known, markers: &markers };
    let (presentation, findings) = match manifest {
        None => renditions(contents(entries(movies), Evidence::Tracks)?, &cutting)?,
        Some(manifest) => {
            let entries = listed_entries(manifest, movies)?;
            let (presentation, findings) =
                renditions(contents(entries, Evidence::Listed)?, &cutting)?;
            let count = manifest.fragments_per_hls_segment.unwrap_or(NonZeroU32::MIN);
            (presentation.with_fragments_per_hls_segment(count), findings)
        }
    };
    Ok((presentation.with_markers(markers), findings))
}

/// How tracks are cut.
struct Cutting<'a> {
    policy: CutPolicy,
    /// What was found out before.
    known: Option<&'a Findings>,
    markers: &'a [Marker],
}

fn entries(movies: impl IntoIterator<Item = Movie>) -> Vec<Entry> {
    let sources = (0..).map(SourceIndex).zip(movies);
    let entries = sources.flat_map(|(source, movie)| {
        in_order(movie).into_iter().map(move |track| Entry::new(source, Arc::new(track)))
    });
    entries.collect()
}

/// The tracks of a movie as a viewer is to choose from them: enabled tracks before others, members
/// of an alternate group together, and apart from that in file order.
fn in_order(movie: Movie) -> Vec<Track> {
    let groups: Vec<_> = movie.tracks.iter().map(|track| track.grouping.alternate_group).collect();
    let place = |at: usize| {
        let group = groups.get(at).filter(|group| **group != 0);
        group.and_then(|group| groups.iter().position(|other| other == group)).unwrap_or(at)
    };
    let mut tracks: Vec<_> = movie.tracks.into_iter().enumerate().collect();
    tracks.sort_by_key(|(at, track)| (!track.grouping.is_enabled, place(*at)));
    tracks.into_iter().map(|(_, track)| track).collect()
}

/// Presents the tracks that a server manifest lists, of `movies` in the order of its
/// [files](listed_files).
///
/// Tracks of one declared name are bitrates of one content, whatever they are. Tracks without a
/// declared name have the name of their kind, as in Azure Media Services, unless it would make one
/// content of several: audio of other languages or codings, and tracks of one file without declared
/// bitrates. Those are named as in [`present`]. The same audio listed twice is presented once.
///
/// A track whose codec is not supported is left out.
///
/// # Errors
/// [`Error::Unpresentable`] if a track that it lists does not exist or is damaged, two share name
/// and bitrate, or there is nothing to present.
pub fn present_listed(
    manifest: &ServerManifest,
    movies: Vec<Movie>,
    policy: CutPolicy,
) -> Result<Presentation, Error> {
    present_knowing(Some(manifest), movies, policy, None).map(|(presentation, _)| presentation)
}

/// The tracks that a server manifest lists, of `movies` in the order of its files.
fn listed_entries(
    manifest: &ServerManifest,
    movies: impl IntoIterator<Item = Movie>,
) -> Result<Vec<Entry>, Error> {
    let files = (0..).map(SourceIndex).zip(listed_files(manifest));
    let movies: Vec<_> = files
        .zip(movies)
        .map(|((source, file), Movie { tracks, skipped, .. })| {
            (source, file, tracks.into_iter().map(Arc::new).collect::<Vec<_>>(), skipped)
        })
        .collect();
    let mut entries = Vec::new();
    for listed in &manifest.tracks {
        let Some(kind) = listed.kind.media() else { continue };
        let is_listed = |id: TrackId| listed.track_id.is_none_or(|listed| listed.get() == id.0);
        let movie = movies.iter().find(|(_, file, ..)| *file == listed.src.as_str());
        let entry = movie.and_then(|(source, _, tracks, _)| {
            let track = tracks.iter().find(|track| track.kind() == kind && is_listed(track.id))?;
            Some(Entry::new(*source, Arc::clone(track)))
        });
        match entry {
            Some(entry) => entries.push(entry.listed(listed)),
            None => {
                let skipped = movie.into_iter().flat_map(|(.., skipped)| skipped);
                let mut unsupported = skipped.filter(|track| track.is_unsupported());
                if !unsupported.any(|track| track.kind == Some(kind) && is_listed(track.id)) {
                    return Err(unpresentable(no_such_track(listed)));
                }
            }
        }
    }
    Ok(entries)
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

fn renditions(
    contents: Vec<Content>,
    cutting: &Cutting<'_>,
) -> Result<(Presentation, Findings), Error> {
    let Cutting { policy, known, markers } = *cutting;
    let entries = named(contents);
    let tracks: Vec<&Track> = entries.iter().map(|(_, entry)| entry.track.as_ref()).collect();
    let timeline = match known {
        Some(known) => Timeline::cut_at(&tracks, leads(&entries), policy, &known.times),
        None => Timeline::cut_marked(&tracks, leads(&entries), policy, markers),
    };
    let timeline = timeline.map_err(unpresentable)?;
    let mut findings = Findings::new(timeline.times);
    let mut keys = Keys::default();
    for (name, Entry { bitrate, .. }) in &entries {
        bitrate.map_or(Ok(()), |bitrate| keys.declare(name, bitrate.get()))?;
    }
    let mut renditions = Vec::<Rendition>::new();
    let origin = timeline.origin;
    let cuts = timeline.cuts.into_iter().zip(timeline.filled);
    for ((name, entry), (cuts, filled)) in entries.into_iter().zip(cuts) {
        let is_filled = filled.is_some();
        let track = filled.map_or_else(|| Arc::clone(&entry.track), Arc::new);
        let Entry { source, bitrate, language, label, role, .. } = entry;
        let mut rendition =
            Rendition::new(RenditionId::new(name, 1), source, track, Arc::new(cuts));
        (rendition.language, rendition.label, rendition.role) = (language, label, role);
        rendition.is_filled = is_filled;
        rendition.id.bitrate = match bitrate {
            Some(declared) => declared.get(),
            None => {
                let track = rendition.track.id;
                let bitrate = match known.and_then(|known| known.bitrate(source, track)) {
                    Some(bitrate) => bitrate.into(),
                    None => peak(&rendition)?,
                };
                let bitrate = keys.measure(&rendition.id.name, bitrate);
                findings.bitrates.push(MeasuredBitrate { source, track, bitrate });
                bitrate
            }
        };
        renditions.push(rendition);
    }
    let names: Vec<Arc<str>> =
        renditions.iter().map(|rendition| rendition.id.name.clone()).collect();
    renditions.sort_by_key(|Rendition { id, track, .. }| {
        (names.iter().position(|name| *name == id.name), track.video_family(), id.bitrate)
    });
    let presentation = Presentation::new(renditions).map_err(unpresentable)?;
    Ok((presentation.with_origin(origin), findings))
}

/// The peak of a rendition over CMAF segments. DASH declares it for its key frames too, so it is
/// theirs if that is higher: a still picture is smaller than the boxes before it.
fn peak(rendition: &Rendition) -> Result<u64, Error> {
    let key_frames = rendition.key_frames();
    [Some(rendition), key_frames.as_ref()].into_iter().flatten().try_fold(0, |peak, rendition| {
        let writer = Writer::new(Profile::Cmaf, rendition);
        Ok(peak.max(cmaf_rate(rendition, &writer, |len| len)?.peak))
    })
}

/// Which tracks [lead](leading).
fn leads(entries: &[(String, Entry)]) -> impl Fn(usize) -> bool + use<> {
    let tracks = entries.iter().map(|(name, entry)| (name.as_str(), entry.role, &*entry.track));
    let leads = leading(&tracks.collect::<Vec<_>>());
    move |at| leads.get(at).copied().unwrap_or_default()
}

/// The tracks of contents with their names, labels and roles. Of each kind, one content is
/// [`Role::Main`], and with audio all that is the same in codecs of other families. Where there is
/// a choice, files give labels to contents without a declared name, and the labels of audio may
/// name a purpose.
fn named(contents: Vec<Content>) -> Vec<(String, Entry)> {
    let kinds: Vec<_> = contents.iter().map(Content::kind).collect();
    let has_choice = |kind| kinds.iter().filter(|other| **other == kind).count() > 1;
    let names = names(&contents);
    let mut all = Vec::<(String, Entry)>::new();
    for (content, name) in contents.into_iter().zip(names) {
        for mut entry in content.entries {
            if has_choice(entry.kind()) {
                entry.take_label_and_purpose();
            }
            let mut rivals = all.iter().filter(|(other, rival)| {
                *other != name && rival.kind() == entry.kind() && rival.role == Role::Main
            });
            if entry.role == Role::Main && !rivals.all(|(_, rival)| rival.is_recoded_as(&entry)) {
                entry.role = Role::Alternate;
            }
            all.push((name.clone(), entry));
        }
    }
    all
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
