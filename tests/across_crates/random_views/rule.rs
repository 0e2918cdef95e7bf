//! Random filters, and a model of which tracks each of them leaves.

use dynpack_codec::MediaKind;
use dynpack_media::{Ticks, Time, Timescale};
use dynpack_testkit::film::Track;
use proptest::prelude::*;
use serde_json::{Value, json};

/// A filter.
#[derive(Clone, Debug)]
pub(super) struct Rule {
    /// A track is left if it meets all conditions of any selection. None leaves all tracks.
    selections: Vec<Vec<Condition>>,
    range: Option<TimeRange>,
}

#[derive(Clone, Debug)]
struct Condition {
    of: Property,
    is_equal: bool,
}

#[derive(Clone, Debug)]
enum Property {
    Kind(MediaKind),
    Name(&'static str),
    Bitrates(u32, u32),
}

/// From a tick until before another, if it has an end.
#[derive(Clone, Copy, Debug)]
struct TimeRange {
    timescale: u32,
    start: i64,
    end: Option<i64>,
}

pub(super) fn rules() -> impl Strategy<Value = Rule> {
    let selections = prop_oneof![
        2 => Just(Vec::new()),
        3 => prop::collection::vec(prop::collection::vec(conditions(), 1..3), 1..3),
    ];
    (selections, prop::option::weighted(0.8, ranges()))
        .prop_map(|(selections, range)| Rule { selections, range })
}

fn conditions() -> impl Strategy<Value = Condition> {
    let kinds = prop::sample::select(&[MediaKind::Video, MediaKind::Audio][..]);
    let names = prop::sample::select(&["video", "audio_one", "audio_two"][..]);
    let properties = prop_oneof![
        2 => kinds.prop_map(Property::Kind),
        1 => names.prop_map(Property::Name),
        3 => (1000_u32..1005, 0_u32..4).prop_map(|(low, more)| Property::Bitrates(low, low + more)),
    ];
    (properties, any::<bool>()).prop_map(|(of, is_equal)| Condition { of, is_equal })
}

fn ranges() -> impl Strategy<Value = TimeRange> {
    let clocks = prop::sample::select(&[1_u32, 1000, 90_000, 10_000_000][..]);
    let lengths = prop_oneof![1 => Just(None), 4 => (1_i64..6000).prop_map(Some)];
    (clocks, 0_i64..6000, lengths).prop_map(|(timescale, start, length)| {
        let ticks = |millis: i64| millis * i64::from(timescale) / 1000;
        let end = length.map(|length| ticks(start + length).max(ticks(start) + 1));
        TimeRange { timescale, start: ticks(start), end }
    })
}

impl Rule {
    /// The filter of that name, as it is stored.
    pub(super) fn document(&self, name: &str) -> Value {
        let selection = |conditions: &Vec<Condition>| {
            let conditions: Vec<_> = conditions.iter().map(Condition::document).collect();
            json!({ "trackSelections": conditions })
        };
        let mut filter = json!({ "name": name });
        if !self.selections.is_empty() {
            filter["tracks"] = self.selections.iter().map(selection).collect();
        }
        if let Some(TimeRange { timescale, start, end }) = self.range {
            filter["presentationTimeRange"] =
                json!({ "timescale": timescale, "startTimestamp": start });
            if let Some(end) = end {
                filter["presentationTimeRange"]["endTimestamp"] = end.into();
            }
        }
        filter
    }

    pub(super) fn leaves(&self, track: &Track) -> bool {
        let meets = |conditions: &Vec<Condition>| conditions.iter().all(|one| one.is_met_by(track));
        self.selections.is_empty() || self.selections.iter().any(meets)
    }

    /// Whether something between two times, in seconds, lies in the range as a whole.
    pub(super) fn covers(&self, start: f64, end: f64) -> bool {
        self.range.is_none_or(|range| {
            let seconds = |ticks: i64| ticks as f64 / f64::from(range.timescale);
            start >= seconds(range.start) && range.end.is_none_or(|last| end <= seconds(last))
        })
    }

    pub(super) const fn has_range(&self) -> bool {
        self.range.is_some()
    }

    /// Whether something between two times lies partly in the range.
    pub(super) fn touches(&self, start: Time, end: Time) -> bool {
        self.range.is_none_or(|range| {
            let clock = Timescale::new(range.timescale).unwrap();
            let at = |ticks: i64| Time::new(Ticks(ticks), clock);
            end > at(range.start) && range.end.is_none_or(|range_end| start < at(range_end))
        })
    }
}

impl Condition {
    fn document(&self) -> Value {
        let (property, value) = match self.of {
            Property::Kind(kind) => ("Type", kind.as_str().to_owned()),
            Property::Name(name) => ("Name", name.to_owned()),
            Property::Bitrates(low, high) => ("Bitrate", format!("{low}-{high}")),
        };
        let operation = if self.is_equal { "Equal" } else { "NotEqual" };
        json!({ "property": property, "operation": operation, "value": value })
    }

    fn is_met_by(&self, track: &Track) -> bool {
        self.is_equal
            == match self.of {
                Property::Kind(kind) => track.kind == kind,
                Property::Name(name) => track.name == name,
                Property::Bitrates(low, high) => (low..=high).contains(&track.bitrate),
            }
    }
}
