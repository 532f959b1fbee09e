//! Events in words: the label of a kind, the data as pairs that can be read.

use kernel::{Directory, OrganCode, Role, event::Event, time};
use serde_json::Value;
use web::Capabilities;

use super::titles::Titles;

/// An event as lists show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct EventRow {
    pub(crate) seq: i64,
    pub(crate) at: String,
    pub(crate) kind: String,
    pub(crate) label: String,
    /// What it is about, by its title.
    pub(crate) subject: String,
    pub(crate) subject_kind: String,
    pub(crate) subject_id: String,
    pub(crate) organ: String,
    pub(crate) actor: String,
    pub(crate) actor_id: String,
    pub(crate) details: Vec<(String, String)>,
}

/// Fields that hold names and sentences, never codes.
const VERBATIM: &[&str] = &[
    "aliases",
    "away",
    "deputy",
    "email",
    "login",
    "name",
    "note",
    "notice",
    "old_name",
    "opinion",
    "phone",
    "short_name",
    "stood_for",
    "text",
    "ticked",
    "title",
    "unticked",
];

/// Fields that hold several things, of which two are no change from one to the other.
const LISTS: &[&str] = &["days", "parts", "from", "duties"];

/// What narrows an export of the log, by its names in addresses.
const FILTERS: &[(&str, &str)] = &[
    ("from", "自"),
    ("to", "至"),
    ("actor", "操作者"),
    ("kind", "事项"),
    ("subject_kind", "对象种类"),
    ("subject_id", "对象"),
    ("organ", "机关"),
];

const VALUES: &[(&str, &str)] = &[
    ("password", "密码"),
    ("second_factor", "动态口令"),
    ("confirmation", "再次确认密码"),
    ("unknown_or_locked", "账号不存在、已停用或已锁定"),
    ("address", "这个网络地址"),
    ("known", "本人用过的浏览器"),
    ("strangers", "所有没有用过的浏览器"),
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
    ("half-yearly", "每半年"),
    ("quarterly", "每季度"),
    ("monthly", "每月"),
    ("weekly", "每周"),
    ("secrecy", "保密审查"),
    ("wording", "文字关"),
    ("policy", "政策关"),
    ("political", "政治关"),
    ("in_review", "审核中"),
    ("returned", "已退回"),
    ("scheduled", "待发布"),
    ("published", "已公开"),
    ("withdrawn", "已撤回"),
    ("superseded", "已被替代"),
    ("document", "文件"),
    ("edition", "文件"),
    ("accepted", "认可，尚未完成"),
    ("draft", "草稿"),
    ("discarded", "已放弃"),
    ("confirmed", "已确认"),
    ("personal", "含不应公开的个人信息"),
    ("secret", "含国家秘密、工作秘密或者商业秘密"),
];

fn look(table: &[(&'static str, &'static str)], key: &str) -> Option<&'static str> {
    table.iter().find(|(known, _)| *known == key).map(|(_, word)| *word)
}

/// The words of the capabilities, and the names of organs.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Words<'a>(pub(crate) &'a Capabilities, pub(crate) &'a Directory);

impl Words<'_> {
    /// The label of a kind of event; the kind itself where no capability knows it (an older program wrote it).
    pub(crate) fn label(self, kind: &str) -> String {
        self.0.event(kind).map_or_else(|| kind.to_owned(), |kind| kind.label.to_owned())
    }

    /// The data of an event as pairs of name and value; changes read «before → after». A field without words, at any depth, is not
    /// for people, and stays in the full view.
    pub(crate) fn details(self, kind: &str, data: &str, titles: &Titles) -> Vec<(String, String)> {
        let Ok(Value::Object(map)) = serde_json::from_str::<Value>(data) else {
            return if data.is_empty() { Vec::new() } else { vec![("内容".into(), data.to_owned())] };
        };
        let fields = self.0.event(kind).map_or(&[][..], |kind| kind.fields);
        let name = |key: &str| look(fields, key).unwrap_or_default().to_owned();
        let reading = Reading { all: self.0, fields, titles };
        let words = |key: &str, value: &Value| match value {
            Value::Array(codes) if key == "organs" => self.organs(codes),
            value => reading.words(key, value),
        };
        let pairs = map.iter().map(|(key, value)| (name(key), words(key, value)));
        pairs.filter(|(name, value)| !name.is_empty() && !value.is_empty()).collect()
    }

    /// Organs by their names of today; a code that none has stays.
    fn organs(self, codes: &[Value]) -> String {
        let named = |code: &str| {
            let organ = self.1.get(&OrganCode::from(code));
            organ.map_or_else(|| code.to_owned(), |organ| organ.short_name.clone())
        };
        codes.iter().filter_map(Value::as_str).map(named).collect::<Vec<_>>().join("、")
    }

    /// Events as lists show them; the organ by its code.
    pub(crate) fn rows(self, events: impl Iterator<Item = Event>, titles: &Titles) -> Vec<EventRow> {
        events
            .map(|event| EventRow {
                seq: event.seq,
                at: second(&event.at),
                label: self.label(&event.kind),
                details: if event.erased {
                    vec![("内容".to_owned(), "已依法清除".to_owned())]
                } else {
                    self.details(&event.kind, &event.data, titles)
                },
                subject: match titles.get(&event.subject_id) {
                    Some(title) => format!("{}“{title}”", self.0.subject(&event.subject_kind)),
                    None => self.0.subject(&event.subject_kind).to_owned(),
                },
                subject_kind: event.subject_kind,
                subject_id: event.subject_id,
                kind: event.kind,
                organ: event.organ,
                actor: event.actor_name,
                actor_id: event.actor,
            })
            .collect()
    }
}

/// What the values of one event are read with.
#[derive(Clone, Copy)]
struct Reading<'a> {
    all: &'a Capabilities,
    fields: &'a [(&'static str, &'static str)],
    titles: &'a Titles,
}

impl Reading<'_> {
    fn words(self, field: &str, value: &Value) -> String {
        match value {
            Value::Null => String::new(),
            Value::String(text) => self.word(field, text),
            Value::Array(pair)
                if !LISTS.contains(&field)
                    && pair.len() == 2
                    && pair.iter().all(|part| part.is_string() || part.is_null()) =>
            {
                let (before, after) = (self.words(field, &pair[0]), self.words(field, &pair[1]));
                let shown =
                    |text: String| if text.is_empty() { "（空）".to_owned() } else { text.replace('\n', "、") };
                if before == after { shown(after) } else { format!("{} → {}", shown(before), shown(after)) }
            }
            // Things without a name, as files by their digests: how many.
            Value::Array(list) if list.iter().any(|one| one.is_object() || one.as_str().is_some_and(is_digest)) => {
                format!("{} 项", list.len())
            }
            Value::Array(list) => {
                let words = list.iter().map(|value| self.words(field, value));
                words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join("、")
            }
            Value::Object(map) => map
                .iter()
                .filter_map(|(key, value)| {
                    let (name, words) = (self.name(field, key)?, self.words(key, value));
                    (!words.is_empty()).then(|| format!("{name}：{words}"))
                })
                .collect::<Vec<_>>()
                .join("；"),
            other => self.word(field, &other.to_string()),
        }
    }

    /// The name of a key within a field: of the event's own keys, or of what a capability keeps under that field.
    fn name(self, field: &str, key: &str) -> Option<String> {
        let own = look(self.fields, key).map(str::to_owned).filter(|name| !name.is_empty());
        own.or_else(|| self.all.word(&format!("{field}."), key))
    }

    /// The conditions of an export in words.
    fn filter(self, query: &str) -> String {
        let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        let told = pairs.filter_map(|(key, value)| {
            let value = unescaped(value);
            let words = match key {
                "kind" => self.all.event(&value).map(|kind| kind.label.to_owned()),
                "subject_kind" => Some(self.all.subject(&value).to_owned()),
                _ => self.titles.get(&value).cloned(),
            };
            Some(format!("{}{}", look(FILTERS, key)?, words.unwrap_or(value)))
        });
        told.collect::<Vec<_>>().join("，")
    }

    /// The capability's own words come first: one code means different things in different fields.
    fn word(self, field: &str, text: &str) -> String {
        // What people are called and what they wrote stays as it is, also where it happens to be a code.
        if VERBATIM.contains(&field) {
            return text.to_owned();
        }
        if let Some(word) = self.all.word(field, text) {
            return word;
        }
        if field == "filter" {
            return self.filter(text);
        }
        // the kind of an event, where an event speaks of another
        if field == "kind"
            && let Some(kind) = self.all.event(text)
        {
            return kind.label.to_owned();
        }
        if let Some(word) = look(VALUES, text) {
            return word.to_owned();
        }
        if let Some(title) = self.titles.get(text) {
            return title.clone();
        }
        if text.len() == 24 && time::from_db(text).is_some() {
            return time::show_minute(text);
        }
        if is_digest(text) {
            return format!("{}…", &text[..8]);
        }
        let roles: Option<Vec<&str>> = text.split(',').map(|code| Role::from_code(code).map(Role::label)).collect();
        roles.map_or_else(|| text.to_owned(), |roles| roles.join("、"))
    }
}

/// A value of an address as it was typed.
fn unescaped(value: &str) -> String {
    let mut bytes = Vec::with_capacity(value.len());
    let mut rest = value.bytes();
    while let Some(byte) = rest.next() {
        let mut ahead = rest.clone();
        let hex = |byte: Option<u8>| char::from(byte?).to_digit(16);
        match (byte, hex(ahead.next()), hex(ahead.next())) {
            (b'%', Some(high), Some(low)) => {
                bytes.extend(u8::try_from(high * 16 + low));
                rest = ahead;
            }
            (b'+', ..) => bytes.push(b' '),
            _ => bytes.push(byte),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// SHA-256 as the log writes it.
fn is_digest(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|b| b.is_ascii_hexdigit())
}

/// `YYYY-MM-DD HH:MM:SS` in China time.
pub(crate) fn second(stored: &str) -> String {
    match time::from_db(stored) {
        Some(moment) => moment.to_zoned_datetime(time::china()).strftime("%Y-%m-%d %H:%M:%S").to_string(),
        None => stored.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use kernel::{EventKind, Organ, OrganKind};
    use web::Capability;

    use super::*;

    #[test]
    fn kinds_and_fields_have_the_words_of_their_capability() {
        static SEEN: EventKind = EventKind::new("thing", "thing.seen", "看见").holds(&[
            ("aliases", "别名"),
            ("roles", "角色"),
            ("reason", "原因"),
            ("until", "到"),
            ("inner", ""),
            ("organs", "机关"),
            ("by", "经办"),
            ("login", "登录名"),
            ("files", "文件"),
            ("head", "末条"),
            ("inside", "详情"),
            ("kind", "类型"),
            ("gate", "关口"),
            ("parts", "内容"),
            ("filter", "条件"),
            ("fields", "办理情况"),
        ]);
        fn codes(field: &str, code: &str) -> Option<String> {
            match (field, code) {
                ("kind", "policy") => Some("政策文件".to_owned()),
                ("fields.", "leader") => Some("分管县领导".to_owned()),
                _ => None,
            }
        }
        let thing = Capability::new("thing", "物").events(&[&SEEN]).subject("thing", "东西").words(codes);
        let all = Capabilities::new(vec![thing]);
        let organ = Organ::named("QH010", "青禾县财政局", "县财政局", OrganKind::CountyDepartment);
        let directory = Directory::new(vec![organ], "青禾县");
        let words = Words(&all, &directory);
        assert_eq!(words.label("thing.seen"), "看见");
        assert_eq!(words.label("thing.whirled"), "thing.whirled");
        let digest = "ab".repeat(32);
        let data = r#"{"aliases":["","甲\n乙"],"roles":"editor,organ_head","reason":"password","until":"2026-03-05T01:02:03.004Z","inner":1,"organs":["QH010","QH999"],"x":3,
            "login":"secrecy","by":"1m8gb1z9bhrq6s12","files":[{"digest":"x","name":"y"},{"digest":"z"}],"head":"DIGEST",
            "inside":{"reason":"password","raw":7},"kind":"policy","gate":"policy","parts":["标题","正文"],
            "filter":"actor=%E6%9D%8E+%E6%98%8E&kind=thing.seen","fields":{"leader":["","甲"],"unknown":1}}"#
            .replace("DIGEST", &digest);
        let titles = Titles::from([("1m8gb1z9bhrq6s12".to_owned(), "李明".to_owned())]);
        let details = words.details("thing.seen", &data, &titles);
        let find = |name: &str| details.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
        assert_eq!(find("别名"), Some("（空） → 甲、乙"));
        assert_eq!(find("角色"), Some("编辑、机关负责人"));
        assert_eq!(find("原因"), Some("密码"));
        assert_eq!(find("到"), Some("2026-03-05 09:02"));
        assert_eq!(find("机关"), Some("县财政局、QH999"), "two of a list are no change");
        assert_eq!((find("经办"), find("文件"), find("末条")), (Some("李明"), Some("2 项"), Some("abababab…")));
        assert_eq!(find("登录名"), Some("secrecy"), "an account may be called like a code");
        assert_eq!((find("类型"), find("关口")), (Some("政策文件"), Some("政策关")), "a code is read by its field");
        assert_eq!(find("详情"), Some("原因：密码"), "nor is a raw key inside shown");
        assert_eq!(find("内容"), Some("标题、正文"), "two of a list are no change");
        assert_eq!(find("条件"), Some("操作者李 明，事项看见"));
        assert_eq!(find("办理情况"), Some("分管县领导：（空） → 甲"), "a capability names what it keeps");
        let told = words.details("thing.seen", r#"{"kind":"thing.seen"}"#, &titles);
        assert_eq!(told, [("类型".to_owned(), "看见".to_owned())], "an event that speaks of another");
        assert!(details.iter().all(|(name, _)| name != "x"), "a field without words is not for people: {details:?}");
        assert!(!details.iter().any(|(_, value)| value == "1"), "what is not for people is left out");
    }
}
