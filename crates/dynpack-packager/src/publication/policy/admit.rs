//! Which formats a policy admits under which encryption.

use dynpack_crypt::SystemId;

use super::{CommonEncryption, StreamingPolicy};
use crate::encryption::Encryption;
use crate::error::Error;
use crate::format::Format;

impl StreamingPolicy {
    /// How a format is to be served: under which protection, or in the clear (`None`), if it is to
    /// be served at all. `named` is the protection that the URL names.
    ///
    /// # Errors
    /// [`Error::FormatBlocked`] if the policy does not enable the protocol,
    /// [`Error::EncryptionNotSet`] if not with that protection, [`Error::EncryptionNotCarried`] if
    /// the format does not know it, [`Error::SystemsNotCarried`] if the format can signal it to
    /// none of the policy's systems, and [`Error::EncryptionNotNamed`] if the URL must name one.
    pub fn admit(
        &self,
        format: Format,
        named: Option<Encryption>,
    ) -> Result<Option<Encryption>, Error> {
        let is_enabled = |encryption| self.enabled_protocols(encryption).has(format.protocol());
        let enabled: Vec<_> = Encryption::ALL
            .into_iter()
            .filter(|&encryption| is_enabled(Some(encryption)))
            .collect();
        let carried = |encryption: &Encryption| self.check_carried(format, *encryption).is_ok();
        if enabled.is_empty() && !is_enabled(None) {
            return Err(Error::FormatBlocked(format));
        }
        if let Some(encryption) = named {
            return match enabled.contains(&encryption) {
                true => self.check_carried(format, encryption).map(|()| Some(encryption)),
                false => Err(Error::EncryptionNotSet(encryption)),
            };
        }
        if is_enabled(None) {
            return Ok(None);
        }
        // Players that want PIFF say so.
        let implied: Vec<_> = enabled
            .iter()
            .copied()
            .filter(carried)
            .filter(|&one| one != Encryption::Piff)
            .collect();
        match implied[..] {
            [] => {
                let refused = || {
                    enabled
                        .iter()
                        .filter_map(|&encryption| self.check_carried(format, encryption).err())
                };
                // A missing system says more than a missing protection.
                let of_systems =
                    refused().find(|error| matches!(error, Error::SystemsNotCarried { .. }));
                let error = of_systems.or_else(|| refused().next());
                Err(error.unwrap_or(Error::FormatBlocked(format)))
            }
            [only] if !format.facts().must_name_encryption => Ok(Some(only)),
            _ => Err(Error::EncryptionNotNamed { format, known: names(&enabled, carried) }),
        }
    }

    /// Whether the format carries that protection, and can signal it to one of the policy's
    /// systems.
    fn check_carried(&self, format: Format, encryption: Encryption) -> Result<(), Error> {
        if !format.encryptions().any(|carried| carried == encryption) {
            return Err(Error::EncryptionNotCarried { format, encryption });
        }
        let (known, common) = (format.systems(encryption), self.common(encryption));
        match common.is_none_or(|common| known.iter().any(|system| common.names(*system))) {
            true => Ok(()),
            false => Err(Error::SystemsNotCarried { format, encryption }),
        }
    }

    /// All that [`admit`](Self::admit) lets pass: each format that is made, with each protection a
    /// URL can name, or none.
    pub fn admitted(&self) -> impl Iterator<Item = (Format, Option<Encryption>)> + '_ {
        let formats = Format::ALL.into_iter().filter(|format| format.is_built());
        let ways = || [None].into_iter().chain(Encryption::ALL.map(Some));
        let all = formats.flat_map(move |format| ways().map(move |named| (format, named)));
        all.filter(|(format, named)| {
            self.admit(*format, *named).is_ok_and(|admitted| admitted == *named)
        })
    }
}

impl CommonEncryption {
    fn names(&self, system: SystemId) -> bool {
        match system {
            SystemId::PLAYREADY => self.drm.play_ready.is_some(),
            SystemId::WIDEVINE => self.drm.widevine.is_some(),
            SystemId::FAIRPLAY => self.drm.fair_play.is_some(),
            SystemId::CLEAR_KEY => self.clear_key_encryption_configuration.is_some(),
            _ => false,
        }
    }
}

fn names(enabled: &[Encryption], carried: impl Fn(&Encryption) -> bool) -> String {
    let names: Vec<_> = enabled
        .iter()
        .filter(|encryption| carried(encryption))
        .map(|encryption| encryption.token())
        .collect();
    names.join(", ")
}
