//! Killed at a random moment while four people write, started again, and asked for everything that it had acknowledged.
//!
//! A write counts as acknowledged when its answer (303, or 200 of an autosave) was read whole. What was under way when the
//! process died may be there or not, but never by half: page, list, search, log and database agree about every document.

mod check;
mod writers;

use std::{
    collections::BTreeSet,
    path::Path,
    sync::atomic::{AtomicBool, Ordering},
    time::{Duration, Instant},
};

use anyhow::{Context, Result};

use crate::{
    figures::{Report, Row, Times, ms},
    program::{Program, Server},
    settings::Settings,
    staff::{Draft, Rank, Team},
    words::Dice,
};

/// Editors who write at the same time.
const EDITORS: [&str; 4] = ["editor-mz", "editor-cz", "editor-jt", "editor-ny"];
/// Failed checks that are told in words.
const TOLD: usize = 10;

/// What was acknowledged of one document.
#[derive(Debug, Clone)]
pub(crate) struct Acknowledged {
    /// The document as far as it is known to have come.
    pub(crate) draft: Draft,
    /// The word in its title by which it is searched.
    pub(crate) word: String,
    /// The mark of the last text that was acknowledged; 0 = none.
    pub(crate) mark: u32,
}

/// What one writer was told in one round.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    pub(crate) documents: Vec<Acknowledged>,
    pub(crate) notes: Vec<String>,
    /// Writes acknowledged.
    pub(crate) writes: u64,
    /// Answers that should not have come, in words.
    pub(crate) refusals: Vec<String>,
}

/// Counts over all rounds.
#[derive(Debug, Default)]
struct Tally {
    rounds: u32,
    writes: u64,
    publications: u64,
    lost: BTreeSet<String>,
    half: BTreeSet<String>,
    refusals: u64,
    first_refusal: String,
    restarts: Vec<Duration>,
    documents: Vec<Acknowledged>,
    notes: Vec<String>,
}

impl Tally {
    fn take(&mut self, ledgers: Vec<Ledger>) -> Vec<Vec<Acknowledged>> {
        let mut open = Vec::new();
        for ledger in ledgers {
            self.writes += ledger.writes;
            self.publications += ledger.documents.iter().filter(|one| one.draft.rank == Rank::PUBLIC).count() as u64;
            self.refusals += ledger.refusals.len() as u64;
            if let (true, Some(first)) = (self.first_refusal.is_empty(), ledger.refusals.into_iter().next()) {
                self.first_refusal = first;
            }
            open.push(ledger.documents.iter().filter(|one| one.draft.rank != Rank::PUBLIC).cloned().collect());
            // A document that is taken up again stands here once, as it was told last.
            self.documents.retain(|known| ledger.documents.iter().all(|one| one.draft.id != known.draft.id));
            self.documents.extend(ledger.documents);
            self.notes.extend(ledger.notes);
        }
        open
    }
}

/// The rounds, the final look at everything, and what it costs to start again.
///
/// # Errors
/// When the program does not start again, or the demonstration is not as expected. What is lost is a figure, not an error.
pub(crate) fn measure(settings: &Settings, program: &Program, county: &Path, report: &mut Report) -> Result<()> {
    let mut dice = Dice::new(settings.seed);
    let database = check::Database::of(county)?;
    let mut server = program.serve(county)?;
    let clean = server.ready;
    let duties = EDITORS.map(|editor| database.duty_of(editor)).into_iter().collect::<Result<Vec<_>>>()?;
    let mut teams = Vec::new();
    for editor in EDITORS {
        let team = match teams.first() {
            None => Team::sign_in(&server, editor)?,
            Some(first) => Team::with_editor(first, &server, editor)?,
        };
        teams.push(team);
    }
    let (begun, mut tally) = (Instant::now(), Tally::default());
    let mut open = vec![Vec::new(); EDITORS.len()];
    while tally.rounds < settings.rounds && begun.elapsed() < settings.crash_time {
        tally.rounds += 1;
        let pause = Duration::from_millis(50 + dice.below(1451));
        let round = Round { number: tally.rounds, seed: dice.roll(), pause };
        let ledgers = round.write(server, &teams, &duties, open)?;
        let touched = ledgers.iter().flat_map(|ledger| &ledger.documents).map(|one| one.draft.id.clone()).collect();
        open = tally.take(ledgers);
        server = program.serve(county).context("it did not start again after kill -9")?;
        tally.restarts.push(server.ready);
        let found = look(program, county, &server, &database, &mut tally, Some(&touched))?;
        for writer in &mut open {
            found.refresh(writer);
        }
        teams = teams.iter().map(|team| team.moved(&server)).collect();
    }
    look(program, county, &server, &database, &mut tally, None)?;
    server.stop()?;
    tell(settings, &tally, clean, report);
    Ok(())
}

/// One round of writing.
#[derive(Debug)]
struct Round {
    number: u32,
    seed: u64,
    pause: Duration,
}

impl Round {
    /// Lets all write, kills the server after the pause, and returns what each was told.
    fn write(
        &self,
        server: Server,
        teams: &[Team],
        duties: &[String],
        open: Vec<Vec<Acknowledged>>,
    ) -> Result<Vec<Ledger>> {
        let over = AtomicBool::new(false);
        std::thread::scope(|scope| {
            let (server_, over) = (&server, &over);
            let writers: Vec<_> = teams
                .iter()
                .zip(duties)
                .zip(open)
                .enumerate()
                .map(|(at, ((team, duty), open))| {
                    let mut writer =
                        writers::Writer::new(at, self.number, self.seed, team.moved(server_), duty.clone());
                    scope.spawn(move || writer.write(open, over))
                })
                .collect();
            std::thread::sleep(self.pause);
            let killed = server.kill();
            over.store(true, Ordering::Relaxed);
            let ledgers =
                writers.into_iter().map(|writer| writer.join().map_err(|_| anyhow::anyhow!("a writer broke")));
            let ledgers = ledgers.collect::<Result<Vec<_>>>();
            killed?;
            ledgers
        })
    }
}

/// Looks for what is lost and what is there by half. In the database at everything, on the portal at what was begun in the
/// last round and the ids in `touched`; without these at everything.
fn look(
    program: &Program,
    county: &Path,
    server: &Server,
    database: &check::Database,
    tally: &mut Tally,
    touched: Option<&BTreeSet<String>>,
) -> Result<check::Found> {
    let found = database.read()?;
    tally.lost.extend(found.lost(&tally.documents, &tally.notes));
    tally.half.extend(found.contradictions());
    // The index may need a moment: it is fed from the log. That it gets there is part of the promise.
    match server.caught_up(Duration::from_secs(20)) {
        Ok(()) => tally.half.extend(found.seen_by_half(&mut server.visitor(), |id, word| {
            touched.is_none_or(|touched| touched.contains(id) || writers::is_of(tally.rounds, word))
        })?),
        Err(error) => {
            tally.half.insert(format!("round {}: {error}", tally.rounds));
        }
    }
    if let Err(error) = program.run(county, &["verify"]) {
        tally.half.insert(format!("round {}: {error}", tally.rounds));
    }
    Ok(found)
}

fn tell(settings: &Settings, tally: &Tally, clean: Duration, report: &mut Report) {
    let times = Times::of(tally.restarts.clone());
    let rounds = tally.rounds;
    #[expect(clippy::cast_precision_loss, reason = "counts of a run, far below 2^52")]
    let count = |count: usize| count as f64;
    let missing = settings.rounds.saturating_sub(rounds);
    let row = Row::new(
        "crash",
        format!("rounds of kill -9 left out ({rounds} of {} done)", settings.rounds),
        f64::from(missing),
        "",
    );
    report.add(row.at_most(0.0));
    let figure = format!("acknowledged writes lost ({} acknowledged)", tally.writes);
    report.add(Row::new("crash", figure, count(tally.lost.len()), "").at_most(0.0));
    let figure = format!("half-published or contradictory ({} publications)", tally.publications);
    report.add(Row::new("crash", figure, count(tally.half.len()), "").at_most(0.0));
    for (label, value) in [("median", times.percentile(50)), ("p99", times.percentile(99)), ("max", times.longest())] {
        let row = Row::new("crash", format!("restart to ready, {label} of {}", times.count()), value, "ms");
        report.add(row.against("start before round 1", ms(clean)));
    }
    if tally.refusals > 0 {
        report.note(format!(
            "crash: {} writes were answered otherwise, the first: {}",
            tally.refusals, tally.first_refusal
        ));
    }
    for fault in tally.lost.iter().take(TOLD) {
        report.note(format!("crash: lost: {fault}"));
    }
    for fault in tally.half.iter().take(TOLD) {
        report.note(format!("crash: half: {fault}"));
    }
}
