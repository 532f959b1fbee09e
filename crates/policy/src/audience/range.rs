//! Numbers of conditions, as the law counts them: what is not read to its last character is not read at all.

/// Both ends belong to it (民法典 Art. 1259: 以上、以下 include the number, 不满、超过 do not).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Range {
    pub(crate) least: Option<u32>,
    pub(crate) most: Option<u32>,
}

/// Where the number lies as to an end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    /// The number and what is more.
    Least,
    /// The number and what is less.
    Most,
    Above,
    Below,
}

/// How one end is written; `#` is the number, units are left out.
const ENDS: [(&str, End); 39] = [
    ("#以上", End::Least),
    ("#及以上", End::Least),
    ("#起", End::Least),
    ("满#", End::Least),
    ("满#以上", End::Least),
    ("年满#", End::Least),
    ("年满#以上", End::Least),
    ("已满#", End::Least),
    ("不低于#", End::Least),
    ("不少于#", End::Least),
    ("不小于#", End::Least),
    ("至少#", End::Least),
    ("最少#", End::Least),
    ("#以下", End::Most),
    ("#及以下", End::Most),
    ("#以内", End::Most),
    ("#之内", End::Most),
    ("不超过#", End::Most),
    ("不高于#", End::Most),
    ("不多于#", End::Most),
    ("不大于#", End::Most),
    ("至多#", End::Most),
    ("最多#", End::Most),
    ("不足#", End::Below),
    ("不满#", End::Below),
    ("未满#", End::Below),
    ("未达#", End::Below),
    ("不到#", End::Below),
    ("低于#", End::Below),
    ("少于#", End::Below),
    ("小于#", End::Below),
    ("年龄不满#", End::Below),
    ("年龄未满#", End::Below),
    ("超过#", End::Above),
    ("多于#", End::Above),
    ("高于#", End::Above),
    ("大于#", End::Above),
    ("年龄满#", End::Least),
    ("年龄#以上", End::Least),
];

/// Signs and words between two numbers of which both belong to it.
const BETWEEN: [&str; 9] = ["至", "到", "-", "—", "——", "－", "～", "~", "–"];
/// Units of ages and of people; the longer ones first.
const UNITS: [&str; 6] = ["周岁", "岁", "个", "位", "名", "人"];

/// A text as a form of words and its numbers.
struct Form {
    words: String,
    numbers: Vec<u32>,
}

fn half_width(c: char) -> char {
    match c {
        '０'..='９' => char::from_u32(u32::from(c) - u32::from('０') + u32::from('0')).unwrap_or(c),
        '（' => '(',
        '）' => ')',
        other => other,
    }
}

impl Form {
    /// `60 周岁以上` becomes `#以上` and 60.
    fn of(text: &str) -> Option<Self> {
        let (mut words, mut numbers, mut digits) = (String::new(), Vec::new(), String::new());
        for c in text.chars().chain([' ']) {
            if c.is_ascii_digit() {
                digits.push(c);
                continue;
            }
            if !digits.is_empty() {
                numbers.push(digits.parse().ok()?);
                digits.clear();
                words.push('#');
            }
            words.push(c);
        }
        let mut words: String = words.split_whitespace().collect();
        for unit in UNITS {
            words = words.replace(&format!("#{unit}"), "#");
        }
        Some(Self { words, numbers })
    }

    fn end(&self) -> Option<(End, u32)> {
        let end = ENDS.iter().find(|(form, _)| *form == self.words).map(|(_, end)| *end)?;
        Some((end, *self.numbers.first().filter(|_| self.numbers.len() == 1)?))
    }
}

/// Whether the number itself belongs to it, as a bracket says: `（含 60 岁）`, `（不含本数）`.
fn bracket(text: &str, number: u32) -> Option<bool> {
    let form = Form::of(text)?;
    if form.numbers.iter().any(|one| *one != number) {
        return None;
    }
    let words = form.words.replace("本数", "").replace('#', "");
    match words.as_str() {
        "含" | "包含" | "包括" => Some(true),
        "不含" | "不包含" | "不包括" => Some(false),
        _ => None,
    }
}

impl Range {
    /// Whether the number lies in it.
    pub(crate) fn holds(self, number: u32) -> bool {
        self.least.is_none_or(|least| number >= least) && self.most.is_none_or(|most| number <= most)
    }

    pub(crate) fn is_empty(self) -> bool {
        self.least.zip(self.most).is_some_and(|(least, most)| least > most)
    }

    /// What lies in both.
    pub(crate) fn and(self, other: Self) -> Self {
        Self {
            least: self.least.max(other.least),
            most: match (self.most, other.most) {
                (Some(one), Some(two)) => Some(one.min(two)),
                (one, two) => one.or(two),
            },
        }
    }

    fn of(end: End, number: u32) -> Option<Self> {
        Some(match end {
            End::Least => Self { least: Some(number), most: None },
            End::Most => Self { least: None, most: Some(number) },
            End::Above => Self { least: Some(number.checked_add(1)?), most: None },
            End::Below => Self { least: None, most: Some(number.checked_sub(1)?) },
        })
    }

    /// One end, perhaps with a bracket that says whether the number belongs to it.
    fn one(text: &str) -> Option<Self> {
        let Some((before, rest)) = text.split_once('(') else {
            let (end, number) = Form::of(text)?.end()?;
            return Self::of(end, number);
        };
        let (within, after) = rest.split_once(')')?;
        if after.contains(['(', ')']) {
            return None;
        }
        let (end, number) = Form::of(&format!("{before}{after}"))?.end()?;
        match (end, bracket(within, number)?) {
            (End::Least | End::Most, true) | (End::Above | End::Below, false) => Self::of(end, number),
            (End::Least, false) => Self::of(End::Above, number),
            (End::Most, false) => Self::of(End::Below, number),
            // 超过 60 岁（含 60 岁） says two things.
            (End::Above | End::Below, true) => None,
        }
    }

    /// 60 岁以上, 不满 35 岁, 16 至 60 岁, 18 岁以上不满 60 岁, 不超过 100 人, 超过 20 人, 60 岁以上（不含 60 岁）. `None` when anything
    /// of it is not understood.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let text: String = text.chars().map(half_width).filter(|c| !c.is_whitespace()).collect();
        let text = text.trim_end_matches('。');
        let whole = Form::of(text)?;
        let between = whole.words.strip_prefix('#').and_then(|rest| rest.strip_suffix('#'));
        if let (Some(sign), [least, most]) = (between, whole.numbers.as_slice())
            && BETWEEN.contains(&sign)
        {
            return Some(Self { least: Some(*least), most: Some(*most) });
        }
        if let Some(one) = Self::one(text) {
            return Some(one);
        }
        // Two ends, one behind the other.
        text.char_indices().skip(1).find_map(|(at, _)| {
            let (first, second) = (text.get(..at)?, text.get(at..)?);
            let digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
            if digit(first.chars().next_back()) && digit(second.chars().next()) {
                return None;
            }
            let second = second.trim_start_matches(['、', '，', ',', '且', '并', '；', ';']);
            Some(Self::one(first)?.and(Self::one(second)?))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Range;

    #[test]
    fn numbers_are_counted_as_the_law_counts_them() {
        let range = |least, most| Some(Range { least, most });
        for (text, wanted) in [
            ("60 岁以上", range(Some(60), None)),
            ("年满 16 周岁", range(Some(16), None)),
            ("满 60 周岁", range(Some(60), None)),
            ("不满 35 岁", range(None, Some(34))),
            ("16 至 60 岁", range(Some(16), Some(60))),
            ("18 岁至 60 岁", range(Some(18), Some(60))),
            ("20 人至 100 人", range(Some(20), Some(100))),
            ("100 人以下", range(None, Some(100))),
            ("不少于 3 人", range(Some(3), None)),
            ("超过 20 人", range(Some(21), None)),
            ("不超过 20 人", range(None, Some(20))),
            ("６０岁以上", range(Some(60), None)),
            ("18 岁以上不满 60 岁", range(Some(18), Some(59))),
            ("年满 18 周岁、不满 60 周岁", range(Some(18), Some(59))),
            ("16 周岁以上 60 周岁以下", range(Some(16), Some(60))),
        ] {
            assert_eq!(Range::read(text), wanted, "{text}");
        }
    }

    #[test]
    fn a_bracket_is_read_or_the_line_is_not() {
        let range = |least, most| Some(Range { least, most });
        for (text, wanted) in [
            ("60 岁以上（不含 60 岁）", range(Some(61), None)),
            ("60 岁以上（含 60 岁）", range(Some(60), None)),
            ("60 岁（含）以上", range(Some(60), None)),
            ("100 人以下（不含本数）", range(None, Some(99))),
            ("18 岁以上（含 18 岁）不满 60 岁", range(Some(18), Some(59))),
            ("60 岁以上（不含 61 岁）", None),
            ("60 岁以上（女性 55 岁）", None),
            ("超过 60 岁（含 60 岁）", None),
            ("60 岁以上的农村老人", None),
            ("男 60 岁以上", None),
            ("不满 35 岁以下", None),
            ("老年人", None),
            ("30", None),
            ("1、2、3 岁", None),
        ] {
            assert_eq!(Range::read(text), wanted, "{text}");
        }
    }
}
