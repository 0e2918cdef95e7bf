//! Looks at samples: what tables should tell of a track and do not. One file a question.

mod band_replication;
mod in_band_sets;
mod key_frames;
mod mpeg_audio;
mod parameter_sets;
mod question;
mod replaced_sets;
mod side_data;
mod spread;

use std::collections::VecDeque;

use dynpack_codec::{AudioCodec, Codec, Video, VideoCodec};
use dynpack_media::{Extent, Movie, SampleIndex, Track};

use self::band_replication::BandReplication;
use self::in_band_sets::InBandSets;
use self::key_frames::KeyFrames;
use self::mpeg_audio::MpegAudio;
use self::parameter_sets::ParameterSets;
use self::question::{Head, Question};
use self::replaced_sets::ReplacedSets;
use self::side_data::SideDataOfPictures;
use crate::tracks::Tracks;
use crate::{Error, Limits};

/// How many samples are looked at before the question says which come next: what is read of them
/// is held in memory.
const LOOKS_AT_ONCE: usize = 256;

/// The questions that the tables of a track leave open, which may be answered by that many looks.
fn questions(track: &Track, looks: u32) -> Vec<Box<dyn Question>> {
    match &track.codec {
        Codec::Video(Video { codec, .. }) => {
            let sets = ParameterSets::of(codec).map(|question| Box::new(question) as _);
            let key_frames =
                KeyFrames::of(codec, track, looks).map(|question| Box::new(question) as _);
            // By the record and the key frames that the others find.
            let in_band: Option<Box<dyn Question>> = match codec {
                VideoCodec::Avc(avc) => {
                    ReplacedSets::of(avc).map(|question| Box::new(question) as _)
                }
                VideoCodec::Hevc(hevc) => {
                    InBandSets::of(hevc).map(|question| Box::new(question) as _)
                }
                VideoCodec::Av1(_) | VideoCodec::Vpx(_) | VideoCodec::Vc1(_) => None,
            };
            let side_data = SideDataOfPictures::of(codec).map(|question| Box::new(question) as _);
            sets.into_iter().chain(key_frames).chain(in_band).chain(side_data).collect()
        }
        Codec::Audio(AudioCodec::Aac(aac)) => {
            BandReplication::of(aac).map(|question| Box::new(question) as _).into_iter().collect()
        }
        Codec::Audio(AudioCodec::Mp3(mp3)) => vec![Box::new(MpegAudio::new(mp3))],
        Codec::Audio(
            AudioCodec::Ac3(_)
            | AudioCodec::Eac3(_)
            | AudioCodec::Ac4(_)
            | AudioCodec::Dts(_)
            | AudioCodec::Opus(_)
            | AudioCodec::Flac(_)
            | AudioCodec::Alac(_)
            | AudioCodec::Wma(_),
        )
        | Codec::Text => Vec::new(),
    }
}

/// The looks that the tracks of a file need, question by question.
#[derive(Debug)]
pub(crate) struct Looks {
    tracks: Tracks,
    limits: Limits,
    /// The questions that are open, each with the place of its track in the list.
    questions: VecDeque<(usize, Box<dyn Question>)>,
    /// The looks for the first question, in the order of the file.
    looks: Vec<Look>,
    /// What was read last: the next question about a track often asks for the same samples.
    last: Answered,
}

/// The samples of a track that a question asked for, and their heads.
#[derive(Debug, Default)]
struct Answered {
    /// The place of the track in the list.
    at: usize,
    samples: Vec<SampleIndex>,
    heads: Vec<Head>,
}

impl Looks {
    /// The looks that these tracks need, which may be none.
    pub(crate) fn new(tracks: Tracks, limits: Limits) -> Self {
        let count = u32::try_from(tracks.media().count()).unwrap_or(u32::MAX).max(1);
        let share = limits.looks.checked_div(count).unwrap_or_default();
        let questions = tracks
            .media()
            .flat_map(|(at, track)| questions(track, share).into_iter().map(move |each| (at, each)))
            .collect();
        let mut looks =
            Self { tracks, limits, questions, looks: Vec::new(), last: Answered::default() };
        looks.go_on();
        looks
    }

    /// Whether nothing is left to look at.
    pub(crate) fn is_done(&self) -> bool {
        self.questions.is_empty()
    }

    /// The movie, once nothing is left to look at.
    pub(crate) fn movie(&mut self) -> Result<Movie, Error> {
        std::mem::take(&mut self.tracks).movie()
    }

    /// At most `max` of the ranges to read, in ascending order and apart from each other.
    pub(crate) fn needs(&self, max: usize) -> Vec<Extent> {
        let mut needs: Vec<Extent> = Vec::new();
        for missing in self.looks.iter().map(Look::missing).filter(|missing| missing.len > 0) {
            if needs.len() >= max {
                break;
            }
            if needs.last().is_none_or(|last| last.end() <= missing.offset) {
                needs.push(missing);
            }
        }
        needs
    }

    /// Whether `len` bytes from `offset` on hold the first byte of a range to read.
    pub(crate) fn wants(&self, offset: u64, len: u64) -> bool {
        self.looks.iter().map(Look::missing).any(|missing| {
            missing.len > 0 && missing.offset.checked_sub(offset).is_some_and(|before| before < len)
        })
    }

    /// Takes bytes of the file from `offset` on.
    pub(crate) fn take(&mut self, offset: u64, bytes: &[u8]) {
        while !self.looks.is_empty() {
            self.looks.iter_mut().for_each(|look| look.take(offset, bytes));
            if self.looks.iter().any(|look| look.missing().len > 0) {
                break;
            }
            let looks = std::mem::take(&mut self.looks);
            self.last.heads = looks.into_iter().map(Look::head).collect();
            if let Some((at, question)) = self.questions.front_mut()
                && let Some(track) = self.tracks.get(*at)
            {
                question.take(track, self.last.heads.clone());
            }
            self.go_on();
        }
    }

    /// Finds the next samples to look at, and answers the questions that need none.
    fn go_on(&mut self) {
        while let Some((at, question)) = self.questions.front_mut() {
            let track = self.tracks.get(*at);
            let max = LOOKS_AT_ONCE.min(self.limits.looks as usize);
            let samples = track.map(|track| question.samples(track, max)).unwrap_or_default();
            if let Some(track) = track.filter(|_| !samples.is_empty()) {
                if (self.last.at, &self.last.samples) == (*at, &samples) {
                    question.take(track, self.last.heads.clone());
                    continue;
                }
                let size = self.limits.look_size;
                let looks = samples.iter().filter_map(|&index| Look::at(track, index, size));
                self.looks = looks.collect();
                self.last = Answered { at: *at, samples, heads: Vec::new() };
                if self.looks.is_empty() {
                    question.take(track, Vec::new());
                    continue;
                }
                self.looks.sort_by_key(|look| look.extent.offset);
                let count = u32::try_from(self.looks.len()).unwrap_or(u32::MAX);
                self.limits.looks = self.limits.looks.saturating_sub(count);
                return;
            }
            if let Some((at, question)) = self.questions.pop_front() {
                self.tracks.replace(at, |track| question.answer(track));
            }
        }
    }
}

/// A sample to look at.
#[derive(Debug)]
struct Look {
    index: SampleIndex,
    /// Bytes of the whole sample.
    len: u32,
    /// Where its head lies.
    extent: Extent,
    /// As much of the head as is known.
    read: Vec<u8>,
}

impl Look {
    /// A look at `max` bytes of a sample; `None` if it has no bytes.
    fn at(track: &Track, index: SampleIndex, max: u32) -> Option<Self> {
        let next = SampleIndex(index.0.saturating_add(1));
        let Extent { offset, .. } = track.samples.extents(index..next).next()?;
        let len = track.samples.size(index);
        Some(Self {
            index,
            len,
            extent: Extent::new(offset, len.min(max).into()),
            read: Vec::new(),
        })
    }

    /// What is not known of the head.
    fn missing(&self) -> Extent {
        let read = self.read.len() as u64;
        Extent::new(self.extent.offset.saturating_add(read), self.extent.len.saturating_sub(read))
    }

    /// Takes as much as is missing of bytes of the file from `offset` on.
    fn take(&mut self, offset: u64, bytes: &[u8]) {
        let missing = self.missing();
        let Some(before) = missing.offset.checked_sub(offset) else { return };
        let fed = usize::try_from(before).ok().and_then(|before| bytes.get(before..));
        let fed = fed.unwrap_or_default();
        let len = usize::try_from(missing.len).unwrap_or(usize::MAX).min(fed.len());
        self.read.extend_from_slice(fed.get(..len).unwrap_or_default());
    }

    fn head(self) -> Head {
        let len = self.len as usize;
        Head { index: self.index, offset: self.extent.offset, len, bytes: self.read.into() }
    }
}
