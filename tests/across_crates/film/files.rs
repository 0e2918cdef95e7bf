//! Films as files: the same film in every container that there is for it.

use std::ops::Range;

use dynpack::storage::Memory;
use dynpack_codec::MediaKind;

use super::{Film, Sample, Track};
use crate::builder::fragments::{self, Base, NON_SYNC, Run, SYNC, Time, Traf};
use crate::builder::{self, Sizes};

/// How a film is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// Tables in the `moov`, and behind it or before it the media.
    Progressive { is_fast_start: bool },
    /// Fragments with decode times, and an edit list.
    Fragmented,
    /// Fragments with decode times behind an index of them; of one track, since that is what an
    /// index is of.
    Indexed,
    /// Fragments of Smooth Streaming: times of presentation, no edit list, and perhaps an index at
    /// the end.
    Smooth { is_indexed: bool },
}

/// Which files there are, and of what kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Container {
    pub(crate) form: Form,
    /// Whether all tracks are in one file, rather than each in its own.
    pub(crate) is_one_file: bool,
}

impl Container {
    fn ending(self) -> &'static str {
        match self.form {
            Form::Progressive { .. } => "mp4",
            Form::Fragmented | Form::Indexed => "cmfv",
            Form::Smooth { .. } => "ismv",
        }
    }

    pub(super) fn file(self, tracks: &[Track]) -> Vec<u8> {
        match self.form {
            Form::Progressive { is_fast_start } => progressive(tracks, is_fast_start),
            form => fragmented(tracks, form),
        }
    }
}

/// The asset `/film/film.ism` of that film.
pub(crate) fn storage(film: &Film, container: Container) -> Memory {
    let storage = Memory::new();
    let mut listed = String::new();
    let per_file = if container.is_one_file { film.tracks.len() } else { 1 };
    for (number, tracks) in film.tracks.chunks(per_file).enumerate() {
        let name = format!("{number}.{}", container.ending());
        for (id, track) in (1..).zip(tracks) {
            listed.push_str(&listing(&name, id, track));
        }
        storage.insert(format!("film/{name}"), container.file(tracks));
    }
    storage.insert(
        "film/film.ism",
        format!("<smil><head/><body><switch>{listed}</switch></body></smil>"),
    );
    storage
}

fn listing(file: &str, id: u32, track: &Track) -> String {
    let (kind, name, bitrate) = (track.kind.as_str(), track.name, track.bitrate);
    format!(
        r#"<{kind} src="{file}" systemBitrate="{bitrate}"><param name="trackID" value="{id}"/><param name="trackName" value="{name}"/></{kind}>"#
    )
}

/// Samples that lie together, with where each run of them starts in a file whose media starts at
/// `media`.
fn interleaved(tracks: &[Track], media: u64) -> (Vec<u8>, Vec<Vec<u64>>) {
    let (mut payload, mut offsets) = (Vec::new(), vec![Vec::new(); tracks.len()]);
    let runs = |track: &Track| track.samples.len().div_ceil(track.together);
    for run in 0..tracks.iter().map(runs).max().unwrap_or_default() {
        for (track, offsets) in tracks.iter().zip(&mut offsets) {
            let Some(samples) = track.samples.chunks(track.together).nth(run) else { continue };
            offsets.push(media + payload.len() as u64);
            samples.iter().for_each(|sample| payload.extend_from_slice(&sample.data));
        }
    }
    (payload, offsets)
}

fn progressive(tracks: &[Track], is_fast_start: bool) -> Vec<u8> {
    let moov = |media: u64| {
        let (_, offsets) = interleaved(tracks, media);
        let described = (1..).zip(tracks).zip(offsets);
        builder::moov(
            &described
                .map(|((id, track), offsets)| with_tables(track, id, offsets))
                .collect::<Vec<_>>(),
        )
    };
    let (payload, _) = interleaved(tracks, 0);
    let mdat = builder::boxed(b"mdat", &payload);
    let before = builder::ftyp().len() as u64 + 8;
    if is_fast_start {
        let moov = moov(before + moov(0).len() as u64);
        return [builder::ftyp(), moov, mdat].concat();
    }
    [builder::ftyp(), mdat, moov(before)].concat()
}

/// The track with no samples, but its edit list.
fn described(track: &Track, id: u32) -> builder::Track {
    let described = match track.kind {
        MediaKind::Video if track.config.is_empty() => builder::Track::video(0),
        MediaKind::Video => builder::Track {
            entries: vec![builder::avc1(b"avc1", &track.config)],
            ..builder::Track::video(0)
        },
        _ => builder::Track {
            entries: vec![builder::mp4a(&track.config)],
            ..builder::Track::audio(0)
        },
    };
    let empty = (track.delay > 0).then(|| (u64::try_from(track.delay).unwrap(), -1));
    let edits: Vec<_> = empty.into_iter().chain([(7, track.media_start)]).collect();
    fragments::without_samples(builder::Track {
        id,
        timescale: track.clock,
        edits: Some((1, edits)),
        ..described
    })
}

fn with_tables(track: &Track, id: u32, offsets: Vec<u64>) -> builder::Track {
    let samples = &track.samples;
    let is_signed = samples.iter().any(|sample| sample.offset < 0);
    let (whole, rest) = (samples.len() / track.together, samples.len() % track.together);
    let together = u32::try_from(track.together).unwrap();
    let mut stsc = vec![(1, together, 1)];
    if whole == 0 {
        stsc.clear();
    }
    if rest > 0 {
        stsc.push((u32::try_from(whole).unwrap() + 1, u32::try_from(rest).unwrap(), 1));
    }
    let sync = (1..).zip(samples).filter(|(_, sample)| sample.is_sync).map(|(number, _)| number);
    builder::Track {
        stts: Some(samples.iter().map(|sample| (1, sample.duration)).collect()),
        ctts: Some((
            is_signed.into(),
            samples.iter().map(|sample| (1, sample.offset.cast_unsigned())).collect(),
        )),
        sizes: Some(Sizes::Table(
            samples.iter().map(|sample| u32::try_from(sample.data.len()).unwrap()).collect(),
        )),
        stsc,
        offsets,
        stss: (track.kind == MediaKind::Video).then(|| sync.collect()),
        ..described(track, id)
    }
}

/// Which samples make each fragment: as many as lie together.
fn fragments_of(track: &Track) -> Vec<Range<usize>> {
    let starts = (0..track.samples.len()).step_by(track.together);
    starts.map(|start| start..track.samples.len().min(start + track.together)).collect()
}

fn fragmented(tracks: &[Track], form: Form) -> Vec<u8> {
    let is_smooth = matches!(form, Form::Smooth { .. });
    let described = (1..).zip(tracks).map(|(id, track)| {
        let described = described(track, id);
        if is_smooth { builder::Track { edits: None, ..described } } else { described }
    });
    let described: Vec<_> = described.collect();
    let defaults: Vec<_> = described.iter().map(|track| [track.id, 1, 0, 0, 0]).collect();
    let mut file = [builder::ftyp(), fragments::moov(&described, &defaults)].concat();
    let mut places = vec![Vec::new(); tracks.len()];
    let rounds = tracks.iter().map(|track| fragments_of(track).len()).max().unwrap_or_default();
    let order = (0..rounds).flat_map(|round| (0..tracks.len()).map(move |at| (round, at)));
    let order: Vec<_> = order
        .filter_map(|(round, at)| Some((at, fragments_of(&tracks[at]).get(round)?.clone())))
        .collect();
    if form == Form::Indexed {
        let lens: Vec<_> = order
            .iter()
            .map(|(at, samples)| fragment(&tracks[*at], *at, samples.clone(), form, 0).len())
            .collect();
        file.extend(fragments::sidx(
            &lens.into_iter().map(|len| u32::try_from(len).unwrap()).collect::<Vec<_>>(),
        ));
    }
    for (at, samples) in order {
        let place = file.len() as u64;
        places[at].push((0, place));
        file.extend(fragment(&tracks[at], at, samples, form, place));
    }
    if form == (Form::Smooth { is_indexed: true }) {
        file.extend(fragments::mfra(1, &places[0]));
    }
    file
}

fn fragment(track: &Track, at: usize, samples: Range<usize>, form: Form, place: u64) -> Vec<u8> {
    let written = |sample: &Sample| fragments::Sample {
        duration: sample.duration,
        size: u32::try_from(sample.data.len()).unwrap(),
        flags: if sample.is_sync { SYNC } else { NON_SYNC },
        composition_offset: sample.offset,
    };
    let time = match form {
        // There is no edit list, so the time has it in it.
        Form::Smooth { .. } => {
            Time::Presented(1, track.composition_times()[samples.start] + track.placement())
        }
        _ => Time::Decoded(1, track.decode_times()[samples.start]),
    };
    let traf = Traf {
        time,
        base: if matches!(form, Form::Smooth { .. }) { Base::Before } else { Base::Moof },
        runs: vec![Run::new(
            &track.samples[samples.clone()].iter().map(written).collect::<Vec<_>>(),
        )],
        ..Traf::new(u32::try_from(at).unwrap() + 1, 0, &[])
    };
    let payload: Vec<u8> =
        track.samples[samples].iter().flat_map(|sample| sample.data.iter().copied()).collect();
    [fragments::moof(place, &[traf]), builder::boxed(b"mdat", &payload)].concat()
}
