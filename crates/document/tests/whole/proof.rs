//! What was published is what is public.

use document::{
    Values,
    files::NewFile,
    public::proof,
    refresh,
    seed::{Seed, SeedCorrection},
};

use crate::house::{INNER, NOTICE, NUMBER, POLICY, TOPICS, plain, told};

/// A change and how to take it back (statement and value), and the field that the proof must name.
type Change = ((&'static str, &'static str), (&'static str, &'static str), &'static str);

const CHANGES: &[Change] = &[
    (
        ("UPDATE edition SET title = $1 WHERE document_id = $2", "假的"),
        ("UPDATE edition SET title = $1 WHERE document_id = $2", "通知"),
        "标题",
    ),
    (
        (
            "UPDATE edition_text SET body_html = $1 WHERE edition_id = (SELECT current_edition FROM document WHERE id = $2)",
            "<p>假的</p>",
        ),
        (
            "UPDATE edition_text SET body_html = $1 WHERE edition_id = (SELECT current_edition FROM document WHERE id = $2)",
            "<p>新的</p>",
        ),
        "正文",
    ),
    (
        (
            "UPDATE edition_text SET reading_html = $1 WHERE edition_id = (SELECT current_edition FROM document WHERE id = $2)",
            "<p>假的</p>",
        ),
        (
            "UPDATE edition_text SET reading_html = $1 WHERE edition_id = (SELECT current_edition FROM document WHERE id = $2)",
            "<p>新的</p>",
        ),
        "正文的显示形式",
    ),
    (
        (
            "UPDATE facet SET value = $1 WHERE key = 'topics' AND edition_id = (SELECT current_edition FROM document WHERE id = $2)",
            "假的",
        ),
        (
            "UPDATE facet SET value = $1 WHERE key = 'topics' AND edition_id = (SELECT current_edition FROM document WHERE id = $2)",
            "补贴",
        ),
        "主题",
    ),
    (
        (
            "INSERT INTO facet (edition_id, key, place, value) SELECT current_edition, 'summary', 0, $1 FROM document WHERE id = $2",
            "假的",
        ),
        (
            "DELETE FROM facet WHERE key = 'summary' AND value <> $1 AND edition_id = (SELECT current_edition FROM document WHERE id = $2)",
            "",
        ),
        "摘要",
    ),
    (
        (
            "UPDATE attachment SET title = $1 WHERE edition_id = (SELECT current_edition FROM document WHERE id = $2)",
            "假的",
        ),
        (
            "UPDATE attachment SET title = $1 WHERE edition_id = (SELECT current_edition FROM document WHERE id = $2)",
            "名单",
        ),
        "附件",
    ),
    (
        ("UPDATE document SET index_number = $1 WHERE id = $2", "假的"),
        ("UPDATE document SET index_number = $1 WHERE id = $2", "QH010/2026-00001"),
        "索引号",
    ),
    (
        ("UPDATE document SET title = $1 WHERE id = $2", "假的"),
        ("UPDATE document SET title = $1 WHERE id = $2", "通知"),
        "清单中的标题",
    ),
];

#[test]
fn the_proof_names_the_field_that_was_changed() {
    told(|home| async move {
        let at = "2026-02-10T02:00:00Z".parse().expect("moment");
        let digest = "a".repeat(64);
        home.tamper("INSERT INTO file (digest, bytes, sealed, created_at) VALUES ($1, 1, 0, 'x')", &[&digest]).await;
        let file = NewFile {
            file_name: "名单.xlsx".into(),
            title: "名单".into(),
            digest,
            media_type: "application/pdf".into(),
            format: "pdf".into(),
            bytes: 1,
            text: String::new(),
            parts: "[]".into(),
            warnings: Vec::new(),
            masked: false,
        };
        let values = Values::default().with(&NUMBER, "青财〔2026〕1号").with(&TOPICS, "补贴").with(&INNER, "内部");
        let seed = Seed {
            values,
            files: vec![file],
            correction: Some(SeedCorrection { note: "改正".into(), body_html: "<p>新的</p>".into(), at }),
            ..plain(&NOTICE, "QH010", "news", "通知", at)
        };
        let id = home.seed(&seed).await;
        home.seed(&plain(&POLICY, "QH011", "news", "办法", at)).await;
        let altered = async || {
            let mut compared = 0;
            let bad =
                proof::altered(&home.db, &home.house.kinds, "own.gov.cn", |n| compared = n).await.expect("compared");
            assert!(bad.is_some() || compared == 2);
            bad
        };
        assert_eq!(altered().await, None);
        for (change, undo, named) in CHANGES {
            home.tamper(change.0, &[change.1, id.as_str()]).await;
            let bad = altered().await.expect("named");
            assert!(bad.id == id && bad.fields.iter().any(|field| field.starts_with(named)), "{named}: {bad:?}");
            assert!(bad.words().contains("不一致"), "{}", bad.words());
            home.tamper(undo.0, &[undo.1, id.as_str()]).await;
            assert_eq!(altered().await, None, "{named}");
        }
        // What readers do not see is not committed to.
        home.tamper("UPDATE facet SET value = $1 WHERE key = 'inner'", &["另写"]).await;
        assert_eq!(altered().await, None);
        home
    });
}

#[test]
fn a_text_made_under_other_rules_is_made_anew_and_its_proof_holds() {
    told(|home| async move {
        let at = "2026-02-10T02:00:00Z".parse().expect("moment");
        let id = home.seed(&plain(&NOTICE, "QH010", "news", "通知", at)).await;
        let sql = "UPDATE edition_text SET html_policy = $1, reading_html = 'old', body_text = 'old'";
        home.tamper(sql, &["0 own.gov.cn"]).await;
        let shown = async || match document::public::found(&home.db, &home.house.kinds, "own.gov.cn", &id).await {
            Ok(Some(document::public::Found::Public(page))) => page.reading_html,
            other => panic!("{other:?}"),
        };
        assert_eq!(shown().await, "<p>正文</p>", "no reader sees what was made under other rules");
        assert_eq!(refresh(&home.db, "own.gov.cn").await.expect("made anew"), 1);
        assert_eq!(refresh(&home.db, "own.gov.cn").await.expect("nothing left"), 0);
        assert_eq!(shown().await, "<p>正文</p>");
        let bad = proof::altered(&home.db, &home.house.kinds, "own.gov.cn", |_| ()).await.expect("compared");
        assert_eq!(bad, None);
        home
    });
}
