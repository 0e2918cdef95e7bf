//! The markers of a film as their publisher writes them, in JSON: see `docs/markers.md`.

use std::collections::HashSet;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use dynpack_media::{Marker, Splice, SpliceKind, Ticks, Time, Timescale};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::json;

/// Reads the markers of films.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Markers;

impl Markers {
    /// The maximum length of a document, in bytes.
    pub const MAX_BYTES: usize = 1 << 18;

    /// The maximum number of markers of a film: each playlist lists all of them.
    pub const MAX_COUNT: usize = 1_000;

    /// Reads a list of markers, by itself or as `markers` of an object.
    ///
    /// ```
    /// use dynpack_packager::Markers;
    ///
    /// let document = br#"{ "markers": [{ "id": "break-1", "start": 600000, "cut": true }] }"#;
    /// let markers = Markers::parse(document)?;
    /// assert_eq!(markers[0].start.as_seconds(), 600.0);
    /// # Ok::<(), String>(())
    /// ```
    ///
    /// # Errors
    /// What is wrong with it, for people: nothing of it can be used then.
    pub fn parse(document: &[u8]) -> Result<Vec<Marker>, String> {
        let (len, max) = (document.len(), Self::MAX_BYTES);
        if len > max {
            return Err(format!("the list has {len} bytes, where {max} are the limit"));
        }
        let Document { timescale, markers } = match json::first_byte(document) {
            Some(b'[') => Document { timescale: None, markers: json::read(document)? },
            _ => json::read(document)?,
        };
        let (count, max) = (markers.len(), Self::MAX_COUNT);
        if count > max {
            return Err(format!("there are {count} markers, where {max} are the limit"));
        }
        let mut ids = HashSet::new();
        let markers = markers.into_iter().map(|written| {
            let id = written.id.clone();
            let named = |problem| format!("the marker `{}`: {problem}", id.escape_debug());
            match ids.insert(id.clone()) {
                true => written.read(timescale).map_err(named),
                false => Err(named("there are two of that id".to_owned())),
            }
        });
        markers.collect()
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, expecting = "a list of markers")]
struct Document {
    timescale: Option<u32>,
    markers: Vec<Written>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Written {
    id: String,
    timescale: Option<u32>,
    start: u64,
    duration: Option<u64>,
    class: Option<String>,
    #[serde(default)]
    cut: bool,
    #[serde(default)]
    attributes: Map<String, Value>,
    scte35_out: Option<String>,
    scte35_in: Option<String>,
    scte35_cmd: Option<String>,
}

impl Written {
    fn read(self, timescale: Option<u32>) -> Result<Marker, String> {
        let hz = self.timescale.or(timescale).unwrap_or(Timescale::MILLIS.hz());
        let clock = Timescale::new(hz).ok_or("its timescale is 0")?;
        let time = |ticks: u64| {
            let end = u64::from(Time::MAX_SECONDS).saturating_mul(hz.into());
            let ticks = i64::try_from(ticks).ok().filter(|_| ticks <= end);
            Ok::<_, String>(Time::new(Ticks(ticks.ok_or("its times are too far away")?), clock))
        };
        check_text("id", &self.id)?;
        let mut marker = Marker::new(&self.id, time(self.start)?);
        marker.duration = self.duration.map(time).transpose()?;
        self.class.iter().try_for_each(|class| check_text("class", class))?;
        marker.class = self.class;
        marker.cuts = self.cut;
        marker.attributes = self.attributes.into_iter().map(attribute).collect::<Result<_, _>>()?;
        let splices = [
            (SpliceKind::Out, self.scte35_out),
            (SpliceKind::In, self.scte35_in),
            (SpliceKind::Command, self.scte35_cmd),
        ];
        for (kind, section) in splices {
            let Some(section) = section else { continue };
            let section = STANDARD.decode(section).map_err(|_| "its section is no Base64")?;
            if marker.splice.replace(Splice { kind, section: section.into() }).is_some() {
                return Err("it has more than one section".to_owned());
            }
        }
        Ok(marker)
    }
}

/// An attribute of the publisher's own (RFC 8216, 4.2 and 4.3.2.7).
fn attribute((name, value): (String, Value)) -> Result<(String, String), String> {
    let is_own = name.len() > 2
        && name.starts_with("X-")
        && name.bytes().all(|byte| matches!(byte, b'A'..=b'Z' | b'0'..=b'9' | b'-'));
    let Value::String(value) = value else {
        return Err(format!("its attribute `{}` is no text", name.escape_debug()));
    };
    match is_own {
        true => check_text(&name, &value).map(|()| (name, value)),
        false => {
            let name = name.escape_debug();
            Err(format!("`{name}` is not `X-` with capital letters, digits and `-`"))
        }
    }
}

/// Texts stand in quotes in playlists (RFC 8216, 4.2).
fn check_text(what: &str, text: &str) -> Result<(), String> {
    match text.is_empty() || text.contains(|char: char| char == '"' || char.is_control()) {
        true => Err(format!("its {what} is empty, or has quotes or control characters")),
        false => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markers_are_read() {
        let markers = Markers::parse(
            br#"{ "timescale": 90000, "markers": [
                { "id": "a", "start": 540000 },
                { "id": "b", "timescale": 1, "start": 7, "duration": 30, "class": "urn:x:break",
                  "cut": true, "attributes": { "X-COM-EXAMPLE-AD": "1,2" }, "scte35Out": "/DA=" }
            ] }"#,
        );
        let markers = markers.unwrap();
        let seconds = |time: Time| time.as_seconds();
        assert_eq!((seconds(markers[0].start), markers[0].cuts), (6.0, false));
        let marker = &markers[1];
        assert_eq!((seconds(marker.start), seconds(marker.end()), marker.cuts), (7.0, 37.0, true));
        assert_eq!(marker.class.as_deref(), Some("urn:x:break"));
        assert_eq!(marker.attributes, [("X-COM-EXAMPLE-AD".into(), "1,2".into())]);
        let Splice { kind, section } = marker.splice.clone().unwrap();
        assert_eq!((kind, section.as_ref()), (SpliceKind::Out, &[0xfc, 0x30][..]));
    }

    #[test]
    fn a_list_may_be_bare_and_have_a_byte_order_mark() {
        let list = r#"[{ "id": "a", "start": 7000 }]"#;
        let object = format!(r#"{{ "markers": {list} }}"#);
        let expected = Markers::parse(object.as_bytes()).unwrap();
        for document in [list.to_owned(), format!("\u{feff} {list}"), format!("\u{feff}{object}")] {
            assert_eq!(Markers::parse(document.as_bytes()).unwrap(), expected, "{document}");
        }
    }

    #[test]
    fn what_cannot_be_used_is_named() {
        let one = |fields: &str| format!(r#"{{"markers": [{{"id": "a", "start": 1{fields}}}]}}"#);
        let many: Vec<_> = (0..=1_000).map(|id| format!(r#"{{"id":"{id}","start":1}}"#)).collect();
        for (document, words) in [
            (String::new(), "EOF"),
            ("{}".into(), "missing field `markers`"),
            ("7".into(), "expected a list of markers"),
            (r#"[{"id": "a"}]"#.into(), "missing field `start`"),
            (r#"{"markers": [{"start": 1}]}"#.into(), "missing field `id`"),
            (r#"{"markers": [{"id": "a"}]}"#.into(), "missing field `start`"),
            (r#"{"markers": [{"id": "", "start": 1}]}"#.into(), "its id is empty"),
            (
                r#"{"markers": [{"id": "a\"b", "start": 1}]}"#.into(),
                "its id is empty, or has quotes",
            ),
            (r#"{"markers": [{"id": "a", "start": -1}]}"#.into(), "invalid value"),
            (r#"{"markers": [{"id": "a", "start": 1.5}]}"#.into(), "invalid type"),
            (one(r#", "cuts": true"#), "unknown field `cuts`"),
            (one(r#", "timescale": 0"#), "the marker `a`: its timescale is 0"),
            (one(r#", "timescale": 1, "duration": 999999999"#), "its times are too far away"),
            (one(r#", "attributes": {"x-a": "b"}"#), "`x-a` is not `X-` with capital letters"),
            (one(r#", "attributes": {"X-A": 5}"#), "its attribute `X-A` is no text"),
            (one(r#", "attributes": {"X-A": "a\nb"}"#), "its X-A is empty, or has quotes or"),
            (one(r#", "scte35In": "!""#), "is no Base64"),
            (one(r#", "scte35In": "AA==", "scte35Cmd": "AA==""#), "more than one section"),
            (
                r#"{"markers": [{"id": "a", "start": 1}, {"id": "a", "start": 2}]}"#.into(),
                "there are two of that id",
            ),
            (
                format!(r#"{{"markers": [{}]}}"#, many.join(",")),
                "there are 1001 markers, where 1000 are the limit",
            ),
            (" ".repeat(Markers::MAX_BYTES + 1), "where 262144 are the limit"),
        ] {
            let problem = Markers::parse(document.as_bytes()).unwrap_err();
            assert!(problem.contains(words), "{document}: {problem}");
        }
    }
}
