//! Events in words: the label of a kind, the data as pairs that can be read.

use kernel::{Role, event::Event, time};
use serde_json::Value;

/// An event as lists show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct EventRow {
    pub(crate) seq: i64,
    pub(crate) at: String,
    pub(crate) kind: String,
    pub(crate) label: String,
    pub(crate) subject: String,
    pub(crate) organ: String,
    pub(crate) actor: String,
    pub(crate) actor_id: String,
    pub(crate) details: Vec<(String, String)>,
}

/// Labels of kinds whose words do not follow from subject and verb.
const LABELS: &[(&str, &str)] = &[
    ("session.signed_in", "登录"),
    ("session.signed_out", "退出登录"),
    ("session.failed", "登录失败"),
    ("session.revoked", "退出其他登录"),
    ("account.locked", "账号因连续输错被锁定"),
    ("account.unlocked", "解锁账号"),
    ("account.roles_changed", "修改角色"),
    ("account.password_reset", "重设密码"),
    ("account.password_changed", "修改密码"),
    ("account.second_factor_set", "启用动态口令"),
    ("account.second_factor_removed", "移除动态口令"),
    ("account.recovery_used", "使用恢复码登录"),
    ("account.recovery_renewed", "更换恢复码"),
    ("organ.merged", "机关并入承接机关"),
    ("organ.renamed", "机关更名"),
    ("organ.abolished", "撤销机关"),
    ("organ.restored", "取消撤销机关"),
    ("organ.exported", "导出机关名录"),
    ("audit.verified", "验证留痕"),
    ("audit.exported", "导出留痕"),
    ("calendar.extended", "录入放假安排"),
    ("calendar.removed", "删除放假安排"),
    ("edition.bypassed", "紧急发布"),
    ("edition.overridden", "说明理由放行检查问题"),
    ("evidence.confirmed", "确认佐证"),
    ("evidence.returned", "退回佐证"),
    ("duty.evidence_added", "报送佐证"),
    ("duty.progress_noted", "报送进展"),
    ("system.demo_loaded", "装入演示数据"),
    ("document.seeded", "装入文件"),
    ("document.gate_passed", "审核通过"),
    ("document.returned", "退回稿件"),
    ("document.recalled", "撤回送审"),
    ("document.released", "放回待审"),
    ("document.correction_begun", "开始更正"),
    ("document.binned", "移入回收站"),
    ("document.restored", "从回收站恢复"),
    ("document.purged", "彻底删除草稿"),
    ("document.file_added", "添加附件"),
    ("document.file_removed", "移除附件"),
    ("document.file_arranged", "调整附件"),
    ("document.bypassed", "紧急发布"),
    ("document.bypass_reviewed", "复核紧急发布"),
    ("finding.overridden", "说明理由放行检查问题"),
    ("column.shown", "显示栏目"),
    ("column.hidden", "隐藏栏目"),
    ("plan.undone", "撤销上一步整理"),
    ("plan.edited", "整理工作要点"),
    ("plan.discarded", "放弃导入的工作要点"),
    ("plan.confirmed", "确认工作要点并下达任务"),
    ("duty.evidence_confirmed", "确认佐证"),
    ("duty.evidence_returned", "退回佐证"),
    ("duty.evidence_taken_back", "撤回佐证"),
    ("duty.evidence_lapsed", "佐证失效"),
    ("duty.decision_undone", "撤销对佐证的处理"),
    ("duty.evidence_looked", "检查佐证网址"),
    ("duty.evidence_added", "报送佐证"),
    ("duty.assigned", "增加承办机关"),
    ("duty.released", "不再承担任务"),
    ("duty.role_changed", "调整分工"),
    ("duty.amended", "调整任务"),
    ("duty.issued", "下达任务"),
    ("duty.extra_accepted", "采纳办理情况"),
    ("duty.extra_declined", "没有采纳办理情况"),
    ("plan.amended", "调整工作要点"),
    ("duty.note_added", "报送进展"),
    ("duty.reported", "报送任务"),
    ("duty.due_changed", "调整任务期限"),
    ("duty.ended", "终止任务"),
    ("duty.visibility_changed", "调整任务是否公开"),
    ("plan.amendment_begun", "开始调整工作要点"),
    ("plan.amendment_edited", "修改工作要点调整稿"),
    ("plan.visibility_changed", "调整工作要点是否公开"),
    ("plan.restored", "恢复工作要点"),
    ("duty.reminded", "提醒任务"),
    ("job.retried", "重试后台作业"),
    ("job.discarded", "放弃后台作业"),
    ("index.rebuild_asked", "重建检索"),
];

const SUBJECTS: &[(&str, &str)] = &[
    ("account", "账号"),
    ("organ", "机关"),
    ("session", "登录"),
    ("document", "文件"),
    ("edition", "版本"),
    ("column", "栏目"),
    ("attachment", "附件"),
    ("plan", "工作要点"),
    ("clause", "条目"),
    ("duty", "任务"),
    ("evidence", "佐证"),
    ("audit", "留痕"),
    ("calendar", "工作日历"),
    ("job", "后台作业"),
    ("mail", "邮件"),
    ("file", "文件"),
    ("draft", "导入稿"),
    ("system", "系统"),
    ("finding", "检查问题"),
    ("gate", "审核关"),
    ("bypass", "紧急发布"),
    ("view", "筛选"),
    ("setting", "设置"),
    ("search", "检索"),
    ("review", "审核"),
    ("amendment", "调整"),
    ("import", "导入"),
    ("export", "导出"),
];

const VERBS: &[(&str, &str)] = &[
    ("created", "新建"),
    ("changed", "修改"),
    ("edited", "修改"),
    ("updated", "修改"),
    ("saved", "保存"),
    ("deleted", "删除"),
    ("removed", "移除"),
    ("added", "添加"),
    ("submitted", "提交审核"),
    ("claimed", "领取"),
    ("released", "放回"),
    ("approved", "通过"),
    ("returned", "退回"),
    ("passed", "通过"),
    ("scheduled", "定时发布"),
    ("unscheduled", "取消定时"),
    ("published", "发布"),
    ("withdrawn", "撤回"),
    ("superseded", "被新版替代"),
    ("corrected", "更正"),
    ("confirmed", "确认"),
    ("issued", "下达"),
    ("imported", "导入"),
    ("exported", "导出"),
    ("amended", "调整"),
    ("merged", "合并"),
    ("split", "拆分"),
    ("renamed", "更名"),
    ("disabled", "停用"),
    ("enabled", "恢复使用"),
    ("reviewed", "复核"),
    ("started", "开始"),
    ("finished", "完成"),
    ("failed", "失败"),
    ("retried", "重试"),
    ("dropped", "放弃"),
    ("reminded", "提醒"),
    ("noted", "记录进展"),
    ("linked", "关联"),
    ("uploaded", "上传"),
    ("overridden", "说明理由放行"),
    ("bypassed", "紧急发布"),
    ("cancelled", "取消"),
    ("undone", "撤销上一步"),
    ("moved", "移动"),
    ("reworded", "改写"),
    ("assigned", "分配"),
];

const FIELDS: &[(&str, &str)] = &[
    ("login", "登录名"),
    ("name", "名称"),
    ("short_name", "简称"),
    ("code", "代码"),
    ("aliases", "别名"),
    ("kind", "类型"),
    ("parent", "上级机关"),
    ("leader", "负责人职务"),
    ("phone", "电话"),
    ("address", "地址"),
    ("hours", "办公时间"),
    ("website_note", "说明"),
    ("note", "说明"),
    ("exists_from", "设立日期"),
    ("exists_to", "最后一天"),
    ("successor", "承接机关"),
    ("last_day", "最后一天"),
    ("roles", "角色"),
    ("before", "原来"),
    ("after", "现在"),
    ("organ", "机关"),
    ("email_changed", "改了邮箱"),
    ("reason", "原因"),
    ("how", "方式"),
    ("until", "到"),
    ("sessions", "登录数"),
    ("title", "标题"),
    ("gate", "关"),
    ("edition", "版本"),
    ("column", "栏目"),
    ("rows", "行数"),
    ("format", "格式"),
    ("days", "日期"),
    ("notice", "通知"),
    ("known_until", "已知到"),
    ("ok", "结果"),
    ("events", "记录数"),
    ("files", "文件数"),
    ("head", "末条哈希"),
    ("first_bad", "首个问题"),
    ("filter", "条件"),
    ("version", "版本号"),
    ("due", "期限"),
    ("text", "文字"),
    ("duty", "任务"),
    ("document", "文件"),
    ("plan", "工作要点"),
    ("row", "行"),
    ("index_number", "索引号"),
    ("document_number", "发文字号"),
    ("at", "时间"),
    ("amendment", "调整稿"),
    ("changed", "变更"),
    ("ended", "终止"),
    ("kept", "保留"),
    ("new", "新增"),
    ("cadence", "频次"),
    ("organs", "机关"),
    ("outcome", "结果"),
    ("detail", "说明"),
    ("state", "状态"),
    ("due_on", "期限"),
    ("assignment", "分工"),
    ("source", "来源"),
    ("evidence", "佐证"),
    ("role", "角色"),
    ("was", "原来"),
    ("from", "从"),
    ("to", "到"),
    ("what", "做了什么"),
    ("number", "第几版"),
    ("url", "网址"),
    ("period", "时段"),
    ("visibility", "公开范围"),
];

const VALUES: &[(&str, &str)] = &[
    ("password", "密码"),
    ("second_factor", "动态口令"),
    ("confirmation", "再次确认密码"),
    ("unknown_or_locked", "账号不存在、已停用或已锁定"),
    ("true", "是"),
    ("false", "否"),
    ("opened", "可以打开"),
    ("gone", "打不开"),
    ("unreachable", "没有检查成"),
    ("answered", "没有给出页面"),
    ("inside", "内网地址"),
    ("public", "公开"),
    ("internal", "内部"),
    ("lead", "牵头"),
    ("responsible", "负责"),
    ("support", "配合"),
    ("continuous", "持续"),
    ("yearly", "每年"),
    ("half_yearly", "每半年"),
    ("quarterly", "每季度"),
    ("monthly", "每月"),
    ("weekly", "每周"),
    ("draft", "草稿"),
    ("discarded", "已放弃"),
    ("confirmed", "已确认"),
];

fn look(table: &[(&'static str, &'static str)], key: &str) -> Option<&'static str> {
    table.iter().find(|(known, _)| *known == key).map(|(_, word)| *word)
}

/// The label of a kind of event; the kind itself where no word is known.
pub(crate) fn label(kind: &str) -> String {
    if let Some(label) = look(LABELS, kind) {
        return label.to_owned();
    }
    let (subject, verb) = kind.split_once('.').unwrap_or((kind, ""));
    match (look(SUBJECTS, subject), look(VERBS, verb)) {
        (Some(subject), Some(verb)) => format!("{verb}{subject}"),
        _ => kind.to_owned(),
    }
}

/// The name of a kind of subject.
pub(crate) fn subject_label(kind: &str) -> &str {
    look(SUBJECTS, kind).unwrap_or(kind)
}

/// The data of an event as pairs of name and value; changes read «before → after».
pub(crate) fn details(data: &str) -> Vec<(String, String)> {
    let Ok(Value::Object(map)) = serde_json::from_str::<Value>(data) else {
        return if data.is_empty() { Vec::new() } else { vec![("内容".into(), data.to_owned())] };
    };
    let name = |key: &str| look(FIELDS, key).unwrap_or(key).to_owned();
    map.iter().map(|(key, value)| (name(key), in_words(value))).filter(|(_, value)| !value.is_empty()).collect()
}

fn in_words(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => one_word(text),
        Value::Array(pair) if pair.len() == 2 && pair.iter().all(|part| part.is_string() || part.is_null()) => {
            let (before, after) = (in_words(&pair[0]), in_words(&pair[1]));
            let shown = |text: String| if text.is_empty() { "（空）".to_owned() } else { text.replace('\n', "、") };
            if before == after { shown(after) } else { format!("{} → {}", shown(before), shown(after)) }
        }
        Value::Array(list) => list.iter().map(in_words).collect::<Vec<_>>().join("、"),
        Value::Object(map) => map
            .iter()
            .map(|(key, value)| format!("{}：{}", look(FIELDS, key).unwrap_or(key), in_words(value)))
            .collect::<Vec<_>>()
            .join("；"),
        other => one_word(&other.to_string()),
    }
}

fn one_word(text: &str) -> String {
    if let Some(word) = look(VALUES, text) {
        return word.to_owned();
    }
    if text.len() == 24 && time::from_db(text).is_some() {
        return time::show_minute(text);
    }
    let roles: Option<Vec<&str>> = text.split(',').map(|code| Role::from_code(code).map(Role::label)).collect();
    roles.map_or_else(|| text.to_owned(), |roles| roles.join("、"))
}

/// Events as lists show them; the organ by its code.
pub(crate) fn rows(events: impl Iterator<Item = Event>) -> Vec<EventRow> {
    events
        .map(|event| EventRow {
            seq: event.seq,
            at: second(&event.at),
            label: label(&event.kind),
            details: details(&event.data),
            subject: format!("{} {}", subject_label(&event.subject_kind), event.subject_id),
            kind: event.kind,
            organ: event.organ,
            actor: event.actor_name,
            actor_id: event.actor,
        })
        .collect()
}

/// `YYYY-MM-DD HH:MM:SS` in China time.
pub(crate) fn second(stored: &str) -> String {
    match time::from_db(stored) {
        Some(moment) => moment.to_zoned_datetime(time::china()).strftime("%Y-%m-%d %H:%M:%S").to_string(),
        None => stored.to_owned(),
    }
}

/// Kinds that the filter offers: those of this context and the usual ones.
pub(crate) fn label_pairs(kinds: Vec<String>) -> Vec<(String, String)> {
    kinds.into_iter().map(|kind| (kind.clone(), label(&kind))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_have_words_or_stay_as_they_are() {
        assert_eq!(label("session.failed"), "登录失败");
        assert_eq!(label("document.created"), "新建文件");
        assert_eq!(label("thing.whirled"), "thing.whirled");
    }

    #[test]
    fn data_reads_as_before_and_after() {
        let data = r#"{"aliases":["","甲\n乙"],"roles":"editor,organ_head","reason":"password","until":"2026-03-05T01:02:03.004Z","x":3}"#;
        let details = details(data);
        let find = |name: &str| details.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
        assert_eq!(find("别名"), Some("（空） → 甲、乙"));
        assert_eq!(find("角色"), Some("编辑、机关负责人"));
        assert_eq!(find("原因"), Some("密码"));
        assert_eq!(find("到"), Some("2026-03-05 09:02"));
        assert_eq!(find("x"), Some("3"));
    }
}
