//! Checks of references in the form of an item: what stands in a column must stand among the public records of an item, or in the
//! directory of organs. Other checks stay as they are.

use item::{Check, Column, Item, Names, Rule, Severity, Type};
use web::FormErrors;

use super::form::Typed;

/// Lines of references at the most.
const MOST: usize = 20;
/// The choice that means the directory of organs in the place of an item.
pub(super) const DIRECTORY: &str = "@organs";

/// What a new check is called, where its words are all that is typed.
const NAME: &str = "refers-to";

/// A line of the form, by the names of its fields.
fn line(typed: &mut Typed, at: usize, check: &Check) {
    let (column, other, there) = match &check.rule {
        Rule::RefersTo { column, item, there } => (column.as_str(), item.as_str(), there.as_str()),
        Rule::Organ { column } => (column.as_str(), DIRECTORY, ""),
        _ => return,
    };
    let severity = if check.severity == Severity::Reject { "reject" } else { "warn" };
    let fields = [("rk", check.key.as_str()), ("rc", column), ("ri", other), ("rt", there), ("rs", severity)];
    for (name, value) in fields.into_iter().chain([("rm", check.message.as_str())]) {
        typed.set(&format!("{name}{at}"), value);
    }
}

fn is_reference(check: &Check) -> bool {
    matches!(check.rule, Rule::RefersTo { .. } | Rule::Organ { .. })
}

/// Puts the references of an item into its form.
pub(super) fn show(typed: &mut Typed, item: &Item) {
    for (at, check) in item.checks.iter().filter(|check| is_reference(check)).enumerate() {
        line(typed, at, check);
    }
}

/// What was typed in a line, as a check; `None` = nothing, or something that is told.
fn typed_line(typed: &Typed, at: usize, errors: &mut FormErrors) -> Option<Check> {
    let field = |name: &str| typed.at(name, at).trim().to_owned();
    let (column, other, there, message) = (field("rc"), field("ri"), field("rt"), field("rm"));
    if column.is_empty() {
        if !(other.is_empty() && there.is_empty() && message.is_empty()) {
            errors.add(&format!("rc{at}"), "请选择哪一列要核对。不需要这一行的，请把其他几格也清空。");
        }
        return None;
    }
    if other.is_empty() {
        errors.add(&format!("ri{at}"), "请选择在哪个事项里核对，或者选择机关名录。");
        return None;
    }
    if other != DIRECTORY && there.is_empty() {
        errors.add(&format!("rt{at}"), "请填写那个事项里的列的代码，例如 document_number。");
        return None;
    }
    if message.is_empty() {
        errors.add(&format!("rm{at}"), "请填写说明：没有找到时告诉填报的人什么不对，例如 学校应当在学校名录里。");
        return None;
    }
    let rule = if other == DIRECTORY { Rule::Organ { column } } else { Rule::RefersTo { column, item: other, there } };
    let severity = if field("rs") == "reject" { Severity::Reject } else { Severity::Warn };
    Some(Check { key: field("rk"), rule, severity, message })
}

/// The checks of an item with the references that were typed: those that are there in their places, new ones behind.
pub(super) fn read(typed: &Typed, item: &mut Item, errors: &mut FormErrors) {
    // A form that says nothing of them leaves them.
    if typed.all("rc0").is_empty() {
        return;
    }
    let lines: Vec<Check> = (0..MOST).filter_map(|at| typed_line(typed, at, errors)).collect();
    let (mut known, new): (Vec<Check>, Vec<Check>) = lines
        .into_iter()
        .partition(|line| item.checks.iter().any(|check| check.key == line.key && is_reference(check)));
    item.checks.retain_mut(|check| {
        if !is_reference(check) {
            return true;
        }
        let Some(at) = known.iter().position(|line| line.key == check.key) else { return false };
        *check = known.swap_remove(at);
        true
    });
    for mut check in new {
        let free = |key: &String| !item.checks.iter().any(|other| other.key == *key);
        let mut names = std::iter::once(NAME.to_owned()).chain((2..).map(|n| format!("{NAME}-{n}")));
        check.key = names.find(free).unwrap_or_else(|| NAME.to_owned());
        item.checks.push(check);
    }
}

/// How many lines the form shows: those that are filled and one more.
pub(super) fn lines(typed: &Typed) -> Vec<usize> {
    let filled = (0..MOST).rev().find(|at| !typed.at("rc", at).trim().is_empty()).map_or(0, |at| at + 1);
    (0..(filled + 1).min(MOST)).collect()
}

/// Columns that may refer, by key and label.
pub(super) fn columns(item: &Item) -> Vec<(String, String)> {
    let may = |column: &&Column| {
        matches!(column.typed, Type::Text { .. } | Type::Enum { .. } | Type::Period | Type::CreditCode)
    };
    item.columns.iter().filter(may).map(|column| (column.key.clone(), column.label.clone())).collect()
}

/// How names of persons may be shown, as the form offers it: code, words.
pub(super) fn ways(item: &Item) -> Vec<(String, String)> {
    let fixed = [("", "不另作规定"), ("whole", "显示全名"), ("surname", "只显示姓（张某某）")];
    let choices = item.columns.iter().filter(|column| matches!(column.typed, Type::Enum { .. }));
    let by = choices.filter(|column| !column.privacy.never_public);
    let by = by.map(|column| (format!("by:{}", column.key), format!("按“{}”显示全名或者姓", column.label)));
    fixed.into_iter().map(|(code, words)| (code.to_owned(), words.to_owned())).chain(by).collect()
}

/// The fields of how a column names persons: the way, and the choices of which names stand in full, by their labels.
pub(super) fn named(item: &Item, column: &Column) -> (String, String) {
    match &column.names {
        None => (String::new(), String::new()),
        Some(Names::Whole) => ("whole".to_owned(), String::new()),
        Some(Names::Surname) => ("surname".to_owned(), String::new()),
        Some(Names::By { column: key, whole }) => {
            let by = item.column(key);
            let labels: Vec<String> = whole.iter().map(|code| crate::catalogue::words::choice(by, code)).collect();
            (format!("by:{key}"), labels.join("、"))
        }
    }
}

/// What was typed in them.
///
/// # Errors
/// What is wrong with the choices, in words.
pub(super) fn names(item: &Item, way: &str, whole: &[String]) -> Result<Option<Names>, String> {
    let Some(key) = way.strip_prefix("by:") else {
        return Ok(match way {
            "whole" => Some(Names::Whole),
            "surname" => Some(Names::Surname),
            _ => None,
        });
    };
    let Some(Type::Enum { choices, .. }) = item.column(key).map(|column| &column.typed) else {
        return Err(format!("没有“{key}”这一列，请重新选择姓名怎样显示。"));
    };
    let code = |text: &String| {
        let found = choices.iter().find(|choice| choice.label == *text || choice.code == *text);
        found.map(|choice| choice.code.clone()).ok_or_else(|| format!("可填的内容里没有“{text}”，请照选项填写。"))
    };
    let whole = whole.iter().map(code).collect::<Result<Vec<String>, String>>()?;
    if whole.is_empty() {
        return Err("请填写哪些显示全名，用顿号分开；都只显示姓的，请选“只显示姓”。".to_owned());
    }
    Ok(Some(Names::By { column: key.to_owned(), whole }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn boxed(key: &str) -> Item {
        item::boxed().iter().find(|item| item.key.as_str() == key).expect("the item is in the box").clone()
    }

    #[test]
    fn what_the_form_shows_is_what_it_reads() {
        let item = boxed("enrolment");
        assert!(item.checks.iter().any(is_reference));
        let mut typed = Typed::default();
        show(&mut typed, &item);
        let (mut again, mut errors) = (item.clone(), FormErrors::new());
        read(&typed, &mut again, &mut errors);
        assert!(errors.is_empty());
        assert_eq!(again.checks, item.checks);
        read(&Typed::default(), &mut again, &mut errors);
        assert_eq!(again.checks, item.checks, "nothing is said of them");
        let mut emptied = Typed::default();
        emptied.set("rc0", "");
        read(&emptied, &mut again, &mut errors);
        assert!(!again.checks.iter().any(is_reference) && again.checks.len() < item.checks.len(), "taken away");
    }

    #[test]
    fn a_new_line_is_a_new_check_and_half_a_line_is_told() {
        let mut item = boxed("enrolment");
        let before = item.checks.len();
        let field = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let mut typed = Typed::default();
        show(&mut typed, &item);
        let mut errors = FormErrors::new();
        for (name, value) in
            [("rc5", "school"), ("ri5", DIRECTORY), ("rm5", "学校应当在名录里")].map(|(n, v)| field(n, v))
        {
            typed.set(&name, &value);
        }
        read(&typed, &mut item, &mut errors);
        assert!(errors.is_empty() && item.checks.len() == before + 1);
        let last = item.checks.last().expect("a check");
        assert_eq!((&last.rule, last.severity), (&Rule::Organ { column: "school".into() }, Severity::Warn));
        typed.set("rc6", "school");
        read(&typed, &mut item, &mut errors);
        assert!(errors.of("ri6").is_some());
    }

    #[test]
    fn names_go_through_the_form() {
        let item = boxed("aid-list");
        let column = item.column("name").expect("a column");
        let (way, whole) = named(&item, column);
        let whole: Vec<String> = whole.split('、').map(str::to_owned).collect();
        assert_eq!((way.as_str(), whole.join("、").as_str()), ("by:stage", "初审、审批"));
        assert_eq!(names(&item, &way, &whole), Ok(column.names.clone()));
        assert_eq!(names(&item, "surname", &[]), Ok(Some(Names::Surname)));
        assert!(names(&item, "by:stage", &["没有".to_owned()]).is_err() && names(&item, "by:stage", &[]).is_err());
    }
}
