//! What a packager is to do.

use dynpack_crypt::sample_aes::SampleAes;
use dynpack_media::{Presentation, Rendition};

use crate::naming::{AzureNaming, Naming};
use crate::protection::Protection;
use crate::request::Request;

/// What a packager is to do: answer a request about a presentation, which may be protected.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Job<'a> {
    /// The renditions that the request may see.
    pub presentation: &'a Presentation,
    /// The request; it names the protection if there is one.
    pub request: &'a Request,
    /// How the renditions are protected; in the clear if not at all.
    pub protection: Option<&'a Protection>,
    /// Where manifests say that things are; [`AzureNaming`] unless set.
    pub naming: &'a dyn Naming,
}

impl<'a> Job<'a> {
    /// To answer in the clear.
    #[must_use]
    pub const fn new(presentation: &'a Presentation, request: &'a Request) -> Self {
        Self { presentation, request, protection: None, naming: &AzureNaming }
    }

    /// To answer under that protection.
    #[must_use]
    pub const fn with_protection(self, protection: Option<&'a Protection>) -> Self {
        Self { protection, ..self }
    }

    /// The same with another naming.
    #[must_use]
    pub const fn with_naming(self, naming: &'a dyn Naming) -> Self {
        Self { naming, ..self }
    }

    /// How the frames of a rendition are encrypted in transport streams; `None` where they are
    /// clear.
    pub(super) fn sample_aes(&self, rendition: &Rendition) -> Option<SampleAes> {
        self.protection?.of_frames(rendition)
    }

    /// Bytes of a segment, by those that it has before it is encrypted whole, if it is.
    pub(super) fn len(&self, clear: u64) -> u64 {
        self.protection.map_or(clear, |protection| protection.sealed_len(clear))
    }
}
