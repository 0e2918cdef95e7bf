//! What one stream of HDS carries, and its fragments.

use std::fmt;
use std::str::FromStr;

use dynpack_media::{MediaKind, Presentation, Rendition, Segment, Ticks, Timescale};

/// The place of a fragment in its stream, from 1.
///
/// Printed, it is what clients append to the address of a stream, `Seg1-Frag7`: all fragments are in one segment. It parses back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FragmentNumber(u32);

impl FragmentNumber {
    /// The first.
    pub const FIRST: Self = Self(1);

    /// The fragment of that place; `None` for 0.
    #[must_use]
    pub const fn new(number: u32) -> Option<Self> {
        if number == 0 { None } else { Some(Self(number)) }
    }

    /// The number, from 1.
    #[must_use]
    pub const fn get(self) -> u32 {
        self.0
    }
}

impl fmt::Display for FragmentNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Seg1-Frag{}", self.0)
    }
}

/// A name is not that of a fragment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a fragment is called Seg1-Frag and its number from 1")]
pub struct NotAFragment;

impl FromStr for FragmentNumber {
    type Err = NotAFragment;

    fn from_str(name: &str) -> Result<Self, NotAFragment> {
        let number = name.strip_prefix("Seg1-Frag").and_then(|digits| digits.parse().ok()).and_then(Self::new);
        // What prints differently, such as `+7` or `07`, is not one of ours: one fragment has one name.
        number.filter(|number| number.to_string() == name).ok_or(NotAFragment)
    }
}

/// What one stream carries: video with audio, video alone, or audio alone.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Media<'a> {
    /// The rendition which names the stream.
    pub main: &'a Rendition,
    /// The audio that comes with a main rendition of video.
    pub audio: Option<&'a Rendition>,
}

impl<'a> Media<'a> {
    /// A stream of `main` alone.
    #[must_use]
    pub const fn new(main: &'a Rendition) -> Self {
        Self { main, audio: None }
    }

    /// The same with audio.
    #[must_use]
    pub const fn with_audio(self, audio: Option<&'a Rendition>) -> Self {
        Self { audio, ..self }
    }

    /// The streams of a presentation: each video with `audio`, or where there is no video each bitrate of that audio, or
    /// of all if none is named. Clients choose among streams by bitrate alone, so other languages must be none.
    #[must_use]
    pub fn all(presentation: &'a Presentation, audio: Option<&'a Rendition>) -> Vec<Self> {
        let videos: Vec<_> = presentation.of_kind(MediaKind::Video).map(|video| Self::new(video).with_audio(audio)).collect();
        if !videos.is_empty() {
            return videos;
        }
        let is_named = |other: &&Rendition| audio.is_none_or(|audio| audio.name == other.name);
        presentation.of_kind(MediaKind::Audio).filter(is_named).map(Self::new).collect()
    }

    /// The renditions it carries: the main one first.
    pub fn renditions(&self) -> impl Iterator<Item = &'a Rendition> {
        [self.main].into_iter().chain(self.audio)
    }

    /// Bits per second of all it carries.
    #[must_use]
    pub fn bitrate(&self) -> u64 {
        self.renditions().map(|rendition| u64::from(rendition.bitrate)).sum()
    }

    /// When the last of what it carries ends, in milliseconds.
    #[must_use]
    pub fn end(&self) -> Ticks {
        self.renditions().map(|rendition| millis(rendition.end(), rendition)).max().unwrap_or_default()
    }

    /// Its fragments: one for each stretch of the timeline in which it has something.
    #[must_use]
    pub fn fragments(&self) -> Vec<Fragment> {
        let mut fragments = Vec::new();
        for (_, main, audio) in self.main.cuts.beside(self.audio.map(|audio| audio.cuts.as_ref())) {
            let number = FragmentNumber(u32::try_from(fragments.len()).unwrap_or(u32::MAX).saturating_add(1));
            fragments.push(Fragment {
                number,
                start: self.start(main.as_ref(), audio.as_ref(), fragments.is_empty()),
                duration: Ticks::ZERO,
                main,
                audio,
            });
        }
        self.measure(&mut fragments);
        fragments
    }

    /// The fragment of that number.
    #[must_use]
    pub fn fragment(&self, number: FragmentNumber) -> Option<Fragment> {
        self.fragments().into_iter().nth(usize::try_from(number.get() - 1).ok()?)
    }

    /// The stream itself starts with whichever starts first.
    fn start(&self, main: Option<&Segment>, audio: Option<&Segment>, is_first: bool) -> Ticks {
        let main = main.map(|segment| millis(segment.start, self.main));
        let audio = audio.zip(self.audio).map(|(segment, rendition)| millis(segment.start, rendition));
        let earliest = || main.into_iter().chain(audio).min();
        if is_first { earliest() } else { main.or(audio) }.unwrap_or_default()
    }

    /// Each fragment lasts until the next, and at least a millisecond: a duration of 0 would mean something else.
    fn measure(&self, fragments: &mut [Fragment]) {
        let mut next = self.end();
        for fragment in fragments.iter_mut().rev() {
            fragment.duration = (next - fragment.start).max(Ticks(1));
            next = fragment.start;
        }
    }
}

/// One fragment of a stream.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Fragment {
    /// Its place.
    pub number: FragmentNumber,
    /// When it starts, in milliseconds: when its main segment does, or else its audio; of the first, whichever is earlier.
    pub start: Ticks,
    /// Until the next starts, in milliseconds; above zero.
    pub duration: Ticks,
    /// What it holds of the main rendition.
    pub main: Option<Segment>,
    /// What it holds of the audio that comes with it.
    pub audio: Option<Segment>,
}

/// A position in milliseconds, from the absolute one on the rendition's own clock: rounded towards the past.
fn millis(time: Ticks, rendition: &Rendition) -> Ticks {
    time.rescale_floor(rendition.timescale(), Timescale::MILLIS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_a_fragment_is_read_back_and_no_other() {
        for number in [1, 7, u32::MAX] {
            let number = FragmentNumber::new(number).unwrap();
            assert_eq!(number.to_string().parse(), Ok(number));
        }
        for name in
            ["", "Seg1-Frag", "Seg1-Frag0", "Seg1-Frag07", "Seg1-Frag+7", "Seg2-Frag7", "seg1-frag7", "Seg1-Frag4294967296"]
        {
            assert_eq!(name.parse::<FragmentNumber>(), Err(NotAFragment), "{name}");
        }
    }
}
