//! What files say of tracks for people.

use dynpack_media::{Role, Track};

/// What encoders call any track, in lower case and in part: nothing that tells one from another.
const GENERIC: [&str; 8] =
    ["handle", "core media", "gpac", "l-smash", "isomedia", "iso media", "produced by", "muxer"];

/// The name of a track for people, where it is one.
pub(super) fn label(track: &Track) -> Option<String> {
    let name = track.name.to_lowercase();
    let is_kind = ["", "video", "audio", "sound", "vide", "soun"].contains(&name.trim());
    let is_generic = is_kind || GENERIC.iter().any(|generic| name.contains(generic));
    (!is_generic).then(|| track.name.clone())
}

/// What a label says that a track is for, if it names a purpose in English.
pub(super) fn purpose(label: &str) -> Option<Role> {
    const PURPOSES: [(&str, Role); 5] = [
        ("commentary", Role::Commentary),
        ("audio description", Role::Description),
        ("described video", Role::Description),
        ("descriptive audio", Role::Description),
        ("karaoke", Role::Karaoke),
    ];
    let label = label.to_lowercase();
    PURPOSES.into_iter().find_map(|(words, role)| label.contains(words).then_some(role))
}

#[cfg(test)]
mod tests {
    use dynpack_media::Role;
    use dynpack_testkit::{AAC_48_STEREO, audio};

    use super::{label, purpose};

    #[test]
    fn labels_name_purposes() {
        for (label, expected) in [
            ("Director's Commentary", Some(Role::Commentary)),
            ("English (Audio Description)", Some(Role::Description)),
            ("Karaoke", Some(Role::Karaoke)),
            ("English", None),
            ("Description", None),
        ] {
            assert_eq!(purpose(label), expected, "{label}");
        }
    }

    #[test]
    fn names_that_any_track_has_are_no_labels() {
        let label = |name: &str| label(&audio(AAC_48_STEREO, 1, "en").with_name(name.into()));
        for generic in [
            "",
            "SoundHandler",
            "VideoHandle",
            "Apple Sound Media Handler",
            "Core Media Audio",
            "GPAC ISO Video Handler",
            "*mp4a:trackID=2@GPAC 0.7",
            "L-SMASH Audio Handler",
            "ISO Media file produced by Google Inc.",
            "IsoMedia File Produced by Google, 5-11-2011",
            "Twitter-vork muxer",
            "sound",
        ] {
            assert_eq!(label(generic), None, "{generic}");
        }
        for name in ["Commentary", "Front", "Director's cut", "Stereo", "Soundtrack"] {
            assert_eq!(label(name).as_deref(), Some(name));
        }
    }
}
