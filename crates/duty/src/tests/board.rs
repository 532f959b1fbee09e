//! The board shows what the pure functions say, by every filter and in every order.

use kernel::OrganCode;

use super::{
    office::{Office, date, row},
    told_lines,
};
use crate::{
    DutyRow, SourceState,
    board::{self, Filter, Order, Rows, Sort, Wanted, Word},
    evidence::Verdict,
    model::{OwnerRole, State},
};

const BOTH: [(&str, OwnerRole); 2] = [("QH010", OwnerRole::Lead), ("QH011", OwnerRole::Support)];

/// Two resolutions with four duties: early, late, quarterly, undated.
async fn fill(office: &Office) -> Vec<kernel::id::DutyId> {
    let (first, second) = (office.resolution("r1", "第一次会议").await, office.resolution("r2", "第二次会议").await);
    let place = |row: DutyRow, part: &str, label: &str, order: i64| DutyRow {
        place: format!("{part}{label}"),
        place_part: part.into(),
        place_label: format!("{part}{label}"),
        place_title: "会商机制".into(),
        place_order: order,
        ..row
    };
    let mut duties = Vec::new();
    for new in [
        place(row(office, &first, "建立台账", "2026-03-20", ""), "一", "（一）", 1),
        place(row(office, &first, "印发100%的细则", "2026-06-30", ""), "一", "（二）", 2),
        place(row(office, &first, "每季度通报", "", "quarterly"), "二", "（一）", 3),
        row(office, &second, "总结经验", "", ""),
    ] {
        duties.push(office.duty(new, &BOTH).await);
    }
    duties
}

stories! {
    async fn every_filter_and_order(office) {
        let duties = fill(&office).await;
        let lines = async |rows: Rows, filter: Filter, order: Order| {
            let figures = board::figures(&office.db, rows, &filter, office.today()).await.expect("figures");
            let lines = told_lines(&office, rows, &filter, order).await;
            assert_eq!(figures.rows, i64::try_from(lines.len()).expect("few"));
            lines
        };
        let texts = async |filter: Filter| {
            let order = Order::default();
            lines(Rows::Duties, filter, order).await.into_iter().map(|line| line.text).collect::<Vec<_>>()
        };
        let all = Filter::default();
        assert_eq!(texts(all.clone()).await, ["建立台账", "每季度通报", "印发100%的细则", "总结经验"]);
        assert_eq!(lines(Rows::Shares, all.clone(), Order::default()).await.len(), 8);
        assert_eq!(texts(Filter { source: Some(crate::SourceKey::new("resolution", "r2")), ..all.clone() }).await, ["总结经验"]);
        assert_eq!(texts(Filter { kind: Some("resolution".into()), ..all.clone() }).await.len(), 4);
        assert!(texts(Filter { year: Some(2025), ..all.clone() }).await.is_empty());
        assert_eq!(texts(Filter { place: Some("一（二）".into()), ..all.clone() }).await, ["印发100%的细则"]);
        assert_eq!(texts(Filter { part: Some("一".into()), ..all.clone() }).await.len(), 2);
        assert_eq!(texts(Filter { from: Some(date("2026-03-21")), ..all.clone() }).await, ["每季度通报", "印发100%的细则"]);
        assert_eq!(texts(Filter { to: Some(date("2026-03-31")), ..all.clone() }).await, ["建立台账", "每季度通报"]);
        let word = |text: &str, organs: &[&str]| {
            Filter { words: vec![Word { text: text.into(), organs: organs.iter().map(|code| OrganCode::from(*code)).collect() }], ..all.clone() }
        };
        assert_eq!(texts(word("0%", &[])).await, ["印发100%的细则"], "a wildcard is a character");
        assert!(texts(word("0_", &[])).await.is_empty());
        assert_eq!(texts(word("会商", &[])).await.len(), 3, "in the heading of the place");
        assert_eq!(lines(Rows::Shares, word("县民政局", &["QH011"]), Order::default()).await.len(), 4);
        let own = Filter { within: Some(vec!["QH011".into()]), ..all.clone() };
        assert!(lines(Rows::Shares, own.clone(), Order::default()).await.iter().all(|line| line.organ.as_str() == "QH011"));
        assert_eq!(lines(Rows::Duties, own, Order::default()).await.len(), 4, "a duty with all its organs");
        let none = Filter { within: Some(Vec::new()), ..all.clone() };
        assert!(lines(Rows::Shares, none.clone(), Order::default()).await.is_empty(), "no organ means nothing");
        assert!(lines(Rows::Duties, none, Order::default()).await.is_empty());
        let by = |sort, descending, group| Order { sort, descending, group };
        let order = async |order: Order| {
            lines(Rows::Shares, Filter { source: Some(crate::SourceKey::new("resolution", "r1")), ..Filter::default() }, order).await
                .into_iter().map(|line| format!("{}{}", line.place_label, line.organ)).collect::<Vec<_>>()
        };
        assert_eq!(order(by(Sort::Organ, false, None)).await[..3], ["一（一）QH010", "一（二）QH010", "二（一）QH010"]);
        assert_eq!(order(by(Sort::Place, true, None)).await[..2], ["二（一）QH010", "二（一）QH011"]);
        assert_eq!(order(by(Sort::Due, false, Some(Sort::Organ))).await[3..], ["一（一）QH011", "二（一）QH011", "一（二）QH011"]);
        let ids = Filter { ids: Some(vec![duties[0].to_string()]), ..all };
        assert_eq!(lines(Rows::Shares, ids, Order::default()).await.len(), 2, "all shares of a duty");
    }

    async fn states_and_what_passes_by_itself(office) {
        let duties = fill(&office).await;
        let share = office.share(&duties[0], "QH010").await;
        let piece = office.hand_in(&share, "QH010", "d1", "").await.expect("evidence");
        let count = async |rows, filter: Filter| {
            board::figures(&office.db, rows, &filter, office.today()).await.expect("figures")
        };
        let state = |state| Filter { state: Some(Wanted::State(state)), ..Filter::default() };
        assert_eq!(count(Rows::Shares, state(State::Evidenced)).await.rows, 1);
        assert_eq!(count(Rows::Duties, state(State::Evidenced)).await.rows, 1, "support is not waited for");
        office.decide(&piece, Verdict::Confirm).await.expect("confirmed");
        let all = count(Rows::Duties, Filter::default()).await;
        assert_eq!((all.tally.confirmed, all.tally.total(), all.tally.overdue), (1, 4, 0));
        assert_eq!(count(Rows::Duties, Filter { state: Some(Wanted::Open), ..Filter::default() }).await.rows, 3);
        let order = Order::default();
        let lines = told_lines(&office, Rows::Duties, &Filter::default(), order).await;
        assert_eq!(lines.last().map(|line| line.word()), Some("已办结".into()), "what is done stands last");
        // The dates pass, nobody writes.
        office.pass(200);
        let late = Filter { overdue: true, ..Filter::default() };
        assert_eq!(count(Rows::Duties, late.clone()).await.rows, 2);
        let lines = told_lines(&office, Rows::Shares, &late, order).await;
        assert!(lines.iter().all(|line| line.word() == "逾期"), "{lines:?}");
        assert!(lines.iter().any(|line| line.period == "2026-Q1"));
        // A closed source leaves the board, and can still be asked for.
        office.state(&crate::SourceKey::new("resolution", "r1"), "第一次会议", SourceState::Closed).await;
        assert_eq!(count(Rows::Duties, Filter::default()).await.rows, 1);
        assert_eq!(count(Rows::Duties, Filter { closed: true, ..Filter::default() }).await.rows, 4);
    }

    async fn what_the_filter_offers(office) {
        let duties = fill(&office).await;
        let own = ["QH010".into()];
        let titles = async |within: Option<&[OrganCode]>| {
            board::sources(&office.db, within).await.expect("sources").into_iter().map(|line| line.title).collect::<Vec<_>>()
        };
        assert_eq!(titles(None).await.len(), 2);
        assert_eq!(titles(Some(&own)).await.len(), 2);
        assert!(titles(Some(&["QH001".into()])).await.is_empty());
        assert_eq!(board::organs(&office.db).await.expect("organs"), ["QH010".into(), "QH011".into()]);
        let places = board::places(&office.db, &crate::SourceKey::new("resolution", "r1"), Some(&own)).await.expect("places");
        assert_eq!(places.iter().map(|place| place.place_label.as_str()).collect::<Vec<_>>(), ["一（一）", "一（二）", "二（一）"]);
        let tallies = board::tally_by_source(&office.db, office.today()).await.expect("tallies");
        assert_eq!(tallies[&crate::SourceKey::new("resolution", "r1")].total(), 3);
        assert_eq!(duties.len(), 4);
    }
}
