//! URLs of manifests.

use dynpack_dash::Urls;
use dynpack_media::{Form, Rendition};

use super::Azure;

impl Urls for Azure {
    fn init(&self, rendition: &Rendition) -> String {
        let name = &rendition.id.name;
        format!("QualityLevels($Bandwidth$)/Fragments({name}=i,format=mpd-time-cmaf)")
    }

    fn media(&self, rendition: &Rendition) -> String {
        let name = &rendition.id.name;
        let parameters = match rendition.id.form {
            Form::Full => "format=mpd-time-cmaf",
            Form::KeyFrames => "format=mpd-time-cmaf,type=keyframes",
        };
        format!("QualityLevels($Bandwidth$)/Fragments({name}=$Time$,{parameters})")
    }

    fn document(&self, text: &Rendition) -> String {
        let id = &text.id;
        format!("QualityLevels({})/Fragments({}=all,format=mpd-time-cmaf)", id.bitrate, id.name)
    }
}
