//! Which store a URL names.

use std::sync::Arc;

use crate::bucket::Bucket;
use crate::counts::Counters;
use crate::error::UrlError;
use crate::options::Options;
use crate::place::Place;

/// The clouds whose object stores are supported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cloud {
    S3,
    Azure,
    Gcs,
}

impl Cloud {
    const ALL: [Self; 3] = [Self::S3, Self::Azure, Self::Gcs];

    const fn scheme(self) -> &'static str {
        match self {
            Self::S3 => "s3",
            Self::Azure => "az",
            Self::Gcs => "gs",
        }
    }
}

/// The bucket that a URL names, and the URL without secrets.
pub(crate) fn bucket(
    url: &str,
    options: &Options,
    counters: &Arc<Counters>,
) -> Result<(String, Box<dyn Bucket>), UrlError> {
    let (scheme, rest) = url.split_once("://").ok_or(UrlError::UnknownScheme)?;
    let scheme = scheme.to_ascii_lowercase();
    if matches!(scheme.as_str(), "http" | "https") {
        return web(url, options, counters);
    }
    let cloud = Cloud::ALL.into_iter().find(|cloud| cloud.scheme() == scheme);
    let cloud = cloud.ok_or(UrlError::UnknownScheme)?;
    let place = Place::parse(cloud.scheme(), rest)?;
    let name = format!("{scheme}://{place}");
    Ok((name, of_cloud(cloud, place, options, counters)?))
}

#[cfg_attr(not(feature = "cloud"), expect(unused_variables, reason = "no cloud is built in"))]
fn of_cloud(
    cloud: Cloud,
    place: Place,
    options: &Options,
    counters: &Arc<Counters>,
) -> Result<Box<dyn Bucket>, UrlError> {
    match cloud {
        #[cfg(feature = "s3")]
        Cloud::S3 => crate::cloud::s3(place, options, counters),
        #[cfg(feature = "azure")]
        Cloud::Azure => crate::cloud::azure(place, options, counters),
        #[cfg(feature = "gcs")]
        Cloud::Gcs => crate::cloud::gcs(place, options, counters),
        #[cfg(not(feature = "s3"))]
        Cloud::S3 => Err(UrlError::NotBuilt { scheme: "s3", feature: "s3" }),
        #[cfg(not(feature = "azure"))]
        Cloud::Azure => Err(UrlError::NotBuilt { scheme: "az", feature: "azure" }),
        #[cfg(not(feature = "gcs"))]
        Cloud::Gcs => Err(UrlError::NotBuilt { scheme: "gs", feature: "gcs" }),
    }
}

#[cfg(feature = "http")]
fn web(
    url: &str,
    options: &Options,
    counters: &Arc<Counters>,
) -> Result<(String, Box<dyn Bucket>), UrlError> {
    let bucket = crate::web::WebBucket::new(url, options, Arc::clone(counters))?;
    Ok((bucket.name(), Box::new(bucket)))
}

#[cfg(not(feature = "http"))]
fn web(_: &str, _: &Options, _: &Arc<Counters>) -> Result<(String, Box<dyn Bucket>), UrlError> {
    Err(UrlError::NotBuilt { scheme: "http", feature: "http" })
}

#[cfg(test)]
#[cfg(all(feature = "azure", feature = "gcs", feature = "http", feature = "s3"))]
mod tests {
    use super::*;
    use crate::ObjectStorage;

    fn opened(url: &str) -> Result<String, String> {
        let settings = [
            ("AWS_ACCESS_KEY_ID", "id"),
            ("AWS_SECRET_ACCESS_KEY", "secret"),
            ("AZURE_STORAGE_ACCOUNT_NAME", "account"),
            ("AZURE_STORAGE_ACCOUNT_KEY", "c2VjcmV0"),
            ("GOOGLE_SKIP_SIGNATURE", "true"),
            ("HOME", "/root"),
        ];
        let opened = ObjectStorage::from_url(url, Options::default().with_settings(settings));
        opened.map(|storage| storage.to_string()).map_err(|error| error.to_string())
    }

    #[test]
    fn urls_name_stores() {
        for (url, name) in [
            ("s3://films", "s3://films"),
            ("S3://films/", "s3://films"),
            ("s3://films/a b/%20/", "s3://films/a b/%20"),
            ("az://films/published", "az://films/published"),
            ("gs://films/published", "gs://films/published"),
            ("https://user:secret@host/films/?sig=secret", "https://host/films/"),
            ("http://host:8080", "http://host:8080/"),
        ] {
            assert_eq!(opened(url).as_deref(), Ok(name), "{url}");
        }
    }

    #[test]
    fn errors_say_what_a_url_must_be() {
        for (url, error) in [
            ("films", "the URL names no object store: it must start with `s3://`"),
            ("ftp://host/films", "the URL names no object store: it must start with `s3://`"),
            ("s3://", "the URL names no bucket or container: it must be `s3://bucket/prefix`"),
            ("az:///films", "the URL names no bucket or container: it must be `az://bucket/"),
            ("s3://films/a//b", "the prefix `a//b` is not made of plain names"),
            ("s3://films/../b", "the prefix `../b` is not made of plain names"),
            ("http://", "the object store cannot be used: "),
        ] {
            let refused = opened(url).unwrap_err();
            assert!(refused.starts_with(error), "{url}: {refused}");
        }
    }
}
