//! Regions of the picture.

use crate::color::Color;
use crate::layout::Anchor;
use crate::percent::Percent;

/// A part of the picture in which cues are shown (WebVTT, 3.2; TTML2, 9.1.2).
///
/// Its [`anchor`](Self::anchor) lies at the point [`viewport`](Self::viewport) of the picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Region {
    /// The identifier, by which cues name it.
    pub id: String,
    /// The width.
    pub width: Percent,
    /// The height.
    pub height: Height,
    /// A point of the region, from its left and its top.
    pub anchor: [Percent; 2],
    /// The point of the picture where that point is, from its left and its top.
    pub viewport: [Percent; 2],
    /// Whether text fills it from its start, or its end, or is centred; across the lines.
    pub block_align: Anchor,
    /// How a new cue is added.
    pub scroll: Scroll,
    /// The colour of the whole region, even without text.
    pub background: Option<Color>,
}

/// The height of a region.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Height {
    /// A number of lines of text, as in WebVTT.
    Lines(u32),
    /// A part of the picture, as in TTML.
    Percent(Percent),
}

/// How a new cue is added to a region.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Scroll {
    /// Cues stay where they are.
    #[default]
    None,
    /// Cues move up, and the new one is added below them.
    Up,
}

impl Region {
    /// A region with the defaults of WebVTT: three lines over all of the width, at the bottom.
    #[must_use]
    pub fn new(id: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            width: Percent::FULL,
            height: Height::Lines(3),
            anchor: [Percent::ZERO, Percent::FULL],
            viewport: [Percent::ZERO, Percent::FULL],
            block_align: Anchor::End,
            scroll: Scroll::None,
            background: None,
        }
    }
}
