//! Encrypted streams (Apple, *MPEG-2 Stream Encryption Format for HTTP Live Streaming*): frames are
//! encrypted before they are multiplexed, and the PMT says so.

use dynpack_codec::{AudioCodec, Codec, Video, VideoCodec};
use dynpack_crypt::sample_aes::{
    AAC_STREAM_TYPE, AC3_STREAM_TYPE, AVC_STREAM_TYPE, Blocks, EAC3_STREAM_TYPE, Frame, SampleAes,
    aac_descriptors, ac3_descriptors, avc_descriptors, eac3_descriptors,
};

use super::elementary::Len;
use crate::Error;

/// One byte in so many is allowed for the emulation prevention of encrypted video. Random bytes
/// need one in four million; slices which hold much of it have it doubled.
const BYTES_PER_MARK: u64 = 128;

/// How the frames of one stream are encrypted.
pub(super) struct Encryption {
    cipher: SampleAes,
    frames: Frames,
    stream_type: u8,
    descriptors: Vec<u8>,
}

/// What a frame is made of.
#[derive(Clone, Copy)]
enum Frames {
    /// NAL units of H.264, which grow when they are encrypted.
    NalUnits,
    /// A header, and a body that keeps its length.
    Audio,
}

impl Encryption {
    pub(super) fn new(cipher: SampleAes, codec: &Codec) -> Result<Self, Error> {
        let (frames, stream_type, descriptors) = signals(codec)?;
        Ok(Self { cipher, frames, stream_type, descriptors })
    }

    /// `stream_type` in the PMT.
    pub(super) const fn stream_type(&self) -> u8 {
        self.stream_type
    }

    /// The descriptors of the stream in the PMT.
    pub(super) fn descriptors(&self) -> &[u8] {
        &self.descriptors
    }

    /// The length of an encrypted frame by that of the clear one.
    pub(super) const fn len(&self, clear: Len) -> Len {
        match self.frames {
            Frames::NalUnits => Len::AtMost(max_len_of_picture(clear.at_most())),
            Frames::Audio => clear,
        }
    }

    /// What is encrypted of a piece of a sample: a NAL unit or the body of a frame of audio. `None`
    /// for start codes, and for zeros that end an access unit.
    fn frame<'p>(&self, piece: &'p [u8]) -> Option<Frame<'p>> {
        match (self.frames, piece) {
            (Frames::Audio, _) => Some(Frame::Audio(piece)),
            (Frames::NalUnits, [0, 0, 1] | [0, 0, 0, 1]) => None,
            (Frames::NalUnits, [0, rest @ ..]) if rest.iter().all(|&byte| byte == 0) => None,
            (Frames::NalUnits, _) => Some(Frame::NalUnit(piece)),
        }
    }

    /// Adds the blocks of a piece of a sample that are to be encrypted.
    ///
    /// # Errors
    /// As [`Blocks::add`].
    pub(super) fn add(
        &self,
        piece: &[u8],
        blocks: &mut Blocks,
    ) -> Result<(), dynpack_crypt::Error> {
        self.frame(piece).map_or(Ok(()), |frame| blocks.add(frame))
    }

    /// Encrypts what was added.
    pub(super) fn encrypt(&self, blocks: &mut Blocks) {
        self.cipher.encrypt(blocks);
    }

    /// Appends a piece of a sample as it is encrypted.
    ///
    /// # Errors
    /// As [`Blocks::write`].
    pub(super) fn write(
        &self,
        piece: &[u8],
        blocks: &mut Blocks,
        out: &mut Vec<u8>,
    ) -> Result<(), dynpack_crypt::Error> {
        match self.frame(piece) {
            Some(frame) => blocks.write(frame, out)?,
            None => out.extend_from_slice(piece),
        }
        Ok(())
    }
}

/// How frames of a codec are encrypted: what they are made of, `stream_type`, and the descriptors.
/// The one list of codecs that can be.
fn signals(codec: &Codec) -> Result<(Frames, u8, Vec<u8>), Error> {
    let refused = |problem| Error::Encryption { sample: None, problem };
    Ok(match codec {
        Codec::Video(Video { codec: VideoCodec::Avc(_), .. }) => {
            (Frames::NalUnits, AVC_STREAM_TYPE, avc_descriptors())
        }
        Codec::Audio(AudioCodec::Aac(config)) => {
            (Frames::Audio, AAC_STREAM_TYPE, aac_descriptors(config).map_err(refused)?)
        }
        Codec::Audio(AudioCodec::Ac3(config)) => {
            (Frames::Audio, AC3_STREAM_TYPE, ac3_descriptors(config).map_err(refused)?)
        }
        Codec::Audio(AudioCodec::Eac3(config)) => {
            (Frames::Audio, EAC3_STREAM_TYPE, eac3_descriptors(config).map_err(refused)?)
        }
        other => {
            let problem = format!("SAMPLE-AES has no {}", other.rfc6381());
            return Err(refused(dynpack_crypt::Error::Unsupported(problem)));
        }
    })
}

/// Checks that frames of a codec can be encrypted.
///
/// # Errors
/// [`Error::Encryption`] with the reason if they cannot.
pub fn encrypts(codec: &Codec) -> Result<(), Error> {
    signals(codec).map(drop)
}

/// Maximum number of bytes of an encrypted picture, by those of the clear one.
pub(super) const fn max_len_of_picture(clear: u64) -> u64 {
    clear.saturating_add(clear / BYTES_PER_MARK).saturating_add(1)
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use dynpack_codec::{AacConfig, AvcConfig};
    use dynpack_crypt::{ContentKey, Iv};

    use super::*;

    #[test]
    fn video_may_grow_and_audio_does_not() {
        let record = Bytes::from_static(&[
            1, 0x64, 0, 0x1f, 0xff, 0xe1, 0, 2, 0x67, 0x64, 1, 0, 2, 0x68, 0xee,
        ]);
        let video = Codec::from(Video::new(AvcConfig::parse(record, false).unwrap(), 16, 16));
        let audio = Codec::from(AacConfig::parse(Bytes::from_static(&[0x11, 0x90]), 2).unwrap());
        let [video, audio] = [video, audio].map(|codec| {
            let cipher = SampleAes::new(&ContentKey::new([1; 16]), Iv([2; 16]));
            Encryption::new(cipher, &codec).unwrap()
        });
        assert_eq!(video.len(Len::AtMost(1_280)), Len::AtMost(1_291));
        assert_eq!(video.len(Len::Exactly(1_280)), Len::AtMost(1_291));
        assert_eq!(audio.len(Len::Exactly(1_280)), Len::Exactly(1_280));
    }
}
