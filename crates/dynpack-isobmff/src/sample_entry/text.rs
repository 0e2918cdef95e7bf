//! Text: `wvtt` and `stpp` (ISO/IEC 14496-30), `tx3g` (3GPP TS 26.245), `text` (QuickTime File
//! Format) and `dfxp` (Smooth Streaming).

use bytes::Bytes;
use dynpack_media::{Forced, FourCc};

use super::entry::{COMMON, copy};
use crate::Error;
use crate::boxes::BoxRef;

/// A sample entry of text.
#[derive(Clone, Debug)]
pub(crate) struct TextEntry {
    kind: FourCc,
    /// The entry: a box of its own memory.
    pub(crate) bytes: Bytes,
    pub(crate) forced: Forced,
}

impl TextEntry {
    /// Makes it describe samples of another entry too. Of the same format, entries differ in the
    /// defaults of styles and in headers: the first ones hold for all samples.
    pub(super) fn merge(&mut self, other: &Self) -> Result<(), Error> {
        if self.kind != other.kind {
            let problem = format!("{} instead of {}", other.kind, self.kind);
            return Err(Error::Unsupported(problem));
        }
        if self.forced != other.forced {
            self.forced = Forced::Some;
        }
        Ok(())
    }

    /// The format, as its entry is called.
    pub(crate) const fn kind(&self) -> FourCc {
        self.kind
    }
}

/// Reads an entry; `None` if it is not one of text.
pub(super) fn read(entry: &BoxRef<'_>) -> Result<Option<TextEntry>, Error> {
    let forced = match &entry.kind.0 {
        b"tx3g" => forced(entry)?,
        b"wvtt" | b"stpp" | b"text" | b"dfxp" | b"TTML" => Forced::No,
        b"enct" => return Err(Error::Encrypted("text (enct)".into())),
        b"c608" | b"c708" => {
            return Err(Error::Unsupported(format!(
                "closed captions in a track of their own ({}) are not supported",
                entry.kind
            )));
        }
        _ => return Ok(None),
    };
    Ok(Some(TextEntry { kind: entry.kind, bytes: copy(entry), forced }))
}

/// What `displayFlags` say (QuickTime File Format, "Subtitle Sample Description").
fn forced(tx3g: &BoxRef<'_>) -> Result<Forced, Error> {
    const SOME: u32 = 0x4000_0000;
    const ALL: u32 = 0x8000_0000;
    let mut fields = tx3g.fields();
    fields.skip(COMMON)?;
    Ok(match fields.u32()? {
        flags if flags & ALL != 0 => Forced::All,
        flags if flags & SOME != 0 => Forced::Some,
        _ => Forced::No,
    })
}
