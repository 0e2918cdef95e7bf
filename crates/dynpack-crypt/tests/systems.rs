//! Headers of DRM systems, compared with those of other software.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use dynpack_crypt::cenc::Scheme;
use dynpack_crypt::systems::playready::Header;
use dynpack_crypt::systems::{clear_key, widevine};
use dynpack_crypt::{ContentKey, KeyId};

fn id(hex: &str) -> KeyId {
    hex.parse().unwrap()
}

fn key(hex: &str) -> ContentKey {
    ContentKey::from_hex(hex).unwrap()
}

/// The initialization data of the content `mp4-basic` in the web platform tests, made by the test
/// service of Microsoft.
#[test]
fn a_header_of_playready_is_that_of_the_web_platform_tests() {
    let key = key("be7df8a3667a6a8fd564d0ed81339a95");
    let keys = [(id("ad13f9ea2be698b875f504a8e3ccea64"), Some(&key))];
    let url = "http://playready.directtaps.net/pr/svc/rightsmanager.asmx?PlayRight=1&UseSimpleNonPersistentLicense=1";
    let pssh = Header::new(Scheme::Cenc, &keys).with_licence_url(url).pssh().unwrap();
    assert_eq!(pssh.to_base64(), include_str!("data/wpt_mp4_basic_playready.txt").trim());
}

/// The second key of `mp4-av-multikey`, and an example of python-cpix.
#[test]
fn checksums_are_those_of_other_software() {
    for (id_, key_, checksum) in [
        ("558ee541b90ab2f3950d00ade3760d45", "91039263016da635770d57db92f98bd0", "YiO/16Ls96E="),
        ("13a75306d118917b47a6c1836442516f", "8aaad8c4dbdeaccdad2676a1ed38952e", "IDRtPgUI/bI="),
        (
            "8ba94ade-6eb9-449d-b44f-a5beefaf43b0",
            "DBFD6922C321C4BB486F4A1C44097ED6",
            "Me48z71nuqY=",
        ),
    ] {
        let key = key(key_);
        let xml = Header::new(Scheme::Cenc, &[(id(id_), Some(&key))]).to_xml();
        assert!(xml.contains(&format!("<CHECKSUM>{checksum}</CHECKSUM>")), "{xml}");
    }
}

#[test]
fn a_header_has_the_oldest_version_that_supports_it() {
    const ONE: &str = "13a75306-d118-917b-47a6-c1836442516f";
    let (key, ids) = (
        key("8aaad8c4dbdeaccdad2676a1ed38952e"),
        [id(ONE), id("00000000-0000-0000-0000-000000000001")],
    );
    let keys = [(ids[0], Some(&key)), (ids[1], None)];
    let start =
        r#"<WRMHEADER xmlns="http://schemas.microsoft.com/DRM/2007/03/PlayReadyHeader" version="#;
    let one = Header::new(Scheme::Cenc, &keys[1..]).to_xml();
    let expected = concat!(
        r#""4.0.0.0"><DATA><PROTECTINFO><KEYLEN>16</KEYLEN><ALGID>AESCTR</ALGID></PROTECTINFO>"#,
        r#"<KID>AAAAAAAAAAAAAAAAAAAAAQ==</KID></DATA></WRMHEADER>"#,
    );
    assert_eq!(one, format!("{start}{expected}"));
    let both =
        Header::new(Scheme::Cenc, &keys).with_custom_attributes("<A>1</A>").unwrap().to_xml();
    let expected = concat!(
        r#""4.2.0.0"><DATA><PROTECTINFO><KIDS>"#,
        r#"<KID ALGID="AESCTR" CHECKSUM="IDRtPgUI/bI=" VALUE="BlOnExjRe5FHpsGDZEJRbw=="></KID>"#,
        r#"<KID ALGID="AESCTR" VALUE="AAAAAAAAAAAAAAAAAAAAAQ=="></KID></KIDS></PROTECTINFO>"#,
        r#"<CUSTOMATTRIBUTES><A>1</A></CUSTOMATTRIBUTES></DATA></WRMHEADER>"#,
    );
    assert_eq!(both, format!("{start}{expected}"));
    let chained =
        Header::new(Scheme::Cbcs, &keys[..1]).with_licence_url("https://a/?b=1&c=<2>").to_xml();
    let expected = concat!(
        r#""4.3.0.0"><DATA><PROTECTINFO><KIDS>"#,
        r#"<KID ALGID="AESCBC" VALUE="BlOnExjRe5FHpsGDZEJRbw=="></KID></KIDS></PROTECTINFO>"#,
        r#"<LA_URL>https://a/?b=1&amp;c=&lt;2&gt;</LA_URL></DATA></WRMHEADER>"#,
    );
    assert_eq!(chained, format!("{start}{expected}"));
}

#[test]
fn a_header_longer_than_playready_allows_is_refused() {
    let keys = [(KeyId([0; 16]), None)];
    let url = "x".repeat(8000);
    let refused = Header::new(Scheme::Cenc, &keys)
        .with_licence_url(&url)
        .to_object()
        .unwrap_err()
        .to_string();
    assert!(
        refused.starts_with("the PlayReady header cannot be made: ")
            && refused.ends_with(" bytes are more than 15360"),
        "{refused}"
    );
    assert!(Header::new(Scheme::Cenc, &keys).with_licence_url(&url[..7000]).to_object().is_ok());
}

#[test]
fn headers_without_a_list_of_keys_are_of_version_0() {
    let ids = [KeyId([1; 16])];
    let version = |pssh: dynpack_crypt::systems::Pssh| pssh.to_bytes()[8];
    assert_eq!(version(widevine::pssh(&ids, None, Scheme::Cenc)), 0);
    assert_eq!(version(Header::new(Scheme::Cenc, &[(ids[0], None)]).pssh().unwrap()), 0);
    assert_eq!(version(clear_key::pssh(&ids)), 1);
}
