//! The policies which Azure Media Services predefined.

use super::{
    CommonEncryption, Drm, EnabledProtocols, EnvelopeEncryption, LicenceServer, NoEncryption,
    PlayReady, StreamingPolicy,
};

impl StreamingPolicy {
    /// The names of the predefined policies.
    pub const PREDEFINED: [&'static str; 6] = [
        "Predefined_DownloadOnly",
        "Predefined_ClearStreamingOnly",
        "Predefined_DownloadAndClearStreaming",
        "Predefined_ClearKey",
        "Predefined_MultiDrmCencStreaming",
        "Predefined_MultiDrmStreaming",
    ];

    /// The predefined policy of that name, if it is one.
    #[must_use]
    pub fn predefined(name: &str) -> Option<Self> {
        let streaming = EnabledProtocols {
            dash: true,
            hls: true,
            smooth_streaming: true,
            ..EnabledProtocols::default()
        };
        let download = EnabledProtocols { download: true, ..EnabledProtocols::default() };
        let both = EnabledProtocols { download: true, ..streaming };
        let [download_only, streaming_only, download_and_streaming, clear_key, cenc, all] =
            Self::PREDEFINED;
        if name == download_only {
            Some(Self::clear(download))
        } else if name == streaming_only {
            Some(Self::clear(streaming))
        } else if name == download_and_streaming {
            Some(Self::clear(both))
        } else if name == clear_key {
            let envelope = EnvelopeEncryption {
                enabled_protocols: streaming,
                ..EnvelopeEncryption::default()
            };
            Some(Self { envelope_encryption: Some(envelope), ..Self::default() })
        } else if name == cenc {
            Some(Self::cenc())
        } else if name == all {
            let drm = Drm { fair_play: Some(LicenceServer::default()), ..Drm::default() };
            let enabled_protocols = EnabledProtocols { hls: true, ..EnabledProtocols::default() };
            let cbcs = CommonEncryption { enabled_protocols, drm, ..CommonEncryption::default() };
            Some(Self { common_encryption_cbcs: Some(cbcs), ..Self::cenc() })
        } else {
            None
        }
    }

    fn clear(enabled_protocols: EnabledProtocols) -> Self {
        Self { no_encryption: Some(NoEncryption { enabled_protocols }), ..Self::default() }
    }

    /// `cenc` for PlayReady and Widevine in DASH and Smooth Streaming.
    fn cenc() -> Self {
        let enabled_protocols =
            EnabledProtocols { dash: true, smooth_streaming: true, ..EnabledProtocols::default() };
        let (play_ready, widevine) = (Some(PlayReady::default()), Some(LicenceServer::default()));
        let drm = Drm { play_ready, widevine, fair_play: None };
        let cenc = CommonEncryption { enabled_protocols, drm, ..CommonEncryption::default() };
        Self { common_encryption_cenc: Some(cenc), ..Self::default() }
    }
}
