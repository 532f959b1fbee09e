//! What is signed: the state of the log as a note (C2SP signed-note, tlog-checkpoint). Besides its signature the log adds a
//! cosignature (tlog-cosignature), which tells when it signed; witnesses add theirs.

use std::fmt::Display;

use base64::{Engine, engine::general_purpose::STANDARD as BASE64};
use ring::signature::{ED25519, UnparsedPublicKey};
use signed_note::{Note, Signature, StandardVerifier, VerifierList, is_key_name_valid, key_id};
use tlog_tiles::checkpoint::Checkpoint;

use crate::{Fault, Hash, Result};

/// Kinds of signatures, the first byte of a key that is written out.
const ED25519_NOTE: u8 = 1;
const ED25519_COSIGNATURE: u8 = 4;
/// Bytes of a public key.
const KEY: usize = 32;

/// A public key with the name of who signs by it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    name: String,
    public: [u8; KEY],
}

/// Who can sign: `message` in, 64 bytes out.
pub type Sign<'a> = &'a dyn Fn(&[u8]) -> Vec<u8>;

impl Key {
    /// A key by its bytes in hexadecimal. A name has neither spaces nor `+`.
    ///
    /// # Errors
    /// When either cannot be.
    pub fn new(name: &str, public: &str) -> Result<Self> {
        let bytes = hex::decode(public).ok().and_then(|bytes| <[u8; KEY]>::try_from(bytes).ok());
        match bytes {
            Some(public) if is_key_name_valid(name) => Ok(Self { name: name.to_owned(), public }),
            _ => Err(Fault::new(format!("公钥或它的名称不对：{name}"))),
        }
    }

    /// Reads `name+id+key`, as [`Key`] is shown.
    ///
    /// # Errors
    /// When it is no key.
    pub fn parse(text: &str) -> Result<Self> {
        let text = text.trim();
        let wrong = || Fault::new("公钥写法不对，应为“名称+8 位编号+公钥”一行，请从网站的“公开凭证”页完整复制");
        StandardVerifier::new(text).map_err(|_| wrong())?;
        let mut parts = text.splitn(3, '+');
        let name = parts.next().unwrap_or_default();
        let bytes = parts.nth(1).and_then(|key| BASE64.decode(key).ok()).unwrap_or_default();
        let public = bytes.get(1..).and_then(|key| <[u8; KEY]>::try_from(key).ok());
        let public = public.ok_or_else(wrong)?;
        Ok(Self { name: name.to_owned(), public })
    }

    /// Whose it is.
    pub fn name(&self) -> &str {
        &self.name
    }

    fn id(&self, kind: u8) -> u32 {
        key_id(&self.name, &self.typed(kind))
    }

    fn typed(&self, kind: u8) -> Vec<u8> {
        let mut bytes = vec![kind];
        bytes.extend_from_slice(&self.public);
        bytes
    }

    /// Whether a line is its cosignature, as it says of itself; proven is nothing.
    fn has_cosigned(&self, line: &str) -> bool {
        self.is_of(line, &[ED25519_COSIGNATURE])
    }

    /// Whether a line is any signature of this key, as it says of itself.
    fn has_signed(&self, line: &str) -> bool {
        self.is_of(line, &[ED25519_NOTE, ED25519_COSIGNATURE])
    }

    fn is_of(&self, line: &str, kinds: &[u8]) -> bool {
        Signature::from_bytes(line.as_bytes())
            .is_ok_and(|one| one.name() == self.name && kinds.iter().any(|kind| one.id() == self.id(*kind)))
    }

    /// The time of a cosignature of this key over a note, in seconds since 1970; an error when it is there and does not hold.
    fn cosigned_at(&self, text: &[u8], signatures: &[Signature]) -> Result<Option<u64>> {
        let own = |one: &&Signature| one.name() == self.name && one.id() == self.id(ED25519_COSIGNATURE);
        let Some(signature) = signatures.iter().find(own) else { return Ok(None) };
        let wrong = || Fault::new(format!("{} 的签名时间核对不上，被改动过", self.name));
        let (time, bytes) = signature.signature().split_at_checked(8).ok_or_else(wrong)?;
        let time = u64::from_be_bytes(time.try_into().map_err(|_| wrong())?);
        let key = UnparsedPublicKey::new(&ED25519, &self.public);
        key.verify(&cosigned(time, text), bytes).map_err(|_| wrong())?;
        Ok(Some(time))
    }
}

/// `name+id+key`, one line: what signed-note calls a verifier key. People compare all of it: the id has 32 bits, and another key
/// with the same one is found in hours.
impl Display for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}+{:08x}+{}", self.name, self.id(ED25519_NOTE), BASE64.encode(self.typed(ED25519_NOTE)))
    }
}

/// What a cosignature is made over.
fn cosigned(time: u64, text: &[u8]) -> Vec<u8> {
    let mut message = format!("cosignature/v1\ntime {time}\n").into_bytes();
    message.extend_from_slice(text);
    message
}

fn cosignature(key: &Key, time: u64, text: &[u8], sign: Sign<'_>) -> Result<Signature> {
    let mut bytes = time.to_be_bytes().to_vec();
    bytes.extend(sign(&cosigned(time, text)));
    Signature::new(key.name.clone(), key.id(ED25519_COSIGNATURE), bytes).map_err(|_| unsigned())
}

fn unsigned() -> Fault {
    Fault::new("签名没有做成：名称里有空格或加号")
}

/// The state of a log whose signature holds.
#[derive(Debug, Clone, PartialEq)]
pub struct Signed {
    /// Name of the log.
    pub origin: String,
    /// How many leaves it has.
    pub size: u64,
    /// Root of the tree over them.
    pub root: Hash,
    /// When the log signed it, seconds since 1970; none = it does not say.
    pub at: Option<u64>,
}

impl Signed {
    /// Reads a checkpoint that the log of this key has signed.
    ///
    /// # Errors
    /// When it is none, or its signature is not by this key.
    pub fn open(note: &str, key: &Key) -> Result<Self> {
        let parsed = Note::from_bytes(note.as_bytes()).map_err(|_| malformed())?;
        let verifier = StandardVerifier::new(&key.to_string()).map_err(|_| malformed())?;
        let known = VerifierList::new(vec![Box::new(verifier)]);
        let (_, others) = parsed
            .verify(&known)
            .map_err(|_| Fault::new(format!("检查点的签名不对：不是公钥 {key} 签的，或签名后被改动过")))?;
        let body = Checkpoint::from_bytes(parsed.text()).map_err(|_| malformed())?;
        if body.origin() != key.name {
            return Err(Fault::new(format!("检查点是日志 {} 的，不是 {} 的", body.origin(), key.name)));
        }
        let at = key.cosigned_at(parsed.text(), &others)?;
        Ok(Self { origin: body.origin().to_owned(), size: body.size(), root: *body.hash(), at })
    }
}

/// Signs the state of a log: its checkpoint, with the time in seconds since 1970.
///
/// # Errors
/// When the name of the key cannot be that of a log.
pub fn sign(key: &Key, (size, root): (u64, Hash), time: u64, sign: Sign<'_>) -> Result<String> {
    let body = Checkpoint::new(&key.name, size, root, "").map_err(|_| unsigned())?;
    let text = body.to_bytes();
    let own = Signature::new(key.name.clone(), key.id(ED25519_NOTE), sign(&text)).map_err(|_| unsigned())?;
    let timed = cosignature(key, time, &text, sign)?;
    let note = Note::new(&text, &[own, timed]).map_err(|_| unsigned())?;
    String::from_utf8(note.to_bytes()).map_err(|_| unsigned())
}

/// Adds the cosignature of a witness to a checkpoint, in the place of an earlier one of the same witness.
///
/// # Errors
/// When the checkpoint is no note, or the name of the key has spaces or `+`.
pub fn witness(note: &str, key: &Key, time: u64, sign: Sign<'_>) -> Result<String> {
    let parsed = Note::from_bytes(note.as_bytes()).map_err(|_| malformed())?;
    let line = cosignature(key, time, parsed.text(), sign)?.to_bytes();
    let line = String::from_utf8(line).map_err(|_| unsigned())?;
    let (text, lines) = parts(note)?;
    let others: String = lines.filter(|line| !key.has_cosigned(line)).map(|line| format!("{line}\n")).collect();
    Ok(format!("{text}\n\n{others}{line}"))
}

/// A checkpoint with what these keys have signed alone: who else has signed it is left out.
///
/// # Errors
/// When the checkpoint is no note.
pub fn only(note: &str, keys: &[&Key]) -> Result<String> {
    let (text, lines) = parts(note)?;
    let own = |line: &&str| keys.iter().any(|key| key.has_signed(line));
    let lines: String = lines.filter(own).map(|line| format!("{line}\n")).collect();
    Ok(format!("{text}\n\n{lines}"))
}

/// The lines of these witnesses in a checkpoint, to go out with the same state as the log itself has signed it. What a line says
/// is proven first: none that does not hold is among them.
///
/// # Errors
/// When the checkpoint is no note.
pub fn lines_of(note: &str, witnesses: &[&Key]) -> Result<String> {
    let held: Vec<&&Key> = witnesses.iter().filter(|key| matches!(witnessed(note, key), Ok(Some(_)))).collect();
    let (_, lines) = parts(note)?;
    Ok(lines.filter(|line| held.iter().any(|key| key.has_cosigned(line))).map(|line| format!("{line}\n")).collect())
}

/// What is signed in a note, and the lines of who has signed it.
fn parts(note: &str) -> Result<(&str, std::str::Lines<'_>)> {
    let (text, lines) = note.rsplit_once("\n\n").ok_or_else(malformed)?;
    Ok((text, lines.lines()))
}

fn malformed() -> Fault {
    Fault::new("检查点的写法不对，不完整或被改动过")
}

/// Whether a text has the form of a signed note, whoever signed it: a page of an error or of a login has not.
pub fn is_note(text: &str) -> bool {
    Note::from_bytes(text.as_bytes()).is_ok()
}

/// When the witness of this key has cosigned a checkpoint, in seconds since 1970; none = it has not.
///
/// # Errors
/// When the checkpoint is no note, or the cosignature does not hold.
pub fn witnessed(note: &str, key: &Key) -> Result<Option<u64>> {
    let parsed = Note::from_bytes(note.as_bytes()).map_err(|_| malformed())?;
    let (_, lines) = parts(note)?;
    let signatures: Vec<Signature> = lines.filter_map(|line| Signature::from_bytes(line.as_bytes()).ok()).collect();
    key.cosigned_at(parsed.text(), &signatures)
}

#[cfg(test)]
pub(crate) mod tests {
    use ring::signature::{Ed25519KeyPair, KeyPair};

    use super::*;
    use crate::tree::leaf_hash;

    pub(crate) fn pair(seed: u8) -> Ed25519KeyPair {
        Ed25519KeyPair::from_seed_unchecked(&[seed; 32]).expect("a key")
    }

    pub(crate) fn key(name: &str, pair: &Ed25519KeyPair) -> Key {
        Key::new(name, &hex::encode(pair.public_key())).expect("a key")
    }

    #[test]
    fn a_key_is_read_as_it_is_shown() {
        let one = key("www.example.gov.cn/log", &pair(1));
        assert_eq!(Key::parse(&format!(" {one}\n")), Ok(one.clone()));
        let shown = one.to_string();
        for wrong in ["", "a", "a+b+c", &shown[..shown.len() - 4], &shown.replace(".gov", ".gob")] {
            assert!(Key::parse(wrong).is_err(), "{wrong}");
        }
        assert!(Key::new("a b", &"00".repeat(32)).is_err() && Key::new("a", "00").is_err());
    }

    #[test]
    fn a_checkpoint_holds_for_its_key_alone() {
        let (pair, other) = (pair(1), pair(2));
        let key = key("example.gov.cn/log", &pair);
        let root = leaf_hash(b"x");
        let by = |message: &[u8]| pair.sign(message).as_ref().to_vec();
        let note = sign(&key, (1, root), 1_772_413_200, &by).expect("signed");
        assert!(note.starts_with("example.gov.cn/log\n1\n"), "{note}");
        let signed = Signed::open(&note, &key).expect("it holds");
        assert_eq!((signed.size, signed.at), (1, Some(1_772_413_200)));
        assert!(signed.root == root);
        let elsewhere = super::tests::key("example.gov.cn/log", &other);
        assert!(Signed::open(&note, &elsewhere).is_err());
        let renamed = super::tests::key("example.org/log", &pair);
        assert!(Signed::open(&note, &renamed).is_err());
        assert!(is_note(&note) && is_note(&note.replace("log\n1\n", "log\n2\n")));
        for page in ["", "\n\n", "<!doctype html>\n\n<p>维护中</p>\n", "{\"status\": 503}\n"] {
            assert!(!is_note(page), "{page}");
        }
        for wrong in ["", "\n\n", &note.replace("log\n1\n", "log\n2\n"), &note[..note.len() / 2], "例\n1\n\n— a b\n"]
        {
            assert!(Signed::open(wrong, &key).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_witness_adds_its_line_and_the_log_stays_signed() {
        let (log, watcher) = (pair(1), pair(3));
        let (key, own) = (key("example.gov.cn/log", &log), key("witness.example", &watcher));
        let note = sign(&key, (1, leaf_hash(b"x")), 1, &|message| log.sign(message).as_ref().to_vec()).expect("signed");
        assert_eq!(witnessed(&note, &own), Ok(None));
        let by = |message: &[u8]| watcher.sign(message).as_ref().to_vec();
        let both = witness(&note, &own, 77, &by).expect("witnessed");
        assert_eq!(witnessed(&both, &own), Ok(Some(77)));
        assert!(Signed::open(&both, &key).is_ok());
        let forged = witness(&note, &own, 77, &|message| log.sign(message).as_ref().to_vec()).expect("made");
        assert!(witnessed(&forged, &own).is_err());
        // Given back by the log, it is cosigned anew: one line of each witness.
        let again = witness(&both, &own, 99, &by).expect("witnessed");
        assert_eq!((witnessed(&again, &own), again.lines().count()), (Ok(Some(99)), both.lines().count()));
        let third = pair(5);
        let stranger = super::tests::key("stranger.example", &third);
        let more = witness(&again, &stranger, 1, &|message| third.sign(message).as_ref().to_vec()).expect("cosigned");
        assert_eq!(only(&more, &[&key, &own]).as_deref(), Ok(again.as_str()));
        let line = lines_of(&more, &[&own]).expect("a line");
        assert_eq!(format!("{note}{line}"), again);
        assert_eq!(lines_of(&forged, &[&own]).as_deref(), Ok(""), "what does not hold is handed on to nobody");
        assert!(only("no note", &[&key]).is_err());
    }
}
