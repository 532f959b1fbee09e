//! The key of a case, and what it seals. The key is random and lies wrapped in the database; what wraps it is the
//! installation's key, a file beside the database. Where the wrapped key is destroyed nothing of the case can be read again.

use base64::{Engine, engine::general_purpose::STANDARD};
use kernel::{Seams, id::CaseId};
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use store::{Error, Executor, Files, Result, query_scalar};

/// Bytes of a key.
const LENGTH: usize = 32;

/// The key of one case. It is neither logged nor kept anywhere but wrapped.
#[derive(Clone, PartialEq, Eq)]
pub struct CaseKey {
    case: CaseId,
    bytes: [u8; LENGTH],
}

impl std::fmt::Debug for CaseKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("CaseKey")
    }
}

/// For what the installation's key wraps: opens there only.
fn wrapping(case: &CaseId) -> String {
    format!("case_key {case}")
}

impl CaseKey {
    /// A key for a new case.
    pub fn fresh(seams: &Seams, case: &CaseId) -> Self {
        let mut bytes = [0; LENGTH];
        seams.entropy.fill(&mut bytes);
        Self { case: case.clone(), bytes }
    }

    /// As it lies in the database.
    ///
    /// # Errors
    /// When the installation's key cannot be read or made.
    pub fn wrapped(&self, files: &Files, seams: &Seams) -> Result<String> {
        files.seal_words(seams, &wrapping(&self.case), &hex::encode(self.bytes))
    }

    /// From the database; `None` once it is destroyed.
    ///
    /// # Errors
    /// When the installation's key is missing or another one.
    pub fn opened(files: &Files, case: &CaseId, wrapped: &str) -> Result<Option<Self>> {
        if wrapped.is_empty() {
            return Ok(None);
        }
        let broken = || Error::Sealed(format!("办件 {case} 的密钥读不懂"));
        let bytes = hex::decode(files.open_words(&wrapping(case), wrapped)?).map_err(|_| broken())?;
        let bytes = <[u8; LENGTH]>::try_from(bytes).map_err(|_| broken())?;
        Ok(Some(Self { case: case.clone(), bytes }))
    }

    /// The key of a case that is in the register; `None` once it is destroyed.
    ///
    /// # Errors
    /// As [`CaseKey::opened`]; when the database fails.
    pub async fn of(files: &Files, executor: impl Executor<'_>, case: &CaseId) -> Result<Option<Self>> {
        let wrapped: Option<String> =
            query_scalar("SELECT wrapped FROM case_key WHERE case_id = $1").bind(case).fetch_optional(executor).await?;
        Self::opened(files, case, wrapped.as_deref().unwrap_or_default())
    }

    /// Encrypts for one place of this case, such as `party 01h…`; opens there only. Nothing for nothing.
    ///
    /// # Errors
    /// [`Error::Sealed`] when the cipher refuses, which it does for no text that fits into memory.
    pub fn seal(&self, seams: &Seams, place: &str, words: &str) -> Result<String> {
        if words.is_empty() {
            return Ok(String::new());
        }
        let broken = || Error::Sealed("内容封不上".to_owned());
        let mut number = [0_u8; NONCE_LEN];
        seams.entropy.fill(&mut number);
        let mut sealed = words.as_bytes().to_vec();
        let key = self.cipher().ok_or_else(broken)?;
        let bound = self.bound(place);
        key.seal_in_place_append_tag(Nonce::assume_unique_for_key(number), Aad::from(bound.as_bytes()), &mut sealed)
            .map_err(|_| broken())?;
        Ok(STANDARD.encode([&number[..], &sealed].concat()))
    }

    /// Decrypts what [`CaseKey::seal`] made for this place.
    ///
    /// # Errors
    /// [`Error::Sealed`] when it is of another case or place, or was changed.
    pub fn open(&self, place: &str, sealed: &str) -> Result<String> {
        if sealed.is_empty() {
            return Ok(String::new());
        }
        let broken = || Error::Sealed(format!("办件 {} 的内容（{place}）打不开", self.case));
        let mut bytes = STANDARD.decode(sealed).map_err(|_| broken())?;
        let (number, rest) = bytes.split_at_mut_checked(NONCE_LEN).ok_or_else(broken)?;
        let number = Nonce::try_assume_unique_for_key(number).map_err(|_| broken())?;
        let key = self.cipher().ok_or_else(broken)?;
        let bound = self.bound(place);
        let plain = key.open_in_place(number, Aad::from(bound.as_bytes()), rest).map_err(|_| broken())?;
        String::from_utf8(plain.to_vec()).map_err(|_| broken())
    }

    fn bound(&self, place: &str) -> String {
        format!("case {} {place}", self.case)
    }

    fn cipher(&self) -> Option<LessSafeKey> {
        Some(LessSafeKey::new(UnboundKey::new(&AES_256_GCM, &self.bytes).ok()?))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use kernel::seams::{FixedClock, SeededEntropy};

    use super::*;

    fn seams() -> Seams {
        let clock = FixedClock::at("2026-03-02T01:00:00Z".parse().expect("moment"));
        Seams { clock: Arc::new(clock), entropy: Arc::new(SeededEntropy::new(7)) }
    }

    #[test]
    fn what_is_sealed_opens_in_its_place_with_its_key_alone() {
        let (seams, case) = (seams(), CaseId::from("0case"));
        let key = CaseKey::fresh(&seams, &case);
        let sealed = key.seal(&seams, "party 1", "王小明 13800138000").expect("sealed");
        assert!(!sealed.contains("13800138000"));
        assert_eq!(key.open("party 1", &sealed).expect("opened"), "王小明 13800138000");
        assert!(key.open("party 2", &sealed).is_err(), "another place");
        assert!(CaseKey::fresh(&seams, &case).open("party 1", &sealed).is_err(), "another key");
        let other = CaseKey { case: CaseId::from("0other"), ..key.clone() };
        assert!(other.open("party 1", &sealed).is_err(), "another case");
        assert!(key.open("party 1", &sealed[4..]).is_err(), "cut off");
        assert_ne!(
            key.seal(&seams, "party 1", "王小明").expect("sealed"),
            key.seal(&seams, "party 1", "王小明").expect("again")
        );
        assert_eq!(key.seal(&seams, "x", "").expect("nothing"), "");
        assert_eq!(key.open("x", "").expect("nothing"), "");
    }

    #[test]
    fn a_key_lies_wrapped_and_is_gone_when_it_is_destroyed() {
        let (seams, case) = (seams(), CaseId::from("0case"));
        let data = tempfile::tempdir().expect("a folder");
        let files = Files::in_folder(data.path());
        let key = CaseKey::fresh(&seams, &case);
        let wrapped = key.wrapped(&files, &seams).expect("wrapped");
        assert!(!wrapped.contains(&hex::encode(key.bytes)));
        assert_eq!(CaseKey::opened(&files, &case, &wrapped).expect("opened"), Some(key.clone()));
        assert!(CaseKey::opened(&files, &CaseId::from("0other"), &wrapped).is_err(), "moved to another case");
        assert_eq!(CaseKey::opened(&files, &case, "").expect("destroyed"), None);
        std::fs::remove_file(files.key_file()).expect("the key file");
        assert!(CaseKey::opened(&files, &case, &wrapped).is_err(), "without the installation's key nothing opens");
    }
}
