//! AES-128 for all schemes: encryption in place, with a key that is expanded once (FIPS 197; NIST
//! SP 800-38A).

use ::aes::cipher::consts::U16;
use ::aes::cipher::{
    Array, BlockCipherEncBackend, BlockCipherEncClosure, BlockCipherEncrypt, BlockSizeUser,
    InnerIvInit, KeyInit, StreamCipher,
};
use ::aes::{Aes128Enc, Block};

use crate::{ContentKey, Iv};

/// Bytes of a block.
pub(crate) const BLOCK: usize = 16;

/// An expanded key.
#[derive(Clone)]
pub(crate) struct Cipher(Aes128Enc);

impl Cipher {
    pub(crate) fn new(key: &ContentKey) -> Self {
        Self(Aes128Enc::new(key.expose().into()))
    }

    /// One block by itself (ECB).
    pub(crate) fn encrypt_block(&self, mut block: [u8; BLOCK]) -> [u8; BLOCK] {
        self.0.encrypt_block((&mut block).into());
        block
    }

    /// Several blocks, each by itself (ECB).
    pub(crate) fn encrypt_blocks(&self, blocks: &mut [Block]) {
        self.0.encrypt_blocks(blocks);
    }

    /// Encrypts the whole blocks of `data` in place, as a chain that goes on after the block `last`
    /// (CBC). The rest of `data` is unchanged. `last` becomes the last of the blocks.
    pub(crate) fn encrypt_chain(&self, last: &mut Block, data: &mut [u8]) {
        let (blocks, _) = Array::slice_as_chunks_mut(data);
        self.0.encrypt_with_backend(Cbc { last, blocks });
    }

    /// A key stream whose counter starts at the 16 bytes of `iv`. The last 8 bytes count blocks
    /// (ISO/IEC 23001-7, 9.3).
    pub(crate) fn ctr(&self, iv: Iv) -> Ctr<'_> {
        Ctr(ctr::Ctr64BE::from_core(ctr::CtrCore::inner_iv_init(&self.0, &iv.0.into())))
    }
}

/// Cipher block chaining. A chain waits for each of its blocks, so the block before is kept in a
/// register: in memory, as the crate `cbc` has it, it takes a fifth more time.
struct Cbc<'a> {
    last: &'a mut Block,
    blocks: &'a mut [Block],
}

impl BlockSizeUser for Cbc<'_> {
    type BlockSize = U16;
}

impl BlockCipherEncClosure for Cbc<'_> {
    #[inline(always)]
    fn call<B: BlockCipherEncBackend<BlockSize = U16>>(self, backend: &B) {
        let mut last = *self.last;
        for block in self.blocks {
            last.iter_mut().zip(&*block).for_each(|(last, clear)| *last ^= clear);
            backend.encrypt_block_inplace(&mut last);
            *block = last;
        }
        *self.last = last;
    }
}

/// Counter mode.
pub(crate) struct Ctr<'a>(ctr::Ctr64BE<&'a Aes128Enc>);

impl Ctr<'_> {
    /// Encrypts `data`. The key stream continues where it stopped, even within a block.
    pub(crate) fn encrypt(&mut self, data: &mut [u8]) {
        self.0.apply_keystream(data);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(hex: &str) -> Vec<u8> {
        let digits: Vec<_> = hex.bytes().filter(u8::is_ascii_hexdigit).collect();
        digits
            .chunks(2)
            .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap())
            .collect()
    }

    fn array(hex: &str) -> [u8; 16] {
        bytes(hex).try_into().unwrap()
    }

    /// The key and the text of NIST SP 800-38A, F.
    const KEY: &str = "2b7e151628aed2a6abf7158809cf4f3c";
    const CLEAR: &str = "6bc1bee22e409f96e93d7e117393172a ae2d8a571e03ac9c9eb76fac45af8e51
        30c81c46a35ce411e5fbc1191a0a52ef f69f2445df4f9b17ad2b417be66c3710";

    fn cipher() -> Cipher {
        Cipher::new(&ContentKey::new(array(KEY)))
    }

    #[test]
    fn a_block_is_that_of_fips_197() {
        let cipher = Cipher::new(&ContentKey::new(array("000102030405060708090a0b0c0d0e0f")));
        let block = cipher.encrypt_block(array("00112233445566778899aabbccddeeff"));
        assert_eq!(block, array("69c4e0d86a7b0430d8cdb78070b4c55a"));
    }

    #[test]
    fn a_chain_is_that_of_sp_800_38a() {
        let cipher = cipher();
        let mut last = array("000102030405060708090a0b0c0d0e0f").into();
        let mut data = bytes(CLEAR);
        data.push(1);
        let (one, others) = data.split_at_mut(16);
        cipher.encrypt_chain(&mut last, one);
        cipher.encrypt_chain(&mut last, others);
        let expected = "7649abac8119b246cee98e9b12e9197d 5086cb9b507219ee95db113a917678b2
            73bed6b8e3c1743b7116e69e22229516 3ff1caa1681fac09120eca307586e1a7 01";
        assert_eq!(data, bytes(expected));
    }

    #[test]
    fn a_key_stream_is_that_of_sp_800_38a_wherever_it_is_cut() {
        let expected = "874d6191b620e3261bef6864990db6ce 9806f66b7970fdff8617187bb9fffdff
            5ae4df3edbd5d35e5b4f09020db03eab 1e031dda2fbe03d1792170a0f3009cee";
        for cut in 0..64 {
            let cipher = cipher();
            let mut stream = cipher.ctr(Iv(array("f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff")));
            let mut data = bytes(CLEAR);
            let (one, others) = data.split_at_mut(cut);
            stream.encrypt(one);
            stream.encrypt(others);
            assert_eq!(data, bytes(expected));
        }
    }
}
