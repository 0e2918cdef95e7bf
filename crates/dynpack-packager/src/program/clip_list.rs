//! The clips of a program, as its file lists them.

mod mapped;

use dynpack_media::ClipSpan;
use dynpack_smooth::{FileName, Sequence, SequenceClip};

use super::listed_clip::{ListedClip, MAX_BYTES, MAX_CLIPS, START, media, of_clip};
use crate::json;

/// The clips of a program, as its file lists them: a server manifest whose body is a `seq`, or a
/// JSON document with `sequences` of `clips`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ClipList {
    /// The clips, in the order in which they are played; at least one.
    pub clips: Vec<ListedClip>,
    /// The name of the list of markers in the same folder, if the file says it.
    pub markers: Option<FileName>,
}

impl ClipList {
    /// The maximum size of the file, in bytes.
    pub const MAX_BYTES: usize = MAX_BYTES;

    /// The maximum number of clips.
    pub const MAX_CLIPS: usize = MAX_CLIPS;

    /// Reads the file of a program in that folder; `None` if it is a server manifest without a
    /// `seq`. Paths in it are relative to the folder, or with a slash at their start to the root of
    /// the media, and never leave that.
    ///
    /// # Errors
    /// What is wrong with it, and where.
    pub fn parse(bytes: &[u8], folder: &str) -> Result<Option<Self>, String> {
        if json::first_byte(bytes) == Some(b'{') {
            return Ok(Some(Self { clips: mapped::parse(bytes, folder)?, markers: None }));
        }
        let sequence = Sequence::parse(bytes).map_err(|error| error.to_string())?;
        let read = |(at, SequenceClip { src, begin, end, .. }): (usize, SequenceClip)| {
            let media = media(folder, &src).map_err(|problem| of_clip(at, &problem))?;
            Ok(ListedClip { media, span: ClipSpan { start: begin.unwrap_or(START), end } })
        };
        let Some(Sequence { clips, markers, .. }) = sequence else { return Ok(None) };
        let clips = clips.into_iter().enumerate().map(read).collect::<Result<_, String>>()?;
        Ok(Some(Self { clips, markers }))
    }
}
