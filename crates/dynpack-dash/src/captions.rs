//! Captions in video (DASH-IF IOP 4.3, 6.4.3; ANSI/SCTE 214-1, 7.2).

use std::collections::BTreeSet;

use dynpack_codec::{CaptionChannel, Video};

use crate::model::{Descriptor, descriptor};

const LINE_21: &str = "urn:scte:dash:cc:cea-608:2015";
const SERVICES: &str = "urn:scte:dash:cc:cea-708:2015";

/// The channels of captions that these videos carry. Their language is not known: `und` (ISO
/// 639-2).
pub(crate) fn accessibility<'a>(videos: impl Iterator<Item = &'a Video>) -> Vec<Descriptor> {
    let channels: BTreeSet<_> = videos.flat_map(|video| &video.captions).collect();
    let (mut line_21, mut services) = (Vec::new(), Vec::new());
    for channel in channels {
        match channel {
            CaptionChannel::Service(number) => services.push(format!("{number}=lang:und")),
            line => line_21.push(format!("{line}=und")),
        }
    }
    let schemes = [(LINE_21, line_21), (SERVICES, services)].into_iter();
    let listed = schemes.filter(|(_, channels)| !channels.is_empty());
    listed.map(|(scheme, channels)| descriptor(scheme, channels.join(";"))).collect()
}
