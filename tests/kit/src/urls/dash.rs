//! URLs of manifests.

use dynpack_dash::Urls;
use dynpack_media::Form;

use super::Azure;

impl Urls for Azure {
    fn init(&self, name: &str) -> String {
        format!("QualityLevels($Bandwidth$)/Fragments({name}=i,format=mpd-time-cmaf)")
    }

    fn media(&self, name: &str, form: Form) -> String {
        let parameters = match form {
            Form::Full => "format=mpd-time-cmaf",
            Form::KeyFrames => "format=mpd-time-cmaf,type=keyframes",
        };
        format!("QualityLevels($Bandwidth$)/Fragments({name}=$Time$,{parameters})")
    }
}
