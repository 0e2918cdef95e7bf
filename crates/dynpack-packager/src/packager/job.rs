//! What a packager is to do.

use dynpack_crypt::sample_aes::SampleAes;
use dynpack_media::{Period, Presentation, Rendition, View};

use crate::error::Error;
use crate::naming::{AzureNaming, Naming};
use crate::protection::Protection;
use crate::request::Request;
use crate::texts::Texts;

/// What a packager is to do: answer a request about a presentation, which may be protected.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Job<'a> {
    /// What the request sees: its periods, each a presentation with a window.
    pub view: &'a View<'a>,
    /// The request; it names the protection if there is one.
    pub request: &'a Request,
    /// How the renditions are protected; in the clear if not at all.
    pub protection: Option<&'a Protection>,
    /// The cues of texts that the request may see.
    pub texts: &'a Texts,
    /// The bitrate of the variant that a multivariant playlist lists first, if there is one of that
    /// bitrate.
    pub first_quality: Option<u32>,
    /// The clip that is played first, where the presentation is another clip of the same program,
    /// on its timeline.
    pub opening: Option<&'a Presentation>,
    /// Where manifests say that things are; [`AzureNaming`] unless set.
    pub naming: &'a dyn Naming,
}

impl<'a> Job<'a> {
    /// To answer in the clear.
    #[must_use]
    pub const fn new(view: &'a View<'a>, request: &'a Request) -> Self {
        let (protection, first_quality, opening) = (None, None, None);
        let (texts, naming) = (Texts::NONE, &AzureNaming);
        Self { view, request, protection, first_quality, texts, opening, naming }
    }

    /// To answer under that protection.
    #[must_use]
    pub const fn with_protection(self, protection: Option<&'a Protection>) -> Self {
        Self { protection, ..self }
    }

    /// The same with the cues of texts.
    #[must_use]
    pub const fn with_texts(self, texts: &'a Texts) -> Self {
        Self { texts, ..self }
    }

    /// The same with the variant of that bitrate first.
    #[must_use]
    pub const fn with_first_quality(self, first_quality: Option<u32>) -> Self {
        Self { first_quality, ..self }
    }

    /// The same after that clip of a program.
    #[must_use]
    pub const fn with_opening(self, opening: Option<&'a Presentation>) -> Self {
        Self { opening, ..self }
    }

    /// The same with another naming.
    #[must_use]
    pub const fn with_naming(self, naming: &'a dyn Naming) -> Self {
        Self { naming, ..self }
    }

    /// All of the presentation of the first period. Media is made from it: a window leaves out
    /// segments, and changes none.
    pub(super) fn presentation(&self) -> &'a Presentation {
        self.view.first().source()
    }

    /// The renditions of a period that are listed, of kinds that the format carries. A format with
    /// media playlists lists what all periods have, since one playlist goes through all of them.
    pub(super) fn listed_in(
        &self,
        period: &'a Period<'a>,
    ) -> impl Iterator<Item = &'a Rendition> + use<'a> {
        let (view, facts) = (self.view, self.request.format.facts());
        let is_listed = move |rendition: &&Rendition| {
            facts.kinds.contains(&rendition.kind())
                && (!facts.has_media_playlists || view.is_in_all(&rendition.id))
        };
        period.presentation().renditions.iter().filter(is_listed)
    }

    /// The only period of the view.
    ///
    /// # Errors
    /// [`Error::NotCarried`] if there are several.
    pub(super) fn only_period(&self) -> Result<&'a Period<'a>, Error> {
        let problem = || "it takes no program of several periods".to_owned();
        let format = self.request.format;
        self.view.only().ok_or_else(|| Error::NotCarried { format, problem: problem() })
    }

    /// How the frames of a rendition are encrypted in transport streams; `None` where they are
    /// clear.
    pub(super) fn sample_aes(&self, rendition: &Rendition) -> Option<SampleAes> {
        self.protection?.sample_aes(rendition)
    }

    /// Bytes of a segment, by those that it has before it is encrypted whole, if it is.
    pub(super) fn len(&self, clear: u64) -> u64 {
        self.protection.map_or(clear, |protection| protection.sealed_len(clear))
    }
}
