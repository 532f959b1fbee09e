//! The header of a table: what each column holds.

use super::super::{lines::Line, owners};

/// What a column holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Column {
    Number,
    Task,
    /// 类别, 分类: a task's where it stands for several rows, else a remark.
    Kind,
    /// Owner, term, person: its name as a label.
    Note(String),
    /// 备注, 完成情况.
    Remark,
    /// What is not known: a remark when it is short, text of the task when it is a sentence.
    Other,
}

impl Column {
    pub(super) fn is_term(&self) -> bool {
        matches!(self, Column::Note(label) if label.starts_with(TERM))
    }

    pub(super) fn is_owner(&self) -> bool {
        // 责任人 is none, 责任单位及责任人 is one
        let person = |label: &str| {
            (label.ends_with("人：") || label.contains("领导")) && !label.contains("单位") && !label.contains("部门")
        };
        matches!(self, Column::Note(label) if !label.starts_with(TERM) && !person(label))
    }
}

/// The label that all columns of terms are read with.
const TERM: &str = "完成时限：";

/// The columns that a header names, and how many rows it takes.
pub(super) struct Header {
    pub(super) list: Vec<Column>,
    /// The names of columns of which nobody knows what they hold.
    pub(super) unknown: Vec<String>,
    pub(super) rows: usize,
}

const MOST: usize = 20;

/// Reads a header, of one row or of two: short cells, one of them a task's and one an owner's.
pub(super) fn read(line: &Line, next: Option<&Line>) -> Option<Header> {
    if !line.text.contains('\t') {
        return None;
    }
    let first = names(line)?;
    if let Some(both) = next.and_then(names).and_then(|second| joined(&first, &second)) {
        return columns(&both).map(|list| Header { unknown: unknown(&both, &list), list, rows: 2 });
    }
    columns(&first).map(|list| Header { unknown: unknown(&first, &list), list, rows: 1 })
}

fn unknown(names: &[String], columns: &[Column]) -> Vec<String> {
    let other = names.iter().zip(columns).filter(|(name, column)| **column == Column::Other && !name.is_empty());
    other.map(|(name, _)| name.clone()).collect()
}

/// The names in the cells of a row; `None` when they are too long to be names.
fn names(line: &Line) -> Option<Vec<String>> {
    const LONGEST: usize = 12;
    let mut names = vec![String::new(); line.indent.min(MOST)];
    for cell in line.text.split('\t').take(MOST + 1) {
        let squeezed: String = cell.chars().filter(|c| !c.is_whitespace()).take(40).collect();
        let squeezed = if super::is_ditto(&squeezed) { String::new() } else { squeezed };
        // 责任单位（科室）
        let name = match squeezed.find(['（', '(']) {
            Some(at) if at > 0 && squeezed.ends_with(['）', ')']) => squeezed[..at].to_owned(),
            _ => squeezed,
        };
        if name.chars().count() > LONGEST || name.contains(['。', '，', '：', '；']) {
            return None;
        }
        names.push(name);
    }
    (names.len() <= MOST).then_some(names)
}

/// Two rows as one: the second divides a cell of the first, as 责任分工 into 牵头单位 and 配合单位.
fn joined(first: &[String], second: &[String]) -> Option<Vec<String>> {
    let filled: Vec<usize> = (0..second.len()).filter(|&i| !second[i].is_empty()).collect();
    let (from, to) = (*filled.first()?, *filled.last()?);
    if tasks_divided(first, second, &filled) {
        let mut names = first.to_vec();
        filled.iter().for_each(|&i| names[i].clone_from(&second[i]));
        return Some(names);
    }
    let divides = filled.iter().all(|&i| matches!(column(&second[i]), Column::Note(_)) || is_time(&second[i]));
    if !divides || column(first.get(from)?) == Column::Task {
        return None;
    }
    let mut names = first.to_vec();
    // a text may leave out the empty cells of the divided one: 责任分工, 时限 over 牵头单位, 配合单位
    let covered = (from + 1..=to).any(|i| names.get(i).is_some_and(|name| !name.is_empty()));
    // 责任分工 over 牵头, 配合 and 时间安排 over 启动时间, 完成时间: each stands below its own
    let below = |&i: &usize| names.get(i).is_none_or(|name| name.is_empty() || is_time(name) == is_time(&second[i]));
    if covered && !filled.iter().all(below) {
        names.splice(from + 1..from + 1, std::iter::repeat_n(String::new(), to - from));
    }
    names.resize(names.len().max(second.len()), String::new());
    for i in filled {
        names[i].clone_from(&second[i]);
    }
    Some(names)
}

fn columns(names: &[String]) -> Option<Vec<Column>> {
    let mut columns: Vec<Column> = Vec::with_capacity(names.len());
    for name in names {
        // a name over several columns stands in the first of them
        let left = columns.last().filter(|left| name.is_empty() && (**left == Column::Task || left.is_owner()));
        columns.push(left.cloned().unwrap_or_else(|| column(name)));
    }
    // 序号, 民生实事, 责任单位, 完成时限: what is left is the task
    let owned = columns.iter().any(Column::is_owner);
    let framed = columns.iter().any(|column| *column == Column::Number || column.is_term());
    if owned && framed && !columns.contains(&Column::Task) {
        let left = names.iter().zip(&mut columns).find(|(name, column)| **column == Column::Other && !name.is_empty());
        if let Some((_, column)) = left {
            *column = Column::Task;
        }
    }
    let task = columns.contains(&Column::Task);
    (task && columns.iter().any(Column::is_owner)).then_some(columns)
}

fn column(name: &str) -> Column {
    if is_term(name) {
        return Column::Note(TERM.to_owned());
    }
    const TASKS: [&str; 12] =
        ["任务", "内容", "事项", "工作", "措施", "举措", "要求", "项目", "问题", "目标", "要点", "指标"];
    const REMARKS: [&str; 8] = ["备注", "情况", "进展", "说明", "状态", "依据", "来源", "成效"];
    const OWNERS: [&str; 18] = [
        "公开主体",
        "公开单位",
        "公开部门",
        "发布单位",
        "单位",
        "部门",
        "科室",
        "责任",
        "牵头",
        "配合",
        "主办",
        "协办",
        "承办",
        "责任分工",
        "职责分工",
        "分工",
        "负责",
        "责任主体",
    ];
    let label = format!("{name}：");
    if OWNERS.contains(&name) {
        let named = ["牵头", "配合", "主办", "协办", "承办"].contains(&name);
        Column::Note(if named { format!("{name}单位：") } else { "责任单位：".to_owned() })
    } else if owners::starts_with_label(&label) {
        Column::Note(label)
    } else if let Some(label) = further(name) {
        Column::Note(label)
    } else if matches!(name, "序号" | "编号" | "号" | "序" | "NO" | "No" | "No.") {
        Column::Number
    } else if is_time(name) || REMARKS.iter().any(|word| name.contains(word)) {
        Column::Remark
    } else if TASKS.iter().any(|word| name.contains(word)) {
        Column::Task
    } else if ["类别", "分类", "领域", "类型", "板块", "方面"].iter().any(|word| name.contains(word)) {
        Column::Kind
    } else {
        Column::Other
    }
}

/// 工作内容 over 任务 and 措施: the second row divides the cell of the tasks and names nothing else.
fn tasks_divided(first: &[String], second: &[String], filled: &[usize]) -> bool {
    const NAMES: [&str; 14] = [
        "任务",
        "措施",
        "具体任务",
        "具体措施",
        "工作任务",
        "工作措施",
        "主要任务",
        "重点任务",
        "举措",
        "内容",
        "目标",
        "项目",
        "事项",
        "要求",
    ];
    let (Some(&from), Some(&to)) = (filled.first(), filled.last()) else { return false };
    let over = |i: usize| {
        first.get(i).is_some_and(|name| if i == from { column(name) == Column::Task } else { name.is_empty() })
    };
    to > from && (from..=to).all(over) && (from..=to).all(|i| NAMES.contains(&second[i].as_str()))
}

/// Whether a column holds days, of a term or not: 时间安排, 启动时间.
fn is_time(name: &str) -> bool {
    ["时间", "日期", "时限", "期限", "时间安排", "节点", "进度安排"].iter().any(|end| name.ends_with(end))
}

/// Whether a column says by when or how often: 截止日期, 公开频次. When something began, or was done, is no term.
fn is_term(name: &str) -> bool {
    const ENDS: [&str; 18] = [
        "时限",
        "期限",
        "时间",
        "日期",
        "节点",
        "时点",
        "截止",
        "截止日",
        "到期日",
        "频次",
        "频率",
        "周期",
        "时间进度",
        "时间安排",
        "时间要求",
        "时间表",
        "推进计划",
        "进度计划",
    ];
    const OTHERS: [&str; 22] = [
        "开始", "启动", "起始", "成文", "发文", "印发", "下达", "立项", "受理", "收到", "收文", "填", "制表", "登记",
        "交办", "签发", "生效", "施行", "开工", "会议", "实际", "已",
    ];
    ENDS.iter().any(|end| name.ends_with(end)) && !OTHERS.iter().any(|word| name.contains(word))
}

/// The label of a further column of owners: 其他责任单位, 共同牵头单位, 责任乡镇.
fn further(name: &str) -> Option<String> {
    const BEFORE: [&str; 20] = [
        "其他", "其它", "其余", "共同", "次要", "主要", "乡镇", "属地", "县直", "县级", "市级", "区级", "镇级", "有关",
        "相关", "所属", "直接", "第二", "联合", "各",
    ];
    const PLACES: [&str; 5] = ["乡镇", "镇街", "街道", "乡镇街道", "镇村"];
    if name == "属地" {
        return Some("责任单位：".to_owned());
    }
    if let Some(role) = PLACES.iter().find_map(|place| name.strip_suffix(place)) {
        return ["责任", "牵头", "配合", "落实", "实施"].contains(&role).then(|| format!("{role}单位："));
    }
    let rest = BEFORE.iter().find_map(|word| name.strip_prefix(word)).filter(|rest| !rest.is_empty())?;
    match column(rest) {
        Column::Note(label) if !label.starts_with(TERM) => Some(label),
        _ => None,
    }
}
