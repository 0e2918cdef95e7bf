//! What answers are made of.

use std::borrow::Cow;

use dynpack_media::{Presentation, Time};

use super::clip::{Clip, START};
use crate::request::Request;
use crate::texts::Texts;

/// What an answer is made of: a film, or a clip of a program.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Scene<'a> {
    /// Its renditions.
    pub presentation: Cow<'a, Presentation>,
    /// The cues of its texts.
    pub texts: Cow<'a, Texts>,
    /// When the program shows the time 0 of the presentation.
    pub start: Time,
    /// The place of the clip, from 0, if its media is asked for.
    pub clip: Option<usize>,
    /// The clip that is played first, if this one is on the timeline of its program.
    pub opening: Option<&'a Presentation>,
    /// What is asked for of this clip, if the request counts from the start of the program.
    pub request: Option<Request>,
}

impl<'a> Scene<'a> {
    /// A film by itself.
    #[must_use]
    pub const fn new(presentation: Cow<'a, Presentation>, texts: Cow<'a, Texts>) -> Self {
        let (clip, opening, request) = (None, None, None);
        Self { presentation, texts, start: START, clip, opening, request }
    }

    pub(super) fn of(clip: &'a Clip) -> Self {
        let presentation = match clip.start == START {
            true => clip.presentation.named_from_begin(),
            false => Cow::Borrowed(&clip.presentation),
        };
        Self { start: clip.start, ..Self::new(presentation, Cow::Borrowed(&clip.texts)) }
    }
}
