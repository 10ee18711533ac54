//! Every statement of the house prepares against the migrated schema and finds its rows by an index.

use std::fs;
use std::path::{Path, PathBuf};

use witness::contract::resources;
use witness::host::{Sqlite, migrations};
use witness::ops::metrics::plans::{self, Warning};
use witness::resource::description::{Filter, FilterOp, Resource};
use witness::resource::{list, sql};

/// Statements that may read a whole table: file, and why.
const SCANS: &[(&str, &str)] = &[
    ("audit_unsealed.sql", "the partial index holds what is to be sealed alone, and a page of it is read"),
    ("event_unsealed.sql", "likewise"),
    ("audit_tail.sql", "counts that partial index"),
    ("waiting.sql", "counts partial indexes, which hold what waits alone"),
    ("warm_zones.sql", "the queue of the recursion; profiles are read by one step along the index a zone"),
    (
        "errors_list.sql",
        "at most a few thousand groups are kept, and administrators read them in three orders",
    ),
    ("errors_forget.sql", "finds the last of those that are kept along an index"),
    ("alerts.sql", "a row for each rule, a dozen"),
    ("secrets.sql", "a row for each secret variable, a dozen at most"),
];

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn database() -> Sqlite {
    migrations::migrated(&root().join("migrations")).unwrap()
}

fn files(folder: &Path, ending: &str, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, ending, found);
        } else if path.to_string_lossy().ends_with(ending) {
            found.push(path);
        }
    }
}

/// Lines of the plan that read a table from end to end. What a statement is `given` as JSON is no table.
fn scans(database: &Sqlite, text: &str) -> Vec<String> {
    let plan = database.plan(text).unwrap_or_else(|error| panic!("{error:?}\n{text}"));
    plan.into_iter()
        .filter(|line| {
            let passed = ["CONSTANT ROW", "SCAN (subquery", "SCAN given VIRTUAL TABLE"];
            line.contains("SCAN") && !passed.iter().any(|part| line.contains(part))
        })
        .collect()
}

#[test]
fn every_file_prepares_is_used_and_scans_no_table() {
    let database = database();
    let (mut statements, mut sources) = (Vec::new(), Vec::new());
    files(&root().join("src"), ".sql", &mut statements);
    files(&root().join("src"), ".rs", &mut sources);
    assert!(!statements.is_empty());
    let code: String = sources.iter().map(|path| fs::read_to_string(path).unwrap()).collect();
    for path in statements {
        let name = path.strip_prefix(root()).unwrap().display().to_string();
        let text = fs::read_to_string(&path).unwrap();
        database.prepare(&text).unwrap_or_else(|error| panic!("{name}: {error:?}"));
        let short = name.strip_prefix("src/").unwrap().strip_suffix(".sql").unwrap().replace("/sql/", "/");
        assert!(code.contains(&format!("sql!(\"{short}\")")), "{name} is not used");
        let sent = fs::read_to_string([env!("OUT_DIR"), "/sql/", &short, ".sql"].concat()).unwrap();
        assert_eq!(scans(&database, &sent), scans(&database, &text), "{name} as it is sent");
        assert!(!sent.contains("--") && !sent.contains('\n'), "{name} is sent with its comments");
        if !SCANS.iter().any(|(argued, _)| name.ends_with(argued)) {
            assert_eq!(scans(&database, &text), Vec::<String>::new(), "{name}");
        }
    }
}

/// What administrators are warned of is what the plans show.
#[test]
fn warnings_of_plans_are_those_that_plans_give() {
    let database = database();
    let mut statements = Vec::new();
    files(&root().join("src"), ".sql", &mut statements);
    let mut found = Vec::new();
    for path in statements {
        let text = fs::read_to_string(&path).unwrap();
        let name = path.strip_prefix(root().join("src")).unwrap().display().to_string();
        let name = name.strip_suffix(".sql").unwrap().replace("/sql/", "/");
        let sorts = database.plan(&text).unwrap().iter().any(|line| line.contains("TEMP B-TREE"));
        let warning = match (scans(&database, &text).is_empty(), sorts) {
            (false, _) => Some(Warning::Scan),
            (true, true) => Some(Warning::Sort),
            (true, false) => None,
        };
        found.extend(warning.map(|warning| (name, warning)));
    }
    found.sort_by(|one, other| one.0.cmp(&other.0));
    let told: Vec<_> = plans::WARNINGS.iter().map(|(name, warning)| ((*name).to_owned(), *warning)).collect();
    assert_eq!(told, found);
    for (name, warning) in plans::WARNINGS {
        assert_eq!(plans::warning(name), Some(warning));
    }
    assert_eq!(plans::warning("identity/user_find"), None);
}

/// The filters of every subset.
fn subsets(filters: &'static [Filter]) -> Vec<Vec<&'static Filter>> {
    (0..1_usize << filters.len())
        .map(|mask| {
            filters.iter().enumerate().filter(|(at, _)| mask >> at & 1 == 1).map(|(_, f)| f).collect()
        })
        .collect()
}

#[test]
fn every_filter_and_order_of_every_list_uses_an_index() {
    let database = database();
    let mut checked = 0;
    for resource in resources::ALL {
        for filters in subsets(resource.filters) {
            assert!(filters.iter().all(|filter| filter.op != FilterOp::Contains), "argue for a scan first");
            for sort in resource.sorts {
                for (descending, after) in [(false, false), (false, true), (true, false), (true, true)] {
                    let text = list::text(resource, sort, descending, &filters, after);
                    assert_eq!(scans(&database, &text), Vec::<String>::new(), "{text}");
                    let placeholders = 2 + filters.len() + if after { 2 } else { 0 };
                    assert_eq!(database.prepare(&text).unwrap(), placeholders, "{text}");
                    let plan = database.plan(&text).unwrap().join("\n");
                    assert!(!plan.contains("TEMP B-TREE"), "sorted by hand: {text}\n{plan}");
                    checked += 1;
                }
            }
        }
    }
    assert!(checked >= 300, "{checked} combinations");
}

#[test]
fn every_statement_on_one_row_uses_its_key() {
    let database = database();
    for resource in resources::ALL {
        let id = resource.has_id().then_some("id");
        for version in [None, Some(1)] {
            let key = sql::Key { owner: "user", id, version };
            let now = witness::kernel::time::Timestamp::EPOCH;
            let changed: &Resource = resource;
            let column = changed.columns.iter().find(|column| column.name != "id").unwrap().name;
            let changes = [(column, witness::ports::Value::Null)];
            for statement in [
                sql::find(resource, &key),
                sql::update(resource, &key, &changes, now),
                sql::delete(resource, &key, now),
            ] {
                assert_eq!(scans(&database, &statement.sql), Vec::<String>::new(), "{}", statement.sql);
                assert_eq!(
                    database.prepare(&statement.sql).unwrap(),
                    statement.params.len(),
                    "{}",
                    statement.sql
                );
            }
        }
    }
}

#[test]
fn migrations_go_up_and_down_and_up_again() {
    let folder = root().join("migrations");
    let database = Sqlite::memory().unwrap();
    let schema = |database: &Sqlite| {
        use witness::ports::{Database, Statement};
        let statement = Statement::new("SELECT name, sql FROM sqlite_schema ORDER BY name");
        futures::executor::block_on(database.run(statement)).unwrap().rows.0
    };
    let empty = schema(&database);
    let up = migrations::up(&database, &folder).unwrap();
    let full = schema(&database);
    let down = migrations::down(&database, &folder).unwrap();
    assert_eq!(up.len(), down.len(), "every migration has its way back");
    assert_eq!(schema(&database), empty);
    migrations::up(&database, &folder).unwrap();
    assert_eq!(schema(&database), full);
}

#[test]
fn every_search_of_the_audit_log_follows_one_index_in_its_order() {
    use witness::kernel::id::Id;
    use witness::kernel::time::Timestamp;
    use witness::ops::audit::search::{Filters, statement};
    let database = database();
    let id = Id::new(Timestamp::EPOCH, [0; 10]);
    let mut checked = 0;
    for mask in 0..1_usize << 8 {
        let on = |bit: usize| mask >> bit & 1 == 1;
        let filters = Filters {
            request: on(0).then_some(id),
            subject: on(1).then(|| "s".to_owned()),
            user: on(2).then_some(id),
            actor: on(3).then(|| "a".to_owned()),
            kind: on(4).then(|| "k".to_owned()),
            outcome: on(5).then_some("done"),
            from: on(6).then_some(Timestamp::EPOCH),
            to: on(7).then_some(Timestamp::EPOCH),
        };
        for after in [None, Some((1, "id"))] {
            let found = statement(&filters, after, 21);
            assert_eq!(database.prepare(&found.sql).unwrap(), found.params.len(), "{}", found.sql);
            let plan = database.plan(&found.sql).unwrap().join("\n");
            assert!(!plan.contains("TEMP B-TREE"), "{}\n{plan}", found.sql);
            // Without a filter and a position it reads the newest of the whole index.
            let whole = mask & 0b1101_1111 == 0 && after.is_none();
            assert_eq!(scans(&database, &found.sql).is_empty(), !whole, "{}\n{plan}", found.sql);
            checked += 1;
        }
    }
    assert_eq!(checked, 512);
}

#[test]
fn histories_and_timelines_come_in_the_order_of_their_index() {
    let database = database();
    for (file, index) in [("history", "readings_by_created_at"), ("timeline_page", "events_by_time")] {
        let text = fs::read_to_string(root().join(format!("src/oracle/sql/{file}.sql"))).unwrap();
        let plan = database.plan(&text).unwrap().join("\n");
        assert!(plan.contains(index) && !plan.contains("TEMP B-TREE"), "{file}: {plan}");
    }
    let counts = fs::read_to_string(root().join("src/oracle/sql/timeline_counts.sql")).unwrap();
    let plan = database.plan(&counts).unwrap().join("\n");
    assert!(plan.contains("COVERING INDEX events_by_time"), "the counts read no event: {plan}");
}
