//! Where an asset lies, as its URL says.

use std::fmt;
use std::sync::Arc;

use dynpack_media::text::escape;

use super::RequestError;
use super::escape::{unescape, unescape_lossy};

/// The path of an asset: the folder that holds it, and its name, which ends in `.ism`.
///
/// No part of it is empty, `.` or `..`, nor holds a slash, a backslash or a control character:
/// joined to a root it stays below.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AssetPath {
    folder: Arc<str>,
    ism: Arc<str>,
}

impl AssetPath {
    /// The asset `ism`, such as `ignite.ism`, in `folder`, such as `films/ignite`.
    ///
    /// # Errors
    /// [`RequestError::BadName`] for parts that could leave the folder, [`RequestError::NoFolder`]
    /// for an empty folder and [`RequestError::NotAnAsset`] for a name that does not end in `.ism`.
    pub fn new(folder: &str, ism: &str) -> Result<Self, RequestError> {
        let stem_len = stem_len(ism)
            .ok_or_else(|| RequestError::NotAnAsset { path: format!("{folder}/{ism}") })?;
        if folder.is_empty() {
            return Err(RequestError::NoFolder { name: ism.to_owned() });
        }
        folder.split('/').try_for_each(check_name)?;
        check_name(ism)?;
        if stem_len == 0 {
            return Err(RequestError::BadName {
                name: ism.to_owned(),
                problem: "has nothing before its ending",
            });
        }
        Ok(Self { folder: folder.into(), ism: ism.into() })
    }

    /// Splits the path of a URL, without its first slash, into the asset and what follows it.
    pub(super) fn split(path: &str) -> Result<(Self, &str), RequestError> {
        let ends = std::iter::once(path.len()).chain(path.rmatch_indices('/').map(|(at, _)| at));
        for end in ends {
            let (before, after) = path.split_at(end);
            let (folder, ism) = before.rsplit_once('/').unwrap_or(("", before));
            if stem_len(&unescape_lossy(ism)).is_some() {
                return Ok((
                    Self::escaped(folder, &unescape(ism)?)?,
                    after.strip_prefix('/').unwrap_or(after),
                ));
            }
        }
        Err(RequestError::NotAnAsset { path: format!("/{path}") })
    }

    /// Names are decoded one by one, so that an escaped slash is seen within the name that it would
    /// break.
    fn escaped(folder: &str, ism: &str) -> Result<Self, RequestError> {
        if folder.is_empty() {
            return Self::new("", ism);
        }
        let names: Vec<_> = folder.split('/').map(unescape).collect::<Result<_, _>>()?;
        names.iter().try_for_each(|name| check_name(name))?;
        Self::new(&names.join("/"), ism)
    }

    /// The folder: one or more names with slashes between.
    #[must_use]
    pub fn folder(&self) -> &str {
        &self.folder
    }

    /// The name with its ending, such as `ignite.ism`.
    #[must_use]
    pub fn ism(&self) -> &str {
        &self.ism
    }

    /// The name without its ending, such as `ignite`.
    #[must_use]
    pub fn stem(&self) -> &str {
        let len = stem_len(&self.ism).unwrap_or(self.ism.len());
        self.ism.get(..len).unwrap_or(&self.ism)
    }

    /// The path in a URL, with its first slash.
    pub(super) fn write(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self.folder.split('/').chain([&*self.ism]);
        names.into_iter().try_for_each(|name| write!(f, "/{}", escape(name)))
    }
}

/// The path as people write it, nothing escaped: `films/ignite/ignite.ism`.
impl fmt::Display for AssetPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.folder, self.ism)
    }
}

/// Bytes before the ending, if it is `.ism` in any case.
fn stem_len(ism: &str) -> Option<usize> {
    let len = ism.len().checked_sub(ENDING.len())?;
    ism.get(len..)?.eq_ignore_ascii_case(ENDING).then_some(len)
}

pub(super) fn check_name(name: &str) -> Result<(), RequestError> {
    let problem = match name {
        "" => "is empty",
        "." | ".." => "is not a name of its own",
        _ if name.contains(['/', '\\']) => "holds a slash or a backslash",
        _ if name.contains(char::is_control) => "holds a control character",
        _ => return Ok(()),
    };
    Err(RequestError::BadName { name: name.to_owned(), problem })
}

const ENDING: &str = ".ism";
