//! Sealed files: encrypted with AES-256-GCM in pieces, so that a large file needs no more memory than a small one.
//!
//! Form: the mark, 32 random bytes, then pieces of [`PIECE`] bytes and 16 of proof each, the last one shorter. Each file has a
//! key of its own, derived from the installation's key and the random bytes; the number of a piece and whether it is the last
//! are part of the proof, so that pieces can be neither moved nor cut off. The digest of a sealed file is over the bytes as they
//! lie there: a verification needs no key.

use std::{
    io::Write,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    sync::PoisonError,
};

use futures::stream;
use kernel::Seams;
use ring::{
    aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey},
    hkdf, hmac,
};
use sha2::{Digest, Sha256};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::{Files, Incoming, Local, Reader, Received};
use crate::{Db, Error, Result, Tx, query_scalar};

/// First bytes of a sealed file.
const MARK: &[u8; 8] = b"gkseal1\n";
/// Beginning of sealed words.
const WORDS_MARK: &str = "sealed1:";
/// Plain bytes in a piece.
const PIECE: usize = 64 * 1024;
/// Bytes of proof behind each piece.
const PROOF: usize = 16;

impl Files {
    /// Seals a received file and keeps it: see [`Files::keep`]. Returns what was kept, with the digest to refer to it by.
    ///
    /// # Errors
    /// When disk or database fail, or the key cannot be made.
    pub async fn keep_sealed(&self, tx: &mut Tx, received: &Received) -> Result<Received> {
        let seams = tx.seams();
        let master = self.master(Some(&seams))?;
        let mut salt = [0_u8; 32];
        seams.entropy.fill(&mut salt);
        let key = file_key(&master, &salt)?;
        let mut sealed: Incoming = self.receive().await?;
        sealed.write(MARK).await?;
        sealed.write(&salt).await?;
        let mut plain = tokio::fs::File::open(&received.path).await?;
        let mut piece = read_piece(&mut plain, PIECE).await?;
        for number in 0_u64.. {
            let next = read_piece(&mut plain, PIECE).await?;
            let last = next.is_empty();
            key.seal_in_place_append_tag(nonce(number, last), Aad::empty(), &mut piece)
                .map_err(|_| Error::Sealed("文件封不上".to_owned()))?;
            sealed.write(&piece).await?;
            if last {
                break;
            }
            piece = next;
        }
        let sealed = sealed.finish().await?;
        self.put(tx, &sealed, true).await?;
        Ok(sealed)
    }

    /// Opens a sealed file and reads its plain bytes. A file that was changed or cut off ends in an error, never in silence.
    ///
    /// # Errors
    /// When it is missing, is not sealed, or the key does not fit.
    pub async fn open_sealed(&self, digest: &str) -> Result<Reader> {
        let (mut sealed, _) = self.open(digest).await?;
        let mut mark = [0_u8; MARK.len()];
        let mut salt = [0_u8; 32];
        let broken = |_| Error::Sealed(format!("文件 {digest} 不是密封的文件"));
        sealed.read_exact(&mut mark).await.map_err(broken)?;
        sealed.read_exact(&mut salt).await.map_err(broken)?;
        if mark != *MARK {
            return Err(Error::Sealed(format!("文件 {digest} 不是密封的文件")));
        }
        let key = file_key(&self.master(None)?, &salt)?;
        let first = read_piece(&mut sealed, PIECE + PROOF).await?;
        let pieces = stream::try_unfold(Some((sealed, key, 0_u64, first)), |state| async move {
            let Some((mut sealed, key, number, mut piece)) = state else { return Ok(None) };
            let next = read_piece(&mut sealed, PIECE + PROOF).await?;
            let last = next.is_empty();
            let plain = key
                .open_in_place(nonce(number, last), Aad::empty(), &mut piece)
                .map_err(|_| std::io::Error::new(std::io::ErrorKind::InvalidData, "密封的文件被改动过，或密钥不对"))?;
            let plain = std::io::Cursor::new(plain.to_vec());
            Ok::<_, std::io::Error>(Some((plain, (!last).then_some((sealed, key, number + 1, next)))))
        });
        Ok(Box::new(tokio_util::io::StreamReader::new(Box::pin(pieces))))
    }

    /// The plain bytes of a sealed file on disk, for a child process; they are removed with what is returned.
    ///
    /// # Errors
    /// See [`Files::open_sealed`]; when the scratch folder cannot be written.
    pub async fn local_sealed(&self, digest: &str) -> Result<Local> {
        let mut plain = self.open_sealed(digest).await?;
        tokio::fs::create_dir_all(&self.scratch).await?;
        let (file, path) = tempfile::NamedTempFile::new_in(&self.scratch)?.into_parts();
        let mut file = tokio::fs::File::from_std(file);
        tokio::io::copy(&mut plain, &mut file).await?;
        file.flush().await?;
        Ok(Local::copy(path))
    }

    /// Seals a few words for one place in the database; they open there only. What the database holds is worth nothing without
    /// the key, which lies in a file beside it.
    ///
    /// # Errors
    /// When the key cannot be made.
    pub fn seal_words(&self, seams: &Seams, place: &str, words: &str) -> Result<String> {
        let mut number = [0_u8; NONCE_LEN];
        seams.entropy.fill(&mut number);
        let mut sealed = words.as_bytes().to_vec();
        let key = words_key(&self.master(Some(seams))?)?;
        key.seal_in_place_append_tag(Nonce::assume_unique_for_key(number), Aad::from(place.as_bytes()), &mut sealed)
            .map_err(|_| Error::Sealed("内容封不上".to_owned()))?;
        Ok(format!("{WORDS_MARK}{}{}", hex::encode(number), hex::encode(sealed)))
    }

    /// Opens what [`Files::seal_words`] made for this place.
    ///
    /// # Errors
    /// When the key is missing or another one, or the words belong to another place.
    pub fn open_words(&self, place: &str, sealed: &str) -> Result<String> {
        let broken = || Error::Sealed(format!("{place} 打不开：密钥文件 {} 不是封上它的那一个", self.key.display()));
        let bytes = sealed.strip_prefix(WORDS_MARK).and_then(|rest| hex::decode(rest).ok()).ok_or_else(broken)?;
        let (number, rest) = bytes.split_at_checked(NONCE_LEN).ok_or_else(broken)?;
        let number = Nonce::try_assume_unique_for_key(number).map_err(|_| broken())?;
        let mut rest = rest.to_vec();
        let key = words_key(&self.master(None)?)?;
        let plain = key.open_in_place(number, Aad::from(place.as_bytes()), &mut rest).map_err(|_| broken())?;
        String::from_utf8(plain.to_vec()).map_err(|_| broken())
    }

    /// Whether this was sealed by [`Files::seal_words`].
    pub fn is_sealed(words: &str) -> bool {
        words.starts_with(WORDS_MARK)
    }

    /// The digest of a few words under the installation's key, as hex, for one use: the same words have the same one. Whoever has
    /// the database and not the key can neither read them nor try out whose they are.
    ///
    /// # Errors
    /// When the key cannot be made, or is another one than before.
    pub fn keyed_digest(&self, seams: &Seams, purpose: &str, words: &str) -> Result<String> {
        let key = digest_key(&self.master(Some(seams))?)?;
        let mut signed = hmac::Context::with_key(&key);
        signed.update(purpose.as_bytes());
        signed.update(&[0]);
        signed.update(words.as_bytes());
        Ok(hex::encode(signed.sign().as_ref()))
    }

    /// The file of the installation's key.
    pub fn key_file(&self) -> &Path {
        &self.key
    }

    /// Whether the key can be used: it is the one under which this installation seals. Before anything was sealed it need not be
    /// there yet.
    ///
    /// # Errors
    /// When what lies there is no key or another one, is missing though it was there, or cannot be read: what was sealed could not
    /// be opened, nothing could be sealed.
    pub fn check_key(&self) -> Result<()> {
        self.usable().map(drop)
    }

    /// What may be known of the key that lies there: whether two are the same. `None` when there is none.
    ///
    /// # Errors
    /// When what lies there is no key, or cannot be read.
    pub fn key_print(&self) -> Result<Option<String>> {
        Ok(known(&self.key)?.map(|key| print(&key)))
    }

    /// From now on no other key will do, and none is made in its place: what was sealed under the one with this print
    /// ([`Files::key_print`]) opens with it alone.
    pub fn expect_key(&self, print: &str) {
        *self.expected.lock().unwrap_or_else(PoisonError::into_inner) = Some(print.to_owned());
    }

    /// Whether a kept file was sealed; words in tables are known to those who seal them.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn any_sealed(&self, db: &Db) -> Result<bool> {
        let one = query_scalar::<String>("SELECT digest FROM file WHERE sealed = 1 LIMIT 1");
        Ok(one.fetch_optional(db.read()).await?.is_some())
    }

    /// The key, if it is the right one; `None` where there is none and none was.
    fn usable(&self) -> Result<Option<Vec<u8>>> {
        let found = known(&self.key)?;
        let expected = self.expected.lock().unwrap_or_else(PoisonError::into_inner).clone();
        match (expected, found) {
            (None, found) => Ok(found),
            (Some(expected), Some(key)) if print(&key) == expected => Ok(Some(key)),
            (Some(_), found) => Err(Error::Key(format!(
                "密钥文件 {} {}，以前封存的内容用它打不开，也不能用新的代替。请把另行保管的那一份放回（权限 0600）",
                self.key.display(),
                if found.is_some() { "不是本站封存内容的那一个" } else { "不见了" }
            ))),
        }
    }

    /// Makes the key of sealed files unless there is one.
    ///
    /// # Errors
    /// When its folder cannot be written.
    pub fn make_key(&self, seams: &Seams) -> Result<()> {
        self.master(Some(seams)).map(|_| ())
    }

    /// The same where the one before was declared to be lost.
    ///
    /// # Errors
    /// When its folder cannot be written.
    pub fn renew_key(&self, seams: &Seams) -> Result<()> {
        *self.expected.lock().unwrap_or_else(PoisonError::into_inner) = None;
        self.make_key(seams)
    }

    /// The installation's key; made when there is none and chance is given.
    fn master(&self, seams: Option<&Seams>) -> Result<Vec<u8>> {
        if let Some(known) = self.usable()? {
            return Ok(known);
        }
        let missing = || Error::Sealed(format!("密钥文件 {} 不见了", self.key.display()));
        let seams = seams.ok_or_else(missing)?;
        let folder = self.key.parent().map_or_else(PathBuf::new, Path::to_owned);
        std::fs::create_dir_all(&folder)?;
        let mut file = tempfile::NamedTempFile::new_in(&folder)?;
        file.as_file().set_permissions(std::fs::Permissions::from_mode(0o600))?;
        writeln!(file, "{}", seams.secret(32))?;
        file.as_file().sync_all()?;
        // Two processes may need it at once: the first key stays.
        match file.persist_noclobber(&self.key) {
            Ok(_) => {}
            Err(error) if error.error.kind() == std::io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error.error.into()),
        }
        // A key that a power cut takes away takes everything with it that was sealed.
        std::fs::File::open(&folder)?.sync_all()?;
        known(&self.key)?.ok_or_else(missing)
    }
}

fn print(key: &[u8]) -> String {
    hex::encode(Sha256::digest(hex::encode(key)))
}

fn known(path: &Path) -> Result<Option<Vec<u8>>> {
    let text = match std::fs::read(path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => {
            return Err(Error::Sealed(format!("密钥文件 {} 读不了：{error}。请检查属主和权限", path.display())));
        }
    };
    match hex::decode(text.trim_ascii()) {
        Ok(key) if key.len() == 32 => Ok(Some(key)),
        _ => Err(Error::Sealed(format!(
            "密钥文件 {} 读不懂，不是本程序写的密钥。请从另行保管的那一份恢复它；没有它，动态口令、密封的附件和办件里的个人信息打不开",
            path.display()
        ))),
    }
}

fn file_key(master: &[u8], salt: &[u8]) -> Result<LessSafeKey> {
    let broken = |_| Error::Sealed("密钥用不了".to_owned());
    let derived = hkdf::Salt::new(hkdf::HKDF_SHA256, salt).extract(master);
    let key = derived.expand(&[b"gongkai sealed file"], &AES_256_GCM).map_err(broken)?;
    Ok(LessSafeKey::new(UnboundKey::from(key)))
}

fn words_key(master: &[u8]) -> Result<LessSafeKey> {
    let broken = |_| Error::Sealed("密钥用不了".to_owned());
    let derived = hkdf::Salt::new(hkdf::HKDF_SHA256, b"gongkai").extract(master);
    let key = derived.expand(&[b"gongkai sealed words"], &AES_256_GCM).map_err(broken)?;
    Ok(LessSafeKey::new(UnboundKey::from(key)))
}

fn digest_key(master: &[u8]) -> Result<hmac::Key> {
    let broken = |_| Error::Sealed("密钥用不了".to_owned());
    let derived = hkdf::Salt::new(hkdf::HKDF_SHA256, b"gongkai").extract(master);
    let key = derived.expand(&[b"gongkai keyed digest"], hmac::HMAC_SHA256).map_err(broken)?;
    Ok(hmac::Key::from(key))
}

fn nonce(number: u64, last: bool) -> Nonce {
    let mut bytes = [0_u8; NONCE_LEN];
    bytes[..8].copy_from_slice(&number.to_be_bytes());
    bytes[8] = u8::from(last);
    Nonce::assume_unique_for_key(bytes)
}

/// Up to `length` bytes; fewer only at the end.
async fn read_piece(from: &mut (impl tokio::io::AsyncRead + Unpin), length: usize) -> std::io::Result<Vec<u8>> {
    let mut piece = Vec::with_capacity(length + PROOF);
    let limit = u64::try_from(length).unwrap_or(u64::MAX);
    from.take(limit).read_to_end(&mut piece).await?;
    Ok(piece)
}
