//! What a rendition is for.

/// What a rendition is for, in the terms of the role scheme of DASH (ISO/IEC 23009-1, 5.8.5.5).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Role {
    /// What a player shows by default.
    #[default]
    Main,
    /// Another choice of the same kind, such as another language.
    Alternate,
    /// A spoken description of the pictures.
    Description,
    /// Speech that stands out from other sound, for people who are hard of hearing.
    EnhancedIntelligibility,
    /// A commentary, such as that of a director.
    Commentary,
    /// Speech in another language than the original one.
    Dub,
    /// Music without its singing.
    Karaoke,
    /// Text of what is said, for people who do not know the language.
    Subtitle,
    /// Text of all that is heard, for people who cannot hear it.
    Caption,
    /// Text of what is said in another language than the sound, which is shown also if subtitles
    /// are turned off.
    ForcedSubtitle,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 10] = [
        Self::Main,
        Self::Alternate,
        Self::Description,
        Self::EnhancedIntelligibility,
        Self::Commentary,
        Self::Dub,
        Self::Karaoke,
        Self::Subtitle,
        Self::Caption,
        Self::ForcedSubtitle,
    ];

    /// Its value in the scheme `urn:mpeg:dash:role:2011`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Main => "main",
            Self::Alternate => "alternate",
            Self::Description => "description",
            Self::EnhancedIntelligibility => "enhanced-audio-intelligibility",
            Self::Commentary => "commentary",
            Self::Dub => "dub",
            Self::Karaoke => "karaoke",
            Self::Subtitle => "subtitle",
            Self::Caption => "caption",
            Self::ForcedSubtitle => "forced-subtitle",
        }
    }

    /// The role of that value, without regard to case; `None` for others.
    #[must_use]
    pub fn parse(value: &str) -> Option<Self> {
        let value = value.trim();
        Self::ALL.into_iter().find(|role| role.as_str().eq_ignore_ascii_case(value))
    }

    /// Whether it helps people who cannot see or hear well. Manifests then list it as a choice that
    /// is accessible (`Accessibility` in DASH, 5.8.4.3).
    #[must_use]
    pub const fn is_accessibility(self) -> bool {
        matches!(self, Self::Description | Self::EnhancedIntelligibility)
    }

    /// `CHARACTERISTICS` in HLS (RFC 8216, 4.3.4.1), if there is one for it.
    #[must_use]
    pub const fn hls_characteristic(self) -> Option<&'static str> {
        match self {
            Self::Description => Some("public.accessibility.describes-video"),
            Self::EnhancedIntelligibility => {
                Some("public.accessibility.enhances-speech-intelligibility")
            }
            Self::Caption => Some(
                "public.accessibility.transcribes-spoken-dialog,\
                 public.accessibility.describes-music-and-sound",
            ),
            Self::Main
            | Self::Alternate
            | Self::Commentary
            | Self::Dub
            | Self::Karaoke
            | Self::Subtitle
            | Self::ForcedSubtitle => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Role;

    #[test]
    fn values_name_their_roles() {
        assert!(Role::ALL.iter().all(|role| Role::parse(role.as_str()) == Some(*role)));
        assert_eq!(Role::parse(" Commentary "), Some(Role::Commentary));
        assert_eq!([Role::parse(""), Role::parse("sign")], [None, None]);
    }
}
