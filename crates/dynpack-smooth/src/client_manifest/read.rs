//! Reading a client manifest.

use dynpack_media::{Ticks, Timescale};
use dynpack_xml::{Element, Reader, decode};

use super::{ClientManifest, ProtectionHeader, QualityLevel, Stream, type_name};
use crate::{Chunks, Error, TrackKind, xml};
use dynpack_media::Run;

impl ClientManifest {
    /// The maximum length of a manifest, in bytes.
    pub const MAX_BYTES: usize = 16 << 20;
    /// The maximum number of chunks of a stream, including repeats.
    pub const MAX_CHUNKS: u32 = 1 << 20;

    /// Reads a client manifest in UTF-8 or UTF-16, of any version 2. Streams of unknown types are
    /// ignored.
    ///
    /// # Errors
    /// [`Error::Malformed`] if it is not XML, is not a client manifest, or its chunks do not
    /// ascend; [`Error::NotSupported`] for another major version or a document type declaration;
    /// [`Error::LimitExceeded`] past [`MAX_BYTES`](Self::MAX_BYTES) or
    /// [`MAX_CHUNKS`](Self::MAX_CHUNKS).
    pub fn parse(bytes: &[u8]) -> Result<Self, Error> {
        let text = decode(bytes, Self::MAX_BYTES)?;
        let mut reader = Reader::new(&text, xml::OPTIONS);
        let root = reader.root("SmoothStreamingMedia")?;
        let mut manifest = Self::start(&root)?;
        reader.children(|reader, child| match () {
            () if child.is("Protection") => {
                reader.children(|reader, header| manifest.read_protection(reader, header))
            }
            () if child.is("StreamIndex") => manifest.read_stream(reader, child),
            () => Ok(()),
        })?;
        reader.finish()?;
        Ok(manifest)
    }

    fn start(root: &Element<'_>) -> Result<Self, Error> {
        if root.number::<u32>("MajorVersion")?.is_some_and(|major| major != 2) {
            return Err(Error::NotSupported {
                at: root.at(),
                what: "a major version other than 2",
            });
        }
        let duration =
            ticks(root, "Duration")?.ok_or_else(|| root.malformed("there is no Duration"))?;
        let is_live = root.get("IsLive").is_some_and(|value| value.eq_ignore_ascii_case("true"));
        let timescale = timescale(root)?.unwrap_or(Timescale::SMOOTH);
        Ok(Self { timescale, duration, is_live, protection: Vec::new(), streams: Vec::new() })
    }

    fn read_protection(
        &mut self,
        reader: &mut Reader<'_>,
        header: &Element<'_>,
    ) -> Result<(), Error> {
        if header.is("ProtectionHeader") {
            let system_id = header.get("SystemID").unwrap_or_default().to_owned();
            self.protection.push(ProtectionHeader::new(system_id, reader.text()?));
        }
        Ok(())
    }

    fn read_stream(&mut self, reader: &mut Reader<'_>, element: &Element<'_>) -> Result<(), Error> {
        let type_text =
            element.get("Type").ok_or_else(|| element.malformed("<StreamIndex> has no Type"))?;
        let known = TrackKind::ALL
            .into_iter()
            .find(|&kind| type_name(kind).eq_ignore_ascii_case(type_text));
        let Some(kind) = known else { return Ok(()) };
        let mut stream = Stream {
            kind,
            name: element.string("Name"),
            subtype: element.string("Subtype"),
            language: element.string("Language"),
            role: element.string("Role"),
            accessibility: element.string("Accessibility"),
            url: element.get("Url").unwrap_or_default().into(),
            from: Ticks::ZERO,
            timescale: timescale(element)?,
            max_width: element.number("MaxWidth")?,
            max_height: element.number("MaxHeight")?,
            display_width: element.number("DisplayWidth")?,
            display_height: element.number("DisplayHeight")?,
            levels: Vec::new(),
            chunks: Chunks::default(),
        };
        let mut list = ChunkList::default();
        reader.children(|_, child| match () {
            () if child.is("QualityLevel") => {
                QualityLevel::read(child, element).map(|level| stream.levels.push(level))
            }
            () if child.is("c") => list.read(child),
            () => Ok(()),
        })?;
        let end =
            self.duration.rescale_floor(self.timescale, stream.timescale.unwrap_or(self.timescale));
        stream.chunks = list.finish(end);
        self.streams.push(stream);
        Ok(())
    }
}

impl QualityLevel {
    fn read(level: &Element<'_>, stream: &Element<'_>) -> Result<Self, Error> {
        Ok(Self {
            index: level.number("Index")?.unwrap_or_default(),
            bitrate: level
                .number("Bitrate")?
                .ok_or_else(|| level.malformed("<QualityLevel> has no Bitrate"))?,
            four_cc: level.string("FourCC").or_else(|| stream.string("FourCC")),
            codec_private_data: hex(level, "CodecPrivateData")?,
            nal_length_size: level.number("NALUnitLengthField")?,
            max_width: level.number("MaxWidth")?,
            max_height: level.number("MaxHeight")?,
            sampling_rate: level.number("SamplingRate")?,
            channels: level.number("Channels")?,
            bits_per_sample: level.number("BitsPerSample")?,
            packet_size: level.number("PacketSize")?,
            audio_tag: level.number("AudioTag")?,
        })
    }
}

/// The chunks of a stream so far.
#[derive(Default)]
struct ChunkList {
    chunks: Chunks,
    /// The start of a chunk without a duration, which lasts until the next one.
    open: Option<Ticks>,
    clock: Ticks,
}

impl ChunkList {
    /// Reads a `c` element ([MS-SSTR] 2.2.2.6). `t` sets the clock, `d` advances it, and `r` is the
    /// number of chunks.
    fn read(&mut self, element: &Element<'_>) -> Result<(), Error> {
        let time = ticks(element, "t")?;
        let start = time.unwrap_or(self.clock);
        let last = self.open.or_else(|| self.chunks.last_start());
        if last.is_some_and(|last| start <= last) {
            let number = self.len();
            let problem = format!("chunk {number} does not start after the one before it");
            return Err(element.malformed(problem).into());
        }
        if let Some(open) = self.open.take() {
            self.chunks.push(Run::new(open, start - open, 1));
        }
        let count = element.number::<u32>("r")?.unwrap_or_default().max(1);
        if count > ClientManifest::MAX_CHUNKS.saturating_sub(self.len()) {
            return Err(Error::LimitExceeded {
                what: "the chunks of a stream",
                limit: ClientManifest::MAX_CHUNKS.into(),
            });
        }
        match ticks(element, "d")?.filter(|&duration| duration > Ticks::ZERO) {
            Some(duration) => {
                let all = duration.0.checked_mul(count.into());
                let end = all.and_then(|all| all.checked_add(start.0)).ok_or_else(|| {
                    element.malformed(format!("the end of chunk {} exceeds 63 bits", self.len()))
                })?;
                self.clock = Ticks(end);
                self.chunks.push(Run::new(start, duration, count));
                Ok(())
            }
            None if count > 1 => {
                let problem = format!("chunk {} is repeated without a duration", self.len());
                Err(element.malformed(problem).into())
            }
            None => {
                (self.open, self.clock) = (Some(start), start);
                Ok(())
            }
        }
    }

    fn len(&self) -> u32 {
        self.chunks.len().saturating_add(self.open.is_some().into())
    }

    /// All chunks. A last one without a duration lasts until `end`.
    fn finish(mut self, end: Ticks) -> Chunks {
        if let Some(start) = self.open {
            self.chunks.push(Run::new(start, (end - start).max(Ticks::ZERO), 1));
        }
        self.chunks
    }
}

fn ticks(element: &Element<'_>, name: &str) -> Result<Option<Ticks>, Error> {
    let ticks = element.number::<i64>(name)?;
    match ticks {
        Some(ticks) if ticks < 0 => {
            Err(element.malformed(format!("{name} is negative: {ticks}")).into())
        }
        ticks => Ok(ticks.map(Ticks)),
    }
}

fn timescale(element: &Element<'_>) -> Result<Option<Timescale>, Error> {
    let hz = element.number::<u32>("TimeScale")?;
    hz.map(|hz| Timescale::new(hz).ok_or_else(|| element.malformed("TimeScale is 0").into()))
        .transpose()
}

fn hex(element: &Element<'_>, name: &str) -> Result<Vec<u8>, Error> {
    let digits = element.get(name).unwrap_or_default().as_bytes();
    let value = |digit: u8| u8::try_from(char::from(digit).to_digit(16)?).ok();
    let byte = |pair: &[u8]| match pair {
        [high, low] => Some(value(*high)? << 4 | value(*low)?),
        _ => None,
    };
    digits
        .chunks(2)
        .map(byte)
        .collect::<Option<_>>()
        .ok_or_else(|| element.malformed(format!("{name} is not hexadecimal")).into())
}
