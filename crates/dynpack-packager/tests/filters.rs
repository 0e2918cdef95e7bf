//! Filters: how they are read, and what they leave, against a model.

use std::collections::BTreeSet;
use std::sync::Arc;

use dynpack_codec::MediaKind;
use dynpack_media::{Presentation, SegmentNumber, Ticks, Timescale};
use dynpack_packager::{
    Combination, Error, Filter, FilterPart, Filters, PresentationTimeRange, Rules, TrackCondition,
    TrackSelection,
};
use dynpack_testkit as kit;
use proptest::prelude::*;
use serde_json::{Value, json};

/// A filter as Microsoft documents it, with its largest number as JavaScript rounds it.
const OF_MICROSOFT: &str = r#"{
    "name": "accountFilterWithTimeWindowAndTrack",
    "id": "/subscriptions/0/accountFilters/accountFilterWithTimeWindowAndTrack",
    "type": "Microsoft.Media/mediaservices/accountFilters",
    "properties": {
        "presentationTimeRange": {
            "startTimestamp": 0,
            "endTimestamp": 170000000,
            "presentationWindowDuration": 9223372036854776000,
            "liveBackoffDuration": 0,
            "timescale": 10000000,
            "forceEndTimestamp": false
        },
        "firstQuality": { "bitrate": 128000 },
        "tracks": [
            { "trackSelections": [
                { "property": "Type", "operation": "Equal", "value": "Audio" },
                { "property": "Language", "operation": "NotEqual", "value": "en" },
                { "property": "FourCC", "operation": "NotEqual", "value": "EC-3" }
            ] },
            { "trackSelections": [
                { "property": "Type", "operation": "Equal", "value": "Video" },
                { "property": "Bitrate", "operation": "Equal", "value": "3000000-5000000" }
            ] }
        ]
    }
}"#;

/// The same in version 2 of the API, without a first quality.
const OF_VERSION_2: &str = r#"{
    "Name": "accountFilterWithTimeWindowAndTrack",
    "PresentationTimeRange": {
        "StartTimestamp": "0",
        "EndTimestamp": "170000000",
        "PresentationWindowDuration": "9223372036854775807",
        "LiveBackoffDuration": "0",
        "Timescale": "10000000"
    },
    "Tracks": [
        { "PropertyConditions": [
            { "Property": "Type", "Value": "audio", "Operator": "Equal" },
            { "Property": "Language", "Value": "en", "Operator": "NotEqual" },
            { "Property": "FourCC", "Value": "EC-3", "Operator": "NotEqual" }
        ] },
        { "PropertyConditions": [
            { "Property": "Type", "Value": "video", "Operator": "Equal" },
            { "Property": "Bitrate", "Value": "3000000-5000000", "Operator": "Equal" }
        ] }
    ]
}"#;

fn of_microsoft() -> Filter {
    let mut filter = Filter::new("accountFilterWithTimeWindowAndTrack");
    filter.presentation_time_range =
        Some(PresentationTimeRange::new(Timescale::SMOOTH, Ticks(0), Ticks(170_000_000)));
    filter.first_quality = Some(128_000);
    filter.tracks = vec![
        TrackSelection::new(vec![
            TrackCondition::kind(MediaKind::Audio),
            TrackCondition::language("en").negated(),
            TrackCondition::four_cc("EC-3").negated(),
        ]),
        TrackSelection::new(vec![
            TrackCondition::kind(MediaKind::Video),
            TrackCondition::bitrate(3_000_000..=5_000_000),
        ]),
    ];
    filter
}

#[test]
fn filters_are_read_as_azure_wrote_them() {
    let lists = [
        OF_MICROSOFT.to_owned(),
        format!("[{OF_MICROSOFT}]"),
        format!("\u{feff}{OF_MICROSOFT}"),
        format!(r#"{{"@odata.context": "x", "value": [{OF_MICROSOFT}]}}"#),
    ];
    let expected = of_microsoft();
    for list in lists {
        let filters = Filters::parse(list.as_bytes());
        assert_eq!(filters.problems().collect::<Vec<_>>(), Vec::<String>::new());
        let read = filters.get(&expected.name).unwrap().unwrap();
        assert_eq!(*read, expected);
        assert_eq!(filters.get("other").unwrap(), None);
    }
    let read = Filter::from_json(serde_json::from_str(OF_VERSION_2).unwrap()).unwrap();
    let mut expected = expected;
    expected.first_quality = None;
    assert_eq!(read, expected);
}

/// What changes nothing is read as nothing.
#[test]
fn defaults_are_accepted() {
    for properties in [
        json!({}),
        json!({"tracks": [], "presentationTimeRange": null, "firstQuality": null}),
        json!({"presentationTimeRange": {}}),
        json!({"presentationTimeRange": {
            "startTimestamp": 0, "endTimestamp": i64::MAX, "timescale": 1,
            "presentationWindowDuration": i64::MAX, "liveBackoffDuration": 0,
            "forceEndTimestamp": true
        }}),
        json!({"presentationTimeRange": {"endTimestamp": 1e300}}),
    ] {
        let plain = Filter::new("a");
        let mut bare = properties.clone();
        bare["name"] = "a".into();
        for written in [json!({"name": "a", "properties": properties}), bare] {
            assert_eq!(Filter::from_json(written).unwrap(), plain);
        }
    }
}

#[test]
fn filters_that_cannot_be_used_say_why() {
    let range = |range: Value| json!({ "presentationTimeRange": range });
    let condition = |property: &str, operation: &str, value: &str| {
        let condition = json!({"property": property, "operation": operation, "value": value});
        json!({"tracks": [{"trackSelections": [condition]}]})
    };
    for (properties, part, words) in [
        (json!({"presentationTimerange": {}}), FilterPart::Whole, "unknown field"),
        (range(json!({"startTimestamp": -1})), FilterPart::Range, "a whole number from 0"),
        (range(json!({"startTimestamp": 1.5})), FilterPart::Range, "a whole number from 0"),
        (range(json!({"startTimestamp": "1s"})), FilterPart::Range, "a whole number from 0"),
        (range(json!({"start": 1})), FilterPart::Range, "unknown field `start`"),
        (range(json!({"timescale": 0})), FilterPart::Range, "from 1 to 2^32 - 1"),
        (range(json!({"timescale": 1_u64 << 32})), FilterPart::Range, "from 1 to 2^32 - 1"),
        (
            range(json!({"startTimestamp": 5, "endTimestamp": 5})),
            FilterPart::Range,
            "not before its endTimestamp",
        ),
        (range(json!({"forceEndTimestamp": true})), FilterPart::Range, "requires an endTimestamp"),
        (
            range(json!({"presentationWindowDuration": 600_000_000})),
            FilterPart::PresentationWindow,
            "live events only",
        ),
        (
            range(json!({"liveBackoffDuration": 1})),
            FilterPart::LiveBackoff,
            "its liveBackoffDuration concerns live events only",
        ),
        (range(json!({"liveBackoffDuration": "x"})), FilterPart::LiveBackoff, "a whole number"),
        (json!({"firstQuality": {}}), FilterPart::FirstQuality, "missing field `bitrate`"),
        (json!({"firstQuality": {"bitrate": 0}}), FilterPart::FirstQuality, "from 1 to 2^31 - 1"),
        (
            json!({"firstQuality": {"bitrate": 1_u64 << 31}}),
            FilterPart::FirstQuality,
            "from 1 to 2^31 - 1",
        ),
        (json!({"tracks": 1}), FilterPart::Tracks, "invalid type"),
        (json!({"tracks": [{}]}), FilterPart::Tracks, "missing field"),
        (condition("Unknown", "Equal", "1"), FilterPart::Tracks, "unknown property `Unknown`"),
        (condition("Type", "Less", "video"), FilterPart::Tracks, "unknown operation `Less`"),
        (condition("Type", "Equal", "image"), FilterPart::Tracks, "cannot be the Type"),
        (condition("Language", "Equal", "english"), FilterPart::Tracks, "cannot be the Language"),
        (condition("Bitrate", "Equal", "5-1"), FilterPart::Tracks, "cannot be the Bitrate"),
        (condition("Bitrate", "Equal", "-1"), FilterPart::Tracks, "cannot be the Bitrate"),
        (condition("Height", "Equal", "4K"), FilterPart::Tracks, "cannot be the Height"),
        (condition("FrameRate", "Equal", "30."), FilterPart::Tracks, "cannot be the FrameRate"),
        (condition("DynamicRange", "Equal", "HDR"), FilterPart::Tracks, "cannot be the Dynamic"),
        (condition("Channels", "Equal", "5.1"), FilterPart::Tracks, "cannot be the Channels"),
        (condition("Role", "Equal", "none"), FilterPart::Tracks, "cannot be the Role"),
    ] {
        let error = Filter::from_json(json!({"name": "a", "properties": properties})).unwrap_err();
        assert_eq!((error.filter.as_str(), error.part), ("a", part), "{error}");
        let text = error.to_string();
        assert!(text.starts_with("the filter `a` cannot be used: "), "{text}");
        assert!(text.contains(words), "{text}\n{words}");
    }
}

/// A name must never mean another filter, or none, because the filter that it means is bad.
#[test]
fn bad_filters_are_errors_by_their_names() {
    let list = json!([{"name": "good"}, {"name": "bad", "tracks": 1}, {"name": "twice"},
        {"name": "twice", "tracks": []}]);
    let filters = Filters::parse(list.to_string().as_bytes());
    assert!(filters.get("good").unwrap().is_some());
    assert_eq!(filters.get("bad").unwrap_err().part, FilterPart::Tracks);
    assert_eq!(filters.get("twice").unwrap_err().problem, "there are two of that name");
    assert_eq!(filters.problems().count(), 2);
    let too_long = format!("[{}]", " ".repeat(Filters::MAX_BYTES));
    for (list, words) in [
        ("", "EOF"),
        ("7", "it is no list of filters"),
        (r#"{"value": {}}"#, "its `value` is no list"),
        (r#"{"value": [], "@odata.nextLink": "x"}"#, "the list is one page of several"),
        (r#"[{"properties": {}}]"#, "missing field `name`"),
        (r#"[{"name": "a;b"}]"#, "has a semicolon"),
        (&too_long, "where 262144 are the limit"),
    ] {
        let filters = Filters::parse(list.as_bytes());
        let names = filters.names().next().unwrap_or("any").to_owned();
        let problem = filters.get(&names).unwrap_err().problem;
        assert!(problem.contains(words), "{list}: {problem}");
        assert_eq!(filters.problems().count(), 1);
    }
}

/// Twenty seconds in places of six, two videos, and English and German audio.
fn film() -> Presentation {
    kit::sample()
}

/// Everything that can be seen of a film: each segment of each rendition.
fn all(film: &Presentation) -> BTreeSet<(String, u32, u32)> {
    let of = |rendition: &dynpack_media::Rendition| {
        let (name, bitrate) = (rendition.id.name.to_string(), rendition.id.bitrate);
        let segments: Vec<_> = rendition.cuts.segments().collect();
        segments.into_iter().map(move |segment| (name.clone(), bitrate, segment.number.0))
    };
    film.renditions.iter().flat_map(of).collect()
}

/// A selection, as a filter and as the model of it.
#[derive(Clone, Debug)]
enum Model {
    Kind(MediaKind),
    Language(&'static str),
    Bitrate(u32, u32),
    Height(u32, u32),
    Not(Box<Self>),
}

impl Model {
    fn condition(&self) -> TrackCondition {
        match self {
            Self::Kind(kind) => TrackCondition::kind(*kind),
            Self::Language(tag) => TrackCondition::language(tag),
            Self::Bitrate(min, max) => TrackCondition::bitrate(*min..=*max),
            Self::Height(min, max) => TrackCondition::height(*min..=*max),
            Self::Not(other) => other.condition().negated(),
        }
    }

    /// By the names and bitrates of the film.
    fn is_met_by(&self, name: &str, bitrate: u32) -> bool {
        match self {
            Self::Kind(kind) => name.starts_with("video") == (*kind == MediaKind::Video),
            Self::Language("en") => name == "aac_eng_2",
            Self::Language(_) => name == "aac_ger_2",
            Self::Bitrate(min, max) => *min <= bitrate && bitrate <= *max,
            Self::Height(min, max) => {
                let height = match bitrate {
                    400_000 => 360,
                    1_200_000 => 720,
                    _ => return false,
                };
                *min <= height && height <= *max
            }
            Self::Not(other) => !other.is_met_by(name, bitrate),
        }
    }
}

fn models() -> impl Strategy<Value = Model> {
    let bounds = |values: &'static [u32]| {
        (prop::sample::select(values), prop::sample::select(values))
            .prop_map(|(one, other)| (one.min(other), one.max(other)))
    };
    let plain = prop_oneof![
        prop::sample::select(&[MediaKind::Video, MediaKind::Audio][..]).prop_map(Model::Kind),
        prop::sample::select(&["en", "de"][..]).prop_map(Model::Language),
        bounds(&[0, 128_000, 128_001, 400_000, 1_199_999, 1_200_000, u32::MAX])
            .prop_map(|(min, max)| Model::Bitrate(min, max)),
        bounds(&[0, 359, 360, 719, 720, 2_160]).prop_map(|(min, max)| Model::Height(min, max)),
    ];
    (plain, any::<bool>()).prop_map(|(model, is_negated)| match is_negated {
        true => Model::Not(Box::new(model)),
        false => model,
    })
}

/// The selections of a filter, and its range in milliseconds.
type Written = (Vec<Vec<Model>>, Option<(i64, i64)>);

fn written() -> impl Strategy<Value = Written> {
    let selection = prop::collection::vec(models(), 0..3);
    let range = (0_i64..22_000, 1_i64..22_000).prop_map(|(start, len)| (start, start + len));
    (prop::collection::vec(selection, 0..3), prop::option::of(range))
}

proptest! {
    /// The algebra: conditions AND, selections OR, filters AND, and of segments those which each
    /// range touches.
    #[test]
    fn filters_leave_what_the_model_leaves(rules in prop::collection::vec(written(), 0..4)) {
        let film = film();
        let filters = rules.iter().enumerate().map(|(at, (tracks, range))| {
            let mut filter = Filter::new(&at.to_string());
            filter.presentation_time_range = range.map(|(start, end)| {
                PresentationTimeRange::new(Timescale::MILLIS, Ticks(start), Ticks(end))
            });
            let conditions = |models: &Vec<Model>| models.iter().map(Model::condition).collect();
            filter.tracks =
                tracks.iter().map(|models| TrackSelection::new(conditions(models))).collect();
            Arc::new(filter)
        });
        // A place lasts as long as its video.
        let video = film.default_of(MediaKind::Video).unwrap();
        let millis = |ticks: Ticks| ticks.as_seconds(video.timescale()) * 1000.0;
        let touches = |place: u32, start: i64, end: i64| {
            let own = video.cuts.segments().find(|segment| segment.number.0 == place).unwrap();
            let is_last = video.end() == own.start + own.duration;
            let own_end = if is_last {
                film.duration().as_seconds() * 1000.0
            } else {
                millis(own.start + own.duration)
            };
            millis(own.start) < end as f64 && own_end > start as f64
        };
        let is_left = |(name, bitrate, place): &(String, u32, u32)| {
            rules.iter().all(|(tracks, range)| {
                let selects = |models: &Vec<Model>| {
                    models.iter().all(|model| model.is_met_by(name, *bitrate))
                };
                (tracks.is_empty() || tracks.iter().any(selects))
                    && range.is_none_or(|(start, end)| touches(*place, start, end))
            })
        };
        let expected: BTreeSet<_> = all(&film).into_iter().filter(is_left).collect();
        let combination = Combination::new(filters).unwrap();
        let left = combination.apply(&film).and_then(|filtered| {
            let view = filtered.view(&filtered.presentation)?;
            Ok((all(view.first().presentation()), filtered.hash(), view.is_whole()))
        });
        match left {
            Ok((left, hash, is_whole)) => {
                prop_assert_eq!(&left, &expected);
                prop_assert_eq!(hash.is_none(), is_whole && left == all(&film));
            }
            Err(error) => {
                prop_assert!(matches!(error, Error::NothingLeft { .. }), "{}", error);
                prop_assert!(expected.is_empty(), "{:?}", expected);
            }
        }
    }
}

#[test]
fn first_qualities_are_not_combined() {
    let with_first = |name: &str| {
        let mut filter = Filter::new(name);
        filter.first_quality = Some(1);
        Arc::new(filter)
    };
    let (one, other) = (with_first("one"), with_first("other"));
    let twice = Combination::new([Arc::clone(&one), Arc::clone(&one)]).unwrap();
    assert_eq!(twice.apply(&film()).unwrap().first_quality, Some(1));
    let error = Combination::new([one, other]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "more than one of the filters `one`, `other` has a first quality"
    );
}

/// Rules in a URL are the filter of the same rules in JSON, part by part.
#[test]
fn rules_are_the_filter_in_json() {
    let condition = |property: &str, operation: &str, value: &str| json!({"property": property, "operation": operation, "value": value});
    let selection = |conditions: &[Value]| json!({ "trackSelections": conditions });
    let range = |timescale: u32, start: u64, end: u64| json!({"timescale": timescale, "startTimestamp": start, "endTimestamp": end});
    let max = i64::MAX.unsigned_abs();
    for (text, printed, properties) in [
        (
            "Type=Video;Height=0-1080;;type!=VIDEO",
            "type=video;height=0-1080;;type!=video",
            json!({"tracks": [
                selection(&[condition("Type", "Equal", "Video"), condition("Height", "Equal", "0-1080")]),
                selection(&[condition("Type", "NotEqual", "Video")]),
            ]}),
        ),
        ("time=-600", "time=0-600", json!({"presentationTimeRange": range(1, 0, 600)})),
        ("time=060-", "time=60-", json!({"presentationTimeRange": range(1, 60, max)})),
        (
            "time=4123000-4151500;timescale=1000",
            "time=4123000-4151500;timescale=1000",
            json!({"presentationTimeRange": range(1000, 4_123_000, 4_151_500)}),
        ),
        (
            "language=eng;;firstQuality=1200000;;time=1-2;timescale=1",
            "time=1-2;;firstquality=1200000;;language=en",
            json!({
                "presentationTimeRange": range(1, 1, 2),
                "firstQuality": {"bitrate": 1_200_000},
                "tracks": [selection(&[condition("Language", "Equal", "en")])],
            }),
        ),
        (
            "framerate=0-29.970;dynamicrange!=PQ;channels=2-2;bitrate=1;role=Main;fourcc=EC-3",
            "framerate=0-29.97;dynamicrange!=pq;channels=2;bitrate=1;role=main;fourcc=ec-3",
            json!({"tracks": [selection(&[
                condition("FrameRate", "Equal", "0.000-29.97"),
                condition("DynamicRange", "NotEqual", "PQ"),
                condition("Channels", "Equal", "2"),
                condition("Bitrate", "Equal", "1-1"),
                condition("Role", "Equal", "main"),
                condition("FourCC", "Equal", "ec-3"),
            ])]}),
        ),
        (
            "name=Ton 1;name!=a=b~3b~7E~C3~A4",
            "name=ton~201;name!=a~3db~3b~7e~c3~a4",
            json!({"tracks": [selection(&[
                condition("Name", "Equal", "ton 1"),
                condition("Name", "NotEqual", "a=b;~ä"),
            ])]}),
        ),
    ] {
        let rules: Rules = text.parse().unwrap();
        assert_eq!(rules.to_string(), printed);
        assert_eq!(Rules::parse(printed).unwrap(), rules);
        let name = printed.to_owned();
        let mut expected =
            Filter::from_json(json!({"name": "a", "properties": properties})).unwrap();
        expected.name = name;
        assert_eq!(**rules.filter(), expected, "{text}");
    }
}

#[test]
fn rules_that_cannot_be_used_say_why() {
    let too_long = format!("name={}", "a".repeat(Rules::MAX_LEN));
    let too_long_in_print = format!("name={}", "ä".repeat(Rules::MAX_LEN / 3));
    for (text, part, words) in [
        ("", FilterPart::Whole, "neither `property=value`"),
        ("type", FilterPart::Whole, "neither `property=value`"),
        ("type=video;", FilterPart::Whole, "neither `property=value`"),
        ("type=video;;", FilterPart::Whole, "neither `property=value`"),
        ("type=video;;;type=audio", FilterPart::Whole, "neither `property=value`"),
        ("name=~2", FilterPart::Whole, "does not begin the escape of a text"),
        ("name=~+1", FilterPart::Whole, "does not begin the escape of a text"),
        ("name=~ff", FilterPart::Whole, "does not begin the escape of a text"),
        (&too_long, FilterPart::Whole, "they have 1029 bytes, where 1024 are the limit"),
        (&too_long_in_print, FilterPart::Whole, "where 1024 are the limit"),
        ("kind=video", FilterPart::Tracks, "unknown property `kind`"),
        ("type=image", FilterPart::Tracks, "cannot be the type of a track"),
        ("type=video;time=0-1", FilterPart::Tracks, "unknown property `time`"),
        ("bitrate=5-1", FilterPart::Tracks, "cannot be the bitrate"),
        ("time=7", FilterPart::Range, "its time is not `START-END`"),
        ("time=-", FilterPart::Range, "leaves out nothing"),
        ("time=0-99999999999999999999", FilterPart::Range, "leaves out nothing"),
        ("time=7-7", FilterPart::Range, "not before its endTimestamp"),
        ("time=1.5-7", FilterPart::Range, "a whole number from 0"),
        ("time!=0-7", FilterPart::Range, "beside `time=START-END`"),
        ("time=0-7;type=video", FilterPart::Range, "beside `time=START-END`"),
        ("time=0-7;timescale=0", FilterPart::Range, "from 1 to 2^32 - 1"),
        ("time=0-7;;time=0-7", FilterPart::Range, "`time` is given twice"),
        ("firstquality!=1", FilterPart::FirstQuality, "and nothing else"),
        ("firstquality=0", FilterPart::FirstQuality, "from 1 to 2^31 - 1"),
        ("firstquality=1;;firstquality=1", FilterPart::FirstQuality, "is given twice"),
    ] {
        let error = Rules::parse(text).unwrap_err();
        assert_eq!(error.part, part, "{text}: {error}");
        assert!(error.to_string().contains(words), "{text}: {error}");
    }
}

proptest! {
    /// What is read is printed in one spelling, which reads back as the same, whatever text.
    #[test]
    fn rules_have_one_spelling(
        text in "(type|name|bitrate|framerate|time|timescale|firstquality|video|[;=!~. -]|[0-9]{1,3}|~2c|ä|A){1,12}",
    ) {
        if let Ok(rules) = Rules::parse(&text) {
            let printed = rules.to_string();
            let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~;=!".contains(&byte);
            prop_assert!(printed.bytes().all(is_plain), "{}", printed);
            prop_assert_eq!(Rules::parse(&printed), Ok(rules.clone()), "{}", text);
            prop_assert_eq!(Rules::parse(&printed.to_ascii_uppercase()), Ok(rules), "{}", text);
        }
    }

    /// The model again: rules leave what the filter with the same conditions leaves.
    #[test]
    fn rules_leave_what_the_model_leaves(
        tracks in prop::collection::vec(prop::collection::vec(models(), 1..3), 1..3),
        range in prop::option::of((0_i64..22_000, 1_i64..22_000)),
    ) {
        let text = |model: &Model| {
            let condition = serde_json::to_value(model.condition()).unwrap();
            let of = |key: &str| condition[key].as_str().unwrap().to_owned();
            let mark = if of("operation") == "Equal" { "=" } else { "!=" };
            format!("{}{mark}{}", of("property"), of("value"))
        };
        let selections = tracks.iter().map(|models| {
            models.iter().map(text).collect::<Vec<_>>().join(";")
        });
        let time = range.map(|(start, len)| format!("time={start}-{};timescale=1000", start + len));
        let rules = selections.chain(time).collect::<Vec<_>>().join(";;");
        let rules = Rules::parse(&rules).unwrap();
        let mut filter = Filter::new(&rules.to_string());
        filter.presentation_time_range = range.map(|(start, len)| {
            PresentationTimeRange::new(Timescale::MILLIS, Ticks(start), Ticks(start + len))
        });
        filter.tracks = tracks
            .iter()
            .map(|models| TrackSelection::new(models.iter().map(Model::condition).collect()))
            .collect();
        prop_assert_eq!(&**rules.filter(), &filter);
    }
}

/// Segments that transport streams join are left together.
#[test]
fn joined_segments_stay_together() {
    let film = film().with_fragments_per_hls_segment(2.try_into().unwrap());
    let mut filter = Filter::new("a");
    filter.presentation_time_range =
        Some(PresentationTimeRange::new(Timescale::SECONDS, Ticks(7), Ticks(8)));
    let combination = Combination::new([Arc::new(filter)]).unwrap();
    let filtered = combination.apply(&film).unwrap();
    let places = filtered.view(&film).unwrap().first().places();
    assert_eq!(filtered.places, Some(SegmentNumber(1)..SegmentNumber(2)));
    assert_eq!(places, SegmentNumber(0)..SegmentNumber(2));
}
