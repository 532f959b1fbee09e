//! What the office lists.

use document::desk::{self, By, Filter, Order};
use futures::TryStreamExt;

use crate::house::{NOTICE, POLICY, editor, told};

const NEWEST: Order = Order { by: By::Updated, down: true };

#[test]
fn the_office_lists_the_newest_edition_of_each_document() {
    told(|home| async move {
        let (author, other) = (editor("a"), editor("b"));
        let public = home.published(&NOTICE, "公开的通知（甲）", &[("document_number", "青政办〔2026〕3号")]).await;
        home.pass(jiff::SignedDuration::from_mins(1));
        let draft = home.draft(&author, &POLICY, "在写的办法").await;
        home.pass(jiff::SignedDuration::from_mins(1));
        home.draft(&other, &NOTICE, "别人的草稿").await;
        let titles = async |filter: &Filter, order: Order| -> Vec<String> {
            let rows = desk::list(&home.db, &home.house.kinds, filter, order, 0, 50).await.expect("list");
            assert_eq!(
                desk::count(&home.db, filter, 100).await.expect("count"),
                i64::try_from(rows.len()).expect("few")
            );
            let mut every: Vec<_> =
                desk::every(&home.db, filter, order).await.expect("all").try_collect().await.expect("rows");
            desk::tell(&home.db, &home.house.kinds, &mut every).await.expect("told");
            assert_eq!(rows, every);
            rows.into_iter().map(|row| row.title).collect()
        };
        let all = Filter::default();
        assert_eq!(titles(&all, NEWEST).await, ["别人的草稿", "在写的办法", "公开的通知（甲）"]);
        let by_title = Order { by: By::Title, down: false };
        assert_eq!(titles(&all, by_title).await.len(), 3);
        for (filter, expected) in [
            (Filter { state: "published".into(), ..Filter::default() }, "公开的通知（甲）"),
            (Filter { author: Some("b".into()), ..Filter::default() }, "别人的草稿"),
            (Filter { kind: "policy".into(), ..Filter::default() }, "在写的办法"),
            (Filter { words: "〔2026〕3".into(), ..Filter::default() }, "公开的通知（甲）"),
            (Filter { words: "QH010/2026".into(), ..Filter::default() }, "公开的通知（甲）"),
            (
                Filter { words: "甲".into(), organs: vec!["QH010".into(), "QH011".into()], ..Filter::default() },
                "公开的通知（甲）",
            ),
            (Filter { words: " 写的办法 ".into(), ..Filter::default() }, "在写的办法"),
        ] {
            assert_eq!(titles(&filter, NEWEST).await, [expected], "{filter:?}");
        }
        for words in ["没有的", "写的通知", "%", "100%_"] {
            let filter = Filter { words: words.into(), ..Filter::default() };
            assert!(titles(&filter, NEWEST).await.is_empty(), "{words}");
        }
        assert_eq!(desk::own_texts(&home.db, &"a".into(), 9).await.expect("own")[0].edition, draft.id);
        assert_eq!(desk::own_returned(&home.db, &"a".into()).await.expect("returned"), 0);
        // While the public one is being corrected, the list has the correction and the filter by state has both.
        let mut tx = home.write().await;
        let about = document::rows::visible_locked(&mut tx, &home.house, &author, &public).await.expect("document");
        document::draft::correct(&mut tx, &home.house, &author, &about).await.expect("correction");
        tx.commit().await.expect("commit");
        let of_public = |rows: &[desk::Row]| rows.iter().filter(|row| row.document == public).count();
        assert_eq!(of_public(&desk::list(&home.db, &home.house.kinds, &all, NEWEST, 0, 50).await.expect("list")), 1);
        for (state, many) in [("published", 1), ("draft", 1)] {
            let filter = Filter { state: state.into(), ..Filter::default() };
            assert_eq!(
                of_public(&desk::list(&home.db, &home.house.kinds, &filter, NEWEST, 0, 50).await.expect("list")),
                many,
                "{state}"
            );
        }
        assert!(desk::column_is_used(home.db.read(), &"news".into()).await.expect("asked"));
        assert_eq!(desk::per_column(home.db.read()).await.expect("counts"), [("news".into(), 3)]);
        home
    });
}
