//! Lengths as parts of the picture (TTML2, 10.3.19).

use dynpack_xml::Element;

use crate::percent::Percent;

/// What lengths are parts of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Frame {
    /// Columns and rows of cells (TTML2, 7.2.1).
    cells: [u32; 2],
    /// Width and height in pixels, if the document has them.
    pub(super) pixels: Option<[u32; 2]>,
}

impl Frame {
    /// That of the root element.
    pub(super) fn read(root: &Element<'_>) -> Self {
        let pair = |text: &str, unit: &str| {
            let (x, y) = text.split_once(char::is_whitespace)?;
            let number = |part: &str| part.trim().strip_suffix(unit)?.parse().ok();
            Some([number(x)?, number(y)?]).filter(|pair: &[u32; 2]| !pair.contains(&0))
        };
        Self {
            cells: root.get("cellResolution").and_then(|text| pair(text, "")).unwrap_or([32, 15]),
            pixels: root.get("extent").and_then(|text| pair(text, "px")),
        }
    }

    /// Reads two lengths: along the width, and along the height.
    pub(super) fn point(&self, text: &str) -> Option<[Percent; 2]> {
        let (x, y) = text.split_once(char::is_whitespace)?;
        Some([self.length(x.trim(), 0)?, self.length(y.trim(), 1)?])
    }

    fn length(&self, text: &str, axis: usize) -> Option<Percent> {
        let unit = text.find(|char: char| char.is_ascii_alphabetic() || char == '%')?;
        let (number, unit) = text.split_at_checked(unit)?;
        let whole = match unit {
            "%" | "rw" | "rh" => 100,
            "c" => *self.cells.get(axis)?,
            "px" => *self.pixels?.get(axis)?,
            _ => return None,
        };
        Some(part(thousandths(number)?, whole))
    }
}

/// A decimal number, which may be negative, in thousandths.
fn thousandths(text: &str) -> Option<i64> {
    let (sign, digits) = text.strip_prefix('-').map_or((1, text), |digits| (-1, digits));
    let (whole, fraction) = digits.trim_start_matches('+').split_once('.').unwrap_or((digits, "0"));
    let number = format!("{whole}{}", format!("{fraction:0<3}").get(..3)?);
    let is_number = number.bytes().all(|byte| byte.is_ascii_digit());
    number.parse::<i64>().ok().filter(|_| is_number)?.checked_mul(sign)
}

/// A part of a whole, in thousandths; what is outside of it is moved inside.
fn part(thousandths: i64, whole: u32) -> Percent {
    Percent::clamped(thousandths.saturating_mul(100).checked_div(whole.into()).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use dynpack_xml::{Options, Reader};

    use super::*;

    #[test]
    fn lengths_are_parts_of_the_picture() {
        let root =
            "<tt tts:extent='640px 360px' ttp:cellResolution='40 20' xmlns:tts='' xmlns:ttp=''/>";
        let frame = Frame::read(&Reader::new(root, Options::new()).root("tt").unwrap());
        for (text, expected) in [
            ("10% 80.5%", Some(["10%", "80.5%"])),
            ("64px  90px", Some(["10%", "25%"])),
            ("4c 5c", Some(["10%", "25%"])),
            ("-5% 150%", Some(["0%", "100%"])),
            ("10rw 20rh", Some(["10%", "20%"])),
            ("10%", None),
            ("1em 1em", None),
            ("auto", None),
            ("x% y%", None),
            ("é% 1%", None),
        ] {
            let expected = expected.map(|parts| parts.map(String::from));
            assert_eq!(frame.point(text).map(|parts| parts.map(|part| part.to_string())), expected);
        }
    }
}
