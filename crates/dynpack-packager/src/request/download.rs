//! Stored files, as they are.

use super::asset_path::check_name;
use super::escape::{check, unescape};
use super::grammar::MAX_LEN;
use super::{RequestError, Token};

/// A stored file that a URL asks for as it is: `/locator/film.mp4`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Download {
    /// The id of the locator.
    pub locator: String,
    /// The name of the file in the folder of the asset.
    pub file: String,
    /// The token in the query.
    pub token: Option<Token>,
}

impl Download {
    /// Reads the path of a URL, escaped as it came, and the token of a query that may follow.
    ///
    /// # Errors
    /// [`RequestError`] for whatever is not two names.
    pub fn parse(url: &str) -> Result<Self, RequestError> {
        let path = url.split_once('?').map_or(url, |(path, _)| path);
        if path.len() > MAX_LEN {
            return Err(RequestError::TooLong { len: path.len() });
        }
        let relative = path.strip_prefix('/').ok_or(RequestError::NotAbsolute)?;
        check(path)?;
        match relative.split_once('/') {
            Some((locator, file)) if !file.contains('/') => {
                let (locator, file) =
                    (unescape(locator)?.into_owned(), unescape(file)?.into_owned());
                check_name(&locator)?;
                check_name(&file)?;
                Ok(Self { locator, file, token: Token::in_url(url) })
            }
            _ => Err(RequestError::NotAnAsset { path: path.to_owned() }),
        }
    }

    /// The media type; `None` for files which are never given away: all but MP4 files and WebVTT
    /// subtitles.
    #[must_use]
    pub fn content_type(&self) -> Option<&'static str> {
        let (_, ending) = self.file.rsplit_once('.')?;
        match ending.to_ascii_lowercase().as_str() {
            "mp4" | "m4v" => Some("video/mp4"),
            "m4a" => Some("audio/mp4"),
            "vtt" => Some("text/vtt"),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_download_is_a_locator_and_a_file() {
        let download = Download::parse("/a%20b/film%201.MP4?token=x").unwrap();
        assert_eq!((download.locator.as_str(), download.file.as_str()), ("a b", "film 1.MP4"));
        assert_eq!(download.content_type(), Some("video/mp4"));
        for (file, content_type) in [
            ("a.vtt", Some("text/vtt")),
            ("a.m4a", Some("audio/mp4")),
            ("a.ism", None),
            ("mp4", None),
        ] {
            assert_eq!(
                Download::parse(&format!("/x/{file}")).unwrap().content_type(),
                content_type,
                "{file}"
            );
        }
    }

    #[test]
    fn what_could_leave_the_folder_is_refused() {
        for url in [
            "/x",
            "/",
            "x/a.mp4",
            "/x/y/a.mp4",
            "/x/",
            "//a.mp4",
            "/x/..",
            "/../a.mp4",
            "/x/..%2Fa.mp4",
            "/x/a%00.mp4",
        ] {
            assert!(Download::parse(url).is_err(), "{url}");
        }
    }
}
