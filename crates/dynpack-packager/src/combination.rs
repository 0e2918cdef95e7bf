//! Filters that apply together, and what they leave.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

use dynpack_media::{Period, Presentation, Rendition, SegmentNumber, Ticks, Time, View};

use crate::error::Error;
use crate::filter::Filter;
use crate::fingerprint::digest;

/// Filters that apply together: what each of them leaves is left.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Combination {
    filters: Vec<Arc<Filter>>,
}

impl Combination {
    /// The maximum number of filters of a locator, as in Azure Media Services.
    pub const MAX_OF_LOCATOR: usize = 10;

    /// Those filters together. A filter that is named twice counts once.
    ///
    /// # Errors
    /// [`Error::SeveralFirstQualities`].
    pub fn new(filters: impl IntoIterator<Item = Arc<Filter>>) -> Result<Self, Error> {
        let mut all = Self::default();
        for filter in filters {
            if !all.filters.contains(&filter) {
                all.filters.push(filter);
            }
        }
        let first = all.filters.iter().filter(|filter| filter.first_quality.is_some());
        match first.count() {
            0 | 1 => Ok(all),
            _ => Err(Error::SeveralFirstQualities { filters: all.names() }),
        }
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.filters.is_empty()
    }

    /// The same filters, for what starts at that time of what they are written for.
    #[must_use]
    pub fn since(&self, start: Time) -> Self {
        let since = |filter: &Arc<Filter>| match filter.presentation_time_range {
            Some(range) if start.ticks != Ticks::ZERO => {
                let range = Some(range.since(start));
                Arc::new(Filter { presentation_time_range: range, ..filter.as_ref().clone() })
            }
            _ => Arc::clone(filter),
        };
        Self { filters: self.filters.iter().map(since).collect() }
    }

    /// What the filters leave of a whole presentation.
    ///
    /// # Errors
    /// [`Error::NothingLeft`] if that is nothing.
    pub fn apply<'a>(&self, whole: &'a Presentation) -> Result<Filtered<'a>, Error> {
        let nothing_left = || self.nothing_left();
        let mut places: Option<Range<SegmentNumber>> = None;
        for range in self.filters.iter().filter_map(|filter| filter.presentation_time_range) {
            let own = whole.places_in(range.times()).ok_or_else(nothing_left)?;
            let both = match places {
                Some(places) => places.start.max(own.start)..places.end.min(own.end),
                None => own,
            };
            places = Some(both).filter(|both| both.start < both.end);
            places.as_ref().ok_or_else(nothing_left)?;
        }
        let is_left =
            |rendition: &Rendition| self.filters.iter().all(|filter| filter.selects(rendition));
        let presentation = if whole.renditions.iter().all(is_left) {
            Cow::Borrowed(whole)
        } else {
            Cow::Owned(whole.retaining(is_left).map_err(|_| nothing_left())?)
        };
        let first_quality = self.filters.iter().find_map(|filter| filter.first_quality);
        Ok(Filtered { presentation, places, first_quality, filters: self.names() })
    }

    /// The error that the filters leave nothing.
    #[must_use]
    pub fn nothing_left(&self) -> Error {
        Error::NothingLeft { filters: self.names() }
    }

    /// The names of the filters, for people.
    fn names(&self) -> String {
        let names: Vec<_> =
            self.filters.iter().map(|filter| format!("`{}`", filter.name)).collect();
        names.join(", ")
    }
}

impl Filter {
    /// Whether it leaves a rendition.
    #[must_use]
    pub fn selects(&self, rendition: &Rendition) -> bool {
        self.tracks.is_empty() || self.tracks.iter().any(|tracks| tracks.selects(rendition))
    }
}

/// What filters leave of a presentation.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Filtered<'a> {
    /// The renditions that are left, with all of their segments.
    pub presentation: Cow<'a, Presentation>,
    /// The places in the timeline that are left; `None` for all.
    pub places: Option<Range<SegmentNumber>>,
    /// The bitrate of the variant that multivariant playlists list first, if there is one of that
    /// bitrate.
    pub first_quality: Option<u32>,
    filters: String,
}

impl Filtered<'_> {
    /// What is seen of the renditions that a format carries of it.
    ///
    /// # Errors
    /// [`Error::NothingLeft`] if they have no segments in the places that are left.
    pub fn view<'b>(&self, carried: &'b Presentation) -> Result<View<'b>, Error> {
        self.period(carried).map(View::new)
    }

    /// The same as a period of a program.
    ///
    /// # Errors
    /// [`Error::NothingLeft`] if they have no segments in the places that are left.
    pub fn period<'b>(&self, carried: &'b Presentation) -> Result<Period<'b>, Error> {
        let Some(places) = self.places.clone() else { return Ok(Period::whole(carried)) };
        let nothing_left = |_| Error::NothingLeft { filters: self.filters.clone() };
        Period::within(carried, places).map_err(nothing_left)
    }

    /// A hash of what is left; `None` if that is everything. Manifests change when it does.
    #[must_use]
    pub fn hash(&self) -> Option<[u8; 32]> {
        let is_whole = matches!(self.presentation, Cow::Borrowed(_));
        if is_whole && self.places.is_none() && self.first_quality.is_none() {
            return None;
        }
        let bounds = self.places.iter().flat_map(|places| [places.start.0, places.end.0]);
        let bounds: Vec<u8> = bounds.flat_map(u32::to_be_bytes).collect();
        let first = self.first_quality.unwrap_or_default().to_be_bytes().to_vec();
        let renditions = self.presentation.renditions.iter().filter(|_| !is_whole);
        let ids = renditions
            .flat_map(|one| [one.id.name.as_bytes().to_vec(), one.id.bitrate.to_be_bytes().into()]);
        Some(digest([b"filtered 2".to_vec(), bounds, first].into_iter().chain(ids)))
    }
}
