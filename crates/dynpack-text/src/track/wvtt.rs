//! Samples and sample entries of `wvtt` (ISO/IEC 14496-30, 7).

use std::ops::Range;

use dynpack_boxes::{Error as BoxError, Reader};
use dynpack_media::Time;

use super::join::{Joiner, Key};
use crate::cue::Cue;
use crate::document::Document;
use crate::error::Error;
use crate::layout::Layout;
use crate::options::Options;
use crate::sample::ENTRY_START;
use crate::vtt;

/// The regions and style sheets in the `vttC` of an entry. One without header has none.
pub(super) fn read_entry(fields: &[u8]) -> Result<Document, Error> {
    let boxes = fields.get(ENTRY_START.len()..).unwrap_or_default();
    for child in children(boxes, "wvtt") {
        let (kind, body) = child?;
        if kind == *b"vttC" && !body.is_empty() {
            return Ok(vtt::read(body, Options::new())?.document);
        }
    }
    Ok(Document::default())
}

/// Adds the cues of a sample. Other boxes are ignored: `vtte` means that there are no cues, and
/// `vtta` has comments.
pub(super) fn read(
    sample: &[u8],
    span: Range<Time>,
    header: &Document,
    joiner: &mut Joiner,
) -> Result<(), Error> {
    for child in children(sample, "the sample of wvtt") {
        let (kind, body) = child?;
        if kind == *b"vttc" {
            let (cue, source) = read_cue(body, span.clone(), header)?;
            match source {
                Some(source) => {
                    let key = Key::Source(source);
                    joiner.add_piece(Some(&key.clone()), [key], cue)?;
                }
                None => drop(joiner.add(cue)?),
            }
        }
    }
    Ok(())
}

/// Reads a `vttc`: the cue, and the identifier of its source.
fn read_cue(
    body: &[u8],
    time: Range<Time>,
    header: &Document,
) -> Result<(Cue, Option<u32>), Error> {
    let Range { start, end } = time;
    let mut cue = Cue { id: None, start, end, layout: Layout::default(), nodes: Vec::new() };
    let mut source = None;
    for child in children(body, "vttc") {
        let (kind, body) = child?;
        match &kind {
            b"vsid" => source = Some(Reader::new(body).u32().map_err(in_box("vsid"))?),
            b"iden" => cue.id = Some(text(body, "iden")?.into()),
            b"sttg" => {
                let is_region = |id: &str| header.regions.iter().any(|region| region.id == id);
                cue.layout = vtt::read_settings(text(body, "sttg")?, is_region);
            }
            b"payl" => cue.nodes = vtt::read_cue_text(text(body, "payl")?),
            _ => {}
        }
    }
    Ok((cue, source))
}

/// The boxes in the body of `what`.
fn children<'a>(
    body: &'a [u8],
    what: &'static str,
) -> impl Iterator<Item = Result<([u8; 4], &'a [u8]), Error>> {
    let mut reader = Reader::new(body);
    std::iter::from_fn(move || {
        if reader.rest().is_empty() {
            return None;
        }
        let child = reader.child().map(|(kind, body)| (kind.0, body));
        // Nothing can be read after an invalid box.
        child.is_err().then(|| reader.take_rest());
        Some(child.map_err(in_box(what)))
    })
}

fn text<'a>(body: &'a [u8], what: &'static str) -> Result<&'a str, Error> {
    let text = std::str::from_utf8(body).map_err(|_| BoxError::Invalid("is not in UTF-8"));
    text.map_err(in_box(what))
}

fn in_box(what: &'static str) -> impl Fn(BoxError) -> Error {
    move |problem| Error::Sample { what, problem }
}
