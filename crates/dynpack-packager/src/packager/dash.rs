//! DASH, with CMAF segments or with those of the Common Streaming Format.

use bytes::Bytes;
use dynpack_codec::{MediaKind, TextForm};
use dynpack_crypt::SystemId;
use dynpack_dash::{Options, Protection, System, Urls, mpd};
use dynpack_fragment::SegmentPlan;
use dynpack_fragment::fmp4::Profile;
use dynpack_media::{Rendition, Ticks};

use super::links::Links;
use super::{Job, Packager, mp4, text};
use crate::encryption::Encryption;
use crate::error::Error;
use crate::facts::{Carried, Facts};
use crate::format::{Format, Protocol};
use crate::protection::Signal;
use crate::request::{Request, Resource};

/// The facts of DASH with CMAF segments.
pub(crate) const CMAF: Facts = Facts {
    token: "mpd-time-cmaf",
    title: "DASH CMAF",
    // As in Azure Media Services.
    must_name_encryption: true,
    ..CSF
};

/// The facts of DASH with segments of the Common Streaming Format.
pub(crate) const CSF: Facts = Facts {
    token: "mpd-time-csf",
    aliases: &[],
    title: "DASH CSF",
    protocol: Protocol::Dash,
    manifest_extension: Some("mpd"),
    media_extension: Some("mp4"),
    encryptions: &[
        Carried::new(Encryption::Cenc, SYSTEMS),
        Carried::new(Encryption::CbcsAapl, SYSTEMS),
    ],
    must_name_encryption: false,
    media_of: None,
    kinds: &MediaKind::ALL,
    text_forms: &[TextForm::Imsc, TextForm::Wvtt, TextForm::Vtt],
    has_media_playlists: false,
    has_init_segments: true,
    muxes_audio: false,
    has_key_frames: true,
};

/// The DRM systems that an MPD can signal: FairPlay takes no DASH.
const SYSTEMS: &[SystemId] = &[SystemId::PLAYREADY, SystemId::WIDEVINE, SystemId::CLEAR_KEY];

/// One flavour of DASH.
#[derive(Debug)]
pub(crate) struct Dash {
    format: Format,
    options: Options,
    profile: Profile,
}

impl Dash {
    pub(crate) const CMAF: Self =
        Self { format: Format::DashCmaf, options: Options::CMAF, profile: Profile::Cmaf };
    pub(crate) const CSF: Self =
        Self { format: Format::DashCsf, options: Options::CSF, profile: Profile::Csf };
}

impl Packager for Dash {
    fn format(&self) -> Format {
        self.format
    }

    fn content_type(&self, request: &Request, kind: MediaKind) -> &'static str {
        match request.resource {
            Resource::Manifest => "application/dash+xml",
            _ => mp4::content_type(request, kind),
        }
    }

    fn carries(&self, rendition: &Rendition, encryption: Option<Encryption>) -> Result<(), String> {
        mp4::carries(rendition, encryption)
    }

    fn manifest(&self, job: &Job<'_>) -> Result<String, Error> {
        let text = job.request.listed_text_form().unwrap_or(self.options.text);
        Ok(mpd(job.view, &Links::new(job), &self.options.with_text(text)))
    }

    fn init(&self, job: &Job<'_>, rendition: &Rendition) -> Result<Bytes, Error> {
        mp4::init(self.profile, job, rendition)
    }

    fn segment(
        &self,
        job: &Job<'_>,
        rendition: &Rendition,
        time: Ticks,
    ) -> Result<SegmentPlan, Error> {
        mp4::segment(self.profile, job, rendition, time)
    }

    fn document(&self, job: &Job<'_>, rendition: &Rendition) -> Result<Bytes, Error> {
        text::whole(job, rendition)
    }
}

impl Urls for Links<'_> {
    fn init(&self, rendition: &Rendition) -> String {
        self.init_template(rendition, "$Bandwidth$")
    }

    fn media(&self, rendition: &Rendition) -> String {
        self.template(rendition, "$Bandwidth$", "$Time$", Ticks::ZERO)
    }

    fn document(&self, text: &Rendition) -> String {
        self.document(text)
    }

    fn protection(&self, rendition: &Rendition) -> Option<Protection> {
        let protection = self.protection?;
        let (scheme, key_id) = (protection.scheme()?, protection.key_id(rendition)?);
        let systems = protection.signals(rendition).iter().filter_map(system);
        Some(systems.fold(Protection::new(scheme, key_id), Protection::with_system))
    }
}

/// What an MPD signals to a system.
fn system(Signal { system, pssh, url, .. }: &Signal) -> Option<System> {
    let name = match *system {
        SystemId::PLAYREADY => "MSPR 2.0",
        SystemId::WIDEVINE => "Widevine",
        SystemId::CLEAR_KEY => "ClearKey1.0",
        _ => return None,
    };
    let object =
        pssh.as_ref().filter(|_| *system == SystemId::PLAYREADY).map(|pssh| pssh.data_base64());
    let signalled = System::new(*system).with_name(name.to_owned());
    // dash.js takes any header of ClearKey for a list of key ids in JSON; where there is none, it
    // makes that list itself.
    let signalled = match pssh.as_ref().filter(|_| *system != SystemId::CLEAR_KEY) {
        Some(pssh) => signalled.with_pssh(pssh.to_base64()),
        None => signalled,
    };
    let signalled = match object {
        Some(object) => signalled.with_playready_object(object),
        None => signalled,
    };
    Some(match url {
        Some(url) => signalled.with_licence_url(url.clone()),
        None => signalled,
    })
}

#[cfg(test)]
mod tests {
    use dynpack_crypt::KeyId;
    use dynpack_crypt::systems::clear_key;

    use super::*;

    /// dash.js fails on one, see `docs/players.md`.
    #[test]
    fn clear_key_has_no_header() {
        let pssh = clear_key::pssh(&[KeyId([1; 16])]);
        let url = Some(String::from("https://keys.example/1"));
        let signalled = |id| system(&Signal::new(id, Some(pssh.clone()), url.clone())).unwrap();
        assert_eq!(
            (signalled(SystemId::CLEAR_KEY).pssh, signalled(SystemId::CLEAR_KEY).licence_url),
            (None, url.clone())
        );
        assert_eq!(signalled(SystemId::WIDEVINE).pssh, Some(pssh.to_base64()));
        assert_eq!(signalled(SystemId::PLAYREADY).playready_object, Some(pssh.data_base64()));
    }
}
