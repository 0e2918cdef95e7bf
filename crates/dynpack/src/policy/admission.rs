//! Which format is had under which protection: the table, and what a policy makes of it.

use super::StreamingPolicy;
use crate::{Encryption, Error, Format};

impl Format {
    /// The protections that the format can carry; all can be had in the clear. This is the one table of it.
    ///
    /// Azure Media Services had more in two places, which no standard knows and no player that is left takes: `cbc` in DASH and Smooth
    /// Streaming, and `cenc` in transport streams. It had less in one: `cbcs` in DASH.
    #[must_use]
    pub const fn encryptions(self) -> &'static [Encryption] {
        match self {
            Self::Smooth | Self::SmoothV20 => &[Encryption::Cenc, Encryption::Piff],
            Self::HlsV3 => &[Encryption::Cbc],
            Self::HlsV4 => &[Encryption::Cbc, Encryption::CbcsAapl],
            Self::HlsCmaf => &[Encryption::Cbc, Encryption::Cenc, Encryption::CbcsAapl],
            Self::DashCsf | Self::DashCmaf => &[Encryption::Cenc, Encryption::CbcsAapl],
            Self::HlsV8 | Self::Hds => &[],
        }
    }

    /// Whether a URL must name the protection where there is one, even if there is no other (of CMAF, as in Azure Media Services).
    const fn must_name_encryption(self) -> bool {
        matches!(self, Self::HlsCmaf | Self::DashCmaf)
    }
}

impl StreamingPolicy {
    /// How a format is to be served: under which protection, or in the clear (`None`), if it is to be served at all. `named` is the
    /// protection that the URL names.
    ///
    /// # Errors
    /// [`Error::FormatBlocked`] if the policy does not enable the protocol, [`Error::EncryptionNotSet`] if not with that protection,
    /// [`Error::EncryptionNotCarried`] if the format does not know it, and [`Error::EncryptionNotNamed`] if the URL must name one.
    pub fn admit(&self, format: Format, named: Option<Encryption>) -> Result<Option<Encryption>, Error> {
        let is_enabled = |encryption| self.enabled_protocols(encryption).has(format.protocol());
        let enabled: Vec<_> = Encryption::ALL.into_iter().filter(|&encryption| is_enabled(Some(encryption))).collect();
        let carried = |encryption: &Encryption| format.encryptions().contains(encryption);
        if enabled.is_empty() && !is_enabled(None) {
            return Err(Error::FormatBlocked(format));
        }
        if let Some(encryption) = named {
            return match (enabled.contains(&encryption), carried(&encryption)) {
                (true, true) => Ok(Some(encryption)),
                (true, false) => Err(Error::EncryptionNotCarried { format, encryption }),
                (false, _) => Err(Error::EncryptionNotSet(encryption)),
            };
        }
        if is_enabled(None) {
            return Ok(None);
        }
        // Players that want PIFF say so.
        let implied: Vec<_> = enabled.iter().copied().filter(carried).filter(|&one| one != Encryption::Piff).collect();
        match implied[..] {
            [] => Err(enabled
                .first()
                .map_or(Error::FormatBlocked(format), |&encryption| Error::EncryptionNotCarried { format, encryption })),
            [only] if !format.must_name_encryption() => Ok(Some(only)),
            _ => Err(Error::EncryptionNotNamed { format, known: names(&enabled, carried) }),
        }
    }

    /// All that [`admit`](Self::admit) lets pass: each format that is made, with each protection a URL can name, or none.
    pub fn admitted(&self) -> impl Iterator<Item = (Format, Option<Encryption>)> + '_ {
        let formats = Format::ALL.into_iter().filter(|format| format.packager().is_ok());
        let ways = || [None].into_iter().chain(Encryption::ALL.map(Some));
        let all = formats.flat_map(move |format| ways().map(move |named| (format, named)));
        all.filter(|(format, named)| self.admit(*format, *named).is_ok_and(|admitted| admitted == *named))
    }
}

fn names(enabled: &[Encryption], carried: impl Fn(&Encryption) -> bool) -> String {
    let names: Vec<_> = enabled.iter().filter(|encryption| carried(encryption)).map(|encryption| encryption.token()).collect();
    names.join(", ")
}
