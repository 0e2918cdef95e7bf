//! What all versions of HLS have in common: their playlists.

use std::borrow::Cow;

use dynpack_codec::MediaKind;
use dynpack_crypt::cenc::Scheme;
use dynpack_crypt::cpix::HlsKey;
use dynpack_crypt::systems::{clear_key, fairplay, playready, widevine};
use dynpack_crypt::{KeyId, SystemId};
use dynpack_hls::{Key, Method, Options, Part, Resource, SegmentUrl, Urls};
use dynpack_media::{
    Form, Period, Presentation, Rate, Rates, Rendition, SegmentNumber, Stream, Timescale,
};

use super::job::Job;
use super::links::Links;
use super::lookup::no_such;
use crate::encryption::Encryption;
use crate::error::Error;
use crate::protection::{Protection, Signal};
use crate::request::{Place, SplitUrl};

pub(super) const PLAYLIST: &str = "application/vnd.apple.mpegurl";
pub(super) const JSON: &str = "application/json";

/// The `KEYFORMAT` of a key that is itself at its URL (RFC 8216, 5).
const IDENTITY: &str = "identity";

/// What playlists list of a period.
///
/// # Errors
/// [`Error::NotCarried`] if the periods have no rendition in common.
pub(super) fn presentation<'a>(
    job: &Job<'a>,
    period: &'a Period<'a>,
) -> Result<Cow<'a, Presentation>, Error> {
    let all = period.presentation();
    if job.listed_in(period).count() == all.renditions.len() {
        return Ok(Cow::Borrowed(all));
    }
    let listed = all.with_renditions(job.listed_in(period).cloned().collect());
    listed.map(Cow::Owned).map_err(|_| {
        let problem = "its periods have no rendition in common".to_owned();
        Error::NotCarried { format: job.request.format, problem }
    })
}

/// What the multivariant playlist lists: each rendition as it is in the period with its largest
/// pictures.
///
/// # Errors
/// [`Error::NotCarried`] if the periods have no rendition in common.
pub(super) fn largest(job: &Job<'_>) -> Result<Presentation, Error> {
    let mut presentation = presentation(job, job.view.first())?.into_owned();
    let pixels = |rendition: &Rendition| {
        let size = rendition.track.unturned_size();
        size.map(|(width, height)| u64::from(width).saturating_mul(height.into()))
    };
    for period in job.view.periods().skip(1) {
        for rendition in &mut presentation.renditions {
            let others = &period.presentation().renditions;
            let other = others.iter().find(|other| other.id == rendition.id);
            if let Some(other) = other.filter(|other| pixels(other) > pixels(rendition)) {
                *rendition = other.clone();
            }
        }
    }
    Ok(presentation)
}

/// The rates of all periods together, by those of each.
pub(super) fn overall<'a>(
    job: &Job<'a>,
    of_period: impl Fn(&'a Period<'a>) -> Result<Rates, Error>,
) -> Result<Rates, Error> {
    if let Some(only) = job.view.only() {
        return of_period(only);
    }
    let of_periods = job.view.periods().map(|period| Ok((of_period(period)?, millis(period))));
    Ok(Rates::of_parts(of_periods.collect::<Result<Vec<_>, Error>>()?))
}

/// How long a period lasts, in milliseconds.
pub(super) fn millis(period: &Period<'_>) -> u64 {
    period.duration(Timescale::MILLIS).0.max(0).unsigned_abs()
}

/// What a media playlist lists of a period, with the time of its start in the program.
pub(super) fn part<'a>(
    job: &Job<'_>,
    period: &'a Period<'_>,
    stream: Stream<'a>,
    first_place: SegmentNumber,
) -> Part<'a> {
    let begin = period.presentation().begin().filter(|_| stream.main.id.form == Form::Full);
    let end = job.view.only().is_none().then(|| period.presentation().duration());
    Part::new(stream, period.start(), first_place)
        .with_begin(begin)
        .with_markers(&period.presentation().markers)
        .with_program_start(period.program_start())
        .with_end(end)
}

/// A rendition in each period that has it.
pub(super) fn in_periods<'a>(
    job: &Job<'a>,
    rendition: &Rendition,
) -> Vec<(&'a Period<'a>, Rendition)> {
    let within =
        |period: &'a Period<'a>| Some((period, period.presentation().rendition(&rendition.id)?));
    job.view.periods().filter_map(within).collect()
}

/// The chapters of what a request sees, as JSON.
///
/// # Errors
/// [`Error::NoSuchResource`] if there are none.
pub(super) fn chapters(job: &Job<'_>) -> Result<String, Error> {
    let none = || no_such(job.request.format, "chapters: the film has none");
    dynpack_hls::chapters(job.view).ok_or_else(none)
}

/// The rates of video and audio, and of the key frames that are listed.
pub(super) fn rates(
    presentation: &Presentation,
    rate: impl Fn(&Rendition) -> Result<Rate, Error>,
) -> Result<Rates, Error> {
    let has_rate = |rendition: &&Rendition| rendition.kind() != MediaKind::Text;
    let renditions = presentation.renditions.iter().filter(has_rate);
    let defaults = renditions.clone().filter(|rendition| presentation.is_default(rendition));
    let key_frames: Vec<_> = defaults.filter_map(Rendition::key_frames).collect();
    let all = renditions.chain(&key_frames);
    all.map(|rendition| Ok((rendition.id.clone(), rate(rendition)?))).collect()
}

pub(super) fn options(options: Options, job: &Job<'_>) -> Options {
    let text = job.request.listed_text_form().unwrap_or(options.text);
    options
        .with_audio_only(job.request.audio_only.unwrap_or_default())
        .with_text(text)
        .with_first_quality(job.first_quality)
}

impl Urls for Links<'_> {
    fn playlist(&self, rendition: &Rendition) -> String {
        self.playlist(rendition)
    }

    fn init(&self, rendition: &Rendition) -> String {
        self.init(rendition)
    }

    fn segments(&self, rendition: &Rendition) -> SegmentUrl {
        let SplitUrl { before, after } = self.segments(rendition);
        SegmentUrl { before, after }
    }

    fn keys(&self, rendition: &Rendition, resource: Resource) -> Vec<Key> {
        match self.protection {
            None => Vec::new(),
            Some(protection) if protection.encryption() == Encryption::Cbc => {
                self.key_of_whole(protection, rendition, resource).into_iter().collect()
            }
            Some(protection) => self.keys_of_samples(protection, rendition, Playlist::Media),
        }
    }

    fn chapters(&self, presentation: &Presentation) -> Option<String> {
        (!presentation.chapters.is_empty()).then(|| self.chapters())
    }

    /// Of keys which come by a licence; others are small, and fetched when they are needed.
    fn session_keys(&self, presentation: &Presentation) -> Vec<Key> {
        let Some(protection) =
            self.protection.filter(|protection| protection.encryption() != Encryption::Cbc)
        else {
            return Vec::new();
        };
        let renditions = presentation.renditions.iter();
        renditions
            .flat_map(|rendition| {
                self.keys_of_samples(protection, rendition, Playlist::Multivariant)
            })
            .collect()
    }
}

impl Links<'_> {
    /// The key of a resource that is encrypted whole, each with a vector of its own: filtered
    /// playlists list the same segments at other places, so none could be counted.
    fn key_of_whole(
        &self,
        protection: &Protection,
        rendition: &Rendition,
        resource: Resource,
    ) -> Option<Key> {
        let place = match resource {
            Resource::Segment(start) => Place::Time(start),
            Resource::Init => Place::Init,
        };
        let locked = protection.keyed(rendition, self.audio(rendition));
        let id = self.segment_id(rendition, place);
        let (_, iv) = protection.segment_key(locked, &id)?;
        Some(Key::new(Method::Aes128, protection.key_url(locked)?.to_owned()).with_iv(iv))
    }

    /// The key of a rendition whose samples are encrypted, once for each system.
    fn keys_of_samples(
        &self,
        protection: &Protection,
        rendition: &Rendition,
        playlist: Playlist,
    ) -> Vec<Key> {
        let (Some(scheme), Some(key_id)) = (protection.scheme(), protection.key_id(rendition))
        else {
            return Vec::new();
        };
        let encryption = protection.encryption();
        let known = |signal: &&Signal| self.format().systems(encryption).contains(&signal.system);
        let signals = protection.signals(rendition).iter().filter(known);
        let keys = signals.flat_map(|signal| {
            keys_of(signal, scheme, key_id, playlist, self.is_transport_stream())
        });
        // Transport streams have no place for it, unlike fragmented MP4 (`tenc`).
        match protection.sample_aes(rendition).filter(|_| self.is_transport_stream()) {
            Some(sample_aes) => keys.map(|key| key.with_iv(sample_aes.iv())).collect(),
            None => keys.collect(),
        }
    }

    fn is_transport_stream(&self) -> bool {
        !self.format().facts().has_init_segments
    }
}

/// Which playlists list a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Playlist {
    Media,
    Multivariant,
}

/// The tags that playlists have about a key for one system.
fn keys_of(
    signal: &Signal,
    scheme: Scheme,
    key_id: KeyId,
    playlist: Playlist,
    is_transport_stream: bool,
) -> Vec<Key> {
    let method = if scheme == Scheme::Cenc { Method::SampleAesCtr } else { Method::SampleAes };
    let key = |uri: String, format: &str| {
        Key::new(method, uri).with_format(format.to_owned(), Some("1".to_owned()))
    };
    let Signal { system, pssh, url, media_key, session_key } = signal;
    let given = match playlist {
        Playlist::Media => media_key,
        Playlist::Multivariant if session_key.is_none() && media_key.is_some() => {
            return Vec::new();
        }
        Playlist::Multivariant => session_key,
    };
    if let Some(HlsKey { uri, format: Some(format), format_versions, .. }) = given {
        let key =
            Key::new(method, uri.clone()).with_format(format.clone(), format_versions.clone());
        return vec![if *system == SystemId::WIDEVINE { key.with_key_id(key_id) } else { key }];
    }
    let (pssh, url) = (pssh.as_ref(), url.clone());
    let keys = match *system {
        SystemId::PLAYREADY => {
            let object = pssh.map(|pssh| {
                format!("data:text/plain;charset=UTF-16;base64,{}", pssh.data_base64())
            });
            [object.map(|object| key(object, playready::KEY_FORMAT)), None]
        }
        SystemId::WIDEVINE => {
            let data = pssh.map(|pssh| format!("data:text/plain;base64,{}", pssh.to_base64()));
            [data.map(|data| key(data, widevine::KEY_FORMAT).with_key_id(key_id)), None]
        }
        SystemId::FAIRPLAY => [url.map(|uri| key(uri, fairplay::KEY_FORMAT)), None],
        SystemId::CLEAR_KEY if is_transport_stream => {
            [url.map(|uri| key(uri, IDENTITY).with_key_id(key_id)), None]
        }
        // Shaka Player takes the key itself and hls.js a licence, each from a tag that the other
        // passes over. But in `cbcs` hls.js prefers the key itself, with which it opens transport
        // streams alone; to Shaka Player a format without a name is the same.
        SystemId::CLEAR_KEY => {
            let unnamed = |uri| Key::new(method, uri).with_format(String::new(), None);
            let key_itself =
                |uri| if scheme == Scheme::Cenc { key(uri, IDENTITY) } else { unnamed(uri) };
            let licence = |uri| key(uri, clear_key::KEY_FORMAT).with_key_id(key_id);
            [url.clone().map(|uri| key_itself(uri).with_key_id(key_id)), url.map(licence)]
        }
        _ => [None, None],
    };
    keys.into_iter().flatten().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: KeyId = KeyId([0x1f; 16]);

    fn formats(system: SystemId, scheme: Scheme, is_transport_stream: bool) -> Vec<String> {
        let signal = Signal::new(
            system,
            Some(clear_key::pssh(&[ID])),
            Some("https://keys.example/1".into()),
        );
        let keys = keys_of(&signal, scheme, ID, Playlist::Media, is_transport_stream);
        keys.into_iter().map(|key| key.format.unwrap_or_default()).collect()
    }

    #[test]
    fn each_system_has_its_tag() {
        for (system, format) in [
            (SystemId::PLAYREADY, playready::KEY_FORMAT),
            (SystemId::WIDEVINE, widevine::KEY_FORMAT),
        ] {
            assert_eq!(formats(system, Scheme::Cenc, false), [format]);
        }
        assert_eq!(formats(SystemId::FAIRPLAY, Scheme::Cbcs, false), [fairplay::KEY_FORMAT]);
        assert_eq!(formats(SystemId::FAIRPLAY, Scheme::Cbcs, true), [fairplay::KEY_FORMAT]);
        assert!(formats(SystemId::COMMON, Scheme::Cbcs, false).is_empty());
    }

    /// What a key server says replaces what would be made; where it speaks of media
    /// playlists alone, others say nothing.
    #[test]
    fn what_a_key_server_says_is_told() {
        let text = "<CPIX><DRMSystemList><DRMSystem systemId='94ce86fb-07ff-4f43-adb8-93d2fa968ca2' \
                    kid='1f1f1f1f-1f1f-1f1f-1f1f-1f1f1f1f1f1f'><HLSSignalingData>\
                    I0VYVC1YLUtFWTpNRVRIT0Q9U0FNUExFLUFFUyxVUkk9InNrZDovL3giLEtFWUZPUk1BVD0ieSI=\
                    </HLSSignalingData></DRMSystem></DRMSystemList></CPIX>";
        let signalled =
            dynpack_crypt::cpix::Cpix::parse(text.as_bytes()).unwrap().systems.remove(0);
        let made = Signal::new(SystemId::FAIRPLAY, None, Some("skd://made".into()));
        let keys = |signal: &Signal, playlist| {
            let keys = keys_of(signal, Scheme::Cbcs, ID, playlist, true);
            keys.into_iter()
                .map(|key| (key.uri, key.format.unwrap_or_default(), key.format_versions))
                .collect::<Vec<_>>()
        };
        let expected = ("skd://x".to_owned(), "y".to_owned(), None);
        let of_media = Signal { media_key: signalled.media_key.clone(), ..made.clone() };
        assert_eq!(keys(&of_media, Playlist::Media), std::slice::from_ref(&expected));
        assert!(keys(&of_media, Playlist::Multivariant).is_empty());
        let of_others = Signal { session_key: signalled.media_key, ..made };
        assert_eq!(keys(&of_others, Playlist::Multivariant), [expected]);
        assert_eq!(keys(&of_others, Playlist::Media)[0].0, "skd://made");
    }

    /// As hls.js and Shaka Player take them, see `docs/players.md`.
    #[test]
    fn clear_key_has_a_tag_for_each_player() {
        assert_eq!(
            formats(SystemId::CLEAR_KEY, Scheme::Cenc, false),
            ["identity", "org.w3.clearkey"]
        );
        assert_eq!(formats(SystemId::CLEAR_KEY, Scheme::Cbcs, false), ["", "org.w3.clearkey"]);
        assert_eq!(formats(SystemId::CLEAR_KEY, Scheme::Cbcs, true), ["identity"]);
    }
}
