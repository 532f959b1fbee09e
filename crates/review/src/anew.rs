//! A look that believes nothing that is kept. What [`findings`](crate::findings) keeps are rows; whoever deletes one past the
//! program makes a text look clean. So what makes a subject public looks through its texts once more ([`look`]), outside of the
//! write, and holds what it found against what stands in the write itself ([`Looked::is_of`]) and against the decisions that the
//! log tells of ([`Looked::stopping`]).

use std::collections::HashSet;

use kernel::NewEvent;
use store::Db;

use crate::{
    Result,
    findings::{Asking, Checks, Part, PartText, Run, look_through, put, read},
    subject::About,
};

/// A finding by rule and digest.
pub type Known = (String, String);

/// What was found in the texts of a subject, and in nothing else.
#[derive(Debug, Clone, Default)]
pub struct Looked {
    parts: Vec<Part>,
    blocking: Vec<Known>,
    unlisted: usize,
}

impl Looked {
    fn of(runs: &[Run]) -> Self {
        let blocking = runs.iter().flat_map(|run| &run.found).filter(|one| one.blocks);
        Self {
            blocking: blocking.map(|one| (one.rule.clone(), one.digest.clone())).collect(),
            unlisted: runs.iter().map(|run| run.unlisted).sum(),
            parts: runs.iter().map(|run| run.part.clone()).collect(),
        }
    }

    /// Whether what is kept of these texts stops the same.
    pub fn says(&self, kept: &Checks) -> bool {
        let own = sorted(self.blocking.iter().map(|(rule, digest)| (rule.as_str(), digest.as_str())));
        let blocking = kept.found.iter().filter(|one| one.blocks);
        let told = sorted(blocking.map(|one| (one.rule.as_str(), one.digest.as_str())));
        own == told && self.unlisted == kept.unlisted && kept.missing.is_empty()
    }

    /// Whether these parts are the very ones that were looked through.
    pub fn is_of(&self, parts: &[Part]) -> bool {
        let known = |part: &Part| (part.key.clone(), part.digest.clone());
        let (mut seen, mut now): (Vec<_>, Vec<_>) =
            (self.parts.iter().map(known).collect(), parts.iter().map(known).collect());
        seen.sort();
        now.sort();
        seen == now
    }

    /// How much stops it when nobody else has decided anything than this.
    pub fn stopping(&self, decided: &HashSet<Known>) -> usize {
        self.blocking.iter().filter(|one| !decided.contains(*one)).count() + self.unlisted
    }
}

/// What is found in these texts by the rules of today; nothing is kept and nothing that is kept is read.
///
/// # Errors
/// When the database fails that is asked what the texts cite.
pub async fn found(asking: &Asking, texts: Vec<PartText>) -> Result<Looked> {
    Ok(Looked::of(&look_through(asking, texts).await?))
}

/// Looks through all the texts of a subject. What is kept of them and says otherwise is put right, so that reviewers see what was
/// found; where it was kept of this very text by today's rules, somebody has changed it past the program, and `changed` is said.
///
/// # Errors
/// When the database fails.
pub async fn look(asking: &Asking, db: &Db, about: &About, texts: Vec<PartText>, changed: NewEvent) -> Result<Looked> {
    let runs = look_through(asking, texts).await?;
    let looked = Looked::of(&runs);
    let kept = read(db.read(), about, &looked.parts).await?;
    let fresh: HashSet<&str> = kept.missing.iter().map(|part| part.key.as_str()).collect();
    let known = || runs.iter().filter(|run| !fresh.contains(run.part.key.as_str()));
    // What others know may be something else today: nobody has changed anything by that.
    let of_text = |id: &str| check_text::rule::named(id).is_none_or(|rule| !rule.asks);
    let own = known().flat_map(|run| &run.found).filter(|one| !one.asks());
    let found = own.map(|one| (one.rule.as_str(), one.blocks, one.digest.as_str()));
    let said = kept.found.iter().filter(|one| of_text(&one.rule));
    let said = said.map(|one| (one.rule.as_str(), one.blocks, one.digest.as_str()));
    let (found, said) = (sorted(found), sorted(said));
    // A new release may call a place otherwise; what was found there is the same.
    let bare = |all: &[(&str, bool, &str)]| sorted(all.iter().map(|(rule, blocks, _)| ((*rule).to_owned(), *blocks)));
    let unlisted: usize = known().map(|run| run.unlisted).sum();
    let forged = bare(&found) != bare(&said) || unlisted != kept.unlisted;
    let differs = forged || found != said;
    if !differs && fresh.is_empty() {
        return Ok(looked);
    }
    let mut tx = db.write().await?;
    tx.lock(&format!("findings:{}:{}", about.kind, about.id)).await?;
    for run in runs.iter().filter(|run| differs || fresh.contains(run.part.key.as_str())) {
        put(&mut tx, about, run).await?;
    }
    if forged {
        tx.append(changed).await?;
    }
    tx.commit().await?;
    Ok(looked)
}

fn sorted<T: Ord>(all: impl IntoIterator<Item = T>) -> Vec<T> {
    let mut all: Vec<T> = all.into_iter().collect();
    all.sort_unstable();
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_decided_lets_a_finding_through_and_only_of_these_texts() {
        let part = |text: &str| Part::of_text("body", "正文", text);
        let known = |digest: &str| ("privacy.mobile".to_owned(), digest.to_owned());
        let looked = Looked { parts: vec![part("甲")], blocking: vec![known("a"), known("b")], unlisted: 0 };
        assert!(looked.is_of(&[part("甲")]) && !looked.is_of(&[part("乙")]) && !looked.is_of(&[]));
        assert!(!looked.is_of(&[part("甲"), Part::of_text("file.a", "附件", "")]));
        let decided = |all: &[&str]| all.iter().map(|one| known(one)).collect::<HashSet<_>>();
        assert_eq!(looked.stopping(&decided(&[])), 2);
        assert_eq!(looked.stopping(&decided(&["a", "c"])), 1);
        assert_eq!(looked.stopping(&decided(&["a", "b"])), 0);
        assert_eq!(Looked { unlisted: 3, ..looked }.stopping(&decided(&["a", "b"])), 3);
    }
}
