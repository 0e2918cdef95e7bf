//! The sample entries of a track, of which its samples may use several (ISO/IEC 14496-12, 8.5.2).

use bytes::Bytes;
use dynpack_codec::{
    Ac3Config, Ac4Config, AlacConfig, Codec, DtsConfig, DtsFormat, Eac3Config, FlacConfig,
    OpusConfig, Vc1Config, VpxVersion, WmaConfig,
};
use dynpack_media::FourCc;

use super::entry::{SampleEntry, as_box};
use super::sound::{self, read as audio};
use super::text::{self, TextEntry};
use super::{av1, avc, esds, hevc, mp4a, protected, visual, vpx};
use crate::Error;
use crate::boxes::BoxRef;

/// How many entries the samples of a track may use. No more are needed: a record holds at most 256
/// picture parameter sets.
const MAX_USED: usize = 256;

/// The sample entries of a track, and the one that describes all of its samples.
#[derive(Debug)]
pub(crate) struct Entries {
    /// The `stsd` box, its offset and the bytes of its header.
    stsd: (Bytes, u64, usize),
    /// The numbers of the entries that samples use.
    used: Vec<u32>,
    /// The number of the entry that the first samples are expected to use.
    first: u32,
    merged: Described,
}

/// What describes the samples of a track.
#[derive(Clone, Debug)]
pub(crate) enum Described {
    /// Those of video and audio.
    Media(SampleEntry),
    /// Those of text.
    Text(TextEntry),
}

impl Entries {
    /// Those of an `stsd`. The first samples are expected to use the entry of that number, from 1.
    pub(crate) fn read(stsd: &BoxRef<'_>, first: u32) -> Result<Self, Error> {
        let merged = read(stsd, first)?;
        let header_len = stsd.whole.len().saturating_sub(stsd.body.len());
        let stsd = (Bytes::copy_from_slice(stsd.whole), stsd.offset, header_len);
        Ok(Self { stsd, used: Vec::new(), first, merged })
    }

    /// The entry that describes the samples so far.
    pub(crate) const fn merged(&self) -> &Described {
        &self.merged
    }

    /// The codec of the samples so far; `None` for text.
    pub(crate) const fn codec(&self) -> Option<&Codec> {
        match &self.merged {
            Described::Media(entry) => Some(&entry.codec),
            Described::Text(_) => None,
        }
    }

    /// Makes it describe samples with the entry of that number too. `samples` is the box with them.
    pub(crate) fn extend(&mut self, number: u32, samples: &BoxRef<'_>) -> Result<(), Error> {
        if self.used.contains(&number) {
            return Ok(());
        }
        if self.used.len() >= MAX_USED {
            let problem = format!("there are more than {MAX_USED} sample entries");
            return Err(Error::CodingChanges { path: samples.path(), problem });
        }
        match (self.used.is_empty(), number == self.first) {
            (true, true) => {}
            (true, false) => self.merged = self.entry(number)?,
            (false, _) => self.merge(number).map_err(|problem| match problem {
                Error::Unsupported(problem) => Error::CodingChanges {
                    path: samples.path(),
                    problem: format!("sample entry {number} differs: {problem}"),
                },
                other => other,
            })?,
        }
        self.used.push(number);
        Ok(())
    }

    fn merge(&mut self, number: u32) -> Result<(), Error> {
        let other = self.entry(number)?;
        match (&mut self.merged, other) {
            (Described::Media(merged), Described::Media(other)) => {
                let codec = merged.codec.merged(&other.codec);
                let codec = codec.map_err(|problem| Error::Unsupported(problem.to_string()))?;
                if let Codec::Video(video) = &codec {
                    merged.bytes = visual::with_codec(&merged.bytes, &video.codec);
                }
                merged.codec = codec;
                Ok(())
            }
            (Described::Text(merged), Described::Text(other)) => merged.merge(&other),
            (Described::Media(_), Described::Text(_))
            | (Described::Text(_), Described::Media(_)) => {
                Err(Error::Unsupported("one of them is of text".into()))
            }
        }
    }

    fn entry(&self, number: u32) -> Result<Described, Error> {
        let (whole, offset, header_len) = &self.stsd;
        read(&BoxRef::top(FourCc(*b"stsd"), *offset, whole, *header_len), number)
    }
}

/// Reads the entry of that number, from 1.
fn read(stsd: &BoxRef<'_>, number: u32) -> Result<Described, Error> {
    let (version, _) = stsd.fields().version_and_flags()?;
    let place = (number as usize).checked_sub(1);
    let entry = place.and_then(|place| stsd.children_from(8).nth(place));
    let entry = entry.ok_or_else(|| {
        stsd.malformed(format!("holds no entry {number}, which the samples use"))
    })??;
    match text::read(&entry)? {
        Some(text) => Ok(Described::Text(text)),
        None => media(&entry, version).map(Described::Media),
    }
}

/// How samples of a sample entry are coded, by an entry as [`Track`](dynpack_media::Track) carries
/// it. What files declare or show elsewhere is not in it, such as the size of cropped pictures.
///
/// # Errors
/// [`Error::Malformed`] or [`Error::Unsupported`], as for an entry in a file.
pub fn codec_of(sample_entry: &Bytes) -> Result<Codec, Error> {
    let entry = as_box(sample_entry).ok_or_else(|| {
        let problem = "it is no box".into();
        Error::Malformed { path: "sample entry".into(), offset: 0, problem }
    })?;
    media(&entry, 0).map(|entry| entry.codec)
}

/// Reads an entry of video or audio, of an `stsd` of that version.
fn media(entry: &BoxRef<'_>, version: u8) -> Result<SampleEntry, Error> {
    match &entry.kind.0 {
        b"avc1" | b"avc3" => avc::read(entry),
        b"hvc1" | b"hev1" | b"dvh1" | b"dvhe" => hevc::read(entry),
        b"av01" => av1::read(entry),
        b"vp08" => vpx::read(entry, VpxVersion::Vp8),
        b"vp09" => vpx::read(entry, VpxVersion::Vp9),
        b"vc-1" => visual::read(entry, *b"dvc1", Vc1Config::parse),
        b"mp4a" => mp4a::read(entry, version),
        b".mp3" | b"ms\0U" => mp4a::read_mp3(entry, version),
        b"ac-3" => audio(entry, version, b"dac3", |record, _| Ac3Config::parse(record)),
        b"ec-3" => {
            audio(entry, version, b"dec3", |record, sound| Eac3Config::parse(record, sound.rate()))
        }
        b"ac-4" => audio(entry, version, b"dac4", |record, sound| {
            Ac4Config::parse(record, sound.channels())
        }),
        b"dtsc" => dts(entry, version, DtsFormat::Core),
        b"dtsh" => dts(entry, version, DtsFormat::Hd),
        b"dtsl" => dts(entry, version, DtsFormat::Lossless),
        b"dtse" => dts(entry, version, DtsFormat::Express),
        b"dtsx" => audio(entry, version, b"udts", |record, _| DtsConfig::parse_uhd(&record)),
        b"Opus" => audio(entry, version, b"dOps", |record, _| OpusConfig::parse(record)),
        b"fLaC" => audio(entry, version, b"dfLa", |record, _| FlacConfig::parse(record)),
        b"alac" => audio(entry, version, b"alac", |record, _| AlacConfig::parse(record)),
        b"wma " => audio(entry, version, b"wfex", |record, _| WmaConfig::parse(record)),
        b"encv" => Err(protected::refusal(entry, visual::FIXED)),
        b"enca" => Err(protected::refusal(entry, sound::fixed_len(entry, version))),
        _ => {
            let name = if is_mpeg_4_part_2(entry) { " (MPEG-4 Part 2)" } else { "" };
            let problem = format!("the codec {}{name} is not supported", entry.kind);
            Err(Error::Unsupported(problem))
        }
    }
}

/// Whether an entry is one of MPEG-4 Part 2, by its `objectTypeIndication`: others share its type.
fn is_mpeg_4_part_2(entry: &BoxRef<'_>) -> bool {
    const VISUAL: u8 = 0x20;
    let esds = entry.children_from(visual::FIXED).find_kind(b"esds").ok().flatten();
    let descriptor = esds.filter(|_| entry.kind.0 == *b"mp4v");
    let descriptor = descriptor.as_ref().and_then(|esds| esds::read(esds.body));
    descriptor.is_some_and(|descriptor| descriptor.object_type == VISUAL)
}

fn dts(entry: &BoxRef<'_>, stsd_version: u8, format: DtsFormat) -> Result<SampleEntry, Error> {
    audio(entry, stsd_version, b"ddts", |record, _| DtsConfig::parse(format, &record))
}
