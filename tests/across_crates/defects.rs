//! Recordings with defects: each is refused with a reason, or every sample that is served is right
//! and at its time, and nothing is missing without a warning.

use std::collections::BTreeMap;

use bytes::Bytes;
use dynpack_isobmff::demux;
use dynpack_media::{Movie, SampleIndex, Track, TrackId};
use dynpack_testkit::film::{Container, Form, films};
use proptest::prelude::*;
use proptest::sample::Index;

/// What went wrong with a recording.
#[derive(Clone, Debug)]
enum Defect {
    /// The disk was full, or the machine lost power.
    CutAt(Index),
    /// More was reserved than was written.
    Zeros(usize),
    /// A fragment was sent twice; the copy arrived that many fragments later.
    Repeated(Index, usize),
    /// Two fragments arrived in the wrong order.
    Swapped(Index),
    /// A fragment was lost.
    Lost(Index),
    /// Boxes of no concern stand between the fragments.
    Stray(Index, [u8; 4], usize),
    /// A byte of a `moof` is another.
    Flipped(Index, Index),
}

fn defects() -> impl Strategy<Value = Vec<Defect>> {
    let any = any::<Index>;
    let kind = prop::sample::select(vec![*b"free", *b"uuid", *b"emsg", *b"styp", *b"abcd"]);
    let defect = prop_oneof![
        any().prop_map(Defect::CutAt),
        (1_usize..5_000).prop_map(Defect::Zeros),
        (any(), 0_usize..4).prop_map(|(at, later)| Defect::Repeated(at, later)),
        any().prop_map(Defect::Swapped),
        any().prop_map(Defect::Lost),
        (any(), kind, 16_usize..80).prop_map(|(at, kind, len)| Defect::Stray(at, kind, len)),
        (any(), any()).prop_map(|(fragment, byte)| Defect::Flipped(fragment, byte)),
    ];
    prop::collection::vec(defect, 1..4)
}

/// The boxes at the top of a file, and what follows the last whole one.
fn boxes(file: &[u8]) -> (Vec<&[u8]>, &[u8]) {
    let (mut rest, mut boxes) = (file, Vec::new());
    while let Some((len, _)) = rest.split_first_chunk::<4>() {
        let len = usize::try_from(u32::from_be_bytes(*len)).unwrap();
        let Some((whole, after)) = rest.split_at_checked(len).filter(|_| len > 0) else { break };
        boxes.push(whole);
        rest = after;
    }
    (boxes, rest)
}

/// What stands before the first fragment, and the fragments: each a `moof` and its `mdat`.
fn fragments(file: &[u8]) -> (Vec<u8>, Vec<Vec<u8>>) {
    let (mut head, mut fragments) = (Vec::new(), Vec::<Vec<u8>>::new());
    for whole in boxes(file).0 {
        match (&whole[4..8], fragments.last_mut()) {
            (b"moof", _) => fragments.push(whole.to_vec()),
            (_, Some(fragment)) => fragment.extend_from_slice(whole),
            (_, None) => head.extend_from_slice(whole),
        }
    }
    (head, fragments)
}

fn damaged(file: &[u8], defects: &[Defect]) -> Vec<u8> {
    let (head, mut parts) = fragments(file);
    let (mut zeros, mut cut) = (0, None);
    for defect in defects {
        let len = parts.len();
        match defect {
            Defect::CutAt(at) => cut = Some(at),
            Defect::Zeros(count) => zeros = *count,
            Defect::Repeated(at, later) => {
                let copy = parts[at.index(len)].clone();
                parts.insert((at.index(len) + 1 + later).min(len), copy);
            }
            Defect::Swapped(at) if len > 1 => {
                let at = at.index(len - 1);
                parts.swap(at, at + 1);
            }
            Defect::Lost(at) if len > 1 => drop(parts.remove(at.index(len))),
            Defect::Stray(at, kind, size) => {
                let size_field = u32::try_from(*size).unwrap().to_be_bytes();
                let stray = [&size_field[..], kind, &vec![7; size - 8]].concat();
                parts.insert(at.index(len + 1), stray);
            }
            Defect::Flipped(fragment, byte) => {
                let part = &mut parts[fragment.index(len)];
                let moof = usize::try_from(u32::from_be_bytes(part[..4].try_into().unwrap()));
                let byte = byte.index(moof.unwrap().min(part.len()));
                part[byte] ^= 1;
            }
            Defect::Swapped(_) | Defect::Lost(_) => {}
        }
    }
    let mut file = [head.clone(), parts.concat(), vec![0; zeros]].concat();
    if let Some(at) = cut {
        file.truncate(head.len() + at.index(file.len() - head.len()));
    }
    file
}

/// When each sample of a track is presented, by its bytes.
fn samples(track: &Track, file: &[u8]) -> Vec<(i64, Vec<u8>)> {
    let all = SampleIndex(0)..SampleIndex(track.samples.len());
    let edit = track.edit;
    let sample = |sample: dynpack_media::Sample| {
        let next = SampleIndex(sample.index.0 + 1);
        let bytes = track.samples.extents(sample.index..next).flat_map(|extent| {
            let start = usize::try_from(extent.offset).unwrap();
            file[start..start + usize::try_from(extent.len).unwrap()].to_vec()
        });
        let time = sample.composition_time() - edit.media_start + edit.delay;
        (time.0, bytes.collect())
    };
    track.samples.samples(all).map(sample).collect()
}

fn by_track(movie: &Movie, file: &[u8]) -> BTreeMap<u32, Vec<(i64, Vec<u8>)>> {
    movie.tracks.iter().map(|track| (track.id.0, samples(track, file))).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn nothing_is_wrong_or_missing_in_silence(film in films(), defects in defects()) {
        let container = Container { form: Form::Fragmented, is_one_file: true };
        let whole = container.file(&film.tracks);
        let whole_movie = demux(Bytes::from(whole.clone())).unwrap();
        prop_assert!(whole_movie.warnings.is_empty(), "{:?}", whole_movie.warnings);
        let stored = by_track(&whole_movie, &whole);
        let file = damaged(&whole, &defects);
        let movie = match demux(Bytes::from(file.clone())) {
            Ok(movie) => movie,
            Err(error) => {
                prop_assert!(error.to_string().len() > 20, "{}", error);
                return Ok(());
            }
        };
        // A byte of a table may be any other, and say that the film is another.
        let is_flipped = defects.iter().any(|defect| matches!(defect, Defect::Flipped(..)));
        if is_flipped {
            return Ok(());
        }
        for (id, served) in by_track(&movie, &file) {
            let stored = &stored[&id];
            let mut last = None;
            for sample in &served {
                prop_assert!(stored.contains(sample), "track {}: a sample at {}", id, sample.0);
            }
            for sample in movie.track(TrackId(id)).unwrap().samples.samples(
                SampleIndex(0)..SampleIndex(u32::try_from(served.len()).unwrap()),
            ) {
                prop_assert!(last.is_none_or(|last| last <= sample.decode_time));
                last = Some(sample.decode_time);
            }
            let is_whole = stored.iter().all(|sample| served.contains(sample));
            let is_lost = defects.iter().any(|defect| matches!(defect, Defect::Lost(_)));
            // A lost fragment is a gap, as a recorder that paused leaves one; a file cut between
            // two fragments is one that ends there.
            let is_plain = is_lost || boxes(&file).1.is_empty();
            prop_assert!(is_whole || is_plain || !movie.warnings.is_empty(), "{} in silence", id);
        }
        let is_told = movie.tracks.len() == stored.len() || !movie.skipped.is_empty();
        prop_assert!(is_told, "a track is missing in silence");
    }
}
