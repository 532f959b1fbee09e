//! Forms of the office that are made from what a kind declares, and the small ones of every case.

use std::collections::BTreeMap;

use askama::Template;
use axum::response::Response;
use case::{Entry, Input, Kind, StepField};
use web::{Ctx, Desk, FormErrors, OfficeShell, Result, filters::shortened, office_page, page};

/// What was typed, by the names of the fields.
pub(super) type Typed = BTreeMap<String, String>;

/// A value that was typed; empty where there is none.
pub(super) fn of<'a>(typed: &'a Typed, name: &str) -> &'a str {
    typed.get(name).map_or("", String::as_str)
}

/// The version of the case from whose page the form was sent; 0 where it says none.
pub(super) fn version(typed: &Typed) -> i64 {
    of(typed, "version").parse().unwrap_or(0)
}

/// Most characters of what a case is about in the line above a heading.
const BRIEF: usize = 40;

/// Which case a page is of, told above its heading: numbers repeat from organ to organ.
pub(crate) struct Named {
    /// Of its page.
    pub(crate) href: String,
    /// Of the case in its register.
    pub(crate) number: String,
    pub(crate) organ: String,
    pub(crate) brief: String,
}

impl Named {
    /// # Errors
    /// When the line of the case cannot be opened.
    pub(crate) fn of(ctx: &Ctx, (entry, kind): (&Entry, Kind)) -> Result<Self> {
        Ok(Self {
            href: format!("/cases/{}", entry.id),
            number: entry.registered(kind),
            organ: ctx.directory().short_name(&entry.organ).to_owned(),
            brief: shortened(&entry.brief(ctx)?, BRIEF),
        })
    }
}

/// A field as a form draws it.
#[derive(Clone)]
pub(super) struct Field {
    pub(super) key: &'static str,
    pub(super) label: String,
    pub(super) hint: String,
    pub(super) value: String,
    pub(super) optional: bool,
    input: Drawn,
}

#[derive(Clone)]
enum Drawn {
    Line(usize),
    Text(usize),
    Day,
    Select(Vec<(String, String)>),
    Tick,
}

impl Field {
    /// A field of a step with what was typed into it.
    pub(super) fn of(field: &StepField, typed: &Typed) -> Self {
        let input = match field.input {
            Input::Line(most) => Drawn::Line(most),
            Input::Text(most) => Drawn::Text(most),
            Input::Day => Drawn::Day,
            Input::Choice(choices) => {
                Drawn::Select(choices.iter().map(|(code, words)| ((*code).to_owned(), (*words).to_owned())).collect())
            }
            Input::Tick => Drawn::Tick,
        };
        Self {
            key: field.name,
            label: field.label.to_owned(),
            hint: field.hint.to_owned(),
            value: of(typed, field.name).to_owned(),
            // The day that counts is today where nothing is typed.
            optional: !field.required || field.name == "on",
            input,
        }
    }

    fn new(key: &'static str, label: &str, hint: &str, typed: &Typed, input: Drawn) -> Self {
        Self {
            key,
            label: label.to_owned(),
            hint: hint.to_owned(),
            value: of(typed, key).to_owned(),
            optional: false,
            input,
        }
    }

    pub(super) fn line(key: &'static str, label: &str, hint: &str, typed: &Typed, most: usize) -> Self {
        Self::new(key, label, hint, typed, Drawn::Line(most))
    }

    pub(super) fn text(key: &'static str, label: &str, hint: &str, typed: &Typed, most: usize) -> Self {
        Self::new(key, label, hint, typed, Drawn::Text(most))
    }

    pub(super) fn day(key: &'static str, label: &str, hint: &str, typed: &Typed) -> Self {
        Self { optional: true, ..Self::new(key, label, hint, typed, Drawn::Day) }
    }

    /// It cannot be left empty.
    #[must_use]
    pub(super) fn required(mut self) -> Self {
        self.optional = false;
        self
    }

    pub(super) fn select(
        key: &'static str,
        label: &str,
        hint: &str,
        typed: &Typed,
        options: Vec<(String, String)>,
    ) -> Self {
        Self::new(key, label, hint, typed, Drawn::Select(options))
    }

    pub(super) fn optional(mut self) -> Self {
        self.optional = true;
        self
    }

    pub(super) fn is_text(&self) -> bool {
        matches!(self.input, Drawn::Text(_))
    }

    pub(super) fn is_day(&self) -> bool {
        matches!(self.input, Drawn::Day)
    }

    pub(super) fn is_select(&self) -> bool {
        matches!(self.input, Drawn::Select(_))
    }

    pub(super) fn is_tick(&self) -> bool {
        matches!(self.input, Drawn::Tick)
    }

    pub(super) fn options(&self) -> &[(String, String)] {
        match &self.input {
            Drawn::Select(options) => options,
            _ => &[],
        }
    }

    pub(super) fn most(&self) -> usize {
        match self.input {
            Drawn::Line(most) | Drawn::Text(most) => most,
            _ => 40,
        }
    }

    pub(super) fn rows(&self) -> usize {
        if self.most() > 1000 { 8 } else { 4 }
    }

    pub(super) fn is_ticked(&self) -> bool {
        !self.value.is_empty()
    }
}

#[derive(Template)]
#[template(path = "cases/templates/form.html")]
struct Page {
    shell: OfficeShell,
    errors: FormErrors,
    named: Named,
    back: String,
    title: String,
    about: String,
    action: String,
    fields: Vec<Field>,
    submit: String,
    danger: bool,
    version: i64,
    once: String,
}

/// What a form does.
pub(super) struct Act {
    pub(super) title: String,
    /// What somebody must know before it is done; may be empty.
    pub(super) about: String,
    /// Address to which it posts, below that of the case: `/transfer`.
    pub(super) at: String,
    pub(super) submit: String,
    /// It cannot be taken back.
    pub(super) danger: bool,
    pub(super) fields: Vec<Field>,
}

/// The page of a form of a case, with what is wrong.
///
/// # Errors
/// When the counts in the rail cannot be read.
pub(super) async fn shown(
    ctx: &Ctx,
    desk: &Desk,
    (entry, kind): (&Entry, Kind),
    act: Act,
    errors: FormErrors,
) -> Result<Response> {
    let bad = !errors.is_empty();
    let back = format!("/cases/{}", entry.id);
    let form = Page {
        shell: desk.shell(ctx, act.title.clone()).await?.with_error(bad),
        named: Named::of(ctx, (entry, kind))?,
        action: format!("{back}{}", act.at),
        title: act.title,
        about: act.about,
        fields: act.fields,
        submit: act.submit,
        danger: act.danger,
        version: entry.version,
        once: ctx.once(),
        back,
        errors,
    };
    if bad { page::office_errors(&form) } else { office_page(&form) }
}
