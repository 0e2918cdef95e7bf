//! What a format carries of a presentation.

use std::borrow::Cow;

use dynpack_codec::MediaKind;
use dynpack_media::{Form, Presentation, Rendition, RenditionId};

use crate::error::Error;
use crate::format::Format;

/// The reason in an error that says that a track cannot be carried.
pub(super) fn reason(error: dynpack_fragment::Error) -> String {
    match error {
        dynpack_fragment::Error::Unsupported(reason) => reason,
        other => other.to_string(),
    }
}

/// What a format carries of a presentation, and what it leaves out.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Carried<'a> {
    /// The renditions that the format carries.
    pub presentation: Cow<'a, Presentation>,
    format: Format,
    left_out: Vec<(RenditionId, String)>,
}

impl<'a> Carried<'a> {
    /// The renditions for which `carries` returns no reason against it.
    ///
    /// # Errors
    /// [`Error::NotCarried`] if nothing is left of video or of audio.
    pub(super) fn of(
        presentation: &'a Presentation,
        format: Format,
        carries: impl Fn(&Rendition) -> Result<(), String>,
    ) -> Result<Self, Error> {
        let refused = |rendition: &Rendition| {
            carries(rendition).err().map(|reason| (rendition.id.clone(), reason))
        };
        let left_out: Vec<_> = presentation.renditions.iter().filter_map(refused).collect();
        if left_out.is_empty() {
            return Ok(Self { presentation: Cow::Borrowed(presentation), format, left_out });
        }
        let is_carried =
            |rendition: &Rendition| !left_out.iter().any(|(id, _)| *id == rendition.id);
        for kind in [MediaKind::Video, MediaKind::Audio] {
            let mut all = presentation.of_kind(kind).peekable();
            let first = all.peek().map(|rendition| rendition.id.clone());
            if let Some(first) = first.filter(|_| !all.any(is_carried)) {
                let reason = left_out.iter().find(|(id, _)| *id == first);
                let problem = reason.map_or_else(String::new, |(id, reason)| {
                    format!("no {} is left without `{}`: {reason}", kind.as_str(), id.name)
                });
                return Err(Error::NotCarried { format, problem });
            }
        }
        let presentation = presentation
            .retaining(is_carried)
            .map_err(|error| Error::NotCarried { format, problem: error.to_string() })?;
        Ok(Self { presentation: Cow::Owned(presentation), format, left_out })
    }

    /// The same of what filters leave of `whole`. A format that carries audio with video names it by
    /// its track alone, and carries the first bitrate of that. So without that bitrate, the track is
    /// left out.
    ///
    /// # Errors
    /// [`Error::NotCarried`] if no audio is left then.
    pub fn with_audio_of(mut self, whole: &Presentation) -> Result<Self, Error> {
        let has_video = self.presentation.of_kind(MediaKind::Video).next().is_some();
        if !has_video || !self.format.facts().muxes_audio {
            return Ok(self);
        }
        let is_first = |rendition: &Rendition| {
            whole.named(&rendition.id.name).next().is_none_or(|first| first.id == rendition.id)
        };
        let audio = || self.presentation.of_kind(MediaKind::Audio);
        let has_first = |name: &str| self.presentation.named(name).any(is_first);
        let others = audio().filter(|audio| !has_first(&audio.id.name));
        let others: Vec<_> = others.map(|audio| audio.id.clone()).collect();
        let Some(first) = others.first() else { return Ok(self) };
        let reason = "filters leave out its first bitrate, which comes with the video";
        if audio().count() == others.len() {
            let problem = format!("no audio is left without `{}`: {reason}", first.name);
            return Err(Error::NotCarried { format: self.format, problem });
        }
        let presentation = self.presentation.retaining(|one| !others.contains(&one.id));
        let problem = |error: dynpack_media::Error| Error::NotCarried {
            format: self.format,
            problem: error.to_string(),
        };
        self.presentation = Cow::Owned(presentation.map_err(problem)?);
        self.left_out.extend(others.into_iter().map(|id| (id, reason.to_owned())));
        Ok(self)
    }

    /// Checks that a rendition is not left out. One that does not exist is not either.
    ///
    /// # Errors
    /// [`Error::NotCarried`] with the reason.
    pub fn check(&self, id: &RenditionId) -> Result<(), Error> {
        let full = id.with_form(Form::Full);
        match self.left_out.iter().find(|(left_out, _)| *left_out == full) {
            Some((_, reason)) => {
                let problem = format!("`{}`: {reason}", id.name);
                Err(Error::NotCarried { format: self.format, problem })
            }
            None => Ok(()),
        }
    }

    /// A sentence for each rendition that is left out, for people.
    pub fn warnings(&self) -> impl Iterator<Item = String> + '_ {
        self.left_out.iter().map(|(id, reason)| {
            let title = self.format.title();
            format!("{title} leaves out `{}` of {} bit/s: {reason}", id.name, id.bitrate)
        })
    }
}
