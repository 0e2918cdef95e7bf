//! The rules of a filter as they stand in a URL, for publishers who store no filters.
//!
//! ```text
//! type=video;height=0-1080;;type!=video;;time=0-600
//! └─────── selection ────┘  └selection┘  └─ range ┘
//! ```
//!
//! They are parts with `;;` between. Conditions within a selection have `;` between. Letters,
//! digits and `-._~;=!` are all that is written, so that no player, proxy or cache escapes any of
//! it.

use std::fmt::{self, Display, Write};
use std::hash::{Hash, Hasher};
use std::str::FromStr;
use std::sync::Arc;

use dynpack_media::{Ticks, Timescale};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Filter, FilterError, FilterPart, TrackCondition};

/// The rules of a filter as they stand in a URL. Printed, they have their one canonical spelling.
///
/// ```
/// use dynpack_packager::Rules;
///
/// let rules: Rules = "Type=Video;Height=0-01080;;type!=video;;time=0-600".parse()?;
/// assert_eq!(rules.to_string(), "time=0-600;;type=video;height=0-1080;;type!=video");
/// assert_eq!(rules.filter().tracks.len(), 2);
/// # Ok::<(), dynpack_packager::FilterError>(())
/// ```
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Rules(Arc<Filter>);

impl Rules {
    /// The maximum length, in bytes, as they are given and as they are printed.
    pub const MAX_LEN: usize = 1024;

    /// Reads rules, not escaped.
    ///
    /// # Errors
    /// [`FilterError`] with the part that cannot be used, as of a filter in JSON.
    pub fn parse(text: &str) -> Result<Self, FilterError> {
        check_len(text)?;
        let mut filter = Filter::from_json(to_json(text)?)?;
        filter.name = print(&filter);
        if filter.name.is_empty() {
            return refused(FilterPart::Range, "its time leaves out nothing");
        }
        check_len(&filter.name)?;
        Ok(Self(Arc::new(filter)))
    }

    /// The filter with these rules. Its name is their canonical spelling.
    #[must_use]
    pub const fn filter(&self) -> &Arc<Filter> {
        &self.0
    }
}

impl FromStr for Rules {
    type Err = FilterError;

    fn from_str(text: &str) -> Result<Self, FilterError> {
        Self::parse(text)
    }
}

impl TryFrom<String> for Rules {
    type Error = FilterError;

    fn try_from(text: String) -> Result<Self, FilterError> {
        Self::parse(&text)
    }
}

impl From<Rules> for String {
    fn from(rules: Rules) -> Self {
        rules.to_string()
    }
}

impl Display for Rules {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.name)
    }
}

/// As it stands in rules: `height=0-1080`.
impl Display for TrackCondition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (property, is_equal, value) = self.written();
        let mark = if is_equal { "=" } else { "!=" };
        f.write_str(&format!("{property}{mark}{}", escape(&value)).to_ascii_lowercase())
    }
}

/// Rules of one spelling are the same.
impl PartialEq for Rules {
    fn eq(&self, other: &Self) -> bool {
        self.0.name == other.0.name
    }
}

impl Eq for Rules {}

impl Hash for Rules {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.name.hash(state);
    }
}

/// The name of rules in errors, where they have no spelling yet.
const NAME: &str = "rules";

/// Stands between parts.
const PART: &str = ";;";

const TIME: &str = "time";
const TIMESCALE: &str = "timescale";
const FIRST_QUALITY: &str = "firstquality";

fn refused<T>(part: FilterPart, problem: impl Display) -> Result<T, FilterError> {
    Err(FilterError::new(NAME, part, problem))
}

fn check_len(text: &str) -> Result<(), FilterError> {
    let (len, max) = (text.len(), Rules::MAX_LEN);
    match len > max {
        true => refused(
            FilterPart::Whole,
            format_args!("they have {len} bytes, where {max} are the limit"),
        ),
        false => Ok(()),
    }
}

/// The filter in JSON.
fn to_json(text: &str) -> Result<Value, FilterError> {
    let (mut range, mut first_quality, mut tracks) = (Value::Null, Value::Null, Vec::new());
    for part in text.split(PART) {
        let rules: Vec<Rule> = part.split(';').map(Rule::parse).collect::<Result<_, _>>()?;
        let first = rules.first().map_or("", |rule| &rule.key);
        let (slot, of, value) = match first {
            TIME => (&mut range, FilterPart::Range, time(&rules)?),
            FIRST_QUALITY => (&mut first_quality, FilterPart::FirstQuality, quality(&rules)?),
            _ => {
                let conditions: Vec<_> = rules.iter().map(Rule::condition).collect();
                tracks.push(json!({ "trackSelections": conditions }));
                continue;
            }
        };
        if !slot.is_null() {
            return refused(of, format_args!("`{first}` is given twice"));
        }
        *slot = value;
    }
    Ok(json!({
        "name": NAME,
        "presentationTimeRange": range,
        "firstQuality": first_quality,
        "tracks": tracks,
    }))
}

/// The range of `time=START-END`, and perhaps `timescale=TICKS`.
fn time(rules: &[Rule]) -> Result<Value, FilterError> {
    let (time, timescale) = match rules {
        [time] if time.is_equal => (time, "1"),
        [time, scale] if time.is_equal && scale.is_equal && scale.key == TIMESCALE => {
            (time, scale.value.as_str())
        }
        _ => {
            let problem = "beside `time=START-END` stands `timescale=TICKS` or nothing";
            return refused(FilterPart::Range, problem);
        }
    };
    let (start, end) = time.value.split_once('-').unwrap_or((&time.value, ""));
    let bounds = [("timescale", timescale), ("startTimestamp", start), ("endTimestamp", end)];
    if !time.value.contains('-') {
        return refused(FilterPart::Range, "its time is not `START-END`");
    }
    let bounds = bounds.into_iter().filter(|(_, bound)| !bound.is_empty());
    Ok(bounds.map(|(key, bound)| (key.to_owned(), Value::from(bound))).collect())
}

/// The bitrate of `firstquality=BITRATE`.
fn quality(rules: &[Rule]) -> Result<Value, FilterError> {
    match rules {
        [Rule { is_equal: true, value, .. }] => Ok(json!({ "bitrate": value })),
        _ => refused(FilterPart::FirstQuality, "it is `firstquality=BITRATE` and nothing else"),
    }
}

/// `key=value` or `key!=value`, in lower case.
struct Rule {
    key: String,
    is_equal: bool,
    value: String,
}

impl Rule {
    fn parse(text: &str) -> Result<Self, FilterError> {
        let Some((key, value)) = text.split_once('=') else {
            let problem =
                format_args!("`{text}` is neither `property=value` nor `property!=value`");
            return refused(FilterPart::Whole, problem);
        };
        let is_equal = !key.ends_with('!');
        let key = key.strip_suffix('!').unwrap_or(key).trim_matches(' ').to_ascii_lowercase();
        let Some(value) = unescape(value) else {
            let problem = format_args!("a `~` in `{value}` does not begin the escape of a text");
            return refused(FilterPart::Whole, problem);
        };
        Ok(Self { key, is_equal, value: value.to_ascii_lowercase() })
    }

    fn condition(&self) -> Value {
        let operation = if self.is_equal { "Equal" } else { "NotEqual" };
        json!({ "property": self.key, "operation": operation, "value": self.value })
    }
}

/// The canonical spelling of the rules of a filter.
fn print(filter: &Filter) -> String {
    let range = filter.presentation_time_range.map(|range| {
        let end = Some(range.end).filter(|end| *end < Ticks::MAX);
        let end = end.map_or_else(String::new, |end| end.0.to_string());
        let scale = match range.timescale {
            Timescale::SECONDS => String::new(),
            other => format!(";{TIMESCALE}={}", other.hz()),
        };
        format!("{TIME}={}-{end}{scale}", range.start.0)
    });
    let first_quality = filter.first_quality.map(|bitrate| format!("{FIRST_QUALITY}={bitrate}"));
    let selections = filter.tracks.iter().map(|tracks| {
        let conditions = tracks.track_selections.iter().map(ToString::to_string);
        conditions.collect::<Vec<_>>().join(";")
    });
    range.into_iter().chain(first_quality).chain(selections).collect::<Vec<_>>().join(PART)
}

/// A value with all but letters, digits, `-`, `.` and `_` as `~` and two hexadecimal digits.
fn escape(value: &str) -> String {
    let mut escaped = String::with_capacity(value.len());
    for byte in value.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' => {
                escaped.push(char::from(byte));
            }
            _ => {
                let _ = write!(escaped, "~{byte:02x}");
            }
        }
    }
    escaped
}

/// The value that was escaped; `None` if an escape is none, or the value is no text.
fn unescape(value: &str) -> Option<String> {
    let mut pieces = value.split('~');
    let mut bytes = Vec::from(pieces.next().unwrap_or_default());
    for piece in pieces {
        let (digits, rest) = (piece.get(..2)?, piece.get(2..)?);
        let is_hex = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        bytes.push(u8::from_str_radix(digits, 16).ok().filter(|_| is_hex)?);
        bytes.extend(rest.bytes());
    }
    String::from_utf8(bytes).ok()
}
