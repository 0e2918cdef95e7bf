//! Where a cue is shown.

use std::sync::Arc;

use crate::percent::Percent;

/// Where a cue is shown, and how its lines are aligned (WebVTT, 3.1).
///
/// The default is that of WebVTT: at the bottom, in the middle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    /// The region, by its identifier. It decides where the cue is, and the fields below refine
    /// that.
    pub region: Option<Arc<str>>,
    /// The direction of lines.
    pub writing: Writing,
    /// Where the box of the cue is, across its lines; automatic if absent.
    pub line: Option<Line>,
    /// Where the box of the cue is, along its lines; automatic if absent.
    pub position: Option<Place>,
    /// The length of the longest line.
    pub size: Percent,
    /// How lines are aligned in the box.
    pub align: Align,
}

impl Default for Layout {
    fn default() -> Self {
        Self {
            region: None,
            writing: Writing::Horizontal,
            line: None,
            position: None,
            size: Percent::FULL,
            align: Align::Center,
        }
    }
}

/// The direction in which lines follow each other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Writing {
    /// Horizontal lines, from top to bottom.
    #[default]
    Horizontal,
    /// Vertical lines, from right to left, as in Japanese.
    VerticalRightToLeft,
    /// Vertical lines, from left to right, as in Mongolian.
    VerticalLeftToRight,
}

/// A place across the lines: from the top, or the side for vertical text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Line {
    /// The place.
    pub at: LineAt,
    /// Which part of the cue is there.
    pub anchor: Anchor,
}

/// How a [`Line`] is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LineAt {
    /// A number of lines: from the first line, or below zero from the last, which is -1.
    Number(i32),
    /// A part of the picture.
    Percent(Percent),
}

/// A place along the lines: from the left, or the top for vertical text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Place {
    /// The place.
    pub at: Percent,
    /// Which part of the cue is there; if absent, it follows from [`Align`].
    pub anchor: Option<Anchor>,
}

/// A part of a box: its start, its middle or its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Anchor {
    /// The start: the left or the top.
    Start,
    /// The middle.
    Center,
    /// The end: the right or the bottom.
    End,
}

impl Anchor {
    /// How far into the box it is.
    pub(crate) const fn into_box(self) -> Percent {
        match self {
            Self::Start => Percent::ZERO,
            Self::Center => Percent::HALF,
            Self::End => Percent::FULL,
        }
    }
}

/// How lines are aligned.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Align {
    /// Where text of its direction starts.
    Start,
    /// In the middle.
    #[default]
    Center,
    /// Where text of its direction ends.
    End,
    /// Left, whatever the direction of the text.
    Left,
    /// Right, whatever the direction of the text.
    Right,
}

impl Align {
    /// The keyword, which WebVTT and TTML share.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Center => "center",
            Self::End => "end",
            Self::Left => "left",
            Self::Right => "right",
        }
    }

    /// Reads the keyword.
    pub(crate) fn parse(keyword: &str) -> Option<Self> {
        [Self::Start, Self::Center, Self::End, Self::Left, Self::Right]
            .into_iter()
            .find(|align| align.as_str() == keyword)
    }

    /// The part of the box at its position, where none is given (WebVTT, 3.1).
    pub(crate) const fn anchor(self) -> Anchor {
        match self {
            Self::Start | Self::Left => Anchor::Start,
            Self::Center => Anchor::Center,
            Self::End | Self::Right => Anchor::End,
        }
    }
}
