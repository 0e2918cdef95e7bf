//! A server manifest that plays clips one after the other: a SMIL `seq` in its body.

mod clock;

use dynpack_media::Time;
use dynpack_xml::{Element, Reader, decode, excerpt};

use self::clock::clock;
use crate::{Error, FileName, xml};

/// The clips that a server manifest lists to be played one after the other (SMIL 3.0, 11.4.1).
///
/// ```
/// use dynpack_smooth::Sequence;
///
/// let manifest = br#"<smil><head><meta name="markers" content="breaks.json"/></head><body><seq>
///   <ref src="../intro/intro.ism"/>
///   <ref src="../film/film.ism" clipBegin="1:02:03.04" clipEnd="4000s"/>
/// </seq></body></smil>"#;
/// let sequence = Sequence::parse(manifest)?.expect("it has a `seq`");
/// assert_eq!(sequence.clips[1].src, "../film/film.ism");
/// assert_eq!(sequence.markers.map(|name| name.to_string()).as_deref(), Some("breaks.json"));
/// assert_eq!(sequence.clips[1].begin.map(|begin| begin.as_seconds()), Some(3_723.04));
/// # Ok::<(), dynpack_smooth::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Sequence {
    /// The clips, in the order in which they are played; at least one.
    pub clips: Vec<SequenceClip>,
    /// The list of markers in the same folder, as in a [`ServerManifest`](crate::ServerManifest).
    pub markers: Option<FileName>,
}

/// One clip of a sequence.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SequenceClip {
    /// What it is a clip of, as it is written.
    pub src: String,
    /// When it starts (`clipBegin`); `None` for the start of its media.
    pub begin: Option<Time>,
    /// When it ends (`clipEnd`); `None` for the end of its media.
    pub end: Option<Time>,
}

impl Sequence {
    /// The maximum size of a manifest with a sequence, in bytes.
    pub const MAX_BYTES: usize = 4 << 20;

    /// The maximum number of clips: two days of clips of ten seconds.
    pub const MAX_CLIPS: usize = 20_000;

    /// Reads a server manifest, in UTF-8 or UTF-16; `None` if there is no `seq` in its body, as far
    /// as it can be read.
    ///
    /// # Errors
    /// [`Error::Malformed`] if it is not XML from there on, lists no clip, or has a clip without
    /// `src`, with a time that cannot be read or with an attribute of another name;
    /// [`Error::LimitExceeded`] past [`MAX_CLIPS`](Self::MAX_CLIPS).
    pub fn parse(bytes: &[u8]) -> Result<Option<Self>, Error> {
        let Ok(text) = decode(bytes, Self::MAX_BYTES) else { return Ok(None) };
        let mut sequence = None;
        let read = Self::read(&text, &mut sequence);
        match sequence {
            None => Ok(None),
            Some(sequence) => read.map(|()| Some(sequence)),
        }
    }

    fn read(text: &str, sequence: &mut Option<Self>) -> Result<(), Error> {
        let mut reader = Reader::new(text, xml::OPTIONS);
        let root = reader.root("smil")?;
        let mut named = None;
        reader.children(|reader, part| match () {
            () if part.is("head") => reader.children(|_, meta| {
                named = markers(meta)?.or_else(|| named.take());
                Ok(())
            }),
            () if part.is("body") => reader.children(|reader, group| match group.is("seq") {
                true => {
                    let sequence = sequence.get_or_insert_default();
                    reader.children(|_, clip| sequence.read_clip(clip))
                }
                false => Ok(()),
            }),
            () => Ok(()),
        })?;
        reader.finish()?;
        let Some(sequence) = sequence else { return Ok(()) };
        sequence.markers = named;
        match sequence.clips.is_empty() {
            true => Err(root.malformed("its `seq` lists no clip").into()),
            false => Ok(()),
        }
    }

    fn read_clip(&mut self, element: &Element<'_>) -> Result<(), Error> {
        if !["ref", "video", "audio"].into_iter().any(|name| element.is(name)) {
            let name = excerpt(element.name());
            return Err(element.malformed(format!("`{name}` is not a clip")).into());
        }
        if self.clips.len() == Self::MAX_CLIPS {
            let what = "the clips of the manifest";
            return Err(Error::LimitExceeded { what, limit: Self::MAX_CLIPS as u64 });
        }
        let is_known =
            |name: &&str| CLIP_ATTRIBUTES.iter().any(|one| one.eq_ignore_ascii_case(name));
        if let Some(other) = element.attribute_names().find(|name| !is_known(name)) {
            let problem = format!("`{}` is not supported of a clip", excerpt(other));
            return Err(element.malformed(problem).into());
        }
        let src = element.string("src").ok_or_else(|| element.malformed("a clip without `src`"))?;
        let [begin, end] = [time(element, "clipBegin")?, time(element, "clipEnd")?];
        self.clips.push(SequenceClip { src, begin, end });
        Ok(())
    }
}

/// The attributes of a clip, and those that describe it for people or its place on a page. Others,
/// such as `dur`, would change what is shown.
const CLIP_ATTRIBUTES: [&str; 11] = [
    "src",
    "clipBegin",
    "clipEnd",
    "id",
    "class",
    "title",
    "alt",
    "longdesc",
    "lang",
    "type",
    "region",
];

/// The list of markers that an element names, if it is the `meta` for that.
fn markers(meta: &Element<'_>) -> Result<Option<FileName>, Error> {
    let is_markers = |name: &String| meta.is("meta") && name.eq_ignore_ascii_case("markers");
    let name = meta.string("name").filter(is_markers).zip(meta.get("content"));
    name.map(|(name, content)| FileName::read(meta, &name, content)).transpose()
}

/// The time that an element gives in an attribute.
fn time(element: &Element<'_>, attribute: &str) -> Result<Option<Time>, Error> {
    let Some(value) = element.get(attribute) else { return Ok(None) };
    let problem = || {
        format!("{attribute} {:?} is not a time such as `1:02:03.04` or `12.5s`", excerpt(value))
    };
    let time = clock(value).ok_or_else(|| element.malformed(problem()))?;
    Ok(Some(time))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_change_a_clip_and_is_not_read_is_refused() {
        for (clip, problem) in [
            (r#"<ref src="a.ism" clip-begin="1s"/>"#, "`clip-begin` is not supported of a clip"),
            (r#"<ref src="a.ism" dur="1s"/>"#, "`dur` is not supported of a clip"),
            (r#"<ref src="a.ism" clipEnd="1e9s"/>"#, "is not a time"),
            (r#"<ref clipBegin="1s"/>"#, "a clip without `src`"),
            (r#"<par/>"#, "`par` is not a clip"),
        ] {
            let manifest = format!("<smil><body><seq>{clip}</seq></body></smil>");
            let error = Sequence::parse(manifest.as_bytes()).unwrap_err().to_string();
            assert!(error.contains(problem), "{clip}: {error}");
        }
        let clip = r#"<smil><body><seq><ref xml:id="a" type="b" Src="a.ism"/></seq></body></smil>"#;
        assert_eq!(Sequence::parse(clip.as_bytes()).unwrap().unwrap().clips.len(), 1);
    }
}
