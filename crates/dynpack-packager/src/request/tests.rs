//! The grammar as a table, its mistakes as a table, and its laws.

use proptest::prelude::*;

use dynpack_hds::FragmentNumber;
use dynpack_media::{Form, RenditionId, Ticks};

use super::*;

fn asset() -> AssetPath {
    AssetPath::new("21b17732-0112-4d76-b526-763dcd843449", "ignite.ism").unwrap()
}

fn manifest(format: Format) -> Request {
    Request::manifest(asset(), format)
}

fn media_playlist(format: Format, track: &str, bitrate: u32) -> Request {
    Request::new(asset(), format, Resource::MediaPlaylist(RenditionId::new(track, bitrate)))
}

fn key_frame_playlist(format: Format, track: &str, bitrate: u32) -> Request {
    let id = RenditionId::new(track, bitrate).with_form(Form::KeyFrames);
    Request::new(asset(), format, Resource::MediaPlaylist(id))
}

fn media(format: Format, track: &str, bitrate: u32, place: Place) -> Request {
    Request::new(asset(), format, Resource::Media(RenditionId::new(track, bitrate), place))
}

fn init(format: Format, track: &str, bitrate: u32) -> Request {
    media(format, track, bitrate, Place::Init)
}

fn segment(format: Format, track: &str, bitrate: u32, time: i64) -> Request {
    media(format, track, bitrate, Place::Time(Ticks(time)))
}

fn fragment(format: Format, track: &str, bitrate: u32, number: u32) -> Request {
    media(format, track, bitrate, Place::Number(FragmentNumber::new(number).unwrap()))
}

impl Request {
    fn filtered(self, names: &[&str]) -> Self {
        Self { filters: names.iter().map(|&name| name.to_owned()).collect(), ..self }
    }

    fn ruled(self, rules: &str) -> Self {
        Self { rules: Some(rules.parse().unwrap()), ..self }
    }

    fn encrypted(self, encryption: Encryption) -> Self {
        Self { encryption: Some(encryption), ..self }
    }

    fn with_audio(self, track: &str) -> Self {
        Self { audio_track: Some(track.into()), ..self }
    }

    fn with_audio_only(self, audio_only: bool) -> Self {
        Self { audio_only: Some(audio_only), ..self }
    }

    fn extended(self) -> Self {
        Self { with_extension: true, ..self }
    }
}

const ROOT: &str = "/21b17732-0112-4d76-b526-763dcd843449/ignite.ism";

/// What follows the asset in URLs, what it means, and whether it is the canonical spelling.
fn table() -> Vec<(&'static str, Request)> {
    use Encryption::{Cbc, CbcsAapl, Cenc, Piff};
    use Format::{DashCmaf, DashCsf, Hds, HlsCmaf, HlsV3, HlsV4, HlsV8, Smooth, SmoothV20};
    vec![
        // Each protocol, as Azure's documents list them.
        ("manifest", manifest(Smooth)),
        ("Manifest", manifest(Smooth)),
        ("MANIFEST", manifest(Smooth)),
        ("%6Danifest", manifest(Smooth)),
        ("manifest(format=fmp4)", manifest(Smooth)),
        ("manifest(format=fmp4-v20)", manifest(SmoothV20)),
        ("manifest(format=m3u8-aapl-v3)", manifest(HlsV3)),
        ("manifest(format=m3u8-aapl)", manifest(HlsV4)),
        ("manifest(format=m3u8-aapl-v4)", manifest(HlsV4)),
        ("manifest(format=m3u8-aapl-v8)", manifest(HlsV8)),
        ("manifest(format=m3u8-cmaf)", manifest(HlsCmaf)),
        ("manifest(format=mpd-time-csf)", manifest(DashCsf)),
        ("manifest(format=mpd-time-cmaf)", manifest(DashCmaf)),
        ("manifest(format=f4m-f4f)", manifest(Hds)),
        // Endings for players which look at them.
        ("manifest(format=m3u8-cmaf).m3u8", manifest(HlsCmaf).extended()),
        ("manifest(format=m3u8-aapl).M3U8", manifest(HlsV4).extended()),
        ("manifest(format=mpd-time-cmaf).mpd", manifest(DashCmaf).extended()),
        (
            "QualityLevels(381048)/Manifest(video,format=m3u8-cmaf).m3u8",
            media_playlist(HlsCmaf, "video", 381_048).extended(),
        ),
        (
            "QualityLevels(381048)/Fragments(video=i,format=m3u8-cmaf).mp4",
            init(HlsCmaf, "video", 381_048).extended(),
        ),
        (
            "QualityLevels(381048)/Fragments(video=0,format=mpd-time-cmaf).mp4",
            segment(DashCmaf, "video", 381_048, 0).extended(),
        ),
        (
            "QualityLevels(381048)/Fragments(video=0,format=m3u8-aapl).ts",
            segment(HlsV4, "video", 381_048, 0).extended(),
        ),
        // Parameters of presentations, in any order and case, with spaces.
        ("manifest(filter=x)", manifest(Smooth).filtered(&["x"])),
        ("manifest(filtername=x)", manifest(Smooth).filtered(&["x"])),
        ("manifest(filter=myAssetFilter)", manifest(Smooth).filtered(&["myAssetFilter"])),
        ("manifest(encryption=cbc)", manifest(Smooth).encrypted(Cbc)),
        ("manifest(encryption=piff)", manifest(Smooth).encrypted(Piff)),
        (
            "manifest(format=m3u8-aapl,filter=myAccountFilter)",
            manifest(HlsV4).filtered(&["myAccountFilter"]),
        ),
        (
            "manifest(format=mpd-time-csf,filter=myAssetFilter)",
            manifest(DashCsf).filtered(&["myAssetFilter"]),
        ),
        (
            "manifest(format=mpd-time-csf, filter=MyFilter)",
            manifest(DashCsf).filtered(&["MyFilter"]),
        ),
        (
            "manifest(format=mpd-time-csf,%20filter=MyFilter)",
            manifest(DashCsf).filtered(&["MyFilter"]),
        ),
        (
            "manifest( FORMAT = mpd-time-csf , Filter=MyFilter)",
            manifest(DashCsf).filtered(&["MyFilter"]),
        ),
        (
            "manifest(filter=a;b;c,format=mpd-time-csf)",
            manifest(DashCsf).filtered(&["a", "b", "c"]),
        ),
        (
            "manifest(filter=a%3Bb%3bc,format=mpd-time-csf)",
            manifest(DashCsf).filtered(&["a", "b", "c"]),
        ),
        ("manifest(format=m3u8-aapl-v3,audioTrack=aac_eng)", manifest(HlsV3).with_audio("aac_eng")),
        ("manifest(audiotrack=aac_eng,format=m3u8-aapl-v3)", manifest(HlsV3).with_audio("aac_eng")),
        ("manifest(format=m3u8-aapl,audio-only=false)", manifest(HlsV4).with_audio_only(false)),
        ("manifest(audio-only=TRUE,format=m3u8-aapl)", manifest(HlsV4).with_audio_only(true)),
        ("manifest(format=m3u8-aapl,encryption=CBCS-aapl)", manifest(HlsV4).encrypted(CbcsAapl)),
        ("manifest(format=mpd-time-csf,encryption=cenc)", manifest(DashCsf).encrypted(Cenc)),
        // Eager clients.
        (
            "manifest%28format%3Dm3u8-cmaf%2C%20filter%3Dshort%29",
            manifest(HlsCmaf).filtered(&["short"]),
        ),
        ("manifest%28format=m3u8-cmaf%29.m3u8", manifest(HlsCmaf).extended()),
        ("QualityLevels%28128041%29/Fragments%28video%3di%29", init(Smooth, "video", 128_041)),
        // Renditions, as Azure's manifests name them.
        (
            "QualityLevels(381048)/Manifest(video,format=m3u8-aapl)",
            media_playlist(HlsV4, "video", 381_048),
        ),
        (
            "QualityLevels(128041)/Manifest(aac_eng_2_128041_2_1,format=m3u8-aapl)",
            media_playlist(HlsV4, "aac_eng_2_128041_2_1", 128_041),
        ),
        (
            "QualityLevels(381048)/Manifest(video,format=m3u8-aapl,type=keyframes)",
            key_frame_playlist(HlsV4, "video", 381_048),
        ),
        (
            "QualityLevels(381048)/Manifest(video,format=m3u8-cmaf,type=keyframes,encryption=cbcs-aapl)",
            key_frame_playlist(HlsCmaf, "video", 381_048).encrypted(CbcsAapl),
        ),
        (
            "QualityLevels(381048)/Manifest(video,format=m3u8-aapl,audiotrack=a,type=keyframes,encryption=cbcs-aapl,filter=name)",
            key_frame_playlist(HlsV4, "video", 381_048)
                .with_audio("a")
                .encrypted(CbcsAapl)
                .filtered(&["name"]),
        ),
        (
            "QualityLevels(200000)/Manifest(video,format=m3u8-aapl-v3,audiotrack=audio_und)",
            media_playlist(HlsV3, "video", 200_000).with_audio("audio_und"),
        ),
        (
            "QualityLevels(128000)/Manifest(audio_und,format=m3u8-aapl-v3)",
            media_playlist(HlsV3, "audio_und", 128_000),
        ),
        (
            "QualityLevels(381048)/Fragments(video=60000000,format=m3u8-aapl)",
            segment(HlsV4, "video", 381_048, 60_000_000),
        ),
        (
            "QualityLevels(381048)/Fragments(video=60000000,format=m3u8-aapl,encryption=cbc)",
            segment(HlsV4, "video", 381_048, 60_000_000).encrypted(Cbc),
        ),
        (
            "QualityLevels(5820064)/Fragments(video=0,format=m3u8-aapl-v3,audiotrack=aac_UND_2_128)",
            segment(HlsV3, "video", 5_820_064, 0).with_audio("aac_UND_2_128"),
        ),
        (
            "QualityLevels(381048)/Fragments(video=i,format=mpd-time-csf)",
            init(DashCsf, "video", 381_048),
        ),
        (
            "QualityLevels(381048)/Fragments(video=I,format=mpd-time-csf)",
            init(DashCsf, "video", 381_048),
        ),
        (
            "QualityLevels(381048)/Fragments(video=i,format=mpd-time-csf,encryption=cenc)",
            init(DashCsf, "video", 381_048).encrypted(Cenc),
        ),
        (
            "QualityLevels(128041)/Fragments(aac_eng_2_128041_2_1=i,format=mpd-time-csf)",
            init(DashCsf, "aac_eng_2_128041_2_1", 128_041),
        ),
        (
            "QualityLevels(128041)/Fragments(aac_eng_2_128041_2_1=60160000,format=mpd-time-csf)",
            segment(DashCsf, "aac_eng_2_128041_2_1", 128_041, 60_160_000),
        ),
        (
            "QualityLevels(381048)/Fragments(video=1400000000,format=mpd-time-cmaf)",
            segment(DashCmaf, "video", 381_048, 1_400_000_000),
        ),
        (
            "QualityLevels(381048)/Fragments(video=60060000)",
            segment(Smooth, "video", 381_048, 60_060_000),
        ),
        (
            "qualitylevels(128041)/fragments(aac_eng_2_128041_2_1=0)",
            segment(Smooth, "aac_eng_2_128041_2_1", 128_041, 0),
        ),
        (
            "QualityLevels(381048)/Fragments(video=60060000,from=120120000,encryption=cenc)",
            segment(Smooth, "video", 381_048, 180_180_000).encrypted(Cenc),
        ),
        (
            "QualityLevels(1)/Fragments(v=1,from=9223372036854775806)",
            segment(Smooth, "v", 1, i64::MAX),
        ),
        // Numbered fragments, whose name clients append to the address that the manifest gives.
        (
            "QualityLevels(381048)/Fragments(video,format=f4m-f4f)Seg1-Frag7",
            fragment(Hds, "video", 381_048, 7),
        ),
        (
            "QualityLevels(381048)/Fragments(video,audioTrack=aac_eng,format=f4m-f4f)Seg1-Frag4294967295",
            fragment(Hds, "video", 381_048, u32::MAX).with_audio("aac_eng"),
        ),
        (
            "QualityLevels%28381048%29/Fragments%28video%2Cformat%3Df4m-f4f%29Seg1-Frag1",
            fragment(Hds, "video", 381_048, 1),
        ),
        // Text, in a form that Azure had no name for.
        (
            "QualityLevels(500)/Fragments(text_en=ALL,text=VTT,format=mpd-time-cmaf).vtt",
            media(DashCmaf, "text_en", 500, Place::Whole).with_text(Some(TextForm::Vtt)).extended(),
        ),
        (
            "QualityLevels(500)/Fragments(text_en=6000,format=m3u8-cmaf,text=imsc).mp4",
            segment(HlsCmaf, "text_en", 500, 6000).with_text(Some(TextForm::Imsc)).extended(),
        ),
        // Tracks named like words of the grammar, or with its marks in them.
        ("QualityLevels(1)/Fragments(format=0,format=m3u8-cmaf)", segment(HlsCmaf, "format", 1, 0)),
        ("QualityLevels(1)/Fragments(i=i)", init(Smooth, "i", 1)),
        ("QualityLevels(1)/Fragments(a%2Cb%3Dc%29=7)", segment(Smooth, "a,b=c)", 1, 7)),
        ("QualityLevels(1)/Manifest(a%2Fb%20c%25d)", media_playlist(Smooth, "a/b c%d", 1)),
        ("QualityLevels(1)/Manifest(fran%C3%A7ais)", media_playlist(Smooth, "français", 1)),
        (
            "QualityLevels(4294967295)/Fragments(v=9223372036854775807)",
            segment(Smooth, "v", u32::MAX, i64::MAX),
        ),
        // Rules of a filter without a name, whatever is escaped of them.
        (
            "manifest(format=m3u8-cmaf,rules=type=video;height=0-1080;;type!=video)",
            manifest(HlsCmaf).ruled("type=video;height=0-1080;;type!=video"),
        ),
        (
            "manifest(rules=%20Type%3DVideo%3BHeight=0-01080%3b;type%21=video,format=m3u8-cmaf)",
            manifest(HlsCmaf).ruled("type=video;height=0-1080;;type!=video"),
        ),
        (
            "manifest%28format%3Dm3u8-cmaf%2Crules%3Dname%3Da~2cb%29",
            manifest(HlsCmaf).ruled("name=a,b"),
        ),
        (
            "manifest(rules=name=a%2Cb,filter=c)",
            manifest(Smooth).filtered(&["c"]).ruled("name=a~2cb"),
        ),
        // Of a query, the token alone.
        ("manifest(format=m3u8-cmaf)?a%zz/(&_=1", manifest(HlsCmaf)),
        (
            "manifest(format=m3u8-cmaf)?a=1&token=b%2Ec",
            manifest(HlsCmaf).with_token(Some(Token::new("b.c"))),
        ),
    ]
}

#[test]
fn every_url_of_the_documents_is_read() {
    for (resource, request) in table() {
        assert_eq!(Request::parse(&format!("{ROOT}/{resource}")), Ok(request), "{resource}");
    }
}

#[test]
fn urls_are_written_as_azure_writes_them() {
    for resource in [
        "manifest",
        "manifest(format=m3u8-cmaf)",
        "manifest(format=m3u8-cmaf).m3u8",
        "manifest(format=mpd-time-csf,filter=a;b;c)",
        "manifest(format=mpd-time-csf,filter=a;b,rules=time=0-600;;type!=text;name=a~2cb~3b;;role=main)",
        "QualityLevels(128041)/Manifest(aac_eng_2_128041_2_1,format=m3u8-aapl)",
        "QualityLevels(381048)/Manifest(video,format=m3u8-aapl,audiotrack=a,type=keyframes,encryption=cbcs-aapl,filter=name)",
        "QualityLevels(381048)/Fragments(video=i,format=mpd-time-csf,encryption=cenc)",
        "QualityLevels(5820064)/Fragments(video=0,format=m3u8-aapl-v3,audiotrack=aac_UND_2_128)",
        "QualityLevels(381048)/Fragments(video=60060000)",
        "QualityLevels(381048)/Fragments(video=60000000,format=m3u8-aapl,type=keyframes)",
        "QualityLevels(381048)/Fragments(video,format=f4m-f4f,audiotrack=aac_eng)Seg1-Frag7",
        "QualityLevels(500)/Fragments(text_en=all,format=mpd-time-cmaf,text=vtt).vtt",
        "manifest(format=m3u8-cmaf).m3u8?token=eyJh.b-c_.d",
        "QualityLevels(381048)/Fragments(video=0,format=m3u8-cmaf).mp4?token=a%26b",
        "QualityLevels(381048)/Fragments(video,format=f4m-f4f)Seg1-Frag7?token=a",
    ] {
        let url = format!("{ROOT}/{resource}");
        assert_eq!(Request::parse(&url).unwrap().to_string(), url);
    }
}

#[test]
fn manifests_of_other_origins_are_known() {
    for (name, resource) in [
        (".m3u8", "manifest(format=m3u8-cmaf)"),
        ("master.M3U8", "manifest(format=m3u8-cmaf)"),
        ("playlist.m3u8?token=x&a=b", "manifest(format=m3u8-cmaf)?token=x"),
        ("ignite.m3u8", "manifest(format=m3u8-cmaf)"),
        (".mpd", "manifest(format=mpd-time-cmaf)"),
        ("manifest.mpd", "manifest(format=mpd-time-cmaf)"),
        ("index.mpd", "manifest(format=mpd-time-cmaf)"),
        ("Manifest.f4m", "manifest(format=f4m-f4f)"),
        ("main.ismc", "manifest"),
    ] {
        let error = Request::parse(&format!("{ROOT}/{name}")).unwrap_err();
        let RequestError::OtherSpelling { url, .. } = &error else { panic!("{name}: {error}") };
        assert_eq!(*url, format!("{ROOT}/{resource}"));
        let text = name.split('?').next().unwrap_or_default();
        assert_eq!(error.to_string(), format!("the URL of `{ROOT}/{text}` is `{url}` here"));
    }
    for other in ["video_1.m3u8", "manifest.mp4", "a/.m3u8", "manifest.m3u8()", "manifest"] {
        let parsed = Request::parse(&format!("{ROOT}/{other}"));
        assert!(!matches!(parsed, Err(RequestError::OtherSpelling { .. })), "{other}");
    }
}

#[test]
fn an_asset_alone_is_answered_with_the_urls_of_its_manifests() {
    for url in [ROOT.to_owned(), format!("{ROOT}/"), format!("{ROOT}/?a=b")] {
        let error = Request::parse(&url).unwrap_err();
        assert!(matches!(error, RequestError::NoResource { .. }), "{url}: {error}");
        let message = error.to_string();
        let start =
            format!("`{ROOT}` is an asset, and its URL must go on with what is requested: ");
        assert!(message.starts_with(&start), "{message}");
        let manifest = Request::parse(&format!("{ROOT}/manifest")).unwrap();
        for format in Format::ALL.into_iter().filter(|format| format.packager().is_ok()) {
            let manifest = Request::manifest(manifest.asset.clone(), format);
            assert!(message.contains(&format!("`{manifest}` for {}", format.title())), "{message}");
        }
    }
}

#[test]
fn mistakes_are_named() {
    for (resource, message) in [
        (
            "manifest/",
            "`manifest` stands where `manifest` or `QualityLevels(bitrate)/` and `Manifest` or `Fragments` is expected",
        ),
        (
            "Fragments(v=0)",
            "`Fragments(v=0)` stands where `manifest` or `QualityLevels(bitrate)/` and `Manifest` or `Fragments` is expected",
        ),
        (
            "QualityLevels(1)/Chunks(v=0)",
            "`Chunks(v=0)` stands where `manifest` or `QualityLevels(bitrate)/` and `Manifest` or `Fragments` is expected",
        ),
        ("manifest(format=m3u8-cmaf", "`)` is missing after `manifest(format=m3u8-cmaf`"),
        ("QualityLevels(1/Fragments(v=0)", "`)` is missing after `QualityLevels(1`"),
        (
            "manifest(format=m3u8-cmaf).mpd",
            "`.mpd` stands after `)` where `.m3u8` or nothing is expected",
        ),
        ("manifest(format=fmp4).m3u8", "`.m3u8` stands after `)` where nothing is expected"),
        (
            "manifest(format=mpd-time-csf))",
            "`)` stands after `)` where `.mpd` or nothing is expected",
        ),
        ("QualityLevels(1).ts/Fragments(v=0)", "`.ts` stands after `)` where nothing is expected"),
        ("QualityLevels(1)/Fragments(v=0)/x", "`/x` stands after `)` where nothing is expected"),
        ("manifest()", "parameter 1 is empty"),
        ("manifest(format=fmp4,)", "parameter 2 is empty"),
        ("QualityLevels(1)/Manifest(v,,format=fmp4)", "parameter 2 is empty"),
        ("manifest(video)", "`video` has no value"),
        ("manifest(filter=)", "`filter` has no value"),
        (
            "manifest(=x)",
            "unknown parameter ``; known are format, encryption, filter, rules, audioTrack, audio-only, text, type",
        ),
        (
            "manifest(fromat=fmp4)",
            "unknown parameter `fromat`; known are format, encryption, filter, rules, audioTrack, audio-only, text, type",
        ),
        ("manifest(format=fmp4,FORMAT=fmp4)", "`format` is given twice"),
        ("manifest(filter=a,filtername=b)", "`filter` is given twice"),
        (
            "manifest(encryption=aes)",
            "unknown encryption `aes`; known are cbc, cenc, cbcs-aapl, piff",
        ),
        ("manifest(audio-only=no)", "`audio-only` is `no` where `true` or `false` is expected"),
        (
            "manifest(filter=a;;b)",
            "`filter` is `a;;b` where one name, or several with a semicolon between is expected",
        ),
        ("manifest(filter=a;b;c;d)", "4 filters are named where 3 are the limit"),
        ("manifest(filter=a;b;c,rules=type=video)", "4 filters are named where 3 are the limit"),
        ("manifest(rules=)", "`rules` has no value"),
        (
            "manifest(rules=a=b,rules=a=b)",
            "the filter `rules` cannot be used: unknown property `a`; known are Type, Name, Language, FourCC, Bitrate, Height, FrameRate, DynamicRange, Channels, Role",
        ),
        ("manifest(rules=type=video,RULES=type=video)", "`rules` is given twice"),
        (
            "manifest(type=keyframes)",
            "`type=keyframes` belongs to a track's playlist or segment, not to the manifest",
        ),
        (
            "QualityLevels(1)/Fragments(v=i,type=keyframes)",
            "`type=keyframes` belongs to a track's playlist or segment, not to the initialization segment",
        ),
        (
            "QualityLevels(1)/Fragments(v,type=keyframes,format=f4m-f4f)Seg1-Frag1",
            "`type=keyframes` belongs to a track's playlist or segment, not to the numbered fragment",
        ),
        (
            "QualityLevels(1)/Fragments(format=f4m-f4f)Seg1-Frag1",
            "the track is missing: the name of the track is expected first in the parentheses of `Fragments`",
        ),
        (
            "QualityLevels(1)/Fragments(v,format=f4m-f4f)Seg1-Frag0",
            "the track is missing: `track=time` is expected first in the parentheses of `Fragments`",
        ),
        (
            "QualityLevels(1)/Fragments(v=0,format=fmp4)Seg2-Frag1",
            "`Seg2-Frag1` stands after `)` where nothing is expected",
        ),
        (
            "QualityLevels(1)/Manifest(v,format=fmp4)Seg1-Frag1",
            "`Seg1-Frag1` stands after `)` where nothing is expected",
        ),
        (
            "QualityLevels(1)/Manifest(v,type=all)",
            "`type` is `all` where `keyframes` or `chapters` is expected",
        ),
        (
            "QualityLevels(1)/Manifest(v,type=chapters)",
            "`type=chapters` belongs to the manifest, not to a media playlist",
        ),
        (
            "QualityLevels/Manifest(v)",
            "`QualityLevels` is `` where a bitrate in bits per second is expected",
        ),
        (
            "QualityLevels(+1)/Manifest(v)",
            "`QualityLevels` is `+1` where a bitrate in bits per second is expected",
        ),
        (
            "QualityLevels(4294967296)/Manifest(v)",
            "`QualityLevels` is `4294967296` where a bitrate in bits per second is expected",
        ),
        (
            "QualityLevels(1)/Manifest",
            "the track is missing: the name of the track is expected first in the parentheses of `Manifest`",
        ),
        (
            "QualityLevels(1)/Manifest(format=fmp4)",
            "the track is missing: the name of the track is expected first in the parentheses of `Manifest`",
        ),
        (
            "QualityLevels(1)/Fragments(video)",
            "the track is missing: `track=time` is expected first in the parentheses of `Fragments`",
        ),
        (
            "QualityLevels(1)/Fragments(=0)",
            "the track is missing: `track=time` is expected first in the parentheses of `Fragments`",
        ),
        (
            "QualityLevels(1)/Fragments(v=-1)",
            "`time` is `-1` where `i`, `all` or a time in ticks, below 2^63 is expected",
        ),
        (
            "QualityLevels(1)/Fragments(v=)",
            "`time` is `` where `i`, `all` or a time in ticks, below 2^63 is expected",
        ),
        (
            "QualityLevels(1)/Fragments(v=9223372036854775808)",
            "`time` is `9223372036854775808` where `i`, `all` or a time in ticks, below 2^63 is expected",
        ),
        ("manifest(from=0)", "`from=` belongs to the time of a segment"),
        ("QualityLevels(1)/Fragments(v=i,from=0)", "`from=` belongs to the time of a segment"),
        (
            "QualityLevels(1)/Fragments(v=0,from=+1)",
            "`from` is `+1` where a time in ticks, below 2^63 is expected",
        ),
        (
            "QualityLevels(1)/Fragments(v=1,from=9223372036854775807)",
            "`from` is `9223372036854775807` where what is below 2^63 together with the time is expected",
        ),
        ("manifest(filter=%ff)", "`%ff` is not UTF-8 once decoded"),
        ("manifest(filter=%4)", "the `%` at byte 65 of the path does not begin an escape"),
    ] {
        let error = Request::parse(&format!("{ROOT}/{resource}")).unwrap_err();
        assert_eq!(error.to_string(), message, "{resource}");
    }
    let unknown = Request::parse(&format!("{ROOT}/manifest(format=mp3)")).unwrap_err();
    assert!(unknown.to_string().starts_with("unknown format `mp3`; known are fmp4, "), "{unknown}");
}

#[test]
fn assets_lie_in_folders() {
    for (url, folder, ism, stem) in [
        ("/ignite/ignite.ism/manifest", "ignite", "ignite.ism", "ignite"),
        ("/films/2024/a%20b/x.y.ism/manifest", "films/2024/a b", "x.y.ism", "x.y"),
        ("/a/IGNITE.ISM/manifest", "a", "IGNITE.ISM", "IGNITE"),
        ("/a.ism/b.ism/manifest", "a.ism", "b.ism", "b"),
        ("/caf%C3%A9/%E6%98%A0%E7%94%BB.ism/manifest", "café", "映画.ism", "映画"),
        ("/a%2525/b.ism/manifest", "a%25", "b.ism", "b"),
        ("/.../b.ism/manifest", "...", "b.ism", "b"),
    ] {
        let asset = Request::parse(url).unwrap().asset;
        assert_eq!((asset.folder(), asset.ism(), asset.stem()), (folder, ism, stem), "{url}");
        assert_eq!(asset.to_string(), format!("{folder}/{ism}"));
    }
}

#[test]
fn paths_which_could_lead_elsewhere_are_refused() {
    for (url, message) in [
        ("", "the path does not start with a slash"),
        ("https://host/a/b.ism/manifest", "the path does not start with a slash"),
        ("/", "`/` names no asset: no part of it ends in `.ism`"),
        ("/ignite/film.mp4", "`/ignite/film.mp4` names no asset: no part of it ends in `.ism`"),
        ("/x.ism/manifest", "`x.ism` lies in no folder: an asset's path is `/folder/name.ism/`"),
        ("/a/.ism/manifest", "`.ism` in the asset's path has nothing before its ending"),
        ("//b.ism/manifest", "`b.ism` lies in no folder: an asset's path is `/folder/name.ism/`"),
        ("/a//b.ism/manifest", "`` in the asset's path is empty"),
        ("//a/b.ism/manifest", "`` in the asset's path is empty"),
        ("/../b.ism/manifest", "`..` in the asset's path is not a name of its own"),
        ("/a/%2e%2E/b.ism/manifest", "`..` in the asset's path is not a name of its own"),
        ("/a/./b.ism/manifest", "`.` in the asset's path is not a name of its own"),
        ("/a%2Fc/b.ism/manifest", "`a/c` in the asset's path holds a slash or a backslash"),
        (
            "/a/..%2f..%2fb.ism/manifest",
            "`../../b.ism` in the asset's path holds a slash or a backslash",
        ),
        ("/a\\c/b.ism/manifest", "`a\\\\c` in the asset's path holds a slash or a backslash"),
        ("/a/b%00.ism/manifest", "`b\\0.ism` in the asset's path holds a control character"),
        ("/a%0A/b.ism/manifest", "`a\\n` in the asset's path holds a control character"),
        ("/a/%ff.ism/manifest", "`%ff.ism` is not UTF-8 once decoded"),
        ("/%C0%AE%C0%AE/b.ism/manifest", "`%C0%AE%C0%AE` is not UTF-8 once decoded"),
        ("/a%/b.ism/manifest", "the `%` at byte 2 of the path does not begin an escape"),
        ("/a%2x/b.ism/manifest", "the `%` at byte 2 of the path does not begin an escape"),
    ] {
        let error = Request::parse(url).unwrap_err();
        assert_eq!(error.to_string(), message, "{url}");
    }
    assert!(AssetPath::new("a/../b", "c.ism").is_err());
    assert!(AssetPath::new("/a", "c.ism").is_err());
    assert!(AssetPath::new("a", "b/c.ism").is_err());
    assert!(AssetPath::new("a", "c.mp4").is_err());
}

#[test]
fn paths_are_read_up_to_the_limit() {
    let fixed = format!("{ROOT}/manifest(filter=)").len();
    let url = |len: usize| format!("{ROOT}/manifest(filter={})", "x".repeat(len - fixed));
    assert!(Request::parse(&url(Request::MAX_LEN)).is_ok());
    let error = Request::parse(&url(Request::MAX_LEN + 1)).unwrap_err();
    assert_eq!(error.to_string(), "the path has 4097 bytes where 4096 are the limit");
    let query = format!("{ROOT}/manifest?{}", "x".repeat(Request::MAX_LEN));
    assert!(Request::parse(&query).is_ok());
}

fn name() -> impl Strategy<Value = String> {
    proptest::string::string_regex("[ -~]{1,12}|(?s:.){1,12}").unwrap()
}

fn asset_path() -> impl Strategy<Value = AssetPath> {
    let folder = "[^/\\\\\\pC]{1,12}(/[^/\\\\\\pC]{1,12}){0,3}";
    let paths = (folder, "[^/\\\\\\pC]{1,12}[.]([iI][sS][mM])");
    paths.prop_filter_map("a name of its own", |(folder, ism)| AssetPath::new(&folder, &ism).ok())
}

fn rendition_id() -> impl Strategy<Value = RenditionId> {
    (name(), any::<u32>()).prop_map(|(name, bitrate)| RenditionId::new(name, bitrate))
}

fn with_key_frames() -> impl Strategy<Value = RenditionId> {
    let form = prop_oneof![Just(Form::Full), Just(Form::KeyFrames)];
    (rendition_id(), form).prop_map(|(id, form)| id.with_form(form))
}

fn resource() -> impl Strategy<Value = Resource> {
    let number = (1..=u32::MAX).prop_map(|number| FragmentNumber::new(number).unwrap());
    let whole = prop_oneof![Just(Place::Init), Just(Place::Whole), number.prop_map(Place::Number)];
    let time = (0..=i64::MAX).prop_map(|time| Place::Time(Ticks(time)));
    prop_oneof![
        Just(Resource::Manifest),
        Just(Resource::Chapters),
        with_key_frames().prop_map(Resource::MediaPlaylist),
        (rendition_id(), whole).prop_map(|(id, place)| Resource::Media(id, place)),
        (with_key_frames(), time).prop_map(|(id, place)| Resource::Media(id, place)),
    ]
}

prop_compose! {
    fn request()(
        asset in asset_path(),
        format in proptest::sample::select(Format::ALL.as_slice()),
        encryption in proptest::option::of(proptest::sample::select(Encryption::ALL.as_slice())),
        filters in proptest::collection::vec(name().prop_map(|name| name.replace(';', "_")), 0..=Request::MAX_FILTERS),
        rules in proptest::option::of(name().prop_map(|name| format!("name={}", tilded(&name)).parse().unwrap())),
        audio_track in proptest::option::of(name().prop_map(Arc::from)),
        audio_only in any::<Option<bool>>(),
        text in proptest::option::of(proptest::sample::select(TextForm::ALL.as_slice())),
        resource in resource(),
        with_extension in any::<bool>(),
        token in proptest::option::of(name().prop_map(|token| Token::new(&token))),
    ) -> Request {
        let filters = match &rules {
            Some(_) => filters.into_iter().take(Request::MAX_FILTERS - 1).collect(),
            None => filters,
        };
        let request = Request { encryption, filters, rules, audio_track, audio_only, text, token, ..Request::new(asset, format, resource) };
        Request { with_extension: with_extension && request.extension().is_some(), ..request }
    }
}

proptest! {
    #[test]
    fn what_is_printed_reads_back_the_same(request in request()) {
        let url = request.to_string();
        prop_assert!(url.bytes().all(|byte| byte.is_ascii_graphic()), "{}", url);
        prop_assert_eq!(Request::parse(&url), Ok(request), "{}", url);
    }

    #[test]
    fn printing_is_canonical(request in request(), upper in any::<bool>()) {
        // Escapes in lower case and a query make another URL of the same request.
        let url = request.to_string();
        let other = if upper { url.clone() } else { lower_escapes(&url) };
        prop_assert_eq!(Request::parse(&with_field(&other, "x=1")).unwrap().to_string(), url);
    }

    #[test]
    fn arbitrary_text_never_panics(url in "(?s:.){0,64}") {
        let _ = Request::parse(&url);
    }

    #[test]
    fn text_of_the_marks_of_the_grammar_is_refused_or_canonical(
        tail in "(manifest|Manifest|QualityLevels|Fragments|video|format|filter|rules|time|type|~2c|!=|keyframes|m3u8-cmaf|f4m-f4f|Seg1-Frag1|[(),=/;. i0-9]|%28|%29|%2[cC]|%3D|%25|%ff|%){0,16}",
    ) {
        if let Ok(request) = Request::parse(&format!("/a/b.ism/{tail}")) {
            prop_assert_eq!(Request::parse(&request.to_string()), Ok(request));
        }
    }
}

/// The URL with one more field in its query.
fn with_field(url: &str, field: &str) -> String {
    format!("{url}{}{field}", if url.contains('?') { '&' } else { '?' })
}

/// A name as rules have it.
fn tilded(name: &str) -> String {
    name.bytes().map(|byte| format!("~{byte:02X}")).collect()
}

fn lower_escapes(url: &str) -> String {
    let mut parts = url.split('%');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |url, part| format!("{url}%{}{}", part[..2].to_ascii_lowercase(), &part[2..]))
}
