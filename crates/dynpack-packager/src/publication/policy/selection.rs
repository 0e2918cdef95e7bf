//! Which tracks a rule is for: conditions on what is known of a track, as filters and policies of
//! Azure Media Services write them.

use std::ops::RangeInclusive;

use dynpack_codec::MediaKind;
use dynpack_media::{Language, Rendition};
use serde::{Deserialize, Serialize};

/// Tracks which meet all of some conditions; without any, all tracks.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[non_exhaustive]
pub struct TrackSelection {
    /// The conditions.
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

/// What a condition is about, with what it is compared to.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Property {
    Type(MediaKind),
    /// To the letter.
    Name(String),
    Language(Language),
    /// In any case.
    FourCc(String),
    /// Bits per second, both ends included.
    Bitrate(u32, u32),
}

impl TrackCondition {
    /// Tracks of that kind.
    #[must_use]
    pub const fn kind(kind: MediaKind) -> Self {
        Self::equal(Property::Type(kind))
    }

    /// Tracks of that name.
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

    /// All other tracks.
    #[must_use]
    pub fn negated(self) -> Self {
        Self { is_equal: !self.is_equal, ..self }
    }

    const fn equal(property: Property) -> Self {
        Self { property, is_equal: true }
    }

    fn is_met_by(&self, rendition: &Rendition) -> bool {
        let is_so = match &self.property {
            Property::Type(kind) => rendition.kind() == *kind,
            Property::Name(name) => *rendition.id.name == **name,
            Property::Language(language) => rendition.language == *language,
            Property::FourCc(four_cc) => rendition
                .track
                .sample_entry
                .get(4..8)
                .is_some_and(|own| own.eq_ignore_ascii_case(four_cc.as_bytes())),
            Property::Bitrate(min, max) => (*min..=*max).contains(&rendition.id.bitrate),
        };
        is_so == self.is_equal
    }
}

/// A condition as it is written.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Written {
    property: String,
    operation: String,
    value: String,
}

impl TryFrom<Written> for TrackCondition {
    type Error = String;

    fn try_from(written: Written) -> Result<Self, String> {
        let Written { property, operation, value } = written;
        let cannot = || format!("`{value}` cannot be the {property} of a track");
        let property = match property.to_ascii_lowercase().as_str() {
            "type" => Property::Type(kind(&value).ok_or_else(cannot)?),
            "name" => Property::Name(value),
            "language" => Property::Language(Language::parse(&value)),
            "fourcc" => Property::FourCc(value),
            "bitrate" => {
                let (min, max) = value.split_once('-').unwrap_or((&value, &value));
                let bitrate = |text: &str| text.trim().parse().map_err(|_| cannot());
                let (min, max) = (bitrate(min)?, bitrate(max)?);
                // Of a range without a bitrate in it, the opposite is met by all tracks.
                if min > max {
                    return Err(cannot());
                }
                Property::Bitrate(min, max)
            }
            _ => {
                return Err(format!(
                    "unknown property `{property}`; known are Type, Name, Language, FourCC, Bitrate"
                ));
            }
        };
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
        let (property, value) = match condition.property {
            Property::Type(kind) => ("Type", kind.as_str().to_owned()),
            Property::Name(name) => ("Name", name),
            Property::Language(language) => ("Language", language.tag().to_owned()),
            Property::FourCc(four_cc) => ("FourCC", four_cc),
            Property::Bitrate(min, max) => ("Bitrate", format!("{min}-{max}")),
        };
        let operation = if condition.is_equal { "Equal" } else { "NotEqual" };
        Self { property: property.to_owned(), operation: operation.to_owned(), value }
    }
}

fn kind(value: &str) -> Option<MediaKind> {
    MediaKind::ALL.into_iter().find(|kind| value.eq_ignore_ascii_case(kind.as_str()))
}
