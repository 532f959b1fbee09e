//! A plan from a spreadsheet: one row, one duty. Meant for findings and projects, which come as tables (问题清单, 项目清单).

use documents::tables::{Table, TableRow, fault};
use jiff::civil::Date;
use kernel::{
    Directory,
    id::{DutyId, SectionId},
};
use serde_json::{Map, Value};

use crate::{
    model::{self, Cadence, Field, OwnerRole, PlanKind},
    plans::{
        draft::{Frame, Rows, default_visibility},
        due, owners,
        tree::{ClauseRow, DutyRow, OwnerRow, SectionRow},
    },
};

/// What is wrong with one row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowError {
    /// Row as the spreadsheet shows it.
    pub row: usize,
    /// Heading of the column.
    pub column: String,
    /// What to change.
    pub message: String,
}

/// One row, read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Item {
    /// Row as the spreadsheet shows it.
    pub row: usize,
    /// Number in the list as written; may be empty.
    pub number: String,
    /// The words of the duty.
    pub text: String,
    /// Owners: name and role.
    pub owners: Vec<(String, Option<OwnerRole>)>,
    /// Due date as written.
    pub due_words: String,
    pub due_on: Option<Date>,
    pub cadence: Option<Cadence>,
    /// What counts as done.
    pub measure: String,
    /// The kind's further fields.
    pub extra: Vec<(&'static str, String)>,
}

const NUMBER: &[&str] = &["序号", "编号"];
const TEXT: &[&str] = &["任务", "任务内容", "工作任务", "整改任务", "项目名称", "项目", "主要内容", "目标任务"];
const LEAD: &[&str] = &["牵头单位", "牵头部门"];
const OWNER: &[&str] =
    &["责任单位", "负责单位", "整改责任单位", "责任部门", "单位", "承办单位", "项目单位", "整改单位"];
const SUPPORT: &[&str] = &["配合单位", "配合部门", "协办单位"];
const DUE: &[&str] = &["完成时限", "整改时限", "期限", "时限", "完成时间", "截止日期", "整改期限"];
const MEASURE: &[&str] = &["衡量标准", "完成标准", "成果形式", "目标", "完成目标", "整改目标"];

const CADENCE: &[&str] = &["频次", "报送频次"];

/// What the first filled cell of a row of sums says.
const SUMS: &[&str] = &["合计", "小计", "总计", "共计"];

/// How the row begins that shows in a template how it is filled in.
pub(super) const EXAMPLE: &str = "（示例";

/// All headings that are understood, of every kind of plan.
pub fn headings() -> impl Iterator<Item = &'static str> {
    let own = [NUMBER, TEXT, LEAD, OWNER, SUPPORT, DUE, MEASURE, CADENCE].into_iter().flatten().copied();
    let fields = PlanKind::ALL.into_iter().flat_map(|kind| kind.fields());
    own.chain(fields.flat_map(|field| std::iter::once(field.label).chain(field.headings.iter().copied())))
}

fn column(table: &Table, names: &[&str]) -> Option<usize> {
    table.header.iter().position(|head| names.contains(&plain(head).as_str()))
}

/// A word without blanks and the stars of needed columns.
fn plain(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace() && *c != '*' && !fold::is_unseen(*c)).collect()
}

/// Where the columns stand that are understood.
struct Columns {
    number: Option<usize>,
    text: Option<usize>,
    /// A list of problems has no column of its own for the duty: the duty is to rectify the problem.
    fallback: Vec<usize>,
    owners: [(Option<usize>, Option<OwnerRole>); 3],
    due: Option<usize>,
    cadence: Option<usize>,
    measure: Option<usize>,
    fields: Vec<(&'static Field, Option<usize>)>,
}

impl Columns {
    fn of(table: &Table, kind: PlanKind) -> Self {
        let named = |field: &'static Field| {
            let mut names = vec![field.label];
            names.extend(field.headings);
            (field, column(table, &names))
        };
        let fields: Vec<_> = kind.fields().iter().map(named).collect();
        let of_key = |key: &&str| fields.iter().find(|(field, _)| field.key == *key).and_then(|(_, at)| *at);
        Self {
            number: column(table, NUMBER),
            text: column(table, TEXT),
            fallback: ["rectification", "problem", "content"].iter().filter_map(of_key).collect(),
            owners: [(LEAD, Some(OwnerRole::Lead)), (OWNER, None), (SUPPORT, Some(OwnerRole::Support))]
                .map(|(names, role)| (column(table, names), role)),
            due: column(table, DUE),
            cadence: column(table, CADENCE),
            measure: column(table, MEASURE),
            fields,
        }
    }

    /// What is missing before any row can be read, at a column.
    fn missing(&self, table: &Table, kind: PlanKind) -> Option<(&'static str, String)> {
        let sheet = if table.sheet.is_empty() { String::new() } else { format!("工作表“{}”的", table.sheet) };
        if self.text.is_none() && self.fallback.is_empty() {
            let finds = |kind: PlanKind| kind.fields().iter().any(|field| field.key == "problem");
            let wanted = if finds(kind) { "发现的问题" } else { "任务" };
            let other = !finds(kind) && !Self::of(table, PlanKind::InspectionFinding).fallback.is_empty();
            let advice = if other {
                "这张表像是问题清单：请把类型改选为“督查发现问题”或“审计发现问题”，再上传。".to_owned()
            } else {
                format!("请在表头写明“{wanted}、责任单位、完成时限”。")
            };
            return Some((wanted, format!("{sheet}表头缺少“{wanted}”一列。{advice}")));
        }
        let nobody = self.owners[..2].iter().all(|(at, _)| at.is_none());
        nobody.then(|| {
            let text = format!(
                "{sheet}表头缺少“责任单位”或“牵头单位”一列。请添加这一列，多个单位用顿号隔开，例如“县财政局、县审计局”。"
            );
            ("责任单位", text)
        })
    }

    fn taken(&self) -> Vec<usize> {
        let single = [self.number, self.text, self.due, self.cadence, self.measure];
        let owners = self.owners.iter().map(|(at, _)| *at);
        let fields = self.fields.iter().map(|(_, at)| *at);
        single.into_iter().chain(owners).chain(fields).flatten().chain(self.fallback.iter().copied()).collect()
    }

    /// Whether a row is one of sums: it says so first, and nobody owes it.
    fn is_sum(&self, row: &TableRow) -> bool {
        let owed = self.owners.iter().filter_map(|(at, _)| row.cells.get((*at)?)).any(|cell| !cell.trim().is_empty());
        let first = row.cells.iter().map(|cell| plain(cell)).find(|cell| !cell.is_empty());
        !owed && first.is_some_and(|first| SUMS.contains(&first.as_str()))
    }
}

/// What of a table was not taken in, in sentences: lines above the header, columns that nobody knows, rows of sums. Nothing
/// vanishes without a word.
pub fn left_out(table: &Table, kind: PlanKind, title: &str) -> Vec<String> {
    let columns = Columns::of(table, kind);
    let taken = columns.taken();
    let mut said: Vec<String> = Vec::new();
    for line in table.above.iter().filter(|line| line.trim() != title.trim() && !line.starts_with("填写说明")) {
        said.push(format!("表头上面的“{}”没有读入。", web::filters::shortened(line, 60)));
    }
    let width = table.rows.iter().map(|row| row.cells.len()).max().unwrap_or(0);
    for at in (0..width).filter(|at| !taken.contains(at)) {
        let filled = |row: &&TableRow| row.cells.get(at).is_some_and(|cell| !cell.trim().is_empty());
        let Some(first) = table.rows.iter().find(filled) else { continue };
        let many = table.rows.iter().filter(filled).count();
        let name = match table.header.get(at).map(|head| head.trim()).filter(|head| !head.is_empty()) {
            Some(head) => format!("“{head}”一列"),
            None => format!("第 {} 列（没有表头）", at + 1),
        };
        let example = web::filters::shortened(first.cells.get(at).map_or("", |cell| cell.trim()), 30);
        said.push(format!(
            "{name}没有读入，共 {many} 行有内容，例如第 {} 行“{example}”。需要的，请写进任务，或把表头改成模板里的名称后重新导入。",
            first.number
        ));
    }
    for row in table.rows.iter().filter(|row| columns.is_sum(row)) {
        said.push(format!("第 {} 行是合计行，没有作为任务。", row.number));
    }
    said
}

fn heading(table: &Table, at: Option<usize>, otherwise: &str) -> String {
    at.and_then(|at| table.header.get(at)).cloned().unwrap_or_else(|| otherwise.to_owned())
}

/// Names in one cell: separated by pause marks, commas, semicolons or line ends, but not inside brackets.
fn names(cell: &str) -> Vec<String> {
    let (mut names, mut name, mut depth) = (Vec::new(), String::new(), 0_i32);
    for c in cell.chars() {
        match c {
            '（' | '(' => depth += 1,
            '）' | ')' => depth -= 1,
            _ => {}
        }
        if depth <= 0 && "、，,；;\n/".contains(c) {
            names.push(std::mem::take(&mut name));
        } else {
            name.push(c);
        }
    }
    names.push(name);
    names.into_iter().map(|name| name.trim().to_owned()).filter(|name| !name.is_empty()).collect()
}

/// Owners of a cell that says their parts as a text does: `A牵头，B、C配合`. Empty when it says none.
fn read_owners(cell: &str) -> Vec<(String, Option<OwnerRole>)> {
    if !["牵头", "配合", "协助", "参与"].iter().any(|word| cell.contains(word)) {
        return Vec::new();
    }
    let line = format!("一、事项\n（一）完成。（{}）", cell.trim_matches(['（', '）', '(', ')']));
    let plan = plan_text::parse(&line, plan_text::PlanReference { year: 2000 });
    let owners = plan.sections.into_iter().flat_map(|section| section.clauses).flat_map(|clause| clause.owners);
    owners.map(|owner| (owner.name, Some(model::role(owner.role)))).collect()
}

/// Reads the rows of a table. All rows are read, so that all errors can be shown at once.
///
/// # Errors
/// What is wrong, row by row. A table without a column for words or owners has one error at its header.
pub fn items(table: &Table, kind: PlanKind, year: i16) -> Result<Vec<Item>, Vec<RowError>> {
    let columns = Columns::of(table, kind);
    let missing =
        |column: &str, message: String| vec![RowError { row: table.header_number, column: column.into(), message }];
    if let Some((column, message)) = columns.missing(table, kind) {
        return Err(missing(column, message));
    }
    let Columns { number: number_at, text: text_at, due: due_at, measure: measure_at, .. } = columns;
    let (mut items, mut errors) = (Vec::new(), Vec::new());
    for row in table.rows.iter().filter(|row| !columns.is_sum(row)) {
        let cell = |at: Option<usize>| at.and_then(|at| row.cells.get(at)).map_or("", String::as_str).trim();
        let mut error = |column: String, message: String| errors.push(RowError { row: row.number, column, message });
        let lost = row.cells.iter().enumerate().filter_map(|(at, cell)| Some((at, fault(cell)?)));
        for (at, message) in lost.filter(|(at, _)| table.header.get(*at).is_some_and(|head| !head.is_empty())) {
            error(heading(table, Some(at), ""), message);
        }
        let mut item = Item { row: row.number, number: cell(number_at).to_owned(), ..Item::default() };
        let words = std::iter::once(cell(text_at)).chain(columns.fallback.iter().map(|at| cell(Some(*at))));
        item.text = words.into_iter().find(|text| !text.is_empty()).unwrap_or_default().to_owned();
        if row.cells.iter().any(|cell| cell.trim().starts_with(EXAMPLE)) {
            error(heading(table, text_at, "任务"), "这是模板里的示例行，请改写成实际内容，或者删去这一行。".into());
        }
        if item.text.is_empty() {
            error(
                heading(table, text_at.or(columns.fallback.first().copied()), "任务"),
                "请填写内容，这一行没有写要做什么。".into(),
            );
        }
        for (at, role) in columns.owners {
            let cell = cell(at);
            let told = if role.is_none() { read_owners(cell) } else { Vec::new() };
            if told.is_empty() {
                item.owners.extend(names(cell).into_iter().map(|name| (name, role)));
            } else {
                item.owners.extend(told);
            }
        }
        if item.owners.is_empty() {
            error(
                heading(table, columns.owners[1].0.or(columns.owners[0].0), "责任单位"),
                "请填写责任单位，例如“县财政局”。".into(),
            );
        }
        item.due_words = cell(due_at).to_owned();
        let lost = fault(&item.due_words).is_some();
        if !item.due_words.is_empty() && !lost && !read_due(&mut item, year) {
            error(
                heading(table, due_at, "完成时限"),
                format!("看不懂“{}”。请写成日期或频次，例如 {year}-06-30、6月底前、每季度。", item.due_words),
            );
        }
        if item.cadence.is_none() {
            item.cadence = Cadence::read(cell(columns.cadence));
        }
        item.measure = cell(measure_at).to_owned();
        for (field, at) in &columns.fields {
            match field.shape.check(cell(*at)) {
                Ok(value) if value.is_empty() => {}
                Ok(value) => item.extra.push((field.key, value)),
                Err(message) => error(heading(table, *at, field.label), message),
            }
        }
        items.push(item);
    }
    if table.rows.is_empty() {
        return Err(missing("", "表格里只有表头，没有内容。请每行填写一项。".into()));
    }
    if errors.is_empty() { Ok(items) } else { Err(errors) }
}

/// Reads date or cadence, as [`due::read`]; words that name no day stay as written.
fn read_due(item: &mut Item, year: i16) -> bool {
    if let Some(last) = month(&item.due_words) {
        item.due_on = Some(last);
        return true;
    }
    let plain: String = item.due_words.chars().filter(|c| !c.is_whitespace()).collect();
    match plain.trim_end_matches(['。', '；']) {
        "全年" | "全年推进" | "长期" | "长期坚持" | "持续推进" | "持续推进落实" | "常态化推进" =>
        {
            item.cadence = Some(Cadence::Continuous);
            return true;
        }
        // due from the day of issue, which is no date of the list: the words stand beside the duty
        "立即" | "立即整改" | "立行立改" | "即知即改" | "即行即改" | "马上" | "已完成" => {
            return true;
        }
        _ => {}
    }
    let Some(due) = due::read(&item.due_words, year) else { return false };
    (item.due_on, item.cadence) = (due.on, due.cadence);
    true
}

/// The last day of a month written as `2026-10`, `2026.10`, `2026/10`, `202610` or `2026年10月`.
fn month(words: &str) -> Option<Date> {
    let plain: String = words.chars().filter(|c| !c.is_whitespace()).collect();
    let (year, rest) = (plain.get(..4)?, plain.get(4..)?);
    let months = [("-", ""), (".", ""), ("/", ""), ("", ""), ("年", "月"), ("年", "月底前"), ("年", "月底")];
    let between = |(before, after): &(&str, &str)| rest.strip_prefix(*before)?.strip_suffix(*after);
    let is_number = |month: &&str| !month.is_empty() && month.bytes().all(|byte| byte.is_ascii_digit());
    let month = months.iter().filter_map(between).find(is_number)?;
    // 2026.1 may be January, and October that lost its zero
    let whole = month.len() == 2 || plain.contains('月');
    if !whole || month.len() > 2 {
        return None;
    }
    Some(Date::new(year.parse().ok()?, month.parse().ok()?, 1).ok()?.last_of_month())
}

/// Owners as the list says them: 县财政局（牵头）、县审计局（配合）.
fn told(owners: &[(String, Option<OwnerRole>)]) -> String {
    let one = |(name, role): &(String, Option<OwnerRole>)| match role {
        Some(role @ (OwnerRole::Lead | OwnerRole::Support)) => format!("{name}（{}）", role.label()),
        _ => name.clone(),
    };
    owners.iter().map(one).collect::<Vec<_>>().join("、")
}

/// The line of the text on which each item stands: the row of the spreadsheet, below the title on the first line. In a
/// spreadsheet of a million rows they follow one another.
fn lines(items: &[Item]) -> Vec<usize> {
    const MOST: usize = 20_000;
    let far = items.iter().any(|item| item.row > MOST);
    let mut last = 1;
    let next = |item: &Item| {
        last = if far { last + 1 } else { item.row.max(last + 1) };
        last
    };
    items.iter().map(next).collect()
}

/// The rows as a text with line numbers: what stands beside the tree, and what tells two lists apart.
pub fn as_text(title: &str, items: &[Item]) -> String {
    let mut text = format!("{title}\n");
    let mut written = 1;
    for (item, line) in items.iter().zip(lines(items)) {
        text.extend(std::iter::repeat_n('\n', line - written - 1));
        written = line;
        let one_line = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        text.push_str(&format!("第 {} 行　{}", item.row, one_line(&item.text)));
        for (_, value) in item.extra.iter().filter(|(_, value)| *value != item.text) {
            text.push_str(&format!("　{}", one_line(value)));
        }
        text.push_str(&format!("（责任单位：{}", told(&item.owners)));
        if !item.due_words.is_empty() {
            text.push_str(&format!("；完成时限：{}", item.due_words));
        }
        text.push_str("）\n");
    }
    text
}

/// The rows of a draft: one section without number, one clause with one duty for each item.
pub fn rows(items: &[Item], frame: &mut Frame<'_>) -> Rows {
    let mut rows = Rows::default();
    let section = SectionId::from((frame.fresh)());
    rows.sections.push(SectionRow {
        id: section.clone(),
        plan: frame.plan.clone(),
        position: 1,
        number: String::new(),
        title: String::new(),
        text: String::new(),
    });
    for (at, (item, line)) in items.iter().zip(lines(items)).enumerate() {
        let position = i64::try_from(at + 1).unwrap_or(i64::MAX);
        let extra: Map<String, Value> =
            item.extra.iter().map(|(key, value)| ((*key).to_owned(), Value::String(value.clone()))).collect();
        let problem =
            item.extra.iter().find(|(key, _)| *key == "problem").map_or(item.text.as_str(), |(_, value)| value);
        let line = i64::try_from(line).unwrap_or(i64::MAX);
        let clause = ClauseRow {
            id: (frame.fresh)().into(),
            plan: frame.plan.clone(),
            section: section.clone(),
            position,
            number: if item.number.is_empty() { (at + 1).to_string() } else { item.number.clone() },
            title: web::filters::shortened(problem, 40),
            text: item.text.clone(),
            owner_note: told(&item.owners),
            line,
            ended_at: String::new(),
            ended_reason: String::new(),
        };
        let id = DutyId::from((frame.fresh)());
        rows.duties.push(DutyRow {
            position: 1,
            original: item.text.clone(),
            measure: item.measure.clone(),
            due_words: item.due_words.clone(),
            due_on: item.due_on.map(|date| date.to_string()).unwrap_or_default(),
            cadence: item.cadence.map(|cadence| cadence.code().to_owned()).unwrap_or_default(),
            extra: Value::Object(extra).to_string(),
            line,
            ..DutyRow::new(id, &clause, &item.text, default_visibility(frame.kind))
        });
        for (name, role) in &item.owners {
            let id = (frame.fresh)().into();
            let role = role.unwrap_or(OwnerRole::Responsible);
            let mut owner = OwnerRow {
                position: i64::try_from(rows.owners.len() + 1).unwrap_or(i64::MAX),
                is_group: is_group(frame.directory, name, frame.day),
                ..OwnerRow::new(id, &clause, DutyId::default(), name, role)
            };
            owners::settle(frame.directory, &mut owner, frame.day);
            rows.owners.push(owner);
        }
        rows.clauses.push(clause);
    }
    rows
}

fn is_group(directory: &Directory, name: &str, day: Date) -> bool {
    directory.group(name, day).is_some_and(|organs| !organs.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(header: &[&str], rows: &[&[&str]]) -> Table {
        Table {
            sheet: String::new(),
            header_number: 1,
            header: header.iter().map(|head| (*head).to_owned()).collect(),
            rows: rows
                .iter()
                .enumerate()
                .map(|(at, cells)| TableRow {
                    number: at + 2,
                    cells: cells.iter().map(|cell| (*cell).to_owned()).collect(),
                })
                .collect(),
            ..Table::default()
        }
    }

    #[test]
    fn a_list_of_findings_is_read() {
        let table = table(
            &["序号", "发现的问题", "整改措施", "责任单位", "完成时限"],
            &[
                &["1", "预算公开不及时", "按期公开", "县财政局、县审计局", "2026/6/30"],
                &["2", "台账不全", "", "各乡镇（中心、街道）", "每季度"],
                &["3", "目录未更新", "更新目录", "县司法局", "9月底前"],
            ],
        );
        let items = items(&table, PlanKind::AuditFinding, 2026).expect("rows");
        assert_eq!(items[0].text, "按期公开");
        assert_eq!(items[0].owners.len(), 2);
        assert_eq!(items[0].due_on, Some(Date::constant(2026, 6, 30)));
        assert_eq!(items[1].text, "台账不全", "without a measure the problem itself is the duty");
        assert_eq!(items[1].owners[0].0, "各乡镇（中心、街道）");
        assert_eq!(items[1].cadence, Some(Cadence::Quarterly));
        assert_eq!(items[2].due_on, Some(Date::constant(2026, 9, 30)));
        assert_eq!(as_text("清单", &items).lines().count(), 4);
    }

    #[test]
    fn a_line_of_the_text_is_the_row_of_the_spreadsheet() {
        let mut table = table(&["任务", "责任单位"], &[&["建专栏", "县教体局"], &["公开预算", "县财政局"]]);
        // a title and a blank row above, a row left out between
        (table.rows[0].number, table.rows[1].number) = (4, 6);
        let items = items(&table, PlanKind::KeyProject, 2026).expect("rows");
        let text = as_text("清单", &items);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!((lines.len(), lines[0]), (6, "清单"));
        assert!(lines[3].starts_with("第 4 行　建专栏") && lines[5].starts_with("第 6 行　公开预算"), "{text}");
    }

    #[test]
    fn all_errors_come_at_once_with_their_rows() {
        let table = table(
            &["项目名称", "责任单位", "期限", "总投资（万元）", "建设阶段"],
            &[&["水厂", "", "看情况", "很多", "在建"], &["", "县水利局", "", "860.5", "收尾"]],
        );
        let errors = items(&table, PlanKind::KeyProject, 2026).expect_err("errors");
        let places: Vec<_> = errors.iter().map(|error| (error.row, error.column.as_str())).collect();
        assert_eq!(places, [(2, "责任单位"), (2, "期限"), (2, "总投资（万元）"), (3, "项目名称"), (3, "建设阶段")]);
        assert!(errors.iter().all(|error| error.message.contains('请')));
    }

    #[test]
    fn terms_as_lists_have_them() {
        for (words, date, cadence) in [
            ("2026.10", Some(Date::constant(2026, 10, 31)), None),
            ("2026-10", Some(Date::constant(2026, 10, 31)), None),
            ("202610", Some(Date::constant(2026, 10, 31)), None),
            ("2026年2月", Some(Date::constant(2026, 2, 28)), None),
            ("2026/9/30", Some(Date::constant(2026, 9, 30)), None),
            ("全年", None, Some(Cadence::Continuous)),
            ("立即", None, None),
        ] {
            let table = table(&["任务", "责任单位", "完成时限"], &[&["甲", "县财政局", words]]);
            let items = items(&table, PlanKind::AuditFinding, 2026).expect(words);
            assert_eq!((items[0].due_on, items[0].cadence), (date, cadence), "{words}");
            assert_eq!(items[0].due_words, words);
        }
        // January, or October without its zero: nobody can know
        for words in ["2026.1", "2026.13", "#N/A"] {
            let table = table(&["任务", "责任单位", "完成时限"], &[&["甲", "县财政局", words]]);
            let errors = items(&table, PlanKind::AuditFinding, 2026).expect_err(words);
            assert_eq!((errors.len(), errors[0].row), (1, 2), "{words}");
        }
    }

    #[test]
    fn nothing_of_a_table_vanishes_without_a_word() {
        let mut table = table(
            &["审计事项", "审计发现问题", "整改要求", "责任单位", "整改期限", "备注", ""],
            &[
                &["预算", "公开不完整", "补充公开", "县财政局牵头，县审计局配合", "6月底前", "长期坚持", ""],
                &["村务", "没有逐村公示", "逐村公示", "县民政局", "每季度", "", "手写的话"],
                &["小计", "", "", "", "", "", ""],
            ],
        );
        table.above = vec!["2026年度审计发现问题清单".into(), "填表单位：县审计局".into()];
        let read = items(&table, PlanKind::AuditFinding, 2026).expect("rows");
        assert_eq!(read.len(), 2, "sums are no duty");
        assert!(read[0].extra.contains(&("problem", "公开不完整".to_owned())), "{read:?}");
        let said = left_out(&table, PlanKind::AuditFinding, "2026年度审计发现问题清单").join("\n");
        for told in [
            "“填表单位：县审计局”",
            "“审计事项”一列",
            "“备注”一列",
            "“长期坚持”",
            "第 7 列（没有表头）",
            "第 4 行是合计行",
        ] {
            assert!(said.contains(told), "{told}: {said}");
        }
        assert_eq!(said.lines().count(), 5, "{said}");
        let text = as_text("清单", &read);
        assert!(text.contains("县财政局（牵头）、县审计局（配合）"), "{text}");
    }

    #[test]
    fn what_is_no_duty_is_told() {
        let example = table(&["任务", "责任单位"], &[&["（示例，请改写或删去这一行）", "县财政局"]]);
        let errors = items(&example, PlanKind::WorkPoints, 2026).expect_err("errors");
        assert!(errors.len() == 1 && errors[0].message.contains("示例"), "{errors:?}");
        let findings = table(&["存在问题", "责任单位"], &[&["台账不全", "县财政局"]]);
        let errors = items(&findings, PlanKind::WorkPoints, 2026).expect_err("errors");
        assert!(errors[0].message.contains("改选为“督查发现问题”"), "{errors:?}");
        // Our own export of a plan.
        let own = table(
            &["条目", "序号", "任务", "牵头单位", "负责单位", "配合单位", "期限", "频次"],
            &[&["一（一）", "1", "公开预算", "", "县财政局", "县审计局", "", "每季度"]],
        );
        let read = items(&own, PlanKind::WorkPoints, 2026).expect("rows");
        assert_eq!((read[0].owners.len(), read[0].cadence), (2, Some(Cadence::Quarterly)));
        let nobody = table(&["任务", "配合单位"], &[&["甲", "县财政局"], &["乙", ""]]);
        assert_eq!(items(&nobody, PlanKind::WorkPoints, 2026).expect_err("errors").len(), 1, "once, not by row");
    }

    #[test]
    fn a_table_without_the_needed_columns_says_which() {
        let table = table(&["甲", "乙"], &[&["1", "2"]]);
        let errors = items(&table, PlanKind::InspectionFinding, 2026).expect_err("errors");
        assert_eq!((errors.len(), errors[0].column.as_str()), (1, "发现的问题"));
    }
}
