//! Writes a client manifest.

use std::fmt::Write;

use dynpack_media::Timescale;
use dynpack_xml::Writer;

use super::{ClientManifest, QualityLevel, Stream, type_name};
use crate::xml::STYLE;

/// The version of Smooth Streaming in which a client manifest is written (`MajorVersion` and
/// `MinorVersion`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Version {
    /// 2.0: each chunk is an element.
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
        let mut xml = Writer::new(STYLE);
        let root = xml
            .open("SmoothStreamingMedia")
            .with("MajorVersion", 2)
            .with("MinorVersion", minor)
            .with("TimeScale", self.timescale.hz())
            .with("Duration", self.duration)
            .with_some("IsLive", self.is_live.then_some("TRUE"));
        root.children(|xml| {
            if !self.protection.is_empty() {
                xml.open("Protection").children(|xml| {
                    for header in &self.protection {
                        let tag = xml.open("ProtectionHeader").with("SystemID", &header.system_id);
                        tag.text(&header.content);
                    }
                });
            }
            self.streams.iter().for_each(|stream| stream.write(xml, version));
        });
        xml.finish()
    }
}

impl Stream {
    fn write(&self, xml: &mut Writer, version: Version) {
        let tag = xml
            .open("StreamIndex")
            .with("Type", type_name(self.kind))
            .with_some("Name", self.name.as_ref())
            .with_some("Subtype", self.subtype.as_ref())
            .with_some("Language", self.language.as_ref())
            .with_some("Role", self.role.as_ref())
            .with_some("Accessibility", self.accessibility.as_ref())
            .with("Chunks", self.chunks.len())
            .with("QualityLevels", self.levels.len())
            .with_some("TimeScale", self.timescale.map(Timescale::hz))
            .with_some("MaxWidth", self.max_width)
            .with_some("MaxHeight", self.max_height)
            .with_some("DisplayWidth", self.display_width)
            .with_some("DisplayHeight", self.display_height)
            .with("Url", &self.url);
        tag.children(|xml| {
            self.levels.iter().for_each(|level| level.write(xml));
            match version {
                Version::V2_0 => self.write_chunks(xml),
                Version::V2_2 => self.write_runs(xml),
            }
        });
    }

    /// Writes each chunk as an element. The first one has its number, as in Azure Media Services.
    fn write_chunks(&self, xml: &mut Writer) {
        let mut clock = None;
        for chunk in self.chunks.iter() {
            let number = clock.is_none().then_some(0);
            let start = (clock != Some(chunk.start)).then_some(chunk.start);
            let tag = xml.open("c").with_some("n", number).with_some("t", start);
            tag.with("d", chunk.duration).empty();
            clock = Some(chunk.start + chunk.duration);
        }
    }

    /// Writes equal chunks as one element, with their count.
    fn write_runs(&self, xml: &mut Writer) {
        let mut clock = None;
        for run in self.chunks.runs() {
            let start = (clock != Some(run.start)).then_some(run.start);
            let repeats = (run.count > 1).then_some(run.count);
            let tag = xml.open("c").with_some("t", start).with("d", run.duration);
            tag.with_some("r", repeats).empty();
            clock = Some(run.end());
        }
    }
}

impl QualityLevel {
    fn write(&self, xml: &mut Writer) {
        xml.open("QualityLevel")
            .with("Index", self.index)
            .with("Bitrate", self.bitrate)
            .with_some("FourCC", self.four_cc.as_ref())
            .with_some("MaxWidth", self.max_width)
            .with_some("MaxHeight", self.max_height)
            .with_some("NALUnitLengthField", self.nal_length_size)
            .with_some("SamplingRate", self.sampling_rate)
            .with_some("Channels", self.channels)
            .with_some("BitsPerSample", self.bits_per_sample)
            .with_some("PacketSize", self.packet_size)
            .with_some("AudioTag", self.audio_tag)
            .with("CodecPrivateData", hex(&self.codec_private_data))
            .empty();
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len().saturating_mul(2)), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02X}");
        text
    })
}
