//! Films as files: the same film in every supported container.

use std::ops::Range;

use dynpack_codec::MediaKind;

use super::{Film, Sample, Track};
use crate::mp4::fragments::{self, Base, NON_SYNC, Run, SYNC, Time, Traf};
use crate::mp4::{self, Sizes};

/// How a film is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Tables in the `moov`, with the media before or after it.
    Progressive {
        /// Whether the `moov` comes first.
        is_fast_start: bool,
    },
    /// Fragments with decode times, and an edit list.
    Fragmented,
    /// Fragments with decode times after an index of them. Only one track, since an index is for
    /// one track.
    Indexed,
    /// Fragments of Smooth Streaming: presentation times, no edit list, and optionally an index at
    /// the end.
    Smooth {
        /// Whether the file ends with an index (`mfra`).
        is_indexed: bool,
    },
}

/// The files of an asset, and their form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Container {
    /// The form of each file.
    pub form: Form,
    /// Whether all tracks are in one file, rather than each in its own.
    pub is_one_file: bool,
}

impl Container {
    fn ending(self) -> &'static str {
        match self.form {
            Form::Progressive { .. } => "mp4",
            Form::Fragmented | Form::Indexed => "cmfv",
            Form::Smooth { .. } => "ismv",
        }
    }

    /// A file of these tracks.
    #[must_use]
    pub fn file(self, tracks: &[Track]) -> Vec<u8> {
        match self.form {
            Form::Progressive { is_fast_start } => progressive(tracks, is_fast_start),
            form => fragmented(tracks, form),
        }
    }

    /// The files of an asset by name, including its server manifest `film.ism`.
    #[must_use]
    pub fn asset(self, film: &Film) -> Vec<(String, Vec<u8>)> {
        let (mut files, mut listed) = (Vec::new(), String::new());
        let per_file = if self.is_one_file { film.tracks.len() } else { 1 };
        for (number, tracks) in film.tracks.chunks(per_file).enumerate() {
            let name = format!("{number}.{}", self.ending());
            for (id, track) in (1..).zip(tracks) {
                listed.push_str(&listing(&name, id, track));
            }
            files.push((name, self.file(tracks)));
        }
        let manifest = format!("<smil><head/><body><switch>{listed}</switch></body></smil>");
        files.push(("film.ism".into(), manifest.into()));
        files
    }
}

fn listing(file: &str, id: u32, track: &Track) -> String {
    let (kind, name, bitrate) = (track.kind.as_str(), track.name, track.bitrate);
    format!(
        r#"<{kind} src="{file}" systemBitrate="{bitrate}"><param name="trackID" value="{id}"/>
            <param name="trackName" value="{name}"/></{kind}>"#
    )
}

/// The interleaved samples, and where each chunk starts in a file whose media starts at `media`.
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
        mp4::moov(
            &described
                .map(|((id, track), offsets)| with_tables(track, id, offsets))
                .collect::<Vec<_>>(),
        )
    };
    let (payload, _) = interleaved(tracks, 0);
    let mdat = mp4::boxed(b"mdat", &payload);
    let before = mp4::ftyp().len() as u64 + 8;
    if is_fast_start {
        let moov = moov(before + moov(0).len() as u64);
        return [mp4::ftyp(), moov, mdat].concat();
    }
    [mp4::ftyp(), mdat, moov(before)].concat()
}

/// The track without samples, but with its edit list.
fn described(track: &Track, id: u32) -> mp4::Track {
    let described = match track.kind {
        MediaKind::Video if track.config.is_empty() => mp4::Track::video(0),
        MediaKind::Video => {
            mp4::Track { entries: vec![mp4::avc1(b"avc1", &track.config)], ..mp4::Track::video(0) }
        }
        _ => mp4::Track { entries: vec![mp4::mp4a(&track.config)], ..mp4::Track::audio(0) },
    };
    let empty = (track.delay > 0).then(|| (u64::try_from(track.delay).unwrap(), -1));
    let edits: Vec<_> = empty.into_iter().chain([(7, track.media_start)]).collect();
    fragments::without_samples(mp4::Track {
        id,
        timescale: track.clock,
        edits: Some((1, edits)),
        ..described
    })
}

fn with_tables(track: &Track, id: u32, offsets: Vec<u64>) -> mp4::Track {
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
    mp4::Track {
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

/// The samples of each fragment: those of one chunk.
fn fragments_of(track: &Track) -> Vec<Range<usize>> {
    let starts = (0..track.samples.len()).step_by(track.together);
    starts.map(|start| start..track.samples.len().min(start + track.together)).collect()
}

fn fragmented(tracks: &[Track], form: Form) -> Vec<u8> {
    let is_smooth = matches!(form, Form::Smooth { .. });
    let described = (1..).zip(tracks).map(|(id, track)| {
        let described = described(track, id);
        if is_smooth { mp4::Track { edits: None, ..described } } else { described }
    });
    let described: Vec<_> = described.collect();
    let defaults: Vec<_> = described.iter().map(|track| [track.id, 1, 0, 0, 0]).collect();
    let mut file = [mp4::ftyp(), fragments::moov(&described, &defaults)].concat();
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
        // There is no edit list, so the time includes the edit.
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
    [fragments::moof(place, &[traf]), mp4::boxed(b"mdat", &payload)].concat()
}
