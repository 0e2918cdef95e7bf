//! Writes a server manifest.

use std::fmt::Display;

use dynpack_xml::Writer;

use super::{Param, ServerManifest, ServerTrack};
use crate::xml::STYLE;

/// The namespace of SMIL 2.0.
const SMIL: &str = "http://www.w3.org/2001/SMIL20/Language";

impl ServerManifest {
    /// The manifest as XML in UTF-8, in the shortest complete form. A track has only attributes if
    /// they are sufficient, as in manifests written by hand. Otherwise it has attributes and
    /// `param`s, as from encoders.
    #[must_use]
    pub fn to_xml(&self) -> String {
        let mut xml = Writer::new(STYLE);
        xml.open("smil").with("xmlns", SMIL).children(|xml| {
            xml.open("head").children(|xml| self.write_metas(xml));
            xml.open("body").children(|xml| {
                xml.open("switch")
                    .children(|xml| self.tracks.iter().for_each(|track| track.write(xml)));
            });
        });
        xml.finish()
    }

    fn write_metas(&self, xml: &mut Writer) {
        let mut meta = |name: &str, content: &dyn Display| {
            xml.open("meta").with("name", name).with("content", content).empty();
        };
        if let Some(name) = &self.client_manifest {
            meta("clientManifestRelativePath", name);
        }
        meta("formats", &self.formats.as_str());
        if let Some(count) = &self.fragments_per_hls_segment {
            meta("fragmentsPerHLSSegment", count);
        }
        if let Some(name) = &self.markers {
            meta("markers", name);
        }
        self.meta.iter().for_each(|other| meta(&other.name, &other.value));
    }
}

impl ServerTrack {
    fn write(&self, xml: &mut Writer) {
        let tag = xml
            .open(self.kind.as_str())
            .with("src", &self.src)
            .with_some("systemBitrate", self.bitrate)
            .with_some("systemLanguage", self.language.as_ref())
            .with_some("title", self.title.as_ref());
        tag.children(|xml| {
            for Param { name, value } in self.all_params() {
                let param = xml.open("param").with("name", name).with("value", value);
                param.with("valuetype", "data").empty();
            }
        });
    }

    /// The track's parameters, including those that are also attributes. None if attributes are
    /// sufficient.
    fn all_params(&self) -> Vec<Param> {
        let text = |text: &Option<String>| text.clone();
        let file = |file: &Option<crate::FileName>| file.as_ref().map(ToString::to_string);
        let characteristics = self.text.hls_characteristics.join(",");
        let own = [
            ("trackID", self.track_id.map(|id| id.to_string())),
            ("trackName", text(&self.track_name)),
            ("trackIndex", file(&self.track_index)),
            ("accessibility", text(&self.accessibility)),
            ("role", text(&self.role)),
            ("transcriptsrc", file(&self.text.transcript)),
            ("textIsDefault", self.text.is_default.then(|| "TRUE".into())),
            ("textHlsCharacteristic", (!characteristics.is_empty()).then_some(characteristics)),
            ("textDisplayName", text(&self.text.display_name)),
            ("encoding", text(&self.text.encoding)),
            ("outputFlag", self.text.output_flag.map(|flag| flag.to_string())),
        ];
        let repeated = [
            ("systemBitrate", self.bitrate.map(|bitrate| bitrate.to_string())),
            ("systemLanguage", text(&self.language)),
        ];
        let param = |(name, value): (&str, Option<String>)| {
            value.map(|value| Param::new(name.into(), value))
        };
        let own: Vec<_> =
            own.into_iter().filter_map(param).chain(self.params.iter().cloned()).collect();
        if own.is_empty() {
            own
        } else {
            repeated.into_iter().filter_map(param).chain(own).collect()
        }
    }
}
