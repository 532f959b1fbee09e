//! Accounts from a table: a county makes its fifty in one go. All or nothing; each gets a one-time password, which is shown once.

use documents::tables::Table;
use kernel::{Actor, OrganCode, Role};
use store::{Db, Tx};
use web::Ctx;

use super::{AccountError, Created, NewAccount, store as rows};
use crate::{session::password::Fresh, settings::Accounts};

/// What a table of accounts may have: code, heading, other headings that are understood.
pub const HEADINGS: [(&str, &str, &[&str]); 5] = [
    ("login", "登录名", &["账号"]),
    ("name", "姓名", &["姓名或岗位", "岗位"]),
    ("organ", "所在机关", &["机关", "机关代码", "单位"]),
    ("roles", "角色", &[]),
    ("email", "邮箱", &["电子邮箱"]),
];

/// Which table is wanted of a file: the first one whose head has these headings, below whatever stands above it.
pub fn wanted() -> documents::tables::Wanted {
    let names =
        HEADINGS.iter().flat_map(|(code, label, others)| [*code, *label].into_iter().chain(others.iter().copied()));
    documents::tables::Wanted::headed(names)
}

/// A table to fill in, with two accounts as an example.
pub const TEMPLATE: &str = "\u{feff}登录名,姓名,所在机关,角色,邮箱\r\n\
    zhangsan,张三,县财政局,编辑,zhangsan@example.gov.cn\r\n\
    lisi,李四,OFFICE,保密审查员|文字关审核员,\r\n";

/// Most accounts of one table.
const MOST: usize = 500;

/// What is wrong with a line, or with the whole (line 0).
pub type Fault = (usize, String);

/// An account as read, with its line and the password that it will have.
#[derive(Debug)]
pub struct Line {
    number: usize,
    new: NewAccount,
}

/// Reads a table. Organs by code or any of their names, roles by name or code, separated by `|`, `、` or commas.
///
/// # Errors
/// What is wrong, line by line.
pub fn read(ctx: &Ctx, table: &Table, by: &Actor) -> Result<Vec<Line>, Vec<Fault>> {
    let place = |(code, label, others): &(&str, &str, &[&str])| {
        table.header.iter().position(|heading| {
            let plain = heading.trim().trim_start_matches('\u{feff}').to_lowercase();
            plain == *code || plain == *label || others.contains(&plain.as_str())
        })
    };
    let places: Vec<Option<usize>> = HEADINGS.iter().map(place).collect();
    let missing: Vec<&str> = (0..4).filter(|index| places[*index].is_none()).map(|index| HEADINGS[index].1).collect();
    if !missing.is_empty() {
        let text = format!("表头缺少 {}。可以先下载模板，在模板里填。", missing.join("、"));
        return Err(vec![(table.header_number, text)]);
    }
    if table.rows.is_empty() || table.rows.len() > MOST {
        return Err(vec![(0, format!("表里应有 1 到 {MOST} 个账号，现在是 {} 个。", table.rows.len()))]);
    }
    let (directory, today) = (ctx.directory(), ctx.today());
    let (mut lines, mut faults) = (Vec::new(), Vec::new());
    for row in &table.rows {
        let cell = |index: usize| places[index].and_then(|at| row.cells.get(at)).map_or("", |text| text.trim());
        let organ = OrganCode::from(cell(2));
        let organ = match directory.get(&organ) {
            Some(organ) => Some(organ.code.clone()),
            None => match directory.find(cell(2), today) {
                kernel::organ::Match::Organ(code) => Some(code),
                _ => None,
            },
        };
        let mut roles = Vec::new();
        for word in cell(3).split(['|', '、', ',', '，', ';', '；']).map(str::trim).filter(|word| !word.is_empty()) {
            match Role::ALL.into_iter().find(|role| role.code() == word || role.label() == word) {
                Some(role) => roles.push(role),
                None => faults.push((
                    row.number,
                    format!("没有“{word}”这个角色，可用：{}。", Role::ALL.map(Role::label).join("、")),
                )),
            }
        }
        let Some(organ) = organ else {
            faults.push((row.number, format!("找不到机关“{}”，请填机关代码或全称；没有的先导入机关。", cell(2))));
            continue;
        };
        let text = |index: usize| cell(index).to_owned();
        let new = NewAccount {
            login: text(0),
            name: text(1),
            organ,
            roles,
            email: text(4),
            apart: Accounts::clone(&ctx.settings::<Accounts>()),
            by: by.clone(),
            ..NewAccount::default()
        };
        lines.push(Line { number: row.number, new });
    }
    if faults.is_empty() { Ok(lines) } else { Err(faults) }
}

/// Makes the passwords: long work that must be done before the write begins.
///
/// # Errors
/// When hashing itself fails.
pub async fn prepare(db: &Db, lines: &mut [Line]) -> Result<(), AccountError> {
    for line in lines {
        line.new.fresh = Some(Fresh::one_time(db.seams()).await?);
    }
    Ok(())
}

/// Makes the accounts; none when one of them is wrong.
///
/// # Errors
/// When the database fails; what is wrong with lines is the inner error.
pub async fn put_all(tx: &mut Tx, lines: Vec<Line>) -> Result<Result<Vec<Created>, Vec<Fault>>, AccountError> {
    let (mut made, mut faults) = (Vec::new(), Vec::new());
    for Line { number, new } in lines {
        match rows::create_in(tx, new).await {
            Ok(created) => made.push(created),
            Err(AccountError::Field { message, .. } | AccountError::Refused(message)) => faults.push((number, message)),
            Err(other) => return Err(other),
        }
    }
    Ok(if faults.is_empty() { Ok(made) } else { Err(faults) })
}
