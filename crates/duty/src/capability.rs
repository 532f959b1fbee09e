//! What the machine declares: its tables, events, permissions, settings, and what it does by itself.

use jiff::civil::Time;
use store::{Entry, Every, Schedule, jobs::Handlers};
use web::{Capability, Ctx, Result, mail::Outward};

use crate::{
    MIGRATIONS, events, evidence,
    model::{Cadence, label_of},
    notices::{self, NOTIFY, Notice, again},
    permissions, project, reform, settings,
    tidings::{self, CHANGED, Changes},
};

/// Reminders go out at the first moment of a working day after this time in China: before the mails that are gathered do (at 8), so
/// that what they say of today is read today.
const FROM: Time = Time::constant(7, 30, 0, 0);

/// What this crate brings into the program; sources and pages are declared by the contexts.
pub fn capability() -> Capability {
    let machine = Capability::new("duty", "任务")
        .permissions(&permissions::ALL)
        .events(&events::ALL)
        .subject(events::SUBJECT, "任务")
        .words(words)
        .titled("SELECT id, text FROM duty WHERE id")
        .titled("SELECT s.id, d.text FROM duty_share s JOIN duty d ON d.id = s.duty WHERE s.id")
        .jobs(handlers)
        .schedule(schedule)
        .settings::<settings::Duties>()
        .migrations(MIGRATIONS)
        .declare(Outward(NOTIFY))
        .declare(Outward(CHANGED))
        .declare(crate::sealed::duties())
        .declare(crate::mend::proof())
        .declare(reform::touched())
        .declare(reform::followed());
    evidence::declared(machine)
}

/// Periods and rhythms as people call them: `2026-Q2` is 2026年第二季度.
fn words(field: &str, code: &str) -> Option<String> {
    match field {
        "period" => {
            let label = label_of(code);
            let year = code.split_once('-').map_or(String::new(), |(year, _)| format!("{year}年"));
            (!label.is_empty()).then(|| format!("{year}{label}"))
        }
        "cadence" => Cadence::ALL.into_iter().find(|known| known.code() == code).map(|known| known.label().to_owned()),
        _ => None,
    }
}

fn handlers(ctx: &Ctx) -> Handlers {
    let (notifying, changing) = (ctx.clone(), ctx.clone());
    Handlers::default()
        .with(NOTIFY, "把任务通知各机关", move |notice: Notice| {
            let ctx = notifying.clone();
            async move { again(notices::notify(&ctx, notice).await) }
        })
        .with(CHANGED, "把任务的调整告知机关", move |changes: Changes| {
            let ctx = changing.clone();
            async move { again(tidings::tell(&ctx, changes).await) }
        })
}

/// Reminders go out at half past eight on working days; after a reform shares are folded with it, and on the
/// day of one that was registered before.
fn schedule(ctx: &Ctx) -> Schedule {
    let (ctx, folds) = (ctx.clone(), ctx.clone());
    let remind = Entry::new("duty.remind", "提醒到期任务", Every::Daily(FROM), move || {
        let ctx = ctx.clone();
        async move { Ok(remind_today(&ctx).await?) }
    });
    let folding = folds.clone();
    let fold =
        Entry::new("duty.fold", "合并改革后由同一机关承办的任务份额", Every::Minutes(1), move || {
            let ctx = folding.clone();
            async move {
                let folded = reform::fold(ctx.db(), &ctx.directory(), ctx.today()).await?;
                if folded > 0 {
                    tracing::info!(folded, "shares of one organ became one");
                }
                Ok(())
            }
        });
    let mending = folds;
    let mend = Entry::new("duty.mend", "核对任务进度与事实是否一致", Every::Minutes(5), move || {
        let ctx = mending.clone();
        async move {
            crate::mend::mend(ctx.db()).await?;
            Ok(())
        }
    });
    Schedule::default().with(remind).with(fold).with(mend)
}

/// Sends what is due today, if it is a working day, and drops pieces of standings that have passed.
async fn remind_today(ctx: &Ctx) -> Result<()> {
    let today = ctx.today();
    if ctx.calendar().is_probably_working(today) {
        let organs = notices::remind_once(ctx, today).await?;
        tracing::info!(organs, %today, "reminders sent");
    }
    project::tidy(ctx.db(), today).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn periods_and_rhythms_are_read_by_people() {
        for (code, read) in [
            ("2026-Q2", Some("2026年第二季度")),
            ("2026-H1", Some("2026年上半年")),
            ("2026-03", Some("2026年3月")),
            ("2026", Some("2026年")),
            ("", None),
        ] {
            assert_eq!(words("period", code).as_deref(), read, "{code}");
        }
        for cadence in Cadence::ALL {
            assert_eq!(words("cadence", cadence.code()).as_deref(), Some(cadence.label()));
        }
        assert_eq!(words("reason", "2026-Q2"), None);
    }
}
