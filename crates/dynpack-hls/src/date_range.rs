//! Markers as ranges of dates (`EXT-X-DATERANGE`, RFC 8216, 4.3.2.7).

use dynpack_media::{Marker, Splice, SpliceKind, Ticks, Time, Timescale};

use crate::attributes::Attributes;
use crate::text::{date, push_seconds};

/// The clock of durations as they are printed.
const MICROS: Timescale = Timescale::new(1_000_000).expect("above zero");

/// Writes a marker that starts at a time after the start of 1970. Of one that starts before, the
/// rest is left.
pub(crate) fn push(text: &mut String, marker: &Marker, start: Time) {
    let before = start.min(Time::new(Ticks::ZERO, MICROS));
    let mut duration = String::new();
    if let Some(lasts) = marker.duration.map(|lasts| lasts.plus(before)) {
        push_seconds(&mut duration, lasts.round(MICROS).max(Ticks::ZERO).0.cast_unsigned());
    }
    text.push_str("#EXT-X-DATERANGE:");
    let attributes = Attributes::new(text)
        .with_quoted("ID", Some(&marker.id))
        .with_quoted("CLASS", marker.class.as_deref())
        .with_quoted("START-DATE", Some(&date_of(start)))
        .with_some("DURATION", Some(duration).filter(|duration| !duration.is_empty()));
    let attributes = match &marker.splice {
        Some(Splice { kind, section }) => {
            let name = match kind {
                SpliceKind::Out => "SCTE35-OUT",
                SpliceKind::In => "SCTE35-IN",
                SpliceKind::Command => "SCTE35-CMD",
            };
            let digits: String = section.iter().map(|byte| format!("{byte:02X}")).collect();
            attributes.with(name, format_args!("0x{digits}"))
        }
        None => attributes,
    };
    let own = marker.attributes.iter();
    own.fold(attributes, |all, (name, value)| all.with_quoted(name, Some(value)));
    text.push('\n');
}

/// Writes `EXT-X-PROGRAM-DATE-TIME` (RFC 8216, 4.3.2.6): that time after the start of 1970.
pub(crate) fn push_program_date(text: &mut String, time: Time) {
    text.extend(["#EXT-X-PROGRAM-DATE-TIME:", &date_of(time), "\n"]);
}

/// The date of a time after the start of 1970, to the millisecond.
fn date_of(time: Time) -> String {
    date(time.round(Timescale::MILLIS).max(Ticks::ZERO).0.cast_unsigned())
}
