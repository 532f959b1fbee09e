//! What happened to a duty, in words, from the event log.

use duty::events;
use kernel::{
    Directory, EventKind,
    event::Event,
    id::{DutyId, SubjectRef},
    time,
};
use serde_json::Value;
use store::log;
use web::{Ctx, Result};

use crate::model::OwnerRole;

fn date(text: String) -> String {
    if text.is_empty() { "无期限".to_owned() } else { text }
}

fn with_reason(what: String, reason: &str) -> String {
    if reason.is_empty() { what } else { format!("{what}；原因：{reason}") }
}

/// One line of the history.
pub(super) struct Step {
    pub(super) at: String,
    pub(super) who: String,
    pub(super) what: String,
    pub(super) detail: String,
}

/// The duty's history, newest first; events of organs whose share is closed to the person are left out.
pub(super) async fn of(
    ctx: &Ctx,
    duty: &DutyId,
    source: &'static str,
    directory: &Directory,
    open: impl Fn(&str) -> bool,
) -> Result<Vec<Step>> {
    let events = log::of_subject(ctx.db(), &SubjectRef::new(events::SUBJECT, duty)).await?;
    let shared = |event: &Event| events::SHARED.iter().any(|kind| kind.name == event.kind);
    let mut steps: Vec<Step> = events
        .iter()
        .filter(|event| shared(event) || open(&event.organ))
        .map(|event| Step::new(event, source, directory))
        .collect();
    steps.reverse();
    Ok(steps)
}

/// An event with what its words are made of.
struct Told<'a> {
    event: &'a Event,
    data: Value,
    organ: String,
    directory: &'a Directory,
    /// What a source of this kind is called.
    source: &'static str,
}

impl Told<'_> {
    fn is(&self, kind: &EventKind) -> bool {
        self.event.kind == kind.name
    }

    fn text(&self, key: &str) -> String {
        self.data[key].as_str().unwrap_or_default().to_owned()
    }

    fn part(&self) -> String {
        OwnerRole::from_code(&self.text("role")).map(|role| role.label().to_owned()).unwrap_or_default()
    }

    /// Short names of the organs of a list.
    fn names(&self, key: &str) -> String {
        let codes = self.data[key].as_array().into_iter().flatten().filter_map(Value::as_str);
        let names: Vec<String> =
            codes.map(|code| self.directory.short_name(&kernel::OrganCode::from(code.to_owned())).to_owned()).collect();
        names.join("、")
    }

    fn fields(&self) -> String {
        let fields = self.data["fields"].as_object();
        let values = fields.map(|fields| fields.values().filter_map(Value::as_str).collect::<Vec<_>>());
        values.unwrap_or_default().join("；")
    }

    /// What the office or the source did with the duty or its shares.
    fn duty(&self) -> Option<(String, String)> {
        let organ = &self.organ;
        Some(if self.is(&events::ISSUED) {
            let organs = self.data["organs"].as_array().map_or(0, Vec::len);
            (format!("下达给 {organs} 个机关"), String::new())
        } else if self.is(&events::DUE_CHANGED) {
            let detail = format!("{} → {}", date(self.text("from")), date(self.text("to")));
            ("调整期限".to_owned(), with_reason(detail, &self.text("reason")))
        } else if self.is(&events::VISIBILITY_CHANGED) {
            let to = if self.text("to") == "public" { "改为公开" } else { "改为内部" };
            (to.to_owned(), self.text("reason"))
        } else if self.is(&events::ASSIGNED) {
            (format!("增加承办机关{organ}"), self.part())
        } else if self.is(&events::ROLE_CHANGED) {
            (format!("{organ}改为{}", self.part()), String::new())
        } else if self.is(&events::RELEASED) {
            (format!("{organ}不再承担"), self.text("reason"))
        } else if self.is(&events::FOLDED) {
            (format!("机构改革后由同一机关承办，份额并入{organ}"), self.names("from"))
        } else if self.is(&events::UNFOLDED) {
            (format!("机构改革撤销，{organ}恢复单独承办"), String::new())
        } else if self.is(&events::AMENDED) {
            let due = self.text("due_on");
            let due = if due.is_empty() { String::new() } else { format!("期限 {due}；") };
            let now = web::filters::shortened(&self.text("text"), 80);
            (format!("{}调整，任务有变动", self.source), format!("{due}现为：{now}"))
        } else if self.is(&events::ENDED) {
            ("终止任务".to_owned(), self.text("reason"))
        } else {
            return None;
        })
    }

    fn words(&self) -> (String, String) {
        let organ = &self.organ;
        let done = super::evidence::told(&self.event.kind, organ, |key| self.text(key));
        if let Some(words) = done.or_else(|| self.duty()) {
            return words;
        }
        if self.is(&events::NOTE_ADDED) {
            (format!("{organ}报送进展"), self.text("text"))
        } else if self.is(&events::REMINDED) {
            (format!("提醒{organ}"), format!("期限：{}", date(self.text("due_on"))))
        } else if self.is(&events::EXTRA_ACCEPTED) {
            ("采纳办理情况".to_owned(), self.fields())
        } else if self.is(&events::EXTRA_DECLINED) {
            ("没有采纳办理情况".to_owned(), self.fields())
        } else if self.is(&events::REPORTED) {
            (format!("{organ}填报办理情况"), self.fields())
        } else if self.is(&events::RECOUNTED) {
            ("按事实重算办理进度".to_owned(), String::new())
        } else {
            (self.event.kind.clone(), String::new())
        }
    }
}

impl Step {
    fn new(event: &Event, source: &'static str, directory: &Directory) -> Self {
        let organ = kernel::OrganCode::from(event.organ.clone());
        let organ = if event.organ.is_empty() { String::new() } else { directory.short_name(&organ).to_owned() };
        let data = serde_json::from_str(&event.data).unwrap_or_default();
        let (what, detail) = Told { event, data, organ, directory, source }.words();
        Self { at: time::show_minute(&event.at), who: event.actor_name.clone(), what, detail }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_words() {
        let text = String::new;
        let directory = Directory::new(Vec::new(), "青禾县");
        for kind in events::ALL.iter().chain(&duty::evidence::EVENTS) {
            let event = Event {
                chain: text(),
                seq: 1,
                at: text(),
                kind: kind.name.into(),
                subject_kind: text(),
                subject_id: text(),
                organ: text(),
                actor: text(),
                keep: text(),
                commitment: text(),
                seals: text(),
                previous: text(),
                hash: text(),
                actor_name: text(),
                data: text(),
                erased: false,
            };
            let told = Told {
                event: &event,
                data: Value::Null,
                organ: "县财政局".into(),
                directory: &directory,
                source: "来源",
            };
            assert_ne!(told.words().0, kind.name, "no words");
        }
    }
}
