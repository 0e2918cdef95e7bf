//! What manifests signal about encryption.
#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use std::collections::BTreeSet;

use dynpack_crypt::cenc::Scheme;
use dynpack_crypt::{KeyId, SystemId};
use dynpack_dash::{Options, Protection, System, Urls, mpd};
use dynpack_media::{CutPolicy, Presentation, Rendition, View};
use dynpack_testkit::urls::Azure;
use dynpack_testkit::{self as film, AAC_48_STEREO, unfolded};
use proptest::prelude::*;
use quick_xml::events::Event;
use quick_xml::name::ResolveResult;
use quick_xml::reader::NsReader;

/// URLs that take the protection of each rendition from a function.
struct Protected<F>(F);

impl<F: Fn(&Rendition) -> Option<Protection>> Urls for Protected<F> {
    fn init(&self, rendition: &Rendition) -> String {
        Azure.init(rendition)
    }

    fn media(&self, rendition: &Rendition) -> String {
        Azure.media(rendition)
    }

    fn document(&self, text: &Rendition) -> String {
        Azure.document(text)
    }

    fn protection(&self, rendition: &Rendition) -> Option<Protection> {
        (self.0)(rendition)
    }
}

fn manifest(film: &Presentation, protection: impl Fn(&Rendition) -> Option<Protection>) -> String {
    mpd(&View::whole(film), &Protected(protection), &Options::CMAF)
}

/// The lines that begin with `start`, without their indentation.
fn lines<'a>(manifest: &'a str, start: &str) -> Vec<&'a str> {
    manifest.lines().map(str::trim).filter(|line| line.starts_with(start)).collect()
}

fn under(key: u8) -> Protection {
    Protection::new(Scheme::Cenc, KeyId([key; 16]))
}

fn all_systems(_: &Rendition) -> Option<Protection> {
    let url = || String::from("https://licences.example/?a=1&kid=<\"é\">");
    let playready = System::new(SystemId::PLAYREADY)
        .with_name("MSPR 2.0".into())
        .with_pssh("AAAA".into())
        .with_playready_object("BBBB".into())
        .with_licence_url(url());
    let widevine = System::new(SystemId::WIDEVINE)
        .with_name("Widevine".into())
        .with_pssh("CC+/==".into())
        .with_licence_url(url());
    let fairplay = System::new(SystemId::FAIRPLAY).with_licence_url(url());
    let clear_key = System::new(SystemId::CLEAR_KEY)
        .with_name("ClearKey \"1.0\"".into())
        .with_licence_url(url());
    let protection =
        Protection::new(Scheme::Cbcs, "ad13f9ea-2be6-98b8-75f5-04a8e3ccea64".parse().unwrap());
    Some(
        [playready, widevine, fairplay, clear_key]
            .into_iter()
            .fold(protection, Protection::with_system),
    )
}

#[test]
fn every_system_finds_its_data() {
    let url = "https://licences.example/?a=1&amp;kid=&lt;%22%C3%A9%22&gt;";
    let expected = unfolded(
        r#"
   <ContentProtection schemeIdUri="urn:mpeg:dash:mp4protection:2011" value="cbcs" \
     cenc:default_KID="ad13f9ea-2be6-98b8-75f5-04a8e3ccea64"/>
   <ContentProtection schemeIdUri="urn:uuid:9a04f079-9840-4286-ab92-e65be0885f95" value="MSPR 2.0">
    <cenc:pssh>AAAA</cenc:pssh>
    <mspr:pro>BBBB</mspr:pro>
    <ms:laurl licenseUrl="{url}"/>
    <dashif:Laurl>{url}</dashif:Laurl>
   </ContentProtection>
   <ContentProtection schemeIdUri="urn:uuid:edef8ba9-79d6-4ace-a3c8-27dcd51d21ed" value="Widevine">
    <cenc:pssh>CC+/==</cenc:pssh>
    <ms:laurl licenseUrl="{url}"/>
    <dashif:Laurl>{url}</dashif:Laurl>
   </ContentProtection>
   <ContentProtection schemeIdUri="urn:uuid:94ce86fb-07ff-4f43-adb8-93d2fa968ca2">
    <dashif:Laurl>{url}</dashif:Laurl>
   </ContentProtection>
   <ContentProtection schemeIdUri="urn:uuid:e2719d58-a985-b3c9-781a-b030af78d30e" value="ClearKey \
     &quot;1.0&quot;">
    <clearkey:Laurl Lic_type="EME-1.0">{url}</clearkey:Laurl>
   </ContentProtection>
"#,
    );
    let manifest = manifest(&film::sample(), all_systems);
    let expected = expected.replace("{url}", url);
    // Two sets of audio, one of video, and its key frames.
    assert_eq!(manifest.matches(&expected).count(), 4, "{manifest}");
    let head = unfolded(
        r#"<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" xmlns:cenc="urn:mpeg:cenc:2013" \
        xmlns:mspr="urn:microsoft:playready" xmlns:ms="urn:microsoft" \
        xmlns:dashif="https://dashif.org/CPS" \
        xmlns:clearkey="http://dashif.org/guidelines/clearKey" profiles="#,
    );
    assert!(manifest.contains(&head), "{manifest}");
    let video = r#"startWithSAP="1">
   <ContentProtection schemeIdUri="urn:mpeg"#;
    assert!(manifest.contains(video), "{manifest}");
    let trick = "   </ContentProtection>\n   <EssentialProperty \
        schemeIdUri=\"http://dashif.org/guidelines/trickmode\" value=\"3\"/>";
    assert!(manifest.contains(trick), "{manifest}");
}

#[test]
fn clear_renditions_signal_no_protection() {
    let manifest =
        manifest(&film::sample(), |rendition| (&*rendition.id.name == "video").then(|| under(1)));
    let head =
        r#"<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" xmlns:cenc="urn:mpeg:cenc:2013" profiles="#;
    assert!(manifest.contains(head), "{manifest}");
    let element = unfolded(
        r#"<ContentProtection schemeIdUri="urn:mpeg:dash:mp4protection:2011" \
        value="cenc" cenc:default_KID="01010101-0101-0101-0101-010101010101"/>"#,
    );
    assert_eq!(lines(&manifest, "<ContentProtection"), [&*element; 2]);
    let audio = &manifest[..manifest.find("contentType=\"video\"").unwrap()];
    assert!(!audio.contains("<ContentProtection"), "{audio}");
}

/// A key for each resolution: three sets between which a client may switch, each with its key
/// frames.
#[test]
fn each_key_has_a_set_of_its_own() {
    let video = |bitrate| ("video", bitrate, film::video((640, 360), (512, 12_800), 500, 50));
    let sound = ("audio", 128_000, film::audio(AAC_48_STEREO, 900, "en"));
    let tracks = vec![video(100), video(200), video(300), video(400), sound];
    let film = film::presentation(tracks, CutPolicy::SIX_SECONDS);
    let manifest = manifest(&film, |rendition| match rendition.id.bitrate {
        100 => None,
        200 | 300 => Some(under(1)),
        400 => Some(under(2)),
        _ => Some(under(3)),
    });
    let sets: Vec<_> = lines(&manifest, "<Representation ")
        .iter()
        .map(|line| line.split('"').nth(1).unwrap())
        .collect();
    let whole = ["audio_128000", "video_100", "video_200", "video_300", "video_400"];
    assert_eq!(sets[..5], whole, "{manifest}");
    let keys: Vec<_> = lines(&manifest, "<ContentProtection")
        .iter()
        .map(|line| line.split('"').nth(5).unwrap())
        .collect();
    let key = |key: &str| KeyId([key.parse().unwrap(); 16]).to_string();
    assert_eq!(keys, ["3", "1", "2", "1", "2"].map(key));
    let switching = lines(&manifest, "<SupplementalProperty");
    let others = |ids| {
        unfolded(&format!(
            r#"<SupplementalProperty schemeIdUri="urn:mpeg:dash:adaptation-set-switching:2016" \
                value="{ids}"/>"#
        ))
    };
    assert_eq!(switching, ["3,4", "2,4", "2,3"].map(others));
    let tricks: Vec<_> = lines(&manifest, "<EssentialProperty")
        .iter()
        .map(|line| line.split('"').nth(3).unwrap())
        .collect();
    assert_eq!(tricks, ["2", "3", "4"]);
}

#[test]
fn clients_do_not_switch_between_sets_of_different_ends_or_codings() {
    let video =
        |bitrate, frames| ("video", bitrate, film::video((640, 360), (512, 12_800), frames, 50));
    let film = film::presentation(vec![video(100, 500), video(200, 250)], CutPolicy::SIX_SECONDS);
    let manifest = manifest(&film, |rendition| (rendition.id.bitrate == 100).then(|| under(1)));
    assert_eq!(
        (lines(&manifest, "<AdaptationSet").len(), lines(&manifest, "<SupplementalProperty").len()),
        (4, 0),
        "{manifest}"
    );
}

/// Texts that would break out of their elements or attributes.
fn protections() -> impl Strategy<Value = Option<Protection>> {
    let ids = vec![
        SystemId::WIDEVINE,
        SystemId::PLAYREADY,
        SystemId::CLEAR_KEY,
        SystemId::FAIRPLAY,
        SystemId([7; 16]),
    ];
    let text = || prop::option::of("[a-z<>&'\"\\]\u{0}\n\u{ffff}é ]{0,6}");
    let system = (prop::sample::select(ids), text(), text(), text(), text()).prop_map(
        |(id, name, pssh, object, url)| {
            let mut system = System::new(id);
            (system.name, system.pssh, system.playready_object, system.licence_url) =
                (name, pssh, object, url);
            system
        },
    );
    let scheme = prop::sample::select(vec![Scheme::Cenc, Scheme::Cbcs]);
    let protection = (scheme, 0_u8..3, prop::collection::vec(system, 0..3)).prop_map(
        |(scheme, key, systems)| {
            systems
                .into_iter()
                .fold(Protection::new(scheme, KeyId([key; 16])), Protection::with_system)
        },
    );
    prop::option::of(protection)
}

/// Checks that every prefix is bound to a namespace. Returns all namespaces that are declared, and
/// all that are used.
fn namespaces(manifest: &str) -> (BTreeSet<String>, BTreeSet<String>) {
    let mut reader = NsReader::from_str(manifest);
    let (mut declared, mut used) = (BTreeSet::new(), BTreeSet::new());
    let mut note = |name: ResolveResult<'_>| match name {
        ResolveResult::Bound(namespace) => drop(used.insert(String::from(namespace.as_ref()))),
        ResolveResult::Unbound => {}
        ResolveResult::Unknown(prefix) => panic!("{prefix:?} in {manifest}"),
    };
    loop {
        let event = reader.read_event().unwrap();
        match &event {
            Event::Start(element) | Event::Empty(element) => {
                note(reader.resolver().resolve_element(element.name()).0);
                for attribute in element.attributes() {
                    let attribute = attribute.unwrap();
                    match attribute.key.as_namespace_binding() {
                        Some(_) => drop(declared.insert(attribute.value.to_string())),
                        None => note(reader.resolver().resolve_attribute(attribute.key).0),
                    }
                }
            }
            Event::Eof => return (declared, used),
            _ => {}
        }
    }
}

proptest! {
    #[test]
    fn every_set_has_the_protection_of_all_its_renditions(
        protections in prop::collection::vec(protections(), 4),
    ) {
        let film = film::sample();
        let own = |rendition: &Rendition| {
            let at = film.renditions.iter().position(|other| {
                (&other.id.name, other.id.bitrate) == (&rendition.id.name, rendition.id.bitrate)
            });
            protections[at.unwrap()].clone()
        };
        let manifest = manifest(&film, own);
        let (declared, used) = namespaces(&manifest);
        prop_assert_eq!(declared, used, "{}", manifest);

        let read = dash_mpd_core::parse(&manifest)
            .map_err(|error| TestCaseError::fail(format!("{error}: {manifest}")))?;
        let sets = &read.periods[0].adaptations;
        let mut found = 0;
        for set in sets {
            for representation in &set.representations {
                let id = representation.id.as_ref().unwrap();
                let rendition = film
                    .renditions
                    .iter()
                    .find(|one| id.starts_with(&format!("{}_{}", one.id.name, one.id.bitrate)))
                    .unwrap();
                found += 1;
                let Some(protection) = own(rendition) else {
                    prop_assert!(set.ContentProtection.is_empty(), "{}", manifest);
                    continue;
                };
                let [common, systems @ ..] = set.ContentProtection.as_slice() else {
                    panic!("{manifest}")
                };
                prop_assert_eq!(common.value.as_deref(), Some(protection.scheme.as_str()));
                prop_assert_eq!(
                    common.default_KID.as_ref().map(|id| id.parse()),
                    Some(Ok(protection.key_id))
                );
                prop_assert_eq!(systems.len(), protection.systems.len());
                for (element, system) in systems.iter().zip(&protection.systems) {
                    prop_assert_eq!(&element.schemeIdUri, &format!("urn:uuid:{}", system.id));
                    prop_assert_eq!(element.value.is_some(), system.name.is_some());
                    prop_assert_eq!(element.cenc_pssh.len(), usize::from(system.pssh.is_some()));
                    prop_assert_eq!(element.msprpro.is_some(), system.playready_object.is_some());
                    prop_assert_eq!(element.clearkey_laurl.is_some(), system.licence_url.is_some());
                    let is_azure = [SystemId::WIDEVINE, SystemId::PLAYREADY].contains(&system.id);
                    prop_assert_eq!(
                        element.laurl.is_some(),
                        is_azure && system.licence_url.is_some()
                    );
                }
            }
        }
        prop_assert_eq!(found, 6);
        // The two videos are one set, or clients can switch between them.
        let videos: Vec<_> = sets
            .iter()
            .filter(|set| {
                set.contentType.as_deref() == Some("video") && set.essential_property.is_empty()
            })
            .collect();
        let are_equal = protections[0] == protections[1];
        prop_assert_eq!(videos.len(), if are_equal { 1 } else { 2 });
        prop_assert!(
            videos.iter().all(|set| set.supplemental_property.len() == usize::from(!are_equal)),
            "{}",
            manifest
        );
    }
}
