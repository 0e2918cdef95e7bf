//! The writer of documents in the text profiles of IMSC.

mod names;
mod spans;

use std::ops::Range;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use dynpack_media::{Ticks, Time, Timescale};
use dynpack_xml::{Style as XmlStyle, Writer};

use super::options::{Profile, Times, WriteOptions};
use crate::cue::Cue;
use crate::document::Excerpt;
use crate::percent::Percent;
use crate::stylesheet::Stylesheet;
use names::{Names, RegionStyle};

/// Writes a document of the text profile of IMSC. Identifiers, names and places are the same in
/// every segment. Times are exact to 100 ns.
///
/// A document with images has the image profile. They are embedded (`smpte:image`), which IMSC does
/// not allow, but is the only form that all players with images read.
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
    let has_images = excerpt.document.cues.has_images();
    let pixels = excerpt.document.pixels.filter(|_| has_images);
    let tag = match has_images {
        true => tag
            .with("xmlns:smpte", "http://www.smpte-ra.org/schemas/2052-1/2010/smpte-tt")
            .with(designator, options.profile.image_uri())
            .with_some("tts:extent", pixels.map(|[width, height]| format!("{width}px {height}px"))),
        false => tag.with(designator, options.profile.uri()),
    };
    tag.children(|xml| {
        put_head(&names, pixels, xml);
        put_body(excerpt, &names, options, xml);
    });
    xml.finish()
}

fn put_head(names: &Names<'_>, pixels: Option<[u32; 2]>, xml: &mut Writer) {
    xml.open("head").children(|xml| {
        if !names.agents.is_empty() || !names.images.is_empty() {
            xml.open("metadata").children(|xml| {
                for (name, id) in &names.agents {
                    xml.open("ttm:agent")
                        .with("xml:id", id)
                        .with("type", "character")
                        .children(|xml| xml.open("ttm:name").with("type", "full").text(name));
                }
                for (image, id) in &names.images {
                    xml.open("smpte:image")
                        .with("xml:id", id)
                        .with("imageType", "PNG")
                        .with("encoding", "Base64")
                        .text(STANDARD.encode(image.png()));
                }
            });
        }
        if !names.regions.is_empty() {
            xml.open("layout").children(|xml| {
                for (id, region) in &names.regions {
                    put_region(id, *region, pixels, xml);
                }
            });
        }
    });
}

/// Lengths are in pixels where images are placed by them.
fn put_region(id: &str, region: RegionStyle, pixels: Option<[u32; 2]>, xml: &mut Writer) {
    let RegionStyle { area, background } = region;
    let lengths = |x: Percent, y: Percent| match pixels {
        Some([width, height]) => format!("{}px {}px", x.of_pixels(width), y.of_pixels(height)),
        None => format!("{x} {y}"),
    };
    xml.open("region")
        .with("xml:id", id)
        .with("tts:origin", lengths(area.left, area.top))
        .with("tts:extent", lengths(area.width, area.height))
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
    let has_text = excerpt.cues().iter().any(|cue| cue.image().is_none());
    // Without a family, players use one of fixed width.
    let family = has_text.then_some("proportionalSansSerif");
    xml.open("body").with_some("tts:fontFamily", family).children(|xml| {
        put_images(excerpt, names, options, xml);
        if !has_text {
            return;
        }
        xml.open("div").children(|xml| {
            for cue in excerpt.cues().iter().filter(|cue| cue.image().is_none()) {
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

/// Writes a division for each image: it is the background of its region.
fn put_images(excerpt: &Excerpt<'_>, names: &Names<'_>, options: WriteOptions, xml: &mut Writer) {
    for cue in excerpt.cues() {
        let Some(image) = cue.image() else { continue };
        let span = shown(excerpt, cue, options.times);
        xml.open("div")
            .with("xml:id", excerpt.document.cues.xml_id(cue))
            .with("region", names.region_id(excerpt, cue))
            .with("begin", Clock(span.start))
            .with("end", Clock(span.end))
            .with("smpte:backgroundImage", format_args!("#{}", names.image_id(image)))
            .empty();
    }
}

/// When a cue is shown, in the times of the document.
fn shown(excerpt: &Excerpt<'_>, cue: &Cue, times: Times) -> Range<Time> {
    match (times, &excerpt.span) {
        (Times::Cut, Some(segment)) => {
            let start = cue.start.max(segment.start);
            start..cue.end.min(segment.end).max(start)
        }
        (Times::Segment, Some(segment)) => {
            let from_start = |time: Time| {
                let ticks = |time: Time| time.round(FINEST);
                Time::new(ticks(time) - ticks(segment.start), FINEST)
            };
            let start = cue.start.max(segment.start);
            from_start(start)..from_start(cue.end.min(segment.end).max(start))
        }
        (Times::Presentation, _) | (Times::Cut | Times::Segment, None) => cue.start..cue.end,
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
