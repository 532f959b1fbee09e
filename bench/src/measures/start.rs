//! Start, memory and page times with as many documents as a county gathers in ten years.

use std::{path::Path, time::Duration};

use anyhow::{Result, ensure};

use crate::{
    figures::{Report, Row, Times},
    http::{Browser, escape},
    measures::{self, links, publish},
    program::{Program, Server},
    seeding,
    settings::Settings,
    words::Dice,
};

const STARTS: usize = 5;
const REQUESTS: usize = 2000;
/// Words that people search for; two of them are in almost no document.
const WORDS: [&str; 12] = [
    "养老",
    "补助",
    "教育",
    "低保",
    "预算 公开",
    "县民政局",
    "供水",
    "招聘",
    "财政资金",
    "村务公开 监督",
    "琉璃",
    "演示",
];

/// Fills the directory, starts five times, rests, reads.
///
/// # Errors
/// When the program fails.
pub(crate) fn measure(settings: &Settings, program: &Program, folder: &Path, report: &mut Report) -> Result<()> {
    let data = seeding::many(folder);
    program.run(&data, &["demo"])?;
    let (filling, seeded) =
        measures::timed(|| seeding::fill(program.file(), &data, &settings.root, settings.documents, 0))?;
    let (indexing, _) = measures::timed(|| program.run(&data, &["reindex"]))?;
    report.note(format!(
        "start: {} documents of {} bytes on average put in {:.0} s, indexed in {:.0} s; the system's page cache was warm",
        seeded.documents,
        seeded.mean_bytes,
        filling.as_secs_f64(),
        indexing.as_secs_f64()
    ));
    let server = program.serve(&data)?;
    server.caught_up(Duration::from_secs(120))?;
    measures::rested(&server, "start", seeded.documents, report)?;
    server.stop()?;
    starts(program, folder, &data, seeded.documents, report)?;
    let (server, bare) = (program.serve(&data)?, program.serve(&folder.join("empty"))?);
    server.first_answer()?;
    bare.first_answer()?;
    std::thread::sleep(Duration::from_secs(10));
    let reference = bare.memory()?.resident;
    bare.stop()?;
    memory(&server, "10 s idle", true, reference, report)?;
    let pages = Pages::find(&mut server.visitor())?;
    let mut dice = Dice::new(settings.seed);
    let mut visitor = server.visitor();
    for at in 0..200 {
        pages.open(&mut visitor, Kind::ALL[at % Kind::ALL.len()], &mut dice)?;
    }
    std::thread::sleep(Duration::from_secs(2));
    memory(&server, "after 200 mixed pages", true, reference, report)?;
    latency(&server, &pages, &mut dice, report)?;
    memory(&server, "after 2200 mixed pages", false, reference, report)?;
    report.note(format!(
        "start: {:.0} MB of the last figure are pages of files, which the system can take back",
        server.memory()?.of_files
    ));
    publish::publish(&server, settings.publications / 3, &format!("{} documents", seeded.documents), report)?;
    server.stop()
}

/// From the start of the process to the line `ready` and to the first 200, against a directory that holds nothing.
fn starts(program: &Program, folder: &Path, data: &Path, documents: usize, report: &mut Report) -> Result<()> {
    let empty = folder.join("empty");
    let (mut ready, mut answered, mut nothing) = (Vec::new(), Vec::new(), Vec::new());
    for round in 0..=STARTS {
        let server = program.serve(&empty)?;
        let reference = (server.ready, server.first_answer()?);
        server.stop()?;
        let server = program.serve(data)?;
        let times = (server.ready, server.first_answer()?);
        server.caught_up(Duration::from_secs(60))?;
        server.stop()?;
        // The first start makes the database of the empty directory.
        if round > 0 {
            ready.push(times.0);
            answered.push(times.1);
            nothing.push(reference.1);
        }
    }
    let nothing = Times::of(nothing);
    for (what, times) in [("ready", Times::of(ready)), ("first 200", Times::of(answered))] {
        for (label, value) in [("median", times.percentile(50)), ("max", times.longest())] {
            let figure = format!("{documents} documents: {what}, {label} of {}", times.count());
            let row = Row::new("start", figure, value, "ms").against("empty directory", nothing.percentile(50));
            report.add(row.at_most(1000.0));
        }
    }
    Ok(())
}

fn memory(server: &Server, when: &str, judged: bool, reference: f64, report: &mut Report) -> Result<()> {
    let row = Row::new("start", format!("resident memory, {when}"), server.memory()?.resident, "MB");
    let row = row.against("empty directory", reference);
    report.add(if judged { row.at_most(150.0) } else { row });
    Ok(())
}

/// What is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Home,
    Policy,
    List,
    Search,
}

impl Kind {
    const ALL: [Self; 4] = [Self::Home, Self::Policy, Self::List, Self::Search];

    fn label(self) -> &'static str {
        match self {
            Self::Home => "home",
            Self::Policy => "policy",
            Self::List => "list",
            Self::Search => "search",
        }
    }
}

/// Addresses that visitors open.
#[derive(Debug)]
struct Pages {
    policies: Vec<String>,
    lists: Vec<String>,
}

impl Pages {
    /// Reads them from the portal: policies from ten pages of their list, columns from the site map.
    fn find(visitor: &mut Browser) -> Result<Self> {
        let mut policies = Vec::new();
        for page in 1..=10 {
            policies.extend(links(&visitor.get(&format!("/policies?page={page}"))?.text(), "/policies/"));
        }
        let mut lists = links(&visitor.get("/sitemap")?.text(), "/columns/");
        lists.retain(|path| !path.contains('.'));
        lists.push("/policies".into());
        ensure!(policies.len() > 20 && lists.len() > 3, "{} policies and {} lists found", policies.len(), lists.len());
        Ok(Self { policies, lists })
    }

    fn open(&self, visitor: &mut Browser, kind: Kind, dice: &mut Dice) -> Result<Duration> {
        let path = match kind {
            Kind::Home => "/".to_owned(),
            Kind::Policy => dice.pick(&self.policies).cloned().unwrap_or_default(),
            Kind::List => {
                let page = 1 + dice.below(5);
                format!("{}?page={page}", dice.pick(&self.lists).map_or("/policies", String::as_str))
            }
            Kind::Search => format!("/search?q={}", escape(dice.pick(&WORDS).unwrap_or(&"养老"))),
        };
        let (time, reply) = measures::timed(|| visitor.get(&path))?;
        ensure!(reply.status == 200, "{path} answers {}", reply.status);
        Ok(time)
    }
}

fn latency(server: &Server, pages: &Pages, dice: &mut Dice, report: &mut Report) -> Result<()> {
    let mut visitor = server.visitor();
    let reference = measures::healthz(&mut visitor, REQUESTS / 4)?;
    let mut times: [Vec<Duration>; 4] = Default::default();
    for at in 0..REQUESTS {
        times[at % 4].push(pages.open(&mut visitor, Kind::ALL[at % 4], dice)?);
    }
    for (kind, times) in Kind::ALL.into_iter().zip(times) {
        let times = Times::of(times);
        for percent in [50, 99] {
            let figure = format!("portal {}, p{percent} of {}", kind.label(), times.count());
            let row = Row::new("start", figure, times.percentile(percent), "ms");
            report.add(row.against(format!("GET /healthz p{percent}"), reference.percentile(percent)));
        }
    }
    Ok(())
}
