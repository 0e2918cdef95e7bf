//! Reading and writing of protection headers in client manifests.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use dynpack_crypt::cenc::Scheme;
use dynpack_crypt::systems::playready::Header;
use dynpack_crypt::{KeyId, SystemId};
use dynpack_smooth::{ClientManifest, ProtectionHeader, Version};
use proptest::prelude::*;

const STREAM: &str =
    "<StreamIndex Type='video' Url='v'><QualityLevel Bitrate='1'/><c d='100'/></StreamIndex>";

/// Parses a manifest with `protection` before its stream.
fn parse(protection: &str) -> ClientManifest {
    let text =
        format!("<SmoothStreamingMedia Duration='100'>{protection}{STREAM}</SmoothStreamingMedia>");
    ClientManifest::parse(text.as_bytes()).unwrap()
}

fn written(headers: Vec<ProtectionHeader>) -> String {
    let mut manifest = parse("");
    manifest.protection = headers;
    let text = manifest.to_xml(Version::V2_2);
    assert_eq!(ClientManifest::parse(text.as_bytes()).unwrap(), manifest, "{text}");
    text
}

#[test]
fn all_headers_come_before_the_streams_in_order() {
    let playready = ProtectionHeader::of(SystemId::PLAYREADY, "AAA=".into());
    let other = ProtectionHeader::of(
        "b47b251a-2409-4b42-958e-08dbae7b4ee9".parse().unwrap(),
        "BB+/".into(),
    );
    let expected = r#"
  <Protection>
    <ProtectionHeader SystemID="9A04F079-9840-4286-AB92-E65BE0885F95">AAA=</ProtectionHeader>
    <ProtectionHeader SystemID="B47B251A-2409-4B42-958E-08DBAE7B4EE9">BB+/</ProtectionHeader>
  </Protection>
  <StreamIndex "#;
    let text = written(vec![playready, other]);
    assert!(text.contains(expected), "{text}");
    assert!(!written(Vec::new()).contains("Protection"));
}

/// Packagers put Base64 on separate lines, and use several notations of ids.
#[test]
fn headers_are_read_as_they_are_written() {
    let text = "<Protection>
      <ProtectionHeader SystemID='{9a04f079-9840-4286-ab92-e65be0885f95}'>
        AAA=
      </ProtectionHeader>
      <ProtectionHeader SystemID='x'/><Other/>
    </Protection>";
    let headers = parse(text).protection;
    let headers: Vec<_> =
        headers.iter().map(|header| (header.system_id.as_str(), header.content.as_str())).collect();
    assert_eq!(headers, [("{9a04f079-9840-4286-ab92-e65be0885f95}", "AAA="), ("x", "")]);
}

/// The key ids of a PlayReady Object (*PlayReady Header Specification*, 2 and 3), read without a
/// library.
fn key_ids(object: &[u8]) -> Vec<KeyId> {
    let number = |bytes: &[u8]| {
        bytes.iter().rev().fold(0_usize, |number, &byte| number << 8 | usize::from(byte))
    };
    assert_eq!((number(&object[..4]), number(&object[4..6])), (object.len(), 1), "one record");
    assert_eq!(
        (number(&object[6..8]), number(&object[8..10])),
        (1, object.len() - 10),
        "a header of rights management"
    );
    let units: Vec<u16> =
        object[10..].chunks(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect();
    let header = String::from_utf16(&units).unwrap();
    let between = |text: &str, end: char| STANDARD.decode(text.split(end).next().unwrap()).unwrap();
    let elements = header.split("<KID>").skip(1).map(|rest| between(rest, '<'));
    let attributes = header.split(" VALUE=\"").skip(1).map(|rest| between(rest, '"'));
    let from_guid = |guid: Vec<u8>| {
        let order = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15];
        KeyId(order.map(|at| guid[at]))
    };
    elements.chain(attributes).map(from_guid).collect()
}

proptest! {
    #[test]
    fn a_playready_object_is_read_back(
        ids in prop::collection::vec(any::<[u8; 16]>(), 1..4),
        cbcs: bool,
        url in "[ -~]{0,40}",
    ) {
        let scheme = if cbcs { Scheme::Cbcs } else { Scheme::Cenc };
        let ids: Vec<_> = ids.into_iter().map(KeyId).collect();
        let keys: Vec<_> = ids.iter().map(|id| (*id, None)).collect();
        let object = Header::new(scheme, &keys).with_licence_url(&url).to_base64().unwrap();
        let text = written(vec![ProtectionHeader::of(SystemId::PLAYREADY, object)]);
        let id = "SystemID=\"9A04F079-9840-4286-AB92-E65BE0885F95\">";
        let (_, rest) = text.split_once(id).unwrap();
        let (content, _) = rest.split_once("</ProtectionHeader>").unwrap();
        prop_assert_eq!(key_ids(&STANDARD.decode(content).unwrap()), ids);
    }
}
