//! The second factor: time-based one-time codes (RFC 6238) and recovery codes.

use jiff::Timestamp;
use kernel::{
    Seams,
    id::{AccountId, SubjectRef},
};
use qrcode::{QrCode, render::svg};
use sha2::{Digest, Sha256};
use store::Files;
use totp_rs::{Builder, Totp};
use web::{Ctx, Error, Result};

/// RFC 4648 base32, the form in which authenticator apps take a secret.
const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// A fresh secret: 160 random bits in base32.
pub(crate) fn fresh_secret(seams: &Seams) -> String {
    let mut bytes = [0_u8; 20];
    seams.entropy.fill(&mut bytes);
    encode(&bytes)
}

/// Where the secret of an account stands, as it is sealed.
fn place(account: &AccountId) -> String {
    format!("account {account} second factor")
}

/// A secret as it is stored: sealed with the installation's key, which is not in the database.
///
/// # Errors
/// When there is no key and none can be made.
pub(crate) fn sealed(ctx: &Ctx, account: &AccountId, secret: &str) -> Result<String> {
    Ok(ctx.files().seal_words(ctx.seams(), &place(account), secret)?)
}

/// A stored secret in the clear; empty stays empty.
///
/// # Errors
/// When the key is missing or is another one.
pub(crate) fn opened(ctx: &Ctx, account: &AccountId, stored: &str) -> Result<String> {
    // Until the server of this program has started once, those of the program before lie open.
    if stored.is_empty() || !Files::is_sealed(stored) {
        return Ok(stored.to_owned());
    }
    Ok(ctx.files().open_words(&place(account), stored)?)
}

/// Seals the secrets that a program before this one stored in the clear. Called at start of the server.
///
/// # Errors
/// When the database fails or there is no key and none can be made.
pub async fn seal_all(ctx: &Ctx) -> Result<()> {
    let rows: Vec<(AccountId, String, String)> = store::query_as(
        "SELECT id, totp_secret, totp_pending FROM account WHERE totp_secret <> '' OR totp_pending <> ''",
    )
    .fetch_all(ctx.db().read())
    .await?;
    let open = |text: &str| !text.is_empty() && !Files::is_sealed(text);
    for (account, secret, pending) in rows.into_iter().filter(|(_, secret, pending)| open(secret) || open(pending)) {
        let close = |text: &str| if open(text) { sealed(ctx, &account, text) } else { Ok(text.to_owned()) };
        let (new_secret, new_pending) = (close(&secret)?, close(&pending)?);
        web::act_now(ctx, async |tx| {
            // The same secret in another form: no event of the account, and yet its rows are others.
            tx.touch(&SubjectRef::new("account", &account));
            store::query(
                "UPDATE account SET totp_secret = $2, totp_pending = $3 \
                 WHERE id = $1 AND totp_secret = $4 AND totp_pending = $5",
            )
            .bind(&account)
            .bind(&new_secret)
            .bind(&new_pending)
            .bind(&secret)
            .bind(&pending)
            .execute(tx.conn())
            .await
        })
        .await?;
    }
    Ok(())
}

/// Whether what was typed looks like a code of the moment.
pub(crate) fn is_code(text: &str) -> bool {
    let digits: Vec<char> = text.chars().filter(|c| !c.is_whitespace()).collect();
    digits.len() == 6 && digits.iter().all(|c| half_width(*c).is_ascii_digit())
}

fn encode(bytes: &[u8]) -> String {
    let mut out = String::new();
    for group in bytes.chunks(5) {
        let mut bits = [0_u8; 8];
        bits[3..3 + group.len()].copy_from_slice(group);
        let number = u64::from_be_bytes(bits);
        for place in 0..(group.len() * 8).div_ceil(5) {
            let index = usize::try_from((number >> (35 - 5 * place)) & 31).unwrap_or(0);
            out.push(char::from(BASE32[index]));
        }
    }
    out
}

fn decode(text: &str) -> Option<[u8; 20]> {
    let mut out = [0_u8; 20];
    if text.len() != 32 {
        return None;
    }
    for (group, signs) in text.as_bytes().chunks(8).enumerate() {
        let mut number = 0_u64;
        for sign in signs {
            number = (number << 5) | BASE32.iter().position(|known| known == sign)? as u64;
        }
        out[group * 5..group * 5 + 5].copy_from_slice(&number.to_be_bytes()[3..]);
    }
    Some(out)
}

fn generator(secret: &str) -> Result<Totp> {
    let bytes = decode(secret).ok_or_else(|| Error::internal("stored second factor is not base32"))?;
    Builder::new().with_secret(bytes).build().map_err(|error| Error::internal(error.to_string()))
}

/// The time step for which the code is right, if it is right now, one step before or after, and lies after `last`:
/// a code works once (RFC 6238 §5.2).
///
/// # Errors
/// When the stored secret is damaged.
pub(crate) fn accepted_step(secret: &str, code: &str, now: Timestamp, last: i64) -> Result<Option<i64>> {
    let digits: String = code.chars().filter(|c| !c.is_whitespace()).map(half_width).collect();
    let seconds = u64::try_from(now.as_second()).unwrap_or(0);
    let step = generator(secret)?.check(&digits, seconds).and_then(|step| i64::try_from(step).ok());
    Ok(step.filter(|step| *step > last))
}

/// The code for a moment; what an authenticator app shows.
///
/// # Errors
/// When the secret is no base32 of 160 bits.
pub fn code_at(secret: &str, now: Timestamp) -> Result<String> {
    Ok(generator(secret)?.generate(u64::try_from(now.as_second()).unwrap_or(0)).to_string())
}

fn half_width(c: char) -> char {
    match c {
        '０'..='９' => char::from_u32(c as u32 - '０' as u32 + '0' as u32).unwrap_or(c),
        c => c,
    }
}

/// The address that the QR picture carries.
pub(crate) fn address(secret: &str, login: &str, issuer: &str) -> String {
    let (login, issuer) = (web::page::escape_query(login), web::page::escape_query(issuer));
    format!("otpauth://totp/{issuer}:{login}?secret={secret}&issuer={issuer}")
}

/// The QR picture as SVG, without XML declaration, ready to stand in a page.
///
/// # Errors
/// When the text is too long for a QR code.
pub(crate) fn picture(text: &str) -> Result<String> {
    let code = QrCode::new(text.as_bytes()).map_err(|error| Error::internal(error.to_string()))?;
    let svg = code.render::<svg::Color>().min_dimensions(240, 240).build();
    let body = svg.split_once("?>").map_or(svg.as_str(), |(_, body)| body);
    Ok(body.replacen("<svg ", "<svg role=\"img\" aria-label=\"动态口令密钥的二维码\" ", 1))
}

/// Ten fresh recovery codes, each eighty random bits.
pub(crate) fn recovery_codes(seams: &Seams) -> Vec<String> {
    let one = || {
        let mut bytes = [0_u8; 10];
        seams.entropy.fill(&mut bytes);
        let text = encode(&bytes).to_lowercase();
        format!("{}-{}-{}-{}", &text[..4], &text[4..8], &text[8..12], &text[12..])
    };
    (0..10).map(|_| one()).collect()
}

/// What is stored of a recovery code: the digest of its letters and digits, whatever the case and the hyphens.
pub(crate) fn recovery_digest(code: &str) -> String {
    let plain: String = code.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_lowercase();
    hex::encode(Sha256::digest(plain.as_bytes()))
}

/// Whether what was typed looks like a recovery code rather than like six digits.
pub(crate) fn is_recovery(code: &str) -> bool {
    code.chars().filter(char::is_ascii_alphanumeric).count() == 16
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use kernel::seams::{FixedClock, SeededEntropy};

    use super::*;

    /// The secret of RFC 6238 appendix B: the ASCII text 12345678901234567890.
    const RFC: &str = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(seconds).expect("moment")
    }

    #[test]
    fn codes_are_those_of_the_standard() {
        assert_eq!(encode(b"12345678901234567890"), RFC);
        assert_eq!(decode(RFC).as_ref().map(|bytes| &bytes[..]), Some(&b"12345678901234567890"[..]));
        for (second, code) in [(59, "287082"), (1_111_111_109, "081804"), (20_000_000_000, "353130")] {
            assert_eq!(code_at(RFC, at(second)).expect("code"), code);
        }
    }

    #[test]
    fn a_code_works_once_and_for_a_minute_and_a_half() {
        let code = code_at(RFC, at(59)).expect("code");
        assert_eq!(accepted_step(RFC, &code, at(59), 0).expect("check"), Some(1));
        assert_eq!(accepted_step(RFC, "２８７ ０８２", at(59), 0).expect("check"), Some(1));
        assert_eq!(accepted_step(RFC, &code, at(59), 1).expect("check"), None, "replayed");
        assert_eq!(accepted_step(RFC, &code, at(200), 0).expect("check"), None, "too late");
        assert_eq!(accepted_step(RFC, "", at(59), 0).expect("check"), None);
    }

    #[test]
    fn recovery_codes_are_told_from_digits_and_read_without_hyphens() {
        let clock = FixedClock::at(at(0));
        let seams = Seams { clock: Arc::new(clock), entropy: Arc::new(SeededEntropy::new(3)) };
        let codes = recovery_codes(&seams);
        assert_eq!(codes.len(), 10);
        assert!(codes.iter().all(|code| is_recovery(code)));
        assert!(!is_recovery("123456"));
        assert_eq!(recovery_digest(&codes[0]), recovery_digest(&codes[0].replace('-', " ").to_uppercase()));
    }

    #[test]
    fn the_picture_is_plain_svg() {
        let svg = picture(&address(RFC, "clerk", "青禾县")).expect("picture");
        assert!(svg.starts_with("<svg role"), "{}", &svg[..40]);
    }
}
