use std::io;
use std::sync::Arc;

use dynpack_media::{Difference, Extent, SampleIndex, SourceIndex};

use super::*;
use dynpack_packager::{Encryption, Format, KeyError, Rules, TokenError, UnknownFormat};

/// The codes of Azure Media Services, by the statuses of its responses. Only those that this
/// library uses.
const AZURE: [(u16, &[&str]); 6] = [
    (400, &["MPE_BAD_URL_SYNTAX", "MPE_ENC_ENCRYPTION_NOT_SPECIFIED_IN_URL"]),
    (
        403,
        &[
            "MPE_OUTPUT_FORMAT_BLOCKED",
            "MPE_ENC_ENCRYPTION_NOT_SET_IN_DELIVERY_POLICY",
            "MPE_STORAGE_INSUFFICIENT_ACCOUNT_PERMISSIONS",
            // Azure Media Services had no tokens in URLs of media.
            "MPE_UNAUTHORIZED",
        ],
    ),
    (
        404,
        &[
            "MPE_EGRESS_TRACK_NOT_FOUND",
            "MPE_RESOURCE_NOT_FOUND",
            "MPE_UNAUTHORIZED",
            "MPE_EGRESS_FILTER_NOT_FOUND",
            "MPE_FRAGMENT_BY_INDEX_NOT_FOUND",
            "MPE_FRAGMENT_TIMESTAMP_NOT_FOUND",
            "MPE_MANIFEST_MEDIA_ENTRY_NOT_FOUND",
            "MPE_STORAGE_RESOURCE_NOT_FOUND",
        ],
    ),
    (
        415,
        &[
            "MPE_ENC_ALREADY_ENCRYPTED",
            "MPE_INPUT_FORMAT_NOT_SUPPORTED",
            "MPE_OUTPUT_FORMAT_NOT_SUPPORTED",
            "MPE_ENCRYPTION_NOT_SUPPORTED",
            "MPE_MEDIA_ENCODING_NOT_SUPPORTED",
            "MPE_HLS_SEGMENT_TOO_LARGE",
            "MPE_FILTER_INVALID",
            "MPE_FILTER_RANGE_ATTRIBUTE_INVALID",
            "MPE_FILTER_TRACK_ATTRIBUTE_INVALID",
            "MPE_FILTER_PRESENTATION_WINDOW_INVALID",
            "MPE_FILTER_LIVE_BACKOFF_INVALID",
            "MPE_FILTER_FIRST_QUALITY_ATTRIBUTE_INVALID",
            "MPE_FILTER_REMOVED_ALL_STREAMS",
            "MPE_FILTER_COMPOSITION_FILTER_COUNT_OVER_LIMIT",
            "MPE_FILTER_COMPOSITION_MULTIPLE_FIRST_QUALITY_OPERATOR_NOT_ALLOWED",
        ],
    ),
    (500, &["MPE_STORAGE_INTERNAL_ERROR"]),
    (503, &["MPE_STORAGE_SERVER_BUSY"]),
];

/// Each error, and each variant of the errors within.
fn errors() -> Vec<Error> {
    let text = String::new;
    let wanted = Extent::new(0, 1);
    let fragment = "Seg1-Frag1".parse().unwrap();
    let key = "00112233-4455-6677-8899-aabbccddeeff".parse().unwrap();
    let (format, encryption, sample) = (Format::HlsV3, Encryption::Cenc, SampleIndex(0));
    vec![
        RequestError::NotAnAsset { path: text() }.into(),
        RequestError::NotAbsolute.into(),
        RequestError::UnknownFormat(UnknownFormat(text())).into(),
        Error::AssetNotFound { asset: text() },
        PackagerError::TrackNotFound { track: text(), known: text() }.into(),
        PackagerError::BitrateNotFound { track: text(), bitrate: 1, known: text() }.into(),
        PackagerError::TimeNotFound { track: text(), time: 1, hint: text() }.into(),
        PackagerError::FragmentNotFound { track: text(), number: fragment }.into(),
        PackagerError::FilterNotFound { filter: text() }.into(),
        RequestError::TooManyFilters { count: 4 }.into(),
        RequestError::Rules("time=0".parse::<Rules>().unwrap_err()).into(),
        PackagerError::NothingLeft { filters: text() }.into(),
        PackagerError::SeveralFirstQualities { filters: text() }.into(),
        PackagerError::NoSuchResource { format, resource: "" }.into(),
        PackagerError::FormatNotBuilt(format).into(),
        PackagerError::NotCarried { format, problem: text() }.into(),
        PackagerError::LocatorNotFound { id: text() }.into(),
        PackagerError::LocatorNotOpen { id: text() }.into(),
        PackagerError::FormatBlocked(format).into(),
        PackagerError::from(TokenError::Missing).into(),
        PackagerError::EncryptionNotSet(encryption).into(),
        PackagerError::EncryptionNotNamed { format, known: text() }.into(),
        PackagerError::EncryptionNotCarried { format, encryption }.into(),
        PackagerError::SystemsNotCarried { format, encryption }.into(),
        Error::EncryptedInput { asset: text(), problem: text() },
        Error::DownloadBlocked { file: text() },
        Error::FileNotFound { file: text() },
        PackagerError::Unpresentable { problem: text() }.into(),
        PackagerError::DifferentFilms {
            files: [SourceIndex(0), SourceIndex(1)],
            difference: Difference::SyncSamples,
        }
        .into(),
        Error::Unusable { asset: text(), problem: text(), remedy: "" },
        Error::SegmentTooLarge { bytes: 2, max: 1 },
        PackagerError::Manifest(text()).into(),
        PackagerError::from(KeyError::NoValue { id: key }).into(),
        PackagerError::from(KeyError::Unusable { problem: text() }).into(),
        KeyProviderError::Unusable { problem: text() }.into(),
        KeyProviderError::Unavailable { problem: text() }.into(),
        dynpack_fragment::Error::Sample { sample, problem: text() }.into(),
        dynpack_fragment::Error::Unsupported(text()).into(),
        dynpack_fragment::Error::WrongRead { wanted, got: 0 }.into(),
        dynpack_fragment::Error::BrokenPromise { promised: 1, got: 0 }.into(),
        StorageError::NotFound { path: text() }.into(),
        StorageError::Forbidden { path: text(), reason: "" }.into(),
        StorageError::Changed { path: text() }.into(),
        StorageError::OutOfRange { path: text(), range: wanted, len: 0 }.into(),
        StorageError::WrongRead { wanted, got: 0 }.into(),
        StorageError::Failed { path: text(), error: Arc::new(io::Error::other("")) }.into(),
    ]
}

#[test]
fn codes_come_with_the_statuses_of_azure() {
    for error in errors() {
        let (status, code) = (error.status(), error.code());
        let known = AZURE.iter().any(|(of, codes)| *of == status && codes.contains(&code));
        assert!(known, "{error:?} is {status} with {code}");
    }
}
