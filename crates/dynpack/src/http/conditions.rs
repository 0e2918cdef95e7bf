//! What a client already has, and which part it requests (RFC 9110, 13 and 14).

/// The conditional and range headers of an HTTP request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Conditions {
    /// The value of `If-None-Match`.
    pub if_none_match: Option<String>,
    /// The value of `Range`.
    pub range: Option<String>,
    /// The value of `If-Range`.
    pub if_range: Option<String>,
    /// Whether the method is `HEAD`: no media is read for a body that is not sent.
    pub is_head: bool,
}

impl Conditions {
    /// The conditions from the headers of a request. `header` looks up a header by its lower-case
    /// name.
    pub fn from_headers<'a>(header: impl Fn(&'static str) -> Option<&'a str>) -> Self {
        let owned = |name| header(name).map(str::to_owned);
        Self {
            if_none_match: owned("if-none-match"),
            range: owned("range"),
            if_range: owned("if-range"),
            is_head: false,
        }
    }

    /// The same conditions of a `HEAD` request, for which no media is read.
    #[must_use]
    pub fn with_head(self, is_head: bool) -> Self {
        Self { is_head, ..self }
    }

    /// Whether the client already has the representation with that strong ETag (RFC 9110, 13.1.2).
    pub(crate) fn is_known(&self, etag: &str) -> bool {
        let known = self.if_none_match.as_deref().unwrap_or_default();
        known.split(',').any(|tag| tag.trim().trim_start_matches("W/") == etag)
    }

    /// Whether the client already has any representation (`*`). There is only one.
    pub(crate) fn is_any_known(&self) -> bool {
        self.if_none_match.as_deref().is_some_and(|known| known.trim() == "*")
    }

    /// The requested part of a representation of `len` bytes. For several ranges, other units and
    /// malformed ranges it is the whole, as RFC 9110, 14.2 allows.
    pub(crate) fn part(&self, etag: &str, len: u64) -> Part {
        if self.if_range.as_deref().is_some_and(|tag| tag.trim() != etag) {
            return Part::Whole;
        }
        let bounds = self
            .range
            .as_deref()
            .and_then(|range| range.trim().strip_prefix("bytes=")?.split_once('-'));
        let Some((first, last)) = bounds.map(|(first, last)| (first.trim(), last.trim())) else {
            return Part::Whole;
        };
        let (start, end) = match (number(first), number(last)) {
            (Some(start), Some(last)) if start <= last => (start, last.saturating_add(1).min(len)),
            (Some(start), None) if last.is_empty() => (start, len),
            // A suffix that is longer than all is all (RFC 9110, 14.1.2).
            (None, Some(suffix)) if first.is_empty() => (len.saturating_sub(suffix), len),
            _ => return Part::Whole,
        };
        if start < end { Part::Range { start, end } } else { Part::Unsatisfiable }
    }
}

/// Parses only digits. Numbers that are too large become the maximum.
fn number(text: &str) -> Option<u64> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().unwrap_or(u64::MAX))
}

/// A part of a representation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    Whole,
    /// From byte `start` up to but not including byte `end`; not empty.
    Range {
        start: u64,
        end: u64,
    },
    /// The range is outside the representation.
    Unsatisfiable,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(range: &str) -> Part {
        Conditions { range: Some(range.into()), ..Conditions::default() }.part("\"a\"", 1000)
    }

    #[test]
    fn single_ranges_are_answered() {
        assert_eq!(part("bytes=0-0"), Part::Range { start: 0, end: 1 });
        assert_eq!(part("bytes=200-"), Part::Range { start: 200, end: 1000 });
        assert_eq!(part("bytes=-300"), Part::Range { start: 700, end: 1000 });
        assert_eq!(part("bytes=-3000"), Part::Range { start: 0, end: 1000 });
        assert_eq!(
            part("bytes=900-99999999999999999999999"),
            Part::Range { start: 900, end: 1000 }
        );
    }

    #[test]
    fn ranges_outside_are_unsatisfiable() {
        for range in ["bytes=1000-", "bytes=1000-2000", "bytes=-0"] {
            assert_eq!(part(range), Part::Unsatisfiable, "{range}");
        }
    }

    #[test]
    fn everything_else_asks_for_the_whole() {
        for range in [
            "bytes=0-1,5-6",
            "bytes=5-4",
            "bytes=-",
            "bytes=a-b",
            "bytes=+1-2",
            "seconds=0-1",
            "",
            "bytes",
        ] {
            assert_eq!(part(range), Part::Whole, "{range}");
        }
    }

    #[test]
    fn a_range_of_another_version_asks_for_the_whole() {
        let conditions = |if_range: &str| Conditions {
            range: Some("bytes=0-9".into()),
            if_range: Some(if_range.into()),
            ..Conditions::default()
        };
        assert_eq!(conditions("\"b\"").part("\"a\"", 1000), Part::Whole);
        assert_eq!(conditions("\"a\"").part("\"a\"", 1000), Part::Range { start: 0, end: 10 });
    }

    #[test]
    fn known_tags_are_recognised_in_lists_and_weak() {
        let conditions =
            |tags: &str| Conditions { if_none_match: Some(tags.into()), ..Conditions::default() };
        let known = |tags: &str| conditions(tags).is_known("\"a\"");
        assert!(known("\"a\"") && known("\"b\", \"a\"") && known("W/\"a\""));
        assert!(!known("\"b\"") && !known("") && !known("*"));
        assert!(conditions(" * ").is_any_known() && !conditions("\"*\"").is_any_known());
    }
}
