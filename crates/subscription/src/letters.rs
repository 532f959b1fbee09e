//! What subscribers read in their mails. Every mail says why it came, how it is changed and how it is left.

use std::collections::HashMap;

use document::{
    Kinds,
    public::{self, Found},
};
use kernel::id::DocumentId;
use web::{Ctx, Result, mail::Letter};

use crate::{
    facts::{self, Public},
    filter::{Filter, Names, Often},
    follow::Act,
    matching::Why,
    round::{Mail, Noted},
    rows::{Change, Subscription},
    settings::Subscriptions,
};

/// A letter, and the documents that it tells of.
#[derive(Debug)]
pub(crate) struct Made {
    pub(crate) letter: Letter,
    pub(crate) told: Vec<DocumentId>,
}

/// Lines of a digest that are told in full; of more it is said how many and where.
const MOST: usize = 100;

/// Why mails are sent no more, in words.
pub(crate) fn failure(why: &str) -> &'static str {
    match why {
        "full" => "邮箱多日收不下邮件，可能已满",
        _ => "邮箱地址不存在，或者对方邮件服务器拒收",
    }
}

/// How often, with the time: 每天汇总（早上 8 点）.
pub(crate) fn when(settings: &Subscriptions, often: Often) -> String {
    const DAYS: [&str; 7] = ["一", "二", "三", "四", "五", "六", "日"];
    let day = usize::try_from(settings.weekday - 1).ok().and_then(|at| DAYS.get(at)).copied().unwrap_or("一");
    match often {
        Often::Now => often.label().to_owned(),
        Often::Daily => format!("{}（{} 点发）", often.label(), settings.hour),
        Often::Weekly => format!("{}（星期{day} {} 点发）", often.label(), settings.hour),
    }
}

fn letter(one: &Subscription, mail: &Mail, (subject, text): (String, String)) -> Letter {
    Letter { to: one.address.clone(), subject, text, mark: mail.id.to_string(), leave: String::new() }
}

/// Whoever has the mailbox says whether the subscription is meant.
pub(crate) async fn confirm(ctx: &Ctx, one: &Subscription, mail: &Mail) -> Result<Option<Made>> {
    let (site, base) = (ctx.site().name.clone(), ctx.portal_url());
    let words = chosen(&one.filter, &Names::now(ctx).await?);
    let until = kernel::time::show_minute(&one.expires_at);
    let text = format!(
        "有人用这个邮箱地址在{site}网站订阅政务公开信息。\n\n\
         条件：{words}\n频率：{}\n\n\
         是您本人订阅的，请在 {until} 以前打开下面的链接，在页面上点“确认订阅”：\n{base}{}\n\n\
         不是您订阅的，不用理会：不确认就不会再收到邮件，到期后这个地址会从系统里删除。\n\n{}",
        when(&ctx.settings::<Subscriptions>(), one.often),
        one.path(),
        foot(),
    );
    let letter = letter(one, mail, (format!("请确认订阅：{site}政务公开信息"), text));
    Ok(Some(Made { letter, told: Vec::new() }))
}

/// The conditions for a mailbox that has not confirmed: what was typed may be a stranger's message, which is not sent on in the
/// name of the county; what was chosen from lists is said.
fn chosen(filter: &Filter, names: &Names) -> String {
    let listed = Filter { topics: Vec::new(), words: Vec::new(), ..filter.clone() };
    let typed = !filter.topics.is_empty() || !filter.words.is_empty();
    match (listed.is_empty(), typed) {
        (_, false) => filter.words_by(names),
        (true, true) => "填写的词，打开链接可以看到".to_owned(),
        (false, true) => format!("{}；还有填写的词，打开链接可以看到", listed.words_by(names)),
    }
}

/// Something of the subscription has been changed.
pub(crate) fn told(ctx: &Ctx, one: &Subscription, mail: &Mail, change: &Change) -> Made {
    let (site, base) = (ctx.site().name.clone(), ctx.portal_url());
    let what = match change.what.as_str() {
        "confirmed" => "订阅已经确认",
        "paused" => "订阅已经暂停",
        "resumed" => "订阅已经恢复",
        _ => "订阅已经修改",
    };
    let text = format!(
        "您在{site}网站的{what}（{}）。\n\n{}\n\n\
         不是您本人操作的，请打开下面的链接核对，并且不要把收到的邮件转给别人，邮件里的链接可以修改订阅。\n\n{}{}",
        change.at,
        change.words,
        ways(base, one),
        foot(),
    );
    let mut letter = letter(one, mail, (format!("{what}：{site}政务公开信息"), text));
    letter.leave = format!("{base}{}", one.leave_path());
    Made { letter, told: Vec::new() }
}

/// What is told of one document.
struct Item {
    document: DocumentId,
    what: String,
    title: String,
    /// Organ, day, number.
    about: String,
    href: String,
    why: String,
}

/// What has become public, as it stands now; `None` when nothing of it is left to tell.
pub(crate) async fn news(
    ctx: &Ctx,
    one: &Subscription,
    mail: &Mail,
    noted: &[(DocumentId, Noted)],
) -> Result<Option<Made>> {
    let names = Names::now(ctx).await?;
    let ids: Vec<DocumentId> = noted.iter().map(|(id, _)| id.clone()).collect();
    let found = facts::of(ctx, &ids).await?;
    let public: HashMap<&DocumentId, &Public> = found.iter().map(|one| (&one.listed.id, one)).collect();
    let mut items = Vec::new();
    for (id, noted) in noted {
        let item = match public.get(id) {
            Some(&now) => stands(ctx, one, &names, (now, noted)),
            None if noted.before => gone(ctx, id).await?,
            None => None,
        };
        items.extend(item);
    }
    let (site, base) = (ctx.site().name.clone(), ctx.portal_url());
    let subject = match items.as_slice() {
        [] => return Ok(None),
        [only] => format!("{}：{}", only.what, only.title),
        several => format!("{site}：{} 条您订阅的信息（{}）", several.len(), ctx.today()),
    };
    let mut text = format!("按您在{site}网站的订阅，有 {} 条信息，以下是现在的状态：\n", items.len());
    for (number, item) in (1..).zip(items.iter().take(MOST)) {
        let Item { what, title, about, href, why, .. } = item;
        text.push_str(&format!("\n{number}. 【{what}】{title}\n"));
        for line in [about, href, why].into_iter().filter(|line| !line.is_empty()) {
            text.push_str(&format!("   {line}\n"));
        }
    }
    if items.len() > MOST {
        text.push_str(&format!("\n还有 {} 条没有列出，请在网站上看：{base}/documents\n", items.len() - MOST));
    }
    text.push_str(&format!(
        "\n————\n您订阅的是：{}；{}。\n\n{}{}",
        one.filter.words_by(&names),
        when(&ctx.settings::<Subscriptions>(), one.often),
        ways(base, one),
        foot(),
    ));
    let mut letter = letter(one, mail, (subject, text));
    letter.leave = format!("{base}{}", one.leave_path());
    Ok(Some(Made { letter, told: items.into_iter().map(|item| item.document).collect() }))
}

/// Why a change of a document comes to somebody whose conditions it does not fit now.
const TOLD_BEFORE: &str = "因为以前的邮件告诉过您它已公开";

/// A document that is public; `None` when it does not fit any more, and no mail has told of it before.
fn stands(ctx: &Ctx, one: &Subscription, names: &Names, (now, noted): (&Public, &Noted)) -> Option<Item> {
    let why = match one.filter.judge(&now.facts) {
        Some(why) => because(names, &why),
        None if noted.before => TOLD_BEFORE.to_owned(),
        None => return None,
    };
    let has = |act: Act| noted.acts.contains(&act);
    let what = if has(Act::Called) {
        "面向您订阅的对象推送".to_owned()
    } else if has(Act::Published) {
        if noted.before { "重新公开".to_owned() } else { "新公开".to_owned() }
    } else if has(Act::Validity) && !now.validity.is_empty() {
        format!("有效性变化，现在是{}", now.validity)
    } else if has(Act::Corrected) {
        "更正".to_owned()
    } else {
        // A withdrawal that was taken back before anybody was told.
        return None;
    };
    Some(Item {
        document: now.listed.id.clone(),
        what,
        title: now.listed.title.clone(),
        about: now.about(),
        href: format!("{}{}", ctx.portal_url(), now.listed.path),
        why,
    })
}

/// A document of which a mail has told, and which is not public any more.
async fn gone(ctx: &Ctx, id: &DocumentId) -> Result<Option<Item>> {
    let found = public::found(ctx.db(), &Kinds::of(ctx), &ctx.site().domain, id).await?;
    let Some(Found::Withdrawn(tomb)) = found else { return Ok(None) };
    Ok(Some(Item {
        document: id.clone(),
        what: "已撤回".to_owned(),
        title: tomb.title,
        about: ctx.directory().short_name(&tomb.organ).to_owned(),
        href: format!("{}{}", ctx.portal_url(), tomb.path),
        why: format!("{TOLD_BEFORE}；撤回的说明见上面的网址"),
    }))
}

/// Why it came: 因为您订阅了：机关“县财政局”，主题分类“养老”.
pub(crate) fn because(names: &Names, why: &Why) -> String {
    let said = why.iter().map(|(sort, values)| {
        let values: Vec<String> = values.iter().map(|value| format!("“{}”", names.of(*sort, value))).collect();
        format!("{}{}", sort.label(), values.join("、"))
    });
    let said: Vec<String> = said.collect();
    if said.is_empty() {
        "因为您订阅了全部新公开的文件".to_owned()
    } else {
        format!("因为您订阅了：{}", said.join("，"))
    }
}

fn ways(base: &str, one: &Subscription) -> String {
    format!("查看、修改、暂停订阅：{base}{}\n退订：{base}{}\n", one.path(), one.leave_path())
}

fn foot() -> &'static str {
    "\n这封邮件由系统自动发出，请不要回复。\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_of_a_digest_is_said() {
        let settings = Subscriptions { hour: 9, weekday: 5, ..Subscriptions::default() };
        assert_eq!(when(&settings, Often::Now), "一有就发");
        assert_eq!(when(&settings, Often::Daily), "每天汇总（9 点发）");
        assert_eq!(when(&settings, Often::Weekly), "每周汇总（星期五 9 点发）");
    }
}
