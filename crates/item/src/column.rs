//! A column of an item's table.

use serde::{Deserialize, Serialize};

use crate::Names;

/// An allowed value of an enumeration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Choice {
    /// As stored and exchanged: `01`.
    pub code: String,
    /// 普通.
    pub label: String,
    /// What else stands for it in real sheets.
    #[serde(default)]
    pub aliases: Vec<String>,
}

/// What figures of a column are counted in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Unit(pub String);

/// What a cell holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "is", deny_unknown_fields)]
pub enum Type {
    /// One line of at most so many characters.
    Text {
        max: u32,
    },
    /// Several lines.
    Long {
        max: u32,
    },
    /// One of these; `open` = others are taken with a warning (其他-…).
    Enum {
        choices: Vec<Choice>,
        #[serde(default)]
        open: bool,
    },
    /// A day. `long_term` is the day that means 长期: 2099-12-31.
    Date {
        #[serde(default)]
        long_term: Option<jiff::civil::Date>,
    },
    /// A year, half-year, quarter or month: `2026`, `2026-H1`, `2026-Q2`, `2026-03`.
    Period,
    /// Yuan, in the unit in which the column is stored and shown: 元, 万元, 亿元; `places` decimals at most.
    Money {
        unit: Unit,
        places: u32,
    },
    /// A number in a unit (may be empty) with at most so many decimals.
    Number {
        unit: Unit,
        places: u32,
    },
    /// A percentage, with the columns of which it is the quotient, where they are in the table.
    Ratio {
        places: u32,
        #[serde(default)]
        numerator: String,
        #[serde(default)]
        denominator: String,
    },
    /// 统一社会信用代码, 18 characters with check (GB 32100-2015).
    CreditCode,
    /// An identity document's number.
    IdNumber,
    Phone,
    /// County, township, village: names parted by `/`, of the county's tree of places where they are known.
    Place,
    /// Degrees east and north, `116.4,29.1`.
    Point,
    /// An attached file.
    File,
    /// An address of another page, `https://…`.
    Link,
}

/// Who may see a cell. What may not be public never leaves the office: it is in no page, search, export or API.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Privacy {
    /// Kept apart from what readers are shown: names of minors, full numbers of identity cards.
    pub never_public: bool,
    /// Public with its middle replaced by signs.
    pub mask: bool,
    /// Name or number of a natural person, where the record is about one.
    pub natural_person: bool,
    /// A record that says of its person to be a minor here is not public on the web (enum code `minor`, or a birthday).
    pub minor: bool,
}

/// How readers ask for it on the query page.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Filter {
    #[default]
    None,
    /// The whole value: a number, a code, an enumeration.
    Exact,
    /// From, to: dates, money, numbers.
    Range,
    /// Words in it.
    Text,
    /// A place and all below it.
    Place,
}

/// A column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Column {
    /// In storage, files and API: `decision_number`; lower case letters, digits, `_`.
    pub key: String,
    /// As printed: 行政许可决定文书号.
    pub label: String,
    /// The heads that real sheets have for it.
    #[serde(default)]
    pub aliases: Vec<String>,
    /// In the national standard: `XK_WSH`; may be empty.
    #[serde(default)]
    pub code: String,
    /// Its formula letter, as printed in the table (A, B=C+D); may be empty.
    #[serde(default)]
    pub letter: String,
    /// Heads above it, outermost first: 债务限额.
    #[serde(default)]
    pub group: Vec<String>,
    #[serde(rename = "type")]
    pub typed: Type,
    #[serde(default)]
    pub required: bool,
    /// What else must be known of it to fill it in, one sentence; may be empty.
    #[serde(default)]
    pub hint: String,
    #[serde(default)]
    pub privacy: Privacy,
    /// How the names of natural persons in it are shown; `None` = in full.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub names: Option<Names>,
    #[serde(default)]
    pub filter: Filter,
    /// Whether the public list shows it; all that is public stands on the page of the record.
    #[serde(default)]
    pub listed: bool,
}
