//! Manifests with a naming other than that of the request URLs.

use dynpack::{
    Asset, AssetPath, Form, Format, Job, Naming, RenditionId, Request, Resource, SplitUrl,
};
use dynpack_codec::TextForm;
use dynpack_media::{Period, SegmentNumber, Ticks, View};

use crate::support::sample_origin;
use crate::texts::{origin, storage};

/// Names files as in a folder: `video_400000/seg-0.m4s`.
#[derive(Debug)]
struct Files;

impl Naming for Files {
    fn chapters(&self, _: &Request) -> String {
        "chapters.json".into()
    }

    fn media_playlist(&self, _: &Request, id: &RenditionId, _: Option<&str>) -> String {
        format!("{}/{}.m3u8", folder(&id.name, id.bitrate), prefix(id.form))
    }

    fn init_segment(&self, _: &Request, _: &RenditionId) -> String {
        "init.mp4".to_owned()
    }

    fn segment(&self, _: &Request, id: &RenditionId, _: Option<&str>) -> SplitUrl {
        SplitUrl::new(format!("{}-", prefix(id.form)), ".m4s")
    }

    fn init_template(&self, _: &Request, track: &str, bitrate: &str) -> String {
        format!("{}/init.mp4", folder(track, bitrate))
    }

    fn segment_template(
        &self,
        _: &Request,
        track: &str,
        form: Form,
        bitrate: &str,
        time: &str,
        from: Ticks,
    ) -> String {
        let from = if from == Ticks::ZERO { String::new() } else { format!("{from}+") };
        format!("{}/{}-{from}{time}.m4s", folder(track, bitrate), prefix(form))
    }

    fn document(&self, _: &Request, id: &RenditionId) -> String {
        format!("{}.vtt", id.name)
    }

    fn stream(&self, _: &Request, id: &RenditionId, _: Option<&str>) -> String {
        format!("{}/", folder(&id.name, id.bitrate))
    }
}

fn folder(track: &str, bitrate: impl std::fmt::Display) -> String {
    format!("{track}_{bitrate}")
}

fn prefix(form: Form) -> &'static str {
    match form {
        Form::Full => "seg",
        Form::KeyFrames => "key",
    }
}

async fn sample() -> std::sync::Arc<Asset> {
    sample_origin().asset(&path()).await.unwrap()
}

fn path() -> AssetPath {
    AssetPath::new("sample", "sample.ism").unwrap()
}

/// The output with this naming for a request for the sample asset.
fn packaged(asset: &Asset, format: Format, resource: Resource) -> String {
    let request = Request::new(path(), format, resource);
    let view = View::whole(&asset.presentation);
    let job = Job::new(&view, &request).with_naming(&Files);
    match format.packager().unwrap().package(&job).unwrap().content {
        dynpack::Content::Bytes(text) => String::from_utf8(text.to_vec()).unwrap(),
        dynpack::Content::Plan(_) => panic!("{request} is not a manifest"),
    }
}

/// The URLs of a playlist: its lines without tags, and the values of `URI`.
fn urls(playlist: &str) -> Vec<String> {
    let tagged = |line: &str| {
        let (_, uri) = line.split_once("URI=\"")?;
        Some(uri.split('"').next()?.to_owned())
    };
    let url = |line: &str| if line.starts_with('#') { tagged(line) } else { Some(line.to_owned()) };
    playlist.lines().filter_map(url).collect()
}

#[tokio::test]
async fn playlists_contain_only_the_names_of_another_naming() {
    let asset = sample().await;
    let multivariant = urls(&packaged(&asset, Format::HlsCmaf, Resource::Manifest));
    assert_eq!(multivariant.len(), 8, "{multivariant:?}");
    for rendition in &asset.presentation.renditions {
        let id = &rendition.id;
        let playlist = format!("{}/seg.m3u8", folder(&id.name, id.bitrate));
        assert!(multivariant.contains(&playlist), "{playlist} is not in {multivariant:?}");
        let listed = urls(&packaged(&asset, Format::HlsCmaf, Resource::MediaPlaylist(id.clone())));
        let segments =
            rendition.cuts.segments().map(|segment| format!("seg-{}.m4s", segment.start));
        let expected: Vec<_> = ["init.mp4".to_owned()].into_iter().chain(segments).collect();
        assert_eq!(listed, expected);
    }
    let video = asset.presentation.of_kind(dynpack::MediaKind::Video).next().unwrap();
    let key_frames = Resource::MediaPlaylist(video.id.with_form(Form::KeyFrames));
    let listed = urls(&packaged(&asset, Format::HlsCmaf, key_frames));
    assert!(multivariant.iter().any(|url| url.ends_with("/key.m3u8")), "{multivariant:?}");
    assert_eq!(listed[..2], ["init.mp4", "key-0.m4s"]);
}

#[tokio::test]
async fn an_mpd_contains_only_the_templates_of_another_naming() {
    let asset = sample().await;
    let mpd = packaged(&asset, Format::DashCmaf, Resource::Manifest);
    let values = |attribute: &str| -> Vec<String> {
        let marked = format!(" {attribute}=\"");
        let values = mpd.split(&marked).skip(1);
        values.map(|rest| rest.split('"').next().unwrap().to_owned()).collect()
    };
    let (inits, media) = (values("initialization"), values("media"));
    assert!(inits.iter().all(|url| url.ends_with("_$Bandwidth$/init.mp4")), "{inits:?}");
    let is_named = |url: &String| {
        url.ends_with("_$Bandwidth$/seg-$Time$.m4s") || url.ends_with("_$Bandwidth$/key-$Time$.m4s")
    };
    assert!(media.iter().all(is_named), "{media:?}");
    assert_eq!(inits.len(), media.len());
    assert!(!mpd.contains("QualityLevels"), "{mpd}");
}

/// Times in a manifest of a part of a film count from its start, which a name may say.
#[tokio::test]
async fn a_client_manifest_of_a_part_has_the_templates_of_another_naming() {
    let asset = sample().await;
    let request = Request::manifest(path(), Format::Smooth);
    let second = SegmentNumber(1)..SegmentNumber(2);
    let view = View::new(Period::within(&asset.presentation, second).unwrap());
    let job = Job::new(&view, &request).with_naming(&Files);
    let manifest = request.format.packager().unwrap().manifest(&job).unwrap();
    let template = r#" Url="video_{bitrate}/seg-60000000+{start time}.m4s">"#;
    assert!(manifest.contains(template), "{manifest}");
    assert!(!manifest.contains("QualityLevels("), "{manifest}");
}

#[tokio::test]
async fn an_mpd_names_whole_texts_by_another_naming() {
    let asset = origin(storage()).asset(&path()).await.unwrap();
    let request = Request::manifest(path(), Format::DashCmaf).with_text(Some(TextForm::Vtt));
    let view = View::whole(&asset.presentation);
    let job = Job::new(&view, &request).with_naming(&Files);
    let mpd = request.format.packager().unwrap().manifest(&job).unwrap();
    for name in ["text_de", "text_en"] {
        assert!(mpd.contains(&format!("<BaseURL>{name}.vtt</BaseURL>")), "{mpd}");
    }
    assert!(!mpd.contains("QualityLevels"), "{mpd}");
}
