//! An archive under a key: AES-256-GCM in pieces, so that a large one needs no more memory than a small one.
//!
//! Form: the mark, 32 random bytes, then pieces of [`PIECE`] bytes and 16 of proof each. The key of an archive is made slowly
//! from the key file and the random bytes, so that a sentence that a person can remember may stand in the file; the number of a
//! piece and whether it is the last are part of the proof, so that pieces can be neither moved nor cut off.

use std::{
    io::{Error, ErrorKind, Read, Result, Write},
    num::NonZeroU32,
    path::Path,
};

use anyhow::{Context, ensure};
use kernel::Seams;
use ring::{
    aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey},
    pbkdf2,
};

/// First bytes of an encrypted archive.
pub(super) const MARK: &[u8; 8] = b"gkback1\n";
const PIECE: usize = 64 * 1024;
const PROOF: usize = 16;
/// Rounds of PBKDF2-HMAC-SHA256: about half a second for whoever has the key file, and for each guess.
const ROUNDS: NonZeroU32 = match NonZeroU32::new(600_000) {
    Some(rounds) => rounds,
    None => NonZeroU32::MIN,
};
/// Fewer characters can be guessed.
const SHORTEST: usize = 16;

fn key(file: &Path, salt: &[u8]) -> anyhow::Result<LessSafeKey> {
    let text = std::fs::read(file).with_context(|| format!("读不到密钥文件 {}", file.display()))?;
    let secret = text.trim_ascii();
    ensure!(
        secret.len() >= SHORTEST,
        "密钥文件 {} 太短，至少要有 {SHORTEST} 个字符。可以用 head -c 32 /dev/urandom | base64 生成。",
        file.display()
    );
    let mut derived = [0_u8; 32];
    pbkdf2::derive(pbkdf2::PBKDF2_HMAC_SHA256, ROUNDS, salt, secret, &mut derived);
    let key = UnboundKey::new(&AES_256_GCM, &derived).map_err(|_| anyhow::anyhow!("密钥用不了"))?;
    Ok(LessSafeKey::new(key))
}

fn nonce(number: u64, last: bool) -> Nonce {
    let mut bytes = [0_u8; NONCE_LEN];
    bytes[..8].copy_from_slice(&number.to_be_bytes());
    bytes[8] = u8::from(last);
    Nonce::assume_unique_for_key(bytes)
}

/// Encrypts what is written.
pub(super) struct Sealing<W: Write> {
    out: W,
    key: LessSafeKey,
    number: u64,
    piece: Vec<u8>,
}

impl<W: Write> Sealing<W> {
    pub(super) fn new(mut out: W, file: &Path, seams: &Seams) -> anyhow::Result<Self> {
        let mut salt = [0_u8; 32];
        seams.entropy.fill(&mut salt);
        let key = key(file, &salt)?;
        out.write_all(MARK)?;
        out.write_all(&salt)?;
        Ok(Self { out, key, number: 0, piece: Vec::with_capacity(PIECE + PROOF) })
    }

    fn put(&mut self, last: bool) -> Result<()> {
        let mut piece = std::mem::take(&mut self.piece);
        self.key
            .seal_in_place_append_tag(nonce(self.number, last), Aad::empty(), &mut piece)
            .map_err(|_| Error::other("加密失败"))?;
        self.number += 1;
        self.out.write_all(&piece)?;
        piece.clear();
        self.piece = piece;
        Ok(())
    }

    /// Writes the last piece. Without it the archive cannot be opened.
    pub(super) fn finish(mut self) -> Result<W> {
        self.put(true)?;
        Ok(self.out)
    }
}

impl<W: Write> Write for Sealing<W> {
    fn write(&mut self, bytes: &[u8]) -> Result<usize> {
        // A full piece waits until it is known not to be the last.
        if self.piece.len() == PIECE {
            self.put(false)?;
        }
        let taken = bytes.len().min(PIECE - self.piece.len());
        self.piece.extend_from_slice(&bytes[..taken]);
        Ok(taken)
    }

    fn flush(&mut self) -> Result<()> {
        self.out.flush()
    }
}

/// Decrypts what is read.
pub(super) struct Opening<R: Read> {
    from: R,
    key: LessSafeKey,
    number: u64,
    /// The next piece as it lies there.
    next: Vec<u8>,
    plain: Vec<u8>,
    at: usize,
    done: bool,
}

impl<R: Read> Opening<R> {
    /// `from` stands behind the mark.
    pub(super) fn new(mut from: R, file: &Path) -> anyhow::Result<Self> {
        let mut salt = [0_u8; 32];
        from.read_exact(&mut salt).context("备份文件不完整。请换一份备份。")?;
        let key = key(file, &salt)?;
        let next = piece(&mut from)?;
        Ok(Self { from, key, number: 0, next, plain: Vec::new(), at: 0, done: false })
    }
}

fn piece(from: &mut impl Read) -> Result<Vec<u8>> {
    let mut piece = Vec::with_capacity(PIECE + PROOF);
    from.take(u64::try_from(PIECE + PROOF).unwrap_or(u64::MAX)).read_to_end(&mut piece)?;
    Ok(piece)
}

impl<R: Read> Read for Opening<R> {
    fn read(&mut self, into: &mut [u8]) -> Result<usize> {
        while self.at == self.plain.len() && !self.done {
            let mut sealed = std::mem::take(&mut self.next);
            self.next = piece(&mut self.from)?;
            let last = self.next.is_empty();
            let plain = self
                .key
                .open_in_place(nonce(self.number, last), Aad::empty(), &mut sealed)
                .map_err(|_| Error::new(ErrorKind::InvalidData, "密钥不对，或备份文件被改动、截断过"))?
                .len();
            sealed.truncate(plain);
            self.number += 1;
            (self.plain, self.at, self.done) = (sealed, 0, last);
        }
        let taken = into.len().min(self.plain.len() - self.at);
        into[..taken].copy_from_slice(&self.plain[self.at..self.at + taken]);
        self.at += taken;
        Ok(taken)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seams() -> Seams {
        crate::seams::system()
    }

    fn open(bytes: &[u8], file: &Path) -> anyhow::Result<Vec<u8>> {
        let mut plain = Vec::new();
        Opening::new(&bytes[MARK.len()..], file)?.read_to_end(&mut plain)?;
        Ok(plain)
    }

    #[test]
    fn what_was_sealed_opens_with_the_same_key_alone() {
        let folder = tempfile::tempdir().expect("folder");
        let (file, other) = (folder.path().join("key"), folder.path().join("other"));
        std::fs::write(&file, "一把足够长的钥匙\n").expect("key");
        std::fs::write(&other, "另一把足够长的钥匙\n").expect("key");
        for length in [0, 1, PIECE, PIECE + 1] {
            let text: Vec<u8> = (0..length).map(|at| u8::try_from(at % 251).unwrap_or_default()).collect();
            let mut sealing = Sealing::new(Vec::new(), &file, &seams()).expect("sealing");
            sealing.write_all(&text).expect("written");
            let sealed = sealing.finish().expect("finished");
            assert_eq!(open(&sealed, &file).expect("opened"), text);
            assert!(open(&sealed[..sealed.len() - 1], &file).is_err(), "cut");
            if length > PIECE {
                assert!(open(&sealed[..MARK.len() + 32 + PIECE + PROOF], &file).is_err(), "cut between two pieces");
                assert!(open(&sealed, &other).is_err(), "another key");
                let mut changed = sealed.clone();
                changed[MARK.len() + 40] ^= 1;
                assert!(open(&changed, &file).is_err(), "changed");
            }
        }
        std::fs::write(&other, "short").expect("key");
        assert!(Sealing::new(Vec::new(), &other, &seams()).is_err(), "a key that can be guessed");
    }
}
