//! Lists: filters, orders, pages, counts, facets, export.

use futures::TryStreamExt;
use store::{By, Error, FromRow, List, Value, query, test};

use crate::harness::{Home, both};

#[derive(Debug, Clone, PartialEq, FromRow)]
struct Thing {
    id: String,
    grp: String,
    n: i64,
}

fn list() -> List {
    List::new("t.id, t.grp, t.n", "thing t", "t.id")
        .sort("n", &[By::up("t.n")])
        .sort("newest", &[By::down("t.n")])
        .sort("mixed", &[By::up("t.grp"), By::down("t.n")])
}

async fn fill(home: &Home, rows: i64) {
    let columns = ["id", "grp", "n", "note"].map(str::to_owned);
    let row = |n: i64| {
        // Every number stands three times, so that the key must break ties.
        vec![
            format!("{:03}", (n * 37) % 1000).into(),
            ["甲", "乙", "丙"][usize::try_from(n % 3).expect("small")].into(),
            (n / 3).into(),
            format!("Note {n}%").into(),
        ]
    };
    let mut load = home.db.load().await.expect("load");
    load.insert("thing", &columns, (0..rows).map(row).collect::<Vec<Vec<Value>>>()).await.expect("insert");
    load.commit().await.expect("commit");
}

async fn all(home: &Home, list: &List, sort: &str) -> Vec<Thing> {
    list.export(&home.db, Some(sort)).try_collect().await.expect("export")
}

both! {
    async fn pages_forwards_and_back_give_the_whole_list(home) {
        fill(home, 100).await;
        for sort in ["n", "newest", "mixed"] {
            let list = list();
            let whole = all(home, &list, sort).await;
            assert_eq!(whole.len(), 100);
            let mut seen = Vec::new();
            let mut after: Option<String> = None;
            let mut back = None;
            loop {
                let page = list.page::<Thing>(&home.db, Some(sort), after.as_deref(), 7).await.expect("page");
                assert_eq!((page.sort, page.previous.is_some()), (sort, after.is_some()));
                seen.extend(page.rows);
                back = page.previous.or(back);
                after = page.next;
                if after.is_none() {
                    break;
                }
            }
            assert_eq!(seen, whole, "{sort}");
            // From the last page, which holds two rows, back to the first.
            let mut rest = whole[..98].to_vec();
            while let Some(token) = back {
                let page = list.page::<Thing>(&home.db, Some(sort), Some(&token), 7).await.expect("page");
                assert_eq!(page.rows, rest.split_off(rest.len() - page.rows.len()), "{sort}");
                assert!(page.next.is_some());
                back = page.previous;
            }
            assert!(rest.is_empty(), "{sort}");
        }
        assert_eq!(all(home, &list(), "mixed").await[0].grp, { let mut groups = ["甲", "乙", "丙"]; groups.sort_unstable(); groups[0] });
        assert_eq!(all(home, &list(), "newest").await[0].n, 33);
        assert_eq!(all(home, &list(), "nonsense").await, all(home, &list(), "n").await, "an unknown order is the first");
    }

    async fn what_comes_and_goes_between_two_pages_moves_nothing(home) {
        fill(home, 30).await;
        let list = list();
        let whole = all(home, &list, "n").await;
        let first = list.page::<Thing>(&home.db, None, None, 10).await.expect("page");
        let gone = [&first.rows[0].id, &first.rows[9].id];
        for id in gone {
            test::tamper(&home.db, query("DELETE FROM thing WHERE id = $1").bind(id)).await.expect("gone");
        }
        test::tamper(&home.db, query("INSERT INTO thing (id, grp, n) VALUES ('a new one', '甲', 0)")).await.expect("row");
        let second = list.page::<Thing>(&home.db, None, first.next.as_deref(), 10).await.expect("page");
        assert_eq!(second.rows, whole[10..20]);
        test::tamper(&home.db, query("DELETE FROM thing WHERE n >= 3")).await.expect("gone");
        let empty = list.page::<Thing>(&home.db, None, second.next.as_deref(), 10).await.expect("page");
        assert!(empty.rows.is_empty() && empty.next.is_none());
        let back = list.page::<Thing>(&home.db, None, empty.previous.as_deref(), 10).await.expect("page");
        assert!(!back.rows.is_empty(), "the way back is open");
    }

    async fn filters_bind_what_was_typed(home) {
        fill(home, 30).await;
        let ids = |list: List| async move { all(home, &list, "n").await.len() };
        assert_eq!(ids(list().equals("t.grp", "甲")).await, 10);
        assert_eq!(ids(list().equals("t.grp", None::<String>)).await, 30);
        assert_eq!(ids(list().equals("t.grp", "甲' OR '1' = '1")).await, 0);
        assert_eq!(ids(list().differs("t.grp", "甲").at_least("t.n", 2_i64).below("t.n", 4_i64)).await, 4);
        assert_eq!(ids(list().any_of("t.grp", ["甲", "乙"]).at_most("t.n", 0_i64)).await, 2);
        assert_eq!(ids(list().any_of("t.grp", Vec::<String>::new())).await, 30);
        assert_eq!(ids(list().only_of("t.grp", Vec::<String>::new())).await, 0);
        assert_eq!(ids(list().contains(&["t.note", "t.id"], "NOTE 2")).await, 11);
        assert_eq!(ids(list().contains(&["t.note"], "2%")).await, 3, "a wild card means itself");
        assert_eq!(ids(list().contains(&["t.note"], "  ")).await, 30);
        let twice = "t.grp = ? OR EXISTS (SELECT 1 FROM thing o WHERE o.id = t.id AND o.grp = ?)";
        assert_eq!(ids(list().with(twice, "丙").with_all("t.n BETWEEN ? AND ?", vec![0_i64.into(), 1_i64.into()])).await, 2);
    }

    async fn counts_stop_and_facets_leave_their_own_filter_out(home) {
        fill(home, 30).await;
        let count = list().count(&home.db, 1000).await.expect("count");
        assert_eq!((count.to_string(), count.more), ("30".to_owned(), false));
        let count = list().count(&home.db, 20).await.expect("count");
        assert_eq!((count.to_string(), count.more), ("20+".to_owned(), true));
        let few = list().named("grp").equals("t.grp", "甲").below("t.n", 4_i64);
        assert_eq!(few.count(&home.db, 1000).await.expect("count").rows, 4);
        let facets = few.facet(&home.db, "grp", "t.grp", 10).await.expect("facet");
        let mut names: Vec<&str> = facets.iter().map(|(name, _)| name.as_str()).collect();
        names.sort_unstable();
        assert_eq!((facets.iter().map(|(_, rows)| rows).sum::<i64>(), names.len()), (12, 3));
        assert_eq!(few.facet(&home.db, "other", "t.grp", 10).await.expect("facet"), [("甲".to_owned(), 4)]);
    }

    async fn groups_are_paged_too(home) {
        fill(home, 30).await;
        let list = List::new("t.grp, COUNT(*)", "thing t", "t.grp").group_by("t.grp").sort("size", &[By::down("COUNT(*)")]);
        let mut seen = Vec::new();
        let mut after = None;
        loop {
            let page = list.page::<(String, i64)>(&home.db, None, after.as_deref(), 1).await.expect("page");
            seen.extend(page.rows);
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!((seen.len(), seen.iter().map(|(_, rows)| rows).sum::<i64>()), (3, 30));
        assert_eq!(list.count(&home.db, 10).await.expect("count").rows, 3);
    }

    async fn an_address_that_was_meddled_with_is_refused_or_means_the_first_page(home) {
        fill(home, 30).await;
        for wrong in ["x", "%%%", "e30", "W10", "eyJzIjoibiIsInYiOlt0cnVlXX0"] {
            let page = list().page::<Thing>(&home.db, None, Some(wrong), 10).await;
            assert!(matches!(page, Err(Error::List(_))), "{wrong}: {page:?}");
        }
        let first = list().page::<Thing>(&home.db, None, None, 10).await.expect("page");
        let other = list().page::<Thing>(&home.db, Some("newest"), first.next.as_deref(), 10).await.expect("page");
        assert!(other.previous.is_none(), "a place in another order is no place in this one");
    }
}
