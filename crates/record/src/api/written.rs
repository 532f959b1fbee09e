//! What a program sends, as JSON: `{"records":[{"column":"text"}],"note":""}`. The command line and the interface read it here.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use web::FormErrors;

/// What was sent, as the machine takes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// Texts by the keys of columns, as a form would have them.
    pub records: Vec<BTreeMap<String, String>>,
    /// For the reviewers; may be empty.
    pub note: String,
}

/// A value that was not taken, and where it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Fault {
    /// Number of the record from 1; 0 = of the whole sending.
    pub record: usize,
    /// Key of the column; of the whole sending what of it is wrong: `key`, `records`, `organ`, `form`.
    pub column: String,
    pub message: String,
}

impl Fault {
    /// In a line.
    pub fn words(&self) -> String {
        match self.record {
            0 => self.message.clone(),
            record => format!("第 {record} 条 {}：{}", self.column, self.message),
        }
    }
}

/// Why nothing of it could be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unread {
    /// It is not the JSON that is asked for; says where.
    Json(String),
    /// Some values are of the wrong kind.
    Values(Vec<Fault>),
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Sending {
    records: Vec<BTreeMap<String, Value>>,
    #[serde(default)]
    note: String,
}

/// Reads what was sent. Figures with decimals must be text: read as floating point they would change.
///
/// # Errors
/// [`Unread`]: where it cannot be read, or every value that is neither text nor a whole number.
pub fn read(bytes: &[u8]) -> Result<Written, Unread> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let sending: Sending = serde_json::from_slice(bytes).map_err(|error| {
        Unread::Json(format!(
            "第 {} 行第 {} 个字符读不懂。内容应为 {{\"records\":[{{\"列标识\":\"内容\"}}]}}，列标识见 gongkai records items 和导入模板。",
            error.line(),
            error.column()
        ))
    })?;
    let mut faults = Vec::new();
    let numbered = (1..).zip(sending.records);
    let records = numbered.map(|(number, record)| texts(record, number, &mut faults)).collect();
    if faults.is_empty() { Ok(Written { records, note: sending.note }) } else { Err(Unread::Values(faults)) }
}

fn texts(record: BTreeMap<String, Value>, number: usize, faults: &mut Vec<Fault>) -> BTreeMap<String, String> {
    let mut texts = BTreeMap::new();
    for (column, value) in record {
        let message = match value {
            Value::Null => continue,
            Value::String(text) => {
                texts.insert(column, text);
                continue;
            }
            Value::Number(figure) if figure.is_i64() || figure.is_u64() => {
                texts.insert(column, figure.to_string());
                continue;
            }
            Value::Number(_) => "带小数的数字请加引号写成文本，例如 \"0.10\"，以免失真。",
            _ => "应为文本或整数。",
        };
        faults.push(Fault { record: number, column, message: message.to_owned() });
    }
    texts
}

/// What the machine did not take, with places: it names fields `3.decided_on`, of a single record `decided_on`. `many`: how many
/// records were sent.
pub fn faults(errors: &FormErrors, many: usize) -> Vec<Fault> {
    errors.items().iter().map(|(field, message)| fault(field, message, many)).collect()
}

fn fault(field: &str, message: &str, many: usize) -> Fault {
    let whole = matches!(field, "key" | "records" | "form");
    let (record, column) =
        match field.split_once('.').and_then(|(number, column)| Some((number.parse::<usize>().ok()?, column))) {
            Some(place) => place,
            None => (usize::from(many == 1 && !whole), field),
        };
    Fault { record, column: column.to_owned(), message: message.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_with_decimals_are_text() {
        let read = |text: &str| read(format!("{{\"records\":[{text}]}}").as_bytes());
        let taken = read("{\"year\":2026,\"fine\":\"0.10\",\"note\":null}").expect("texts");
        assert_eq!(
            taken.records,
            [BTreeMap::from([("fine", "0.10"), ("year", "2026")].map(|(k, v)| (k.to_owned(), v.to_owned())))]
        );
        for wrong in ["{\"fine\":0.1}", "{\"fine\":true}", "{\"fine\":[1]}"] {
            let Err(Unread::Values(faults)) = read(wrong) else { panic!("{wrong} was taken") };
            assert_eq!((faults[0].record, faults[0].column.as_str()), (1, "fine"), "{wrong}");
        }
    }

    #[test]
    fn what_is_no_sending_says_where() {
        for wrong in [&b"{\"records\":[],\"more\":1}"[..], b"[]", b"", b"{\"records\":[{\"a\":1"] {
            assert!(matches!(super::read(wrong), Err(Unread::Json(words)) if words.contains("第 1 行")), "{wrong:?}");
        }
        assert!(super::read("\u{feff}{\"records\":[]}".as_bytes()).is_ok(), "as editors of Windows write it");
    }

    #[test]
    fn a_fault_says_of_which_record_it_is() {
        let place = |field: &str, many: usize| {
            let fault = fault(field, "", many);
            (fault.record, fault.column)
        };
        assert_eq!(place("3.plan", 5), (3, "plan".to_owned()));
        assert_eq!(place("plan", 1), (1, "plan".to_owned()));
        assert_eq!(place("key", 1), (0, "key".to_owned()));
    }
}
