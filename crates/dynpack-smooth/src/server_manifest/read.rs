//! Reads a server manifest.

use std::collections::{BTreeMap, BTreeSet};
use std::mem::take;
use std::num::NonZeroU32;
use std::str::FromStr;

use dynpack_xml::{Element, Reader, decode, excerpt};

use super::{Formats, Param, ServerManifest, ServerTrack, TextParams};
use crate::{Error, FileName, TrackKind, xml};

impl ServerManifest {
    /// Reads a server manifest in UTF-8 or UTF-16.
    ///
    /// # Errors
    /// [`Error::Malformed`] if it is not XML, is not SMIL, lists no track, or lists a track twice;
    /// [`Error::OutsideAsset`] if it names a file by more than a plain name;
    /// [`Error::NotSupported`] for a document type declaration; [`Error::LimitExceeded`] past
    /// [`MAX_BYTES`](Self::MAX_BYTES) or [`MAX_TRACKS`](Self::MAX_TRACKS).
    pub fn parse(bytes: &[u8]) -> Result<Self, Error> {
        let text = decode(bytes, Self::MAX_BYTES)?;
        let mut reader = Reader::new(&text, xml::OPTIONS);
        let root = reader.root("smil")?;
        let (mut manifest, mut seen) = (Self::default(), Seen::default());
        reader.children(|reader, part| match () {
            () if part.is("head") => reader.children(|_, meta| manifest.read_meta(meta)),
            () if part.is("body") => reader.children(|reader, group| match group.is("switch") {
                true => {
                    reader.children(|reader, track| manifest.read_track(reader, track, &mut seen))
                }
                false => Ok(()),
            }),
            () => Ok(()),
        })?;
        reader.finish()?;
        if manifest.tracks.is_empty() {
            return Err(root.malformed("lists no video, audio or textstream").into());
        }
        Ok(manifest)
    }

    fn read_meta(&mut self, meta: &Element<'_>) -> Result<(), Error> {
        let (Some(name), Some(content)) = (meta.string("name"), meta.get("content")) else {
            return Ok(());
        };
        if !meta.is("meta") {
            return Ok(());
        }
        match name.to_ascii_lowercase().as_str() {
            "clientmanifestrelativepath" => {
                self.client_manifest = Some(FileName::read(meta, &name, content)?)
            }
            "formats" => self.formats = Formats::parse(content),
            "fragmentsperhlssegment" => {
                self.fragments_per_hls_segment = Some(meta.parse(&name, content)?)
            }
            "markers" => self.markers = Some(FileName::read(meta, &name, content)?),
            _ => self.meta.push(Param::new(name, content.into())),
        }
        Ok(())
    }

    fn read_track(
        &mut self,
        reader: &mut Reader<'_>,
        element: &Element<'_>,
        seen: &mut Seen,
    ) -> Result<(), Error> {
        let Some(kind) = kind(element) else { return Ok(()) };
        if self.tracks.len() == Self::MAX_TRACKS {
            return Err(Error::LimitExceeded {
                what: "the tracks of the manifest",
                limit: Self::MAX_TRACKS as u64,
            });
        }
        let mut params = Vec::new();
        reader.children(|_, param| {
            if let Some(name) = param.string("name").filter(|_| param.is("param")) {
                params.push(Param::new(name, param.get("value").unwrap_or_default().into()));
            }
            Ok::<_, Error>(())
        })?;
        let track = Declared { element, params }.into_track(kind)?;
        seen.check(&track).map_err(|problem| element.malformed(problem))?;
        self.tracks.push(track);
        Ok(())
    }
}

/// The kind of track that an element lists: the name of the element, or the media type of a
/// `<ref>`, which is SMIL's element for media of any kind.
fn kind(element: &Element<'_>) -> Option<TrackKind> {
    if !element.is("ref") {
        return TrackKind::ALL.into_iter().find(|kind| element.is(kind.as_str()));
    }
    match element.get("type")?.split('/').next()? {
        "video" => Some(TrackKind::Video),
        "audio" => Some(TrackKind::Audio),
        "text" => Some(TrackKind::Text),
        _ => None,
    }
}

/// What an element declares about its track. An attribute has precedence over a `param` with the
/// same name.
struct Declared<'e, 'a> {
    element: &'e Element<'a>,
    params: Vec<Param>,
}

impl Declared<'_, '_> {
    fn into_track(mut self, kind: TrackKind) -> Result<ServerTrack, Error> {
        let src = self
            .element
            .get("src")
            .ok_or_else(|| self.element.malformed(format!("<{}> has no src", kind.as_str())))?;
        let src = FileName::read(self.element, "src", src)?;
        let text = TextParams {
            transcript: self.file("transcriptsrc")?,
            is_default: self
                .string("textIsDefault")
                .is_some_and(|value| value.eq_ignore_ascii_case("true") || value == "1"),
            hls_characteristics: self.list("textHlsCharacteristic"),
            display_name: self.string("textDisplayName"),
            encoding: self.string("encoding"),
            output_flag: self.string("outputFlag").and_then(|flag| flag.parse().ok()),
        };
        Ok(ServerTrack {
            bitrate: self.number::<u32>("systemBitrate")?.and_then(NonZeroU32::new),
            language: self.string("systemLanguage"),
            track_id: self.number("trackID")?,
            track_name: self.string("trackName"),
            track_index: self.file("trackIndex")?,
            title: self.string("title"),
            accessibility: self.string("accessibility"),
            role: self.string("role"),
            text,
            params: self.params,
            ..ServerTrack::new(kind, src)
        })
    }

    /// The declared value with that name, if it is not empty.
    fn string(&mut self, name: &str) -> Option<String> {
        let (said, others): (Vec<_>, _) = take(&mut self.params)
            .into_iter()
            .partition(|param| param.name.eq_ignore_ascii_case(name));
        self.params = others;
        let said = said.into_iter().map(|param| param.value).find(|value| !value.is_empty());
        self.element.string(name).or(said)
    }

    /// The declared values with that name, which commas separate.
    fn list(&mut self, name: &str) -> Vec<String> {
        let values = self.string(name).unwrap_or_default();
        let values = values.split(',').map(str::trim).filter(|value| !value.is_empty());
        values.map(Into::into).collect()
    }

    fn number<T: FromStr>(&mut self, name: &str) -> Result<Option<T>, Error> {
        Ok(self.string(name).map(|value| self.element.parse(name, &value)).transpose()?)
    }

    fn file(&mut self, name: &str) -> Result<Option<FileName>, Error> {
        self.string(name).map(|value| FileName::read(self.element, name, &value)).transpose()
    }
}

/// The tracks listed so far, to find those that are listed twice.
#[derive(Default)]
struct Seen {
    tracks: BTreeSet<(TrackKind, FileName, Option<NonZeroU32>)>,
    keys: BTreeSet<(String, NonZeroU32)>,
    kinds: BTreeMap<String, TrackKind>,
}

impl Seen {
    /// Checks a track against the earlier ones.
    fn check(&mut self, track: &ServerTrack) -> Result<(), String> {
        let (name, kind) = (excerpt(track.name()), track.kind.as_str());
        if !self.tracks.insert((track.kind, track.src.clone(), track.track_id)) {
            return Err(format!(
                "{:?} is listed twice as the same {kind} track",
                excerpt(track.src.as_str())
            ));
        }
        if *self.kinds.entry(track.name().into()).or_insert(track.kind) != track.kind {
            return Err(format!("the track name {name:?} is used for two kinds of media"));
        }
        // Azure names text by its language, if it knows one, and declares a bitrate that says
        // nothing.
        if track.kind == TrackKind::Text {
            return Ok(());
        }
        match (&track.track_name, track.bitrate) {
            (Some(declared), Some(bitrate)) if !self.keys.insert((declared.clone(), bitrate)) => {
                Err(format!("the track name {name:?} is used twice at {bitrate} bit/s"))
            }
            _ => Ok(()),
        }
    }
}
