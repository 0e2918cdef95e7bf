//! The parameters in the last parentheses of a URL: `key=value`, with commas between.

use std::sync::Arc;

use dynpack_codec::TextForm;
use dynpack_media::{ClipNumber, Ticks};

use super::RequestError;
use super::escape::unescape;
use super::grammar::{
    AUDIO_ONLY, AUDIO_TRACK, CHAPTERS, CLIP, ENCRYPTION, FILTER, FORMAT, FROM, KEY_FRAMES,
    MAX_FILTERS, RULES, TEXT, TYPE,
};
use super::numbers::ticks;
use crate::encryption::Encryption;
use crate::filter::Rules;
use crate::format::Format;

/// What is wanted in place of what the rest of a URL names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    KeyFrames,
    Chapters,
}

/// The parameters that a URL gives.
#[derive(Default)]
pub(super) struct Parameters {
    pub(super) format: Option<Format>,
    pub(super) encryption: Option<Encryption>,
    pub(super) filters: Option<Vec<String>>,
    pub(super) rules: Option<Rules>,
    pub(super) audio_track: Option<Arc<str>>,
    pub(super) audio_only: Option<bool>,
    pub(super) text: Option<TextForm>,
    pub(super) clip: Option<ClipNumber>,
    pub(super) from: Option<Ticks>,
    pub(super) kind: Option<Kind>,
}

impl Parameters {
    /// Reads parameters, the first of which is the one at place `first`, from 1.
    pub(super) fn parse(text: Option<&str>, first: usize) -> Result<Self, RequestError> {
        let mut parameters = Self::default();
        let all = text.into_iter().flat_map(|text| text.split(','));
        for (number, parameter) in (first..).zip(all) {
            let (key, value) = parameter.split_once('=').unwrap_or((parameter, ""));
            let (key, value) = (unescape(key)?, unescape(value)?);
            match (key.trim_matches(' '), &*value) {
                (key, "") if names_no_audio(key, parameter) => parameters.set(key, "")?,
                ("", "") => return Err(RequestError::EmptyParameter { number }),
                (key, "") => return Err(RequestError::NoValue { key: key.to_owned() }),
                (key, value) => parameters.set(key, value)?,
            }
        }
        let named = parameters.filters.as_ref().map_or(0, Vec::len);
        match named.saturating_add(parameters.rules.iter().count()) {
            count if count > MAX_FILTERS => Err(RequestError::TooManyFilters { count }),
            _ => Ok(parameters),
        }
    }

    fn set(&mut self, key: &str, value: &str) -> Result<(), RequestError> {
        let word = value.trim_matches(' ');
        match key.to_ascii_lowercase().as_str() {
            "format" => once(&mut self.format, FORMAT, word.parse()?),
            "encryption" => once(&mut self.encryption, ENCRYPTION, word.parse()?),
            "filter" | "filtername" => once(&mut self.filters, FILTER, filters(value)?),
            "rules" => once(&mut self.rules, RULES, word.parse()?),
            "audiotrack" => once(&mut self.audio_track, AUDIO_TRACK, value.into()),
            "audio-only" => once(&mut self.audio_only, AUDIO_ONLY, flag(word)?),
            "text" => once(&mut self.text, TEXT, text(word)?),
            "clip" => once(&mut self.clip, CLIP, clip(word)?),
            "from" => once(&mut self.from, FROM, from(word)?),
            "type" => once(&mut self.kind, TYPE, kind(word)?),
            _ => Err(RequestError::UnknownParameter { key: key.to_owned() }),
        }
    }
}

/// Whether a parameter says that no audio comes with the video.
fn names_no_audio(key: &str, parameter: &str) -> bool {
    key.eq_ignore_ascii_case(AUDIO_TRACK) && parameter.contains('=')
}

fn once<T>(slot: &mut Option<T>, key: &'static str, value: T) -> Result<(), RequestError> {
    match slot.replace(value) {
        None => Ok(()),
        Some(_) => Err(RequestError::Duplicate { key }),
    }
}

fn filters(value: &str) -> Result<Vec<String>, RequestError> {
    let names: Vec<_> = value.split(';').map(str::to_owned).collect();
    if names.iter().any(String::is_empty) {
        let expected = "one name, or several with a semicolon between";
        return Err(RequestError::BadValue { key: FILTER, value: value.to_owned(), expected });
    }
    Ok(names)
}

fn flag(word: &str) -> Result<bool, RequestError> {
    match word.to_ascii_lowercase().as_str() {
        "true" => Ok(true),
        "false" => Ok(false),
        _ => Err(RequestError::BadValue {
            key: AUDIO_ONLY,
            value: word.to_owned(),
            expected: "`true` or `false`",
        }),
    }
}

fn text(word: &str) -> Result<TextForm, RequestError> {
    word.parse().map_err(|_| RequestError::BadValue {
        key: TEXT,
        value: word.to_owned(),
        expected: "`vtt`, `imsc` or `wvtt`",
    })
}

/// One number has one spelling.
fn clip(word: &str) -> Result<ClipNumber, RequestError> {
    let clip = word.parse::<ClipNumber>().ok().filter(|clip| clip.to_string() == word);
    clip.ok_or_else(|| RequestError::BadValue {
        key: CLIP,
        value: word.to_owned(),
        expected: "the number of a clip, from 1",
    })
}

fn from(word: &str) -> Result<Ticks, RequestError> {
    ticks(word).ok_or_else(|| RequestError::BadValue {
        key: FROM,
        value: word.to_owned(),
        expected: "a time in ticks, below 2^63",
    })
}

fn kind(word: &str) -> Result<Kind, RequestError> {
    match word {
        _ if word.eq_ignore_ascii_case(KEY_FRAMES) => Ok(Kind::KeyFrames),
        _ if word.eq_ignore_ascii_case(CHAPTERS) => Ok(Kind::Chapters),
        _ => Err(RequestError::BadValue {
            key: TYPE,
            value: word.to_owned(),
            expected: "`keyframes` or `chapters`",
        }),
    }
}
