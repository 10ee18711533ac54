//! Whether requests are counted, logged and traced at all.

use serde_json::json;

use crate::app::App;

#[test]
fn nothing_is_counted_or_logged_where_that_is_turned_off() {
    for (setting, observed) in [("full", true), ("line", false), ("none", false)] {
        let app = App::with(&[("OBSERVABILITY", setting)]);
        let ada = app.account("ada@example.com");
        let admin = app.administrator("grace@example.com", "admin");
        let reply = app.get("/api/v1/readings").by(&ada).status(200);
        assert_eq!(reply.log.is_empty(), setting == "none", "{}", reply.log);
        assert!(reply.header("server-timing").is_some());
        let text = app.get("/metrics").by(&admin).status(200).text.unwrap();
        assert_eq!(text.contains(r#"operation="list_readings""#), observed);
        let lines = app.get("/api/v1/admin/logs").by(&admin).status(200).body;
        assert_eq!(lines["items"] == json!([]), !observed);
    }
}
