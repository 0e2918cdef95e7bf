//! A document while it is read.

use dynpack_xml::Position;

use crate::cue::Cue;
use crate::cues::Cues;
use crate::document::Document;
use crate::error::Error;
use crate::limits::{MAX_CUES, MAX_REGIONS, MAX_WARNINGS};
use crate::options::Strictness;
use crate::parsed::{Parsed, Warning};
use crate::region::Region;

/// A document while it is read: its cues are not sorted yet.
pub(crate) struct Reading {
    pub(crate) document: Document,
    cues: Vec<Cue>,
    strictness: Strictness,
    warnings: Vec<Warning>,
    unlisted_warnings: usize,
}

impl Reading {
    pub(crate) fn new(strictness: Strictness) -> Self {
        let document = Document::default();
        Self { document, cues: Vec::new(), strictness, warnings: Vec::new(), unlisted_warnings: 0 }
    }

    pub(crate) const fn has_cues(&self) -> bool {
        !self.cues.is_empty()
    }

    /// Adds a cue, unless it ends before it starts.
    pub(crate) fn add(&mut self, at: impl FnOnce() -> Position, cue: Cue) -> Result<(), Error> {
        if cue.end < cue.start {
            return self.warn(at, "a cue ends before it starts");
        }
        if self.cues.len() == MAX_CUES {
            return Err(Error::LimitExceeded { what: "the cues", limit: MAX_CUES });
        }
        self.cues.push(cue);
        Ok(())
    }

    /// Adds a region. It replaces one of the same name.
    pub(crate) fn add_region(&mut self, region: Region) -> Result<(), Error> {
        let regions = &mut self.document.regions;
        regions.retain(|other| other.id != region.id);
        if regions.len() == MAX_REGIONS {
            return Err(Error::LimitExceeded { what: "the regions", limit: MAX_REGIONS });
        }
        regions.push(region);
        Ok(())
    }

    /// Adds the regions and warnings of a part of the document.
    pub(crate) fn add_part(&mut self, part: &Parsed) -> Result<(), Error> {
        let Document { language, regions, pixels, .. } = &part.document;
        self.document.pixels = self.document.pixels.or(*pixels);
        self.document.language = self.document.language.take().or_else(|| language.clone());
        for region in regions {
            self.add_region(region.clone())?;
        }
        let room = MAX_WARNINGS.saturating_sub(self.warnings.len());
        self.warnings.extend(part.warnings.iter().take(room));
        let unlisted = part.warnings.len().saturating_sub(room);
        let unlisted = unlisted.saturating_add(part.unlisted_warnings);
        self.unlisted_warnings = self.unlisted_warnings.saturating_add(unlisted);
        Ok(())
    }

    /// Adds a warning. If reading is strict, it is the error. Only what is listed needs its
    /// position.
    pub(crate) fn warn(
        &mut self,
        at: impl FnOnce() -> Position,
        problem: &'static str,
    ) -> Result<(), Error> {
        if self.strictness == Strictness::Strict {
            return Err(Error::Malformed { at: at(), problem: problem.into() });
        }
        if self.warnings.len() < MAX_WARNINGS {
            self.warnings.push(Warning { line: at().line, problem });
        } else {
            self.unlisted_warnings = self.unlisted_warnings.saturating_add(1);
        }
        Ok(())
    }

    pub(crate) fn finish(mut self) -> Parsed {
        self.document.cues = Cues::new(self.cues);
        let Self { document, warnings, unlisted_warnings, .. } = self;
        Parsed { document, warnings, unlisted_warnings }
    }
}
