//! Sets of text.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::Arc;

use dynpack_codec::TextForm;
use dynpack_dash::{Options, mpd};
use dynpack_media::{
    Cuts, Language, Period, Presentation, Rendition, RenditionId, Role, SegmentNumber, SourceIndex,
    View,
};
use dynpack_testkit as film;
use dynpack_testkit::urls::Azure;

/// Forty seconds in segments of two seconds, with a text of that role.
fn film(role: Role, is_default: bool) -> Presentation {
    let video = film::video((640, 360), (512, 12_800), 1_000, 50);
    let film = film::in_short_segments(vec![("video", 400_000, video)]);
    let cuts = Arc::new(Cuts::of_text(&film));
    let id = RenditionId::new("text", 500);
    let mut text = Rendition::text(id, SourceIndex(1), Language::parse("de"), cuts);
    (text.role, text.is_default, text.label) = (role, is_default, Some("Deutsch & mehr".into()));
    let renditions = film.renditions.iter().cloned().chain([text]).collect();
    film.with_renditions(renditions).unwrap()
}

/// The second set, which follows that of video.
fn set(text: &str) -> &str {
    text.split("<AdaptationSet ").nth(2).unwrap()
}

#[test]
fn roles_say_what_text_is_for() {
    const ACCESSIBLE: &str =
        r#"<Accessibility schemeIdUri="urn:mpeg:dash:role:2011" value="caption"/>"#;
    for (role, is_default, roles) in [
        (Role::Subtitle, false, &["subtitle"][..]),
        (Role::Subtitle, true, &["subtitle", "main"]),
        (Role::Caption, false, &["caption"]),
        (Role::ForcedSubtitle, false, &["forced-subtitle"]),
        (Role::Main, true, &["main"]),
    ] {
        let text = mpd(&View::whole(&film(role, is_default)), &Azure, &Options::CMAF);
        let set = set(&text);
        let start = r#"id="2" contentType="text" lang="de" mimeType="application/mp4" "#;
        assert!(set.starts_with(start), "{text}");
        assert!(set.contains(r#"codecs="stpp.ttml.im1t""#), "{text}");
        assert!(set.contains("<Label>Deutsch &amp; mehr</Label>"), "{text}");
        let read = dash_mpd_core::parse(&text).unwrap();
        let found = &read.periods[0].adaptations[1].Role;
        let found: Vec<_> = found.iter().map(|role| role.value.as_deref().unwrap()).collect();
        assert_eq!(found, roles, "{text}");
        assert_eq!(set.contains(ACCESSIBLE), role == Role::Caption, "{text}");
    }
}

/// The document has the times of the whole film, so that its URL is the same in every view.
#[test]
fn documents_have_an_offset_where_their_period_starts_late() {
    let film = film(Role::Subtitle, false);
    let options = Options::CMAF.with_text(TextForm::Vtt);
    let period = |first, end| Period::within(&film, SegmentNumber(first)..SegmentNumber(end));
    for (first, base) in
        [(0, ""), (3, r#"<SegmentBase timescale="1000" presentationTimeOffset="6000"/>"#)]
    {
        let text = mpd(&View::new(period(first, 7).unwrap()), &Azure, &options);
        let set = set(&text);
        assert!(set.contains(r#"mimeType="text/vtt">"#) && !set.contains("codecs"), "{text}");
        let url = "QualityLevels(500)/Fragments(text=all,format=mpd-time-cmaf)";
        let expected = format!("<BaseURL>{url}</BaseURL>{base}</Representation>");
        let compact: String = set.lines().map(str::trim).collect();
        assert!(compact.contains(&expected), "{text}");
        assert!(
            !compact.contains("SegmentTemplate")
                || compact.find("SegmentTemplate") > compact.find("</AdaptationSet>"),
            "{text}"
        );
    }
}
