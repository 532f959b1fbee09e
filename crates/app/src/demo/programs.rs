//! A system of the demonstration county that sends what it has: its key, and a batch that waits to be handed in.

use std::{collections::BTreeMap, sync::Arc};

use identity::programs::{self, NewProgram};
use item::ItemKey;
use jiff::ToSpan;
use kernel::{Actor, OrganCode, Program, time};
use record::api::{self, Sent};
use web::{
    Ctx, Refusal, act_now,
    demo::{Cast, Failure, Scene},
};

/// Whose system it is, what it is called, and the table that it sends.
const SYSTEM: (&str, &str, &str) = ("QH009", "公共就业服务系统（演示）", "job");
/// Employer, position, how many are looked for, least and most wage of a month in yuan.
const JOBS: [(&str, &str, &str, &str, &str); 3] = [
    ("青禾县演示农机有限公司", "维修技工", "3", "5200", "6800"),
    ("青禾县演示食品有限公司", "包装工", "12", "3900", "5100"),
    ("青禾县演示医药有限公司", "仓库主管", "1", "6000", "7500"),
];
/// Days before the present on which the key was made, and on which it was last used.
const AGO: (i64, i64) = (40, 2);

pub(super) fn scenes(ctx: &Ctx, cast: &Arc<Cast>) -> Result<Vec<Scene>, Failure> {
    let today = time::date_in_china(cast.now);
    let at = cast.moment(ctx, today.checked_sub(AGO.0.days())?, "program");
    let later = cast.moment(ctx, today.checked_sub(AGO.1.days())?, "sent by a program");
    Ok(vec![Scene::new(at, move |ctx, _| async move {
        let organ = OrganCode::from(SYSTEM.0);
        let new = NewProgram {
            name: SYSTEM.1.to_owned(),
            organ: organ.clone(),
            items: vec![SYSTEM.2.to_owned()],
            ends_on: ctx.today().checked_add(300.days())?,
        };
        // Its key is written down nowhere: whoever wants to try it exchanges it.
        let made = act_now(&ctx, async |tx| programs::make(tx, new, &Actor::System).await);
        let made = made.await.map_err(|refusal: Refusal| Failure::from(refusal.words()))?;
        let program =
            Program {
                id: made.id, name: format!("{}（程序）", made.name), organ, items: vec![SYSTEM.2.to_owned()]
            };
        Ok(vec![Scene::new(later, move |ctx, _| async move {
            sent(&ctx, program).await.map_err(|refusal| Failure::from(refusal.words()))?;
            Ok(Vec::new())
        })])
    })])
}

/// What it sends, as it would over the net.
async fn sent(ctx: &Ctx, program: Program) -> Result<(), Refusal> {
    let key = ItemKey::new(SYSTEM.2).ok_or(Refusal::NotFound)?;
    let item = record::items::find(ctx, &key).await?.ok_or(Refusal::NotFound)?;
    let today = ctx.today().to_string();
    let records = JOBS.map(|(employer, position, number, from, to)| {
        let pairs = [
            ("employer", employer),
            ("position", position),
            ("number", number),
            ("wage_from", from),
            ("wage_to", to),
            ("published_on", today.as_str()),
        ];
        pairs.map(|(key, text)| (key.to_owned(), text.to_owned())).into_iter().collect::<BTreeMap<_, _>>()
    });
    let sent = Sent {
        item,
        organ: program.organ.clone(),
        key: format!("{today}-001"),
        records: records.to_vec(),
        note: "系统自动报送，请核对后提交。".to_owned(),
    };
    act_now(ctx, async |tx| api::send(ctx, tx, &Actor::Program(program), sent).await).await?;
    Ok(())
}
