//! Which tracks a rule is for: conditions on what is known of a track, as filters and policies of
//! Azure Media Services write them.

use std::ops::RangeInclusive;

use dynpack_codec::{DynamicRange, MediaKind};
use dynpack_media::{Language, Rendition, Role};
use serde::{Deserialize, Serialize};

/// Tracks which meet all of some conditions; without any, all tracks.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[non_exhaustive]
pub struct TrackSelection {
    /// The conditions.
    #[serde(alias = "TrackSelections", alias = "PropertyConditions")]
    pub track_selections: Vec<TrackCondition>,
}

impl TrackSelection {
    /// The tracks which meet all of `conditions`.
    #[must_use]
    pub const fn new(conditions: Vec<TrackCondition>) -> Self {
        Self { track_selections: conditions }
    }

    /// Whether the rendition meets all conditions.
    #[must_use]
    pub fn selects(&self, rendition: &Rendition) -> bool {
        self.track_selections.iter().all(|condition| condition.is_met_by(rendition))
    }
}

/// A condition on one property of a track.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Written", into = "Written")]
pub struct TrackCondition {
    property: Property,
    is_equal: bool,
}

/// What a condition is about, with what it is compared to. Texts are compared without case, and
/// both ends of ranges are included. A track that has no such property is not equal to anything.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Property {
    Type(&'static str),
    Name(String),
    Language(Language),
    FourCc(String),
    /// Bits per second.
    Bitrate(u32, u32),
    /// Pixels of the stored picture.
    Height(u32, u32),
    /// Frames per thousand seconds.
    FrameRate(u32, u32),
    DynamicRange(DynamicRange),
    Channels(u32, u32),
    Role(Role),
}

/// The kinds of tracks that conditions name. There need not be any of that kind.
const KINDS: [&str; 3] = ["video", "audio", "text"];

const DYNAMIC_RANGES: [DynamicRange; 3] = [DynamicRange::Sdr, DynamicRange::Hlg, DynamicRange::Pq];

const PROPERTIES: &str = "Type, Name, Language, FourCC, Bitrate, Height, FrameRate, DynamicRange, \
                          Channels, Role";

impl TrackCondition {
    /// Tracks of that kind.
    #[must_use]
    pub const fn kind(kind: MediaKind) -> Self {
        Self::equal(Property::Type(kind.as_str()))
    }

    /// Tracks of that name, in any case.
    #[must_use]
    pub fn name(name: &str) -> Self {
        Self::equal(Property::Name(name.to_owned()))
    }

    /// Tracks in that language, a tag of RFC 5646 or three letters of ISO 639-2.
    #[must_use]
    pub fn language(tag: &str) -> Self {
        Self::equal(Property::Language(Language::parse(tag)))
    }

    /// Tracks whose sample entry is of that type, in any case.
    #[must_use]
    pub fn four_cc(four_cc: &str) -> Self {
        Self::equal(Property::FourCc(four_cc.to_owned()))
    }

    /// Tracks of a bitrate within those, in bits per second.
    #[must_use]
    pub const fn bitrate(bitrates: RangeInclusive<u32>) -> Self {
        Self::equal(Property::Bitrate(*bitrates.start(), *bitrates.end()))
    }

    /// Videos whose pictures are stored with a height within those, in pixels.
    #[must_use]
    pub const fn height(pixels: RangeInclusive<u32>) -> Self {
        Self::equal(Property::Height(*pixels.start(), *pixels.end()))
    }

    /// Videos of a frame rate within those, in frames per thousand seconds: 29,970 for NTSC.
    #[must_use]
    pub const fn frame_rate(thousandths: RangeInclusive<u32>) -> Self {
        Self::equal(Property::FrameRate(*thousandths.start(), *thousandths.end()))
    }

    /// Videos of that range of brightness.
    #[must_use]
    pub const fn dynamic_range(range: DynamicRange) -> Self {
        Self::equal(Property::DynamicRange(range))
    }

    /// Audio with a number of channels within those.
    #[must_use]
    pub const fn channels(channels: RangeInclusive<u32>) -> Self {
        Self::equal(Property::Channels(*channels.start(), *channels.end()))
    }

    /// Tracks with that role.
    #[must_use]
    pub const fn role(role: Role) -> Self {
        Self::equal(Property::Role(role))
    }

    /// All other tracks.
    #[must_use]
    pub fn negated(self) -> Self {
        Self { is_equal: !self.is_equal, ..self }
    }

    const fn equal(property: Property) -> Self {
        Self { property, is_equal: true }
    }

    /// Whether the rendition meets it.
    #[must_use]
    pub fn is_met_by(&self, rendition: &Rendition) -> bool {
        self.property.is_of(rendition) == self.is_equal
    }
}

impl Property {
    fn is_of(&self, rendition: &Rendition) -> bool {
        let codec = &rendition.track.codec;
        let is_within = |min: &u32, max: &u32, own: Option<u64>| {
            own.is_some_and(|own| (u64::from(*min)..=u64::from(*max)).contains(&own))
        };
        match self {
            Self::Type(kind) => rendition.kind().as_str() == *kind,
            Self::Name(name) => rendition.id.name.eq_ignore_ascii_case(name),
            Self::Language(language) => {
                rendition.language.tag().eq_ignore_ascii_case(language.tag())
            }
            Self::FourCc(four_cc) => rendition
                .track
                .sample_entry
                .get(4..8)
                .is_some_and(|own| own.eq_ignore_ascii_case(four_cc.as_bytes())),
            Self::Bitrate(min, max) => is_within(min, max, Some(rendition.id.bitrate.into())),
            Self::Height(min, max) => {
                is_within(min, max, codec.video().map(|video| video.dimensions().1.into()))
            }
            Self::FrameRate(min, max) => {
                is_within(min, max, rendition.track.frame_rate().map(|rate| rate.thousandths()))
            }
            Self::DynamicRange(range) => {
                codec.video().is_some_and(|video| video.dynamic_range() == *range)
            }
            Self::Channels(min, max) => {
                is_within(min, max, codec.audio().map(|audio| audio.channels().into()))
            }
            Self::Role(role) => rendition.role == *role,
        }
    }

    /// The property of that name, compared to that value.
    fn parse(name: &str, written: &str) -> Result<Self, String> {
        let value = written.trim();
        let cannot = || format!("`{value}` cannot be the {name} of a track");
        let whole = |text: &str| clamped(text.parse().ok()?);
        let range = |number: &dyn Fn(&str) -> Option<u32>| {
            let (min, max) = value.split_once('-').unwrap_or((value, value));
            let (min, max) = number(min.trim()).zip(number(max.trim())).ok_or_else(cannot)?;
            // Of a range without a number in it, the opposite is met by all tracks.
            if min > max { Err(cannot()) } else { Ok((min, max)) }
        };
        Ok(match name.to_ascii_lowercase().as_str() {
            "type" => {
                let mut kinds = KINDS.into_iter();
                Self::Type(kinds.find(|kind| value.eq_ignore_ascii_case(kind)).ok_or_else(cannot)?)
            }
            "name" => Self::Name(written.to_owned()),
            "language" => {
                let language = Language::parse(value);
                if language.is_undetermined() && !value.eq_ignore_ascii_case("und") {
                    return Err(cannot());
                }
                Self::Language(language)
            }
            "fourcc" => Self::FourCc(value.to_owned()),
            "bitrate" => range(&whole).map(|(min, max)| Self::Bitrate(min, max))?,
            "height" => range(&whole).map(|(min, max)| Self::Height(min, max))?,
            "framerate" => range(&thousandths).map(|(min, max)| Self::FrameRate(min, max))?,
            "channels" => range(&whole).map(|(min, max)| Self::Channels(min, max))?,
            "dynamicrange" => {
                let is_named = |range: &DynamicRange| range.to_string().eq_ignore_ascii_case(value);
                let range = DYNAMIC_RANGES.into_iter().find(is_named);
                Self::DynamicRange(range.ok_or_else(cannot)?)
            }
            "role" => Self::Role(Role::parse(value).ok_or_else(cannot)?),
            _ => return Err(format!("unknown property `{name}`; known are {PROPERTIES}")),
        })
    }
}

/// A number of 32 bits. What is above has nothing above it.
fn clamped(number: u64) -> Option<u32> {
    Some(u32::try_from(number).unwrap_or(u32::MAX))
}

/// A decimal number with up to three decimals, in thousandths.
fn thousandths(text: &str) -> Option<u32> {
    let (whole, decimals) = text.split_once('.').unwrap_or((text, "0"));
    let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if !(1..=3).contains(&decimals.len()) || !is_number(whole) || !is_number(decimals) {
        return None;
    }
    let decimals: u64 = format!("{decimals:0<3}").parse().ok()?;
    clamped(whole.parse::<u64>().ok()?.saturating_mul(1_000).saturating_add(decimals))
}

/// A condition as it is written.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Written {
    #[serde(alias = "Property")]
    property: String,
    #[serde(alias = "Operation", alias = "Operator", alias = "operator")]
    operation: String,
    #[serde(alias = "Value")]
    value: String,
}

impl TryFrom<Written> for TrackCondition {
    type Error = String;

    fn try_from(written: Written) -> Result<Self, String> {
        let Written { property, operation, value } = written;
        let property = Property::parse(&property, &value)?;
        let is_equal = match operation.to_ascii_lowercase().as_str() {
            "equal" => true,
            "notequal" => false,
            _ => return Err(format!("unknown operation `{operation}`; known are Equal, NotEqual")),
        };
        Ok(Self { property, is_equal })
    }
}

impl From<TrackCondition> for Written {
    fn from(condition: TrackCondition) -> Self {
        let (property, is_equal, value) = condition.written();
        let operation = if is_equal { "Equal" } else { "NotEqual" };
        Self { property: property.to_owned(), operation: operation.to_owned(), value }
    }
}

impl TrackCondition {
    /// The name of the property, whether it is to be equal to a value, and that value.
    pub(super) fn written(&self) -> (&'static str, bool, String) {
        let whole = |number: u32| number.to_string();
        let (property, value) = match &self.property {
            Property::Type(kind) => ("Type", (*kind).to_owned()),
            Property::Name(name) => ("Name", name.clone()),
            Property::Language(language) => ("Language", language.tag().to_owned()),
            Property::FourCc(four_cc) => ("FourCC", four_cc.clone()),
            Property::Bitrate(min, max) => ("Bitrate", range(*min, *max, whole)),
            Property::Height(min, max) => ("Height", range(*min, *max, whole)),
            Property::FrameRate(min, max) => ("FrameRate", range(*min, *max, decimal)),
            Property::DynamicRange(range) => ("DynamicRange", range.to_string()),
            Property::Channels(min, max) => ("Channels", range(*min, *max, whole)),
            Property::Role(role) => ("Role", role.as_str().to_owned()),
        };
        (property, self.is_equal, value)
    }
}

/// A range of numbers, or one number alone.
fn range(min: u32, max: u32, number: impl Fn(u32) -> String) -> String {
    match min == max {
        true => number(min),
        false => format!("{}-{}", number(min), number(max)),
    }
}

/// Thousandths as a number with as many decimals as it needs.
fn decimal(thousandths: u32) -> String {
    let text = format!("{}.{:03}", thousandths / 1_000, thousandths % 1_000);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}
