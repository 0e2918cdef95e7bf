//! Writing a server manifest.

use super::{Param, ServerManifest, ServerTrack};
use crate::xml::{Tag, Xml};

/// The namespace of SMIL 2.0.
const SMIL: &str = "http://www.w3.org/2001/SMIL20/Language";

impl ServerManifest {
    /// The manifest as XML in UTF-8, in the shortest form that says it all: attributes alone for a
    /// track of which no more is known, as people write them; otherwise attributes and `param`s, as
    /// encoders do.
    #[must_use]
    pub fn to_xml(&self) -> String {
        let mut xml = Xml::new();
        xml.element(&Tag::new("smil").with("xmlns", SMIL), |xml| {
            xml.element(&Tag::new("head"), |xml| self.metas().for_each(|meta| xml.empty(&meta)));
            xml.element(&Tag::new("body"), |xml| {
                xml.element(&Tag::new("switch"), |xml| {
                    self.tracks.iter().for_each(|track| track.write(xml))
                });
            });
        });
        xml.finish()
    }

    fn metas(&self) -> impl Iterator<Item = Tag> {
        let meta = |name: &str, content: &str| {
            Tag::new("meta").with("name", name).with("content", content)
        };
        let client_manifest = self
            .client_manifest
            .iter()
            .map(move |name| meta("clientManifestRelativePath", name.as_str()));
        let packing = self
            .fragments_per_hls_segment
            .iter()
            .map(move |count| meta("fragmentsPerHLSSegment", &count.to_string()));
        let others = self.meta.iter().map(move |other| meta(&other.name, &other.value));
        client_manifest.chain([meta("formats", self.formats.as_str())]).chain(packing).chain(others)
    }
}

impl ServerTrack {
    fn write(&self, xml: &mut Xml) {
        let tag = Tag::new(self.kind.as_str())
            .with("src", &self.src)
            .with_some_number("systemBitrate", self.bitrate)
            .with_some("systemLanguage", self.language.as_ref())
            .with_some("title", self.title.as_ref());
        let params = self.all_params();
        if params.is_empty() {
            return xml.empty(&tag);
        }
        xml.element(&tag, |xml| {
            for Param { name, value } in params {
                xml.empty(
                    &Tag::new("param")
                        .with("name", name)
                        .with("value", value)
                        .with("valuetype", "data"),
                );
            }
        });
    }

    /// The track's parameters, with those repeated that attributes say; none if attributes say all.
    fn all_params(&self) -> Vec<Param> {
        let text = |text: &Option<String>| text.clone();
        let file = |file: &Option<crate::FileName>| file.as_ref().map(ToString::to_string);
        let own = [
            ("trackID", self.track_id.map(|id| id.to_string())),
            ("trackName", text(&self.track_name)),
            ("trackIndex", file(&self.track_index)),
            ("accessibility", text(&self.accessibility)),
            ("role", text(&self.role)),
            ("transcriptsrc", file(&self.text.transcript)),
            ("textIsDefault", self.text.is_default.then(|| "TRUE".into())),
            ("textHlsCharacteristic", text(&self.text.hls_characteristics)),
            ("textDisplayName", text(&self.text.display_name)),
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
