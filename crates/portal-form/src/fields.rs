//! What a person typed, as it was typed: names and values in order, whatever a rule thinks of them.

use serde::{Deserialize, Serialize, de::DeserializeOwned};

use web::{Error, Result};

/// Most bytes of text that a form takes in all, its steps together: some 80,000 characters.
pub(super) const MOST: usize = 256 * 1024;

/// Names and values. A name may stand several times, as check boxes do.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Fields(Vec<(String, String)>);

impl FromIterator<(String, String)> for Fields {
    fn from_iter<I: IntoIterator<Item = (String, String)>>(pairs: I) -> Self {
        Self(pairs.into_iter().map(|(name, value)| (name, clean(&value))).collect())
    }
}

impl Fields {
    /// The first value of a field; empty when there is none.
    pub fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }

    /// All values of a field.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Names and values in their order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// As a struct of the form. Fields that the struct does not have are left out of it, so that each step can read its own.
    ///
    /// # Errors
    /// [`Error::Invalid`] when a value does not fit its type: forms have text fields with `serde(default)` and are checked by
    /// rules that speak at the field, so this is a request that no form of ours sent.
    pub fn read<T: DeserializeOwned>(&self) -> Result<T> {
        let own = self.only(names::<T>()?);
        let encoded = serde_html_form::to_string(&own.0).map_err(unreadable)?;
        serde_html_form::from_str(&encoded).map_err(unreadable)
    }

    /// The fields with these names.
    pub(super) fn only(&self, names: &[&str]) -> Self {
        Self(self.0.iter().filter(|(name, _)| names.contains(&name.as_str())).cloned().collect())
    }

    /// Puts what was posted in the place of what stood under these names. A name that was not posted is empty now: that is
    /// how forms say that no box is ticked.
    ///
    /// # Errors
    /// [`Error::TooLarge`] when the form holds more text than it may.
    pub(super) fn replace(&mut self, names: &[&str], posted: &Self) -> Result<()> {
        self.0.retain(|(name, _)| !names.contains(&name.as_str()));
        self.0.extend(posted.only(names).0);
        let bytes: usize = self.0.iter().map(|(name, value)| name.len() + value.len()).sum();
        if bytes > MOST {
            return Err(Error::TooLarge("填写的文字太长。请删减，或把长的材料作为附件上传。".into()));
        }
        Ok(())
    }
}

fn unreadable(error: impl std::fmt::Display) -> Error {
    // The message of the error may quote what was typed.
    tracing::info!(length = error.to_string().len(), "portal form not readable");
    Error::Invalid("表单内容不完整。请返回上一页，刷新后重新提交。".into())
}

/// Line ends as one character, without the control characters that no keyboard types and no page shows.
fn clean(value: &str) -> String {
    let value = value.replace("\r\n", "\n").replace('\r', "\n");
    value.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).collect()
}

/// Whether the text can be the number of a telephone or a fax, its digits of either width. What begins like a mobile number is as
/// long as one.
pub fn is_line(number: &str) -> bool {
    let narrow = |c: char| match c {
        '０'..='９' => char::from_u32(u32::from(c) - 0xFEE0).unwrap_or(c),
        _ => c,
    };
    let digits: String = number.chars().map(narrow).filter(char::is_ascii_digit).collect();
    let mobile = digits.starts_with('1') && digits.chars().nth(1).is_some_and(|second| ('3'..='9').contains(&second));
    let fits = if mobile { digits.len() == 11 } else { (7..=15).contains(&digits.len()) };
    fits && number.chars().count() <= 30
}

/// Whether mail can be sent there: what the mail server of a county takes, in letters and digits alone.
pub fn is_mailbox(email: &str) -> bool {
    let name_and_domain = email.split_once('@').filter(|(name, domain)| !name.is_empty() && !domain.contains('@'));
    let dotted = |domain: &str| domain.split('.').count() > 1 && domain.split('.').all(|part| !part.is_empty());
    email.is_ascii()
        && !email.contains(char::is_whitespace)
        && name_and_domain.is_some_and(|(_, domain)| dotted(domain))
}

/// The names of the fields of a form's struct, as serde knows them.
///
/// # Errors
/// When `T` is no plain struct (a map, or one with `serde(flatten)`): a mistake of the program.
pub(super) fn names<T: DeserializeOwned>() -> Result<&'static [&'static str]> {
    let mut found = None;
    // Never succeeds: what is asked for is noted, and nothing is given.
    let _ = T::deserialize(Asked(&mut found));
    found.ok_or_else(|| Error::internal(format!("{} is no plain struct", std::any::type_name::<T>())))
}

struct Asked<'a>(&'a mut Option<&'static [&'static str]>);

impl<'de> serde::Deserializer<'de> for Asked<'_> {
    type Error = serde::de::value::Error;

    fn deserialize_any<V: serde::de::Visitor<'de>>(self, _: V) -> Result<V::Value, Self::Error> {
        Err(serde::de::Error::custom("only asked for names"))
    }

    fn deserialize_struct<V: serde::de::Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Self::Error> {
        *self.0 = Some(fields);
        self.deserialize_any(visitor)
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 char str string bytes byte_buf option unit unit_struct newtype_struct
        seq tuple tuple_struct map enum identifier ignored_any
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[derive(Debug, Default, PartialEq, Deserialize)]
    #[serde(default)]
    struct Step {
        name: String,
        #[serde(rename = "way")]
        ways: Vec<String>,
    }

    fn fields(pairs: &[(&str, &str)]) -> Fields {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn a_telephone_is_taken_in_either_width_and_a_short_mobile_is_none() {
        for line in
            ["13800000001", "１３８００００００01", "0793-0000000", "400 000 0000", "+86 138 0000 0001", "7654321"]
        {
            assert!(super::is_line(line), "{line}");
        }
        for line in ["1380000000", "138000000011", "12", "无"] {
            assert!(!super::is_line(line), "{line}");
        }
    }

    #[test]
    fn mail_goes_to_letters_and_digits_alone() {
        for right in ["name@example.cn", "a.b-c@mail.example.com"] {
            assert!(is_mailbox(right), "{right}");
        }
        for wrong in ["张三@例子.中国", "name@example", "@example.cn", "a b@example.cn", "a@b@c.cn", "a@.cn"] {
            assert!(!is_mailbox(wrong), "{wrong}");
        }
    }

    #[test]
    fn a_step_replaces_its_own_fields_and_no_others() {
        let mut kept = fields(&[("topic", "水价"), ("way", "post"), ("way", "mail")]);
        kept.replace(names::<Step>().expect("names"), &fields(&[("name", "王\r\n小明\u{0}"), ("evil", "x")]))
            .expect("room");
        assert_eq!(kept, fields(&[("topic", "水价"), ("name", "王\n小明")]), "no box is ticked any more");
        assert_eq!(kept.read::<Step>().expect("step"), Step { name: "王\n小明".into(), ways: Vec::new() });
        kept.replace(names::<Step>().expect("names"), &fields(&[("way", "a"), ("way", "b&c")])).expect("room");
        assert_eq!(kept.read::<Step>().expect("step").ways, ["a", "b&c"]);
        assert_eq!(kept.all("way").collect::<Vec<_>>(), ["a", "b&c"]);
    }

    #[test]
    fn more_text_than_a_form_may_hold_is_refused() {
        let long = "长".repeat(MOST / 3);
        assert!(Fields::default().replace(&["name"], &fields(&[("name", &long[3..])])).is_ok());
        let refused = Fields::default().replace(&["name"], &fields(&[("name", &long)]));
        assert!(matches!(refused, Err(Error::TooLarge(_))));
    }

    #[test]
    fn only_a_plain_struct_is_a_form() {
        assert_eq!(names::<Step>().expect("names"), ["name", "way"]);
        assert!(names::<BTreeMap<String, String>>().is_err());
    }
}
