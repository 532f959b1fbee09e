//! Mails about a text on its way: to whoever may decide on it now, and to its authors when it comes back. Who leaves the mail
//! address of the own account empty gets none.

use std::sync::Arc;

use kernel::id::AccountId;
use review::{Happened, Matter, Stage, findings};
use store::{Tx, jobs::NewJob};
use web::{
    Ctx, Result,
    hooks::{Person, Recipients},
    mail::{Mail, SEND},
};

/// Enqueues what is to be told of an act, in its write.
pub(super) async fn tell(ctx: &Ctx, tx: &mut Tx, matter: &Matter, what: &Happened<'_>) -> Result<()> {
    let mail = match what {
        Happened::Opened(stage) | Happened::Onward(stage) => {
            let found = findings::read(tx.conn(), &matter.about, &matter.parts).await?;
            waiting(ctx, matter, stage, &found.stopping_words()).await?
        }
        Happened::Returned(stage, reason) => returned(ctx, matter, stage, reason).await?,
        _ => return Ok(()),
    };
    if !mail.to.is_empty() {
        tx.enqueue(NewJob::now(SEND, &mail)).await?;
    }
    Ok(())
}

fn address(ctx: &Ctx, path: &str) -> String {
    format!("{}{path}", ctx.config().server.office_url.trim_end_matches('/'))
}

/// To those who may pass the stage and did not write in the text.
async fn waiting(ctx: &Ctx, matter: &Matter, stage: &Stage, open: &str) -> Result<Mail> {
    let people = ctx.one::<Arc<dyn Recipients>>().people(ctx, &stage.roles).await?;
    let office = ctx.directory().stands_for(&ctx.office_organ(), ctx.today());
    let near = |one: &Person| one.organ == matter.keeper || one.organ == office;
    let mut to: Vec<String> = Vec::new();
    for one in people.into_iter().filter(|one| near(one) && !matter.authors.contains(&one.account)) {
        if !one.email.is_empty() && !to.contains(&one.email) {
            to.push(one.email);
        }
    }
    let organ = ctx.directory().short_name(&matter.organ).to_owned();
    // Said in the mail, because nobody but its readers can let the text go on.
    let by_hand = match open {
        "" => String::new(),
        open => format!("其中有 {open}，须由保密审查员或县政府办打开核对、写明理由后放行。\n\n"),
    };
    let text = format!(
        "{organ}的《{}》（{}撰写）到了{}，应在 {} 个工作日内办结。\n\n{by_hand}打开审核：{}\n",
        matter.title,
        matter.byline,
        stage.label,
        stage.days,
        address(ctx, &format!("/reviews/{}", matter.about.id)),
    );
    Ok(Mail { to, subject: format!("有稿件等待{}：{}", stage.label, matter.title), text })
}

/// To everybody who wrote in it.
async fn returned(ctx: &Ctx, matter: &Matter, stage: &Stage, reason: &str) -> Result<Mail> {
    let authors: &[AccountId] = &matter.authors;
    let to = ctx.one::<Arc<dyn Recipients>>().mail_of(ctx, authors).await?;
    let text = format!(
        "《{}》在{}被退回。\n\n退回理由：{reason}\n\n请修改后重新提交：{}\n",
        matter.title,
        stage.label,
        address(ctx, &format!("/documents/{}/edit", matter.log.id)),
    );
    Ok(Mail { to, subject: format!("稿件退回：{}", matter.title), text })
}
