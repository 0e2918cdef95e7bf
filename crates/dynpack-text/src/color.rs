//! Colours.

use std::fmt;

/// A colour of 8 bits per channel, as of sRGB.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Color {
    /// Red.
    pub red: u8,
    /// Green.
    pub green: u8,
    /// Blue.
    pub blue: u8,
    /// Opacity: 255 is opaque.
    pub alpha: u8,
}

impl Color {
    /// Opaque white, the colour of text without one.
    pub const WHITE: Self = Self::rgb(255, 255, 255);

    /// An opaque colour.
    #[must_use]
    pub const fn rgb(red: u8, green: u8, blue: u8) -> Self {
        Self { red, green, blue, alpha: 255 }
    }

    /// A colour from its bytes in the order red, green, blue, alpha.
    #[must_use]
    pub const fn from_rgba([red, green, blue, alpha]: [u8; 4]) -> Self {
        Self { red, green, blue, alpha }
    }

    /// The colour of a name that HTML and TTML share (TTML2, 10.3.7), in any case.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        let found = NAMES.iter().find(|(known, _)| name.eq_ignore_ascii_case(known));
        found.map(|(_, color)| *color)
    }

    /// Reads `#rrggbb`, `#rrggbbaa`, or `#rgb`.
    #[must_use]
    pub fn hex(text: &str) -> Option<Self> {
        let digits = text.strip_prefix('#')?;
        let number = u32::from_str_radix(digits, 16).ok().filter(|_| !digits.starts_with('+'))?;
        match digits.len() {
            3 => {
                let channel =
                    |shift: u32| u8::try_from((number >> shift & 15).saturating_mul(17)).ok();
                Some(Self::rgb(channel(8)?, channel(4)?, channel(0)?))
            }
            6 => Some(Self::from_rgba((number << 8 | 255).to_be_bytes())),
            8 => Some(Self::from_rgba(number.to_be_bytes())),
            _ => None,
        }
    }

    /// Reads a name, `#rrggbb`, `rgb(r, g, b)` or `rgba(r, g, b, a)`. The last channel is a number
    /// up to 255 in TTML and a fraction up to 1 in CSS; both are understood.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::hex(text).or_else(|| Self::named(text)).or_else(|| Self::function(text))
    }

    fn function(text: &str) -> Option<Self> {
        let (name, arguments) = text.split_once('(')?;
        let mut channels = arguments.strip_suffix(')')?.split(',').map(str::trim);
        let mut channel = || channels.next()?.parse::<u8>().ok();
        let color = Self::rgb(channel()?, channel()?, channel()?);
        match (name.trim(), channels.next()) {
            ("rgb", None) => Some(color),
            ("rgba", Some(alpha)) => Some(Self { alpha: alpha_channel(alpha)?, ..color }),
            _ => None,
        }
    }
}

/// A fraction with a point, or a number up to 255. `1` is opaque, as in CSS, and never 1/255.
fn alpha_channel(text: &str) -> Option<u8> {
    match text.split_once('.') {
        None if text == "1" => Some(255),
        None => text.parse().ok(),
        Some((whole, digits)) if whole.is_empty() || whole == "0" => {
            let thousandths = format!("{digits:0<3}").get(..3)?.parse::<u32>().ok()?;
            u8::try_from(thousandths.saturating_mul(255).saturating_add(500) / 1000).ok()
        }
        Some(_) => Some(255),
    }
}

/// As `#rrggbb`, or `#rrggbbaa` if it is not opaque.
impl fmt::Display for Color {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { red, green, blue, alpha } = *self;
        write!(f, "#{red:02x}{green:02x}{blue:02x}")?;
        if alpha == 255 { Ok(()) } else { write!(f, "{alpha:02x}") }
    }
}

const NAMES: [(&str, Color); 19] = [
    ("transparent", Color { alpha: 0, ..Color::rgb(0, 0, 0) }),
    ("black", Color::rgb(0, 0, 0)),
    ("silver", Color::rgb(192, 192, 192)),
    ("gray", Color::rgb(128, 128, 128)),
    ("white", Color::WHITE),
    ("maroon", Color::rgb(128, 0, 0)),
    ("red", Color::rgb(255, 0, 0)),
    ("purple", Color::rgb(128, 0, 128)),
    ("fuchsia", Color::rgb(255, 0, 255)),
    ("magenta", Color::rgb(255, 0, 255)),
    ("green", Color::rgb(0, 128, 0)),
    ("lime", Color::rgb(0, 255, 0)),
    ("olive", Color::rgb(128, 128, 0)),
    ("yellow", Color::rgb(255, 255, 0)),
    ("navy", Color::rgb(0, 0, 128)),
    ("blue", Color::rgb(0, 0, 255)),
    ("teal", Color::rgb(0, 128, 128)),
    ("aqua", Color::rgb(0, 255, 255)),
    ("cyan", Color::rgb(0, 255, 255)),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_read_in_every_notation() {
        let half = Color { alpha: 128, ..Color::rgb(255, 136, 0) };
        for (text, color) in [
            ("#f80", Color::rgb(255, 136, 0)),
            ("#FF8800", Color::rgb(255, 136, 0)),
            ("#ff880080", half),
            ("rgb(255, 136,0)", Color::rgb(255, 136, 0)),
            ("rgba(255,136,0,128)", half),
            ("rgba(255,136,0,0.502)", half),
            ("rgba(255,136,0,1)", Color::rgb(255, 136, 0)),
            ("Lime", Color::rgb(0, 255, 0)),
        ] {
            assert_eq!(Color::parse(text), Some(color), "{text}");
        }
        for text in
            ["", "#", "#12345", "#+12345", "#ééé", "rgb(1,2)", "rgba(1,2,3)", "rgb(256,0,0)"]
        {
            assert_eq!(Color::parse(text), None, "{text}");
        }
    }
}
