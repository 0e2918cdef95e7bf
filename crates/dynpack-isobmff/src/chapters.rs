//! The chapters in the user data of a movie (`chpl`).

use dynpack_boxes::moov::{Chpl, ChplEntry};
use dynpack_media::{Chapter, Language, Ticks, Time, Timescale};

use crate::boxes::BoxRef;
use crate::trak::text;

/// The maximum number of chapters that are read: a box of 256 MiB would hold millions.
const MAX_CHAPTERS: usize = 1 << 12;

/// The chapters, or why there are none, for people. Films play without them.
pub(crate) fn read(moov: &BoxRef<'_>) -> (Vec<Chapter>, Option<String>) {
    let Ok(Some(udta)) = moov.child(b"udta") else { return (Vec::new(), None) };
    let Ok(Some(chpl)) = udta.child(b"chpl") else { return (Vec::new(), None) };
    let chapters = chpl.read::<Chpl<'_>>().and_then(|Chpl { chapters }| {
        if chapters.len() > MAX_CHAPTERS {
            let count = chapters.len();
            return Err(chpl.malformed(format!("has {count} chapters, not {MAX_CHAPTERS} at most")));
        }
        let chapter = |entry: &ChplEntry<'_>| {
            let start = start(entry).ok_or_else(|| {
                chpl.malformed(format!("a chapter starts at {}, beyond any film", entry.start))
            })?;
            Ok(Chapter { start, title: text(entry.title), language: Language::undetermined() })
        };
        chapters.iter().map(chapter).collect()
    });
    match chapters {
        Ok(chapters) => (chapters, None),
        Err(error) => (Vec::new(), Some(format!("its chapters cannot be read: {error}"))),
    }
}

/// Where a chapter starts; `None` if no film is that long.
fn start(entry: &ChplEntry<'_>) -> Option<Time> {
    let end = Time::new(Ticks(Time::MAX_SECONDS.into()), Timescale::SECONDS);
    let start = Time::new(Ticks(i64::try_from(entry.start).ok()?), Timescale::SMOOTH);
    (start < end).then_some(start)
}
