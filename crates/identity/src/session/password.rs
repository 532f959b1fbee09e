//! Passwords: argon2id, the rules for new ones, one-time passwords.
//!
//! A hash takes 19 MiB and some 30 ms on purpose; a semaphore bounds how many run at once, so that a flood of sign-ins
//! cannot take the memory of the server.

use std::sync::LazyLock;

use argon2::{
    Algorithm, Argon2, Params, Version,
    password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash},
};
use kernel::Seams;
use tokio::sync::Semaphore;

/// Hashing itself failed: never the reader's fault.
#[derive(Debug, thiserror::Error)]
#[error("密码散列失败：{0}")]
pub struct Failed(String);

impl Failed {
    fn from_any(error: impl std::fmt::Display) -> Self {
        Self(error.to_string())
    }
}

impl From<Failed> for web::Error {
    fn from(failed: Failed) -> Self {
        Self::Internal(Box::new(failed))
    }
}

type Result<T> = std::result::Result<T, Failed>;

/// Hashes at the same time: 4 × 19 MiB.
static AT_ONCE: Semaphore = Semaphore::const_new(4);

/// A hash that no password fits; checked when the login is unknown, so that the answer takes as long.
static DUMMY: LazyLock<String> = LazyLock::new(|| hash_now("no password", b"0123456789abcdef").unwrap_or_default());

/// Passwords that everybody tries first. Compared without case; also refused with digits or signs appended.
const COMMON: &[&str] = &[
    "password",
    "passw0rd",
    "p@ssw0rd",
    "p@ssword",
    "qwerty",
    "qwertyuiop",
    "qwer1234",
    "1qaz2wsx",
    "1q2w3e4r",
    "admin",
    "administrator",
    "abc123",
    "abcd1234",
    "a123456",
    "aa123456",
    "woaini",
    "iloveyou",
    "welcome",
    "letmein",
    "zhengwu",
    "zhengfu",
    "gongkai",
    "xinxi",
    "test",
    "changeme",
    "default",
    "root",
];

/// Argon2id with 19 MiB, two passes, one lane: the lowest that OWASP recommends.
fn hasher() -> Result<Argon2<'static>> {
    let params = Params::new(19 * 1024, 2, 1, None).map_err(Failed::from_any)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

fn hash_now(password: &str, salt: &[u8]) -> Result<String> {
    let hash = hasher()?.hash_password_with_salt(password.as_bytes(), salt);
    Ok(hash.map_err(Failed::from_any)?.to_string())
}

/// The hash of a password, in PHC form.
///
/// # Errors
/// When hashing itself fails.
pub async fn hash(seams: &Seams, password: &str) -> Result<String> {
    let mut salt = [0_u8; 16];
    seams.entropy.fill(&mut salt);
    let password = password.to_owned();
    work(move || hash_now(&password, &salt)).await
}

/// A password ready to be stored: hashing takes long, so it is done before the write begins.
#[derive(Clone)]
pub struct Fresh {
    words: String,
    hash: String,
}

impl Fresh {
    /// One that the person must change at the next sign-in.
    ///
    /// # Errors
    /// When hashing itself fails.
    pub async fn one_time(seams: &Seams) -> Result<Self> {
        Self::chosen(seams, one_time(seams)).await
    }

    /// One that the person chose.
    ///
    /// # Errors
    /// When hashing itself fails.
    pub async fn chosen(seams: &Seams, words: String) -> Result<Self> {
        Ok(Self { hash: hash(seams, &words).await?, words })
    }

    /// The password itself, to be shown once.
    pub fn words(&self) -> &str {
        &self.words
    }

    /// What is stored of it.
    pub(crate) fn hash(&self) -> &str {
        &self.hash
    }
}

impl std::fmt::Debug for Fresh {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Fresh")
    }
}

/// Whether the password fits the hash; an empty hash takes as long and never fits.
///
/// # Errors
/// When hashing itself fails.
pub async fn fits(password: &str, stored: &str) -> Result<bool> {
    let password = password.to_owned();
    let known = !stored.is_empty();
    let stored = if known { stored.to_owned() } else { DUMMY.clone() };
    work(move || {
        let hash = PasswordHash::new(&stored).map_err(Failed::from_any)?;
        Ok(hasher()?.verify_password(password.as_bytes(), &hash).is_ok() && known)
    })
    .await
}

async fn work<T: Send + 'static>(job: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    let _turn = AT_ONCE.acquire().await.map_err(Failed::from_any)?;
    tokio::task::spawn_blocking(job).await.map_err(Failed::from_any)?
}

/// What is asked of a password that somebody chooses (NIST SP 800-63B §5.1.1.2: length and a blocklist instead of required kinds
/// of characters).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rules {
    /// Shortest, in characters (`sessions.password_min`).
    pub min: u32,
    /// Words that everybody tries here: the county's names, the parts of its address. Lower case.
    pub words: Vec<String>,
}

impl Default for Rules {
    fn default() -> Self {
        Self { min: 10, words: Vec::new() }
    }
}

impl Rules {
    /// Those of an installation.
    pub fn of(ctx: &web::Ctx) -> Self {
        let site = ctx.site();
        let mut words: Vec<String> = Vec::new();
        for name in [&site.county, &site.name, &site.host] {
            words.push(name.to_lowercase());
            words.push(name.trim_end_matches(['县', '区', '市', '旗']).to_lowercase());
        }
        let address = format!("{}.{}", site.domain, site.email.replace('@', "."));
        words.extend(address.split('.').filter(|part| part.len() > 3).map(str::to_lowercase));
        // Printed in the README of the demonstration.
        words.extend(["yanshi".to_owned(), "qinghe".to_owned(), "zhengwu".to_owned(), "gongkai".to_owned()]);
        words.retain(|word| word.chars().count() >= 2);
        words.sort_by_key(|word| std::cmp::Reverse(word.len()));
        words.dedup();
        Self { min: ctx.settings::<crate::settings::Sessions>().password_min, words }
    }

    /// Why a password may not be chosen, if it may not: too short, too long, the login, one sign repeated, a run, a common one, a
    /// date, a word with a number, the county's name with little else.
    pub fn fault(&self, password: &str, login: &str) -> Option<String> {
        let (min, count) = (self.min, password.chars().count());
        if count < min as usize {
            return Some(format!(
                "请设置至少 {min} 个字符的密码，现在是 {count} 个。可以用几个不相干的词连起来，例如“青山-早班车-三斤米”（请勿照抄）。"
            ));
        }
        if count > 200 {
            return Some("请把密码缩短到 200 个字符以内。".into());
        }
        let lower = password.to_lowercase();
        let login = login.to_lowercase();
        if !login.is_empty() && lower.contains(&login) {
            return Some("请换一个不含登录名的密码。".into());
        }
        if is_common(&lower) {
            return Some("这个密码太常见，很容易被猜中。请换一个，例如用几个不相干的词连起来。".into());
        }
        if is_word_with_number(&lower) || letters(&lower) < 4 {
            return Some("日期、号码或“一个词加数字”很容易被猜中。请换一个，例如用几个不相干的词连起来。".into());
        }
        let rest = self.words.iter().fold(lower.clone(), |rest, word| rest.replace(word.as_str(), ""));
        if rest != lower && letters(&rest) < 6 {
            return Some("密码里除了本县或本系统的名称，几乎没有别的内容，很容易被猜中。请换一个。".into());
        }
        None
    }
}

/// Letters and characters, those of dates left out.
fn letters(text: &str) -> usize {
    text.chars().filter(|c| c.is_alphabetic() && !"年月日号时分".contains(*c)).count()
}

/// One word of Latin letters and nothing else but digits and signs: `Summer2026!`.
fn is_word_with_number(lower: &str) -> bool {
    let mut runs = lower.split(|c: char| !c.is_alphabetic()).filter(|run| !run.is_empty());
    match (runs.next(), runs.next()) {
        (Some(only), None) => only.is_ascii() && only.len() < 14 && only.len() < lower.len(),
        _ => false,
    }
}

/// One sign repeated, a run, digits alone, or one that everybody tries first.
fn is_common(lower: &str) -> bool {
    let first = lower.chars().next();
    let chars: Vec<u32> = lower.chars().map(u32::from).collect();
    let run = |step: u32| chars.windows(2).all(|pair| pair[1] == pair[0].wrapping_add(step));
    let bare = lower.trim_matches(|c: char| !c.is_alphabetic());
    let inner: String = lower.chars().filter(|c| c.is_alphanumeric() || *c == '@').collect();
    let common =
        COMMON.iter().any(|word| bare == *word || inner.trim_end_matches(|c: char| c.is_ascii_digit()) == *word);
    let digits_only = lower.chars().all(|c| c.is_ascii_digit());
    lower.chars().all(|c| Some(c) == first) || run(1) || run(u32::MAX) || common || digits_only
}

/// A one-time password that can be read out on the telephone: four groups of four, without signs that look alike
/// (about 78 bits).
pub fn one_time(seams: &Seams) -> String {
    const SIGNS: &[u8; 30] = b"abcdefghjkmnpqrstuvwxyz2345678";
    let mut out = String::with_capacity(19);
    let mut buffer = [0_u8; 64];
    seams.entropy.fill(&mut buffer);
    // Bytes of 240 and above would favour some signs.
    for byte in buffer.into_iter().filter(|byte| *byte < 240).take(16) {
        if out.len() % 5 == 4 {
            out.push('-');
        }
        out.push(char::from(SIGNS[usize::from(byte % 30)]));
    }
    out
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use kernel::seams::{FixedClock, SeededEntropy};

    use super::*;

    fn seams() -> Seams {
        let clock = FixedClock::at("2026-01-01T00:00:00Z".parse().expect("moment"));
        Seams { clock: Arc::new(clock), entropy: Arc::new(SeededEntropy::new(7)) }
    }

    fn rules() -> Rules {
        let words = ["青禾县", "青禾", "qinghe", "yanshi", "gongkai"];
        Rules { min: 10, words: words.map(str::to_owned).to_vec() }
    }

    #[tokio::test]
    async fn a_password_fits_its_own_hash_only() {
        let hash = hash(&seams(), "青山-早班车").await.expect("hash");
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert!(fits("青山-早班车", &hash).await.expect("check"));
        assert!(!fits("青山-晚班车", &hash).await.expect("check"));
        assert!(!fits("no password", "").await.expect("check"), "nothing fits an unknown login");
    }

    #[test]
    fn weak_passwords_are_refused_with_what_to_do() {
        for weak in [
            "short",
            "1234567890",
            "aaaaaaaaaaaa",
            "password2026",
            "P@ssw0rd!!!",
            "abcdefghijkl",
            "zhang-clerk-x",
            "20260101123",
            "qinghe2026!",
            "Qinghe2026",
            "2026年11月28日",
            "2026-11-28 08:30",
            "Summer2026!",
            "13800138000a",
            "青禾县2026年政府",
            "yanshi-qinghe-2026",
            "qinghe.gongkai.26",
        ] {
            let fault = rules().fault(weak, "clerk");
            assert!(fault.is_some_and(|text| text.contains('请')), "{weak}");
        }
        for good in ["qinghe-demo-river", "青山早班车三斤米水杉树", "correct horse battery"] {
            assert_eq!(rules().fault(good, "clerk"), None, "{good}");
        }
    }

    #[test]
    fn one_time_passwords_pass_the_rules_and_differ() {
        let seams = seams();
        let (first, second) = (one_time(&seams), one_time(&seams));
        assert_ne!(first, second);
        assert_eq!(first.len(), 19);
        assert_eq!(rules().fault(&first, "clerk"), None);
    }
}
