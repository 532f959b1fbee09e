//! What capabilities put into the demonstration county (`.demo(scenes)`): scenes, each at its moment. The program sorts the
//! scenes of all capabilities and plays them on a clock that it moves from one to the next, so that the log of the demonstration
//! reads like that of a county that has worked for two years.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use futures::future::BoxFuture;
use jiff::{SignedDuration, Timestamp, ToSpan, civil::Date};
use kernel::{Actor, OrganCode, Staff, id::DocumentId, time};

use crate::Ctx;

/// Why a demonstration could not be played, for whoever changes it.
pub type Failure = Box<dyn std::error::Error + Send + Sync>;

/// The scenes that a capability has to give.
pub type Demo = fn(&Ctx, &Arc<Cast>) -> Result<Vec<Scene>, Failure>;

type Play = Box<dyn FnOnce(Ctx, Arc<Cast>) -> BoxFuture<'static, Result<Vec<Scene>, Failure>> + Send>;

/// Something that happens at a moment; what it leads to later are scenes of their own.
pub struct Scene {
    /// When. Scenes of the same moment are played in the order in which they were given.
    pub at: Timestamp,
    play: Play,
}

impl std::fmt::Debug for Scene {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Scene").field("at", &self.at).finish_non_exhaustive()
    }
}

impl Scene {
    /// Plays `play` with the clock at this moment.
    pub fn new<F, R>(at: Timestamp, play: F) -> Self
    where
        F: FnOnce(Ctx, Arc<Cast>) -> R + Send + 'static,
        R: Future<Output = Result<Vec<Scene>, Failure>> + Send + 'static,
    {
        Self { at, play: Box::new(move |ctx, cast| Box::pin(play(ctx, cast))) }
    }

    /// Plays it.
    ///
    /// # Errors
    /// What does not fit the program.
    pub async fn play(self, ctx: &Ctx, cast: &Arc<Cast>) -> Result<Vec<Self>, Failure> {
        (self.play)(ctx.clone(), Arc::clone(cast)).await
    }
}

/// A document of the demonstration that is public.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    pub id: DocumentId,
    pub organ: OrganCode,
    pub title: String,
    /// When it came out.
    pub on: Date,
}

/// Who plays, with what, and what has happened so far.
#[derive(Debug)]
pub struct Cast {
    /// The present, at which the play ends.
    pub now: Timestamp,
    /// Who writes for an organ, where somebody does.
    pub editors: HashMap<OrganCode, Staff>,
    /// The clerk of the county office.
    pub clerk: Staff,
    /// The head of section in the county office, who decides.
    pub chief: Staff,
    /// Who reads for secrecy in the county office.
    pub secrecy: Staff,
    /// Those in the county office who pass gates, each with the roles of their own.
    pub gates: Vec<Staff>,
    /// The files of the demonstration.
    pub file: fn(&str) -> Option<String>,
    /// Documents put in so far, by the name under which others refer to them, and the public ones in their order.
    pub documents: Mutex<(HashMap<String, DocumentId>, Vec<Known>)>,
}

impl Cast {
    /// Who acts for `organ`: its editor, or the clerk.
    pub fn of(&self, organ: &OrganCode) -> &Staff {
        self.editors.get(organ).unwrap_or(&self.clerk)
    }

    pub fn clerk(&self) -> Actor {
        Actor::Staff(self.clerk.clone())
    }

    /// The head of section.
    pub fn chief(&self) -> Actor {
        Actor::Staff(self.chief.clone())
    }

    /// The secrecy reviewer.
    pub fn secrecy(&self) -> Actor {
        Actor::Staff(self.secrecy.clone())
    }

    /// A file of the demonstration.
    ///
    /// # Errors
    /// When there is none of this name.
    pub fn file(&self, name: &str) -> Result<String, Failure> {
        (self.file)(name).ok_or_else(|| format!("演示数据缺少 {name}").into())
    }

    /// The document of this name, once it is put in.
    pub fn document(&self, name: &str) -> Option<DocumentId> {
        self.documents.lock().unwrap_or_else(PoisonError::into_inner).0.get(name).cloned()
    }

    /// The public documents so far.
    pub fn public(&self) -> Vec<Known> {
        self.documents.lock().unwrap_or_else(PoisonError::into_inner).1.clone()
    }

    /// A moment in office hours of a working day at or before `day`, not later than the present; `salt` makes them differ.
    pub fn moment(&self, ctx: &Ctx, day: Date, salt: &str) -> Timestamp {
        let mut day = day;
        while !ctx.calendar().is_probably_working(day) {
            day = day.yesterday().unwrap_or(day);
        }
        let minutes = salt.bytes().fold(7_i64, |sum, byte| (sum * 31 + i64::from(byte)) % 480);
        let moment =
            time::start_of_day(day).checked_add(SignedDuration::from_mins(9 * 60 + minutes)).unwrap_or(self.now);
        moment.min(self.now.checked_sub(SignedDuration::from_mins(20)).unwrap_or(self.now))
    }
}

/// Writes out `{year}`, `{year-1}`, `{date}`, `{date+30}` for a text of `day`; other braces stay.
pub fn placeholders(text: &str, day: Date) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('{') {
        let (before, from) = rest.split_at(at);
        out.push_str(before);
        let place = from.find('}').map(|end| &from[1..end]);
        if let Some((place, written)) = place.and_then(|place| Some((place, written(place, day)?))) {
            out.push_str(&written);
            rest = &from[place.len() + 2..];
        } else {
            out.push('{');
            rest = &from[1..];
        }
    }
    out.push_str(rest);
    out
}

/// What stands for a place such as `year-1`; `None` when it is none.
fn written(place: &str, day: Date) -> Option<String> {
    let (what, by) = match place.find(['+', '-']) {
        Some(at) => (&place[..at], place[at..].parse::<i64>().ok()?),
        None => (place, 0),
    };
    match what {
        "year" => Some((i64::from(day.year()) + by).to_string()),
        "date" => {
            let day = day.checked_add(by.days()).unwrap_or(day);
            Some(format!("{}年{}月{}日", day.year(), day.month(), day.day()))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_written_out_from_the_texts_own_day() {
        let day = Date::constant(2026, 1, 5);
        let text = placeholders("{year}年{year-1}年{year+1}年，{date}、{date-12}、{date+30}，{other}{", day);
        assert_eq!(text, "2026年2025年2027年，2026年1月5日、2025年12月24日、2026年2月4日，{other}{");
    }
}
