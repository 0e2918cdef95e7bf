//! Subtitles that are images, in every format.

use dynpack::storage::Memory;
use dynpack::{AssetPath, Dynpack, Format};
use dynpack_codec::TextForm;
use dynpack_testkit::read::mp4;
use dynpack_text::{Options, ttml};

use crate::support::{ask, formats, manifest, promises_at, sample_storage, text};
use crate::texts::ENGLISH;

const ASSET: &str = "/sample/sample.ism";

/// A PNG file of one pixel.
const PNG: &str = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNkYAAAAAYAAjCB0C8AAAAASUVORK5C\
                   YII=";

/// The sample with subtitles of images in English, and of text in German. The image crosses a cut.
fn storage() -> Memory {
    let storage = sample_storage();
    let document = format!(
        "<tt xmlns='http://www.w3.org/ns/ttml' xml:lang='en' tts:extent='1920px 1080px'>
          <head>
            <metadata><smpte:image xml:id='i' imageType='PNG' encoding='Base64'>{PNG}</smpte:image>
            </metadata>
            <layout><region xml:id='r' tts:origin='100px 900px' tts:extent='1px 1px'/></layout>
          </head>
          <body><div region='r' begin='5s' end='8s' smpte:backgroundImage='#i'/></body>
        </tt>"
    );
    storage.insert("sample/film.en.ttml", document);
    storage.insert("sample/film.de.vtt", ENGLISH);
    storage
}

fn origin() -> Dynpack {
    Dynpack::builder(storage()).build()
}

#[tokio::test]
async fn images_are_in_documents_and_in_nothing_else() {
    let dynpack = origin();
    let forms = TextForm::ALL.map(Some).into_iter().chain([None]);
    let mut carrying = Vec::new();
    for (format, form) in formats().flat_map(|format| forms.clone().map(move |form| (format, form)))
    {
        let named = form.map(|form| format!(",text={form})")).unwrap_or_else(|| ")".to_owned());
        let url = manifest(ASSET, format).replace(')', &named);
        let Ok(response) = ask(&dynpack, &url).await else { continue };
        let left_out = response.warnings.iter().any(|warning| warning.contains("`text_en`"));
        let listed = text(&dynpack, &url).await;
        assert_eq!(listed.contains("text_en"), !left_out, "{url}: {:?}", response.warnings);
        if !left_out {
            carrying.push((format, form));
            let is_declared =
                listed.contains("stpp.ttml.im1i") && listed.contains("stpp.ttml.im1t");
            assert!(is_declared || listed.contains("FourCC=\"TTML\""), "{url}: {listed}");
        } else if !matches!(format, Format::HlsV3 | Format::Hds) {
            assert!(listed.contains("text_de") && !listed.contains("im1i"), "{url}: {listed}");
        }
    }
    let imsc = Some(TextForm::Imsc);
    assert_eq!(
        carrying,
        [
            (Format::Smooth, imsc),
            (Format::Smooth, None),
            (Format::SmoothV20, imsc),
            (Format::SmoothV20, None),
            (Format::HlsCmaf, imsc),
            (Format::DashCsf, imsc),
            (Format::DashCsf, None),
            (Format::DashCmaf, imsc),
            (Format::DashCmaf, None),
        ]
    );
}

#[tokio::test]
async fn segments_show_the_images() {
    let dynpack = origin();
    for (format, start) in [
        (Format::HlsCmaf, 6.0),
        (Format::DashCmaf, 6.0),
        (Format::DashCsf, 6.0),
        (Format::Smooth, 0.0),
    ] {
        let url = manifest(ASSET, format);
        let url = if format == Format::HlsCmaf { url.replace(')', ",text=imsc)") } else { url };
        let promises = promises_at(&dynpack, &url, format).await;
        let promise = promises.iter().find(|promise| promise.track() == "text_en").unwrap();
        let mut shown = Vec::new();
        for (url, ..) in &promise.segments {
            let response = ask(&dynpack, url).await.unwrap();
            assert_eq!(response.content_type, "application/mp4", "{url}");
            let segment = response.body.collect().await.unwrap();
            let [sample] = &mp4::segment(&segment).samples[..] else { panic!("{url}") };
            let document = ttml::read(&sample.data, Options::new()).unwrap().document;
            shown.extend(document.cues.all().iter().map(|cue| {
                let has_image =
                    cue.image().is_some_and(|image| image.png().ends_with(b"IEND\xaeB`\x82"));
                (cue.start.as_seconds(), has_image)
            }));
        }
        let [(_, true), (second, true)] = shown[..] else { panic!("{format}: {shown:?}") };
        assert_eq!(second, start, "{format}");
    }
}

#[tokio::test]
async fn urls_of_images_in_other_forms_are_refused() {
    let dynpack = origin();
    let asset = dynpack.asset(&AssetPath::new("sample", "sample.ism").unwrap()).await.unwrap();
    let bitrate = asset.presentation.named("text_en").next().unwrap().id.bitrate;
    let url = |call: &str| format!("{ASSET}/QualityLevels({bitrate})/{call}");
    for call in [
        "Manifest(text_en,format=m3u8-cmaf)",
        "Manifest(text_en,format=m3u8-aapl,text=vtt)",
        "Fragments(text_en=0,format=m3u8-cmaf,text=vtt).vtt",
        "Fragments(text_en=0,format=m3u8-aapl,text=vtt).vtt",
        "Fragments(text_en=all,format=mpd-time-cmaf,text=vtt).vtt",
        "Fragments(text_en=0,format=mpd-time-cmaf,text=wvtt).mp4",
        "Fragments(text_en=i,format=mpd-time-csf,text=wvtt).mp4",
    ] {
        let error = ask(&dynpack, &url(call)).await.unwrap_err();
        assert_eq!(error.status(), 415, "{call}: {error}");
        assert!(error.to_string().contains("`text_en`: it has images"), "{call}: {error}");
    }
    assert!(
        ask(&dynpack, &url("Fragments(text_en=0,format=m3u8-cmaf,text=imsc).mp4")).await.is_ok()
    );
}
