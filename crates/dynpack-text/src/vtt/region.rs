//! Regions (WebVTT, 6.2: collect WebVTT region settings).

use crate::percent::Percent;
use crate::region::{Height, Region, Scroll};

/// Reads the settings of a region. `None` without an identifier, by which cues could name it.
pub(super) fn read(lines: &[&str]) -> Option<Region> {
    let mut region = Region::new("");
    for setting in lines.iter().flat_map(|line| line.split_ascii_whitespace()) {
        let Some((name, value)) = setting.split_once(':') else { continue };
        match name {
            "id" => region.id = value.into(),
            "width" => region.width = Percent::parse(value).unwrap_or(region.width),
            "lines" if value.bytes().all(|byte| byte.is_ascii_digit()) => {
                region.height = value.parse().map_or(region.height, Height::Lines);
            }
            "regionanchor" => region.anchor = point(value).unwrap_or(region.anchor),
            "viewportanchor" => region.viewport = point(value).unwrap_or(region.viewport),
            "scroll" if value == "up" => region.scroll = Scroll::Up,
            _ => {}
        }
    }
    (!region.id.is_empty()).then_some(region)
}

fn point(text: &str) -> Option<[Percent; 2]> {
    let (x, y) = text.split_once(',')?;
    Some([Percent::parse(x)?, Percent::parse(y)?])
}

/// Appends a block for the region. A region of TTML has none: its cues have settings instead.
pub(super) fn put(region: &Region, out: &mut String) {
    let Height::Lines(lines) = region.height else { return };
    let Region { id, width, anchor: [left, top], viewport: [x, y], .. } = region;
    let scroll = match region.scroll {
        Scroll::None => "",
        Scroll::Up => "scroll:up\n",
    };
    out.push_str(&format!(
        "REGION\nid:{id}\nwidth:{width}\nlines:{lines}\nregionanchor:{left},{top}\n\
         viewportanchor:{x},{y}\n{scroll}\n"
    ));
}
