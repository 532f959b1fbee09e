//! The secret of a private link: 160 bits of chance that stand in the link and nowhere else.
//!
//! The database holds a keyed digest by which the row is found, and contents sealed under a key made from the secret: who has
//! the database, or a copy of it, reads nothing of what people typed into their drafts.

use base64::{Engine, engine::general_purpose::STANDARD};
use kernel::Seams;
use ring::{
    aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey},
    hmac,
};

/// Letters without those that are mistaken for each other on paper (i, l, o, u), as in identifiers.
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
const BYTES: usize = 20;
/// What people write between the groups of a code, and what telephones and word processors make of it.
const HYPHENS: &str = "-－—–−‐‑―﹣一_·.。";

/// The secret of a link. Whoever has it may do what the link allows; it is neither logged nor stored.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret([u8; BYTES]);

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret")
    }
}

impl Secret {
    pub fn fresh(seams: &Seams) -> Self {
        let mut bytes = [0; BYTES];
        seams.entropy.fill(&mut bytes);
        Self(bytes)
    }

    /// Reads a secret from a link, or as a person typed it from paper: case, spaces, hyphens and full-width characters do
    /// not matter, and o, i, l are read as the digits that they look like. `None` when it is no secret at all.
    pub fn parse(text: &str) -> Option<Self> {
        let mut bytes = [0; BYTES];
        let (mut buffer, mut bits, mut at) = (0_u32, 0_u32, 0_usize);
        for letter in text.chars().filter(|c| !c.is_whitespace() && !HYPHENS.contains(*c)) {
            let letter = match letter {
                '！'..='～' => char::from_u32(u32::from(letter) - 0xFEE0)?,
                _ => letter,
            };
            let letter = match letter.to_ascii_lowercase() {
                'o' => '0',
                'i' | 'l' => '1',
                other => other,
            };
            let value = ALPHABET.iter().position(|known| char::from(*known) == letter)?;
            buffer = (buffer << 5) | u32::try_from(value).ok()?;
            bits += 5;
            if bits >= 8 {
                bits -= 8;
                *bytes.get_mut(at)? = u8::try_from((buffer >> bits) & 0xFF).ok()?;
                buffer &= (1 << bits) - 1;
                at += 1;
            }
        }
        (at == BYTES && bits == 0).then_some(Self(bytes))
    }

    /// As it stands in a link: 32 characters.
    pub fn text(&self) -> String {
        let mut text = String::with_capacity(32);
        for chunk in self.0.chunks(5) {
            let block = chunk.iter().fold(0_u64, |block, byte| (block << 8) | u64::from(*byte));
            for place in (0..8).rev() {
                text.push(char::from(ALPHABET[usize::try_from((block >> (place * 5)) & 31).unwrap_or(0)]));
            }
        }
        text
    }

    /// As it is printed to be typed in: eight groups of four capitals.
    pub fn on_paper(&self) -> String {
        let text = self.text().to_uppercase();
        text.as_bytes().chunks(4).map(String::from_utf8_lossy).collect::<Vec<_>>().join("-")
    }

    /// Everything made from the secret comes from here, under a purpose of its own, so that none tells of another.
    fn made(&self, purpose: &str) -> [u8; 32] {
        let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &self.0), purpose.as_bytes());
        let mut bytes = [0; 32];
        bytes.copy_from_slice(tag.as_ref());
        bytes
    }

    /// By which the row of `table` is found: says nothing of the secret.
    pub fn lookup(&self, table: &str) -> String {
        hex::encode(self.made(&format!("lookup {table}")))
    }

    /// The secret of another link that whoever has this one can make too.
    pub(super) fn descendant(&self, purpose: &str) -> Self {
        let mut bytes = [0; BYTES];
        bytes.copy_from_slice(&self.made(&format!("secret {purpose}"))[..BYTES]);
        Self(bytes)
    }

    /// A digest of a text that nobody can make who does not have the secret: whether two texts are the same is seen, nothing else.
    pub fn digest(&self, text: &str) -> String {
        hex::encode(self.made(&format!("digest {text}")))
    }

    /// Encrypts for the row `row`; opens there only.
    pub fn seal(&self, row: &str, plain: &[u8], seams: &Seams) -> Option<String> {
        let mut nonce = [0; NONCE_LEN];
        seams.entropy.fill(&mut nonce);
        let mut sealed = plain.to_vec();
        let aad = Aad::from(row.as_bytes());
        self.key()?.seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), aad, &mut sealed).ok()?;
        Some(STANDARD.encode([&nonce[..], &sealed].concat()))
    }

    /// Decrypts what [`Self::seal`] made for this row; `None` when it is anything else.
    pub fn open(&self, row: &str, sealed: &str) -> Option<Vec<u8>> {
        let mut bytes = STANDARD.decode(sealed).ok()?;
        let (nonce, rest) = bytes.split_at_mut_checked(NONCE_LEN)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
        let plain = self.key()?.open_in_place(nonce, Aad::from(row.as_bytes()), rest).ok()?;
        Some(plain.to_vec())
    }

    fn key(&self) -> Option<LessSafeKey> {
        Some(LessSafeKey::new(UnboundKey::new(&AES_256_GCM, &self.made("seal")).ok()?))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use kernel::seams::{FixedClock, SeededEntropy};

    use super::*;

    fn seams() -> Seams {
        let clock = FixedClock::at("2026-03-02T01:00:00Z".parse().expect("moment"));
        Seams { clock: Arc::new(clock), entropy: Arc::new(SeededEntropy::new(5)) }
    }

    #[test]
    fn a_secret_is_read_from_the_link_and_from_paper() {
        let secret = Secret::fresh(&seams());
        assert_eq!(secret.text().len(), 32);
        assert_eq!(Secret::parse(&secret.text()), Some(secret.clone()));
        assert_eq!(Secret::parse(&format!("  {} ", secret.on_paper())), Some(secret.clone()));
        let wide: String = secret
            .on_paper()
            .chars()
            .map(|c| char::from_u32(u32::from(c) + 0xFEE0).expect("a full-width form"))
            .collect();
        assert_eq!(Secret::parse(&wide), Some(secret.clone()));
        for hyphen in ["–", "−", "·", "——"] {
            assert_eq!(Secret::parse(&secret.on_paper().replace('-', hyphen)), Some(secret.clone()), "{hyphen}");
        }
        let zeros = Secret([0; BYTES]);
        assert_eq!(Secret::parse(&"o".repeat(32)), Some(zeros));
        for wrong in ["", &secret.text()[1..], &format!("{}0", secret.text()), &"u".repeat(32), "../../etc"] {
            assert_eq!(Secret::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn what_is_sealed_opens_with_the_secret_in_its_row_only() {
        let seams = seams();
        let (one, other) = (Secret::fresh(&seams), Secret::fresh(&seams));
        let sealed = one.seal("draft 1", "王小明".as_bytes(), &seams).expect("sealed");
        assert_eq!(one.open("draft 1", &sealed).as_deref(), Some("王小明".as_bytes()));
        assert_eq!(one.open("draft 2", &sealed), None);
        assert_eq!(other.open("draft 1", &sealed), None);
        assert_eq!(one.open("draft 1", "AAAA"), None);
        assert_ne!(one.seal("draft 1", "王小明".as_bytes(), &seams).expect("sealed"), sealed, "a nonce is used once");
    }

    #[test]
    fn nothing_made_from_a_secret_equals_another() {
        let one = Secret::fresh(&seams());
        assert_ne!(one.lookup("a"), one.lookup("b"));
        assert_ne!(one.descendant("receipt"), one);
        assert_eq!(one.descendant("receipt"), one.descendant("receipt"));
        assert_eq!(format!("{one:?}"), "Secret");
    }
}
