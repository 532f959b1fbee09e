//! Workbooks to be filled in: heads with a note on each, columns of text that keep long numbers, lists to choose from.

use rust_xlsxwriter::{
    DataValidation, DataValidationErrorStyle, Format, FormatAlign, FormatBorder, Formula, Note, Workbook, Worksheet,
    XlsxError,
};

use super::write::{clipped, safe_name};
use crate::{Code, Rejected};

/// Rows below the head that are made ready.
const READY: u32 = 5000;
/// Characters of all choices together that a list can hold by itself (a limit of the format, separators counted); longer ones lie in
/// a hidden sheet.
const LIST: usize = 255;
/// Sheet of long lists; hidden, so that a reader of tables leaves it alone.
const CHOICES: &str = "选项";

/// A column to fill in.
#[derive(Debug, Clone, Default)]
pub struct TemplateColumn {
    pub head: String,
    /// How it is filled in; shown beside the head. Empty = none.
    pub note: String,
    /// What may be chosen; empty = anything may be typed.
    pub choices: Vec<String>,
    /// Others than the choices are taken after a question.
    pub is_open: bool,
    pub is_required: bool,
}

/// A workbook to fill in.
#[derive(Debug, Clone, Default)]
pub struct Template {
    /// Of the sheet.
    pub name: String,
    /// Above the heads.
    pub title: String,
    pub columns: Vec<TemplateColumn>,
}

/// Writes a workbook to fill in.
///
/// # Errors
/// [`Code::TooComplex`] when there are more columns than a sheet holds.
pub fn write_template(template: &Template) -> Result<Vec<u8>, Rejected> {
    try_write(template)
        .map_err(|_| Rejected::new(Code::TooComplex, "这个表的列太多，超出了一张 Excel 工作表的容量，不能生成模板。"))
}

fn try_write(template: &Template) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    let columns = u16::try_from(template.columns.len()).map_err(|_| XlsxError::RowColumnLimitError)?;
    let page = book.add_worksheet();
    page.set_name(safe_name(&template.name))?;
    let look = Format::new().set_bold().set_font_size(16).set_align(FormatAlign::Center);
    if columns > 1 {
        page.merge_range(0, 0, 0, columns - 1, &clipped(&template.title), &look)?;
    } else {
        page.write_string_with_format(0, 0, clipped(&template.title), &look)?;
    }
    let mut long: Vec<(u16, &[String])> = Vec::new();
    for (at, column) in (0..columns).zip(&template.columns) {
        let place = u16::try_from(long.len()).map_err(|_| XlsxError::RowColumnLimitError)?;
        if write_column(page, at, column, place)? {
            long.push((place, column.choices.as_slice()));
        }
    }
    page.set_freeze_panes(2, 0)?;
    page.set_landscape();
    if !long.is_empty() {
        let choices = book.add_worksheet();
        choices.set_name(CHOICES)?;
        for (place, words) in long {
            for (row, word) in (0_u32..).zip(words) {
                choices.write_string(row, place, clipped(word))?;
            }
        }
        choices.set_hidden(true);
    }
    book.save_to_buffer()
}

/// Writes a head with what belongs to its column; whether its choices go to `place` of the hidden sheet.
fn write_column(page: &mut Worksheet, at: u16, column: &TemplateColumn, place: u16) -> Result<bool, XlsxError> {
    let mut head = Format::new().set_text_wrap().set_align(FormatAlign::Center).set_border_bottom(FormatBorder::Thin);
    if column.is_required {
        head = head.set_bold();
    }
    let width = column.head.chars().count() as f64 * 2.0 + 4.0;
    page.set_column_width(at, width.clamp(12.0, 40.0))?;
    page.set_column_format(at, &Format::new().set_num_format("@"))?;
    page.write_string_with_format(1, at, clipped(&column.head), &head)?;
    if !column.note.is_empty() {
        page.insert_note(1, at, &Note::new(column.note.as_str()).add_author_prefix(false))?;
    }
    if column.choices.is_empty() {
        return Ok(false);
    }
    let letters: usize = column.choices.iter().map(|word| word.chars().count() + 1).sum();
    let is_long = letters > LIST || column.choices.iter().any(|word| word.contains(','));
    let mut list = if is_long {
        let letter = letters_of(place);
        let last = column.choices.len();
        DataValidation::new().allow_list_formula(Formula::new(format!("='{CHOICES}'!${letter}$1:${letter}${last}")))
    } else {
        DataValidation::new().allow_list_strings(&column.choices)?
    };
    list = list.set_error_title("不在选项里")?;
    list = if column.is_open {
        list.set_error_message("不在选项里。确实没有合适的，可以照写，导入时会提示核对。")?
            .set_error_style(DataValidationErrorStyle::Warning)
    } else {
        list.set_error_message("请从列表里选择一项。")?
    };
    page.add_data_validation(2, at, READY, at, &list)?;
    Ok(is_long)
}

/// A column as spreadsheets name it: A, Z, AA.
fn letters_of(at: u16) -> String {
    let mut letters = Vec::new();
    let mut rest = u32::from(at) + 1;
    while rest > 0 {
        let digit = u8::try_from((rest - 1) % 26).unwrap_or_default();
        letters.push(char::from(b'A' + digit));
        rest = (rest - 1) / 26;
    }
    letters.iter().rev().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_named_as_spreadsheets_do() {
        assert_eq!([0, 25, 26, 701, 702].map(letters_of), ["A", "Z", "AA", "ZZ", "AAA"].map(str::to_owned));
    }

    #[test]
    fn a_template_holds_short_and_long_lists() {
        let many: Vec<String> = (0..200).map(|at| format!("第{at}类行政许可事项")).collect();
        let column = |head: &str, choices: Vec<String>| TemplateColumn {
            head: head.into(),
            note: "必填".into(),
            choices,
            is_open: false,
            is_required: true,
        };
        let columns =
            vec![column("类别", vec!["普通".into(), "特许".into()]), column("事项", many), column("名称", vec![])];
        let template = Template { name: "许可".into(), title: "许可".into(), columns };
        let bytes = write_template(&template).expect("a workbook");
        assert!(bytes.starts_with(b"PK"));
    }
}
