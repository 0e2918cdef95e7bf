//! What manifests promise.

mod bootstrap;
pub mod dash;
pub mod hds;
pub mod hls;
pub mod smooth;

use quick_xml::XmlVersion;
use quick_xml::events::BytesStart;

pub use self::bootstrap::{Bootstrap, FragmentRun};

/// What a manifest promises for one rendition.
#[derive(Clone, Debug, Default)]
pub struct Promise {
    /// The path of the init segment, if the format has one.
    pub init: Option<String>,
    /// The path of each segment, with its start and duration in seconds.
    pub segments: Vec<(String, f64, f64)>,
}

impl Promise {
    /// The name of the track in URLs.
    #[must_use]
    pub fn track(&self) -> &str {
        let (_, arguments) = self.segments[0].0.split_once("Fragments(").unwrap();
        arguments.split(['=', ',']).next().unwrap()
    }

    /// Whether it is for trick play.
    #[must_use]
    pub fn is_key_frames(&self) -> bool {
        self.segments[0].0.contains("type=keyframes")
    }
}

/// The path of `link` in a document at `base`.
#[must_use]
pub fn join(base: &str, link: &str) -> String {
    format!("{}/{link}", base.rsplit_once('/').unwrap().0)
}

fn attribute(element: &BytesStart<'_>, name: &str) -> Option<String> {
    let attribute = element.try_get_attribute(name).unwrap()?;
    Some(attribute.normalized_value(XmlVersion::Implicit1_0).unwrap().into_owned())
}
