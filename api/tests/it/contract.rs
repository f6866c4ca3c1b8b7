//! The exported descriptions of the API are those of the running service.

use reqwest::StatusCode;
use serde_json::Value;

use crate::harness::{Db, Haru, expect};

fn exported(name: &str) -> String {
    let path = format!("{}/../openapi/{name}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(path).expect("exported by `make openapi`")
}

#[tokio::test(flavor = "multi_thread")]
async fn the_openapi_document_has_not_drifted() {
    let (haru, _place) = Haru::start(Db::Sqlite).await;
    let served = haru.client.get(haru.url("/api/openapi.json")).send().await.expect("sent");
    let served = expect(served, StatusCode::OK).await;
    let kept: Value = serde_json::from_str(&exported("openapi.json")).expect("JSON");
    assert!(served == kept, "openapi/openapi.json is not what is served: run `make openapi`");
    for (path, operations) in kept["paths"].as_object().expect("paths") {
        for (method, operation) in operations.as_object().expect("operations") {
            assert!(operation["operationId"].is_string(), "{method} {path} has no operation id");
            assert!(operation["summary"].is_string(), "{method} {path} has no summary");
        }
    }
}

#[test]
fn the_graphql_schema_has_not_drifted() {
    let dir = tempfile::tempdir().expect("a directory");
    let status =
        std::process::Command::new(env!("CARGO_BIN_EXE_haru")).arg("openapi").arg("--dir").arg(dir.path()).status();
    assert!(status.expect("it runs").success());
    let fresh = std::fs::read_to_string(dir.path().join("schema.graphql")).expect("written");
    assert!(fresh == exported("schema.graphql"), "openapi/schema.graphql is not what is served: run `make openapi`");
}
