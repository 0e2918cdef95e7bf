//! URLs of manifests.

use dynpack_dash::Urls;

use super::Azure;

impl Urls for Azure {
    fn init(&self, name: &str) -> String {
        format!("QualityLevels($Bandwidth$)/Fragments({name}=i,format=mpd-time-cmaf)")
    }

    fn media(&self, name: &str) -> String {
        format!("QualityLevels($Bandwidth$)/Fragments({name}=$Time$,format=mpd-time-cmaf)")
    }

    fn key_frames(&self, name: &str) -> String {
        format!(
            "QualityLevels($Bandwidth$)/Fragments({name}=$Time$,format=mpd-time-cmaf,\
             type=keyframes)"
        )
    }
}
