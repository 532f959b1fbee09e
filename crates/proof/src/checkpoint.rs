//! The end of the chain, kept outside of the database and signed with a key that is not in it either.

use std::{
    io::Write,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

use kernel::{Seams, time};
use ring::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};
use serde::{Deserialize, Serialize};

use store::{Db, Error, Result, log::Place, query_as, query_scalar};

/// The end of a chain at some moment: events cut off its end leave a chain without a gap. Signed, so that who can write the
/// data directory but not read the key cannot make one that fits a rewritten log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checkpoint {
    /// Name of the chain.
    pub chain: String,
    /// Number of the newest event.
    pub seq: i64,
    pub hash: String,
    /// When it was signed, stored form.
    pub at: String,
    /// Ed25519 over the above, hexadecimal.
    pub signature: String,
    /// What is wrong with the signature, in words; found by [`Checkpoint::read`].
    #[serde(skip)]
    pub fault: Option<String>,
}

/// The key that signs checkpoints.
pub struct Signer {
    pair: Ed25519KeyPair,
}

impl std::fmt::Debug for Signer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Signer").field(&self.public_key()).finish()
    }
}

impl Signer {
    /// The key of this place; made when there is none.
    ///
    /// # Errors
    /// When it cannot be read or written, is no key, or others may read it.
    pub fn open(place: impl Into<Place>, seams: &Seams) -> Result<Self> {
        let key = place.into().key;
        if let Some(known) = Self::known(&key)? {
            return Ok(known);
        }
        // For the owner alone from its first byte on.
        let mut file = beside(&key)?;
        writeln!(file, "{}", seams.secret(32))?;
        file.as_file().sync_all()?;
        // Two processes may start together: the first key stays.
        match file.persist_noclobber(&key) {
            Ok(_) => {}
            Err(error) if error.error.kind() == std::io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error.error.into()),
        }
        Self::known(&key)?.ok_or_else(|| Error::Sealed(format!("密钥 {} 写了又不见了", key.display())))
    }

    /// Whether the end of the log can be signed here: by the key that lies here or by one that could be made. Nothing is left
    /// behind.
    ///
    /// # Errors
    /// [`Error::Key`] with the path and what to do; also when the key is gone that signed the kept end, since a new one would
    /// prove nothing of it.
    pub fn ready(place: impl Into<Place>) -> Result<()> {
        let place = place.into();
        if Self::known(&place.key)?.is_some() {
            return Ok(());
        }
        let kept = Checkpoint::path(&place.data, "main");
        if kept.exists() {
            return Err(Error::Key(format!("签名密钥 {}{}", place.key.display(), gone(&kept))));
        }
        beside(&place.key).map(drop)
    }

    fn known(key: &Path) -> Result<Option<Self>> {
        let text = match std::fs::read_to_string(key) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            // Junk that is no text.
            Err(error) if error.kind() == std::io::ErrorKind::InvalidData => String::new(),
            Err(error) => return Err(unusable(key, error)),
        };
        if std::fs::metadata(key)?.permissions().mode() & 0o077 != 0 {
            let key = key.display();
            return Err(Error::Key(format!("签名密钥 {key} 别的用户也能读写。请运行 chmod 600 {key}")));
        }
        let broken = || {
            let key = key.display();
            Error::Sealed(format!("签名密钥 {key} 读不懂，不是本程序写的密钥。请从另行保管的那一份恢复它"))
        };
        let seed = hex::decode(text.trim()).map_err(|_| broken())?;
        let pair = Ed25519KeyPair::from_seed_unchecked(&seed).map_err(|_| broken())?;
        Ok(Some(Self { pair }))
    }

    /// The public half, hexadecimal: whoever has it can check a checkpoint without this program's data.
    pub fn public_key(&self) -> String {
        hex::encode(self.pair.public_key())
    }

    /// Signs a message, hexadecimal.
    pub fn sign(&self, message: &[u8]) -> String {
        hex::encode(self.signature(message))
    }

    /// The 64 bytes of the signature of a message.
    pub fn signature(&self, message: &[u8]) -> Vec<u8> {
        self.pair.sign(message).as_ref().to_vec()
    }
}

/// A new file beside the key, to become it.
fn beside(key: &Path) -> Result<tempfile::NamedTempFile> {
    let folder = key.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    tempfile::NamedTempFile::new_in(folder).map_err(|error| unusable(key, error))
}

/// Why the key cannot be read or made, in words; a full disk passes by itself and stays what it is.
fn unusable(key: &Path, error: std::io::Error) -> Error {
    use std::io::ErrorKind;
    let folder = key.parent().unwrap_or(key).display();
    let key = key.display();
    Error::Key(match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => return error.into(),
        ErrorKind::NotFound | ErrorKind::NotADirectory => {
            format!("签名密钥 {key} 建不起来：没有 {folder} 这个目录。请建好它并交给运行本程序的用户，或改正 log.key")
        }
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => format!(
            "签名密钥 {key} 不能读写。请把 {folder} 和密钥文件的属主改为运行本程序的用户；由 systemd 启动的，在服务单元里用 \
             ReadWritePaths= 放行这个目录；或改正 log.key"
        ),
        ErrorKind::IsADirectory => format!("签名密钥 {key} 是一个目录。请在 log.key 写出文件名"),
        _ => format!("签名密钥 {key} 不能读写：{error}。请检查这个路径，或改正 log.key"),
    })
}

/// What to do when the key is gone that signed the kept end.
fn gone(kept: &Path) -> String {
    let kept = kept.file_name().unwrap_or_default().display();
    format!(
        " 不见了。请把另行保管的密钥放回原处，权限 0600；确实找不回的，先与抄录在别处的链头核对，再删除数据目录里的 {kept}，启动后建立新的密钥"
    )
}

/// Why a kept end cannot be held against the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unkept {
    /// The key cannot be used as it lies: a matter of setting up, which proves nothing. The path and what to do.
    Key(String),
    /// What lies there cannot be read, and may have been changed.
    Unreadable(String),
}

impl Checkpoint {
    fn message(&self) -> Vec<u8> {
        format!("gongkai log checkpoint\n{}\n{}\n{}\n{}\n", self.chain, self.seq, self.hash, self.at).into_bytes()
    }

    /// Whether the signature belongs to this public key (hexadecimal).
    pub fn is_signed_by(&self, public_key: &str) -> bool {
        let (Ok(key), Ok(signature)) = (hex::decode(public_key), hex::decode(&self.signature)) else { return false };
        UnparsedPublicKey::new(&ED25519, key).verify(&self.message(), &signature).is_ok()
    }

    fn path(data: &Path, chain: &str) -> PathBuf {
        // A chain's name may hold anything; the file of the only chain keeps its short name.
        let place = if chain == "main" { String::new() } else { format!("-{}", hex::encode(chain)) };
        data.join(format!("log-checkpoint{place}.json"))
    }

    /// The one kept in `data` for a chain; where it cannot be read, the fault in words: whoever can write there must not be able
    /// to end a verification.
    ///
    /// # Errors
    /// The fault.
    pub fn kept(place: impl Into<Place>, chain: &str) -> std::result::Result<Option<Self>, Unkept> {
        Self::read(place, chain).map_err(|error| match error {
            Error::Key(words) => Unkept::Key(words),
            // A key that is none: what it signed is still there, so nothing is to be deleted.
            Error::Sealed(words) => Unkept::Unreadable(format!("数据目录里留存的链头无法核对：{words}")),
            error => Unkept::Unreadable(format!("数据目录里留存的链头读不懂，可能被改过（{error}）{}", meant(chain))),
        })
    }

    /// The one kept in `data` for a chain, if there is any, with its signature checked against the key that lies there.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn read(place: impl Into<Place>, chain: &str) -> Result<Option<Self>> {
        let place = place.into();
        let path = Self::path(&place.data, chain);
        let bytes = match std::fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        let mut kept: Self = serde_json::from_slice(&bytes)?;
        let key = Signer::known(&place.key)?.map(|signer| signer.public_key());
        kept.fault = match key {
            None => Some(format!(
                "数据目录里留存的链头（第 {} 号）无法核对，签名用的密钥 {}{}",
                kept.seq,
                place.key.display(),
                gone(&path)
            )),
            Some(key) if kept.chain == chain && kept.is_signed_by(&key) => None,
            Some(_) => Some(format!("数据目录里留存的链头（第 {} 号）签名不对，可能被换过{}", kept.seq, meant(chain))),
        };
        Ok(Some(kept))
    }

    /// The fault in words when the log does not hold the event of this checkpoint, or its signature is wrong.
    pub(crate) async fn misfit(&self, db: &Db) -> Result<Option<String>> {
        if self.fault.is_some() {
            return Ok(self.fault.clone());
        }
        let hash = query_scalar::<String>("SELECT hash FROM event WHERE chain = $1 AND seq = $2")
            .bind(db.chain())
            .bind(self.seq)
            .fetch_optional(db.read())
            .await?;
        let meant = meant(db.chain());
        Ok(match hash {
            Some(hash) if hash == self.hash => None,
            Some(_) => Some(format!("第 {} 号记录与数据目录里留存的链头不一致，此前的记录被换过{meant}", self.seq)),
            None => Some(format!("记录曾经写到第 {} 号，末尾的记录不见了{meant}", self.seq)),
        })
    }
}

/// How to say that the step back was meant.
fn meant(chain: &str) -> String {
    let path = Checkpoint::path(Path::new(""), chain);
    format!("（如果是有意退回到较早的数据，请核对后删除数据目录里的 {}，再验证一次）", path.display())
}

/// Keeps the present end of the chain in `data`, signed, unless what is kept there does not fit the log any more: that is for
/// [`crate::verify`] to tell, not to be covered up.
///
/// # Errors
/// When database or disk fail.
pub async fn checkpoint(db: &Db, place: impl Into<Place>) -> Result<()> {
    let place = place.into();
    let newest: Option<(i64, String)> =
        query_as("SELECT seq, hash FROM event WHERE chain = $1 ORDER BY seq DESC LIMIT 1")
            .bind(db.chain())
            .fetch_optional(db.read())
            .await?;
    let Some((seq, hash)) = newest else { return Ok(()) };
    if let Some(kept) = Checkpoint::read(place.clone(), db.chain())?
        && ((kept.seq, &kept.hash) == (seq, &hash) || kept.misfit(db).await?.is_some())
    {
        return Ok(());
    }
    let signer = Signer::open(place.clone(), db.seams())?;
    let at = time::to_db(db.seams().now());
    let chain = db.chain().to_owned();
    let mut now = Checkpoint { chain, seq, hash, at, signature: String::new(), fault: None };
    now.signature = signer.sign(&now.message());
    let mut file = tempfile::NamedTempFile::new_in(&place.data)?;
    serde_json::to_writer(&mut file, &now)?;
    file.as_file().sync_all()?;
    file.persist(Checkpoint::path(&place.data, db.chain())).map_err(|error| error.error)?;
    Ok(())
}
