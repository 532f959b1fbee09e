//! Masking by one press: what tells who somebody is becomes 张*祥, 138****8000 in the text that is being written. The author asks
//! for it and is asked before; nothing is masked by itself.

use document::{
    Listed, Whole,
    common::SUMMARY,
    form::Typed,
    html::{masked, masked_words, replaced, replaced_words, to_text},
    remarks::Remark,
};
use review::findings::{Asking, Check};
use web::{Ctx, Error, Result};

/// What can be masked in an edition as it is stored: how many places, and the first of them as they would stand there.
pub(super) async fn offered(whole: &Whole, found: &[Check], remarks: &[Remark]) -> Result<(usize, String)> {
    // Nothing of it is looked for where the checks found nothing; a name in the title alone is a remark.
    let personal = found.iter().any(|check| check.rule.starts_with("privacy.") && !check.is_unread());
    if !personal && remarks.is_empty() {
        return Ok((0, String::new()));
    }
    let texts = [whole.edition.title.clone(), whole.text.body_text.clone(), whole.values.get(&SUMMARY).to_owned()];
    off(move || {
        /// Masks that are shown before somebody asks for them.
        const SHOWN: usize = 3;
        let listed = Listed::of(&texts.each_ref().map(String::as_str));
        let masks: Vec<_> = texts.iter().flat_map(|text| document::masks_with(text, &listed)).collect();
        let shown: Vec<&str> = masks.iter().take(SHOWN).map(|mask| mask.to.as_str()).collect();
        (masks.len(), shown.join("、"))
    })
    .await
}

/// Masks what was typed, and says what became of it.
pub(super) async fn mask(form: &mut Typed) -> Result<String> {
    let (title, body) = (form.title.clone(), form.body_html.clone());
    let summary = form.more(SUMMARY.key).to_owned();
    let (title, body, summary) = off(move || {
        let listed = Listed::of(&[title.as_str(), to_text(&body).as_str(), summary.as_str()]);
        (masked_words(&title, &listed), masked(&body, &listed), masked_words(&summary, &listed))
    })
    .await?;
    let done = title.1 + body.done + summary.1;
    form.title = title.0;
    form.body_html = body.html;
    if summary.1 > 0 {
        form.more.insert(SUMMARY.key.to_owned(), summary.0);
    }
    Ok(match (done, body.left) {
        (0, 0) => "标题、正文和摘要里没有可以自动遮盖的内容。已保存。".to_owned(),
        (done, 0) => format!("已遮盖 {done} 处，已保存。请通读一遍；附件请另外生成遮盖副本，或者改好以后重新上传。"),
        (done, left) => {
            format!("已遮盖 {done} 处，已保存。还有 {left} 处中间隔着换行或者格式，请按“检查”里的提示手工修改。")
        }
    })
}

/// Puts what a finding offers in its place, in title, text and summary, wherever the same is found; and says what became of it.
pub(super) async fn replace(ctx: &Ctx, form: &mut Typed, check: Option<Check>) -> Result<String> {
    let Some(check) = check else {
        return Ok("这处文字已经改动，原来的问题不在了。已保存。".to_owned());
    };
    let book = Asking::of(ctx).await?.shared();
    let (title, body) = (form.title.clone(), form.body_html.clone());
    let summary = form.more(SUMMARY.key).to_owned();
    let (from, to) = (check.excerpt.clone(), check.replacement.clone());
    let (title, body, summary) = off(move || {
        let answers = check_text::Answers::default();
        let find = |text: &str| -> Vec<document::html::Change> {
            let found = check_text::look_over("", text, &book, &answers).into_iter();
            let same = found.filter(|one| one.rule == check.rule && one.excerpt == check.excerpt);
            same.filter(|one| one.replacement.as_deref() == Some(check.replacement.as_str()))
                .map(|one| document::html::Change { start: one.start, end: one.end, to: check.replacement.clone() })
                .collect()
        };
        (replaced_words(&title, &find), replaced(&body, &find), replaced_words(&summary, &find))
    })
    .await?;
    let done = title.1 + body.done + summary.1;
    form.title = title.0;
    form.body_html = body.html;
    if summary.1 > 0 {
        form.more.insert(SUMMARY.key.to_owned(), summary.0);
    }
    Ok(match (done, body.left) {
        (0, 0) => format!("标题、正文和摘要里没有找到“{from}”，附件和其他栏目请手工修改。已保存。"),
        (done, 0) => format!("已将 {done} 处“{from}”改为“{to}”，已保存。"),
        (done, left) => {
            format!("已将 {done} 处“{from}”改为“{to}”，已保存。还有 {left} 处中间隔着换行或者格式，请手工修改。")
        }
    })
}

async fn off<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(|error| Error::internal(format!("masking a text: {error}")))
}
