//! What filters leave of an asset, and why they leave out the rest.

use std::collections::BTreeSet;
use std::error::Error;
use std::path::PathBuf;
use std::sync::Arc;

use dynpack::{
    Asset, Combination, Filter, Filters, PackagerError, Rendition, RenditionId, Rules, Scene, Ticks,
};

use crate::tracks::cut;

/// The filters that are applied.
#[derive(Debug, clap::Args)]
pub(crate) struct FilterOptions {
    /// A JSON file of filters, beside those of the asset, which win.
    #[arg(value_name = "FILTERS.json")]
    file: Option<PathBuf>,
    /// Applies this filter; `a;b` applies both [default: each filter by itself]
    #[arg(long, value_name = "NAME", value_delimiter = ';')]
    filter: Vec<String>,
    /// Applies these rules, as they stand in URLs (docs/filters.md).
    #[arg(long, value_name = "RULES")]
    rules: Option<Rules>,
}

impl FilterOptions {
    /// What the filters leave of an asset, as text.
    pub(crate) fn left(
        &self,
        asset: &Asset,
        scenes: &[Scene<'_>],
    ) -> Result<String, Box<dyn Error>> {
        let more = self.of_file()?;
        let problems = more.problems().map(|problem| format!("warning: {problem}\n"));
        let mut text: String = problems.collect();
        let names: BTreeSet<_> = asset.filters.names().chain(more.names()).collect();
        let find = |name: &str| match asset.filters.get(name)? {
            Some(own) => Ok(Some(own)),
            None => more.get(name),
        };
        if self.filter.is_empty() && self.rules.is_none() {
            // Those that cannot be used are among the warnings.
            for filter in names.iter().filter_map(|name| find(name).ok().flatten()) {
                text += &left_by(&[filter], asset, scenes)?;
            }
            return Ok(text);
        }
        let named = self.filter.iter().map(|name| {
            let known = || names.iter().copied().collect::<Vec<_>>().join(", ");
            let not_found = || format!("there is no filter `{name}`\nhint: known are: {}", known());
            Ok::<_, Box<dyn Error>>(find(name)?.ok_or_else(not_found)?)
        });
        let mut filters = named.collect::<Result<Vec<_>, _>>()?;
        filters.extend(self.rules.iter().map(|rules| Arc::clone(rules.filter())));
        Ok(text + &left_by(&filters, asset, scenes)?)
    }

    fn of_file(&self) -> Result<Filters, String> {
        let Some(path) = &self.file else { return Ok(Filters::default()) };
        let list = std::fs::read(path).map_err(|error| format!("{}: {error}", path.display()))?;
        Ok(Filters::parse(&list))
    }
}

/// What is left of an asset.
#[derive(Default)]
struct Left {
    tracks: BTreeSet<RenditionId>,
    clips: usize,
    segments: usize,
    /// When it starts and ends, in seconds.
    part: Option<(f64, f64)>,
}

impl Left {
    fn of(filters: &Combination, scenes: &[Scene<'_>]) -> Self {
        let mut left = Self::default();
        for scene in scenes {
            let filters = filters.since(scene.start);
            let Ok(filtered) = filters.apply(&scene.presentation) else { continue };
            let Ok(view) = filtered.view(&filtered.presentation) else { continue };
            let shown = view.first().presentation();
            left.tracks.extend(shown.renditions.iter().map(|rendition| rendition.id.clone()));
            left.clips += 1;
            left.segments += cut(shown).cuts.len();
            let start = scene.start.plus(view.first().start()).as_seconds();
            let end = scene.start.plus(shown.duration()).as_seconds();
            left.part = Some((left.part.map_or(start, |(start, _)| start), end));
        }
        left
    }
}

/// What filters leave together, and why the rest is left out.
fn left_by(
    filters: &[Arc<Filter>],
    asset: &Asset,
    scenes: &[Scene<'_>],
) -> Result<String, PackagerError> {
    let left = Left::of(&Combination::new(filters.iter().cloned())?, scenes);
    let renditions = &asset.presentation.renditions;
    let segments: usize = scenes.iter().map(|scene| cut(&scene.presentation).cuts.len()).sum();
    let names = filters.iter().map(|filter| filter.name.as_str()).collect::<Vec<_>>().join(";");
    let mut text = format!("filter {names}: ");
    if let Some((start, end)) = left.part {
        text += &format!("tracks: {} of {}", left.tracks.len(), renditions.len());
        if scenes.len() > 1 {
            text += &format!(", clips: {} of {}", left.clips, scenes.len());
        }
        text += &format!(", segments: {} of {segments}", left.segments);
        text += &format!(", from {start:.3} to {end:.3} s\n");
    } else {
        text += "nothing is left\n";
    }
    for rendition in renditions.iter().filter(|one| !left.tracks.contains(&one.id)) {
        let RenditionId { name, bitrate, .. } = &rendition.id;
        let absent = left.part.map(|_| "it has no segment in that part".to_owned());
        if let Some(why) = refused(filters, rendition).or(absent) {
            text += &format!("  without {name} of {bitrate} bit/s: {why}\n");
        }
    }
    if left.segments < segments {
        text += &filters.iter().filter_map(|filter| range_line(filter)).collect::<String>();
    }
    Ok(text)
}

/// Which conditions of which filters a track would have to meet; `None` if all of them select it.
fn refused(filters: &[Arc<Filter>], rendition: &Rendition) -> Option<String> {
    let refusing = filters.iter().filter(|filter| !filter.selects(rendition)).map(|filter| {
        let selections = filter.tracks.iter().map(|selection| {
            let conditions = selection.track_selections.iter();
            let unmet = conditions.filter(|condition| !condition.is_met_by(rendition));
            unmet.map(ToString::to_string).collect::<Vec<_>>().join(" and ")
        });
        format!("{} wants {}", filter.name, selections.collect::<Vec<_>>().join(", or "))
    });
    Some(refusing.collect::<Vec<_>>().join("; ")).filter(|refusing| !refusing.is_empty())
}

/// Which part of the film a filter is for, if not for all of it.
fn range_line(filter: &Filter) -> Option<String> {
    let range = filter.presentation_time_range?;
    let (name, times) = (&filter.name, range.times());
    let end = match range.end {
        Ticks::MAX => "its end".to_owned(),
        _ => format!("{:.3} s", times.end.as_seconds()),
    };
    Some(format!("  {name} is from {:.3} s to {end}\n", times.start.as_seconds()))
}
