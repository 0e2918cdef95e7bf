//! PlayReady (*PlayReady Header Specification*, 2 and 3).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use dynpack_xml::{Fragment, Quotes, Style, Writer};

use super::{Pssh, SystemId};
use crate::aes::Cipher;
use crate::cenc::Scheme;
use crate::{ContentKey, Error, KeyId};

/// The `KEYFORMAT` of PlayReady in HLS.
pub const KEY_FORMAT: &str = "com.microsoft.playready";

/// Maximum size of an object in bytes (2).
const MAX_OBJECT: usize = 15 << 10;

/// The type of a record that contains a header (2.1).
const HEADER_RECORD: u16 = 1;

const NAMESPACE: &str = "http://schemas.microsoft.com/DRM/2007/03/PlayReadyHeader";

const STYLE: Style = Style::COMPACT.with_quotes(Quotes::Everywhere);

/// A PlayReady header.
///
/// Its version is the oldest that supports the content, for old devices: 4.0 for `cenc` with one
/// key, 4.2 for `cenc` with several, 4.3 for `cbcs`.
#[derive(Clone, Debug)]
pub struct Header<'a> {
    scheme: Scheme,
    keys: &'a [(KeyId, Option<&'a ContentKey>)],
    licence_url: Option<&'a str>,
    custom_attributes: Option<Fragment<'a>>,
}

impl<'a> Header<'a> {
    /// A header for content under those keys. If the key is given with its id, the header has a
    /// checksum, with which PlayReady checks the key of a licence. That is only for `cenc`: version
    /// 4.3 defines no checksum for `cbcs`.
    #[must_use]
    pub const fn new(scheme: Scheme, keys: &'a [(KeyId, Option<&'a ContentKey>)]) -> Self {
        Self { scheme, keys, licence_url: None, custom_attributes: None }
    }

    /// The same header with the URL of licences (`LA_URL`).
    #[must_use]
    pub const fn with_licence_url(self, url: &'a str) -> Self {
        Self { licence_url: Some(url), ..self }
    }

    /// The same header with XML of the publisher (`CUSTOMATTRIBUTES`), which is inserted unchanged.
    ///
    /// # Errors
    /// [`Error::System`] if it cannot be the content of an element.
    pub fn with_custom_attributes(self, xml: &'a str) -> Result<Self, Error> {
        let custom = Fragment::parse(xml).map_err(|error| {
            let problem = match error {
                dynpack_xml::Error::Malformed { problem, .. } => problem,
                other => other.to_string(),
            };
            let problem = format!("its custom attributes are not XML: {problem}");
            Error::System { system: "PlayReady", problem }
        })?;
        Ok(Self { custom_attributes: Some(custom), ..self })
    }

    /// The header as XML (3).
    #[must_use]
    pub fn to_xml(&self) -> String {
        let version = match (self.scheme, self.keys) {
            (Scheme::Cenc, [_]) => "4.0.0.0",
            (Scheme::Cenc, _) => "4.2.0.0",
            (Scheme::Cbcs, _) => "4.3.0.0",
        };
        let mut xml = Writer::new(STYLE);
        let root = xml.open("WRMHEADER").with("xmlns", NAMESPACE).with("version", version);
        root.children(|xml| {
            xml.open("DATA").children(|xml| {
                match (self.scheme, self.keys) {
                    (Scheme::Cenc, [(id, key)]) => write_one(xml, *id, *key),
                    _ => self.write_list(xml),
                }
                if let Some(url) = self.licence_url {
                    xml.open("LA_URL").text(url);
                }
                if let Some(custom) = self.custom_attributes {
                    xml.open("CUSTOMATTRIBUTES").fragment(custom);
                }
            });
        });
        xml.finish()
    }

    /// The PlayReady Object, which contains the header in UTF-16 (2). `mspr:pro` and Smooth
    /// Streaming have it in Base64.
    ///
    /// # Errors
    /// [`Error::System`] if it is longer than PlayReady allows.
    pub fn to_object(&self) -> Result<Vec<u8>, Error> {
        let header: Vec<u8> = self.to_xml().encode_utf16().flat_map(u16::to_le_bytes).collect();
        let len = header.len().saturating_add(10);
        let (record, object) = match (u16::try_from(header.len()), u32::try_from(len)) {
            (Ok(record), Ok(object)) if len <= MAX_OBJECT => (record, object),
            _ => {
                return Err(Error::System {
                    system: "PlayReady",
                    problem: format!("{len} bytes are more than {MAX_OBJECT}"),
                });
            }
        };
        let mut out = Vec::with_capacity(len);
        out.extend(object.to_le_bytes());
        out.extend(1_u16.to_le_bytes());
        out.extend(HEADER_RECORD.to_le_bytes());
        out.extend(record.to_le_bytes());
        out.extend(header);
        Ok(out)
    }

    /// The object in Base64.
    ///
    /// # Errors
    /// As [`to_object`](Self::to_object).
    pub fn to_base64(&self) -> Result<String, Error> {
        self.to_object().map(|object| STANDARD.encode(object))
    }

    /// The object in a `pssh` box of version 0.
    ///
    /// # Errors
    /// As [`to_object`](Self::to_object).
    pub fn pssh(&self) -> Result<Pssh, Error> {
        self.to_object().map(|object| Pssh::new(SystemId::PLAYREADY, object))
    }

    /// The keys of a header of version 4.2 or 4.3. Attributes are in alphabetical order (3.4, 3.5).
    fn write_list(&self, xml: &mut Writer) {
        let (algorithm, has_checksums) = match self.scheme {
            Scheme::Cenc => ("AESCTR", true),
            Scheme::Cbcs => ("AESCBC", false),
        };
        xml.open("PROTECTINFO").children(|xml| {
            xml.open("KIDS").children(|xml| {
                for (id, key) in self.keys {
                    let checksum = key.filter(|_| has_checksums).map(|key| checksum(*id, key));
                    xml.open("KID")
                        .with("ALGID", algorithm)
                        .with_some("CHECKSUM", checksum)
                        .with("VALUE", kid(*id))
                        .text("");
                }
            });
        });
    }
}

/// The one key of a header of version 4.0 (3.2).
fn write_one(xml: &mut Writer, id: KeyId, key: Option<&ContentKey>) {
    xml.open("PROTECTINFO").children(|xml| {
        xml.open("KEYLEN").text(16);
        xml.open("ALGID").text("AESCTR");
    });
    xml.open("KID").text(kid(id));
    if let Some(key) = key {
        xml.open("CHECKSUM").text(checksum(id, key));
    }
}

/// A key id in the notation of headers.
fn kid(id: KeyId) -> String {
    STANDARD.encode(id.to_guid_bytes())
}

/// The checksum of a key for AES-CTR: the first 8 bytes of the key id, encrypted with the key
/// (3.6).
fn checksum(id: KeyId, key: &ContentKey) -> String {
    let encrypted = Cipher::new(key).encrypt_block(id.to_guid_bytes());
    let [a, b, c, d, e, f, g, h, ..] = encrypted;
    STANDARD.encode([a, b, c, d, e, f, g, h])
}
