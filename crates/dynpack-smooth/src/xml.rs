//! XML options of Smooth Streaming manifests.

use dynpack_xml::{Limit, Options, Quotes, Style};

use crate::Error;

/// Names match without case, as in players and servers of Smooth Streaming.
pub(crate) const OPTIONS: Options = Options::new().ignoring_case();

/// The layout of both manifests.
pub(crate) const STYLE: Style = Style::INDENTED.with_quotes(Quotes::InAttributes);

impl From<dynpack_xml::Error> for Error {
    fn from(error: dynpack_xml::Error) -> Self {
        use dynpack_xml::Error as Xml;
        match error {
            Xml::Malformed { at, problem } => Self::Malformed { at, problem },
            Xml::NotSupported { at, what } => Self::NotSupported { at, what },
            Xml::LimitExceeded { limit, max } => {
                let what = match limit {
                    Limit::Bytes => "the bytes of the manifest",
                    _ => limit.as_str(),
                };
                Self::LimitExceeded { what, limit: max as u64 }
            }
        }
    }
}
