//! The part of the picture where a cue is shown.

use crate::layout::{Anchor, Layout, LineAt, Writing};
use crate::percent::Percent;
use crate::region::{Height, Region};

/// The height of a line in thousandths of a percent of the picture: text of 5.33 %, with lines of
/// 1.3 times that (WebVTT, 7.2 and 8.1).
const LINE: i64 = 6_929;

/// The margin that players keep around text whose line is automatic.
const MARGIN: Percent = Percent::whole(10);

/// A rectangle of the picture, and where in it text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Area {
    pub(crate) left: Percent,
    pub(crate) top: Percent,
    pub(crate) width: Percent,
    pub(crate) height: Percent,
    /// Where text is, across its lines.
    pub(crate) block_align: Anchor,
    pub(crate) writing: Writing,
}

/// A start and a length along one side of the picture.
type Stretch = (Percent, Percent);

impl Area {
    /// Where a cue with this layout is.
    pub(crate) fn of(layout: &Layout, region: Option<&Region>) -> Self {
        match region {
            Some(region) => Self::of_region(region, layout.writing),
            None => Self::of_layout(layout),
        }
    }

    fn of_region(region: &Region, writing: Writing) -> Self {
        let height = match region.height {
            Height::Percent(height) => height,
            Height::Lines(lines) => Percent::clamped(i64::from(lines).saturating_mul(LINE)),
        };
        let [anchor_x, anchor_y] = region.anchor;
        let [x, y] = region.viewport;
        let (left, width) = stretch(x, anchor_x, region.width);
        let (top, height) = stretch(y, anchor_y, height);
        Self { left, top, width, height, block_align: region.block_align, writing }
    }

    fn of_layout(layout: &Layout) -> Self {
        let (block_align, across) = across_lines(layout);
        let along = along_lines(layout);
        let (horizontal, vertical) = match layout.writing {
            Writing::Horizontal => (along, across),
            Writing::VerticalRightToLeft | Writing::VerticalLeftToRight => (across, along),
        };
        let ((left, width), (top, height)) = (horizontal, vertical);
        Self { left, top, width, height, block_align, writing: layout.writing }
    }
}

/// The stretch whose anchor lies at `at`, moved into the picture. `anchor` is its distance from
/// the start, as a part of the length.
fn stretch(at: Percent, anchor: Percent, length: Percent) -> Stretch {
    let start = at.thousandths().saturating_sub(anchor.of(length).thousandths());
    let start = Percent::clamped(start).min(length.rest());
    (start, length)
}

/// The stretch along the lines (WebVTT, 7.1: the position and the size of the box).
fn along_lines(layout: &Layout) -> Stretch {
    let align = layout.align.anchor();
    let at = layout.position.map_or_else(|| align.into_box(), |position| position.at);
    let anchor = layout.position.and_then(|position| position.anchor).unwrap_or(align);
    let room = match anchor {
        Anchor::Start => at.rest(),
        Anchor::End => at,
        Anchor::Center => Percent::clamped(at.min(at.rest()).thousandths().saturating_mul(2)),
    };
    stretch(at, anchor.into_box(), layout.size.min(room))
}

/// The stretch across the lines, and where text is in it. The first line of vertical text from
/// right to left is at the right.
fn across_lines(layout: &Layout) -> (Anchor, Stretch) {
    let is_from_right = layout.writing == Writing::VerticalRightToLeft;
    let Some(line) = layout.line else {
        return (Anchor::End, (MARGIN, MARGIN.rest().less(MARGIN)));
    };
    let (at, anchor) = match line.at {
        LineAt::Percent(at) if is_from_right => (at, turned(line.anchor)),
        LineAt::Percent(at) => (at, line.anchor),
        LineAt::Number(number) => {
            let number = i64::from(number);
            let (at, anchor) = if number < 0 {
                let below = number.saturating_add(1).saturating_mul(LINE);
                (Percent::FULL.thousandths().saturating_add(below), Anchor::End)
            } else {
                (number.saturating_mul(LINE), Anchor::Start)
            };
            let at = Percent::clamped(at);
            (if is_from_right { at.rest() } else { at }, anchor)
        }
    };
    let starts_at = if is_from_right { turned(anchor) } else { anchor };
    let stretch = match starts_at {
        Anchor::Start => (at, at.rest()),
        Anchor::End => (Percent::ZERO, at),
        Anchor::Center => {
            let half = at.min(at.rest()).thousandths();
            let start = at.thousandths().saturating_sub(half);
            (Percent::clamped(start), Percent::clamped(half.saturating_mul(2)))
        }
    };
    (anchor, stretch)
}

/// The other end.
pub(crate) const fn turned(anchor: Anchor) -> Anchor {
    match anchor {
        Anchor::Start => Anchor::End,
        Anchor::Center => Anchor::Center,
        Anchor::End => Anchor::Start,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layout::{Align, Line, Place};

    fn area(layout: Layout) -> [String; 4] {
        let Area { left, top, width, height, .. } = Area::of(&layout, None);
        [left, top, width, height].map(|part| part.to_string())
    }

    #[test]
    fn settings_become_the_rectangle_that_webvtt_computes() {
        let at = |percent| LineAt::Percent(Percent::whole(percent));
        let line = |at, anchor| Layout { line: Some(Line { at, anchor }), ..Layout::default() };
        let position = |at, anchor| {
            let position = Some(Place { at: Percent::whole(at), anchor });
            Layout { position, size: Percent::whole(40), ..Layout::default() }
        };
        for (layout, expected) in [
            (Layout::default(), ["0%", "10%", "100%", "80%"]),
            (line(at(10), Anchor::Start), ["0%", "10%", "100%", "90%"]),
            (line(at(90), Anchor::End), ["0%", "0%", "100%", "90%"]),
            (line(at(70), Anchor::Center), ["0%", "40%", "100%", "60%"]),
            (line(LineAt::Number(1), Anchor::Start), ["0%", "6.929%", "100%", "93.071%"]),
            (line(LineAt::Number(-2), Anchor::Start), ["0%", "0%", "100%", "93.071%"]),
            (position(50, None), ["30%", "10%", "40%", "80%"]),
            (position(10, None), ["0%", "10%", "20%", "80%"]),
            (position(30, Some(Anchor::Start)), ["30%", "10%", "40%", "80%"]),
            (Layout { align: Align::End, ..position(80, None) }, ["40%", "10%", "40%", "80%"]),
            (
                Layout {
                    writing: Writing::VerticalRightToLeft,
                    ..line(LineAt::Number(0), Anchor::Start)
                },
                ["0%", "0%", "100%", "100%"],
            ),
            (
                Layout { writing: Writing::VerticalRightToLeft, ..line(at(20), Anchor::Start) },
                ["20%", "0%", "80%", "100%"],
            ),
        ] {
            assert_eq!(area(layout.clone()), expected, "{layout:?}");
        }
    }

    #[test]
    fn a_region_of_lines_hangs_at_its_anchor() {
        let region = Region {
            width: Percent::whole(40),
            height: Height::Lines(2),
            anchor: [Percent::HALF, Percent::FULL],
            viewport: [Percent::HALF, Percent::whole(90)],
            ..Region::new("r")
        };
        let Area { left, top, width, height, .. } = Area::of(&Layout::default(), Some(&region));
        let area = [left, top, width, height].map(|part| part.to_string());
        assert_eq!(area, ["30%", "76.142%", "40%", "13.858%"]);
    }
}
