//! The writer of documents in the text profiles of IMSC.

mod names;
mod spans;

use std::ops::Range;

use dynpack_media::{Ticks, Time, Timescale};
use dynpack_xml::{Style as XmlStyle, Writer};

use super::options::{Profile, Times, WriteOptions};
use crate::cue::Cue;
use crate::document::Excerpt;
use crate::stylesheet::Stylesheet;
use names::{Names, RegionStyle};

/// Writes a document of the text profile of IMSC. Identifiers, names and places are the same in
/// every segment. Times are exact to 100 ns.
///
/// What only WebVTT has is left out: times inside of a cue, and scrolling.
#[must_use]
pub fn write(excerpt: &Excerpt<'_>, options: WriteOptions) -> String {
    let names = Names::of(excerpt);
    let mut xml = Writer::new(XmlStyle::COMPACT.with_declared_encoding("UTF-8"));
    let tag = xml
        .open("tt")
        .with("xmlns", "http://www.w3.org/ns/ttml")
        .with("xmlns:ttm", "http://www.w3.org/ns/ttml#metadata")
        .with("xmlns:ttp", "http://www.w3.org/ns/ttml#parameter")
        .with("xmlns:tts", "http://www.w3.org/ns/ttml#styling")
        .with("xml:lang", excerpt.document.language.as_deref().unwrap_or_default())
        .with("xml:space", "preserve")
        .with("ttp:timeBase", "media");
    let designator = match options.profile {
        Profile::Imsc1 => "ttp:profile",
        Profile::Imsc1_1 => "ttp:contentProfiles",
    };
    tag.with(designator, options.profile.uri()).children(|xml| {
        put_head(&names, xml);
        put_body(excerpt, &names, options, xml);
    });
    xml.finish()
}

fn put_head(names: &Names<'_>, xml: &mut Writer) {
    xml.open("head").children(|xml| {
        if !names.agents.is_empty() {
            xml.open("metadata").children(|xml| {
                for (name, id) in &names.agents {
                    xml.open("ttm:agent")
                        .with("xml:id", id)
                        .with("type", "character")
                        .children(|xml| xml.open("ttm:name").with("type", "full").text(name));
                }
            });
        }
        if !names.regions.is_empty() {
            xml.open("layout").children(|xml| {
                for (id, region) in &names.regions {
                    put_region(id, *region, xml);
                }
            });
        }
    });
}

fn put_region(id: &str, region: RegionStyle, xml: &mut Writer) {
    let RegionStyle { area, background } = region;
    xml.open("region")
        .with("xml:id", id)
        .with("tts:origin", format_args!("{} {}", area.left, area.top))
        .with("tts:extent", format_args!("{} {}", area.width, area.height))
        .with("tts:displayAlign", region.display_align())
        .with_some("tts:writingMode", region.writing_mode())
        .with_some("tts:backgroundColor", background)
        .with_some("tts:showBackground", background.map(|_| "always"))
        .empty();
}

fn put_body(excerpt: &Excerpt<'_>, names: &Names<'_>, options: WriteOptions, xml: &mut Writer) {
    if excerpt.cues().is_empty() {
        return xml.open("body").empty();
    }
    let stylesheet = Stylesheet::read(&excerpt.document.stylesheets);
    // Without a family, players use one of fixed width.
    xml.open("body").with("tts:fontFamily", "proportionalSansSerif").children(|xml| {
        xml.open("div").children(|xml| {
            for cue in excerpt.cues() {
                let span = shown(excerpt, cue, options.times);
                let region = names.region_id(excerpt, cue);
                xml.open("p")
                    .with("xml:id", excerpt.document.cues.xml_id(cue))
                    .with("region", region)
                    .with("begin", Clock(span.start))
                    .with("end", Clock(span.end))
                    .with("tts:textAlign", cue.layout.align.as_str())
                    .children(|xml| {
                        spans::Spans { names, stylesheet: &stylesheet, profile: options.profile }
                            .put(&cue.nodes, xml);
                    });
            }
        });
    });
}

/// When a cue is shown, in the times of the document.
fn shown(excerpt: &Excerpt<'_>, cue: &Cue, times: Times) -> Range<Time> {
    match (times, &excerpt.span) {
        (Times::Segment, Some(segment)) => {
            let from_start = |time: Time| {
                let ticks = |time: Time| time.round(FINEST);
                Time::new(ticks(time) - ticks(segment.start), FINEST)
            };
            let start = cue.start.max(segment.start);
            from_start(start)..from_start(cue.end.min(segment.end).max(start))
        }
        (Times::Presentation, _) | (Times::Segment, None) => cue.start..cue.end,
    }
}

/// The clock of printed times.
const FINEST: Timescale = Timescale::SMOOTH;

/// A time as hours, minutes and seconds: with milliseconds, or with seven digits where those are
/// not exact. Times before zero are written as zero.
struct Clock(Time);

impl std::fmt::Display for Clock {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let ticks = self.0.round(FINEST).max(Ticks::ZERO).0;
        let (seconds, fraction) = (ticks / 10_000_000, ticks % 10_000_000);
        let (minutes, seconds) = (seconds / 60, seconds % 60);
        write!(f, "{:02}:{:02}:{seconds:02}.", minutes / 60, minutes % 60)?;
        if fraction % 10_000 == 0 {
            write!(f, "{:03}", fraction / 10_000)
        } else {
            write!(f, "{fraction:07}")
        }
    }
}
