//! One part of a resource: a word, and what is in parentheses after it.

use dynpack_hds::FragmentNumber;

use super::escape::unescape;
use super::grammar::{FRAGMENTS, INIT, WHOLE};
use super::numbers::{digits, ticks};
use super::parameters::Parameters;
use super::{Place, RequestError};

/// `word`, or `word(arguments)ending`, still escaped.
pub(super) struct Call<'a> {
    text: &'a str,
    word: &'a str,
    arguments: Option<&'a str>,
    ending: &'a str,
}

impl<'a> Call<'a> {
    pub(super) fn parse(text: &'a str) -> Result<Self, RequestError> {
        let Some((word, rest)) = text.split_once('(') else {
            return Ok(Self { text, word: text, arguments: None, ending: "" });
        };
        let (arguments, ending) =
            rest.split_once(')').ok_or_else(|| RequestError::Unclosed { text: text.to_owned() })?;
        Ok(Self { text, word, arguments: Some(arguments), ending })
    }

    /// All of it, still escaped.
    pub(super) const fn text(&self) -> &'a str {
        self.text
    }

    /// Whether this is a call of `word`.
    pub(super) fn is(&self, word: &str) -> Result<bool, RequestError> {
        Ok(unescape(self.word)?.eq_ignore_ascii_case(word))
    }

    pub(super) fn unknown(&self) -> RequestError {
        RequestError::UnknownResource { text: self.text.to_owned() }
    }

    /// The number in `QualityLevels(number)`.
    pub(super) fn bitrate(&self) -> Result<u32, RequestError> {
        let value = unescape(self.arguments.unwrap_or_default())?;
        let bitrate = digits(&value).and_then(|digits| digits.parse().ok());
        bitrate.ok_or_else(|| RequestError::BadValue {
            key: "QualityLevels",
            value: value.into_owned(),
            expected: "a bitrate in bits per second",
        })
    }

    /// Parameters only.
    pub(super) fn parameters(&self) -> Result<Parameters, RequestError> {
        Parameters::parse(self.arguments, 1)
    }

    /// A track, then parameters.
    pub(super) fn track(
        &self,
        resource: &'static str,
    ) -> Result<(String, Parameters), RequestError> {
        let (track, rest) = self.first();
        if track.is_empty() || track.contains('=') {
            return Err(RequestError::NoTrack { resource, expected: "the name of the track" });
        }
        Ok((unescape(track)?.into_owned(), Parameters::parse(rest, 2)?))
    }

    /// A track and a time, or a word in place of that; then parameters.
    pub(super) fn track_and_place(&self) -> Result<(String, Place, Parameters), RequestError> {
        let (first, rest) = self.first();
        let (track, time) = match first.split_once('=') {
            Some((track, time)) if !track.is_empty() => {
                (unescape(track)?.into_owned(), unescape(time)?)
            }
            _ => {
                return Err(RequestError::NoTrack {
                    resource: FRAGMENTS,
                    expected: "`track=time`",
                });
            }
        };
        let place = match ticks(&time) {
            Some(time) => Place::Time(time),
            None if time.eq_ignore_ascii_case(INIT) => Place::Init,
            None if time.eq_ignore_ascii_case(WHOLE) => Place::Whole,
            None => {
                let expected = "`i`, `all` or a time in ticks, below 2^63";
                return Err(RequestError::BadValue {
                    key: "time",
                    value: time.into_owned(),
                    expected,
                });
            }
        };
        Ok((track, place, Parameters::parse(rest, 2)?))
    }

    /// The name of a fragment, where that comes after the parentheses.
    pub(super) fn fragment_number(&self) -> Option<FragmentNumber> {
        unescape(self.ending).ok()?.parse().ok()
    }

    /// Whether `expected` is the ending after the parentheses; nothing else may be.
    pub(super) fn check_ending(
        &self,
        expected: Option<&'static str>,
    ) -> Result<bool, RequestError> {
        let ending = unescape(self.ending)?;
        if ending.is_empty() {
            return Ok(false);
        }
        match ending.strip_prefix('.').zip(expected) {
            Some((ending, expected)) if ending.eq_ignore_ascii_case(expected) => Ok(true),
            _ => Err(RequestError::Junk { text: ending.into_owned(), expected }),
        }
    }

    /// What is named by its place, and the rest.
    fn first(&self) -> (&'a str, Option<&'a str>) {
        let arguments = self.arguments.unwrap_or_default();
        arguments.split_once(',').map_or((arguments, None), |(first, rest)| (first, Some(rest)))
    }
}
