//! 清除原文: what should never have been public goes for good, on the word of two people ([`document::erase`]). The bytes of its
//! files go right after the write, by a job that is tried again until they are gone.

use axum::{
    extract::{Path, State},
    response::Response,
};
use document::{erase, permissions::CONFIRM_ERASURE};
use kernel::{
    OrganCode,
    id::{AccountId, DocumentId, SubjectRef},
};
use review::About;
use serde::{Deserialize, Serialize};
use store::{
    Tx,
    jobs::{Failure, NewJob},
};
use web::{
    Ctx, Desk, Done, Form, Refusal, Result, act_in_place,
    mail::{Mail, SEND},
};

use super::subject::EDITION;

/// The kind of job that removes the bytes of erased files.
pub(crate) const FORGET_FILES: &str = "publishing.forget_files";

/// Payload of [`FORGET_FILES`].
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct ForgetFiles {
    /// What was erased.
    document: DocumentId,
    /// Digests.
    files: Vec<String>,
}

/// What the buttons send.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Button {
    once: String,
    basis: String,
    erase_reason: String,
    /// When the request that was read was asked for.
    asked: String,
}

/// 申请清除.
pub(super) async fn ask(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path(id): Path<DocumentId>,
    Form(button): Form<Button>,
) -> Result<Response> {
    let house = crate::house(&ctx);
    let done = async |tx: &mut Tx| {
        let keeper = erase::ask(tx, &house, &desk.actor(), &id, (&button.basis, &button.erase_reason)).await?;
        let names = tell(&ctx, tx, &desk, &id, &keeper).await?;
        let to = format!("/documents/{id}");
        if names.is_empty() {
            return Ok(Done::to(to).with(|redirect| redirect.flash("warn", NOBODY_AGREES)));
        }
        let text = format!("已申请清除。由另一位人员（{names}）核准后，正文、附件和标题才会清除；在此之前都可以撤销。");
        Ok(Done::ok(to, text))
    };
    let again = async |errors| {
        let typed =
            super::show::Typed { basis: &button.basis, erase_reason: &button.erase_reason, ..Default::default() };
        super::show::page(&ctx, &desk, &id, errors, typed).await
    };
    act_in_place(&ctx, &button.once, done, again).await
}

/// Said at once: it would wait for nobody.
const NOBODY_AGREES: &str = "已申请清除，但现在没有别人的账号能核准：不是申请人、没有参与撰写的保密审查员或主管部门人员。请联系安全管理员授予角色，原文在核准之前不会清除。";

/// Writes to those who may agree, and answers who they are by name. A mail leaves the program and cannot be erased: it names
/// neither the title nor the reason.
async fn tell(
    ctx: &Ctx,
    tx: &mut Tx,
    desk: &Desk,
    id: &DocumentId,
    keeper: &OrganCode,
) -> std::result::Result<String, Refusal> {
    let mut without = erase::authors(tx.conn(), id).await?;
    without.push(desk.staff.account.clone());
    let people = crate::people::who_may(ctx, &CONFIRM_ERASURE, keeper, &without).await?;
    let names = crate::people::names(&people);
    let mut to: Vec<String> = people.into_iter().map(|one| one.email).filter(|email| !email.is_empty()).collect();
    to.sort_unstable();
    to.dedup();
    if !to.is_empty() {
        let office = ctx.office_url();
        let text = format!(
            "{}申请清除一份已撤回文件的原文，须由另一位人员核准。核准之前，原文和附件仍保存在系统中，请尽快办理。\n\n\
             为免扩散，邮件不写标题和原因，请登录查看：{office}/documents/{id}\n",
            desk.staff.name,
        );
        tx.enqueue(NewJob::now(SEND, &Mail { to, subject: "有清除原文的申请等待核准".to_owned(), text })).await?;
    }
    Ok(names)
}

/// Takes the request back, or does not agree.
pub(super) async fn stop(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path(id): Path<DocumentId>,
    Form(button): Form<Button>,
) -> Result<Response> {
    let house = crate::house(&ctx);
    let done = async |tx: &mut Tx| {
        erase::stop(tx, &house, &desk.actor(), &id).await?;
        Ok::<_, Refusal>(Done::ok(format!("/documents/{id}"), "清除申请已撤销，原文没有变动。"))
    };
    act_in_place(&ctx, &button.once, done, async |errors| {
        super::show::page(&ctx, &desk, &id, errors, super::show::Typed::default()).await
    })
    .await
}

/// 核准清除.
pub(super) async fn confirm(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path(id): Path<DocumentId>,
    Form(button): Form<Button>,
) -> Result<Response> {
    let house = crate::house(&ctx);
    let done = async |tx: &mut Tx| {
        let actor = desk.actor();
        let agreed = erase::agree(tx, &house, &actor, &id, &button.asked).await?;
        let object = SubjectRef::new(crate::DOCUMENT, &id);
        // They take locks of their own; the log's is the last.
        web::hooks::erasing(&ctx, tx, &object, erase::ERASED_TITLE, (agreed.why(), &actor)).await?;
        for edition in &agreed.editions {
            review::rows::erase_words(tx, &About::new(EDITION, edition)).await?;
            super::uploads::forget_of(tx, edition).await?;
        }
        let erased = erase::erase(tx, &house, &actor, &agreed).await?;
        let job = ForgetFiles { document: id.clone(), files: erased.files };
        tx.enqueue(NewJob::now(FORGET_FILES, &job)).await?;
        let shared = match erased.shared {
            0 => String::new(),
            n => format!("其中 {n} 个附件其他稿件也在使用，没有删除；也须清除的，请在那份稿件办理。"),
        };
        let text = format!(
            "原文已清除，撤回说明保留。{shared}此前的备份里仍有原文：请系统管理员按备份的保存期限尽快销毁，或改存清除之后的备份。"
        );
        let to = format!("/documents/{id}");
        Ok::<_, Refusal>(Done::to(to).with(|redirect| redirect.flash("warn", text)))
    };
    act_in_place(&ctx, &button.once, done, async |errors| {
        super::show::page(&ctx, &desk, &id, errors, super::show::Typed::default()).await
    })
    .await
}

/// Removes the bytes of files that nobody refers to any more, and what the database still holds of them beside its tables.
pub(crate) async fn forget_files(ctx: &Ctx, job: &ForgetFiles) -> std::result::Result<(), Failure> {
    let retry = |error: store::Error| Failure::Retry(error.to_string());
    for digest in &job.files {
        if !ctx.files().is_used(ctx.db(), digest).await.map_err(retry)? {
            ctx.files().delete(ctx.db(), digest).await.map_err(retry)?;
        }
    }
    ctx.db().forget_remains().await.map_err(retry)
}

/// The erasure of a document as its page shows it.
#[derive(Debug, Default)]
pub(super) struct Panel {
    /// What was asked for or done.
    pub(super) asked: Option<erase::Erasure>,
    /// May ask now.
    pub(super) can_ask: bool,
    /// May agree now.
    pub(super) can_confirm: bool,
    /// Why not, although the role would allow it.
    pub(super) why_not: &'static str,
    /// May take the request back, or not agree.
    pub(super) can_stop: bool,
    /// Who else may agree.
    pub(super) others: String,
}

impl Panel {
    /// Whether somebody asked and nobody has decided.
    pub(super) fn waits(&self) -> bool {
        self.asked.as_ref().is_some_and(erase::Erasure::waits)
    }

    /// Whether there is anything to show.
    pub(super) fn shows(&self) -> bool {
        self.can_ask || self.asked.is_some()
    }

    /// For this person.
    pub(super) async fn of(ctx: &Ctx, desk: &Desk, document: &document::rows::DocumentRow, open: bool) -> Result<Self> {
        use document::permissions::WITHDRAW_DOCUMENTS;
        if document.public().is_some() || !document.was_public() {
            return Ok(Self::default());
        }
        let asked = erase::of(ctx.db(), &document.id).await?;
        let (actor, me, keeper) = (desk.actor(), &desk.staff.account, document.keeper());
        let decides = kernel::may_for(&actor, &CONFIRM_ERASURE, keeper).is_ok();
        let mut panel = Self::default();
        match asked.as_ref().filter(|asked| asked.waits()) {
            Some(waiting) => {
                let authors = erase::authors(ctx.db().read(), &document.id).await?;
                let own = waiting.asked_by == me.as_str();
                panel.why_not = if decides || own { erase::why_not(waiting, &authors, me) } else { "" };
                panel.can_confirm = decides && panel.why_not.is_empty();
                panel.can_stop = decides || own;
                let without: Vec<AccountId> =
                    authors.into_iter().chain([AccountId::from(waiting.asked_by.as_str())]).collect();
                let people = crate::people::who_may(ctx, &CONFIRM_ERASURE, keeper, &without).await?;
                panel.others = crate::people::names(&people);
            }
            None => {
                panel.can_ask = asked.is_none() && !open && kernel::may_for(&actor, &WITHDRAW_DOCUMENTS, keeper).is_ok()
            }
        }
        panel.asked = asked;
        Ok(panel)
    }
}
