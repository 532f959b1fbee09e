//! What must be read before a check, since a check asks no database.

use item::{Item, Rule, Value};

use crate::{
    Row,
    across::digest,
    expression::{figure, terms, unit},
    period,
    within::is_filled,
};

/// What the checks of an item ask of [`crate::Elsewhere`].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Needed {
    /// Sums of other items, or of the item itself in earlier periods.
    pub sums: Vec<NeededSum>,
    /// Columns of other items, or of the item itself, in which values of the rows must stand.
    pub references: Vec<NeededReference>,
    /// Keys of the records that are there: the item has keys.
    pub keys: bool,
    /// The calendar of working days.
    pub calendar: bool,
}

/// A sum that will be asked for, for values that the rows hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NeededSum {
    /// Key of the item in which it is counted.
    pub item: String,
    /// Key of the column that is summed there.
    pub figure: String,
    /// Keys of the columns by which it is asked: in the rows and there alike.
    pub by: Vec<String>,
    /// In which the answer is wanted; empty where figures have no unit. An item that counts in another is converted.
    pub unit: String,
    /// Of `by`, the column whose period before is asked for; `None` = the values as the row has them.
    pub before: Option<String>,
}

/// A column in which values of the rows are looked up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NeededReference {
    /// Key of the column of the rows.
    pub column: String,
    /// Key of the item in which they are looked up.
    pub item: String,
    /// Key of the column there.
    pub there: String,
}

/// One sum as a row asks for it: the very arguments of [`crate::Elsewhere::sum`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    pub item: String,
    pub figure: String,
    pub by: Vec<(String, Value)>,
    pub unit: String,
}

impl Question {
    /// A name by which answers can be kept: two questions with one name have one answer, however figures are written.
    pub fn name(&self) -> String {
        question_name(&self.item, &self.figure, &self.by)
    }
}

/// As [`Question::name`], from the arguments of [`crate::Elsewhere::sum`].
pub fn question_name(item: &str, figure: &str, by: &[(String, Value)]) -> String {
    let keys: Vec<&str> = by.iter().map(|(key, _)| key.as_str()).collect();
    let values: Vec<&Value> = by.iter().map(|(_, value)| value).collect();
    format!("{item} {figure} {} {}", keys.join(","), digest(&values))
}

/// What the checks of the item ask, whatever the rows.
pub fn needed(item: &Item) -> Needed {
    let mut needed = Needed { keys: !item.keys.is_empty(), ..Needed::default() };
    for check in &item.checks {
        needed.calendar |= matches!(&check.rule, Rule::AtLeastApart { unit, .. } if unit == "working_days");
        if let Rule::RefersTo { column, item: other, there } = &check.rule {
            let (column, there) = (column.clone(), there.clone());
            needed.references.push(NeededReference { column, item: other.clone(), there });
        }
        for sum in sums(item, &check.rule) {
            if !needed.sums.contains(&sum) {
                needed.sums.push(sum);
            }
        }
    }
    needed
}

/// The sums that a check of this row will ask for. What the rows of the file answer themselves is asked, too.
pub fn questions(item: &Item, needed: &Needed, row: &Row<'_>) -> Vec<Question> {
    needed.sums.iter().filter_map(|sum| question(item, sum, row)).collect()
}

fn question(item: &Item, sum: &NeededSum, row: &Row<'_>) -> Option<Question> {
    // A row without any figure has nothing to compare.
    if !item.columns.iter().any(|column| figure(row.values, &column.key).is_some()) {
        return None;
    }
    let value = |key: &String| {
        let value = row.values.get(key).filter(|value| is_filled(Some(*value)))?;
        let asked = if sum.before.as_ref() == Some(key) { period::before(value)? } else { value.clone() };
        Some((key.clone(), asked))
    };
    let by: Option<Vec<(String, Value)>> = sum.by.iter().map(value).collect();
    Some(Question { item: sum.item.clone(), figure: sum.figure.clone(), by: by?, unit: sum.unit.clone() })
}

fn sums(item: &Item, rule: &Rule) -> Vec<NeededSum> {
    let unit_of = |key: &str| item.column(key).map_or("", unit).to_owned();
    match rule {
        Rule::SameAs { left, item: other, right, by, .. } | Rule::SumOf { left, item: other, right, by, .. } => {
            let left = terms(left).unwrap_or_default();
            let unit = left.first().map(|(_, key)| unit_of(key)).unwrap_or_default();
            let one = |(_, figure): (bool, String)| NeededSum {
                item: other.clone(),
                figure,
                by: by.clone(),
                unit: unit.clone(),
                before: None,
            };
            terms(right).unwrap_or_default().into_iter().map(one).collect()
        }
        Rule::Carries { closing: figure, period, by, .. } | Rule::Jump { column: figure, period, by, .. } => {
            let mut by = by.clone();
            by.push(period.clone());
            let (unit, before) = (unit_of(figure), Some(period.clone()));
            vec![NeededSum { item: item.key.as_str().to_owned(), figure: figure.clone(), by, unit, before }]
        }
        _ => Vec::new(),
    }
}
