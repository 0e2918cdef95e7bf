//! Writing a client manifest.

use std::fmt::Write;

use dynpack_media::Timescale;

use super::{ClientManifest, QualityLevel, Stream, type_name};
use crate::xml::{Tag, Xml};

/// The version of Smooth Streaming in which a client manifest is written (`MajorVersion` and
/// `MinorVersion`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Version {
    /// 2.0: each chunk stands for itself.
    V2_0,
    /// 2.2: equal chunks are one element (`c` with `r`).
    V2_2,
}

impl ClientManifest {
    /// The manifest as XML in UTF-8 ([MS-SSTR] 2.2.2).
    #[must_use]
    pub fn to_xml(&self, version: Version) -> String {
        let minor = match version {
            Version::V2_0 => 0,
            Version::V2_2 => 2,
        };
        let tag = Tag::new("SmoothStreamingMedia")
            .with_number("MajorVersion", 2)
            .with_number("MinorVersion", minor)
            .with_number("TimeScale", self.timescale.hz())
            .with_number("Duration", self.duration)
            .with_some("IsLive", self.is_live.then_some("TRUE"));
        let mut xml = Xml::new();
        xml.element(&tag, |xml| {
            if !self.protection.is_empty() {
                xml.element(&Tag::new("Protection"), |xml| {
                    for header in &self.protection {
                        xml.text(
                            &Tag::new("ProtectionHeader").with("SystemID", &header.system_id),
                            &header.content,
                        );
                    }
                });
            }
            self.streams.iter().for_each(|stream| stream.write(xml, version));
        });
        xml.finish()
    }
}

impl Stream {
    fn write(&self, xml: &mut Xml, version: Version) {
        let tag = Tag::new("StreamIndex")
            .with("Type", type_name(self.kind))
            .with_some("Name", self.name.as_ref())
            .with_some("Subtype", self.subtype.as_ref())
            .with_some("Language", self.language.as_ref())
            .with_some("Role", self.role.as_ref())
            .with_some("Accessibility", self.accessibility.as_ref())
            .with_number("Chunks", self.chunks.len())
            .with_number("QualityLevels", self.levels.len())
            .with_some_number("TimeScale", self.timescale.map(Timescale::hz))
            .with_some_number("MaxWidth", self.max_width)
            .with_some_number("MaxHeight", self.max_height)
            .with("Url", &self.url);
        xml.element(&tag, |xml| {
            self.levels.iter().for_each(|level| level.write(xml));
            match version {
                Version::V2_0 => self.write_chunks(xml),
                Version::V2_2 => self.write_runs(xml),
            }
        });
    }

    /// Each chunk by itself; the first with its number, as Azure Media Services has it.
    fn write_chunks(&self, xml: &mut Xml) {
        let mut clock = None;
        for chunk in self.chunks.iter() {
            let number = clock.is_none().then_some(0);
            let start = (clock != Some(chunk.start)).then_some(chunk.start);
            let tag = Tag::new("c").with_some_number("n", number).with_some_number("t", start);
            xml.empty(&tag.with_number("d", chunk.duration));
            clock = Some(chunk.start + chunk.duration);
        }
    }

    /// Equal chunks as one, with their number.
    fn write_runs(&self, xml: &mut Xml) {
        let mut clock = None;
        for run in self.chunks.runs() {
            let start = (clock != Some(run.start)).then_some(run.start);
            let repeats = (run.count > 1).then_some(run.count);
            let tag = Tag::new("c").with_some_number("t", start).with_number("d", run.duration);
            xml.empty(&tag.with_some_number("r", repeats));
            clock = Some(run.end());
        }
    }
}

impl QualityLevel {
    fn write(&self, xml: &mut Xml) {
        let tag = Tag::new("QualityLevel")
            .with_number("Index", self.index)
            .with_number("Bitrate", self.bitrate)
            .with_some("FourCC", self.four_cc.as_ref())
            .with_some_number("MaxWidth", self.max_width)
            .with_some_number("MaxHeight", self.max_height)
            .with_some_number("NALUnitLengthField", self.nal_length_size)
            .with_some_number("SamplingRate", self.sampling_rate)
            .with_some_number("Channels", self.channels)
            .with_some_number("BitsPerSample", self.bits_per_sample)
            .with_some_number("PacketSize", self.packet_size)
            .with_some_number("AudioTag", self.audio_tag)
            .with("CodecPrivateData", hex(&self.codec_private_data));
        xml.empty(&tag);
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02X}");
        text
    })
}
