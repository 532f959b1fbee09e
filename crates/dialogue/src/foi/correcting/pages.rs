//! The pages of the portal: the form, the check, the receipt.

use std::collections::BTreeMap;

use askama::Template;
use axum::{extract::State, response::Response};
use case::{Channel, Filing, PartyRole, Person};
use kernel::{Actor, OrganCode, id::CaseId};
use portal_form::{
    Accepted, Draft, DraftFile, DraftForm, PortalForm, Receipt, ReceiptWords, Received, Seen, is_line, is_mailbox,
    private_errors, private_page,
};
use serde::Deserialize;
use store::Tx;
use web::{Ctx, FormErrors, PortalShell, Reader, Refusal, Result, filters::shortened, portal_page};

use super::FORM;
use crate::{
    cases::{
        self,
        one_page::{self, OnePage},
    },
    foi::{CORRECTION, form::askable},
};

/// What is filled in.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    organ: String,
    record: String,
    wrong: String,
    right: String,
    evidence: String,
    name: String,
    /// Of an organisation, its name; empty = a natural person.
    organisation: String,
    /// Of its paper; of an organisation, its code.
    proof_number: String,
    phone: String,
    email: String,
    address: String,
}

impl OnePage for Asked {
    const FORM: &'static DraftForm = &FORM;

    fn errors(&self, ctx: &Ctx, errors: &mut FormErrors) {
        let organ = OrganCode::from(self.organ.trim());
        let known = askable(ctx).iter().any(|one| one.code == organ);
        let office = ctx.directory().short_name(&ctx.office_organ()).to_owned();
        errors.require(known, "organ", &format!("请选择记录这项信息的机关；不确定的，选择{office}。"));
        for (name, label, value, most) in [
            ("record", "信息记录的名称、文号或者在哪里看到的", &self.record, 300),
            ("wrong", "哪里不准确", &self.wrong, 2_000),
            ("right", "正确的内容", &self.right, 2_000),
            ("evidence", "有什么证据", &self.evidence, 2_000),
            ("name", "姓名；单位写经办人姓名", &self.name, 60),
            ("proof_number", "证件号码", &self.proof_number, 60),
        ] {
            let length = value.trim().chars().count();
            errors.require(length > 0, name, &format!("请填写{label}。"));
            errors.require(length <= most, name, &format!("请写在 {most} 字以内，现在有 {length} 字。"));
        }
        for (name, value, most) in
            [("organisation", &self.organisation, 120), ("address", &self.address, 200), ("email", &self.email, 120)]
        {
            errors.require(value.chars().count() <= most, name, &format!("请写在 {most} 字以内。"));
        }
        let email = self.email.trim();
        let phone = self.phone.trim();
        errors.require(
            !phone.is_empty() || !email.is_empty(),
            "phone",
            "请留下联系电话或者电子邮箱，核对证据时联系您。",
        );
        let fits = phone.is_empty() || is_line(phone);
        errors.require(fits, "phone", "请核对联系电话，例如 13800000000。");
        errors.require(email.is_empty() || is_mailbox(email), "email", "请核对电子邮箱，例如 name@example.cn。");
    }

    fn shell(ctx: &Ctx, reader: &Reader) -> PortalShell {
        let shell = reader.shell(ctx, "更正政府信息", "依申请公开", "openness");
        let shell = shell.crumb("政务公开", "/openness").crumb("依申请公开", "/foi").crumb("更正政府信息", "");
        PortalShell {
            description: "与自己有关的政府信息记录不准确的，可以带证据要求记录它的机关更正（条例第四十一条）。"
                .to_owned(),
            ..shell
        }
    }

    fn shown(ctx: &Ctx, reader: &Reader, draft: &Draft, errors: FormErrors) -> Result<Response> {
        let bad = !errors.is_empty();
        let mut shell = Self::shell(ctx, reader);
        shell.has_error = bad;
        let page = FormPage {
            shell,
            errors,
            typed: draft.fields.read()?,
            organs: organs(ctx),
            action: draft.path(),
            link: draft.link(ctx),
            until: draft.kept_until(),
            files: &draft.files,
        };
        if bad { private_errors(&page) } else { private_page(&page) }
    }
}

#[derive(Template)]
#[template(path = "foi/correcting/templates/form.html")]
struct FormPage<'a> {
    shell: PortalShell,
    errors: FormErrors,
    typed: Asked,
    organs: Vec<(String, String)>,
    action: String,
    /// Of the draft, with the day until which it is kept; empty before there is one.
    link: String,
    until: String,
    files: &'a [DraftFile],
}

fn organs(ctx: &Ctx) -> Vec<(String, String)> {
    askable(ctx).into_iter().map(|organ| (organ.code.to_string(), organ.name)).collect()
}

/// `GET /foi/correction`
pub(super) async fn start(State(ctx): State<Ctx>, reader: Reader) -> Result<Response> {
    portal_page(&FormPage {
        shell: Asked::shell(&ctx, &reader),
        errors: FormErrors::new(),
        typed: Asked::default(),
        organs: organs(&ctx),
        action: FORM.path.to_owned(),
        link: String::new(),
        until: String::new(),
        files: &[],
    })
}

/// Who asks, as the register keeps it.
fn person(asked: &Asked) -> Person {
    let text = |value: &str| value.trim().to_owned();
    let known = Person {
        name: text(&asked.name),
        phone: text(&asked.phone),
        email: text(&asked.email),
        address: text(&asked.address),
        ..Person::default()
    };
    if asked.organisation.trim().is_empty() {
        Person { proof_number: text(&asked.proof_number), ..known }
    } else {
        Person { organisation: text(&asked.organisation), organisation_code: text(&asked.proof_number), ..known }
    }
}

async fn register(ctx: &Ctx, tx: &mut Tx, received: &Received) -> Result<CaseId, Refusal> {
    let asked: Asked = received.fields.read()?;
    let text = |name: &str, value: &str| (name.to_owned(), value.trim().to_owned());
    let filing = Filing {
        kind: &CORRECTION,
        organ: OrganCode::from(asked.organ.trim()),
        channel: Channel::Portal,
        received_on: ctx.today(),
        number: received.number.clone(),
        digest: received.digest.clone(),
        brief: shortened(&case::personal::masked(&asked.record), 60),
        fields: BTreeMap::from([
            text("record", &asked.record),
            text("wrong", &asked.wrong),
            text("right", &asked.right),
            text("evidence", &asked.evidence),
        ]),
        facts: Vec::new(),
        parties: vec![(PartyRole::Applicant, person(&asked))],
        files: one_page::files(received),
    };
    let case = case::register(ctx, tx, &Actor::Visitor, filing).await?;
    cases::tell(ctx, tx, &case, CORRECTION.label).await?;
    Ok(case)
}

/// `POST /foi/correction/d/{secret}/send`
pub(super) async fn send(
    State(ctx): State<Ctx>,
    reader: Reader,
    draft: Draft,
    posted: PortalForm<Seen>,
) -> Result<Response> {
    if let Some(page) = one_page::hindered::<Asked>(&ctx, &reader, &draft, &posted)? {
        return Ok(page);
    }
    let make = async |tx: &mut Tx, received: &Received| Ok(Accepted::case(register(&ctx, tx, received).await?));
    Ok(draft.send::<_, Refusal>(&ctx, posted.value.version, make).await?)
}

/// `GET /foi/correction/r/{secret}`
pub(super) async fn receipt(State(ctx): State<Ctx>, reader: Reader, receipt: Receipt) -> Result<Response> {
    let until = match &receipt.case {
        Some(case) => case::entry(ctx.db().read(), case).await?.and_then(|entry| entry.told_due()),
        None => None,
    };
    let until = until.map_or_else(
        || "机关审核您的证据并答复。法律没有规定更正的期限。".to_owned(),
        |due| format!("机关审核您的证据，在 {due} 前答复。法律没有规定更正的期限，本县参照申请公开信息的期限办理。"),
    );
    let words = ReceiptWords {
        next: vec![
            until,
            "审核属实的，予以更正并告知您；不归该机关的，转送有权更正的机关并告知您，或者告知您向哪个机关提出。"
                .to_owned(),
            "需要您补充证据的，在查询页面提出，可以上传附件。".to_owned(),
        ],
        follow: format!("/cases/c/{}", receipt.secret.text()),
        record: format!("{}/record", receipt.path()),
        above: vec![("政务公开", "/openness"), ("依申请公开", "/foi"), ("更正政府信息", FORM.path)],
        door: "openness",
    };
    receipt.page(&ctx, &reader, &words)
}
