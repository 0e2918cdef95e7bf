//! Reading a filter from the JSON of Azure's API, in the spelling of version 3 (2018 and later) or
//! 2.

use dynpack_media::{Ticks, Timescale};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::number::Number;
use super::{Filter, FilterError, FilterPart, PresentationTimeRange, TrackSelection};

/// A filter as it is written: as a resource, with its properties in an object of their own, or
/// plainly.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    #[serde(alias = "Name")]
    name: String,
    properties: Option<Properties>,
    #[serde(rename = "presentationTimeRange", alias = "PresentationTimeRange")]
    range: Option<Value>,
    #[serde(rename = "firstQuality", alias = "FirstQuality")]
    first_quality: Option<Value>,
    #[serde(alias = "Tracks")]
    tracks: Option<Value>,
    #[serde(rename = "id", alias = "Id")]
    _id: Option<Value>,
    #[serde(rename = "type")]
    _type: Option<Value>,
    #[serde(rename = "systemData")]
    _system_data: Option<Value>,
    #[serde(rename = "etag", alias = "@odata.etag")]
    _etag: Option<Value>,
}

/// What a filter does.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Properties {
    #[serde(rename = "presentationTimeRange", alias = "PresentationTimeRange")]
    range: Option<Value>,
    #[serde(rename = "firstQuality", alias = "FirstQuality")]
    first_quality: Option<Value>,
    #[serde(alias = "Tracks")]
    tracks: Option<Value>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "camelCase")]
struct WrittenRange {
    #[serde(alias = "Timescale")]
    timescale: Option<Number>,
    #[serde(alias = "StartTimestamp")]
    start_timestamp: Option<Number>,
    #[serde(alias = "EndTimestamp")]
    end_timestamp: Option<Number>,
    #[serde(alias = "PresentationWindowDuration")]
    presentation_window_duration: Option<Value>,
    #[serde(alias = "LiveBackoffDuration")]
    live_backoff_duration: Option<Value>,
    #[serde(alias = "ForceEndTimestamp")]
    force_end_timestamp: Option<bool>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenQuality {
    #[serde(alias = "Bitrate")]
    bitrate: Number,
}

/// Ticks per second where a filter does not say.
const DEFAULT_TIMESCALE: Timescale = Timescale::SMOOTH;

/// The largest window is that of all that there is.
const ALL: Number = Number(i64::MAX);

impl Filter {
    /// Reads a filter from JSON.
    ///
    /// # Errors
    /// [`FilterError`], with the part that cannot be used. Fields that only concern live events are
    /// accepted with their default values.
    pub fn from_json(value: Value) -> Result<Self, FilterError> {
        let name = ["name", "Name"].into_iter().find_map(|key| value.get(key)?.as_str());
        let name = name.unwrap_or_default().to_owned();
        let written: Written = part(&name, FilterPart::Whole, value)?;
        Self::try_from(written)
    }
}

impl TryFrom<Written> for Filter {
    type Error = FilterError;

    fn try_from(written: Written) -> Result<Self, FilterError> {
        let Written { name, properties, range, first_quality, tracks, .. } = written;
        let refused = |problem| Err(FilterError::new(&name, FilterPart::Whole, problem));
        if name.is_empty() || name.contains(';') {
            return refused("its name is empty or has a semicolon, so that no URL can name it");
        }
        let outer = Properties { range, first_quality, tracks };
        let is_empty = outer.range.is_none() && outer.first_quality.is_none();
        let properties = match properties {
            Some(_) if !is_empty || outer.tracks.is_some() => {
                return refused("it has rules both in `properties` and beside them");
            }
            properties => properties.unwrap_or(outer),
        };
        Ok(Self {
            presentation_time_range: match properties.range {
                Some(range) => read_range(&name, part(&name, FilterPart::Range, range)?)?,
                None => None,
            },
            first_quality: match properties.first_quality {
                Some(quality) => Some(read_quality(&name, quality)?),
                None => None,
            },
            tracks: match properties.tracks {
                Some(tracks) => part::<Vec<TrackSelection>>(&name, FilterPart::Tracks, tracks)?,
                None => Vec::new(),
            },
            name,
        })
    }
}

/// A part of a filter.
fn part<T: DeserializeOwned>(
    filter: &str,
    part: FilterPart,
    value: Value,
) -> Result<T, FilterError> {
    serde_json::from_value(value).map_err(|error| FilterError::new(filter, part, error))
}

fn read_range(
    filter: &str,
    written: WrittenRange,
) -> Result<Option<PresentationTimeRange>, FilterError> {
    live_only(filter, &written)?;
    let refused = |problem| FilterError::new(filter, FilterPart::Range, problem);
    if written.force_end_timestamp == Some(true) && written.end_timestamp.is_none() {
        return Err(refused("forceEndTimestamp requires an endTimestamp"));
    }
    let timescale = match written.timescale {
        Some(Number(hz)) => u32::try_from(hz).ok().and_then(Timescale::new),
        None => Some(DEFAULT_TIMESCALE),
    };
    let timescale = timescale.ok_or_else(|| refused("its timescale is not from 1 to 2^32 - 1"))?;
    let start = written.start_timestamp.map_or(0, |Number(start)| start);
    let end = written.end_timestamp.unwrap_or(ALL).0;
    if start >= end {
        return Err(refused("its startTimestamp is not before its endTimestamp"));
    }
    let range = PresentationTimeRange::new(timescale, Ticks(start), Ticks(end));
    Ok((start > 0 || end < i64::MAX).then_some(range))
}

/// Refuses what only live events have, unless it changes nothing.
fn live_only(filter: &str, written: &WrittenRange) -> Result<(), FilterError> {
    let fields = [
        (
            "presentationWindowDuration",
            &written.presentation_window_duration,
            FilterPart::PresentationWindow,
            ALL,
        ),
        ("liveBackoffDuration", &written.live_backoff_duration, FilterPart::LiveBackoff, Number(0)),
    ];
    for (field, value, of, default) in fields {
        let Some(value) = value.clone() else { continue };
        if part::<Number>(filter, of, value)? != default {
            let problem = format!("its {field} concerns live events only");
            return Err(FilterError::new(filter, of, problem));
        }
    }
    Ok(())
}

fn read_quality(filter: &str, value: Value) -> Result<u32, FilterError> {
    let WrittenQuality { bitrate } = part(filter, FilterPart::FirstQuality, value)?;
    let bitrate = i32::try_from(bitrate.0).ok().filter(|bitrate| *bitrate > 0);
    bitrate.map(i32::unsigned_abs).ok_or_else(|| {
        let problem = "its bitrate is not from 1 to 2^31 - 1";
        FilterError::new(filter, FilterPart::FirstQuality, problem)
    })
}
